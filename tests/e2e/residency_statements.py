"""Which statements of the residency packs speak, and the category of each program, in plain Python:
the second half of `residency_facts`."""

from datetime import date
from typing import Any

from residency_facts import Case, Facts, compare, day_in, derive

LOW = ("low", "very_low")
TOPICS = {"LR-05": "clinical_reasoning", "LR-06": "reliability_professionalism",
          "LR-07": "communication_families", "LR-08": "teamwork_work_ethic"}  # fmt: skip
CAUSES = {"S1-42": "content_mastery", "S1-43": "question_strategy", "S1-44": "time_management",
          "S1-45": "life_stress_health"}  # fmt: skip
CHANGES = {"S1-47": "new_study_system", "S1-48": "schedule_or_health", "S1-49": "academic_support"}


def affordable(facts: Facts, as_of: date) -> int | None:
    """`budget.affordable_programs`."""
    get = Case(facts).get
    budget, year = get("applicant.budget_usd"), get("context.application_year")
    start = date(2025, 9, 3) if year == 2025 else date(year, 9, 1) if year else as_of
    if budget is None or start < date(2025, 6, 4):
        return None
    return int(budget // 11 if budget // 11 <= 30 else 30 + (budget - 330) // 30)


def category(program: Facts, facts: Facts, out: dict[str, Any], as_of: date) -> str:
    """`program.category` of one program."""
    get, cell = Case(facts).get, program.get
    score, graduation = get("step2ck.score"), get("applicant.expected_graduation")
    years, welcomes = cell("max_years_since_graduation"), cell("img_policy") == "welcomes"
    if (
        cell("img_policy") == "excludes"
        or compare(cell("min_step2ck"), int.__gt__, score)
        or compare(cell("max_failed_attempts"), int.__lt__, out["risk.total_failures"])
        or compare(cell("usce_months_required"), lambda a, b: a > b, get("usce.total_months"))
        or (cell("certified_at_application") and get("applicant.ecfmg_certified") is False)
        or (years is not None and graduation is not None and as_of > day_in(graduation, years))
        or (out["step1.multiple_failures"] and cell("max_failed_attempts") is None and not welcomes)
    ):
        return "excluded"
    share, like = cell("pct_img"), cell("like_background") is True
    d_img = (1 if welcomes or like else 2) if share is None else 2 - (share >= 15) - (share >= 40)
    d_img = max(0, d_img - like)
    average = cell("avg_step2ck")
    expected = cell("min_step2ck") or (average - 10 if average is not None else None)
    used = out["practice.step2ck_predicted"] if out["step2ck.band"] == "unscored" else score
    d_score = 1
    if used is not None and expected is not None:
        d_score = 0 if used - expected >= 10 else 1 if used >= expected else 2
    return "reach" if d_img + d_score >= 3 else "target" if d_img + d_score else "safety"


def statements(facts: Facts, as_of: date) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """The derived facts, and the (id, program or None) of each advice, sorted."""
    out = derive(facts, as_of)
    out["budget.affordable_programs"] = affordable(facts, as_of)
    out["program.category"] = {
        p["id"]: category(p, facts, out, as_of) for p in facts.get("program") or ()
    }
    scope = out["scope.status"]
    if scope != "in_scope":
        alone = {"out_of_scope": "EX-01", "undetermined": "EX-02", "ineligible": "EX-03"}[scope]
        return out, [(alone, None)]
    said = {name for name, holds in _conditions(facts, out).items() if holds is True}
    found: list[tuple[str, Any]] = [(name, None) for name in said]
    if out["stage.list_open"]:
        ids = {"reach": "AP-10", "target": "AP-11", "safety": "AP-12"}
        found += [(ids[c], key) for key, c in out["program.category"].items() if c in ids]
    return out, sorted(found, key=str)


def _conditions(facts: Facts, out: dict[str, Any]) -> dict[str, bool | None]:
    get = Case(facts).get
    status1, band = get("step1.status"), out["step2ck.band"]
    fails = get("step1.fail_count")
    failed = fails is not None and fails >= 1
    causes, changes = get("step1.failure_root_causes"), get("step1.improvements_documented") or ()
    covered = get("letters.attributes_covered") or ()
    peds, strong = get("letters.us_peds_count"), get("letters.us_peds_strong_count")
    enough, good = (n is not None and n >= 2 for n in (peds, strong))
    knows, home = get("letters.home_faculty_knows_well"), get("letters.home_count")
    to_sit, first = out["step1.to_sit"] is True, out["step1.never_attempted"] is True
    to_sit2 = out["step2ck.to_sit"] is True
    ready, clinical = out["practice.step1_readiness"], out["stage.clinical"] is True
    weak, open_ = out["step1.weak"], out["stage.list_open"] is True
    return {
        "EX-14": None in (status1, get("step2ck.status"), get("context.application_year"),
                          get("applicant.training_stage"))
        or (status1 == "passed" and fails is None),
        **{f"GN-{n:02}": True for n in (1, 2, 3, 4, 9, 10)},
        "GN-05": get("applicant.citizenship") in ("us_citizen", "us_permanent_resident"),
        "GN-06": to_sit2,
        "GN-07": weak and band == "unscored",
        "GN-08": weak and band == "competitive",
        "GN-11": get("step2ck.score") is not None,
        "GN-12": weak or band in LOW,
        "GN-13": to_sit or to_sit2,
        "S1-10": first, "S1-11": first, "S1-12": to_sit, "S1-14": first,
        "S1-13": to_sit and get("step1.rush_pressure") is True,
        "S1-15": to_sit and ready == "safe",
        "S1-16": to_sit and ready != "safe",
        "S1-17": status1 == "scheduled" and ready in ("borderline", "below"),
        "S1-40": out["step1.history"] == "failed_then_passed",
        "S1-41": failed and causes is None,
        **{i: failed and causes is not None and cause in causes for i, cause in CAUSES.items()},
        "S1-46": failed,
        **{i: failed and change not in changes for i, change in CHANGES.items()},
        "S2-01": band == "competitive",
        **{f"S2-0{n}": band == "viable" for n in (2, 3, 4)},
        "S2-05": band in LOW,
        "S2-06": band in LOW and not good,
        "LR-01": clinical and not enough,
        "LR-02": enough,
        "LR-03": clinical and knows is True and not (home is not None and home >= 1),
        "LR-04": knows is False,
        **{i: clinical and topic not in covered for i, topic in TOPICS.items()},
        "LR-09": enough and not good,
        "AP-13": open_, "AP-21": open_,
        "AP-14": open_ and band in LOW,
        "AP-20": open_ and (out["risk.tier"] >= 2 or get("applicant.prestige_only") is True),
    }  # fmt: skip

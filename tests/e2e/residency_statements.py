"""Which statements of the residency packs speak, and the category of each program, in plain Python:
the second half of `residency_facts`."""

from datetime import date
from itertools import chain
from typing import Any

import residency_application_statements as application
import residency_exam_statements as exams
from residency_case import Case, Facts, compare
from residency_facts import attempt_limit, day_in, derive

PER_PROGRAM = {"reach": "AP-10", "target": "AP-11", "safety": "AP-12"}


def affordable(facts: Facts) -> int | None:
    """`budget.affordable_programs`."""
    budget = Case(facts).get("applicant.budget_usd")
    if budget is None:
        return None
    return int(budget // 11 if budget // 11 <= 30 else 30 + (budget - 330) // 30)


def difficulty(program: Facts, facts: Facts, out: dict[str, Any]) -> tuple[int, int]:
    """`d_img` and `d_score` of one program."""
    cell = program.get
    share, like = cell("pct_img"), cell("like_background") is True
    if share is None:
        d_img = 1 if cell("img_policy") == "welcomes" or like else 2
    else:
        d_img = 0 if share >= 40 else 1 if share >= 15 else 2
    if like:
        d_img = max(0, d_img - 1)
    expected, average = cell("min_step2ck"), cell("avg_step2ck")
    if expected is None and average is not None:
        expected = average - 10
    unscored = out["step2ck.band"] == "unscored"
    score = out["practice.step2ck_predicted"] if unscored else Case(facts).get("step2ck.score")
    if expected is None or score is None:
        return d_img, 1
    margin = score - expected
    return d_img, 0 if margin >= 10 else 1 if margin >= 0 else 2


def exclusions(program: Facts, facts: Facts, out: dict[str, Any], as_of: date) -> frozenset[str]:
    """Every reason why a program is left out."""
    get, cell = Case(facts).get, program.get
    graduation, years = get("applicant.expected_graduation"), cell("max_years_since_graduation")
    closes = day_in(graduation, years) if None not in (graduation, years) else None
    most, welcomes = cell("max_failed_attempts"), cell("img_policy") == "welcomes"
    several = out["step1.multiple_failures"] is True
    reasons = {
        "takes_no_imgs": cell("img_policy") == "excludes",
        "score_below_cutoff": above(cell("min_step2ck"), get("step2ck.score")),
        "too_many_failures": above(out["risk.total_failures"], most),
        "too_little_usce": above(cell("usce_months_required"), get("usce.total_months")),
        "not_certified": cell("certified_at_application") is True
        and get("applicant.ecfmg_certified") is False,
        "graduated_too_long": above(as_of, closes),
        "failures_not_told": several and most is None and not welcomes,
    }
    return frozenset(reason for reason, excludes in reasons.items() if excludes)


def above(value: Any, limit: Any) -> bool | None:
    return compare(value, lambda a, b: a > b, limit)


def category(program: Facts, facts: Facts, out: dict[str, Any], as_of: date) -> str:
    """`program.category` of one program."""
    if exclusions(program, facts, out, as_of):
        return "excluded"
    total = sum(difficulty(program, facts, out))
    return "reach" if total >= 3 else "target" if total >= 1 else "safety"


def derived_facts(facts: Facts, as_of: date) -> dict[str, Any]:
    """All derived facts; those of programs by the program's key."""
    out = derive(facts, as_of)
    out["budget.affordable_programs"] = affordable(facts)
    programs = {program["id"]: program for program in facts.get("program") or ()}
    out["program.category"] = {k: category(p, facts, out, as_of) for k, p in programs.items()}
    out["program.exclusions"] = {k: exclusions(p, facts, out, as_of) for k, p in programs.items()}
    out["program.d_img"] = {k: difficulty(p, facts, out)[0] for k, p in programs.items()}
    out["program.d_score"] = {k: difficulty(p, facts, out)[1] for k, p in programs.items()}
    return out


def statements(facts: Facts, as_of: date) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """The derived facts, and the (id, program or None) of each advice, sorted."""
    out, asserted = derived_facts(facts, as_of), Case(facts)

    def get(name: str) -> Any:
        return out[name] if name in out else asserted.get(name)

    rows = application.outside_scope(get)
    if out["scope.status"] == "in_scope":
        rows = chain(
            exams.framing(get), exams.step1_ahead(get), exams.step1_behind(get),
            exams.step2_score(get), exams.step2_plan(get), exams.step2_profiles(get),
            application.clinical(get), application.statement(get), application.program_list(get),
            application.specialty(get), application.interview(get),
            application.extensions(get, attempt_limit(as_of)),
        )  # fmt: skip
    found: list[tuple[str, Any]] = [(name, None) for name, holds in rows if holds.it is True]
    if out["scope.status"] == "in_scope" and out["stage.list_open"]:
        fits = out["program.category"]
        found += [(PER_PROGRAM[fit], k) for k, fit in fits.items() if fit in PER_PROGRAM]
    return out, sorted(found, key=str)


def carried(facts: Facts, out: dict[str, Any], as_of: date) -> dict[str, dict[str, Any]]:
    """The numbers and dates that an advice carries, by id."""
    get, year = Case(facts).get, Case(facts).get("context.application_year")
    breadth, on_time = out["breadth.min"], out["timing.last_on_time_exam_date"]
    passed_on = get("step1.exam_date")
    lapses = None if passed_on is None else day_in(passed_on, 7)
    fees = 330 + 30 * (breadth - 30)
    return {
        "AP-13": {"min": breadth, "max": out["breadth.max"]},
        "AP-18": {"affordable": out["budget.affordable_programs"], "recommended": breadth},
        "AP-21": {share: out[f"balance.{share}"] for share in ("reach", "target", "safety")},
        "EX-11": {
            "lapses": lapses if lapses is not None and lapses >= as_of else None,
            "days_left": out["eligibility.seven_year_days_left"],
        },
        "EX-12": {"signals": 5 if year == 2024 else None},
        "EX-13": {"programs": breadth, "dollars": fees},
        "EX-16": {"submit_opens": None if year is None else date(year, 9, 1)},
        "LR-01": {"missing": missing(2, get("letters.us_peds_count"))},
        "S1-25": {"missing": missing(2, out["practice.step1_nbme_count"])},
        "S2-27": {"last_on_time_exam_date": on_time},
        "S2-28": {"latest": None if year is None else date(year, 7, 10)},
        "S2-36": {"latest": on_time},
        "S2-38": {"from": 20, "to": 40},
        "S2-53": {"missing": missing(2, out["practice.step2ck_nbme_count"])},
    }


def missing(wanted: int, there: int | None) -> int | None:
    return None if there is None else max(0, wanted - there)

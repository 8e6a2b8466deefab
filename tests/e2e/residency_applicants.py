"""Applicants as people are: most of them in scope, near the cut points of the residency packs."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

DAYS = st.sampled_from([
    date(2025, 6, 30), date(2021, 6, 30), date(2021, 7, 1), date(2022, 6, 30), date(2022, 7, 1),
    date(2025, 7, 10), date(2025, 7, 11), date(2025, 8, 6), date(2025, 8, 7), date(2025, 9, 3),
    date(2025, 9, 24), date(2026, 7, 10), date(2026, 8, 4), date(2026, 8, 5), date(2026, 9, 1),
])  # fmt: skip
SCORES = st.sampled_from([200, 208, 209, 213, 214, 217, 218, 219, 220, 226, 227, 233, 234, 260])
NUMBERS = st.sampled_from([190, 194, 202, 203, 204, 205, 229, 230, 240, 249, 260])
MARGINS = st.sampled_from([None, -1, 0, 4, 5, 9, 10, 11, 15, 20])
GRADES = st.sampled_from([None, "weak", "average", "strong"])
AMOUNTS = st.sampled_from([None, "none", "some", "strong"])
MAYBE = st.sampled_from([None, True, False])
COUNTS = st.sampled_from([0, 0, 0, 0, 1, 2, 3, None])


def _known(**attributes: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(attributes).map(
        lambda drawn: {name: value for name, value in drawn.items() if value is not None}
    )


def subset(*members: str) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(st.sampled_from(members), unique=True)


SUBJECT = _known(
    citizenship=st.sampled_from(["us_citizen"] * 6 + ["us_permanent_resident", "other", None]),
    school_class=st.sampled_from(["international"] * 6 + ["canadian", "us_md", None]),
    target_specialty=st.sampled_from([["pediatrics"]] * 6 + [["pediatrics", "neurology"], []]),
    training_stage=st.sampled_from(
        [None, "preclinical", "clinical_rotations", "final_year", "graduated"]
    ),
    clinical_evaluations=GRADES, peds_shelf=GRADES, peds_research=AMOUNTS, peds_advocacy=AMOUNTS,
    leadership=AMOUNTS, clinical_eval_trend=st.sampled_from([None, "improving", "stable"]),
    prestige_only=MAYBE, ecfmg_certified=MAYBE,
    expected_graduation=st.none() | DAYS,
    budget_usd=st.sampled_from([None, 0, 329, 330, 331, 359, 360, 1000, 20000]),
)  # fmt: skip
PRACTICE = st.lists(
    _known(
        exam=st.sampled_from(["step1", "step2ck"]),
        source=st.sampled_from(["nbme_official"] * 4 + ["uwsa"]),
        date=DAYS, scale=st.sampled_from(["three_digit", "equated_percent"]),
        margin_to_pass=MARGINS, predicted=st.none() | SCORES | st.sampled_from([221, 222, 225]),
    ),
    max_size=5,
)  # fmt: skip
LETTER = st.lists(
    _known(
        author_role=st.sampled_from(
            ["us_board_certified_pediatrician"] * 2 + ["home_faculty", "other"]
        ),
        state=st.sampled_from(["planned", "requested", "received"]), quality=GRADES,
        covers=subset(
            "clinical_reasoning", "reliability_professionalism", "communication_families",
            "teamwork_work_ethic",
        ),
    ),
    max_size=4,
)  # fmt: skip
ROTATION = st.lists(
    _known(
        country_class=st.sampled_from(["us", "us", "other"]),
        specialty=st.sampled_from(["pediatrics", "other"]),
        kind=st.sampled_from(["core", "elective", "observership"]), outpatient=MAYBE,
        weeks=st.sampled_from([1, 4, 7, 8, 26]),
    ),
    max_size=5,
)  # fmt: skip
PROGRAM = st.lists(
    _known(
        id=st.sampled_from(["P1", "P2", "P3", "P4"]), region=st.just("south"),
        kind=st.sampled_from(["university", "community"]),
        img_policy=st.sampled_from([None, "welcomes", "silent", "excludes"]),
        pct_img=st.sampled_from([60, 40, 39, 15, 14, 0, None]), like_background=MAYBE,
        min_step2ck=st.sampled_from([None, 200, 210]) | SCORES, avg_step2ck=st.none() | SCORES,
        max_failed_attempts=st.sampled_from([None, None, 0, 1, 2]),
        usce_months_required=st.sampled_from([None, None, 1, 2]),
        max_years_since_graduation=st.sampled_from([None, 0, 1, 4]),
        certified_at_application=MAYBE,
    ),
    max_size=4, unique_by=lambda program: program["id"],
)  # fmt: skip


def _attempts(draw: Any, exam: str, as_of: date) -> list[dict[str, Any]]:
    outcomes = draw(st.sampled_from([
        [], [], ["pass"], ["fail"], ["fail", "pass"], ["pending"], ["fail", "incomplete", "pass"],
        ["fail", "fail", "fail", "fail"],
    ]))  # fmt: skip
    sittings = [
        {"exam": exam, "number": n, "outcome": outcome,
         "date": draw(st.none() | DAYS.filter(lambda day: day <= as_of)),
         "score": draw(st.none() | SCORES)}
        for n, outcome in enumerate(outcomes, 1)
    ]  # fmt: skip
    return [{k: v for k, v in sitting.items() if v is not None} for sitting in sittings]


@st.composite
def applicants(draw: Any) -> tuple[date, dict[str, Any]]:
    """A day and a case, valid but for a few."""
    as_of = draw(DAYS)
    facts: dict[str, Any] = {
        "context": draw(_known(application_year=st.sampled_from([None, 2024, 2025, 2026]))),
        "applicant": draw(SUBJECT),
        "practice_exam": draw(PRACTICE),
        "rotation": draw(st.just([]) | ROTATION),
        "program": draw(st.just([]) | PROGRAM),
        "application": draw(_known(submitted=MAYBE)),
    }
    if draw(st.booleans()):
        facts["letter"] = draw(LETTER)
    else:
        facts["letters"] = draw(_known(
            us_peds_count=st.sampled_from([None, 2, 3]), home_count=st.sampled_from([None, 0, 1]),
            us_peds_strong_count=st.sampled_from([None, 0, 1, 2]),
            attributes_covered=subset("clinical_reasoning", "reliability_professionalism"),
        ))  # fmt: skip
    facts.setdefault("letters", {})["home_faculty_knows_well"] = draw(MAYBE)
    for exam, pending in (("step1", "awaiting_result"), ("step2ck", "awaiting_score")):
        facts[exam] = _step(draw, exam, pending, as_of, facts)
    return as_of, facts


def _step(draw: Any, exam: str, pending: str, as_of: date, facts: dict[str, Any]) -> Any:
    causes = subset("content_mastery", "question_strategy", "time_management", "life_stress_health")
    own = {
        "pass_margin": st.sampled_from([None, "comfortable", "borderline"]),
        "rush_pressure": MAYBE, "failure_root_causes": causes,
        "improvements_documented": subset(
            "new_study_system", "schedule_or_health", "academic_support"
        ),
    } if exam == "step1" else {}  # fmt: skip
    step: dict[str, Any] = draw(_known(**own))
    if draw(st.integers(0, 3)) == 0:
        facts["attempt"] = facts.get("attempt", []) + _attempts(draw, exam, as_of)
        return step
    status = draw(st.sampled_from(
        ["passed"] * 6 + [None, "not_taken", "scheduled", pending, "failed"]
    ))  # fmt: skip
    step["status"] = status
    day = draw(st.none() | DAYS)
    if day is not None:
        booked = as_of + timedelta(days=draw(st.sampled_from([0, 1, 28, 90])))
        step["exam_date"] = booked if status == "scheduled" else min(day, as_of)
    least, most = {"not_taken": (0, 0), "failed": (1, 4)}.get(status or "", (0, 4))
    count = draw(COUNTS | st.just(4))
    step["fail_count"] = None if count is None else max(least, min(most, count))
    if status in (None, "passed") or (status == "failed" and exam == "step2ck"):
        step["score" if exam == "step2ck" else "numeric_score"] = draw(
            SCORES | st.none() if exam == "step2ck" else st.none() | NUMBERS
        )
    return step

"""Applicants as people are: most of them in scope, near the cut points of the residency packs.

`applicant(rng)` makes one from a source of chance; `applicants()` gives them to Hypothesis;
`least(facts, still)` takes from a case what it does not need to be still of interest.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st
from residency_case import Case
from residency_exams import (
    TREND,
    about,
    one_in,
    practice_exams,
    sittings,
    some,
    step1,
    step2ck,
    subset,
)

FIXED = (date(2018, 1, 2), date(2021, 7, 1), date(2022, 1, 26), date(2022, 7, 1), date(2025, 6, 4),
         date(2025, 7, 1), date(2028, 2, 29))  # fmt: skip
YEARS = (*[2025] * 6, *[2026] * 6, *[2027] * 3, 2024, 2018, 2018, 2040, None, None, None)
GRADES = (None, "weak", "average", "strong", "strong")
AMOUNTS = (None, "none", "some", "strong")
MAYBE = (None, True, False)
TOPICS = ("clinical_reasoning", "reliability_professionalism", "communication_families",
          "teamwork_work_ethic")  # fmt: skip
AREAS = ("immunology", "renal", "neurology", "other")
# Scores that are, to a Step 1 score at its mean, just as far as a change turns on, by exam day.
EXACT = ((date(2021, 8, 2), 227), (date(2021, 8, 2), 239), (date(2021, 8, 2), 247),
         (date(2023, 8, 1), 232))  # fmt: skip
SUMMARIES = (
    "step1.status", "step1.fail_count", "step1.exam_date", "step1.numeric_score", "step2ck.status",
    "step2ck.fail_count", "step2ck.score", "step2ck.exam_date", "usce.total_months",
    "usce.has_outpatient_peds", "letters.us_peds_count", "letters.us_peds_strong_count",
    "letters.home_count", "letters.attributes_covered",
)  # fmt: skip


def calendar(year: int) -> tuple[date, date, date, date]:
    """Last ideal sitting, last sitting in time, submission, review."""
    submit, review = date(year, 9, 1), date(year, 9, 22)
    if year == 2025:
        submit, review = date(2025, 9, 3), date(2025, 9, 24)
    return date(year, 7, 10), submit - timedelta(28), submit, review


def today(rng: Random, year: int | None) -> date:
    if one_in(rng, 4):
        return date(2018, 1, 1) + timedelta(rng.randrange(4000))
    if one_in(rng, 5):
        return about(rng, rng.choice(FIXED))
    near = about(rng, rng.choice(calendar(year or rng.choice((2025, 2026)))))
    return near - timedelta(rng.choice((0, 0, 0, 60, 180)))


def person(rng: Random) -> dict[str, Any]:
    pick = rng.choice
    stages = ("clinical_rotations", "final_year", "graduated")
    spent = [330 + 30 * (breadth - 30) for breadth in (40, 50, 60, 70, 80)]
    return some(
        citizenship=pick(["us_citizen"] * 16 + ["us_permanent_resident"] * 4 + ["other", None]),
        school_class=pick(["international"] * 16 + ["canadian"] * 4 + ["us_md", "us_do", None]),
        target_specialty=pick([["pediatrics"]] * 20 + [["pediatrics", "neurology"]] * 4
                              + [[], ["psychiatry"]]),
        training_stage=pick((None, "preclinical", *stages, *stages)),
        on_rotation=pick(MAYBE), current_rotation=pick((None, None, "pediatrics", "surgery")),
        expected_graduation=None if one_in(rng, 3) else about(rng, pick((
            date(2020, 2, 29), date(2021, 9, 1), date(2024, 8, 5), date(2026, 5, 31)))),
        calendar_aligned=pick(MAYBE), clinical_evaluations=pick(GRADES),
        clinical_eval_trend=pick((None, "improving", "stable", "declining")),
        peds_shelf=pick((*GRADES, "not_taken")), peds_research=pick(AMOUNTS),
        peds_advocacy=pick(AMOUNTS), leadership=pick((*AMOUNTS, "strong")),
        qi_project_count=pick((None, 0, 1, 3)), peds_elective_count=pick((None, 0, 1, 2)),
        specialty_goal=pick((None, "peds_primary", "peds_primary", "peds_parallel", "peds_backup",
                             "peds_backup", "undecided")),
        profile_focus=pick((None, "mostly_peds", "mixed", "mostly_non_peds", "mostly_non_peds")),
        open_to_parallel=pick(MAYBE), prestige_only=pick(MAYBE), has_img_mentor=pick(MAYBE),
        ecfmg_certified=pick(MAYBE), interview_skill=pick(GRADES),
        preferred_regions=subset(rng, "midwest", "south"),
        budget_usd=pick((None, None, 0, 329, 330, 331, 359, 360, 20000, *spent,
                         *(dollars + more for dollars in spent for more in (-1, 30)))),
        name="A. Student" if one_in(rng, 4) else None,
    )  # fmt: skip


def experience(rng: Random, facts: dict[str, Any]) -> None:
    pick = rng.choice
    if one_in(rng, 3):
        facts["rotation"] = [
            some(country_class=pick(("us", "us", "us", "other")),
                 specialty=pick(("pediatrics", "pediatrics", "other")),
                 kind=pick(("core", "elective", "subinternship", "externship", "observership")),
                 site=pick((None, "office", "large_community")), outpatient=pick(MAYBE),
                 weeks=pick((1, 3, 4, 4, 7, 8, 26)))
            for _ in range(pick((0, 1, 2, 2, 3, 7)))
        ]  # fmt: skip
    elif not one_in(rng, 3):
        peds = pick((None, "0", "1", "1.75", "1.99", "2", "2", "2.01", "3", "24"))
        more = pick((None, "0", "0.5", "1", "24"))
        total = None if more is None else Decimal(peds or "1.5") + Decimal(more)
        facts["usce"] = some(
            peds_months=None if peds is None else Decimal(peds), total_months=total,
            has_outpatient_peds=pick(MAYBE),
        )  # fmt: skip
    roles = ("us_board_certified_pediatrician",) * 4 + ("us_other_physician", "home_faculty",
                                                       "home_faculty", "other")  # fmt: skip
    if one_in(rng, 2):
        facts["letter"] = [
            some(author_role=pick(roles), quality=pick((*GRADES, "strong", "strong")),
                 state=pick(("planned", "requested", "received", "received")),
                 covers=[t for t in TOPICS if one_in(rng, 3)] if not one_in(rng, 8) else None)
            for _ in range(pick((0, 1, 2, 3, 4, 6)))
        ]  # fmt: skip
        letters = {}
    else:
        count = pick((None, 0, 1, 2, 2, 3, 10))
        strong = pick((None, 0, 1, 2, 2, 3))
        if None not in (count, strong):
            strong = min(count, strong)
        letters = some(us_peds_count=count, us_peds_strong_count=strong,
                       home_count=pick((None, 0, 1, 2)),
                       attributes_covered=subset(rng, *TOPICS))  # fmt: skip
    facts["letters"] = letters | some(home_faculty_knows_well=pick(MAYBE))


def programs(rng: Random) -> list[dict[str, Any]]:
    pick = rng.choice
    return [
        some(id=f"P{n}", region=pick(("south", "west", "midwest")),
             kind=pick(("university", "community", "childrens_hospital")),
             img_policy=pick((None, "welcomes", "welcomes", "silent", "silent", "excludes")),
             pct_img=pick((None, 100, 40, 39, 15, 14, 0)), like_background=pick(MAYBE),
             min_step2ck=pick((None, None, 200, 210, 217, 218, 219, 220, 224, 225, 226, 227)),
             avg_step2ck=pick((None, 220, 227, 230, 234, 235, 236, 243, 244, 245)),
             max_failed_attempts=pick((None, None, None, 0, 1, 2, 6)),
             usce_months_required=pick((None, None, None, 0, 1, 2, 3)),
             max_years_since_graduation=pick((None, None, 0, 1, 5)),
             certified_at_application=pick((None, None, True, False)),
             saturation=pick((None, "low", "medium", "high")))
        for n in range(pick((1, 2, 3, 4)))
    ]  # fmt: skip


def applicant(rng: Random) -> tuple[date, dict[str, Any]]:
    """A day and a case; nearly all of them valid."""
    pick, year = rng.choice, rng.choice(YEARS)
    as_of = max(today(rng, year), date(2018, 1, 1))
    near = calendar(year) if year else ()
    dates = (*near, near[3] - timedelta(28)) if near else ()
    facts: dict[str, Any] = {
        "context": some(application_year=year),
        "applicant": person(rng),
        "step1": step1(rng, as_of), "step2ck": step2ck(rng, as_of, dates),
        "practice": some(full_simulation_done=pick(MAYBE)),
        "plan": some(time_allows_second_qbank=pick(MAYBE), primary_qbank=pick((None, "amboss")),
                     questions_per_clinical_day=pick((None, 10, 30)),
                     questions_per_dedicated_day=pick((None, 40, 70))),
        "application": some(submitted=pick((None, None, False, False, True)),
                            planned_program_count=pick((None, 30, 60)),
                            interview_invites=pick((None, 0, 5))),
    }  # fmt: skip
    for exam in ("step1", "step2ck"):
        if one_in(rng, 6):
            listed, facts[exam] = sittings(rng, exam, as_of)
            facts["attempt"] = facts.get("attempt", []) + listed
    facts["step1"] |= some(
        pass_margin=pick((None, "comfortable", "borderline", "borderline")),
        rush_pressure=pick(MAYBE), weak_areas=subset(rng, *AREAS),
        failure_root_causes=subset(rng, "content_mastery", "question_strategy", "time_management",
                                   "life_stress_health"),
        improvements_documented=subset(rng, "new_study_system", "schedule_or_health",
                                       "academic_support"),
        first_attempt_date=None if "attempt" in facts else pick((None, as_of - timedelta(400))),
    )  # fmt: skip
    facts["practice_exam"] = practice_exams(rng, as_of)
    experience(rng, facts)
    if one_in(rng, 2):
        facts["program"] = programs(rng)
    if one_in(rng, 4):
        steered(rng, as_of, facts)
    if one_in(rng, 8):
        facts = forgotten(rng, facts)
    if one_in(rng, 8):
        facts = echoed(facts)
    return as_of, facts


def steered(rng: Random, as_of: date, facts: dict[str, Any]) -> None:
    """Towards what chance alone seldom brings together: a clean record of the numeric era, and a
    strong file beside it."""
    facts.pop("attempt", None)
    status2, day2 = rng.choice(("passed", "passed", "not_taken")), facts["step2ck"].get("exam_date")
    taken = status2 == "passed" and facts["step2ck"].get("status") in ("passed", "failed")
    facts["step1"] = facts["step1"] | {"status": "passed", "fail_count": 0}
    facts["step1"].pop("exam_date", None)
    facts["step1"].pop("numeric_score", None)
    if not one_in(rng, 3):
        facts["step1"]["numeric_score"] = rng.choice((195, 202, 203, 229, 230, 230, 249, 268))
        facts["step1"] |= some(exam_date=rng.choice((None, date(2017, 6, 1))))
    facts["step2ck"] = some(
        status=status2, fail_count=0, exam_date=day2 if taken else None,
        score=rng.choice(TREND) if status2 == "passed" else None,
    )  # fmt: skip
    day, score = rng.choice(EXACT)
    if status2 == "passed" and day <= as_of and one_in(rng, 2):
        deviations = rng.choice((0, 0, 1))
        facts["step1"]["numeric_score"] = 230 + 19 * deviations
        score += (15 if day.year > 2022 else 16) * deviations + rng.choice((-1, 0, 0, 1))
        facts["step2ck"] |= {"exam_date": day, "score": score}
    strong = rng.random() < 0.7
    for name in ("clinical_evaluations", "peds_shelf", "peds_research", "leadership"):
        if strong and rng.random() < 0.9:
            facts["applicant"][name] = "strong"


def echoed(facts: dict[str, Any]) -> dict[str, Any]:
    """The same case with what follows from the many-facts said as well."""
    case, said = Case(facts), dict(facts)
    for name in SUMMARIES:
        fact, attribute = name.split(".")
        value = case.get(name)
        if value is not None and name not in ("usce.total_months",):
            value = sorted(value) if isinstance(value, frozenset) else value
            said[fact] = {**said.get(fact, {}), attribute: value}
    return said


def forgotten(rng: Random, facts: dict[str, Any]) -> dict[str, Any]:
    """A case of which much is not known."""
    share = rng.random()
    return {
        name: {a: v for a, v in value.items() if a == "target_specialty" or rng.random() < share}
        if isinstance(value, Mapping) else [one for one in value if rng.random() < share]
        for name, value in facts.items()
    }  # fmt: skip


def applicants() -> st.SearchStrategy[tuple[date, dict[str, Any]]]:
    return st.randoms(use_true_random=True).map(applicant)


def least(facts: dict[str, Any], still: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """A smallest part of a case of which something is still true."""
    shrunk = True
    while shrunk:
        shrunk = False
        for smaller in _smaller(facts):
            if still(smaller):
                facts, shrunk = smaller, True
                break
    return facts


def _smaller(facts: dict[str, Any]) -> Any:
    for fact, value in facts.items():
        rest = {name: other for name, other in facts.items() if name != fact}
        yield rest
        if isinstance(value, Mapping):
            for gone in value:
                yield rest | {fact: {name: v for name, v in value.items() if name != gone}}
        else:
            for place, one in enumerate(value):
                yield rest | {fact: value[:place] + value[place + 1 :]}
                for gone in one:
                    less = {name: v for name, v in one.items() if name != gone}
                    yield rest | {fact: [*value[:place], less, *value[place + 1 :]]}

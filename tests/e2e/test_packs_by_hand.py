"""Applicants worked out by hand from the specification, and the packs' answers to them: bands,
limits and calendars to the day.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

import matchrules as mr

PACKS = mr.load(cache=True)
FRAMED = ["GN-01", "GN-02", "GN-03", "GN-04", "GN-05", "GN-09", "GN-10", "PF-01"]
TOPICS = ["LR-05", "LR-06", "LR-07", "LR-08"]
USCE = ["UX-01", "UX-02", "UX-03", "UX-04", "UX-05", "UX-06"]
CLINICAL = ["LR-01", *TOPICS, *USCE]
SITTING = [f"S1-{n}" for n in (12, 18, 19, 20, 21, 22, 23, 24)]
PREPARING = [f"S2-{n}" for n in (12, 13, 14, *range(16, 27), 27)]
LIST = [*(f"AP-0{n}" for n in range(1, 10)), "AP-13", "AP-21", "EX-12", "EX-13"]
PHASE = ["EX-10", "IV-01", "IV-08", "IV-09", "NA-11", "S1-07"]
STORY = ["NA-01", "NA-02", "NA-03", "NA-04", "NA-05", "NA-06", "NA-07", "NA-09"]
CHALLENGE = ["IV-04", "IV-05", "IV-07"]
FAILED = ["GN-12", "PF-02", "S1-08", "S1-09", "S1-46", "S1-53"]
TYPICAL: dict[str, Any] = {
    "applicant": {"citizenship": "us_citizen", "school_class": "international",
                  "target_specialty": ["pediatrics"], "training_stage": "clinical_rotations"},
    "context": {"application_year": 2026},
}  # fmt: skip


def with_facts(**facts: Any) -> dict[str, Any]:
    merged = {name: dict(value) for name, value in TYPICAL.items()}
    for name, value in facts.items():
        is_single = isinstance(value, Mapping)
        merged[name] = {**merged.get(name, {}), **value} if is_single else value
    return merged


def ids(decision: mr.Decision) -> list[str]:
    return sorted(str(advice.id) for advice in decision)


def forms(exam: str, *shown: tuple[date, dict[str, int]]) -> list[dict[str, Any]]:
    return [
        {"exam": exam, "source": "nbme_official", "date": day, "scale": "equated_percent", **said}
        for day, said in shown
    ]


BY_HAND: dict[str, tuple[date, dict[str, Any], list[str]]] = {
    "nothing at all": (date(2026, 3, 1), {}, ["EX-02"]),
    "a US school": (date(2026, 3, 1), with_facts(applicant={"school_class": "us_do"}), ["EX-01"]),
    "four failures of Step 2 CK": (
        date(2026, 3, 1),
        with_facts(step1={"status": "passed", "fail_count": 0},
                   step2ck={"status": "failed", "fail_count": 4}),
        ["EX-03"],
    ),
    "both exams ahead": (
        date(2026, 3, 1),
        with_facts(step1={"status": "not_taken"}, step2ck={"status": "not_taken"}),
        [*FRAMED, *CLINICAL, *SITTING, "EX-16", "GN-06", "GN-13", "S1-10", "S1-11", "S1-14",
         "S1-16", "S1-25"],
    ),
    "Step 1 failed, retake booked, below the line": (
        date(2026, 3, 1),
        with_facts(
            step1={"status": "scheduled", "fail_count": 1, "exam_date": date(2026, 4, 1),
                   "failure_root_causes": ["content_mastery"],
                   "improvements_documented": ["new_study_system", "schedule_or_health"]},
            step2ck={"status": "not_taken"},
            practice_exam=forms("step1", (date(2026, 2, 1), {"margin_to_pass": 7}),
                                (date(2026, 2, 20), {"margin_to_pass": -1})),
        ),
        [*FRAMED, *CLINICAL, *SITTING, *FAILED, "EX-16", "GN-06", "GN-07", "GN-13", "S1-16",
         "S1-17", "S1-42", "S1-49", "S1-50"],
    ),
    "the comeback: one failure, Step 2 CK booked, two forms safely over the mark": (
        date(2026, 6, 1),
        with_facts(
            step1={"status": "passed", "fail_count": 1, "failure_root_causes": []},
            step2ck={"status": "scheduled", "exam_date": date(2026, 8, 5)},
            applicant={"on_rotation": True, "clinical_evaluations": "strong",
                       "budget_usd": 1829, "specialty_goal": "peds_backup",
                       "profile_focus": "mostly_non_peds"},
            practice={"full_simulation_done": True},
            practice_exam=forms("step2ck", (date(2026, 5, 1), {"predicted": 226}),
                                (date(2026, 5, 20), {"predicted": 231})),
        ),
        # points: low by the prediction 2, one failure 1, weak file 1: tier 4, from 80 programs
        [*FRAMED, *CLINICAL, *LIST, *PHASE[:4], "S1-07", *STORY, *CHALLENGE, *FAILED, *PREPARING,
         "AP-15", "AP-16", "AP-18", "AP-19", "AP-20", "EX-16", "EX-20", "GN-06", "GN-07", "GN-13",
         "IV-06", "S1-02", "S1-05", "S1-06", "S1-40", "S1-47", "S1-48", "S1-49", "S1-50", "S1-51",
         "S1-52", "S1-54", "S2-28", "S2-29", "S2-31", "S2-32", "S2-33", "S2-34", "S2-36", "S2-37",
         "S2-38", "S2-39", "S2-50", "S2-51", "S2-52", "S2-55", "S2-56", "SP-09"],
    ),
    "a strong number, then a large drop": (
        date(2026, 10, 1),
        with_facts(
            step1={"status": "passed", "fail_count": 0, "numeric_score": 230,
                   "exam_date": date(2021, 5, 1)},
            step2ck={"status": "passed", "score": 232, "exam_date": date(2023, 5, 1)},
            applicant={"training_stage": "preclinical", "ecfmg_certified": True,
                       "specialty_goal": "peds_primary"},
        ),
        [*FRAMED, *LIST, *PHASE[1:], "AP-16", "AP-19", "AP-20", "EX-16", "GN-11", "IV-02", "IV-03",
         "NA-12", "S1-01", "S2-02", "S2-03", "S2-04", "S2-42", "SP-01", "SP-02", "SP-03", "SP-04"],
    ),
    "a low score and an open list": (
        date(2026, 7, 1),
        with_facts(step1={"status": "passed", "fail_count": 1},
                   step2ck={"status": "passed", "score": 222, "exam_date": date(2025, 8, 1)},
                   letters={"us_peds_count": 2, "us_peds_strong_count": 1,
                            "attributes_covered": []}),
        [*FRAMED, *TOPICS, *USCE, *LIST, *PHASE, *STORY, *CHALLENGE, *FAILED, "AP-14", "AP-15",
         "AP-16", "AP-19", "AP-20", "EX-05", "EX-16", "EX-17", "GN-11", "LR-02", "LR-09", "S1-02",
         "S1-05", "S1-06", "S1-40", "S1-41", "S1-47", "S1-48", "S1-49", "S1-51", "S1-54", "S2-05",
         "S2-06", "S2-07", "S2-08", "S2-09", "S2-10", "S2-11", "S2-30", "SP-05", "SP-06"],
    ),
    "a competitive score, application sent": (
        date(2026, 10, 1),
        with_facts(step1={"status": "passed", "fail_count": 0},
                   step2ck={"status": "passed", "score": 234, "exam_date": date(2026, 6, 20)},
                   applicant={"training_stage": "preclinical"},
                   application={"submitted": True}),
        [*FRAMED, *PHASE, "EX-16", "GN-11", "IV-02", "IV-03", "NA-12", "S1-01", "S2-01"],
    ),
    "how often Step 1 was failed is not said": (
        date(2026, 3, 1),
        with_facts(step1={"status": "passed"},
                   step2ck={"status": "passed", "score": 229, "exam_date": date(2025, 8, 1)},
                   letters={"home_faculty_knows_well": False}),
        [*FRAMED, *CLINICAL, *LIST, *PHASE, "AP-16", "AP-19", "AP-20", "EX-14", "EX-16", "GN-11",
         "IV-02", "IV-03", "LR-04", "NA-12", "S2-02", "S2-03", "S2-04", "S2-30"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["rete", "interpreter"])
@pytest.mark.parametrize("name", BY_HAND)
def test_applicants_worked_out_by_hand(name: str, engine: Any) -> None:
    as_of, facts, expected = BY_HAND[name]
    assert ids(PACKS.decide(facts, as_of, engine=engine)) == sorted(expected)


@pytest.mark.parametrize(
    ("day", "score", "band"),
    [
        (date(2025, 8, 1), 217, "failed"), (date(2025, 8, 1), 218, "very_low"),
        (date(2025, 8, 1), 219, "very_low"), (date(2025, 8, 1), 220, "low"),
        (date(2025, 8, 1), 226, "low"), (date(2025, 8, 1), 227, "viable"),
        (date(2025, 8, 1), 233, "viable"), (date(2025, 8, 1), 234, "competitive"),
        (date(2025, 7, 1), 217, "failed"), (date(2025, 6, 30), 217, "very_low"),
        (date(2025, 6, 30), 213, "failed"), (date(2025, 6, 30), 214, "very_low"),
        (date(2022, 7, 1), 213, "failed"), (date(2022, 6, 30), 213, "very_low"),
        (date(2022, 6, 30), 209, "very_low"), (date(2022, 6, 30), 208, "failed"),
        (date(2014, 7, 1), 208, "failed"), (date(2014, 6, 30), 208, "very_low"),
        (date(2013, 7, 1), 203, "very_low"), (date(2013, 7, 1), 202, "failed"),
        (date(2012, 7, 1), 150, "very_low"), (date(2012, 7, 1), 250, "competitive"),
    ],
)  # fmt: skip
def test_the_band_goes_by_the_day_of_the_exam(day: date, score: int, band: str) -> None:
    facts = with_facts(step2ck={"status": "passed", "score": score, "exam_date": day})
    for as_of in (date(2025, 8, 2), date(2026, 11, 1)):
        assert PACKS.decide(facts, as_of, "interpreter").derived["step2ck.band"] == band


@pytest.mark.parametrize(
    ("as_of", "status"), [(date(2021, 6, 30), "in_scope"), (date(2021, 7, 1), "ineligible")]
)
def test_the_attempt_limit_goes_by_today(as_of: date, status: str) -> None:
    facts = with_facts(step1={"status": "failed", "fail_count": 4})
    assert PACKS.decide(facts, as_of, "interpreter").derived["scope.status"] == status


@pytest.mark.parametrize(
    ("as_of", "name", "value"),
    [
        (date(2025, 7, 10), "timing.ideal_feasible", True),
        (date(2025, 7, 11), "timing.ideal_feasible", False),
        (date(2025, 8, 6), "timing.on_time_feasible", True),
        (date(2025, 8, 7), "timing.on_time_feasible", False),
        (date(2025, 9, 2), "timing.list_adjustable", True),
        (date(2025, 9, 3), "timing.list_adjustable", False),
    ],
)
def test_the_calendar_to_the_day(as_of: date, name: str, value: bool) -> None:
    facts = with_facts(context={"application_year": 2025})
    assert PACKS.decide(facts, as_of, "interpreter").derived[name] is value

"""What the generated applicants reach: every statement speaks for some and is silent for others,
every member of every derived enum, every tier and band, each attribute known and unknown, and every
date and score that something turns on, with the day or the point beside it. `pytest -s` prints it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from residency_agreement import drawn
from residency_applicants import calendar
from residency_case import Case
from residency_facts import step2_pass
from residency_statements import statements
from test_packs import STATEMENTS

import matchrules as mr
from matchrules.types import Enum, YesNo

PACKS = mr.load(cache=True)
BASE = PACKS.bases[-1]
# For display, or never read.
SHOWN_ONLY = {
    "applicant.target_specialty",  # a must
    *(f"applicant.{name}" for name in ("gender", "race_ethnicity", "age", "religion",
                                       "marital_status", "school_name")),
}  # fmt: skip


class Reached:
    """Counts over generated applicants, by the second reading alone, which is quick."""

    def __init__(self) -> None:
        self.cases = self.in_scope = 0
        self.said, self.derived, self.known, self.moments = (Counter[Any]() for _ in range(4))
        for _, as_of, facts in drawn(2_000, 20_000):
            self.cases += 1
            derived, said = statements(facts, as_of)
            self.in_scope += derived["scope.status"] == "in_scope"
            self.said.update({id for id, _ in said})
            self.derived.update(values(derived))
            self.known.update(knowledge(facts))
            self.moments.update(moments(facts, as_of, derived))


@cache
def reached() -> Reached:
    return Reached()


def values(derived: Mapping[str, Any]) -> set[tuple[str, Any]]:
    """Each derived fact with its value, where there are only a few; of programs, of any of them."""
    return {
        (name, value)
        for name, found in derived.items()
        for value in (found.values() if isinstance(found, dict) else [found])
        if not isinstance(value, date | frozenset)
    }


def knowledge(facts: Mapping[str, Any]) -> set[tuple[str, bool]]:
    """Each attribute, and whether it is known: of single facts once, of many-facts in any."""
    case, found = Case(facts), set[tuple[str, bool]]()
    for fact, declared in BASE.facts.items():
        for attribute in declared.attributes:
            name = f"{fact}.{attribute}"
            if declared.many:
                found |= {(name, one.get(attribute) is not None) for one in case.many(fact)}
            else:
                found.add((name, case.get(name) is not None))
    return found


def moments(
    facts: Mapping[str, Any], as_of: date, derived: Mapping[str, Any]
) -> set[tuple[str, int]]:
    """Days and scores at which something turns, and how far off this case is: a day or a point
    before, on it, or after."""
    get = Case(facts).get
    year, score, number = (get(name) for name in ("context.application_year", "step2ck.score",
                                                  "step1.numeric_score"))  # fmt: skip
    day1, day2 = get("step1.exam_date"), get("step2ck.exam_date")
    found: set[tuple[str, int]] = set()

    def near(name: str, value: Any, point: Any) -> None:
        if value is not None and point is not None:
            off = value - point
            off = off.days if isinstance(off, timedelta) else off
            if abs(off) <= 1:
                found.add((name, off))

    if year is not None:
        for name, day in zip(("ideal", "on time", "submission", "review"), calendar(year),
                             strict=True):  # fmt: skip
            near(f"today and the {name} day", as_of, day)
            if name in ("submission", "review"):
                near(f"the score and the {name} day", derived["timing.expected_score_date"], day)
        near("the Step 2 CK sitting and the ideal day", day2, calendar(year)[0])
    near("today and the attempt limit", as_of, date(2021, 7, 1))
    for day in (date(2014, 7, 1), date(2022, 7, 1), date(2025, 7, 1)):
        near(f"the Step 2 CK sitting and the mark of {day.year}", day2, day)
    near("the Step 1 sitting and pass or fail", day1, date(2022, 1, 26))
    near("the seven-year window and its warning", derived["eligibility.seven_year_days_left"], 365)
    near("the seven-year window and its end", derived["eligibility.seven_year_days_left"], 0)
    mark = step2_pass(day2 or as_of)
    for name, cut in {"the mark": mark, "low": 220, "viable": 227, "competitive": 234}.items():
        near(f"the score and {name}", score, cut)
    predicted, next_mark = derived["practice.step2ck_predicted"], step2_pass(as_of)
    near("the prediction and the safe line", predicted, next_mark + 8 if next_mark else None)
    near("the prediction and the target", predicted, 227)
    near("Step 1 and a bare pass without a date", number if day1 is None else None, 202)
    near("Step 1 and a strong number", number, 230)
    affordable = derived["budget.affordable_programs"]
    near("the budget and the list", affordable, derived["breadth.min"])
    return found


def test_what_is_reached(capsys: pytest.CaptureFixture[str]) -> None:
    """Says so, for those who ask with `-s`."""
    found = reached()
    rare = found.said.most_common()[-8:]
    members = {name for name, _ in found.derived}
    print(f"\n{found.cases} applicants, {found.in_scope} of them in scope")
    print(f"statements that spoke: {len(found.said)}; seldom: {dict(rare)}")
    print(f"derived facts: {len(members)}, with {len(found.derived)} values")
    for name in ("step2ck.band", "risk.tier", "step1.history", "timing.step2ck_class",
                 "trend.change", "interview.framing", "program.category"):  # fmt: skip
        print(f"  {name}:", {v: n for (of, v), n in sorted(found.derived.items(), key=str)
                             if of == name})  # fmt: skip
    print(f"attributes known and unknown: {len({name for name, _ in found.known})}")
    print(f"days and scores beside what turns on them: {len({name for name, _ in found.moments})}")
    assert found.in_scope > found.cases / 2


@pytest.mark.parametrize("id", STATEMENTS)
def test_a_statement_speaks_for_some_and_not_for_others(id: str) -> None:
    assert 0 < reached().said[id] < reached().cases


def test_every_member_of_every_derived_fact_is_reached() -> None:
    found = reached()
    told = {name for name, _ in found.derived}
    for name in sorted(told & set(BASE.defines)):
        type = BASE.defines[name].type
        members: tuple[Any, ...] = ()
        if isinstance(type, Enum):
            members = type.members
        elif isinstance(type, YesNo):
            members = (True, False)
        missed = [member for member in members if not found.derived[name, member]]
        assert missed == [], name
    assert {value for name, value in found.derived if name == "risk.tier"} == {0, 1, 2, 3, 4}
    assert {v for name, v in found.derived if name == "profile.strength_count"} == set(range(7))


UNTOLD = ("step1.history", "step1.multiple_failures", "step1.strong", "step1.to_sit",
          "step1.never_attempted", "step2ck.band", "step2ck.to_sit", "trend.change",
          "stage.clinical", "stage.step2_prep", "stage.application_phase", "stage.list_open",
          "practice.step2ck_predicted", "practice.step2ck_safe", "practice.step2ck_in_target",
          "data.conflict_step1_numeric", "data.conflict_step2ck", "breadth.max",
          "breadth.provisional", "budget.affordable_programs", "narrative.step2_evidence",
          "narrative.needed", "timing.calendar_estimated", "timing.ideal_feasible",
          "timing.on_time_feasible", "timing.step2ck_class", "timing.list_adjustable",
          "eligibility.attempt_limit_reached", "eligibility.seven_year_days_left")  # fmt: skip


@pytest.mark.parametrize("name", UNTOLD)
def test_a_derived_fact_that_can_be_unknown_is(name: str) -> None:
    assert reached().derived[name, None] > 0


def test_each_attribute_is_known_in_some_cases_and_not_in_others() -> None:
    found, missed = reached(), []
    for fact, declared in BASE.facts.items():
        for attribute, its in declared.attributes.items():
            name = f"{fact}.{attribute}"
            expected = [True] if its.required and declared.many else [True, False]
            if name not in SHOWN_ONLY and not display(name):
                missed += [(name, known) for known in expected if not found.known[name, known]]
    assert missed == []


def display(name: str) -> bool:
    """Columns of a catalogue that no condition reads."""
    conditions: list[Callable[[str], bool]] = [
        lambda said: said in {"program.name", "program.city", "program.state"},
        lambda said: said.startswith("program.") and said.split(".")[1] not in READ,
    ]
    return any(is_one(name) for is_one in conditions)


READ = {"id", "region", "kind", "img_policy", "pct_img", "like_background", "min_step2ck",
        "avg_step2ck", "max_failed_attempts", "usce_months_required", "max_years_since_graduation",
        "certified_at_application"}  # fmt: skip


def test_what_turns_on_a_day_or_a_point_is_tried_on_both_sides_of_it() -> None:
    found = reached().moments
    for name in sorted({name for name, _ in found}):
        assert [off for off in (-1, 0, 1) if not found[name, off]] == [], name
    assert len({name for name, _ in found}) == 23

"""A valid case out of facts."""

from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from case_vocabulary import BASE, TODAY

import matchrules as mr
from matchrules.case.classes import FactClasses
from matchrules.case.codec import read_case
from matchrules.case.model import Case
from matchrules.case.validation import assemble


def codes(facts: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(mr.CaseErrors) as caught:
        assemble(BASE, TODAY, facts)
    return [(d.code, d.path) for d in caught.value.diagnostics]


def test_what_is_left_out_is_unknown() -> None:
    case = assemble(BASE, TODAY, {"exam": [{"status": "passed", "months": Fraction(7, 2)}]})
    assert case == Case(
        TODAY,
        {
            "applicant": (),
            "exam": ({"status": "passed", "score": None, "fails": None, "months": Fraction(7, 2),
                      "day": None, "opens": None},),
            "letter": (),
            "program": (),
        },
    )  # fmt: skip
    assert list(case.facts) == ["applicant", "exam", "letter", "program"]


def test_a_required_attribute_is_there_and_known() -> None:
    assert codes({"exam": [{}], "letter": [{"state": "low"}, {"state": None}]}) == [
        ("MR520", "exam.status"),
        ("MR520", "letter[2].state"),
    ]


def test_one_key_once() -> None:
    case = assemble(
        BASE, TODAY, {"program": [{"id": "a", "tier": "low"}, {"id": "a", "tier": "low"}]}
    )
    assert len(case.facts["program"]) == 1
    assert codes({"program": [{"id": "b"}, {"id": "a", "tier": "low"}, {"id": "a"}]}) == [
        ("MR521", "program[3]")
    ]


def test_a_conflict_shows_both() -> None:
    with pytest.raises(mr.CaseErrors) as caught:
        assemble(BASE, TODAY, {"program": [{"id": "a", "tier": "low"}, {"id": "a", "tier": "mid"}]})
    assert caught.value.diagnostics[0].message == (
        "`program[2]` with `id` `a` is there twice, with other values: `tier` is `low` in one and "
        "`mid` in the other"
    )
    with pytest.raises(mr.CaseErrors, match="`score` is `1` in one and not known in the other"):
        assemble(BASE, TODAY, {"exam": [{"status": "no", "score": 1}, {"status": "no"}]})


def test_a_single_fact_has_one_constant_key() -> None:
    exams = [FactClasses(BASE).Exam(status="passed")] * 2
    assert len(read_case([BASE], exams, TODAY)[1].facts["exam"]) == 1
    exams.append(FactClasses(BASE).Exam(status="failed"))
    with pytest.raises(mr.CaseErrors, match="MR521"):
        read_case([BASE], exams, TODAY)


def test_a_bag_keeps_equal_facts() -> None:
    case = assemble(BASE, TODAY, {"letter": [{"state": "low"}] * 3})
    assert len(case.facts["letter"]) == 3


def test_the_bound_counts_what_is_left_of_equal_keys() -> None:
    assert codes({"letter": [{"state": "low"}] * 6}) == [("MR522", "letter")]
    programs = [{"id": name} for name in "aaabbc"]
    assert len(assemble(BASE, TODAY, {"program": programs}).facts["program"]) == 3
    assert codes({"program": [*programs, {"id": "d"}]}) == [("MR522", "program")]


def test_the_order_of_assertion_is_forgotten() -> None:
    letters = [
        {"state": "high", "author": "a"},
        {"state": "low", "pages": 2},
        {"state": "low", "pages": 2, "author": "b"},
        {"state": "low"},
    ]
    cases = [assemble(BASE, TODAY, {"letter": order}) for order in permutations(letters)]
    assert all(case == cases[0] for case in cases)
    # As declared, unknown first, enums as declared; `author` is never read and only parts the rest.
    assert [(i["state"], i["pages"], i["author"]) for i in cases[0].facts["letter"]] == [
        ("low", None, None), ("low", 2, None), ("low", 2, "b"), ("high", None, "a"),
    ]  # fmt: skip


def test_names_that_are_not_there() -> None:
    assert codes({"leter": [{}], "letter": [{"state": "low", "x": 1}]}) == [
        ("MR510", "leter"),
        ("MR510", "letter[1].x"),
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [("exam.weak", "MR511"), ("scope", "MR511"), ("scope.x", "MR511"), ("exam.status", "MR510")],
)
def test_a_derived_fact_is_told_however_it_is_written(name: str, code: str) -> None:
    with pytest.raises(mr.CaseErrors) as caught:
        read_case([BASE], {name: True}, TODAY)
    assert [(d.code, d.path) for d in caught.value.diagnostics] == [(code, name)]


def test_mappings_and_objects_may_be_mixed() -> None:
    facts = FactClasses(BASE)
    given = {
        "exam": facts.Exam(status="passed"),
        "letter": [{"state": "low"}, facts.Letter(state="low")],
    }
    _, case = read_case([BASE], given, TODAY)
    assert len(case.facts["letter"]) == 2
    assert read_case([BASE], facts.Exam(status="passed"), TODAY)[1].facts["exam"]
    assert read_case([BASE], (f for f in [facts.Exam(status="passed")]), TODAY)[1].facts["exam"]


@pytest.mark.parametrize(
    "given",
    ["x", 3, [3], {3: {}}, {"exam": 3}, {"exam": "x"}, {"letter": "x"},
     {"letter": {"state": "low"}},
     {"letter": [[]]}, {"exam": {3: 4}}, {"letter": {1, 2}}, Ellipsis, b"x", None],
    ids=repr,
)  # fmt: skip
def test_shapes_that_are_no_case(given: Any) -> None:
    with pytest.raises(mr.CaseErrors) as caught:
        read_case([BASE], given, TODAY)
    assert all(d.code in ("MR510", "MR512", "MR520") for d in caught.value.diagnostics)

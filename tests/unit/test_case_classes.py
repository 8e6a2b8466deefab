"""Fact types as attrs classes."""

import inspect
import pickle
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from case_vocabulary import BAND, BASE, FACTS, OPENS, TODAY, attribute, base_of, fact

import matchrules as mr
from matchrules.case.classes import FactClasses
from matchrules.case.codec import converter, read_case, read_fact
from matchrules.types import Number, Text

FACTS_OF_BOOK = FactClasses(BASE)


def test_a_class_for_each_fact() -> None:
    assert [cls.__name__ for cls in FACTS_OF_BOOK] == ["Applicant", "Exam", "Letter", "Program"]
    assert FACTS_OF_BOOK["exam"] is FACTS_OF_BOOK.Exam
    assert len(FACTS_OF_BOOK) == 4
    assert "Exam" in dir(FACTS_OF_BOOK)
    assert FACTS_OF_BOOK.Exam.__doc__ == "All about exam"


def test_values_are_those_of_python() -> None:
    exam = FACTS_OF_BOOK.Exam(
        status="passed", score=210, months="3.5", day="2026-01-02", opens="1 September"
    )
    assert exam.months == Decimal("3.50") and str(exam.months) == "3.50"
    assert exam.day == date(2026, 1, 2)
    assert exam.opens == OPENS
    assert exam.fails is None
    assert repr(exam).startswith("Exam(status='passed', score=210, months=Decimal('3.50')")
    areas = FACTS_OF_BOOK.Applicant(areas=["low"]).areas
    assert areas == frozenset({"low"})


def test_facts_are_frozen_and_compare_by_content() -> None:
    one, other = (FACTS_OF_BOOK.Letter(state="low", pages=2) for _ in range(2))
    assert one == other and hash(one) == hash(other)
    assert one != FACTS_OF_BOOK.Letter(state="low")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        one.pages = 3
    assert attrs.evolve(one, pages=3) == FACTS_OF_BOOK.Letter(state="low", pages=3)
    with pytest.raises(mr.CaseErrors):
        attrs.evolve(one, pages=99)


def test_facts_can_be_pickled() -> None:
    exam = FACTS_OF_BOOK.Exam(status="passed", months="3.5")
    assert pickle.loads(pickle.dumps(exam)) == exam
    odd = FactClasses(base_of(fact("true", attribute("x", Text(), optional=True))))["true"](x="1")
    assert pickle.loads(pickle.dumps(odd)) == odd


def test_all_faults_at_once() -> None:
    with pytest.raises(mr.CaseErrors) as caught:
        FACTS_OF_BOOK.Exam(stauts="passed", score=True, fails=7)
    assert [(d.code, d.path) for d in caught.value.diagnostics] == [
        ("MR515", "exam.fails"),
        ("MR513", "exam.score"),
        ("MR510", "exam.stauts"),
    ]
    assert caught.value.diagnostics[2].help == "did you mean `status`?"


def test_a_required_attribute_is_required() -> None:
    for given in ({}, {"state": None}):
        with pytest.raises(mr.CaseErrors, match=r"`letter\.state` is missing"):
            FACTS_OF_BOOK.Letter(**given)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="did you mean `Letter`"):
        _ = FACTS_OF_BOOK.Leter
    with pytest.raises(KeyError, match="did you mean `letter`"):
        FACTS_OF_BOOK["leter"]


def test_the_signature_says_what_there_is() -> None:
    signature = inspect.signature(FACTS_OF_BOOK.Letter)
    assert list(signature.parameters) == ["author", "state", "pages"]
    assert signature.parameters["state"].default is inspect.Parameter.empty
    assert signature.parameters["pages"].annotation == int | None


def test_names_that_python_keeps_for_itself() -> None:
    base = base_of(
        fact("none", *(attribute(n, Number(0, 0, 9), optional=True)
                       for n in ("class", "self", "values", "_x", "__class__", "__init__"))),
        fact("a_1", attribute("x", BAND)),
        fact("a1", attribute("x", BAND)),
    )  # fmt: skip
    classes = FactClasses(base)
    assert {cls.__name__ for cls in classes} == {"A1", "Fact_a_1", "Fact_none"}
    odd = classes["none"](class_=1, self_=2, values=3, attr__x=4, attr___class__=5, attr___init__=6)
    assert (odd.class_, odd.self_, odd.attr___class__) == (1, 2, 5)
    _, case = read_case([base], [odd], TODAY)
    assert case.facts["none"][0] == {
        "class": 1, "self": 2, "values": 3, "_x": 4, "__class__": 5, "__init__": 6,
    }  # fmt: skip


def test_facts_of_an_equal_vocabulary_are_the_same() -> None:
    again = FactClasses(base_of(*FACTS))
    assert again.Exam is FACTS_OF_BOOK.Exam


def test_facts_of_another_book_are_refused() -> None:
    other = FactClasses(base_of(fact("letter", attribute("state", Text()), bound=5)))
    for facts in ([other.Letter(state="low")], {"letter": [other.Letter(state="low")]}):
        with pytest.raises(mr.CaseErrors) as caught:
            read_case([BASE], facts, TODAY)
        (fault,) = caught.value.diagnostics
        assert fault.code == "MR523" and fault.help is not None and "book.facts" in fault.help
    with pytest.raises(mr.CaseErrors, match="MR523"):
        read_case([BASE], {"applicant": FACTS_OF_BOOK.Letter(state="low")}, TODAY)


def test_facts_of_another_era_are_read_by_the_rules_of_the_day() -> None:
    later = base_of(
        fact("letter", attribute("state", BAND), attribute("pages", Number(0, 0, 99)), bound=5),
        start=date(2027, 1, 1),
    )
    earlier = base_of(*FACTS, end=date(2027, 1, 1))
    letter = FactClasses(later).Letter(state="low", pages=9)
    _, case = read_case([earlier, later], [letter], TODAY)
    assert case.facts["letter"][0] == {"author": None, "state": "low", "pages": 9}
    with pytest.raises(mr.CaseErrors, match=r"outside of 0\.\.9"):
        read_case([earlier, later], [FactClasses(later).Letter(state="low", pages=10)], TODAY)


def test_cattrs() -> None:
    made = converter(BASE)
    given = {"status": "passed", "months": "3.50", "day": "2026-01-02"}
    exam = made.structure(given, FACTS_OF_BOOK.Exam)
    assert exam == FACTS_OF_BOOK.Exam(**given)
    assert made.unstructure(exam) == given
    with pytest.raises(mr.CaseErrors, match="did you mean `status`"):
        made.structure({"stauts": "passed"}, FACTS_OF_BOOK.Exam)
    with pytest.raises(mr.CaseErrors, match="mapping"):
        made.structure("passed", FACTS_OF_BOOK.Exam)

    @attrs.frozen
    class Record:
        number: int
        letters: list[FACTS_OF_BOOK.Letter]  # type: ignore[name-defined]

    record = made.structure({"number": 1, "letters": [{"state": "low"}]}, Record)
    assert record == Record(1, [FACTS_OF_BOOK.Letter(state="low")])
    assert made.unstructure(record) == {"number": 1, "letters": [{"state": "low"}]}


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [("leter", {}, "MR510"), ("letter", {"pages": "x"}, "MR513"), ("letter", 3, "MR512")],
)
def test_one_fact_for_a_session(name: str, given: Any, code: str) -> None:
    assert read_fact(BASE, "letter", {"pages": 3}) == {"pages": 3}
    assert read_fact(BASE, "letter", FACTS_OF_BOOK.Letter(state="low")) == {"state": "low"}
    with pytest.raises(mr.CaseErrors) as caught:
        read_fact(BASE, name, given)
    assert [d.code for d in caught.value.diagnostics] == [code]

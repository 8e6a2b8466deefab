"""Fact classes written out as a module, and the JSON Schema of a case."""

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from case_vocabulary import BAND, BASE, FACTS, OPENS, TODAY, attribute, base_of, fact
from jsonschema import Draft202012Validator

import matchrules as mr
from matchrules.case.classes import FactClasses
from matchrules.case.codec import read_case
from matchrules.case.schema import schema
from matchrules.case.stubs import stubs
from matchrules.types import Number, Text


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "written_facts.py").write_text(stubs(BASE), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import written_facts  # type: ignore[import-not-found]

    yield written_facts
    del sys.modules["written_facts"]


def test_the_same_vocabulary_gives_the_same_text() -> None:
    assert stubs(BASE) == stubs(base_of(*reversed(FACTS)))


def test_facts_of_the_module_are_facts_of_the_book(module: Any) -> None:
    exam = module.Exam(status="passed", score=210, opens=OPENS)
    assert pickle.loads(pickle.dumps(exam)) == exam
    applicant = module.Applicant(class_="a", areas=frozenset({"low"}))
    _, case = read_case([BASE], [exam, applicant, module.Letter(state="low")], TODAY)
    same = FactClasses(BASE)
    assert case == read_case(
        [BASE],
        {
            "exam": same.Exam(status="passed", score=210, opens=OPENS),
            "applicant": {"class": "a", "areas": ["low"]},
            "letter": [{"state": "low"}],
        },
        TODAY,
    )[1]  # fmt: skip


def test_values_are_judged_when_the_case_is(module: Any) -> None:
    with pytest.raises(mr.CaseErrors, match=r"`exam\.score` is `999`"):
        read_case([BASE], {"exam": module.Exam(status="passed", score=999)}, TODAY)
    with pytest.raises(TypeError, match="status"):
        module.Exam()


def test_a_module_of_another_vocabulary_is_refused(module: Any) -> None:
    changed = base_of(fact("letter", attribute("state", BAND), bound=5))
    with pytest.raises(mr.CaseErrors, match="MR523"):
        read_case([changed], [module.Letter(state="low")], TODAY)


def test_a_new_description_or_bound_is_no_other_fact(module: Any) -> None:
    letter = fact("letter", *FACTS[2].attributes.values(), bound=9)
    assert read_case([base_of(letter)], [module.Letter(state="low")], TODAY)


def test_odd_names(tmp_path: Path) -> None:
    base = base_of(
        fact("band", attribute("int", Number(0, 0, 9)), attribute("_x", Text(), optional=True),
             attribute("class", BAND), attribute("b", Number(0, 0, 9))),
        fact("true"),
    )  # fmt: skip
    namespace: dict[str, Any] = {"__name__": "odd"}
    exec(compile(stubs(base), "odd", "exec"), namespace)
    odd = namespace["Band"](int_=1, attr__x="x", class_="low", b=2)
    _, case = read_case([base], [odd, namespace["Fact_true"]()], TODAY)
    assert case.facts["band"] == ({"int": 1, "_x": "x", "class": "low", "b": 2},)
    assert namespace["BandValue"]


def test_a_base_without_facts() -> None:
    namespace: dict[str, Any] = {"__name__": "empty"}
    exec(compile(stubs(base_of()), "empty", "exec"), namespace)
    assert namespace["__all__"] == []


# Schema ------------------------------------------------------------------------------------------

VALIDATOR = Draft202012Validator(schema(BASE))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema(BASE))
    Draft202012Validator.check_schema(schema(base_of()))


@pytest.mark.parametrize(
    "case",
    [
        {},
        {"as_of": "2026-11-01", "exam": None, "letter": None},
        {"exam": {"status": "no", "score": None, "months": 3.5, "fails": "2 attempts"}},
        {"exam": {"status": "no", "months": "3.50 months", "opens": "1 September"}},
        {"letter": [{"state": "low"}] * 5, "program": [{"id": "a"}] * 9},
    ],
    ids=repr,
)
def test_cases_that_both_allow(case: Any) -> None:
    VALIDATOR.validate(case)
    read_case([BASE], case, TODAY)


@pytest.mark.parametrize(
    "case",
    [
        {"exm": {}}, {"exam": {}}, {"exam": []}, {"exam": {"status": None}},
        {"exam": {"status": "pass"}}, {"exam": {"status": "no", "x": 1}},
        {"exam": {"status": "no", "score": 301}}, {"exam": {"status": "no", "score": "3"}},
        {"exam": {"status": "no", "fails": True}}, {"exam": {"status": "no", "fails": "2 weeks"}},
        {"exam": {"status": "no", "months": "3.555"}}, {"exam": {"status": "no", "months": -1}},
        {"exam": {"status": "no", "day": "1.1.2026"}}, {"exam": {"status": "no", "opens": "1/9"}},
        {"letter": {"state": "low"}}, {"letter": [{"state": "low"}] * 6}, {"letter": [None]},
        {"applicant": {"areas": ["low", "low"]}}, {"applicant": {"areas": "low"}},
        {"applicant": {"areas": [None]}}, {"applicant": {"visa": "yes"}},
        {"applicant": {"name": 3}}, {"as_of": 3}, {"as_of": "today"},
    ],
    ids=repr,
)  # fmt: skip
def test_cases_that_neither_allows(case: Any) -> None:
    assert not VALIDATOR.is_valid(case)
    with pytest.raises(mr.CaseErrors):
        read_case([BASE], case, TODAY)

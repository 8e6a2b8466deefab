"""`book.decide` on plain mappings, again and again, gives exactly what the interpreter gives: the
same decision, or the same faults, word for word."""

import sys
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import workload
from books_and_cases import examples, loaded, packs
from hypothesis import example, given
from hypothesis import strategies as st
from random_bases import random_base
from random_expressions import DAY, value_of
from residency_applicants import applicants

from matchrules.diagnostics.model import CaseErrors
from matchrules.ir import AttributeDeclaration, FactDeclaration, RuleBase
from matchrules.rulebook import Book
from matchrules.testing import books, cases
from matchrules.types import (
    AnyDayOfYear,
    Date,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    Value,
    decimal_of,
)


class Word(str):
    """A text that is not just a `str`."""


class Count(int):
    """A number that is not just an `int`."""


def shown(book: Book, facts: Any, as_of: Any, engine: Any) -> Any:
    """All that a decision shows, or every fault."""
    try:
        decision = book.decide(facts, as_of, engine=engine)
    except CaseErrors as error:
        return str(error), error.diagnostics
    return decision, decision.to_json(), decision.facts, [type(f) for f in decision.facts.values()]


def agree(book: Book, facts: Any, as_of: Any = None) -> bool:
    """Whether the index was used, where both ways agree."""
    expected = shown(book, facts, as_of, "interpreter")
    assert shown(book, facts, as_of, "compiled") == expected
    found = book._repeated.decide(facts, as_of)
    assert found is None or found == expected[0]
    return found is not None


# Random bases -------------------------------------------------------------------------------------


def given_as(rng: Random, value: Value | None, type_: Type, odd: bool) -> Any:
    """The value as a user may give it: in a usual form, or in an odd one, or a wrong one."""
    if odd and rng.random() < 0.15:
        return rng.choice(
            [True, False, 0, 1, 1.0, 2.5, "1", "1.00", "yes", "", "unknown", Decimal(1), -3, 10**30,
             float("nan"), float(2**60), [], ["red"], ["red", "red"], {}, "2026-06-01", DAY,
             datetime(2026, 6, 1), "1 June", object, b"red", Word("red"), "red", "\ud800", "low"]
        )  # fmt: skip
    if value is None:
        return None
    match type_:
        case Number(places=0):
            return rng.choice([int, Count, Decimal])(int(value)) if odd else value  # type: ignore[arg-type]  # it is a whole number
        case Number(places=places):
            number = decimal_of(value, places or 0)  # type: ignore[arg-type]  # it is a number
            return rng.choice([str, float, float, Decimal] if odd else [str, float])(number)
        case Enum() | Text():
            return Word(value) if odd and rng.random() < 0.3 else value
        case Date() | AnyDayOfYear():
            return rng.choice([value, str(value)])
        case SetOf():
            return rng.choice([list, tuple, set, frozenset])(value)  # type: ignore[arg-type]  # it is a set
    return value


def instance(rng: Random, fact: FactDeclaration, number: int, odd: bool) -> dict[Any, Any]:
    def is_there(attribute: AttributeDeclaration) -> bool:
        return attribute.required or rng.random() < (0.7 if attribute.optional else 0.1)

    found: dict[Any, Any] = {}
    for name, attribute in fact.attributes.items():
        if is_there(attribute):
            value = number if attribute.key else value_of(rng, attribute.type)
            found[name] = given_as(rng, value, attribute.type, odd)
        elif rng.random() < 0.3:
            found[name] = None
    if odd and rng.random() < 0.1:
        found[rng.choice(["when", "nothing", 3, Word("when")])] = None
    return found


def mapping(rng: Random, base: RuleBase, odd: bool) -> dict[Any, Any]:
    facts: dict[Any, Any] = {}
    for fact in base.facts.values():
        if fact.many:
            facts[fact.name] = [instance(rng, fact, n, odd) for n in range(rng.randrange(5))]
            rng.shuffle(facts[fact.name])
            if odd and rng.random() < 0.1:
                facts[fact.name] = rng.choice([None, (), tuple(facts[fact.name]), {}, 3])
        elif rng.random() < 0.8:
            facts[fact.name] = instance(rng, fact, 0, odd)
            if odd and rng.random() < 0.1:
                facts[fact.name] = rng.choice([None, [], [facts[fact.name]], "alone", {}])
    if odd and rng.random() < 0.1:
        facts[rng.choice(["nothing", 7, "as_of"])] = rng.choice([None, {}, "2026-06-01", 5])
    return facts


@examples(14)
@given(st.integers(0, 2**32))
def test_random_bases(seed: int) -> None:
    rng, book = Random(seed), Book((random_base(seed),), {})
    for turn in range(6):
        day = DAY + timedelta(days=rng.choice([0, 0, 0, -1, 1]))
        agree(book, mapping(rng, book.bases[0], odd=turn > 2), day)


@examples(5)
@given(st.integers(0, 2**32))
def test_the_usual_forms_are_read_in_bulk(seed: int) -> None:
    """What is valid and usual does not take the general way, but for one subject said twice."""
    rng, book = Random(seed), Book((random_base(seed),), {})
    for _ in range(4):
        facts = mapping(rng, book.bases[0], odd=False)
        try:
            decision = book.decide(facts, DAY, engine="interpreter")
        except CaseErrors:
            continue
        subjects = [advice.subject for advice in decision]
        assert agree(book, facts, DAY) or len(set(subjects)) < len(subjects)


# Books --------------------------------------------------------------------------------------------


@examples(4)
@given(st.data())
def test_random_books(data: st.DataObject) -> None:
    book = loaded(data.draw(books()))
    for _ in range(4):
        agree(book, data.draw(cases(book)))


@examples(6, long=1000)
@given(applicants())
def test_applicants_of_the_packs(applicant: tuple[date, Mapping[str, Any]]) -> None:
    book = packs()
    agree(book, dict(applicant[1]), applicant[0])


# The workload, at its cut points ------------------------------------------------------------------

RULES = workload.rules_of(120)


@cache
def workload_book() -> Book:
    return loaded({"workload.rules": workload.book_text(RULES)})


@st.composite
def near_cut_points(draw: st.DrawFn) -> dict[str, Any]:
    """An applicant most of whose numbers are what some rule compares with, or just beside it."""
    person: dict[str, Any] = dict(workload.applicant_of(Random(draw(st.integers(0, 2**32)))))
    for comparison in draw(st.lists(st.sampled_from([c for r in RULES for c in r.when]))):
        name, value = comparison.attribute, comparison.value
        if name in workload.INTEGERS:
            low, high = workload.INTEGERS[name]
            value = min(high, max(low, value + draw(st.integers(-1, 1))))
        elif name in workload.DECIMALS:
            low, high, places = workload.DECIMALS[name]
            step = Decimal(draw(st.integers(-1, 1))).scaleb(-places)
            near = min(Decimal(high), max(Decimal(low), Decimal(str(value)) + step))
            value = draw(st.sampled_from([str, float, Decimal]))(near)
        person[name] = draw(st.sampled_from([value, value, None]))
    for name in draw(st.lists(st.sampled_from(workload.ATTRIBUTES))):
        person.pop(name, None)
    return person


@examples(50)
@given(near_cut_points())
@example({})
def test_cut_points(person: dict[str, Any]) -> None:
    book = workload_book()
    assert agree(book, {"applicant": person}, workload.AS_OF)
    assert agree(book, {"applicant": None, "as_of": str(workload.AS_OF)})


def test_equal_values_that_mean_other_things() -> None:
    """One that is equal to a value seen before is not taken for it."""
    book = workload_book()
    for value in (1, True, 1.0, Count(1), Decimal(1), "1", 1, None, False, 0, 0.0, Decimal(0)):
        for name in ("attempts", "gap", "gpa", "degree"):
            agree(book, {"applicant": {name: value}}, workload.AS_OF)
    exact = Decimal.from_float(0.1)  # the float 0.1 is equal to it, and means another number
    assert exact == 0.1
    for number in (0.1, exact, 2**60, float(2**60), float("inf"), float("nan"), -0.0):
        agree(book, {"applicant": {"gpa": number}}, workload.AS_OF)
    for day in (workload.AS_OF, datetime(2026, 1, 1), "2026-01-01", "20260101", 5, None, []):
        agree(book, {"applicant": {"gpa": 2}}, day)
        agree(book, {"applicant": {"gpa": 2}, "as_of": day})
        agree(book, {"applicant": {"gpa": 2}, "as_of": day}, workload.AS_OF)


def test_a_case_that_is_changed_afterwards() -> None:
    """A decision is on what was given, also where it is read after that was changed."""
    text = """
ruleset one version 1 effective from 2026-01-01
enum colour red green
fact box
  size : integer 0..9 optional
  colours : set of colour optional
fact ball many up to 3
  name : text key
  colours : set of colour
advice say
  big
source book "A book"
define box.double : integer 0..18 cite book is box.size * 2
rule big cite book for each ball when box.size > 2 and ball.colours has red
  then may say.big "{box.double} {box.colours} {ball.name} {ball.colours}"
"""
    book = loaded({"one.rules": text})

    def case() -> dict[str, Any]:
        return {
            "box": {"size": 3, "colours": ["red"]},
            "ball": [{"name": "b", "colours": {"red"}}, {"name": "a", "colours": ["red"]}],
        }

    facts, day = case(), date(2026, 2, 1)
    decision = book._repeated.decide(facts, day)
    facts["box"]["colours"].append("green")
    facts["box"]["size"] = 1
    facts["ball"][0]["colours"].clear()
    facts["ball"].pop()
    expected = book.decide(case(), day, engine="interpreter")
    assert decision is not None
    assert decision == expected
    assert [advice.about for advice in decision] == ["a", "b"]


def test_parameters_that_change() -> None:
    """Each day has the values in force on it; days between two changes share an index."""
    text = """
ruleset one version 1 effective from 2020-01-01
fact box
  size : integer 0..9 optional
advice say
  big small
source book "A book"
parameter least : integer 0..9
  from 2021-01-01 is 3 cite book
  from 2022-01-01 is 5 cite book
rule big cite book when box.size >= least then may say.big "{least}"
rule small cite book unless box.size >= least then may say.small "{least if known else 0}"
rule late cite book when as_of > 2022-06-01 then must say.big "late"
"""
    book = loaded({"one.rules": text})
    for day in ("2020-12-31", "2021-01-01", "2021-12-31", "2022-01-01", "2022-06-01", "2022-06-02",
                "2019-12-31", "2022-02-30", "later"):  # fmt: skip
        for size in (None, 2, 3, 4, 5, 6):
            agree(book, {"box": {"size": size}}, day)
            agree(book, {"box": {"size": size}, "as_of": day})


def test_many_rules_for_each_instance_with_picks() -> None:
    """Lists of instances that rules stand for are not those that picks go through."""
    lines = [
        "ruleset one version 1 effective from 2026-01-01",
        "fact ball many up to 9",
        "  name : text key",
        "  size : integer 0..99",
        "advice say",
        "  big",
        'source book "A book"',
    ]
    for number in range(60):
        lines += [
            f"rule r{number} cite book for each ball",
            f"  when ball.size <= last(ball.size by size where size < {number + 3})",
            f'  then may say.big "{number}"',
        ]
    book = loaded({"one.rules": "\n".join(lines) + "\n"})
    for sizes in ((), (1, 5, 9), (60, 40, 20, 2), (99,)):
        balls = [{"name": f"b{size}", "size": size} for size in sizes]
        assert agree(book, {"ball": balls}, date(2026, 2, 1))

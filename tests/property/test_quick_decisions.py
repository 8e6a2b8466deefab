"""What is quick about `book.decide` shows nowhere: where two values are equal but mean other
things, where a rule says one thing twice, and whoever reads a decision when."""

import copy
import pickle
import sys
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import attrs
import pytest
from books_and_cases import examples, loaded
from hypothesis import given
from hypothesis import strategies as st
from random_bases import random_base
from random_expressions import DAY as BASE_DAY
from test_fast_decide_laws import mapping

from matchrules.decision import Decision
from matchrules.diagnostics.model import CaseErrors
from matchrules.rulebook import Book
from matchrules.types import DayOfYear

DAY = date(2026, 6, 1)
TEXT = """
ruleset one version 1 effective from 2026-01-01
fact box
  size : integer 0..9 optional
  opened : day_of_year optional
fact ball many up to 3
  name : text key
  thrown : day_of_year
advice say
  round square
source book "A book"
rule round cite book for each ball when box.size > 2
  then should say.round "{ball.name} first"
  then should say.round "{ball.name} second"
  then should say.square "{ball.name} third"
rule square cite book when box.size > 3
  then should say.square "{box.size} first"
  then should say.round "{box.opened} second"
  then should say.square "{as_of} third"
"""


class Today(date):
    """A day that is not just a `date`."""

    def isoformat(self) -> str:
        return "today"

    __str__ = isoformat


@cache
def book() -> Book:
    return loaded({"one.rules": TEXT})


def shown(facts: Any, as_of: Any, engine: Any) -> Any:
    try:
        decision = book().decide(facts, as_of, engine=engine)
    except CaseErrors as error:
        return str(error)
    return decision.to_json(), decision.facts, repr(decision.as_of)


def agree(facts: Any, as_of: Any = DAY) -> Any:
    expected = shown(facts, as_of, "interpreter")
    for _ in range(2):
        assert shown(facts, as_of, "compiled") == expected
    return expected


def test_a_rule_that_says_one_thing_twice_of_each_instance() -> None:
    balls = [{"name": name, "thrown": "1 June"} for name in "cab"]
    agree({"box": {"size": 3}, "ball": balls})
    agree({"box": {"size": 4, "opened": "2 June"}, "ball": balls})
    texts = [advice.text for advice in book().decide({"box": {"size": 3}, "ball": balls}, DAY)]
    assert texts[:4] == ["a first", "a second", "b first", "b second"]


@pytest.mark.parametrize("day", ["2026-W23-1", "2026W23", "20260601", " 2026-06-01", "2026-6-01"])
def test_a_day_as_only_python_reads_it(day: str) -> None:
    assert "MR513" in agree({}, day)
    assert "MR513" in agree({"as_of": day}, None)


def test_a_day_of_a_class_of_its_own() -> None:
    """It is taken for the day that it is, whichever day was asked for before."""
    for day in (Today(2026, 6, 1), DAY, Today(2026, 6, 1), Today(2026, 6, 2)):
        assert "datetime.date(2026, 6, " in str(agree({"box": {"size": 4}}, day))
        agree({"box": {"size": 4}, "as_of": day}, None)


def test_a_day_of_the_year_that_is_none() -> None:
    """Also where it is equal to one that was read before."""
    # Nobody checks what one is made of.
    good: Any = [DayOfYear(1, 1), "1 January", DayOfYear(1, 1)]
    odd: Any = [(True, 1), (1, True), (1.0, 1), (1, 1.0), (13, 1), ("1", 1)]
    bad = [DayOfYear(*one) for one in odd]
    for days, is_wrong in ((good, False), (bad, True), (good, False)):
        for day in days:
            shown = agree({"box": {"size": 4, "opened": day}})
            assert ("MR513" in shown) is is_wrong
            agree({"box": {"size": 4}, "ball": [{"name": "a", "thrown": day}]})


# Whoever reads a decision, and when --------------------------------------------------------------

READINGS: dict[str, Callable[[Decision], Any]] = {
    "text": lambda d: [advice.text for advice in d],
    "backwards": lambda d: [advice.provisional for advice in reversed(d.advice)],
    "fields": lambda d: [(a.reasons, a.fields, a.about, type(a.about)) for a in d],
    "length": len,
    "json": Decision.to_json,
    "facts": lambda d: (d.facts, d.unknown),
    "derived": lambda d: (d.derived, list(map(type, d.derived.values()))),
    "rules": lambda d: (d.as_of, d.rulesets, d.warnings),
    "pickle": lambda d: pickle.loads(pickle.dumps(d)),
    "copy": copy.copy,
    "deep copy": copy.deepcopy,
    "advice pickled": lambda d: [pickle.loads(pickle.dumps(advice)) for advice in d],
    "advice copied": lambda d: copy.deepcopy(d.advice),
    "advice evolved": lambda d: [attrs.evolve(advice, text="") for advice in d],
    "advice as data": lambda d: [attrs.asdict(advice) for advice in d],
    "evolved": lambda d: attrs.evolve(d, as_of=d.as_of),
    "itself": lambda d: d,
}


def changed(rng: Random, given: Any) -> None:
    """What its owner may do with what was decided."""
    if isinstance(given, dict):
        for inner in given.values():
            changed(rng, inner)
        given["when"] = BASE_DAY
        if rng.random() < 0.5:
            given.clear()
    elif isinstance(given, list):
        for inner in given:
            changed(rng, inner)
        given.reverse()
        del given[rng.randrange(3) :]
    elif isinstance(given, set):
        given ^= {"red", "green"}


def decided(found: Book, facts: Any, engine: Any) -> Any:
    try:
        return found.decide(facts, BASE_DAY, engine=engine)
    except CaseErrors as error:
        return str(error), error.diagnostics


@examples(10)
@given(st.integers(0, 2**32))
def test_decisions_one_after_another(seed: int) -> None:
    """What was accepted or refused before, what becomes of the mapping, and what is read first
    change nothing."""
    rng, found = Random(seed), Book((random_base(seed),), {})
    cases = [mapping(rng, found.bases[0], odd=number % 3 == 0) for number in range(9)]
    expected = [decided(found, copy.deepcopy(case), "interpreter") for case in cases]
    kept = []
    for number in rng.sample([*range(9)] * 3, 27):
        given = copy.deepcopy(cases[number])
        decision = decided(found, given, "compiled")
        changed(rng, given)
        if isinstance(decision, tuple):
            assert decision == expected[number]
        else:
            kept.append((decision, expected[number]))
    rng.shuffle(kept)
    for decision, other in kept:
        for name in rng.sample(list(READINGS), 4):
            assert READINGS[name](decision) == READINGS[name](other), name

"""What is quick about `book.decide` shows nowhere: where two values are equal but mean other
things, where a rule says one thing twice, and whoever reads a decision when."""

from datetime import date
from functools import cache
from typing import Any

import pytest
from books_and_cases import loaded

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

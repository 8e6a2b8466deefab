"""What rests on known facts alone, and what may turn once more is known."""

from datetime import date

import pytest

import matchrules as mr
from matchrules.engine.interpreter import Interpretation
from matchrules.testing.laws.resting import Resting

RESTS = """
ruleset rests
  version 1
  effective from 2026-01-01
source guide "A guide"
enum mark
  low high
fact x
  a : yes_no optional
  b : yes_no optional
  n : integer 0..9 optional
  m : integer 0..9 default 3 if x.a else unknown
fact item many up to 5
  w : integer 0..9 optional
  d : integer 0..99
advice say
  so
"""

SETTLED = {  # with a = yes, b and n unknown, two items of which one has no w
    "x.a or x.b": True,
    "x.b or x.b": False,
    "not x.a and x.b": True,
    "x.a and x.b": False,
    "x.b is unknown": False,
    "x.a is known": True,
    "shown x.b": False,
    "yes if x.a else x.b": True,
    "x.b if x.a else yes": False,
    "x.a if x.b else yes": True,
    "x.n > 3": False,
    "x.m > 2": True,
    "any(item where w > 4)": True,
    "all(item where w > 4)": False,
    "all(item where w < 4)": True,
    "count(item where w > 4) > 0": False,
    "count(item) > 1": True,
    "sum(item.w) > 1": False,
    "last(item.w by d) > 4": True,
    "last but one(item.w by d) > 4": False,
    "(x.m if known else x.n) > 1": True,
    "(x.n if known else 4) > 1": False,
}
TABLE = """
table rests.t : yes_no
  hit {hit}
  cite guide
  | x.a | x.b | => rests.t |
  |-----|-----|------------|
  | {a} | yes | yes        |
  | {c} | {b} | {out}      |
  | -   | -   | yes        |
"""


def resting(text: str, name: str) -> bool:
    book = mr.load_text({"r.rules": RESTS + text + f"""
rule r
  cite guide
  when {name}
  then may say.so "So."
"""})  # fmt: skip
    base, case = book.case(
        {"x": {"a": True}, "item": [{"d": 1}, {"d": 2, "w": 5}]}, date(2026, 2, 1)
    )
    return Resting(Interpretation(base, case)).stands(base.rules["r"]) is not None


@pytest.mark.parametrize("condition", SETTLED)
def test_what_rests_on_known_facts_alone(condition: str) -> None:
    assert resting("", condition) is SETTLED[condition]


@pytest.mark.parametrize(
    ("hit", "a", "c", "b", "out", "settled"),
    [
        ("first", "yes", "yes", "no", "no", False),  # b decides
        ("first", "no", "yes", "-", "no", True),  # the second row hits, the first never
        ("first", "yes", "yes", "-", "yes", True),  # whatever hits, it comes to the same
        ("first", "yes", "yes", "unknown", "yes", True),
        ("first", "no", "yes", "unknown", "no", False),  # hits now, and not once b is known
    ],
)
def test_what_a_table_rests_on(hit: str, a: str, c: str, b: str, out: str, settled: bool) -> None:
    assert resting(TABLE.format(hit=hit, a=a, c=c, b=b, out=out), "rests.t") is settled


def test_an_unless_that_may_come() -> None:
    text = """
rule other
  cite guide
  when x.a
  {clause}
  then may say.so "So."
"""
    for clause, stands in (("unless x.b", None), ("unless not x.a", True), ("", True)):
        book = mr.load_text({"r.rules": RESTS + text.format(clause=clause)})
        base, case = book.case({"x": {"a": True}}, date(2026, 2, 1))
        assert Resting(Interpretation(base, case)).stands(base.rules["other"]) is stands

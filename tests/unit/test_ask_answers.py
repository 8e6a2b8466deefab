"""What a typed line means as an answer."""

from datetime import date
from fractions import Fraction

import pytest

from matchrules.case.values import Misread
from matchrules.cli.ask_answers import choices, read, said
from matchrules.ir import RuleBase
from matchrules.rulebook import load_text
from matchrules.types import DayOfYear, Type, Value

RULES = """ruleset r
  version 1
  effective from 2026-01-01
enum meal
  fish   "fish"
  meat   "Meat of a cow"
  none   "nothing"
  three  "3"
enum twins
  left  "the same"
  right "the same"
fact f
  fine  : yes_no optional
  eats  : meal optional
  likes : set of meal optional
  twin  : twins optional
  years : integer -5..20 years optional
  price : decimal 0.00..9.50 euros optional
  bare  : integer 0..3 optional
  day   : date optional
  start : day_of_year optional
  name  : text optional
"""


@pytest.fixture(scope="module")
def base() -> RuleBase:
    return load_text({"r.rules": RULES}).bases[-1]


def type_of(base: RuleBase, name: str) -> Type:
    return base.facts["f"].attributes[name].type


@pytest.mark.parametrize(
    ("name", "line", "value"),
    [
        ("fine", "y", True), ("fine", "N", False), ("fine", "Yes", True), ("fine", "no", False),
        ("eats", "1", "fish"), ("eats", "meat", "meat"), ("eats", "MEAT OF A COW", "meat"),
        ("eats", "3", "none"),  # the number that is shown goes before a label
        ("eats", "three", "three"), ("eats", "4", "three"),
        ("eats", "none", "none"),
        ("likes", "1, 2", frozenset({"fish", "meat"})),
        ("likes", "2 1", frozenset({"fish", "meat"})),
        ("likes", "fish and meat", frozenset({"fish", "meat"})),
        ("likes", "0", frozenset()), ("likes", "none", frozenset({"none"})),
        ("likes", "Meat of a cow", frozenset({"meat"})),
        ("twin", "right", "right"), ("twin", "2", "right"),
        ("years", "7", 7), ("years", "7 years", 7), ("years", "1 year", 1), ("years", "-5", -5),
        ("years", "7.0", 7),
        ("price", "2.5", Fraction(5, 2)), ("price", "2 euros", 2),
        ("day", "2026-02-28", date(2026, 2, 28)),
        ("start", "1 September", DayOfYear(9, 1)),
        ("name", "Ann", "Ann"), ("name", '"back"', "back"), ("name", "null", "null"),
    ],
)  # fmt: skip
def test_a_line_means_a_value(base: RuleBase, name: str, line: str, value: Value) -> None:
    assert read(base, type_of(base, name), line) == value


@pytest.mark.parametrize(
    ("name", "line", "part"),
    [
        ("fine", "maybe", "must be yes or no"),
        ("eats", "5", "cannot be number 5"), ("eats", "0", "cannot be number 0"),
        ("eats", "9" * 9000, "cannot be number 999"), ("eats", "fsh", "cannot be `fsh`"),
        ("twin", "the same", "be `the same`"),  # says nothing: it is the label of both
        ("likes", "1 1", "names `fish` twice"), ("likes", "fish, soup", "be `soup`"),
        ("years", "21", "outside of -5..20 years"), ("years", "7.5", "must be an integer"),
        ("years", "7 euros", "takes `years`"), ("years", "seven", "must be an integer"),
        ("price", "2.505", "2 decimal places"), ("bare", "1 year", "takes no unit"),
        ("day", "2026-02-30", "must be a date"), ("day", "1 May", "must be a date"),
        ("start", "31 June", "must be a day of the year"),
    ],
)  # fmt: skip
def test_a_line_that_means_none_is_told(base: RuleBase, name: str, line: str, part: str) -> None:
    with pytest.raises(Misread) as told:
        read(base, type_of(base, name), line)
    assert part in told.value.message


def test_choices_say_what_can_be_answered(base: RuleBase) -> None:
    assert list(choices(base, type_of(base, "twin"))) == ["1  the same", "2  the same"]
    assert list(choices(base, type_of(base, "years"))) == ["a whole number from -5 to 20 years"]
    assert list(choices(base, type_of(base, "price"))) == [
        "a number from 0.00 to 9.50 euros, with 2 decimal places at most"
    ]
    assert list(choices(base, type_of(base, "bare"))) == ["a whole number from 0 to 3"]
    assert list(choices(base, type_of(base, "likes")))[-1] == (
        "several numbers, such as 1, 2, or 0"
    )
    assert [next(choices(base, type_of(base, name))) for name in ("day", "start", "name")] == [
        "a day, as YYYY-MM-DD", "a day of the year, such as 1 September", "a text"
    ]  # fmt: skip


def test_an_answer_is_told_with_its_unit(base: RuleBase) -> None:
    assert said(base, type_of(base, "years"), 1) == "1 year"
    assert said(base, type_of(base, "price"), Fraction(5, 2)) == "2.50 euros"
    assert said(base, type_of(base, "fine"), False) == "no"
    assert said(base, type_of(base, "likes"), frozenset()) == "none"

"""A column cut into cells: no value is lost, none is in two, and words say which."""

from datetime import date
from fractions import Fraction

import pytest

from matchrules.regions.axis import axis
from matchrules.types import AnyDayOfYear, Date, DayOfYear, Enum, Number, SetOf, Text, YesNo

COLOUR = Enum("colour", ("red", "green", "blue"))


def test_integers_between_two_cuts_are_cells_only_where_there_are_any():
    column = axis("n", Number(0, 1, 300), [5, 6, 300])
    assert [(cell.low, cell.high) for cell in column.cells] == [
        (1, 4), (5, 5), (6, 6), (7, 299), (300, 300),
    ]  # fmt: skip
    assert column.condition(column.mask("<", 6)) == "n in 1..5"
    assert column.condition(column.mask(">", 300) | column.mask("==", 5)) == "n is 5"
    assert column.mask(">", 300) == 0
    assert column.subject(column.known & ~column.mask("==", 5)) == "n 1..4 or 6..300"


def test_a_cut_off_the_grid_parts_what_is_below_from_what_is_above():
    column = axis("n", Number(1, 0, 1), [Fraction(1, 4)])
    assert column.subject(column.mask("<", Fraction(1, 4))) == "n 0.0..0.2"
    assert column.subject(column.mask(">=", Fraction(1, 4))) == "n 0.3..1.0"
    assert column.mask("==", Fraction(1, 4)) == 0


def test_a_number_that_is_no_stored_one_is_dense():
    column = axis("n", Number(None), [0, 3], low=0, high=10)
    assert column.condition(column.mask("<", 3)) == "n >= 0 and < 3"
    assert column.condition(column.mask(">", 3)) == "n > 3 and <= 10"
    assert column.condition(column.mask("==", 3)) == "n is 3"
    endless = axis("n", Number(None), [3])
    assert endless.condition(endless.mask("<", 3)) == "n < 3"
    assert endless.condition(endless.mask(">=", 3)) == "n >= 3"


def test_days_and_days_of_the_year():
    column = axis("d", Date(), [date(2026, 6, 1)])
    assert column.subject(column.mask("<", date(2026, 6, 1))) == "d 0001-01-01..2026-05-31"
    of_year = axis("d", AnyDayOfYear(), [DayOfYear(3, 1)])
    assert of_year.subject(of_year.mask("<", DayOfYear(3, 1))) == "d 1 January..29 February"


@pytest.mark.parametrize(
    "type_, cuts, mask, words",
    [
        (YesNo(), [], 1, "x is no"),
        (COLOUR, [], 5, "x in (red, blue)"),
        (COLOUR, [], 8 | 1, "x is red or unknown"),
        (Text(), ["a", "b"], 4, 'x is none of "a", "b"'),
        (Text(), ["a"], 2, 'x is not "a"'),
        (SetOf(COLOUR), [frozenset(), frozenset({"red"})], 3, "x in ((), (red))"),
    ],
)
def test_words_for_values_that_are_no_range(type_, cuts, mask, words):
    assert axis("x", type_, cuts).condition(mask) == words


def test_a_set_of_few_members_has_no_other_value_once_all_are_named():
    two = SetOf(Enum("two", ("x", "y")))
    every = [frozenset(), frozenset("x"), frozenset("y"), frozenset("xy")]
    assert len(axis("s", two, every).cells) == 4
    assert len(axis("s", two, every[:3]).cells) == 4  # the last is any other
    assert axis("s", two, every[:3]).members(8) == {frozenset("xy")}


def test_what_a_head_cannot_be_is_no_cell():
    column = axis("x", COLOUR, [], unknown=False, only=frozenset({"red", "blue"}))
    assert column.whole == 3 and column.condition(2) == "x is blue"
    assert axis("n", Number(0, 0, 9), [2, 7], only=frozenset({2, 7})).known == 3

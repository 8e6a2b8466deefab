"""What is kept of the values that were read takes no more room than it is worth."""

from decimal import Decimal

import pytest

from matchrules.case.readings import LONGEST_KEPT, MOST_KEPT, Readings
from matchrules.case.values import Misread
from matchrules.types import Number, Text


def test_what_is_read_is_kept() -> None:
    readings = Readings(Text())
    assert readings[str, "a"] == "a"
    assert (str, "a") in readings


def test_a_long_text_is_not_kept() -> None:
    readings, long = Readings(Text()), "a" * (LONGEST_KEPT + 1)
    assert readings[str, long] == long
    assert not readings


def test_it_does_not_grow_for_ever() -> None:
    readings = Readings(Number(0, None, None, None))
    for number in range(MOST_KEPT + 10):
        assert readings[int, number] == number
    assert len(readings) == MOST_KEPT


def test_equal_values_of_other_classes_are_told_apart() -> None:
    readings = Readings(Number(0, None, None, None))
    assert readings[int, 1] == 1
    assert readings[Decimal, Decimal(1)] == 1
    for other in (True, 1.0, "1", Decimal("1.0")):
        with pytest.raises(Misread):
            readings[type(other), other]
    assert list(readings) == [(int, 1)]

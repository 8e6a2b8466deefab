"""Single values, read by their declared type."""

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Any

import pytest
from case_vocabulary import BAND, STATUS

from matchrules.case.values import Misread, Written, plain, read_value, shown
from matchrules.types import AnyDayOfYear, Date, DayOfYear, Number, SetOf, Text, Type, YesNo

WHOLE = Number(0, 0, 6, "attempts")
MONTHS = Number(2, 0, 24, "months")
PLAIN = Number(0, -5, 5)


def bare(text: str) -> Written:
    return Written(text, bare=True)


class Level(IntEnum):
    TWO = 2


class Band(StrEnum):
    LOW = "low"


GOOD: list[tuple[Any, Type, Any]] = [
    (True, YesNo(), True),
    (bare("no"), YesNo(), False),
    (bare("Yes"), YesNo(), True),
    (bare("FALSE"), YesNo(), False),
    (Written("true", bare=False), YesNo(), True),
    (3, WHOLE, 3),
    (Level.TWO, WHOLE, 2),
    ("3 attempts", WHOLE, 3),
    ("1 attempt", WHOLE, 1),
    (bare("007"), Number(0, 0, 9), 7),
    (bare("-5"), PLAIN, -5),
    (Fraction(4, 1), WHOLE, 4),
    (3, MONTHS, 3),
    (0.1, MONTHS, Fraction(1, 10)),
    (Decimal("3.5"), MONTHS, Fraction(7, 2)),
    (Decimal("3.500"), MONTHS, Fraction(7, 2)),
    ("3.50", MONTHS, Fraction(7, 2)),
    (bare("24.00 months"), MONTHS, 24),
    ("x", Text(), "x"),
    ("", Text(), ""),
    (bare("no"), Text(), "no"),
    (bare("2026-11-01"), Text(), "2026-11-01"),
    (Written("null", bare=False), Text(), "null"),
    (date(2026, 11, 1), Date(), date(2026, 11, 1)),
    ("2024-02-29", Date(), date(2024, 2, 29)),
    ("1 September", AnyDayOfYear(), DayOfYear(9, 1)),
    (DayOfYear(2, 29), AnyDayOfYear(), DayOfYear(2, 29)),
    ("low", BAND, "low"),
    (Band.LOW, BAND, "low"),
    (bare("no"), STATUS, "no"),
    (bare("none"), STATUS, "none"),
    (["low", "high"], SetOf(BAND), frozenset({"low", "high"})),
    ({"low"}, SetOf(BAND), frozenset({"low"})),
    ([], SetOf(BAND), frozenset()),
]


@pytest.mark.parametrize(("raw", "type_", "value"), GOOD)
def test_what_is_meant(raw: Any, type_: Type, value: Any) -> None:
    read = read_value(raw, type_)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "raw", [None, *(bare(null) for null in ("", "~", "null", "Null", "NULL"))], ids=repr
)
@pytest.mark.parametrize("type_", [YesNo(), WHOLE, Text(), Date(), STATUS, SetOf(BAND)], ids=repr)
def test_null_is_unknown_whatever_the_type(raw: Any, type_: Type) -> None:
    assert read_value(raw, type_) is None


BAD: list[tuple[Any, Type, str, str]] = [
    ("yes", YesNo(), "MR513", "without quotes"),
    (1, YesNo(), "MR513", "true or false"),
    (bare("on"), YesNo(), "MR513", "yes or no"),
    (bare("yEs"), YesNo(), "MR513", "yes or no"),
    (True, WHOLE, "MR513", "write a number"),
    ("3", WHOLE, "MR513", "write 3 without quotes"),
    (3.0, WHOLE, "MR513", "without a decimal point"),
    (Decimal("3.0"), WHOLE, "MR513", "without a decimal point"),
    (Fraction(1, 2), WHOLE, "MR513", "whole"),
    (bare("3.0"), WHOLE, "MR513", "without a decimal point"),
    (bare("0x10"), WHOLE, "MR513", "in digits"),
    (bare("1_000"), WHOLE, "MR513", "in digits"),
    (bare("1e3"), WHOLE, "MR513", "in digits"),
    (7, WHOLE, "MR515", "correct"),
    (-1, WHOLE, "MR515", "correct"),
    (10**5000, WHOLE, "MR515", "correct"),
    (bare("9" * 5000), WHOLE, "MR513", "in digits"),
    ("3 weeks", WHOLE, "MR517", "attempts"),
    ("3 attempts", PLAIN, "MR517", "leave the unit out"),
    (float("nan"), MONTHS, "MR513", "null"),
    (float("inf"), MONTHS, "MR513", "null"),
    (Decimal("sNaN"), MONTHS, "MR513", "null"),
    (0.001, MONTHS, "MR516", "round"),
    ("1.999", MONTHS, "MR516", "round"),
    (Fraction(1, 3), MONTHS, "MR516", "round"),
    (1e300, MONTHS, "MR513", "100 digits"),
    (Decimal("1e-999999"), MONTHS, "MR513", "100 digits"),
    (24.01, MONTHS, "MR515", "correct"),
    (bare("unknown"), MONTHS, "MR513", "not known"),
    ([3], MONTHS, "MR513", "write a number"),
    (3, Text(), "MR513", "quotes"),
    (b"x", Text(), "MR513", "quotes"),
    ("\ud800", Text(), "MR513", "character"),
    (datetime(2026, 11, 1), Date(), "MR513", "without a time"),
    ("20261101", Date(), "MR513", "2026-11-01"),
    ("2026-W44-1", Date(), "MR513", "2026-11-01"),
    ("2026-02-29", Date(), "MR513", "no such day"),
    (20261101, Date(), "MR513", "2026-11-01"),
    ("30 February", AnyDayOfYear(), "MR513", "29 days"),
    ("1 Setpember", AnyDayOfYear(), "MR513", "did you mean `September`?"),
    (DayOfYear(13, 1), AnyDayOfYear(), "MR513", "1 September"),
    ("09-01", AnyDayOfYear(), "MR513", "1 September"),
    ("hihg", BAND, "MR514", "did you mean `high`?"),
    ("High", BAND, "MR514", "did you mean `high`?"),
    ("zzz", BAND, "MR514", "write one of `low`, `mid`, `high`"),
    (1, BAND, "MR513", "write one of"),
    (True, BAND, "MR513", "write one of"),
    ("unknown", BAND, "MR514", "not known"),
    ("low", SetOf(BAND), "MR513", "[low]"),
    ({"low": 1}, SetOf(BAND), "MR513", "a list"),
    (["low", "low"], SetOf(BAND), "MR518", "leave one"),
    (["low", None], SetOf(BAND), "MR513", "null"),
    (["low", "hihg"], SetOf(BAND), "MR514", "high"),
]


@pytest.mark.parametrize(("raw", "type_", "code", "help"), BAD, ids=lambda x: shown(x)[:40])
def test_what_cannot_be_meant(raw: Any, type_: Type, code: str, help: str) -> None:
    with pytest.raises(Misread) as caught:
        read_value(raw, type_)
    assert caught.value.code == code
    assert caught.value.help is not None and help in caught.value.help
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(("raw", "type_", "value"), GOOD)
def test_plain_values_read_back(raw: Any, type_: Type, value: Any) -> None:
    assert read_value(plain(value, type_), type_) == value


def test_what_was_given_is_shown_in_short() -> None:
    assert shown("x" * 1000) == f"`{'x' * 100}…`"
    assert shown("a\x07\nb") == "`a��b`"
    assert shown(10**5000) == "a number of more than 60 digits"
    assert shown(object()) == "an object of type `object`"

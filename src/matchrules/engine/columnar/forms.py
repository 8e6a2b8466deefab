"""How values lie in columns while they are worked on.

A number is a whole number over a denominator that is known when the rules are compiled, within
bounds that are known too: so the column is as narrow as it can be, and never wraps around.
"""

from fractions import Fraction
from typing import Any, Final

import polars as pl
from attrs import frozen

from matchrules.types import AnyDayOfYear, Date, DayOfYear, Enum, Number, SetOf, Type, YesNo

EPOCH: Final = 719163  # the ordinal of 1970-01-01
WIDTHS: Final = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128)
FIRST_DAY, LAST_DAY = 1 - EPOCH, 3652059 - EPOCH
MOST_MEMBERS: Final = 64  # of an enum of which there are sets: one bit each


class ObstacleError(Exception):
    """Something that has no form in columns."""


@frozen
class Plain:
    """Anything but a number. `kind` tells forms apart that share a dtype."""

    kind: str
    dtype: Any


@frozen
class Scaled:
    """Numbers: the column holds them times `den`, from `low` to `high`."""

    den: int
    low: int
    high: int
    dtype: Any


Form = Plain | Scaled

TRUTH: Final = Plain("truth", pl.Boolean)
TEXT: Final = Plain("text", pl.String)
DAY: Final = Plain("day", pl.Int32)  # days since 1970
YEARDAY: Final = Plain("yearday", pl.Int16)  # month * 100 + day
BITS: Final = Plain("set", pl.UInt64)
RANK: Final = Plain("rank", pl.UInt32)


def whole(low: int, high: int) -> Any:
    """The narrowest column for whole numbers from `low` to `high`."""
    most = max(-low - 1, high)
    for bits, dtype in zip((7, 15, 31, 63, 126), WIDTHS, strict=True):
        if most < 2**bits:
            return dtype
    raise ObstacleError("a number in it can have more digits than a column holds")


def scaled(den: int, low: int, high: int) -> Scaled:
    """The form of numbers in those bounds."""
    return Scaled(den, low, high, whole(low, high))


def form_of(type_: Type) -> Form:
    """The form of values of a declared type."""
    match type_:
        case YesNo():
            return TRUTH
        case Number(places, low, high):
            if places is None or low is None or high is None:
                raise ObstacleError("a number in it has no range")
            den = 10**places
            return scaled(den, int(low * den), int(high * den))
        case Date():
            return DAY
        case AnyDayOfYear():
            return YEARDAY
        case Enum(name, members):
            return Plain(f"enum {name}", whole(0, len(members)))
        case SetOf(of):
            if len(of.members) > MOST_MEMBERS:
                raise ObstacleError(
                    f"`{of.name}` has {len(of.members)} members, and there are sets of them: "
                    f"{MOST_MEMBERS} go into a column"
                )
            return BITS
    return TEXT


def inner(value: Any, type_: Type) -> tuple[Form, Any]:
    """A known value as a column holds it, and its form."""
    match type_:
        case Number():
            exact = Fraction(value)
            number = exact.numerator
            return scaled(exact.denominator, number, number), number
        case Date():
            return DAY, value.toordinal() - EPOCH
        case Enum(_, members):
            return form_of(type_), members.index(value)
        case SetOf(of):
            return form_of(type_), sum(1 << of.members.index(m) for m in value)
    if isinstance(value, DayOfYear):
        return YEARDAY, value.month * 100 + value.day
    return form_of(type_), value


__all__ = [
    "BITS",
    "DAY",
    "EPOCH",
    "FIRST_DAY",
    "LAST_DAY",
    "RANK",
    "TEXT",
    "TRUTH",
    "WIDTHS",
    "YEARDAY",
    "Form",
    "ObstacleError",
    "Plain",
    "Scaled",
    "form_of",
    "inner",
    "scaled",
    "whole",
]

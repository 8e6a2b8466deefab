"""Types, units, exact values and dates: the primitives that every evaluator shares.

A value is one of the following, and `None` is the unknown:

| type          | value                                                  |
|---------------|--------------------------------------------------------|
| `yes_no`      | `bool`                                                 |
| numbers       | `int` or `fractions.Fraction`, exact                   |
| `text`, enums | `str`                                                  |
| `date`        | `datetime.date`                                        |
| `day_of_year` | `DayOfYear`                                            |
| sets          | `frozenset[str]`                                       |
"""

import calendar
import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal

from attrs import frozen

TIME_UNITS: Final = ("days", "weeks", "months", "years")
MONTHS: Final = tuple(calendar.month_name)[1:]

RoundingMode = Literal["down", "up", "nearest"]


@frozen(order=True)
class DayOfYear:
    """A day of any year, such as 1 September."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1]}"


Value = bool | int | Fraction | str | date | DayOfYear | frozenset[str]


@frozen
class YesNo:
    """Yes or no."""


@frozen
class Number:
    """An exact number.

    `places` is the number of decimal places that a stored value has: 0 for `integer`, more for
    `decimal`, None for a result that has not been stored (any fraction). `low` and `high` are the
    inclusive bounds, None where there is none. `unit` is the plural unit as declared, None for a
    plain number.
    """

    places: int | None = 0
    low: int | Fraction | None = None
    high: int | Fraction | None = None
    unit: str | None = None


@frozen
class Text:
    """Any text."""


@frozen
class Date:
    """A day of the Gregorian calendar, 0001-01-01 to 9999-12-31."""


@frozen
class AnyDayOfYear:
    """The type of `DayOfYear` values."""


@frozen
class Enum:
    """One member of a declared enum; `members` in order of declaration, which orders them if
    `ordered`."""

    name: str
    members: tuple[str, ...]
    ordered: bool = False


@frozen
class SetOf:
    """A set of members of one enum."""

    of: Enum


@frozen
class Unknown:
    """The type of the literal `unknown`: it fits everywhere."""


Type = YesNo | Number | Text | Date | AnyDayOfYear | Enum | SetOf | Unknown


def round_to(value: int | Fraction, places: int, mode: RoundingMode = "nearest") -> int | Fraction:
    """Round to a number of decimal places: `down` to minus infinity, `up` to plus infinity,
    `nearest` half away from zero."""
    if isinstance(value, int):
        return value
    scaled = value * 10**places
    if mode == "down":
        whole = math.floor(scaled)
    elif mode == "up":
        whole = math.ceil(scaled)
    else:
        whole = math.floor(abs(scaled) + Fraction(1, 2))
        whole = whole if scaled >= 0 else -whole
    return exact(Fraction(whole, 10**places))


def exact(value: int | Fraction) -> int | Fraction:
    """The same number, as an `int` where it is whole."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def add_time(day: date, amount: int, unit: str) -> date | None:
    """`day + amount unit`; months and years clamp to the month's end; None past the calendar."""
    try:
        if unit == "days":
            return day + timedelta(days=amount)
        if unit == "weeks":
            return day + timedelta(weeks=amount)
        months = day.year * 12 + day.month - 1 + amount * (12 if unit == "years" else 1)
        return on_day(months // 12, months % 12 + 1, day.day)
    except (OverflowError, ValueError):
        return None


def on_day(year: int, month: int, day: int) -> date | None:
    """The day of that month and year, clamped to the month's end; None past the calendar."""
    if not 1 <= year <= 9999:
        return None
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def days_between(start: date, end: date) -> int:
    """Days from `start` to `end`, positive where `end` is later."""
    return (end - start).days


def order_key(value: Any, type_: Type) -> Any:
    """A key that compares values of an ordered type as the language does: enums as declared,
    everything else by itself."""
    return type_.members.index(value) if isinstance(type_, Enum) else value


def sort_key(value: Value | None, type_: Type) -> tuple[object, ...]:
    """A key that sorts any values of one type: unknown first, no before yes, enums as declared,
    text by code point, sets as sorted lists (language.md 2.5)."""
    if value is None:
        return (0,)
    if isinstance(type_, SetOf) and isinstance(value, frozenset):
        return (1, *sorted(type_.of.members.index(member) for member in value))
    return (1, order_key(value, type_))


def python_value(value: Value | None, type_: Type) -> Any:
    """A value as users see it in Python: decimals as `Decimal` with their places."""
    # the type first: to ask whether something is a Fraction takes long
    if isinstance(type_, Number) and type_.places != 0 and isinstance(value, int | Fraction):
        places = 6 if type_.places is None else type_.places
        return decimal_of(value, places)
    return value


def decimal_of(value: int | Fraction, places: int) -> Decimal:
    """An exact value with that many places as a `Decimal`; the value must have no more."""
    scaled = int(value * 10**places)
    return Decimal(scaled).scaleb(-places)

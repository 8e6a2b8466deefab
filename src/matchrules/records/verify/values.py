"""Values as the checker has them, and as JSON and texts write them.

None is the unknown; `HIDDEN` a value that a record keeps to itself.
"""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from matchrules.records.verify.strict import Unfit, canonical, same, sha256

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MOST_BITS: Final = 10_000  # of a number on the way: no rule that loads comes near it
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER: Final = re.compile(
    r"-?[0-9]{1,1000}(?:(?:\.[0-9]{1,50})?(?:E-[0-9]{1,2})?|/[1-9][0-9]{0,1000})"
)
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class Node:
    """A node of the rules: `what` it is, its fields by name, the expressions directly inside."""

    def __init__(self, what: str, fields: dict[str, Any], inside: tuple["Node", ...]) -> None:
        self.__dict__.update(fields)
        self.what = what
        self.inside = inside

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{self.what} has no {name}")


class Day(NamedTuple):
    """A day of any year."""

    month: int
    day: int


class _Hidden:
    """Stands for a value that is known, but not told."""


HIDDEN: Final = _Hidden()


def kind_of(type_: Node) -> str:
    """What values of two types have in common when they can meet."""
    if type_.what == "Enum":
        return f"enum {type_.name}"
    return f"set of {type_.of.name}" if type_.what == "SetOf" else str(type_.what)


def fits(value: Any, type_: Node) -> bool:
    """Whether a known value is one of the type, its range left aside."""
    match type_.what:
        case "YesNo":
            return isinstance(value, bool)
        case "Number":
            return is_number(value) and (
                type_.places is None or (value * 10**type_.places).denominator == 1
            )
        case "Text":
            return isinstance(value, str)
        case "Date":
            return isinstance(value, date)
        case "AnyDayOfYear":
            return isinstance(value, Day)
        case "Enum":
            return isinstance(value, str) and value in type_.members
        case "SetOf":
            return isinstance(value, frozenset) and value <= set(type_.of.members)
    return False


def is_number(value: Any) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def in_range(value: Any, type_: Node) -> bool:
    """Whether a known value keeps the bounds of its type."""
    if type_.what != "Number":
        return True
    return (type_.low is None or type_.low <= value) and (type_.high is None or value <= type_.high)


def promised(value: Any, type_: Node) -> bool:
    """Whether a known value is one of its type, and in its range."""
    return fits(value, type_) and in_range(value, type_)


def whole(value: Any) -> Any:
    """A number as an int where it is one; refuses to grow without bounds."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_BITS:
        raise Unfit("a number grows beyond all that rules can need")
    return value.numerator if value.denominator == 1 else value


def day_of(raw: Any) -> date | None:
    """The date that a text is, None if it is none."""
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        return None
    try:
        return date(int(raw[:4]), int(raw[5:7]), int(raw[8:]))
    except ValueError:
        return None


def on_day(year: int, month: int, day: int) -> date | None:
    """The day, or the last one of that month; None outside of the calendar."""
    if not 1 <= year <= 9999:
        return None
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month, min(day, LENGTHS[month - 1] + leap))


def later(day: date, amount: int, unit: str) -> date | None:
    """The day so many units later; None outside of the calendar."""
    if unit in ("days", "weeks"):
        number = day.toordinal() + amount * (7 if unit == "weeks" else 1)
        return date.fromordinal(number) if 1 <= number <= date.max.toordinal() else None
    months = 12 * day.year + day.month - 1 + amount * (12 if unit == "years" else 1)
    return on_day(months // 12, months % 12 + 1, day.day)


def rank(value: Any, type_: Node) -> Any:
    """What orders values: the place of a member, else the value."""
    return type_.members.index(value) if type_.what == "Enum" else value


def sorting(value: Any, type_: Node) -> tuple[Any, ...]:
    """What orders values and the unknown, which comes first."""
    if value is None:
        return ()
    if type_.what == "SetOf":
        return (1, *sorted(type_.of.members.index(member) for member in value))
    return (1, rank(value, type_))


# As JSON ------------------------------------------------------------------------------------------


def _decimal(value: Any, places: int) -> str:
    return str(Decimal(int(value * 10**places)).scaleb(-places))


def written(value: Any, type_: Node) -> Any:
    """A value as steps and facts have it."""
    if is_number(value):
        if type_.places:
            return _decimal(value, type_.places)
        return int(value) if whole(value) == int(value) else str(value)
    return bare(value)


def told(value: Any, type_: Node) -> Any:
    """A value as a decision tells it: decimals with their places, six where they have none."""
    if is_number(value) and type_.places != 0:
        return _decimal(value, 6 if type_.places is None else type_.places)
    return bare(value)


def bare(value: Any) -> Any:
    """A value as keys have it, whatever its type."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Day):
        return f"{value.day} {MONTHS[value.month - 1]}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Fraction) else value


def understood(raw: Any, type_: Node) -> Any:
    """The value that facts or a step write so; raises `Unfit` where none is written just so."""
    value: Any = raw
    match type_.what:
        case "Number" if isinstance(raw, str) and type_.places != 0:
            value = whole(Fraction(raw)) if _NUMBER.fullmatch(raw) else None
        case "Date":
            value = day_of(raw)
        case "AnyDayOfYear" if isinstance(raw, str):
            number, _, month = raw.partition(" ")
            if month in MONTHS and re.fullmatch("[1-9][0-9]?", number):
                value = a_day(MONTHS.index(month) + 1, int(number))
        case "SetOf" if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
            value = frozenset(raw)
    if raw is None or (value is not None and fits(value, type_) and _so(raw, value, type_)):
        return value
    raise Unfit(f"{canonical(raw)[:120]} is no value of its type, {described(type_)}")


def _so(raw: Any, value: Any, type_: Node) -> bool:
    return same(raw, written(value, type_))


def a_day(month: int, day: int) -> Day | None:
    """That day of a year, None where no year has it."""
    longest = LENGTHS[month - 1] + (month == 2) if 1 <= month <= 12 else 0
    return Day(month, day) if 1 <= day <= longest else None


def described(type_: Node) -> str:
    """A type in words."""
    if type_.what == "Number":
        unit = f" {type_.unit}" if type_.unit else ""
        low, high = ("" if b is None else str(b) for b in (type_.low, type_.high))
        return f"a number in {low}..{high}{unit}" if low or high else f"a number{unit}"
    if type_.what in ("Enum", "SetOf"):
        name = type_.name if type_.what == "Enum" else type_.of.name
        return f"{'a member' if type_.what == 'Enum' else 'a set'} of `{name}`"
    names = {"YesNo": "yes or no", "Text": "a text", "Date": "a date"}
    return names.get(type_.what, "a day of the year")


def mask_of(raw: Any) -> str | None:
    """The hash that stands for a value, None where something else is written."""
    if isinstance(raw, dict) and list(raw) == ["private"]:
        found = raw["private"]
        return found if isinstance(found, str) and _HASH.fullmatch(found) else None
    return None


def masked(salt: str, label: str, plain: Any) -> str:
    """The hash that stands for a value in a record with that salt."""
    return sha256(canonical([salt, label, plain]))


# As texts -----------------------------------------------------------------------------------------


def printed(value: Any, type_: Node, labels: dict[str, dict[str, str]]) -> str:
    """A known value as texts print it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        names = [labels[type_.of.name][m] for m in type_.of.members if m in value]
        if not names:
            return "none"
        return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
    if type_.what == "Enum":
        return labels[type_.name][value]
    return str(told(value, type_))

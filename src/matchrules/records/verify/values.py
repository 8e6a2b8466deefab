"""Values as the checker has them, and as JSON and texts write them.

None is the unknown; `HIDDEN` a value that a record keeps to itself.
"""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from matchrules.records.verify.strict import Unfit, canonical, quoted, same, sha256

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MOST_BITS: Final = 10_000  # of a number on the way: no rule that loads comes near it
_NUMBER: Final = re.compile(
    r"-?[0-9]{1,1000}(?:(?:\.[0-9]{1,50})?(?:E-[0-9]{1,2})?|/[1-9][0-9]{0,1000})"
)
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class Node:
    """A node of the rules: `what` it is, its fields by name, the nodes and types that it is made of
    each with the kind it must be, and the outermost expressions in it."""

    def __init__(
        self, what: str, fields: dict[str, Any], within: list[tuple["Node", str]],
        inside: list["Node"],
    ) -> None:  # fmt: skip
        self.__dict__.update(fields)
        self.what, self.within, self.inside = what, within, inside

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
        case "Number":
            places = type_.places
            return is_number(value) and (
                places is None or (value * 10**places).denominator == 1
            )  # fmt: skip
        case "AnyDayOfYear":
            return isinstance(value, Day) and a_day(*value)
        case "Enum":
            return isinstance(value, str) and value in type_.members
        case "SetOf":
            return isinstance(value, frozenset) and value <= set(type_.of.members)
    return isinstance(value, {"YesNo": bool, "Text": str, "Date": date}.get(type_.what, ()))


def is_number(value: Any) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def a_day(month: int, day: int) -> bool:
    """Whether some year has that day."""
    return 1 <= month <= 12 and 1 <= day <= LENGTHS[month - 1] + (month == 2)


def promised(value: Any, type_: Node) -> bool:
    """Whether a known value is one of its type, and in its range."""
    if not fits(value, type_) or type_.what != "Number":
        return fits(value, type_)
    return (type_.low is None or type_.low <= value) and (type_.high is None or value <= type_.high)


def whole(value: Any) -> Any:
    """A number as an int where it is one; refuses to grow without bounds."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_BITS:
        raise Unfit("a number grows beyond all that rules can need")
    return value.numerator if value.denominator == 1 else value


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


def written(value: Any, type_: Node, *, told: bool = False) -> Any:
    """A value as steps and facts have it; `told` as a decision has it, where a number that was not
    stored has six places."""
    places = type_.__dict__.get("places", 0)
    places = 6 if places is None and told else places
    if is_number(value) and places:
        return str(Decimal(int(value * 10**places)).scaleb(-places))
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
    try:
        match type_.what:
            case "Number" if isinstance(raw, str) and _NUMBER.fullmatch(raw):
                value = whole(Fraction(raw))
            case "Date":
                value = date.fromisoformat(raw)
            case "AnyDayOfYear":
                number, month = raw.split(" ")
                value = Day(MONTHS.index(month) + 1, int(number))
            case "SetOf":
                value = frozenset(raw)
    except (AttributeError, TypeError, ValueError):
        pass  # then it does not fit
    if raw is None or (fits(value, type_) and same(raw, written(value, type_))):
        return None if raw is None else value
    raise Unfit(f"{quoted(raw)} is no value of its type, {kind_of(type_)}")


def mask_of(raw: Any) -> str | None:
    """The hash that stands for a value, None where something else is written."""
    if isinstance(raw, dict) and list(raw) == ["private"]:
        found = raw["private"]
        return found if isinstance(found, str) and _HASH.fullmatch(found) else None
    return None


def masked(salt: str, label: str, plain: Any) -> str:
    """The hash that stands for a value in a record with that salt."""
    return sha256(canonical([salt, label, plain]))


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
    return str(written(value, type_, told=True))

"""One value of a case, read strictly by its declared type.

What is read is either a Python value (a mapping, JSON, TOML, a fact object) or a `Written` scalar
of a YAML file, which is only text until its declared type says what it means: `no` is a text for
an enum and a yes_no for a yes_no, quoted or not.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from matchrules.diagnostics.suggest import did_you_mean
from matchrules.types import (
    MONTHS,
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    Value,
    YesNo,
    decimal_of,
    exact,
)

MOST_DIGITS: Final = 100  # of a number: no declared range needs more, and long ones cost time

_NUMBER = re.compile(r"([-+]?)([0-9]+)(\.[0-9]+)?(?: +([a-z_][a-z0-9_]*))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_OF_YEAR = re.compile(r"([0-9]{1,2}) +([A-Za-z]+)")
_YES: Final = {"yes": True, "true": True, "no": False, "false": False}
_LEFT_OUT: Final = "leave it out where it is not known, or write null"


class Written(str):
    """A scalar as a YAML file has it. `bare`: without quotes."""

    __slots__ = ("bare",)
    bare: bool

    def __new__(cls, text: str, bare: bool) -> "Written":
        self = super().__new__(cls, text)
        self.bare = bare
        return self


class Misread(Exception):
    """A value that cannot be read: a code, what is wrong (to follow the path), a way out."""

    def __init__(self, code: str, message: str, help: str | None = None) -> None:
        super().__init__(code, message, help)
        self.code, self.message, self.help = code, message, help


def read_value(raw: Any, type_: Type) -> Value | None:
    """The value that `raw` means for an attribute of that type, None for the unknown.

    Raises `Misread` where it means none.
    """
    if raw is None or (isinstance(raw, Written) and is_null(raw)):
        return None
    if isinstance(type_, YesNo):
        return _yes_no(raw)
    if isinstance(type_, Number):
        return _number(raw, type_)
    if isinstance(type_, Text):
        return _text(raw)
    if isinstance(type_, Date):
        return _date(raw)
    if isinstance(type_, AnyDayOfYear):
        return _day_of_year(raw)
    if isinstance(type_, Enum):
        return _member(raw, type_)
    assert isinstance(type_, SetOf)
    return _set(raw, type_)


def is_null(scalar: Written) -> bool:
    """Whether a YAML scalar is the null: `null`, `~` or nothing, without quotes."""
    return scalar.bare and scalar in ("", "~", "null", "Null", "NULL")


def plain(value: Value | None, type_: Type) -> Any:
    """A value as JSON has it: decimals as text with their places, dates ISO, sets sorted."""
    if isinstance(value, frozenset):
        return sorted(value)
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | Fraction):
        places = type_.places if isinstance(type_, Number) else 0
        return str(decimal_of(value, places)) if places else int(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def shown(raw: Any) -> str:
    """What was given, for a message: short whatever it is."""
    if isinstance(raw, bool):
        return "`true`" if raw else "`false`"
    if isinstance(raw, int) and raw.bit_length() > 200:
        return "a number of more than 60 digits"
    if isinstance(raw, str):
        text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in raw[:101])
        return f"`{text[:100]}…`" if len(text) > 100 else f"`{text}`" if text else "an empty text"
    if isinstance(raw, DayOfYear) and not _has_name(raw):
        return f"`{raw!r}`"
    if isinstance(raw, int | float | date | DayOfYear):
        return f"`{raw}`"
    if isinstance(raw, Decimal | Fraction):
        return f"`{raw}`" if len(str(raw)) <= 60 else "a number of more than 60 digits"
    if isinstance(raw, dict):
        return "a mapping"
    if isinstance(raw, list | tuple):
        return "a list"
    if isinstance(raw, set | frozenset):
        return "a set"
    name = type(raw).__name__
    return f"an object of type `{name}`"


def name_of_type(type_: Type) -> str:
    """A type in words, with its article."""
    if isinstance(type_, Number):
        unit = f" {type_.unit}" if type_.unit else ""
        low, high = (_bound(b, type_) for b in (type_.low, type_.high))
        kind = "an integer" if type_.places == 0 else "a decimal"
        return f"{kind} in {low}..{high}{unit}"
    if isinstance(type_, Enum):
        return f"a member of `{type_.name}`"
    if isinstance(type_, SetOf):
        return f"a set of `{type_.of.name}`"
    return {"YesNo": "yes or no", "Text": "a text", "Date": "a date"}.get(
        type(type_).__name__, "a day of the year"
    )


def _bound(bound: int | Fraction | None, type_: Number) -> str:
    return "" if bound is None else str(decimal_of(bound, type_.places or 0))


def _wrong(raw: Any, type_: Type, help: str) -> Misread:
    if isinstance(raw, str) and raw == "unknown":
        help = _LEFT_OUT
    return Misread("MR513", f"must be {name_of_type(type_)}, not {shown(raw)}", help)


def _yes_no(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, Written):
        if raw in (raw.lower(), raw.capitalize(), raw.upper()) and raw.lower() in _YES:
            return _YES[raw.lower()]
        raise _wrong(raw, YesNo(), "write yes or no")
    raise _wrong(raw, YesNo(), "write true or false, without quotes")


def _number(raw: Any, type_: Number) -> int | Fraction:
    value: int | Fraction
    if isinstance(raw, str):
        value = _from_text(raw, type_)
    elif isinstance(raw, int) and not isinstance(raw, bool):
        value = int(raw)
    elif isinstance(raw, float | Decimal):
        value = _from_decimal(raw, type_)
    elif isinstance(raw, Fraction):
        value = _in_places(raw, type_, raw)
    else:
        raise _wrong(raw, type_, "write a number")
    low, high = type_.low, type_.high
    if (low is not None and value < low) or (high is not None and value > high):
        unit = f" {type_.unit}" if type_.unit else ""
        raise Misread(
            "MR515",
            f"is {shown(raw)}, outside of {_bound(low, type_)}..{_bound(high, type_)}{unit}",
            "correct the number, or the range where the attribute is declared",
        )
    return value


def _from_text(raw: str, type_: Number) -> int | Fraction:
    match = _NUMBER.fullmatch(raw) if len(raw) <= 2 * MOST_DIGITS else None
    if match is None or len(match[2] + (match[3] or "")) > MOST_DIGITS:
        raise _wrong(raw, type_, "write a number in digits")
    unit = match[4]
    if unit is not None and unit != type_.unit and unit != singular(type_.unit):
        takes = f"`{type_.unit}`" if type_.unit else "no unit"
        raise Misread(
            "MR517", f"is {shown(raw)}, but it takes {takes}",
            f"give it in {type_.unit}" if type_.unit else "leave the unit out",
        )  # fmt: skip
    number = match[1] + match[2] + (match[3] or "")
    if type_.places == 0 and not isinstance(raw, Written) and unit is None:
        raise _wrong(raw, type_, f"write {number} without quotes" if not match[3] else "write it "
                     "without a decimal point and without quotes")  # fmt: skip
    return _from_decimal(Decimal(number), type_)


def singular(unit: str | None) -> str | None:
    """The unit of one."""
    return unit[:-1] if unit and unit.endswith("s") else unit


def _from_decimal(raw: float | Decimal, type_: Number) -> int | Fraction:
    # `repr` of a float is the shortest decimal that means it: what its author wrote.
    number = Decimal(repr(float(raw))) if isinstance(raw, float) else raw
    if not number.is_finite():
        raise _wrong(raw, type_, _LEFT_OUT)
    digits, exponent = number.as_tuple().digits, number.as_tuple().exponent
    assert isinstance(exponent, int)
    if len(digits) > MOST_DIGITS or abs(exponent) > MOST_DIGITS:
        raise _wrong(raw, type_, f"write a number of at most {MOST_DIGITS} digits")
    if type_.places == 0 and (exponent < 0 or not isinstance(raw, Decimal)):
        raise _wrong(raw, type_, "write it without a decimal point")
    return _in_places(Fraction(number), type_, raw)


def _in_places(value: Fraction, type_: Number, raw: Any) -> int | Fraction:
    places = type_.places
    if places is not None and (value * 10**places).denominator != 1:
        if places == 0:
            raise _wrong(raw, type_, "write a whole number")
        raise Misread(
            "MR516", f"is {shown(raw)}, but it has {places} decimal place{'s' * (places > 1)}",
            "round it",
        )  # fmt: skip
    return exact(value)


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise _wrong(raw, Text(), "write it in quotes")
    try:
        raw.encode()
    except UnicodeEncodeError:
        raise Misread(
            "MR513", "holds half of a surrogate pair, which is no character",
            "write the character itself",
        ) from None  # fmt: skip
    return str.__str__(raw)


def _date(raw: Any) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw if type(raw) is date else date(raw.year, raw.month, raw.day)
    if isinstance(raw, str) and _DATE.fullmatch(raw):
        try:
            return date.fromisoformat(str.__str__(raw))
        except ValueError:
            raise _wrong(raw, Date(), "the calendar has no such day") from None
    if isinstance(raw, datetime):
        raise _wrong(raw, Date(), "give the day without a time")
    raise _wrong(raw, Date(), "write it as 2026-11-01")


def _has_name(day: DayOfYear) -> bool:
    """Whether it can be written down: whoever makes one may give it anything."""
    whole = type(day.month) is int and type(day.day) is int
    return whole and 1 <= day.month <= 12


def _day_of_year(raw: Any) -> DayOfYear:
    text = str(raw) if isinstance(raw, DayOfYear) and _has_name(raw) else raw
    match = _DAY_OF_YEAR.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise _wrong(raw, AnyDayOfYear(), "write it as 1 September")
    if match[2] not in MONTHS:
        raise _wrong(
            raw, AnyDayOfYear(), did_you_mean(match[2], MONTHS) or "write it as 1 September"
        )
    month, day = MONTHS.index(match[2]) + 1, int(match[1])
    longest = 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    if not 1 <= day <= longest:
        raise _wrong(raw, AnyDayOfYear(), f"{match[2]} has at most {longest} days")
    return DayOfYear(month, day)


def _member(raw: Any, type_: Enum) -> str:
    if not isinstance(raw, str):
        known = ", ".join(f"`{member}`" for member in type_.members[:8])
        raise _wrong(raw, type_, f"write one of {known}")
    if raw not in type_.members:
        raise Misread(
            "MR514", f"must be {name_of_type(type_)}, not {shown(raw)}", _instead(raw, type_)
        )
    return str.__str__(raw)


def _instead(raw: str, type_: Enum) -> str:
    near = did_you_mean(raw, type_.members)
    if near is not None:
        return near
    if raw == "unknown":
        return _LEFT_OUT
    rest = " and others" if len(type_.members) > 12 else ""
    return "write one of " + ", ".join(f"`{m}`" for m in type_.members[:12]) + rest


def _set(raw: Any, type_: SetOf) -> frozenset[str]:
    if not isinstance(raw, list | tuple | set | frozenset):
        one = f"[{raw}]" if isinstance(raw, str) and raw in type_.of.members else "[a, b]"
        raise _wrong(raw, type_, f"write a list: {one}")
    members: set[str] = set()
    for item in raw:
        if item is None or (isinstance(item, Written) and is_null(item)):
            raise Misread(
                "MR513", "holds null: a set is known as a whole, or not at all",
                "leave the null out, or the whole set where it is not known",
            )  # fmt: skip
        member = _member(item, type_.of)
        if member in members:
            raise Misread("MR518", f"names `{member}` twice", "leave one of them out")
        members.add(member)
    return frozenset(members)


__all__ = [
    "Misread",
    "Written",
    "is_null",
    "name_of_type",
    "plain",
    "read_value",
    "shown",
    "singular",
]

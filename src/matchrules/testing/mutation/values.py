"""Values next to a value: what a boundary, a member or a set is changed into."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from attrs import evolve

from matchrules.engine.faults import checked_range
from matchrules.types import (
    AnyDayOfYear,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Type,
    Value,
    exact,
)

LEAP = 2000  # a year that has every day


def stepped(value: Value, type_: Type) -> Iterator[Value]:
    """The values one step below and above: of a number by one unit of its last place, of a day by
    a day, of a member by its place among all members."""
    match type_:
        case Number(places=places):
            assert isinstance(value, int | Fraction)
            step = Fraction(1, 10 ** (places or 0))
            yield exact(value - step)
            yield exact(value + step)
        case Enum(members=members):
            at = members.index(str(value))
            yield from members[max(at - 1, 0) : at]
            yield from members[at + 1 : at + 2]
        case AnyDayOfYear():
            assert isinstance(value, DayOfYear)
            for days in (-1, 1):
                day = date(LEAP, value.month, value.day) + timedelta(days=days)
                yield DayOfYear(day.month, day.day)
        case _ if isinstance(value, date):
            for days in (-1, 1):
                try:
                    yield value + timedelta(days=days)
                except OverflowError:
                    continue


def others(value: Value, type_: Type, bounding: bool = False) -> Iterator[Value]:
    """The values that one is changed into. A member becomes its neighbour, each of its neighbours
    where it bounds something; a set loses a member; of a text there is none."""
    match type_:
        case Enum(members=members):
            near = list(stepped(value, type_))
            # of members without an order the one that follows, of the last one the first
            if not bounding:
                near = near[-1:] if members[-1] != value else [m for m in members[:1] if m != value]
            yield from near
        case SetOf():
            assert isinstance(value, frozenset)
            yield from (value - {member} for member in sorted(value))
        case _ if isinstance(value, bool):
            yield not value
        case _:
            yield from stepped(value, type_)


def typed(type_: Type, value: Value) -> Type:
    """The type of a literal that has another value now."""
    if isinstance(type_, Number) and type_.low is not None and type_.low == type_.high:
        assert isinstance(value, int | Fraction)
        return evolve(type_, low=value, high=value)
    return type_


def fits(value: Value, type_: Type | None) -> bool:
    """Whether a value may be stored where that type is promised."""
    return type_ is None or checked_range(value, type_)


def discrete(type_: Type) -> bool:
    """Whether a value has a next one, so that `>` and `>=` one step on are the same."""
    return not isinstance(type_, Number) or type_.places is not None

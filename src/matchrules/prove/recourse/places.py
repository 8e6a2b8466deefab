"""What may be another one in a case: values of asserted attributes, and instances of many-facts.

Nothing here knows the solver.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Final

from attrs import frozen

from matchrules.case.model import Case
from matchrules.ir import AttributeDeclaration, FactDeclaration, RuleBase
from matchrules.ir.declarations import Change
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Type,
    Value,
    YesNo,
)

_ORDERED: Final = (YesNo, Number, Date, AnyDayOfYear, SetOf)


@frozen
class Place:
    """An attribute of an instance that is there, by its position in the case; `value` is the
    asserted one, None where there is none. `change` is how it may be changed; `past`: it is a day
    before that of the case, which stays as it was whatever its mark."""

    fact: str
    index: int
    attribute: AttributeDeclaration
    value: Value | None
    change: Change
    past: bool = False

    @property
    def name(self) -> str:
        """The dotted name."""
        return f"{self.fact}.{self.attribute.name}"


def places(base: RuleBase, case: Case) -> Iterator[Place]:
    """Every attribute of every instance that rules may read and that is no key, in the order of
    the vocabulary."""
    for fact in base.facts.values():
        for index, instance in enumerate(case.facts[fact.name]):
            for attribute in fact.attributes.values():
                if not (attribute.key or attribute.never_read):
                    value = instance[attribute.name]
                    past = isinstance(value, date) and value < case.as_of
                    way = "fixed" if past else way_of(fact, attribute)
                    yield Place(fact.name, index, attribute, value, way, past)


def way_of(fact: FactDeclaration, attribute: AttributeDeclaration) -> Change:
    """How a value of the attribute may be changed. Where a type has no order, there is no up and
    no down either."""
    if fact.change == "fixed" or attribute.key:
        return "fixed"
    if attribute.change in ("up", "down") and not has_order(attribute.type):
        return "fixed"
    return attribute.change


def has_order(type_: Type) -> bool:
    """Whether there is more and less of the type (a set is more with further members)."""
    return isinstance(type_, _ORDERED) or (isinstance(type_, Enum) and type_.ordered)


def may_add(fact: FactDeclaration) -> bool:
    return fact.many and fact.change in ("free", "up")


def may_remove(fact: FactDeclaration) -> bool:
    return fact.many and fact.change in ("free", "down")


def rank(value: Value, type_: Type) -> int | Fraction | frozenset[str]:
    """What compares values of one type that has an order."""
    match value:
        case bool():
            return int(value)
        case int() | Fraction() | frozenset():
            return value
        case date():
            return value.toordinal()
        case DayOfYear(month=month, day=day):
            return 32 * month + day
    return type_.members.index(value) if isinstance(type_, Enum) and type_.ordered else 0


def scale(types: Iterable[Type]) -> int:
    """What makes every distance between values of these types whole."""
    return lcm(*(10 ** (t.places or 0) for t in types if isinstance(t, Number)))


def plainest(attribute: AttributeDeclaration, as_of: date) -> Value:
    """What is asserted of something new where it matters to no rule: the day of the case, the
    number next to 0, the first word, no, no member."""
    match attribute.type:
        case YesNo():
            return False
        case Number(low=low, high=high):
            near = max(low or 0, 0) if low is not None else 0
            return near if high is None else min(near, high)
        case Date():
            return as_of
        case AnyDayOfYear():
            return DayOfYear(as_of.month, as_of.day)
        case Enum(members=members):
            return members[0]
        case SetOf():
            return frozenset()
    return ""


Slots = Mapping[str, int]  # how many instances of each many-fact may be added

__all__ = [
    "Place",
    "Slots",
    "has_order",
    "may_add",
    "may_remove",
    "places",
    "plainest",
    "rank",
    "scale",
    "way_of",
]

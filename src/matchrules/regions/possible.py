"""Which values an expression can have at all: a bound from above, exact where it is one value.

`Possible` never leaves out a value that a case can give, so "can never be true" may be trusted. It
may hold values that no case gives, as parts of an expression are looked at one by one.
"""

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any, Final

from attrs import frozen

from matchrules.types import Date, Enum, Number, Type, Value, YesNo

MANY: Final = 64  # more single values than these are kept as a range
PAIRS: Final = 4096


@frozen
class Range:
    """Numbers or days from `low` to `high`, both in; None is no bound."""

    low: Any = None
    high: Any = None


@frozen
class Possible:
    """`known` are single values, a range, or None for anything; `unknown` says if it may be so."""

    known: frozenset[Value] | Range | None
    unknown: bool = False

    @property
    def singles(self) -> frozenset[Value] | None:
        """The known values where they are listed."""
        return self.known if isinstance(self.known, frozenset) else None

    @property
    def never_known(self) -> bool:
        return self.known == frozenset()

    @property
    def exact(self) -> tuple[Value | None] | None:
        """The one value that it always is, as a tuple; None where there are several."""
        if self.known == frozenset():
            return (None,)
        if self.singles is not None and len(self.singles) == 1 and not self.unknown:
            return (next(iter(self.singles)),)
        return None

    def may(self, value: Value) -> bool:
        """Whether it can be that value."""
        if isinstance(self.known, frozenset):
            return value in self.known
        if isinstance(self.known, Range):
            low, high = self.known.low, self.known.high
            return not ((low is not None and value < low) or (high is not None and value > high))
        return True

    def but(self, unknown: bool) -> "Possible":
        """The same known values."""
        return Possible(self.known, unknown)


UNKNOWN: Final = Possible(frozenset(), unknown=True)
YES: Final = Possible(frozenset({True}))
NO: Final = Possible(frozenset({False}))
EITHER: Final = Possible(frozenset({True, False}))


def truth(yes: bool, no: bool, unknown: bool = False) -> Possible:
    """A yes_no that can be the values said."""
    return Possible(frozenset(v for v, can in ((True, yes), (False, no)) if can), unknown)


def anything(type_: Type, unknown: bool = False) -> Possible:
    """Every value of a type."""
    if isinstance(type_, YesNo):
        return EITHER.but(unknown)
    if isinstance(type_, Enum):
        return Possible(frozenset(type_.members), unknown)
    if isinstance(type_, Number):
        return Possible(Range(type_.low, type_.high), unknown)
    if isinstance(type_, Date):
        return Possible(Range(date.min, date.max), unknown)
    return Possible(None, unknown)


def within(found: Possible, type_: Type) -> Possible:
    """What is left of it inside the range of a type; what falls outside counts as unknown."""
    bounds = anything(type_)
    if not isinstance(bounds.known, Range):
        return found
    low, high = bounds.known.low, bounds.known.high
    if isinstance(found.known, frozenset):
        inside = frozenset(value for value in found.known if bounds.may(value))
        return Possible(inside, found.unknown or len(inside) < len(found.known))
    if not isinstance(found.known, Range):
        return bounds.but(found.unknown)
    return Possible(
        Range(
            _most(found.known.low, low, max, none_wins=False),
            _most(found.known.high, high, min, none_wins=False),
        ),
        found.unknown,
    )


def union(parts: Iterable[Possible]) -> Possible:
    """Everything that any of the parts can be."""
    all_parts = list(parts)
    unknown = any(part.unknown for part in all_parts)
    knowns = [part.known for part in all_parts if part.known != frozenset()]
    if not knowns:
        return Possible(frozenset(), unknown)
    if any(known is None for known in knowns):
        return Possible(None, unknown)
    if all(isinstance(known, frozenset) for known in knowns):
        values: frozenset[Value] = frozenset().union(*knowns)  # type: ignore[arg-type]
        if len(values) <= MANY or not _ordered(values):
            return Possible(values, unknown)
        return Possible(_hull(values), unknown)
    hulls = [hull for known in knowns if (hull := _hull(known)) is not None]
    return Possible(
        Range(_all(min, (hull.low for hull in hulls)), _all(max, (hull.high for hull in hulls))),
        unknown,
    )


def lift(of: Callable[..., Value | None], *operands: Possible) -> Possible | None:
    """A function of known values, an unknown one giving unknown; None where there are too many
    values to try them all."""
    unknown = any(operand.unknown for operand in operands)
    if any(operand.never_known for operand in operands):
        return UNKNOWN
    lists = [operand.singles for operand in operands]
    size = 1
    for values in lists:
        if values is None:
            return None
        size *= len(values)
    if size > PAIRS:
        return None
    results = [of(*chosen) for chosen in product(*(values or () for values in lists))]
    found = frozenset(result for result in results if result is not None)
    unknown = unknown or any(result is None for result in results)
    if len(found) > MANY and _ordered(found):
        return Possible(_hull(found), unknown)
    return Possible(found, unknown)


def compare(op: str, left: Possible, right: Possible) -> Possible:
    """What `left op right` can be, looking at the ends of their ranges only."""
    if left.never_known or right.never_known:
        return UNKNOWN
    unknown = left.unknown or right.unknown
    one, other = _hull(left.known), _hull(right.known)
    if one is None or other is None:
        return EITHER.but(unknown)
    if op in (">", ">="):
        return compare(op.replace(">", "<"), right, left)
    if op in ("<", "<="):
        # Yes if the smallest left can be below the largest right; no the other way about.
        yes = _below(one.low, other.high, op == "<=")
        no = _below(other.low, one.high, op == "<")
        return truth(yes, no, unknown)
    meet = _below(one.low, other.high, True) and _below(other.low, one.high, True)
    if left.singles is not None:
        meet = meet and any(right.may(value) for value in left.singles)
    elif right.singles is not None:
        meet = meet and any(left.may(value) for value in right.singles)
    return truth(meet, True, unknown) if op == "==" else truth(True, meet, unknown)


def arithmetic(op: str, left: Possible, right: Possible) -> Possible:
    """Exact arithmetic on what two numbers can be; a divisor is never 0."""
    if left.never_known or right.never_known:
        return UNKNOWN
    unknown = left.unknown or right.unknown
    one, other = _hull(left.known), _hull(right.known)
    if one is None or other is None:
        return Possible(Range(), unknown)
    if op == "-":
        one, other = one, Range(_negated(other.high), _negated(other.low))
        op = "+"
    if op == "+":
        return Possible(Range(_plus(one.low, other.low), _plus(one.high, other.high)), unknown)
    ends = (one.low, one.high, other.low, other.high)
    if None in ends or (op == "/" and other.low <= 0 <= other.high):
        return Possible(Range(), unknown)
    corners = [calculate(op, a, b) for a in (one.low, one.high) for b in (other.low, other.high)]
    return Possible(Range(min(corners), max(corners)), unknown)


def calculate(op: str, one: Any, other: Any) -> Any:
    """One exact operation on two numbers."""
    if op == "+":
        return one + other
    if op == "-":
        return one - other
    return one * other if op == "*" else Fraction(one) / other


def monotone(of: Callable[[Any], Any], operand: Possible) -> Possible:
    """A function that keeps the order of numbers or days, and knows every known one."""
    hull = _hull(operand.known)
    if hull is None or operand.never_known:
        return operand
    return Possible(
        Range(*(None if end is None else of(end) for end in (hull.low, hull.high))), operand.unknown
    )


def extreme(op: str, left: Possible, right: Possible) -> Possible:
    """What the smaller or larger of two can be."""
    pick = min if op == "min" else max
    both = union([left, right])
    one, other = _hull(left.known), _hull(right.known)
    if one is None or other is None or not isinstance(both.known, Range):
        return both
    return Possible(
        Range(
            _most(one.low, other.low, pick, none_wins=op == "min"),
            _most(one.high, other.high, pick, none_wins=op == "max"),
        ),
        both.unknown,
    )


def _hull(known: "frozenset[Value] | Range | None") -> Range | None:
    """The range around values; None where they have no order here, or may be anything."""
    if known is None or isinstance(known, Range):
        return known
    if not known or not _ordered(known):
        return None
    values: list[Any] = [*known]
    return Range(min(values), max(values))


def _ordered(values: frozenset[Value]) -> bool:
    return not any(isinstance(value, str | bool | frozenset) for value in values)


def _all(of: Callable[[list[Any]], Any], ends: Iterable[Any]) -> Any:
    found = list(ends)
    return None if None in found else of(found)


def _most(one: Any, other: Any, of: Callable[[Any, Any], Any], none_wins: bool) -> Any:
    if one is None or other is None:
        return None if none_wins else (other if one is None else one)
    return of(one, other)


def _below(one: Any, other: Any, or_equal: bool) -> bool:
    return one is None or other is None or bool(one < other) or (or_equal and bool(one == other))


def _plus(one: Any, other: Any) -> Any:
    return None if one is None or other is None else one + other


def _negated(end: Any) -> Any:
    return None if end is None else -end

"""Which values an expression can have over many cases: bounds from above, exact where it is one.

A yes_no is a mask of bits, anything else a `Possible`; of a set of members it holds those that are
surely in and those that may be.
"""

from collections.abc import Iterable
from typing import Any, Final

from attrs import frozen

from matchrules.regions import possible
from matchrules.regions.possible import UNKNOWN, Possible, Range
from matchrules.types import Date, Enum, Number, SetOf, Type, Value, YesNo, order_key

YES: Final = 1
NO: Final = 2
OPEN: Final = 4  # unknown
ANY: Final = YES | NO | OPEN
DECIDED: Final = frozenset({YES, NO, OPEN})

Bits = int
Many = Bits | Possible  # of a yes_no, of anything else


@frozen
class Members:
    """Sets that hold all of `must` and nothing but `may`."""

    must: frozenset[str]
    may: frozenset[str]


def _table(decide: Any) -> tuple[tuple[int, ...], ...]:
    """An operator on two truths as one on masks."""
    bits = (YES, NO, OPEN)
    return tuple(
        tuple(
            sum({decide(a, b) for a in bits if one & a for b in bits if two & b})
            for two in range(8)
        )
        for one in range(8)
    )


BOTH: Final = _table(
    lambda a, b: NO if NO in (a, b) else OPEN if OPEN in (a, b) else YES  # Kleene's `and`
)
EITHER: Final = _table(lambda a, b: YES if YES in (a, b) else OPEN if OPEN in (a, b) else NO)
OPPOSITE: Final = tuple((m & OPEN) | (m >> 1 & 1) | (m & 1) << 1 for m in range(8))


def one_value(value: Value | None, type_: Type) -> Many:
    """The one value."""
    if isinstance(type_, YesNo):
        return OPEN if value is None else YES if value is True else NO
    if value is None:
        return UNKNOWN
    if isinstance(value, frozenset):
        return Possible(Members(value, value))  # type: ignore[arg-type]  # the third kind, see above
    return Possible(frozenset({value}))


def anything(type_: Type, unknown: bool = True) -> Many:
    """Every value of a type."""
    if isinstance(type_, YesNo):
        return ANY if unknown else YES | NO
    if isinstance(type_, SetOf):
        return Possible(
            Members(frozenset(), frozenset(type_.of.members)),  # type: ignore[arg-type]  # as above
            unknown,
        )
    return possible.anything(type_, unknown)


def exact(many: Many) -> tuple[Value | None] | None:
    """The one value that it always is, as a tuple; None where there are several."""
    if isinstance(many, int):
        return {YES: (True,), NO: (False,), OPEN: (None,)}.get(many)
    known: Any = many.known
    if isinstance(known, Members):
        return (known.must,) if known.must == known.may and not many.unknown else None
    return many.exact


def decided(many: Many) -> bool:
    """Whether there is one value only."""
    if isinstance(many, int):
        return many in DECIDED
    known: Any = many.known
    if type(known) is frozenset:
        return len(known) + many.unknown == 1
    if isinstance(known, Range):
        return known.low is not None and known.low == known.high and not many.unknown
    return exact(many) is not None


def join(parts: Iterable[Many], type_: Type) -> Many:
    """Everything that any of the parts can be."""
    every = list(parts)
    if isinstance(type_, YesNo):
        found = 0
        for bits in every:
            found |= bits  # type: ignore[operator]  # all parts are of that type
        return found
    if len(every) == 1:
        return every[0]
    if isinstance(type_, SetOf):
        return _join_sets(every)
    return possible.union(every)  # type: ignore[arg-type]  # none is a yes_no


def _join_sets(parts: list[Any]) -> Possible:
    unknown = any(part.unknown for part in parts)
    known = [part.known for part in parts if isinstance(part.known, Members)]
    if not known:
        return Possible(frozenset(), unknown)
    must = frozenset.intersection(*(m.must for m in known))
    return Possible(
        Members(must, frozenset().union(*(m.may for m in known))),  # type: ignore[arg-type]  # as above
        unknown,
    )


def clip(many: Many, type_: Type) -> Many:
    """Without what falls out of the range of its type, which no valid case has."""
    if not isinstance(type_, Number) or isinstance(many, int):
        return many
    if many.known is None:
        return possible.anything(type_, many.unknown)
    return possible.within(many, type_).but(many.unknown)


def same(left: Possible, right: Possible) -> Bits:
    """Whether two known values can be equal, and can be other ones."""
    one: Any = left.known
    two: Any = right.known
    if isinstance(one, Members) and isinstance(two, Members):
        if not (one.must <= two.may and two.must <= one.may):
            return NO
        return YES if one.must == one.may == two.must == two.may else YES | NO
    if isinstance(one, frozenset) and isinstance(two, frozenset):
        if one.isdisjoint(two):
            return NO
        return YES if len(one) == len(two) == 1 else YES | NO
    found = possible.compare("==", left.but(False), right.but(False))
    return bits_of(found)


def bits_of(found: Possible) -> Bits:
    """The mask of a yes_no that is bounded otherwise."""
    return (
        (YES if found.may(True) else 0)
        | (NO if found.may(False) else 0)
        | (OPEN if found.unknown else 0)
    )


def compare(op: str, left: Many, right: Many, type_: Type) -> Bits:
    """What `left op right` can be; `type_` is that of `left`."""
    if isinstance(left, int) or isinstance(right, int):
        assert isinstance(left, int)
        assert isinstance(right, int)
        bits = (left | right) & OPEN
        if left & 3 and right & 3:
            equal = left & right & 3
            other = left & OPPOSITE[right] & 3
            yes, no = (equal, other) if op == "==" else (other, equal)
            bits |= (YES if yes else 0) | (NO if no else 0)
        return bits
    if left.known == frozenset() or right.known == frozenset():
        return OPEN
    unknown = OPEN if left.unknown or right.unknown else 0
    if op in ("==", "!="):
        found = same(left, right)
        return unknown | (found if op == "==" else OPPOSITE[found])
    if isinstance(type_, Enum):
        left, right = _ranked(left, type_), _ranked(right, type_)
    return unknown | bits_of(possible.compare(op, left.but(False), right.but(False)))


def _ranked(many: Possible, type_: Type) -> Possible:
    if many.singles is None:
        return many
    return Possible(frozenset(order_key(value, type_) for value in many.singles))


def ends(many: Possible) -> tuple[Any, Any]:
    """The least and the greatest number or day that it can be; None is no bound."""
    known: Any = many.known
    if isinstance(known, Range):
        return known.low, known.high
    if known is None:
        return None, None
    return min(known), max(known)


def spread(low: Any, high: Any, unknown: bool) -> Possible:
    """From the least to the greatest."""
    if low is not None and low == high:
        return Possible(frozenset({low}), unknown)
    return Possible(Range(low, high), unknown)


def is_ordered(type_: Type) -> bool:
    """Whether values of the type lie on a line that is cut into intervals."""
    return isinstance(type_, Number | Date)

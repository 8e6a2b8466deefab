"""What arithmetic does to ranges, places and units."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor

from matchrules.types import Number, exact

Bound = int | Fraction | None


def added(left: Number, right: Number, unit: str | None) -> Number:
    """The type of a sum."""
    low = _both(left.low, right.low, _plus)
    return Number(_most(left, right), low, _both(left.high, right.high, _plus), unit)


def subtracted(left: Number, right: Number, unit: str | None) -> Number:
    """The type of a difference."""
    return added(left, negated(right), unit)


def negated(type_: Number) -> Number:
    """The type of the number with its sign turned."""
    return Number(type_.places, _minus(type_.high), _minus(type_.low), type_.unit)


def multiplied(left: Number, right: Number, unit: str | None) -> Number:
    """The type of a product."""
    known = left.places is not None and right.places is not None
    places = (left.places or 0) + (right.places or 0) if known else None
    return Number(places, *_corners(left, right, lambda a, b: a * b), unit)


def divided(left: Number, right: Number, unit: str | None) -> Number:
    """The type of a quotient: any fraction."""
    if may_be_zero(right):
        return Number(None, None, None, unit)
    return Number(None, *_corners(left, right, lambda a, b: exact(Fraction(a) / b)), unit)


def may_be_zero(type_: Number) -> bool:
    """Whether 0 lies in the range."""
    return (type_.low is None or type_.low <= 0) and (type_.high is None or type_.high >= 0)


def hull(left: Number, right: Number, unit: str | None) -> Number:
    """The smallest type that holds the values of both."""
    low, high = _both(left.low, right.low, min), _both(left.high, right.high, max)
    return Number(_most(left, right), low, high, unit)


def smaller(left: Number, right: Number, unit: str | None) -> Number:
    """The type of the smaller of two."""
    low, high = _both(left.low, right.low, min), _either(left.high, right.high, min)
    return Number(_most(left, right), low, high, unit)


def larger(left: Number, right: Number, unit: str | None) -> Number:
    """The type of the larger of two."""
    low, high = _either(left.low, right.low, max), _both(left.high, right.high, max)
    return Number(_most(left, right), low, high, unit)


def rounded(type_: Number) -> Number:
    """The type of the number as a whole one."""
    low = None if type_.low is None else floor(type_.low)
    high = None if type_.high is None else ceil(type_.high)
    return Number(0, low, high, type_.unit)


def summed(type_: Number, count: int) -> Number:
    """The type of a sum of up to `count` such numbers."""
    low = None if type_.low is None else min(0, type_.low * count)
    high = None if type_.high is None else max(0, type_.high * count)
    return Number(type_.places, low, high, type_.unit)


def disjoint(left: Number, right: Number) -> bool:
    """Whether no number lies in both ranges."""
    return _below(left, right) or _below(right, left)


def always(op: str, left: Number, right: Number) -> bool | None:
    """Whether a comparison holds for all numbers of the ranges (True), for none, or for some."""
    if op in ("==", "!="):
        return (op == "!=") if disjoint(left, right) else None
    if op in (">", ">="):
        left, right = right, left
    strict = op in ("<", ">")
    if _below(left, right) or (not strict and _meets_at_most(left, right)):
        return True
    if _below(right, left) or (strict and _meets_at_most(right, left)):
        return False
    return None


def _below(left: Number, right: Number) -> bool:
    return left.high is not None and right.low is not None and left.high < right.low


def _meets_at_most(left: Number, right: Number) -> bool:
    return left.high is not None and right.low is not None and left.high <= right.low


def _most(left: Number, right: Number) -> int | None:
    if left.places is None or right.places is None:
        return None
    return max(left.places, right.places)


def _plus(left: int | Fraction, right: int | Fraction) -> int | Fraction:
    return exact(left + right)


def _minus(bound: Bound) -> Bound:
    return None if bound is None else -bound


Step = Callable[[int | Fraction, int | Fraction], int | Fraction]


def _both(left: Bound, right: Bound, step: Step) -> Bound:
    return None if left is None or right is None else step(left, right)


def _either(left: Bound, right: Bound, step: Step) -> Bound:
    if left is None or right is None:
        return right if left is None else left
    return step(left, right)


def _corners(left: Number, right: Number, step: Step) -> tuple[Bound, Bound]:
    if left.low is None or left.high is None or right.low is None or right.high is None:
        return None, None
    found = [step(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    return exact(min(found)), exact(max(found))

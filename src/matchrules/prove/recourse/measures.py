"""Moves of a value as terms of the solver: whether, which way, how far."""

from typing import Any

import z3

from matchrules.ir.declarations import Change
from matchrules.prove.recourse.places import has_order
from matchrules.prove.terms import (
    Encoded,
    Term,
    Truth,
    any_of,
    choose,
    common,
    equal,
    less,
    neg,
)
from matchrules.types import Enum, SetOf, Text, Type


def other_than(value: Encoded, present: Encoded) -> Any:
    """Whether a known value is not the present one."""
    return neg(equal(value, present))


def moves_as_marked(value: Encoded, present: Encoded, type_: Type, change: Change) -> list[Any]:
    """That a known value moves only as it is marked."""
    if change == "free":
        return []
    if change == "fixed" or not has_order(type_):
        return [equal(value, present)]
    up = change == "up"
    if isinstance(value, Truth) or isinstance(present, Truth):
        assert isinstance(value, Truth) and isinstance(present, Truth)
        return [z3.Implies(present.yes, value.yes) if up else z3.Implies(value.yes, present.yes)]
    if isinstance(type_, SetOf):
        return [value.term & present.term == (present.term if up else value.term)]
    return [less(present, value, True) if up else less(value, present, True)]


def on_or_after(value: Encoded, day: Term) -> Any:
    """That a value which is known is no day before that one."""
    assert isinstance(value, Term)
    return any_of([neg(value.known), less(day, value, True)])


def how_far(value: Encoded, present: Encoded, type_: Type, factor: int) -> Any:
    """The distance of two known values, times a factor that makes it whole."""
    if isinstance(value, Truth) or isinstance(present, Truth):
        return choose(other_than(value, present), z3.IntVal(factor), z3.IntVal(0))
    if isinstance(type_, SetOf):
        return _members(value.term ^ present.term, [factor] * len(type_.of.members))
    if isinstance(type_, Text) or (isinstance(type_, Enum) and not type_.ordered):
        return choose(other_than(value, present), z3.IntVal(factor), z3.IntVal(0))
    if isinstance(type_, Enum):
        one, two, denominator = rank(value, type_), rank(present, type_), 1
    else:
        (one, two), denominator = common([value, present])
    each = factor // denominator
    moved = one - two
    size = z3.If(moved >= 0, moved, -moved)
    return size if each == 1 else size * each


def rank(value: Encoded, type_: Type) -> Any:
    """A whole number that puts values of one type in an order: as they are sorted, sets by their
    members."""
    if isinstance(value, Truth):
        return choose(value.yes, z3.IntVal(1), z3.IntVal(0))
    if isinstance(type_, SetOf):
        return _members(value.term, [2**place for place in range(len(type_.of.members))])
    if isinstance(type_, Enum):
        size = value.term.size()
        ranks = [
            choose(value.term == z3.BitVecVal(place, size), z3.IntVal(place), z3.IntVal(0))
            for place in range(len(type_.members))
        ]
        return z3.Sum(ranks)
    return value.term


def _members(term: Any, worth: list[int]) -> Any:
    bits = [z3.Extract(place, place, term) == z3.BitVecVal(1, 1) for place in range(len(worth))]
    each = [choose(bit, z3.IntVal(w), z3.IntVal(0)) for bit, w in zip(bits, worth, strict=True)]
    return z3.Sum(each) if each else z3.IntVal(0)


__all__ = ["how_far", "moves_as_marked", "on_or_after", "other_than", "rank"]

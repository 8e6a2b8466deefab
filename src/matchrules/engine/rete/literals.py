"""Conditions as literals on cells.

The network compares ranks only: a value becomes its place among the cut points that the rules
mention, so that a change within one rank does not reach the network. What is no comparison of one
value with constants is worked out outside and reaches the network as a yes or no.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen

from matchrules.ir import And, Compare, Constant, Expression, InRange, Not, Or
from matchrules.types import AnyDayOfYear, Date, Enum, Number, Text, Type, YesNo, order_key

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
_DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@frozen
class Atom:
    """A condition that is no conjunction, and whether it must be true or false."""

    condition: Expression
    wanted: bool = True

    def expression(self) -> Expression:
        return self.condition if self.wanted else Not(self.condition)


@frozen
class Interval:
    """`value` lies between two bounds; each is an order key and whether it belongs to the range,
    None for no bound."""

    value: Expression
    low: tuple[Any, bool] | None
    high: tuple[Any, bool] | None


def atoms(conditions: Iterable[Expression]) -> list[Atom] | None:
    """The conjunction of the conditions, flat, each atom once; None where it can never be true."""
    found: dict[Atom, None] = {}
    stack = [Atom(condition) for condition in conditions][::-1]
    while stack:
        atom = stack.pop()
        match atom.condition:
            case Constant(value=bool(value)):
                if value is not atom.wanted:
                    return None
            case Not(operand=operand):
                stack.append(Atom(operand, not atom.wanted))
            case And(operands=operands) if atom.wanted:
                stack.extend(Atom(operand) for operand in reversed(operands))
            case Or(operands=operands) if not atom.wanted:
                stack.extend(Atom(operand, False) for operand in reversed(operands))
            case _:
                found[atom] = None
    return list(found)


def at_most(limit: int, conjunction: Sequence[Atom]) -> list[Atom]:
    """The same conjunction in at most `limit` atoms: the last ones are put together into one."""
    if len(conjunction) <= limit:
        return list(conjunction)
    rest = And(tuple(atom.expression() for atom in conjunction[limit - 1 :]))
    return [*conjunction[: limit - 1], Atom(rest)]


def interval(atom: Atom) -> Interval:
    """What the atom asks of one value: of its own truth, unless it compares with constants."""
    found = _comparison(atom) if isinstance(atom.condition, Compare) else _range(atom)
    return found or Interval(atom.condition, (atom.wanted, True), (atom.wanted, True))


def _comparison(atom: Atom) -> Interval | None:
    condition = atom.condition
    assert isinstance(condition, Compare)
    left, right, op = condition.left, condition.right, str(condition.op)
    if isinstance(left, Constant):
        left, right, op = right, left, _FLIPPED.get(op, "!=")
    if not atom.wanted:
        op = _DENIED.get(op, "!=")
    if not isinstance(right, Constant) or op == "!=" or (key := _key(right, left.type)) is None:
        return None
    (bound,) = key
    if op == "==":
        return Interval(left, (bound, True), (bound, True))
    if op in ("<", "<="):
        return Interval(left, None, (bound, op == "<="))
    return Interval(left, (bound, op == ">="), None)


def _range(atom: Atom) -> Interval | None:
    condition = atom.condition
    if not isinstance(condition, InRange) or not atom.wanted:
        return None
    low, high = (
        _key(bound, condition.value.type) if isinstance(bound, Constant) else None
        for bound in (condition.low, condition.high)
    )
    if low is None or high is None:
        return None
    return Interval(condition.value, (low[0], True), (high[0], True))


def _key(constant: Constant, type_: Type) -> tuple[Any] | None:
    """The order key of a constant that is compared with a value of the type, if there is one."""
    if constant.value is None or isinstance(constant.value, frozenset):
        return None
    if isinstance(type_, Enum) and constant.value not in type_.members:
        return None
    known = isinstance(type_, YesNo | Number | Date | AnyDayOfYear | Enum | Text)
    return (order_key(constant.value, type_),) if known else None


@frozen
class Ranks:
    """The cut points of one cell, sorted. A value on one has an odd rank, between two an even."""

    cell: int
    type: Type
    cuts: tuple[Any, ...]

    @property
    def top(self) -> int:
        """How many ranks there are."""
        return 2 * len(self.cuts) + 1

    def of(self, value: Any) -> tuple[int, int]:
        """The lowest and the highest rank that the value may have."""
        if value is None:
            return -1, self.top
        key = order_key(value, self.type)
        place = bisect_left(self.cuts, key)
        rank = 2 * place + (place < len(self.cuts) and self.cuts[place] == key)
        return rank, rank

    def between(self, wanted: Interval) -> tuple[int, int]:
        """The ranks of an interval, both ends in."""
        low, high = 0, self.top - 1
        if wanted.low is not None:
            bound, inside = wanted.low
            low = 2 * bisect_left(self.cuts, bound) + (1 if inside else 2)
        if wanted.high is not None:
            bound, inside = wanted.high
            high = 2 * bisect_left(self.cuts, bound) + (1 if inside else 0)
        return low, high

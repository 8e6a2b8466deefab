"""Simple conditions on one value each: what holds in a case, and how far it can be widened."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from attrs import field, frozen

from matchrules import ir
from matchrules.explain import Wording
from matchrules.ir import Expression
from matchrules.prove.difference.atoms import Atom
from matchrules.prove.difference.pair import Pair
from matchrules.prove.terms import (
    Encoded,
    Term,
    Truth,
    all_of,
    any_of,
    constant,
    equal,
    less,
    neg,
    number,
)
from matchrules.types import AnyDayOfYear, Date, DayOfYear, Enum, Number, SetOf, Value, YesNo

_SIDES: Final = ("before: ", "now: ")


@frozen
class Literal:
    """A condition on an atom: it is one of `values` (None: unknown), or, where `values` is empty,
    known and within `low..high` (None: no end). With `member` the atom is a set, and the value is
    whether it has that member."""

    atom: Atom
    values: tuple[Value | None, ...] = ()
    low: Any = None
    high: Any = None
    member: str | None = None
    domain: tuple[Value | None, ...] = field(default=(), eq=False)

    # What it says ---------------------------------------------------------------------------

    def formula(self, pair: Pair) -> Any:
        """The literal in both sides' scene."""
        encoding = pair.sides[self.atom.where]
        value = encoding.value(self.atom.expression, dict(self.atom.bound))
        if not self.values:
            return all_of([value.known, *self._ends(value)])
        return any_of([self._is(value, each, pair) for each in self.values])

    def _is(self, value: Encoded, each: Value | None, pair: Pair) -> Any:
        if each is None:
            return neg(value.known)
        if isinstance(value, Truth):
            return value.yes if each else value.no
        type_ = self.atom.expression.type
        texts = pair.ground.texts
        if self.member is not None:
            assert isinstance(type_, SetOf)
            bit = 1 << type_.of.members.index(self.member)
            has = (value.term & bit) != 0
            return all_of([value.known, has if each else neg(has)])
        return all_of([value.known, equal(value, constant(each, type_, texts))])

    def _ends(self, value: Encoded) -> Iterator[Any]:
        if self.low is None and self.high is None:
            return
        assert isinstance(value, Term)
        for end, is_low in ((self.low, True), (self.high, False)):
            if end is not None:
                bound = _end(end)
                yield less(bound, value, True) if is_low else less(value, bound, True)

    def holds(self, value: Value | None) -> bool:
        """Whether it holds where the atom has that value."""
        if not self.values:
            if value is None or (self.low is not None and value < self.low):
                return False
            return self.high is None or bool(value <= self.high)
        if self.member is not None and value is not None:
            assert isinstance(value, frozenset)
            return (self.member in value) in self.values
        return value in self.values

    # How it is told -------------------------------------------------------------------------

    def words(self, wordings: Sequence[Wording]) -> str:
        """The literal in the words of the vocabulary."""
        wording = wordings[self.atom.where]
        prefix = "" if self.atom.side is None else _SIDES[self.atom.side]
        return prefix + self._said(wording)

    def _said(self, wording: Wording) -> str:
        e = self.atom.expression
        if not self.values:
            return wording.condition(self._range(e))
        if self.values == (None,):
            return wording.condition(ir.Not(ir.IsKnown(e)))
        unknown = None in self.values
        known = [value for value in self.values if value is not None]
        if self.member is not None:
            assert isinstance(e.type, SetOf)
            condition: Expression = ir.Has(e, ir.Constant(self.member, e.type.of))
        elif isinstance(e.type, YesNo):
            condition = e
        elif len(known) == 1:
            condition = ir.Compare("==", e, ir.Constant(known[0], e.type))
        else:
            condition = ir.In(e, tuple(ir.Constant(value, e.type) for value in known))
        if self.member is not None or isinstance(e.type, YesNo):
            if len(known) == 2:
                return wording.condition(ir.IsKnown(e))
            if unknown:
                opposite = condition if known == [False] else ir.Not(condition)
                return wording.condition(ir.Not(ir.Shown(opposite)))
            return wording.condition(condition if known == [True] else ir.Not(condition))
        if not unknown and self.domain and len(known) == len(self.domain) - 1:
            return wording.condition(ir.IsKnown(e))
        return wording.condition(condition) + (", or unknown" if unknown else "")

    def _range(self, e: Expression) -> Expression:
        low = None if self.low is None else ir.Constant(self.low, e.type)
        high = None if self.high is None else ir.Constant(self.high, e.type)
        if low is None:
            return ir.IsKnown(e) if high is None else ir.Compare("<=", e, high)
        if high is None:
            return ir.Compare(">=", e, low)
        return ir.Compare("==", e, low) if low == high else ir.InRange(e, low, high)


def exact(atom: Atom, value: Value | None) -> tuple[Literal, ...]:
    """What is so of an atom that has that value: together the literals say it all."""
    match atom.expression.type:
        case SetOf(of=of):
            if value is None:
                return (Literal(atom, (None,)),)
            assert isinstance(value, frozenset)
            return (
                Literal(atom),
                *(Literal(atom, (m in value,), member=m, domain=(True, False, None))
                  for m in of.members),
            )  # fmt: skip
        case YesNo():
            return (Literal(atom, (value,), domain=(True, False, None)),)
        case Enum(members=members):
            return (Literal(atom, (value,), domain=(*members, None)),)
        case Number() | Date() | AnyDayOfYear() if value is not None:
            return (Literal(atom, low=value, high=value),)
    return (Literal(atom, (value,)),)


def _end(value: Any) -> Term:
    if isinstance(value, date):
        return number(value.toordinal())
    if isinstance(value, DayOfYear):
        return number(32 * value.month + value.day)
    return number(value)


__all__ = ["Literal", "exact"]

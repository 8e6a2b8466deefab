"""Simple conditions on one value each: what holds in a case, and how far it can be widened."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

from attrs import evolve, field, frozen

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


class Widening:
    """Widens a literal as far as it goes. `still`: whether another one in its place is enough;
    `possible`: whether there are cases at all with the other one in its place."""

    def __init__(
        self, still: Callable[[Literal], bool], possible: Callable[[Literal], bool]
    ) -> None:
        self._still, self._possible = still, possible

    def widened(self, literal: Literal) -> Literal:
        """The widest literal that was found."""
        if literal.domain:
            for value in literal.domain:
                if value not in literal.values:
                    wider = evolve(literal, values=_in_order({*literal.values, value}, literal))
                    alone = evolve(literal, values=(value,))
                    # what no case has would only make the words longer
                    if self._still(wider) and self._possible(alone):
                        literal = wider
            return literal
        if literal.values or (literal.low is None and literal.high is None):
            return literal
        return self._end(self._end(literal, "high", 1), "low", -1)

    def _end(self, literal: Literal, name: str, sign: int) -> Literal:
        def ending(end: Any) -> Literal:
            low, high = (literal.low, end) if name == "high" else (end, literal.high)
            return evolve(literal, low=low, high=high)

        open_ = ending(None)
        if self._still(open_):
            return open_
        type_ = literal.atom.expression.type
        scale = _scale(type_)
        if scale is None:
            return literal
        good = _whole(getattr(literal, name), scale)
        limit = _limit(type_, sign, scale)
        step = 1
        bad = None
        while bad is None:  # first by leaps, then by halves
            there = good + sign * step
            if limit is not None and (there - limit) * sign > 0:
                bad = limit + sign
            elif self._still(ending(_value(there, type_, scale))):
                good, step = there, step * 4
            else:
                bad = there
        while abs(bad - good) > 1:
            middle = (bad + good) // 2
            if self._still(ending(_value(middle, type_, scale))):
                good = middle
            else:
                bad = middle
        return ending(_value(good, type_, scale))


def _in_order(values: set[Value | None], literal: Literal) -> tuple[Value | None, ...]:
    return tuple(value for value in literal.domain if value in values)


def _end(value: Any) -> Term:
    if isinstance(value, date):
        return number(value.toordinal())
    if isinstance(value, DayOfYear):
        return number(32 * value.month + value.day)
    return number(value)


def _scale(type_: Any) -> int | None:
    """In how many steps values of the type lie between two whole numbers; None where they lie
    anywhere."""
    if isinstance(type_, Number):
        return None if type_.places is None else int(10**type_.places)
    return 1 if isinstance(type_, Date) else None


def _whole(value: Any, scale: int) -> int:
    return value.toordinal() if isinstance(value, date) else int(value * scale)


def _limit(type_: Any, sign: int, scale: int) -> int | None:
    if isinstance(type_, Date):
        return date.max.toordinal() if sign > 0 else 1
    end = type_.high if sign > 0 else type_.low
    return 10**12 * sign if end is None else int(end * scale)


def _value(whole: int, type_: Any, scale: int) -> Any:
    if isinstance(type_, Date):
        return date.fromordinal(whole)
    found = Fraction(whole, scale)
    return found.numerator if found.denominator == 1 else found


__all__ = ["Literal", "Widening", "exact"]

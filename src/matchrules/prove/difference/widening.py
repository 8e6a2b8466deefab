"""What a case has in common with others that a change affects alike: from all that is so of it, as
few conditions as will do, each as wide as it goes."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

import z3
from attrs import evolve

from matchrules.prove.difference.literals import Literal
from matchrules.prove.difference.pair import Deadline, Pair, Solver
from matchrules.prove.witness import value_of
from matchrules.types import Date, Number, Value

# A value of an atom at which the change does not show; None where it shows at all of them.
Against = tuple[Value | None] | None
MOST: Final = 10**12  # where a number has no end


class Generalising:
    """Makes regions of the cases of one formula, which says that the change shows."""

    def __init__(self, pair: Pair, formula: Any, deadline: Deadline) -> None:
        self._pair, self._formula, self._deadline = pair, formula, deadline
        self._without = _Asking(Solver(pair, deadline), z3.Not(formula))
        self._within: _Asking | None = None

    def region(self, literals: Sequence[Literal]) -> tuple[Literal, ...] | None:
        """Literals that follow from the given ones, which hold in a case: wherever they do, the
        change shows. None where the given ones are not enough."""
        if self._without.some(literals):
            return None
        kept = self._without.core(literals)
        against: dict[Literal, Against] = {}
        for literal in list(kept):
            fewer = [other for other in kept if other != literal]
            found = self._without.value(literal, fewer)
            if found is None:
                kept = fewer
            else:
                against[literal] = found
        for place, literal in enumerate(kept):
            kept[place] = self._widened(literal, against[literal], kept[:place], kept[place + 1 :])
        return tuple(kept)

    def _widened(
        self, literal: Literal, seen: Against, before: Sequence[Literal], after: Sequence[Literal]
    ) -> Literal:
        def against(other: Literal) -> Against:
            return self._without.value(other, [*before, other, *after])

        if literal.domain:
            values = _values(literal, seen, against)
            # what no case has would only make the words longer
            others = [*before, *after]
            return evolve(literal, values=tuple(
                value for value in values
                if value in literal.values
                or self._possible([*others, evolve(literal, values=(value,))])
            ))  # fmt: skip
        if literal.values or (literal.low is None and literal.high is None):
            return literal
        for name, sign in (("high", 1), ("low", -1)):
            literal = _end(literal, name, sign, seen, against)
        return literal

    def _possible(self, literals: Sequence[Literal]) -> bool:
        """Whether there are cases at all."""
        if self._within is None:
            self._within = _Asking(Solver(self._pair, self._deadline), self._formula)
        return self._within.some(literals)


def _values(
    literal: Literal, seen: Against, against: Callable[[Literal], Against]
) -> Iterable[Value | None]:
    """All the values at which the change shows; the solver tells of the others one by one."""
    values = list(literal.domain)
    while seen is not None:
        (value,) = seen
        if literal.member is not None and value is not None:
            assert isinstance(value, frozenset)
            value = literal.member in value
        values.remove(value)
        if len(values) == len(literal.values):
            break
        seen = against(evolve(literal, values=tuple(values)))
    return values


def _end(
    literal: Literal, name: str, sign: int, seen: Against, against: Callable[[Literal], Against]
) -> Literal:
    """The literal with one end as far out as it goes."""

    def ending(end: Any) -> Literal:
        return evolve(literal, low=end if sign < 0 else literal.low,
                      high=end if sign > 0 else literal.high)  # fmt: skip

    now = getattr(literal, name)
    type_ = literal.atom.expression.type
    scale = _scale(type_)
    beyond = seen is not None and seen[0] is not None and (seen[0] > now) == (sign > 0)
    if not beyond or seen is None:
        seen = against(ending(None))
        if seen is None:
            return ending(None)
    if scale is None:
        return literal
    good, bad = _whole(now, scale), _whole(seen[0], scale)
    near = bad - sign  # mostly the solver names the first value at which nothing shows
    while abs(bad - good) > 1:
        seen = against(ending(_value(near, type_, scale)))
        if seen is None:
            good = near
        else:
            bad = _whole(seen[0], scale)
        near = (good + bad) // 2
    return ending(_value(good, type_, scale))


def _scale(type_: Any) -> int | None:
    """In how many steps values of the type lie between two whole numbers; None where they lie
    anywhere."""
    if isinstance(type_, Number):
        return None if type_.places is None else int(10**type_.places)
    return 1 if isinstance(type_, Date) else None


def _whole(value: Any, scale: int) -> int:
    return value.toordinal() if isinstance(value, date) else int(value * scale)


def _value(whole: int, type_: Any, scale: int) -> Any:
    if isinstance(type_, Date):
        return date.fromordinal(whole)
    found = Fraction(whole, scale)
    return found.numerator if found.denominator == 1 else found


class _Asking:
    """Asks whether there are cases for a formula, and for literals given each time."""

    def __init__(self, solver: Solver, formula: Any) -> None:
        self._solver = solver
        self._solver.add(formula)
        self._switches: dict[Literal, Any] = {}

    def some(self, literals: Sequence[Literal]) -> bool:
        return self._solver.satisfiable(*map(self._switch, literals))

    def value(self, literal: Literal, literals: Sequence[Literal]) -> Against:
        """The value that the atom of a literal has in some such case."""
        if not self.some(literals):
            return None
        pair, atom = self._solver.pair, literal.atom
        value = pair.sides[atom.where].value(atom.expression, dict(atom.bound))
        model = self._solver.z3.model()
        return (value_of(model, value, atom.expression.type, pair.ground.texts),)

    def core(self, literals: Sequence[Literal]) -> list[Literal]:
        """Those that it took to say that there is none."""
        core = {switch.get_id() for switch in self._solver.z3.unsat_core()}
        return [literal for literal in literals if self._switch(literal).get_id() in core]

    def _switch(self, literal: Literal) -> Any:
        if literal not in self._switches:
            switch = self._switches[literal] = z3.Bool(f"literal {len(self._switches)}")
            self._solver.add(z3.Implies(switch, literal.formula(self._solver.pair)))
        return self._switches[literal]


__all__ = ["Generalising"]

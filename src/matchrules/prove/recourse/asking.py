"""The solver, asked again and again for the least of something, within one time limit."""

from collections.abc import Sequence
from typing import Any

import z3

from matchrules.prove.difference.pair import Deadline, Stopped
from matchrules.prove.recourse.scene import Around

Bits = Sequence[tuple[Any, int]]  # formulas, with what each costs where it holds


class Asking:
    """Formulas over one scene, and the model of the last answer."""

    def __init__(self, scene: Around, deadline: Deadline) -> None:
        self._scene, self._deadline = scene, deadline
        # without the tactics of `Solver`, which cost more here than they save
        self._z3 = z3.SimpleSolver()
        self._told = 0
        self._calendar: set[int] = set()
        self._numbers = 0
        self.model: Any = None

    def add(self, *formulas: Any) -> None:
        for formula in formulas:
            self._z3.add(formula)
            for fact in self._scene.ground.calendar.facts_for(formula):
                if fact.get_id() not in self._calendar:
                    self._calendar.add(fact.get_id())
                    self._z3.add(fact)

    def possible(self, *assumptions: Any) -> bool:
        """Whether all that was added can hold; raises `Stopped`."""
        formulas = self._scene.ground.formulas
        told, self._told = self._told, len(formulas)
        self.add(*formulas[told:])
        self._z3.set("timeout", self._deadline.milliseconds())
        answer = self._z3.check(*assumptions)
        if answer == z3.unknown:
            reason = self._z3.reason_unknown()
            if "interrupted" in reason:  # z3 has taken the signal for itself
                raise KeyboardInterrupt
            raise Stopped(
                "the time was up" if self._deadline.over else f"the solver says: {reason}"
            )
        if answer == z3.sat:
            self.model = self._z3.model()
        return bool(answer == z3.sat)

    def core(self) -> list[Any]:
        """Assumptions that were too many together."""
        return list(self._z3.unsat_core())

    def switch(self, formula: Any) -> Any:
        """A name for a formula, to be assumed; the name alone says nothing."""
        found = z3.Bool(f"switch {self._numbers}")
        self._numbers += 1
        self.add(z3.Implies(found, formula))
        return found

    def holds(self, formula: Any) -> bool:
        """Whether a formula holds in the model."""
        return bool(z3.is_true(self.model.eval(formula, model_completion=True)))

    def number(self, term: Any) -> int:
        """What a number is in the model."""
        found: int = self.model.eval(term, model_completion=True).as_long()
        return found

    def least_cost(self, bits: Bits, at_least: int) -> int | None:
        """The least that the bits that hold can cost, which is no less than `at_least`; from then
        on they cost that. None where nothing is possible. Small costs are tried first: there the
        solver sees soonest that they are too small."""
        if not bits:
            return 0 if self.possible() else None
        if not self.possible():
            return None
        most = self._cost(bits)
        low, step = at_least, 1
        while low < most:
            middle = min(low + step - 1, most - 1)
            if self.possible(self.switch(_at_most(bits, middle))):
                most, step = self._cost(bits), 1
            else:
                low, step = middle + 1, 2 * step
        self.add(_at_most(bits, most))
        return most

    def _cost(self, bits: Bits) -> int:
        return sum(cost for bit, cost in bits if self.holds(bit))

    def fewest(self, bits: Sequence[Any]) -> None:
        """As few of the bits hold as can be, and of equally many the last ones."""
        self.least_cost([(bit, 1) for bit in bits], 0)
        for bit in bits:
            if self.holds(bit):
                self.possible(z3.Not(bit))
            self.add(bit if self.holds(bit) else z3.Not(bit))

    def least(self, term: Any, at_least: int) -> int:
        """The least that a number can be; from then on it is that."""
        most, low, step = self.number(term), at_least, 1
        while low < most:
            middle = min(low + step - 1, most - 1)
            if self.possible(self.switch(term <= middle)):
                most, step = self.number(term), 1
            else:
                low, step = middle + 1, 4 * step
        self.add(term == most)
        return most

    def lower(self, term: Any) -> None:
        """The least of a few numbers; from then on it is that."""
        while self.possible(self.switch(term < self.number(term))):
            pass
        self.add(term == self.number(term))


def _at_most(bits: Bits, cost: int) -> Any:
    dear = [z3.Not(bit) for bit, own in bits if own > cost]
    some = [(bit, own) for bit, own in bits if 0 < own <= cost]
    return z3.And(*dear, *([z3.PbLe(some, cost)] if some else []))


__all__ = ["Asking", "Bits", "Deadline", "Stopped"]

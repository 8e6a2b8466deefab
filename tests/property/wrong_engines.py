"""Evaluators with one fault each, as a mistake in programming would make them."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from matchrules import ir
from matchrules.decision import Firing
from matchrules.diagnostics.model import Diagnostic
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation
from matchrules.ir import Define, Expression, Rule
from matchrules.types import Number, YesNo


class DropsAFiring(Interpretation):
    @property  # type: ignore[override]  # in the place of a cached one
    def firings(self) -> tuple[Firing, ...]:  # type: ignore[override]  # the same
        return super().firings[1:]


class ChangesADefine(Interpretation):
    """The first value that can be another one, is."""

    def derived(self, define: Define, bound: Bound) -> Any:
        value = super().derived(define, bound)
        if define.name != next(iter(self.base.defines)) or value is None:
            return value
        match define.type:
            case YesNo():
                return not value
            case Number(low=low) if low is not None:
                return value + 1 if value == low else low
        return value


class UnknownIsNo(Interpretation):
    """`and` and `or` take an unknown for a no."""

    def value(self, expression: Expression, bound: Bound = NOTHING) -> Any:
        found = super().value(expression, bound)
        if isinstance(expression, ir.And | ir.Or) and found is None:
            return False
        return found


class KleeneReversed(Interpretation):
    """A false beside an unknown is unknown, a true beside one as well."""

    def value(self, expression: Expression, bound: Bound = NOTHING) -> Any:
        if isinstance(expression, ir.And | ir.Or):
            truths = [self.value(operand, bound) for operand in expression.operands]
            if None in truths:
                return None
        return super().value(expression, bound)


class ForgetsUnless(Interpretation):
    def holds(self, rule: Rule, bound: Bound) -> bool:
        needed = [*rule.guards] if rule.when is None else [*rule.guards, rule.when]
        return all(self.value(e, bound) is True for e in needed)


class ForgetsOverriders(Interpretation):
    def stands(self, rule: Rule, bound: Bound) -> bool:
        return self.holds(rule, bound)


class ForgetsProvisional(Interpretation):
    def provisional(self, expression: Expression, bound: Bound) -> bool:
        return False


class ForgetsDefaults(Interpretation):
    def _attribute(self, fact: str, name: str, index: int) -> Any:
        instances = self.case.facts[fact]
        return instances[index][name] if index < len(instances) else None


class TakesTheFirst(Interpretation):
    """Picks from the wrong end."""

    def pick_order(self, aggregate: ir.Aggregate, bound: Bound) -> list[object]:
        return [-bound[aggregate.fact]]


class OldParameters(Interpretation):
    def _parameter(self, name: str, day: Any, key: Any) -> Any:
        rows = [row for row in self.base.parameters[name].rows if row.key == key]
        return rows[0].value if rows else None


class RoundsDown(Interpretation):
    def value(self, expression: Expression, bound: Bound = NOTHING) -> Any:
        if isinstance(expression, ir.Round):
            found = self.value(expression.value, bound)
            scale = 10**expression.places
            if isinstance(found, Fraction):
                return Fraction(found * scale // 1, scale)
        return super().value(expression, bound)


class SeesNoContradiction(Interpretation):
    def _contradictions(self) -> Iterator[Diagnostic]:
        return iter(())


class SeesNoFault(Interpretation):
    """Decides on what can be no case: rejected, in conflict, past a range, in a gap."""

    @property
    def faults(self) -> list[Diagnostic]:
        return []

    @faults.setter
    def faults(self, found: list[Diagnostic]) -> None:
        pass


WRONG = (
    DropsAFiring, ChangesADefine, UnknownIsNo, KleeneReversed, ForgetsUnless, ForgetsOverriders,
    ForgetsProvisional, ForgetsDefaults, TakesTheFirst, OldParameters, RoundsDown,
    SeesNoContradiction, SeesNoFault,
)  # fmt: skip

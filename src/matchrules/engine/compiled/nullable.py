"""What can be said of an expression before any case is seen."""

from matchrules.ir import (
    AddTime,
    AdvisedField,
    Aggregate,
    AsOf,
    Attribute,
    Constant,
    DayOf,
    Derived,
    Expression,
    HowMany,
    IfKnown,
    InCase,
    IsKnown,
    OfDecision,
    ParameterValue,
    RuleBase,
    Shown,
    children,
)
from matchrules.types import Number


class Nature:
    """Which expressions can be unknown, and which facts they need an instance of."""

    def __init__(self, base: RuleBase) -> None:
        self.base = base
        self._open: dict[int, tuple[Expression, bool]] = {}
        self._bound: dict[int, tuple[Expression, frozenset[str] | None]] = {}

    def can_be_unknown(self, expression: Expression) -> bool:
        """Whether it can be unknown, as far as can be told from the expression alone."""
        found = self._open.get(id(expression))
        if found is None:
            found = self._open[id(expression)] = (expression, self._can_be_unknown(expression))
        return found[1]

    def _can_be_unknown(self, expression: Expression) -> bool:
        match expression:
            case Constant(value=value):
                return value is None
            case AsOf() | IsKnown() | Shown():
                return False
            case IfKnown(otherwise=otherwise):
                return self.can_be_unknown(otherwise)
            case Aggregate(op="count" | "any" | "all", where=where):
                return where is not None and self.can_be_unknown(where)
            case HowMany(operands=operands):
                return any(self.can_be_unknown(e) for e in operands)
            case Attribute() | Derived() | ParameterValue() | AddTime() | DayOf() | Aggregate():
                return True
            case InCase() | AdvisedField():
                return True
            case _ if isinstance(expression, OfDecision):
                return False
        # The rest are operators, which are known where their operands are.
        return any(self.can_be_unknown(e) for e in children(expression))

    def facts(self, expression: Expression) -> frozenset[str] | None:
        """The many-facts of which it needs an instance; None: all there may be."""
        found = self._bound.get(id(expression))
        if found is None:
            found = self._bound[id(expression)] = (expression, self._facts(expression))
        return found[1]

    def _facts(self, expression: Expression) -> frozenset[str] | None:
        if isinstance(expression, InCase | OfDecision):
            return None
        if isinstance(expression, Attribute | Derived):
            fact = expression.fact
            if fact is None or not self.base.facts[fact].many:
                return frozenset()
            return frozenset({fact})
        found: set[str] = set()
        for child in children(expression):
            inside = self.facts(child)
            if inside is None:
                return None
            found |= inside
        return frozenset(found - {getattr(expression, "fact", "")})


def is_whole(expression: Expression) -> bool:
    """Whether its known values are whole numbers."""
    return isinstance(expression.type, Number) and expression.type.places == 0

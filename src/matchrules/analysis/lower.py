"""Expressions: resolved, typed and lowered in one pass that is led by the type expected.

`lower` takes the type that the place expects as a hint: it gives bare names of members their enum
and bare numbers their unit. Whether the result fits is for the place to check (`store`,
`condition`, `meet`). A fault is reported where it is, once, and gives `FAULTY`.
"""

from collections.abc import Callable
from typing import Any

from attrs import define

from matchrules import ir
from matchrules.analysis import (
    aggregates,
    arithmetic,
    comparisons,
    judgements,
    literals,
    resolve,
    texts,
)
from matchrules.analysis.environment import Environment
from matchrules.analysis.meeting import check_store, join
from matchrules.analysis.report import FAULTY, Report
from matchrules.analysis.scope import Scope
from matchrules.analysis.typenames import describe
from matchrules.syntax import ast
from matchrules.types import Number, Type, Unknown, Value, YesNo

Step = Callable[["Lowering", Any, Type | None, Environment], ir.Expression]


@define
class Lowering:
    """Lowers expressions of one era."""

    scope: Scope
    report: Report

    def lower(self, node: ast.Expr, hint: Type | None, env: Environment) -> ir.Expression:
        """The expression, typed; `hint` is the type that the place expects, if any."""
        return _STEPS[type(node)](self, node, hint, env)

    def condition(self, node: ast.Expr, env: Environment) -> ir.Expression:
        """An expression that is yes or no."""
        found = self.lower(node, YesNo(), env)
        if isinstance(found.type, YesNo | Unknown):
            return found
        return self.report.error(
            "MR301", f"a condition is expected, not {describe(found.type)}", node.span,
            "neither true nor false", help="compare it with something",
        )  # fmt: skip

    def store(self, node: ast.Expr, target: Type, env: Environment) -> ir.Expression:
        """An expression whose value is kept as a `target`, with its rounding written out."""
        return _to_places(self._branches(node, target, env), target)

    def _branches(self, node: ast.Expr, target: Type, env: Environment) -> ir.Expression:
        if isinstance(node, ast.Conditional):
            condition = self.condition(node.condition, env)
            then = self._branches(node.then, target, env)
            otherwise = self._branches(node.otherwise, target, env)
            type_ = join(then.type, otherwise.type) or target
            return ir.If(condition, then, otherwise, type_)
        if isinstance(node, ast.KnownElse):
            value = self._branches(node.value, target, env)
            otherwise = self._branches(node.otherwise, target, env)
            return ir.IfKnown(value, otherwise, join(value.type, otherwise.type) or target)
        found = self.lower(node, target, env)
        if not check_store(self.report, found, target, node.span):
            return FAULTY
        return found

    def constant(
        self, node: ast.Expr, target: Type, env: Environment, place: str
    ) -> tuple[bool, Value | None]:
        """The value of a literal of that type, and whether it is one without a fault."""
        if isinstance(target, Unknown):
            return False, None
        found = self.lower(node, target, env)
        if found is FAULTY:
            return False, None
        if not isinstance(found, ir.Constant):
            self.report.error("MR319", f"{place} is a literal", node.span, "not a literal")
            return False, None
        if not check_store(self.report, found, target, node.span):
            return False, None
        places = found.type.places if isinstance(found.type, Number) else None
        if isinstance(target, Number) and (places or 0) > (target.places or 0):
            self.report.error(
                "MR309", "the number has more places than its type", node.span,
                f"it has {target.places} at most",
            )  # fmt: skip
            return False, None
        return True, found.value

    def pair(
        self, left: ast.Expr, right: ast.Expr, hint: Type | None, env: Environment
    ) -> tuple[ir.Expression, ir.Expression]:
        """Two operands whose types are to meet: each helps the other to its type."""
        if self.weak(left, env) and not self.weak(right, env):
            second = self.lower(right, hint, env)
            return self.lower(left, _better(second, hint), env), second
        first = self.lower(left, hint, env)
        return first, self.lower(right, _better(first, hint), env)

    def weak(self, node: ast.Expr, env: Environment) -> bool:
        """Whether an expression takes its type from its surroundings."""
        match node:
            case ast.NumberLiteral():
                return node.unit is None
            case ast.SetLiteral() | ast.UnknownLiteral():
                return True
            case ast.NameExpr():
                return "." not in node.name.text and not resolve.has_value(self, node.name, env)
            case ast.Unary():
                return node.op == "-" and self.weak(node.operand, env)
            case ast.Conditional():
                return self.weak(node.then, env) and self.weak(node.otherwise, env)
            case ast.KnownElse():
                return self.weak(node.value, env) and self.weak(node.otherwise, env)
        return False


def _better(found: ir.Expression, hint: Type | None) -> Type | None:
    """The type that the other operand is led by; after a fault `Unknown`, which silences it."""
    type_ = found.type
    if isinstance(type_, Unknown):
        return type_ if found is FAULTY else hint
    if isinstance(type_, Number) and type_.unit is None and isinstance(hint, Number):
        return hint
    return type_


def _to_places(value: ir.Expression, target: Type) -> ir.Expression:
    source = value.type
    if not isinstance(target, Number) or not isinstance(source, Number) or value is FAULTY:
        return value
    assert target.places is not None
    if source.places is None or source.places > target.places:
        return ir.Round(value, "nearest", target.places, target)
    if isinstance(value, ir.Constant):
        return ir.Constant(value.value, Number(target.places, source.low, source.high, target.unit))
    return value


def _logical(
    lowering: Lowering, node: ast.Logical, hint: Type | None, env: Environment
) -> ir.Expression:
    operands = tuple(lowering.condition(operand, env) for operand in node.operands)
    return ir.And(operands) if node.op == "and" else ir.Or(operands)


def _unary(
    lowering: Lowering, node: ast.Unary, hint: Type | None, env: Environment
) -> ir.Expression:
    if node.op == "-":
        return arithmetic.negation(lowering, node, hint, env)
    operand = lowering.condition(node.operand, env)
    return ir.Not(operand) if node.op == "not" else ir.Shown(operand)


def _conditional(
    lowering: Lowering, node: ast.Conditional, hint: Type | None, env: Environment
) -> ir.Expression:
    condition = lowering.condition(node.condition, env)
    then, otherwise = lowering.pair(node.then, node.otherwise, hint, env)
    type_ = comparisons.meet(lowering, then, otherwise, node.then.span, node.otherwise.span)
    return ir.If(condition, then, otherwise, type_) if type_ is not None else FAULTY


def _known_else(
    lowering: Lowering, node: ast.KnownElse, hint: Type | None, env: Environment
) -> ir.Expression:
    value, otherwise = lowering.pair(node.value, node.otherwise, hint, env)
    type_ = comparisons.meet(lowering, value, otherwise, node.value.span, node.otherwise.span)
    return ir.IfKnown(value, otherwise, type_) if type_ is not None else FAULTY


def _binary(
    lowering: Lowering, node: ast.Binary, hint: Type | None, env: Environment
) -> ir.Expression:
    return _BINARY[node.op](lowering, node, hint, env)


_BINARY: dict[str, Step] = {
    **dict.fromkeys(("is", "is_not", "<", "<=", ">", ">="), comparisons.comparison),
    "has": comparisons.has,
    "+": arithmetic.sum_or_difference,
    "-": arithmetic.sum_or_difference,
    "*": arithmetic.product,
    "/": arithmetic.quotient,
    "of": arithmetic.day_of,
    "on": resolve.parameter_at,
    "for": resolve.parameter_at,
}

_STEPS: dict[type, Step] = {
    ast.NumberLiteral: literals.number,
    ast.DateLiteral: literals.date,
    ast.DayOfYearLiteral: literals.day_of_year,
    ast.YesNoLiteral: literals.yes_no,
    ast.UnknownLiteral: literals.unknown,
    ast.SetLiteral: literals.set_,
    ast.TextLiteral: texts.literal,
    ast.AsOfExpr: literals.as_of,
    ast.NameExpr: resolve.name,
    ast.Unary: _unary,
    ast.Binary: _binary,
    ast.Logical: _logical,
    ast.Membership: comparisons.membership,
    ast.RangeTest: comparisons.range_test,
    ast.StateTest: comparisons.state_test,
    ast.Conditional: _conditional,
    ast.KnownElse: _known_else,
    ast.Rounded: arithmetic.rounded,
    ast.DaysBetweenExpr: arithmetic.days_between,
    ast.ExtremeExpr: arithmetic.extreme,
    ast.AggregateExpr: aggregates.aggregate,
    ast.FiresExpr: judgements.fires,
    ast.NoneFiresExpr: judgements.none_fires,
    ast.AdvisedExpr: judgements.advised,
    ast.HowManyExpr: judgements.how_many,
    ast.SameAdviceExpr: judgements.same_advice,
}

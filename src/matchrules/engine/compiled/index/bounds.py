"""Between which numbers the value of an expression lies, as far as its text tells."""

from fractions import Fraction
from typing import Any

from matchrules.ir import (
    Aggregate,
    Arithmetic,
    Attribute,
    Constant,
    Define,
    Derived,
    Expression,
    Extreme,
    If,
    IfKnown,
    ParameterValue,
    RuleBase,
    Table,
)
from matchrules.types import Number, Type

Bounds = tuple[int | Fraction | None, int | Fraction | None]
NONE: Bounds = (None, None)


def bounds(base: RuleBase, expression: Expression) -> Bounds:
    """The least and the greatest value, None where no limit is seen."""
    match expression:
        case Constant(value):
            return (value, value) if isinstance(value, int | Fraction) else NONE
        case Attribute(type=type_) | Derived(type=type_):
            # an asserted value outside is a fault of the case, and a derived one unknown
            return (type_.low, type_.high) if isinstance(type_, Number) else NONE
        case ParameterValue(name):
            values: list[Any] = [row.value for row in base.parameters[name].rows]
            return (min(values), max(values)) if values else NONE
        case If(_, then, otherwise) | IfKnown(then, otherwise):
            return _either(base, then, otherwise)
        case Extreme(_, left, right):
            return _either(base, left, right)
        case Arithmetic(("+" | "-") as op, left, right):
            (a, b), (c, d) = bounds(base, left), bounds(base, right)
            if op == "-":
                c, d = (None if d is None else -d), (None if c is None else -c)
            return (
                None if a is None or c is None else a + c,
                None if b is None or d is None else b + d,
            )
        case Aggregate("count", fact):
            return 0, base.facts[fact].bound
        case Aggregate("min" | "max" | "last" | "last_but_one", value=value) if value is not None:
            return bounds(base, value)
    return NONE


def _either(base: RuleBase, one: Expression, two: Expression) -> Bounds:
    (a, b), (c, d) = bounds(base, one), bounds(base, two)
    if isinstance(one, Constant) and one.value is None:
        return c, d
    if isinstance(two, Constant) and two.value is None:
        return a, b
    return (
        None if a is None or c is None else min(a, c),
        None if b is None or d is None else max(b, d),
    )


def fits(base: RuleBase, expression: Expression, type_: Type) -> bool:
    """Whether its known values are sure to keep the promise of the type."""
    if not isinstance(type_, Number) or (type_.low is None and type_.high is None):
        return True
    low, high = bounds(base, expression)
    return (type_.low is None or (low is not None and low >= type_.low)) and (
        type_.high is None or (high is not None and high <= type_.high)
    )


def can_fault(base: RuleBase, define: Define) -> bool:
    """Whether the value of a define or table can be a fault."""
    body = define.body
    if not isinstance(body, Table):
        return not fits(base, body, define.type)
    if body.hit != "collect":
        always = bool(body.rows) and all(
            isinstance(test, Constant) and test.value is True for test in body.rows[-1].tests
        )
        if not always or (body.hit == "unique" and len(body.rows) > 1):
            return True
    return not all(fits(base, row.output, define.type) for row in body.rows)


__all__ = ["bounds", "can_fault", "fits"]

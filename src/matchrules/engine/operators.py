"""Operators on known values: exact scalars and dates, the same for every evaluator.

What an unknown does to an operator is not here: each evaluator has that of its own.
"""

from fractions import Fraction
from typing import Any

from matchrules.decision import render_value
from matchrules.ir import (
    AddTime,
    Arithmetic,
    Compare,
    DayOf,
    DaysBetween,
    Expression,
    Extreme,
    Format,
    Has,
    In,
    InRange,
    IsEmpty,
    Round,
    RuleBase,
)
from matchrules.types import (
    DayOfYear,
    add_time,
    days_between,
    exact,
    on_day,
    order_key,
    round_to,
)


def operate(expression: Expression, values: list[Any], base: RuleBase) -> Any:
    """The operator at the top of `expression` on known values of its operands, in the order of
    `ir.children`. Unknown (None) only where a date leaves the calendar."""
    match expression:
        case Compare(op, left, right):
            one, two = values
            if op in ("==", "!="):
                return (one == two) is (op == "==")
            one, two = order_key(one, left.type), order_key(two, right.type)
            return (one < two if op == "<" else one <= two if op == "<="
                    else one > two if op == ">" else one >= two)  # fmt: skip
        case In():
            return values[0] in values[1:]
        case InRange(tested, low, high):
            keys = [order_key(v, e.type)
                    for v, e in zip(values, (tested, low, high), strict=True)]  # fmt: skip
            return keys[1] <= keys[0] <= keys[2]
        case Has():
            return values[1] in values[0]
        case IsEmpty():
            return not values[0]
        case Arithmetic(op):
            one, two = values
            return exact(one + two if op == "+" else one - two if op == "-"
                         else one * two if op == "*" else Fraction(one) / two)  # fmt: skip
        case Round(_, mode, places):
            return round_to(values[0], places, mode)
        case AddTime(_, _, unit, sign):
            return add_time(values[0], sign * values[1], unit)
        case DaysBetween():
            return days_between(*values)
        case DayOf():
            day: DayOfYear = values[0]
            return on_day(values[1], day.month, day.day)
        case Extreme(op, left, right):
            pair = sorted(values, key=lambda v: order_key(v, left.type))
            return pair[0] if op == "min" else pair[1]
        case Format(operand):
            return render_value(values[0], operand.type, base)
    raise AssertionError(f"not an operator on known values: {expression!r}")

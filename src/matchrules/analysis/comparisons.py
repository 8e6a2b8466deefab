"""Comparisons: what meets, what is ordered, what can never hold."""

from typing import TYPE_CHECKING, Literal

from matchrules import ir
from matchrules.analysis import numbers
from matchrules.analysis.environment import Environment
from matchrules.analysis.meeting import join, order_help, ordered, timeless
from matchrules.analysis.report import FAULTY
from matchrules.analysis.typenames import describe, shown_range
from matchrules.syntax import ast
from matchrules.text import Span
from matchrules.types import Enum, Number, SetOf, Text, Type, Unknown

if TYPE_CHECKING:
    from matchrules.analysis.lower import Lowering

Operator = Literal["==", "!=", "<", "<=", ">", ">="]
_OPERATORS: dict[str, Operator] = {
    "is": "==", "is_not": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
}  # fmt: skip


def meet(
    lowering: "Lowering", left: ir.Expression, right: ir.Expression, left_at: Span, right_at: Span
) -> Type | None:
    """The type of both; a fault, and None, where they have none in common."""
    found = join(left.type, right.type)
    if found is not None:
        report = lowering.report
        if timeless(report, left, right.type, left_at):
            return None
        return None if timeless(report, right, left.type, right_at) else found
    if isinstance(left.type, Number) and isinstance(right.type, Number):
        lowering.report.error(
            "MR304", f"{left.type.unit} and {right.type.unit} do not meet", right_at,
            f"this is in {right.type.unit}", help="different units are never compared or added",
        )  # fmt: skip
        return None
    lowering.report.error(
        "MR302", f"{describe(left.type)} and {describe(right.type)} cannot be compared", right_at,
        f"this is {describe(right.type)}, the other {describe(left.type)}",
        help=_meet_help(left.type, right.type),
    )  # fmt: skip
    return None


def _meet_help(left: Type, right: Type) -> str | None:
    if isinstance(left, SetOf) and right == left.of:
        return "test a set for a member with `has`"
    if isinstance(left, Text) or isinstance(right, Text):
        return "a text is written in quotes, and compared with texts only"
    return None


def comparison(
    lowering: "Lowering", node: ast.Binary, hint: Type | None, env: Environment
) -> ir.Expression:
    """`is`, `is not`, and the four orders."""
    left, right = lowering.pair(node.left, node.right, None, env)
    return compare(
        lowering, _OPERATORS[node.op], left, right, node.left.span, node.right.span, node.op_span
    )


def compare(
    lowering: "Lowering", op: Operator, left: ir.Expression, right: ir.Expression, left_at: Span,
    right_at: Span, op_at: Span,
) -> ir.Expression:  # fmt: skip
    """A comparison of lowered operands."""
    if left is FAULTY or right is FAULTY:
        return FAULTY
    type_ = meet(lowering, left, right, left_at, right_at)
    if type_ is None:
        return FAULTY
    if op not in ("==", "!=") and not ordered(type_):
        return lowering.report.error(
            "MR303", f"values of {_plural(type_)} have no order", op_at, f"`{op}` needs one",
            help=order_help(type_),
        )  # fmt: skip
    _warn(lowering, op, left, right, left_at, right_at)
    return ir.Compare(op, left, right)


def _plural(type_: Type) -> str:
    return f"`{type_.name}`" if isinstance(type_, Enum) else describe(type_).removeprefix("a ")


def _warn(
    lowering: "Lowering", op: Operator, left: ir.Expression, right: ir.Expression, left_at: Span,
    right_at: Span,
) -> None:  # fmt: skip
    """Warn of a literal that decides the comparison whatever the other side is."""
    if not isinstance(left.type, Number) or not isinstance(right.type, Number):
        return
    if isinstance(left, ir.Constant) == isinstance(right, ir.Constant):
        return
    other, at = (right, left_at) if isinstance(left, ir.Constant) else (left, right_at)
    found = numbers.always(op, left.type, right.type)
    # a test that always holds is written to say "known", unless the literal is out of range
    if found is None or (found and not numbers.disjoint(left.type, right.type)):
        return
    assert isinstance(other.type, Number)
    lowering.report.warning(
        "MR314", f"this is {'always' if found else 'never'} true: the other side is in"
        f" {shown_range(other.type)}", at, "decides alone",
        help="change the literal, or widen the range of the type",
    )  # fmt: skip


def _lead(value: ir.Expression) -> Type | None:
    """The type that leads what a value is compared with: none where it is a literal `unknown`."""
    return None if isinstance(value.type, Unknown) and value is not FAULTY else value.type


def membership(
    lowering: "Lowering", node: ast.Membership, hint: Type | None, env: Environment
) -> ir.Expression:
    """`x in (a, b)`."""
    value = lowering.lower(node.value, None, env)
    return within(lowering, value, node.value.span, node.items, env)


def within(
    lowering: "Lowering", value: ir.Expression, value_at: Span, items: tuple[ast.Expr, ...],
    env: Environment,
) -> ir.Expression:  # fmt: skip
    """Whether a lowered value is one of several."""
    if value is FAULTY:
        return FAULTY
    of = value.type.of if isinstance(value.type, SetOf) else None
    found = []
    for item in items:
        if of is not None and isinstance(item, ast.NameExpr) and item.name.text in of.members:
            return lowering.report.error(
                "MR313", f"a set of `{of.name}` is not one of its members", value_at, "a set",
                help="test a set for a member with `has`: `x has a or x has b`",
            )  # fmt: skip
        lowered = lowering.lower(item, _lead(value), env)
        if lowered is FAULTY:
            continue
        if meet(lowering, value, lowered, value_at, item.span) is not None:
            _warn(lowering, "==", value, lowered, value_at, item.span)
            found.append(lowered)
    return ir.In(value, tuple(found)) if len(found) == len(items) else FAULTY


def range_test(
    lowering: "Lowering", node: ast.RangeTest, hint: Type | None, env: Environment
) -> ir.Expression:
    """`x in low..high`."""
    value = lowering.lower(node.value, None, env)
    return in_range(lowering, value, node.value.span, node.low, node.high, node.span, env)


def in_range(
    lowering: "Lowering", value: ir.Expression, value_at: Span, low: ast.Expr, high: ast.Expr,
    span: Span, env: Environment,
) -> ir.Expression:  # fmt: skip
    """Whether a lowered value lies in a range."""
    first = lowering.lower(low, _lead(value), env)
    last = lowering.lower(high, _lead(value), env)
    if value is FAULTY or first is FAULTY or last is FAULTY:
        return FAULTY
    lower_type = meet(lowering, value, first, value_at, low.span)
    higher_type = meet(lowering, value, last, value_at, high.span)
    if lower_type is None or higher_type is None:
        return FAULTY
    if not ordered(value.type):
        return lowering.report.error(
            "MR303", f"values of {_plural(value.type)} have no order", span, "a range needs one",
            help=order_help(value.type),
        )  # fmt: skip
    if _backwards(first, last):
        lowering.report.warning(
            "MR314", "this is never true: the range is empty", span, "the lower end comes first"
        )
    elif isinstance(first, ir.Constant) and isinstance(last, ir.Constant):
        _warn_of_range(lowering, value, first, last, low.span.to(high.span))
    return ir.InRange(value, first, last)


def _warn_of_range(
    lowering: "Lowering", value: ir.Expression, low: ir.Constant, high: ir.Constant, span: Span
) -> None:
    types = value.type, low.type, high.type
    if not isinstance(types[0], Number) or not isinstance(types[1], Number):
        return
    assert isinstance(types[2], Number)
    if numbers.disjoint(types[0], numbers.hull(types[1], types[2], None)):
        lowering.report.warning(
            "MR314", f"this is never true: the other side is in {shown_range(types[0])}", span,
            "decides alone", help="change the range, or widen the range of the type",
        )  # fmt: skip


def _backwards(low: ir.Expression, high: ir.Expression) -> bool:
    if not isinstance(low, ir.Constant) or not isinstance(high, ir.Constant):
        return False
    if isinstance(low.type, Number) and isinstance(high.type, Number):
        return numbers.always("<=", low.type, high.type) is False
    return False


def has(
    lowering: "Lowering", node: ast.Binary, hint: Type | None, env: Environment
) -> ir.Expression:
    """`set has member`."""
    whole = lowering.lower(node.left, None, env)
    if whole is FAULTY:
        return FAULTY
    if not isinstance(whole.type, SetOf):
        return lowering.report.error(
            "MR313", f"`has` tests a set, not {describe(whole.type)}", node.left.span, "not a set",
            help="compare one value with `is`, or with several by `in (…)`",
        )  # fmt: skip
    member = lowering.lower(node.right, whole.type.of, env)
    if member is FAULTY:
        return FAULTY
    any_member = ir.Constant(None, whole.type.of)
    if meet(lowering, any_member, member, node.left.span, node.right.span) is None:
        return FAULTY
    return ir.Has(whole, member)


def state_test(
    lowering: "Lowering", node: ast.StateTest, hint: Type | None, env: Environment
) -> ir.Expression:
    """`is known`, `is unknown`, `is empty`."""
    operand = lowering.lower(node.operand, None, env)
    if operand is FAULTY:
        return FAULTY
    if node.state == "known":
        return ir.IsKnown(operand)
    if node.state == "unknown":
        return ir.Not(ir.IsKnown(operand))
    if isinstance(operand.type, SetOf):
        return ir.IsEmpty(operand)
    return lowering.report.error(
        "MR313", f"`is empty` tests a set, not {describe(operand.type)}", node.operand.span,
        "not a set", help="to test whether a value is known, write `is unknown`",
    )  # fmt: skip

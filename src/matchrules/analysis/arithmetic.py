"""Arithmetic on numbers and dates, with its units."""

from typing import TYPE_CHECKING, Literal, cast

from matchrules import ir
from matchrules.analysis import comparisons, literals, numbers
from matchrules.analysis.environment import Environment
from matchrules.analysis.meeting import check_store, order_help, ordered, timeless, units_meet
from matchrules.analysis.report import FAULTY
from matchrules.analysis.typenames import describe
from matchrules.analysis.units import is_time
from matchrules.analysis.written import normalised
from matchrules.syntax import ast
from matchrules.text import Span
from matchrules.types import AnyDayOfYear, Date, Number, Type, Unknown

if TYPE_CHECKING:
    from matchrules.analysis.lower import Lowering


def sum_or_difference(
    lowering: "Lowering", node: ast.Binary, hint: Type | None, env: Environment
) -> ir.Expression:
    """`a + b`, `a - b`; of numbers, or of a date and a time."""
    if isinstance(hint, Date):  # a time may follow, which no type expected leads to
        left = lowering.lower(node.left, Date(), env)
        right = lowering.lower(node.right, None, env)
    else:
        left, right = lowering.pair(node.left, node.right, hint, env)
    if left is FAULTY or right is FAULTY:
        return FAULTY
    if isinstance(left.type, Date):
        return _with_date(lowering, node, left, right)
    if isinstance(right.type, Date) and node.op == "+":
        return lowering.report.error(
            "MR311", "the date comes first where time is added", node.span,
            help=f"write `{_text(lowering, node.right)} + {_text(lowering, node.left)}`",
        )  # fmt: skip
    first = _number(lowering, left, node.left, node.op)
    second = _number(lowering, right, node.right, node.op)
    if first is None or second is None:
        return FAULTY
    if not units_meet(first, second):
        return _units(lowering, first, second, node.right.span)
    report = lowering.report
    if timeless(report, left, second, node.left.span) or timeless(
        report, right, first, node.right.span
    ):
        return FAULTY
    unit = first.unit or second.unit
    step = numbers.added if node.op == "+" else numbers.subtracted
    return ir.Arithmetic("+" if node.op == "+" else "-", left, right, step(first, second, unit))


def _with_date(
    lowering: "Lowering", node: ast.Binary, left: ir.Expression, right: ir.Expression
) -> ir.Expression:
    if isinstance(right.type, Date):
        day, other = _text(lowering, node.left), _text(lowering, node.right)
        return lowering.report.error(
            "MR312", "a date minus a date is not a date" if node.op == "-"
            else "two dates cannot be added", node.span, "two dates",
            help=f"write `days between {other} and {day}`" if node.op == "-" else None,
        )  # fmt: skip
    if not isinstance(right.type, Number):
        if isinstance(right.type, Unknown):
            return ir.Constant(None, Date())
        return lowering.report.error(
            "MR311", f"only a time can be added to a date, not {describe(right.type)}",
            node.right.span, help="add days, weeks, months or years",
        )  # fmt: skip
    unit = right.type.unit
    if not is_time(unit):
        written = _text(lowering, node.right)
        plain = isinstance(node.right, ast.NumberLiteral) and unit is None
        return lowering.report.error(
            "MR305" if unit is None else "MR311",
            "only a time can be added to a date" + (f", not {unit}" if unit else ""),
            node.right.span, "of which unit?" if unit is None else f"this is in {unit}",
            help=f"write `{written} day{'' if written == '1' else 's'}`" if plain
            else f"write `{written} * 1 day` if it counts days" if unit is None
            else "add days, weeks, months or years",
        )  # fmt: skip
    if right.type.places != 0:
        return lowering.report.error(
            "MR311", f"only whole {unit} are added to a date", node.right.span, "not always whole",
            help="say which way: `rounded down`, `rounded up` or `rounded nearest`",
        )  # fmt: skip
    time = cast(Literal["days", "weeks", "months", "years"], unit)
    return ir.AddTime(left, right, time, 1 if node.op == "+" else -1)


def product(
    lowering: "Lowering", node: ast.Binary, hint: Type | None, env: Environment
) -> ir.Expression:
    """`a * b`, one of them a literal or a parameter."""
    sides = _factors(lowering, node, env)
    if sides is None:
        return FAULTY
    left, right, first, second = sides
    if not _fixed(left) and not _fixed(right):
        return lowering.report.error(
            "MR307", "one side of `*` is a literal or a parameter", node.span, "neither is",
            help="a product of two facts is beyond what can be checked: use a table or conditions",
        )  # fmt: skip
    if first.unit is not None and second.unit is not None:
        return lowering.report.error(
            "MR304", f"{first.unit} times {second.unit} has no unit", node.span, "both have one",
            help="leave the unit off the literal, or off the type of the parameter",
        )  # fmt: skip
    type_ = numbers.multiplied(first, second, first.unit or second.unit)
    return ir.Arithmetic("*", left, right, type_)


def quotient(
    lowering: "Lowering", node: ast.Binary, hint: Type | None, env: Environment
) -> ir.Expression:
    """`a / b`, where `b` is a literal or a parameter that is never 0."""
    sides = _factors(lowering, node, env)
    if sides is None:
        return FAULTY
    left, right, first, second = sides
    if not _fixed(right):
        return lowering.report.error(
            "MR307", "the right side of `/` is a literal or a parameter", node.right.span, "a fact",
            help="a quotient of two facts is beyond what can be checked: use a table or conditions",
        )  # fmt: skip
    if numbers.may_be_zero(second):
        zero = isinstance(right, ir.Constant)
        return lowering.report.error(
            "MR308", "division by 0" if zero else "the type of the divisor holds 0",
            node.right.span, "this is 0" if zero else "may be 0",
            help=None if zero else "let the range of its type start above 0",
        )  # fmt: skip
    if second.unit is not None and second.unit != first.unit:
        if first.unit is not None:
            return _units(lowering, first, second, node.right.span)
        return lowering.report.error(
            "MR304", f"a plain number cannot be divided by {second.unit}", node.right.span,
            help="leave the unit off",
        )  # fmt: skip
    unit = None if second.unit is not None else first.unit
    return ir.Arithmetic("/", left, right, numbers.divided(first, second, unit))


def _factors(
    lowering: "Lowering", node: ast.Binary, env: Environment
) -> tuple[ir.Expression, ir.Expression, Number, Number] | None:
    left = lowering.lower(node.left, None, env)
    right = lowering.lower(node.right, None, env)
    if left is FAULTY or right is FAULTY:
        return None
    first = _number(lowering, left, node.left, node.op)
    second = _number(lowering, right, node.right, node.op)
    return None if first is None or second is None else (left, right, first, second)


def _fixed(value: ir.Expression) -> bool:
    """Whether it is made of literals and parameters only."""
    match value:
        case ir.Constant() | ir.ParameterValue():
            return True
        case ir.Arithmetic():
            return _fixed(value.left) and _fixed(value.right)
        case ir.Round():
            return _fixed(value.value)
    return False


def negation(
    lowering: "Lowering", node: ast.Unary, hint: Type | None, env: Environment
) -> ir.Expression:
    """`-a`."""
    if isinstance(node.operand, ast.NumberLiteral):
        return literals.number(lowering, node.operand, hint, env, sign=-1)
    operand = lowering.lower(node.operand, hint, env)
    type_ = _number(lowering, operand, node.operand, "-")
    if type_ is None:
        return FAULTY
    zero = ir.Constant(0, Number(0, 0, 0, type_.unit))
    return ir.Arithmetic("-", zero, operand, numbers.negated(type_))


def rounded(
    lowering: "Lowering", node: ast.Rounded, hint: Type | None, env: Environment
) -> ir.Expression:
    """`x rounded down`: a whole number."""
    value = lowering.lower(node.operand, hint, env)
    type_ = _number(lowering, value, node.operand, "rounded")
    return FAULTY if type_ is None else ir.Round(value, node.mode, 0, numbers.rounded(type_))


def days_between(
    lowering: "Lowering", node: ast.DaysBetweenExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    """`days between a and b`."""
    start = lowering.lower(node.start, Date(), env)
    end = lowering.lower(node.end, Date(), env)
    fits = check_store(lowering.report, start, Date(), node.start.span)
    if not check_store(lowering.report, end, Date(), node.end.span) or not fits:
        return FAULTY
    return FAULTY if start is FAULTY or end is FAULTY else ir.DaysBetween(start, end)


def day_of(
    lowering: "Lowering", node: ast.Binary, hint: Type | None, env: Environment
) -> ir.Expression:
    """`DAY_OF_YEAR of YEAR`."""
    day = lowering.lower(node.left, AnyDayOfYear(), env)
    year = lowering.lower(node.right, Number(0), env)
    fits = check_store(lowering.report, day, AnyDayOfYear(), node.left.span)
    if isinstance(year.type, Number) and is_time(year.type.unit):
        # a span of years is no calendar year
        lowering.report.error(
            "MR304", f"a year is a plain number, not a number of {year.type.unit}", node.right.span,
            help="leave the unit off",
        )  # fmt: skip
        return FAULTY
    if not check_store(lowering.report, year, Number(0, 1, 9999), node.right.span) or not fits:
        return FAULTY
    return FAULTY if day is FAULTY or year is FAULTY else ir.DayOf(day, year)


def extreme(
    lowering: "Lowering", node: ast.ExtremeExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    """`min(a, b)`, `max(a, b)`."""
    left, right = lowering.pair(node.left, node.right, hint, env)
    if left is FAULTY or right is FAULTY:
        return FAULTY
    type_ = comparisons.meet(lowering, left, right, node.left.span, node.right.span)
    if type_ is None:
        return FAULTY
    if not ordered(type_):
        return lowering.report.error(
            "MR303", f"`{node.op}` needs an order, and {describe(type_)} has none", node.span,
            help=order_help(type_),
        )  # fmt: skip
    if isinstance(left.type, Number) and isinstance(right.type, Number):
        step = numbers.smaller if node.op == "min" else numbers.larger
        type_ = step(left.type, right.type, left.type.unit or right.type.unit)
    return ir.Extreme(node.op, left, right, type_)


def _number(lowering: "Lowering", value: ir.Expression, node: ast.Expr, op: str) -> Number | None:
    if isinstance(value.type, Number):
        return value.type
    if isinstance(value.type, Unknown):
        return None if value is FAULTY else Number(None)
    lowering.report.error(
        "MR301", f"`{op}` works on numbers, not on {describe(value.type)}", node.span,
        f"this is {describe(value.type)}",
    )  # fmt: skip
    return None


def _units(lowering: "Lowering", left: Number, right: Number, span: Span) -> ir.Expression:
    return lowering.report.error(
        "MR304", f"{left.unit} and {right.unit} do not meet", span, f"this is in {right.unit}",
        help="different units are never compared or added",
    )  # fmt: skip


def _text(lowering: "Lowering", node: ast.Expr) -> str:
    return normalised(lowering.scope, node.span)

"""Which types meet, and what fits where it is stored."""

from matchrules import ir
from matchrules.analysis import numbers
from matchrules.analysis.report import Report
from matchrules.analysis.typenames import describe, shown_number, shown_range
from matchrules.analysis.units import is_time, singular
from matchrules.text import Span
from matchrules.types import Date, Enum, Number, SetOf, Type, Unknown, YesNo


def join(left: Type, right: Type) -> Type | None:
    """The type that holds the values of both, None where they do not meet."""
    if isinstance(left, Unknown):
        return right
    if isinstance(right, Unknown):
        return left
    if isinstance(left, Number) and isinstance(right, Number):
        if units_meet(left, right):
            return numbers.hull(left, right, left.unit or right.unit)
        return None
    return left if same_kind(left, right) else None


def same_kind(left: Type, right: Type) -> bool:
    """Whether values of both can be compared, units aside."""
    if isinstance(left, Enum) and isinstance(right, Enum):
        return left.name == right.name
    if isinstance(left, SetOf) and isinstance(right, SetOf):
        return left.of.name == right.of.name
    return type(left) is type(right)


def units_meet(left: Number, right: Number) -> bool:
    """Whether the units are the same, or one number is plain."""
    return left.unit == right.unit or left.unit is None or right.unit is None


def ordered(type_: Type) -> bool:
    """Whether values of the type come before and after one another."""
    if isinstance(type_, Enum):
        return type_.ordered
    return isinstance(type_, Number | Date | Unknown)


def order_help(type_: Type) -> str:
    """What to do about a type without an order."""
    if isinstance(type_, Enum):
        return f"declare `ordered enum {type_.name}`, lowest first, or test with `is` or `in (…)`"
    return "numbers, dates and members of an `ordered enum` can be ordered"


def check_store(report: Report, value: ir.Expression, target: Type, span: Span) -> bool:
    """Whether a value can be kept as a `target`; a fault where it cannot."""
    found = value.type
    if isinstance(found, Unknown) or isinstance(target, Unknown):
        return True
    if not same_kind(found, target):
        help_ = "compare it with something" if isinstance(target, YesNo) else None
        if isinstance(target, SetOf) and isinstance(found, Enum) and found.name == target.of.name:
            help_ = "write a set of one member in parentheses"
        report.error(
            "MR301", f"{describe(target)} is expected, not {describe(found)}", span,
            f"this is {describe(found)}", help=help_,
        )  # fmt: skip
        return False
    if not isinstance(found, Number) or not isinstance(target, Number):
        return True
    if not units_meet(found, target) or (found.unit is not None and target.unit is None):
        report.error(
            "MR304", f"{describe(target)} is expected, not {describe(found)}", span,
            f"this is in {found.unit}",
            help=_unit_help(found.unit or "", target.unit),
        )  # fmt: skip
        return False
    if timeless(report, value, target, span):
        return False
    if target.places == 0 and found.places != 0:
        report.error(
            "MR309", "a whole number is expected, and this may be a fraction", span,
            "not always whole",
            help="say which way: `rounded down`, `rounded up` or `rounded nearest`",
        )  # fmt: skip
        return False
    if numbers.disjoint(found, target):
        what = shown_range(found)
        if found.low is not None and found.low == found.high:
            what = shown_number(found.low)
        report.error(
            "MR310", f"{what} never fits {shown_range(target)}", span, "out of range",
            help="change the value, or widen the range of its type",
        )  # fmt: skip
        return False
    return True


_CONVERSIONS = {("days", "weeks"): "7 days", ("months", "years"): "12 months"}


def _unit_help(found: str, target: str | None) -> str:
    if target is None:
        return f"divide by `1 {singular(found)}` to make it plain"
    divisor = _CONVERSIONS.get((found, target))
    if divisor is not None:
        return f"divide by `{divisor}`: the plain number that this gives takes the unit {target}"
    return "different units are never compared, added, or stored in each other"


def timeless(report: Report, value: ir.Expression, other: Type, span: Span) -> bool:
    """Whether a number that is written out lacks the unit of time that its place has; a fault."""
    if not isinstance(other, Number) or not is_time(other.unit) or not _written_out(value):
        return False
    report.error(
        "MR305", f"a unit is left off: a number of {other.unit} is expected", span, "which unit?",
        help=f"write the unit with its numbers, as in `2 {other.unit}`",
    )  # fmt: skip
    return True


def _written_out(value: ir.Expression) -> bool:
    """Whether it is a plain number made of literals only."""
    if not isinstance(value.type, Number) or value.type.unit is not None:
        return False
    match value:
        case ir.Constant():
            return True
        case ir.Arithmetic():
            return _written_out(value.left) and _written_out(value.right)
        case ir.Round():
            return _written_out(value.value)
    return False

"""Type expressions, and types in words."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Final

from matchrules.analysis.report import Report
from matchrules.syntax import ast
from matchrules.types import (
    TIME_UNITS,
    AnyDayOfYear,
    Date,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    Unknown,
    YesNo,
)

PLAIN: Final[dict[str, Type]] = {
    "yes_no": YesNo(), "text": Text(), "date": Date(), "day_of_year": AnyDayOfYear(),
}  # fmt: skip
BUILT_IN: Final = (*PLAIN, "integer", "decimal")
_WORDS: Final = {
    YesNo: "a yes_no", Text: "a text", Date: "a date", AnyDayOfYear: "a day_of_year",
    Unknown: "unknown",
}  # fmt: skip


def type_of(node: ast.TypeExpr, enum: Callable[[ast.Name], Enum | None], report: Report) -> Type:
    """The type that is written; `Unknown`, which silences what follows, where it has a fault."""
    name = node.name.text
    if name in ("integer", "decimal") and not node.set_of:
        return _number(node, report)
    if name in PLAIN and not node.set_of:
        return PLAIN[name]
    if name in BUILT_IN:
        report.error(
            "MR318", f"there are no sets of `{name}`", node.span, "only sets of an enum",
            help="declare an enum of what the set can hold, and write `set of` its name",
        )  # fmt: skip
        return Unknown()
    found = enum(node.name)
    if found is None:
        return Unknown()
    return SetOf(found) if node.set_of else found


def _number(node: ast.TypeExpr, report: Report) -> Type:
    if node.low is None or node.high is None:
        sample = "0..100" if node.name.text == "integer" else "0.00..9.99"
        report.error(
            "MR318", f"`{node.name.text}` needs a range", node.span, "from where to where",
            help=f"write it out, as in `{node.name.text} {sample}`",
        )  # fmt: skip
        return Unknown()
    low, high = exact_of(node.low), exact_of(node.high)
    if low > high:
        report.error(
            "MR318", f"the range {node.low}..{node.high} is empty", node.span,
            "the lower end comes first", help=f"write `{node.high}..{node.low}`",
        )  # fmt: skip
        return Unknown()
    places = max(places_of(node.low), places_of(node.high))
    if node.name.text == "integer" and places:
        report.error(
            "MR318", "the range of an integer has whole numbers at its ends", node.span,
            help="write whole numbers, or `decimal` in place of `integer`",
        )  # fmt: skip
        return Unknown()
    if node.name.text == "decimal" and not places:
        report.error(
            "MR318", "a decimal has the places that its range is written with, and this has none",
            node.span, help=f"write `decimal {node.low}.00..{node.high}.00`, or `integer`",
        )  # fmt: skip
        return Unknown()
    unit = node.unit
    if unit is not None and f"{unit.text}s" in TIME_UNITS:
        report.error(
            "MR306", f"the unit of a type is plural: `{unit.text}s`", unit.span,
            help=f"write `{unit.text}s`",
        )  # fmt: skip
        return Unknown()
    return Number(places, low, high, unit.text if unit else None)


def exact_of(number: Decimal) -> int | Fraction:
    """The exact value of a number as written."""
    whole, parts = number.as_integer_ratio()
    return whole if parts == 1 else Fraction(whole, parts)


def places_of(number: Decimal) -> int:
    """How many decimal places a number is written with."""
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def describe(type_: Type) -> str:
    """The type in words, with its article."""
    if isinstance(type_, Number):
        kind = "a whole number" if type_.places == 0 else "a number"
        return f"{kind} of {type_.unit}" if type_.unit else kind
    if isinstance(type_, Enum):
        return f"a value of `{type_.name}`"
    if isinstance(type_, SetOf):
        return f"a set of `{type_.of.name}`"
    return _WORDS[type(type_)]


def shown_number(value: int | Fraction) -> str:
    """A number for a message: whole, or with as many places as it needs."""
    if isinstance(value, int):
        return str(value)
    for places in range(1, 13):
        scaled = value * 10**places
        if scaled.denominator == 1:
            return str(Decimal(scaled.numerator).scaleb(-places))
    return f"about {float(value):.6g}"


def shown_range(type_: Number) -> str:
    """`0..6 attempts`."""
    low = "…" if type_.low is None else shown_number(type_.low)
    high = "…" if type_.high is None else shown_number(type_.high)
    return f"{low}..{high} {type_.unit}" if type_.unit else f"{low}..{high}"

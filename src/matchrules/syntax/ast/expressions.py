"""Names, texts, expressions and types as written."""

from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from matchrules.text import Span
from matchrules.types import DayOfYear


def written() -> Span:
    """The field that holds where a node was written; it takes no part in equality."""
    return field(eq=False)  # type: ignore[no-any-return]


@frozen
class Name:
    """A name as written: bare (`fail_count`), dotted (`step1.fail_count`, `a.step1.fail_count`),
    or an id (`S2-50`)."""

    text: str
    span: Span = written()

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.text.split("."))


@frozen
class TextPart:
    """Literal text, escapes and doubled braces already undone."""

    text: str
    span: Span = written()


@frozen
class TextHole:
    expression: "Expr"
    span: Span = written()


@frozen
class TextSegment:
    """`[…]`: written only where all its holes are known."""

    parts: tuple[TextPart | TextHole, ...]
    span: Span = written()


@frozen
class TextLiteral:
    """A text; `parts` without holes is at most one `TextPart`."""

    parts: tuple[TextPart | TextHole | TextSegment, ...]
    span: Span = written()

    @property
    def plain(self) -> str:
        """The literal parts only."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def has_holes(self) -> bool:
        return any(not isinstance(part, TextPart) for part in self.parts)


@frozen
class NumberLiteral:
    """A number as written: `value` keeps its places (`0.50`); `unit` is the name after it."""

    value: Decimal
    unit: Name | None
    span: Span = written()


@frozen
class DateLiteral:
    value: date
    span: Span = written()


@frozen
class DayOfYearLiteral:
    value: DayOfYear
    span: Span = written()


@frozen
class YesNoLiteral:
    value: bool
    span: Span = written()


@frozen
class UnknownLiteral:
    span: Span = written()


@frozen
class SetLiteral:
    """`(a, b)`, `()`: only in `given`, in parameter values, in table outputs and where a set is
    compared."""

    members: tuple["Expr", ...]
    span: Span = written()


@frozen
class AsOfExpr:
    span: Span = written()


@frozen
class NameExpr:
    """Attribute, define, parameter, field, or enum member."""

    name: Name
    span: Span = written()


@frozen
class Unary:
    op: Literal["not", "shown", "-"]
    operand: "Expr"
    span: Span = written()


@frozen
class Binary:
    """`is` and `is_not` are equality; `of` is `DAY of YEAR`, `on` is `PARAM on DATE`, `for` is
    `PARAM for KEY`."""

    op: Literal[
        "is", "is_not", "<", "<=", ">", ">=", "has", "+", "-", "*", "/", "of", "on", "for"
    ]
    left: "Expr"
    right: "Expr"
    span: Span = written()
    op_span: Span = written()


@frozen
class Logical:
    """A flat `a and b and c` or `a or b or c`."""

    op: Literal["and", "or"]
    operands: tuple["Expr", ...]
    span: Span = written()


@frozen
class Membership:
    """`value in (a, b)`."""

    value: "Expr"
    items: tuple["Expr", ...]
    span: Span = written()


@frozen
class RangeTest:
    """`value in low..high`."""

    value: "Expr"
    low: "Expr"
    high: "Expr"
    span: Span = written()


@frozen
class StateTest:
    """`x is known`, `x is unknown`, `x is empty`."""

    state: Literal["known", "unknown", "empty"]
    operand: "Expr"
    span: Span = written()


@frozen
class Conditional:
    """`then if condition else otherwise`."""

    then: "Expr"
    condition: "Expr"
    otherwise: "Expr"
    span: Span = written()


@frozen
class KnownElse:
    """`value if known else otherwise`."""

    value: "Expr"
    otherwise: "Expr"
    span: Span = written()


@frozen
class Rounded:
    operand: "Expr"
    mode: Literal["down", "up", "nearest"]
    span: Span = written()


@frozen
class DaysBetweenExpr:
    start: "Expr"
    end: "Expr"
    span: Span = written()


@frozen
class ExtremeExpr:
    """`min(a, b)`, `max(a, b)`."""

    op: Literal["min", "max"]
    left: "Expr"
    right: "Expr"
    span: Span = written()


@frozen
class AggregateExpr:
    """`op(subject [by B] [last N by B] [where C])`; `subject` is a fact (`letter`) or one of its
    values (`letter.covers`)."""

    op: Literal["count", "sum", "min", "max", "any", "all", "union", "last", "last_but_one"]
    subject: Name
    by: Name | None
    take: int | None
    where: "Expr | None"
    span: Span = written()


@frozen
class FiresExpr:
    rule: Name
    case: Name | None
    span: Span = written()


@frozen
class NoneFiresExpr:
    """`no rule fires [except R, S] [in a]`."""

    besides: tuple[Name, ...]
    case: Name | None
    span: Span = written()


@frozen
class AdvisedExpr:
    """`advised [against] KIND.SUBJECT[.FIELD] [in a]`."""

    target: Name
    against: bool
    case: Name | None
    span: Span = written()


@frozen
class HowManyExpr:
    op: Literal["exactly", "at_most"]
    operands: tuple["Expr", ...]
    span: Span = written()


@frozen
class SameAdviceExpr:
    besides: tuple[Name, ...]
    span: Span = written()


Expr = (
    NumberLiteral
    | DateLiteral
    | DayOfYearLiteral
    | YesNoLiteral
    | UnknownLiteral
    | TextLiteral
    | SetLiteral
    | AsOfExpr
    | NameExpr
    | Unary
    | Binary
    | Logical
    | Membership
    | RangeTest
    | StateTest
    | Conditional
    | KnownElse
    | Rounded
    | DaysBetweenExpr
    | ExtremeExpr
    | AggregateExpr
    | FiresExpr
    | NoneFiresExpr
    | AdvisedExpr
    | HowManyExpr
    | SameAdviceExpr
)


@frozen
class TypeExpr:
    """`yes_no`, `text`, `date`, `day_of_year`, `integer 0..6 attempts`, `decimal 0.00..24.00`,
    an enum's name, `set of ENUM`.

    `name` is the first word, or the enum's name; `set_of` is true for `set of NAME`.
    """

    name: Name
    set_of: bool
    low: Decimal | None
    high: Decimal | None
    unit: Name | None
    span: Span = written()

"""The syntax tree of a rule file: what was written, with its spans, nothing resolved.

Spans take no part in equality, so that a formatter can show that it kept the tree.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from matchrules.text import Span
from matchrules.types import DayOfYear


def _span() -> Span:
    return field(eq=False)  # type: ignore[no-any-return]


# Names and pieces --------------------------------------------------------------------------------


@frozen
class Name:
    """A name as written: bare (`fail_count`), dotted (`step1.fail_count`, `a.step1.fail_count`),
    or an id (`S2-50`)."""

    text: str
    span: Span = _span()

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.text.split("."))


@frozen
class TextPart:
    """Literal text, escapes and doubled braces already undone."""

    text: str
    span: Span = _span()


@frozen
class TextHole:
    expression: "Expr"
    span: Span = _span()


@frozen
class TextLiteral:
    """A text; `parts` without holes is at most one `TextPart`."""

    parts: tuple[TextPart | TextHole, ...]
    span: Span = _span()

    @property
    def plain(self) -> str:
        """The literal parts only."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def has_holes(self) -> bool:
        return any(isinstance(part, TextHole) for part in self.parts)


# Expressions -------------------------------------------------------------------------------------


@frozen
class NumberLiteral:
    """A number as written: `value` keeps its places (`0.50`); `unit` is the name after it."""

    value: Decimal
    unit: Name | None
    span: Span = _span()


@frozen
class DateLiteral:
    value: date
    span: Span = _span()


@frozen
class DayOfYearLiteral:
    value: DayOfYear
    span: Span = _span()


@frozen
class YesNoLiteral:
    value: bool
    span: Span = _span()


@frozen
class UnknownLiteral:
    span: Span = _span()


@frozen
class SetLiteral:
    """`(a, b)`, `()`: only in `given`, in parameter values, in table outputs and where a set is
    compared."""

    members: tuple["Expr", ...]
    span: Span = _span()


@frozen
class AsOfExpr:
    span: Span = _span()


@frozen
class NameExpr:
    """Attribute, define, parameter, field, or enum member."""

    name: Name
    span: Span = _span()


@frozen
class Unary:
    op: Literal["not", "shown", "-"]
    operand: "Expr"
    span: Span = _span()


@frozen
class Binary:
    """`is` and `is_not` are equality; `of` is `DAY of YEAR`, `on` is `PARAM on DATE`, `for` is
    `PARAM for KEY`."""

    op: Literal[
        "is", "is_not", "<", "<=", ">", ">=", "has", "+", "-", "*", "/", "of", "on", "for"
    ]
    left: "Expr"
    right: "Expr"
    span: Span = _span()
    op_span: Span = _span()


@frozen
class Logical:
    """A flat `a and b and c` or `a or b or c`."""

    op: Literal["and", "or"]
    operands: tuple["Expr", ...]
    span: Span = _span()


@frozen
class Membership:
    """`value in (a, b)`."""

    value: "Expr"
    items: tuple["Expr", ...]
    span: Span = _span()


@frozen
class RangeTest:
    """`value in low..high`."""

    value: "Expr"
    low: "Expr"
    high: "Expr"
    span: Span = _span()


@frozen
class StateTest:
    """`x is known`, `x is unknown`, `x is empty`."""

    state: Literal["known", "unknown", "empty"]
    operand: "Expr"
    span: Span = _span()


@frozen
class Conditional:
    """`then if condition else otherwise`."""

    then: "Expr"
    condition: "Expr"
    otherwise: "Expr"
    span: Span = _span()


@frozen
class KnownElse:
    """`value if known else otherwise`."""

    value: "Expr"
    otherwise: "Expr"
    span: Span = _span()


@frozen
class Rounded:
    operand: "Expr"
    mode: Literal["down", "up", "nearest"]
    span: Span = _span()


@frozen
class DaysBetweenExpr:
    start: "Expr"
    end: "Expr"
    span: Span = _span()


@frozen
class ExtremeExpr:
    """`min(a, b)`, `max(a, b)`."""

    op: Literal["min", "max"]
    left: "Expr"
    right: "Expr"
    span: Span = _span()


@frozen
class AggregateExpr:
    """`op(subject [by B] [last N by B] [where C])`; `subject` is a fact (`letter`) or one of its
    values (`letter.covers`)."""

    op: Literal["count", "sum", "min", "max", "any", "all", "union", "last", "last_but_one"]
    subject: Name
    by: Name | None
    take: int | None
    where: "Expr | None"
    span: Span = _span()


@frozen
class FiresExpr:
    rule: Name
    case: Name | None
    span: Span = _span()


@frozen
class NoneFiresExpr:
    """`no rule fires [except R, S] [in a]`."""

    besides: tuple[Name, ...]
    case: Name | None
    span: Span = _span()


@frozen
class AdvisedExpr:
    """`advised [against] KIND.SUBJECT[.FIELD] [in a]`."""

    target: Name
    against: bool
    case: Name | None
    span: Span = _span()


@frozen
class HowManyExpr:
    op: Literal["exactly", "at_most"]
    operands: tuple["Expr", ...]
    span: Span = _span()


@frozen
class SameAdviceExpr:
    besides: tuple[Name, ...]
    span: Span = _span()


Expr = (
    NumberLiteral | DateLiteral | DayOfYearLiteral | YesNoLiteral | UnknownLiteral | TextLiteral
    | SetLiteral | AsOfExpr | NameExpr | Unary | Binary | Logical | Membership | RangeTest | StateTest
    | Conditional | KnownElse | Rounded | DaysBetweenExpr | ExtremeExpr | AggregateExpr | FiresExpr
    | NoneFiresExpr | AdvisedExpr | HowManyExpr | SameAdviceExpr
)


# Types -------------------------------------------------------------------------------------------


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
    span: Span = _span()


# Statements --------------------------------------------------------------------------------------


@frozen
class CiteClause:
    source: Name
    place: str | None
    span: Span = _span()


@frozen
class RulesetHeader:
    name: Name
    version: str | None
    start: date | None
    title: TextLiteral | None
    uses: tuple[Name, ...]
    applies_when: Expr | None
    stale_after: int | None
    span: Span = _span()


@frozen
class SourceStatement:
    name: Name
    title: TextLiteral
    span: Span = _span()


@frozen
class EnumMember:
    name: Name
    label: TextLiteral | None
    span: Span = _span()


@frozen
class EnumStatement:
    name: Name
    ordered: bool
    description: TextLiteral | None
    members: tuple[EnumMember, ...]
    span: Span = _span()


@frozen
class AttributeClause:
    name: Name
    type: TypeExpr
    optional: bool
    key: bool
    never_read: bool
    default: Expr | None
    unless: Expr | None
    description: TextLiteral | None
    span: Span = _span()


@frozen
class FactStatement:
    """`bound` is N of `many up to N`; `many` without a bound is a fault found later."""

    name: Name
    many: bool
    bound: int | None
    description: TextLiteral | None
    attributes: tuple[AttributeClause, ...]
    span: Span = _span()


@frozen
class FieldClause:
    name: Name
    type: TypeExpr
    span: Span = _span()


@frozen
class SubjectClause:
    name: Name
    fields: tuple[FieldClause, ...]
    unique: bool
    description: TextLiteral | None
    span: Span = _span()


@frozen
class AdviceStatement:
    name: Name
    description: TextLiteral | None
    salience: int | None
    subjects: tuple[SubjectClause, ...]
    span: Span = _span()


@frozen
class ParameterEntry:
    """`[for K, L] [from DATE] is VALUE [cite …] [grade G] [checked DATE]`."""

    keys: tuple[Expr, ...]
    start: date | None
    value: Expr
    cites: tuple[CiteClause, ...]
    grade: Name | None
    checked: date | None
    span: Span = _span()


@frozen
class ParameterStatement:
    name: Name
    key: TypeExpr | None
    type: TypeExpr
    description: TextLiteral | None
    cites: tuple[CiteClause, ...]
    entries: tuple[ParameterEntry, ...]
    span: Span = _span()


@frozen
class DefineStatement:
    name: Name
    type: TypeExpr
    description: TextLiteral | None
    for_each: Name | None
    cites: tuple[CiteClause, ...]
    provisional: Expr | None
    body: Expr
    span: Span = _span()


@frozen
class Cell:
    """`-` (any), `unknown`, `a, b` (values), `a..b` (range: two operands) or `< a` (compare)."""

    kind: Literal["any", "unknown", "values", "range", "compare"]
    op: Literal["<", "<=", ">", ">="] | None
    operands: tuple[Expr, ...]
    span: Span = _span()


@frozen
class TableRow:
    cells: tuple[Cell, ...]
    output: Expr
    span: Span = _span()


@frozen
class TableStatement:
    """`output` is the name after `=>` in the head."""

    name: Name
    type: TypeExpr
    description: TextLiteral | None
    for_each: Name | None
    cites: tuple[CiteClause, ...]
    provisional: Expr | None
    hit: Literal["unique", "first", "collect"] | None
    heads: tuple[Expr, ...]
    output: Name
    rows: tuple[TableRow, ...]
    span: Span = _span()


@frozen
class Assignment:
    name: Name
    value: Expr
    span: Span = _span()


@frozen
class ThenClause:
    strength: Literal["must", "should", "may", "must_not", "should_not", "need_not"]
    target: Name
    fields: tuple[Assignment, ...]
    text: TextLiteral
    span: Span = _span()


@frozen
class RuleStatement:
    name: Name
    title: TextLiteral | None
    id: Name | None
    cites: tuple[CiteClause, ...]
    overrides: tuple[Name, ...]
    for_each: Name | None
    when: Expr | None
    unless: tuple[Expr, ...]
    provisional: Expr | None
    thens: tuple[ThenClause, ...]
    span: Span = _span()


@frozen
class RejectStatement:
    text: TextLiteral
    for_each: Name | None
    when: Expr
    span: Span = _span()


@frozen
class SectionStatement:
    """Groups the rules that follow it, up to the next section or the end of the file."""

    title: TextLiteral
    applies_when: Expr | None
    span: Span = _span()


@frozen
class CompareClause:
    cases: tuple[Name, Name]
    differing_only_in: tuple[Name, ...] | None
    adding: Name | None
    span: Span = _span()


@frozen
class PropertyStatement:
    name: Name
    title: TextLiteral | None
    id: Name | None
    cites: tuple[CiteClause, ...]
    for_each: Name | None
    compare: CompareClause | None
    whatever: tuple[Name, ...]
    when: Expr | None
    then: Expr
    span: Span = _span()


@frozen
class FactGroup:
    """`letter: author_role = x, state = y` in a `given`."""

    fact: Name
    assignments: tuple[Assignment, ...]
    span: Span = _span()


@frozen
class ExpectClause:
    """One expectation, by `kind`:

    - fires, no_fires: `target` is the rule.
    - advice: `strength`, `target` (KIND.SUBJECT), `fields`; no_advice: `target`.
    - condition: `condition`. nothing_else: nothing. rejected: `text`.
    """

    kind: Literal[
        "fires", "no_fires", "advice", "no_advice", "condition", "nothing_else", "rejected"
    ]
    target: Name | None
    strength: str | None
    fields: tuple[Assignment, ...]
    condition: Expr | None
    text: TextLiteral | None
    span: Span = _span()


@frozen
class ExampleStatement:
    name: Name | None
    title: TextLiteral | None
    base: Name | None
    groups: tuple[FactGroup, ...]
    as_of: date | None
    expects: tuple[ExpectClause, ...]
    span: Span = _span()


Statement = (
    SourceStatement | EnumStatement | FactStatement | AdviceStatement | ParameterStatement
    | DefineStatement | TableStatement | RuleStatement | RejectStatement | SectionStatement
    | PropertyStatement | ExampleStatement
)


@frozen
class RuleFile:
    """A parsed file. `header` is None where it is missing or beyond repair; `source` is its name."""

    source: str
    header: RulesetHeader | None
    statements: tuple[Statement, ...]

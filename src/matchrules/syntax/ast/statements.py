"""Statements as written."""

from datetime import date
from typing import Literal

from attrs import field, frozen

from matchrules.syntax.ast.expressions import Expr, Name, TextLiteral, TypeExpr, written
from matchrules.text import Span


@frozen
class CiteClause:
    source: Name
    place: str | None
    span: Span = written()


@frozen
class RulesetHeader:
    name: Name
    version: str | None
    start: date | None
    title: TextLiteral | None
    uses: tuple[Name, ...]
    applies_when: Expr | None
    stale_after: int | None
    span: Span = written()


@frozen
class SourceStatement:
    name: Name
    title: TextLiteral
    span: Span = written()


@frozen
class EnumMember:
    name: Name
    label: TextLiteral | None
    span: Span = written()


@frozen
class EnumStatement:
    name: Name
    ordered: bool
    description: TextLiteral | None
    members: tuple[EnumMember, ...]
    span: Span = written()


@frozen
class Marks:
    """What is said of a fact besides what it is: how it can change (`fixed`, `only up`, `only
    down`), how dearly (`cost N`), and that it is `private`."""

    change: Literal["fixed", "up", "down"] | None = None
    cost: int | None = None
    private: bool = False
    span: Span | None = field(default=None, eq=False)


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
    marks: Marks
    span: Span = written()


@frozen
class FactStatement:
    """`bound` is N of `many up to N`; `many` without a bound is a fault found later."""

    name: Name
    many: bool
    bound: int | None
    description: TextLiteral | None
    attributes: tuple[AttributeClause, ...]
    marks: Marks
    span: Span = written()


@frozen
class FieldClause:
    name: Name
    type: TypeExpr
    span: Span = written()


@frozen
class SubjectClause:
    name: Name
    fields: tuple[FieldClause, ...]
    unique: bool
    description: TextLiteral | None
    span: Span = written()


@frozen
class AdviceStatement:
    name: Name
    description: TextLiteral | None
    salience: int | None
    subjects: tuple[SubjectClause, ...]
    span: Span = written()


@frozen
class ChapterStatement:
    """A chapter of the letter: kinds of advice, and single subjects as KIND.SUBJECT."""

    title: TextLiteral
    opening: TextLiteral | None
    entries: tuple[Name, ...]
    span: Span = written()


@frozen
class ParameterEntry:
    """`[for K, L] [from DATE] is VALUE [cite …] [grade G] [checked DATE]`."""

    keys: tuple[Expr, ...]
    start: date | None
    value: Expr
    cites: tuple[CiteClause, ...]
    grade: Name | None
    checked: date | None
    span: Span = written()


@frozen
class ParameterStatement:
    name: Name
    key: TypeExpr | None
    type: TypeExpr
    description: TextLiteral | None
    cites: tuple[CiteClause, ...]
    entries: tuple[ParameterEntry, ...]
    span: Span = written()


@frozen
class DefineStatement:
    name: Name
    type: TypeExpr
    description: TextLiteral | None
    for_each: Name | None
    cites: tuple[CiteClause, ...]
    provisional: Expr | None
    body: Expr
    span: Span = written()


@frozen
class Cell:
    """`-` (any), `unknown`, `a, b` (values), `a..b` (range: two operands) or `< a` (compare)."""

    kind: Literal["any", "unknown", "values", "range", "compare"]
    op: Literal["<", "<=", ">", ">="] | None
    operands: tuple[Expr, ...]
    span: Span = written()


@frozen
class TableRow:
    cells: tuple[Cell, ...]
    output: Expr
    span: Span = written()


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
    span: Span = written()


@frozen
class Assignment:
    name: Name
    value: Expr
    span: Span = written()


@frozen
class ThenClause:
    strength: Literal["must", "should", "may", "must_not", "should_not", "need_not"]
    target: Name
    fields: tuple[Assignment, ...]
    text: TextLiteral
    span: Span = written()


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
    span: Span = written()


@frozen
class RejectStatement:
    text: TextLiteral
    for_each: Name | None
    when: Expr
    span: Span = written()


@frozen
class SectionStatement:
    """Groups the rules that follow it, up to the next section or the end of the file."""

    title: TextLiteral
    applies_when: Expr | None
    span: Span = written()


@frozen
class CompareClause:
    cases: tuple[Name, Name]
    differing_only_in: tuple[Name, ...] | None
    adding: Name | None
    span: Span = written()


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
    span: Span = written()


@frozen
class FactGroup:
    """`letter: author_role = x, state = y` in a `given`."""

    fact: Name
    assignments: tuple[Assignment, ...]
    span: Span = written()


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
    span: Span = written()


@frozen
class ExampleStatement:
    name: Name | None
    title: TextLiteral | None
    base: Name | None
    groups: tuple[FactGroup, ...]
    as_of: date | None
    expects: tuple[ExpectClause, ...]
    span: Span = written()


Statement = (
    SourceStatement | EnumStatement | FactStatement | AdviceStatement | ParameterStatement
    | DefineStatement | TableStatement | RuleStatement | RejectStatement | SectionStatement
    | ChapterStatement | PropertyStatement | ExampleStatement
)


@frozen
class RuleFile:
    """A parsed file; `header` is None where it is missing or beyond repair."""

    source: str
    header: RulesetHeader | None
    statements: tuple[Statement, ...]

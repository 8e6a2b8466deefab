"""The typed rule base that every evaluator reads.

Everything is resolved and typed: names are full, units are gone into the types, rounding is written
out as `Round`, a table cell is a condition. Nodes are frozen and compare by content. The `type` of an
expression is that of its value; None is the unknown value of every type.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from typing import Any, Literal

from attrs import field, fields, frozen

from matchrules.text import Span
from matchrules.types import Date, Number, RoundingMode, Text, Type, Value, YesNo

NOWHERE = Span("", 0, 0)


# Expressions -------------------------------------------------------------------------------------


@frozen
class Constant:
    """A literal; `value` None is the literal `unknown`."""

    value: Value | None
    type: Type


@frozen
class AsOf:
    """The day of the case."""

    type: Type = Date()


@frozen
class Attribute:
    """An attribute of a fact: of the single fact, or of the instance that `for each` or an
    aggregate has bound to `fact` (the innermost one)."""

    fact: str
    name: str
    type: Type


@frozen
class Derived:
    """The value of a define or table; of the bound instance of `fact` if it is said `for each`."""

    name: str
    type: Type
    fact: str | None = None


@frozen
class ParameterValue:
    """The value of a parameter on `as_of` or `on` a date, for a `key` where it has one."""

    name: str
    type: Type
    on: "Expression | None" = None
    key: "Expression | None" = None


@frozen
class Not:
    operand: "Expression"
    type: Type = YesNo()


@frozen
class And:
    operands: tuple["Expression", ...]
    type: Type = YesNo()


@frozen
class Or:
    operands: tuple["Expression", ...]
    type: Type = YesNo()


@frozen
class Shown:
    """Known to be true."""

    operand: "Expression"
    type: Type = YesNo()


@frozen
class IsKnown:
    operand: "Expression"
    type: Type = YesNo()


@frozen
class Compare:
    """Both sides have types that meet; ordered enums compare by `left.type`'s members."""

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: "Expression"
    right: "Expression"
    type: Type = YesNo()


@frozen
class In:
    """`value in (a, b)`."""

    value: "Expression"
    items: tuple["Expression", ...]
    type: Type = YesNo()


@frozen
class InRange:
    """`value in low..high`, both ends in."""

    value: "Expression"
    low: "Expression"
    high: "Expression"
    type: Type = YesNo()


@frozen
class Has:
    """`set has member`."""

    set: "Expression"
    member: "Expression"
    type: Type = YesNo()


@frozen
class IsEmpty:
    set: "Expression"
    type: Type = YesNo()


@frozen
class Arithmetic:
    """Exact arithmetic on numbers; quotients are fractions. A divisor is never 0."""

    op: Literal["+", "-", "*", "/"]
    left: "Expression"
    right: "Expression"
    type: Type


@frozen
class Round:
    """`value` at `places` decimal places. Every store into fewer places is written out as one."""

    value: "Expression"
    mode: RoundingMode
    places: int
    type: Type


@frozen
class AddTime:
    """`day + amount` or `day - amount` (`sign` -1) in a time unit; unknown past the calendar."""

    day: "Expression"
    amount: "Expression"
    unit: Literal["days", "weeks", "months", "years"]
    sign: Literal[1, -1]
    type: Type = Date()


@frozen
class DaysBetween:
    start: "Expression"
    end: "Expression"
    type: Type = Number(unit="days")


@frozen
class DayOf:
    """`day_of_year of year`; 29 February becomes the 28th in a common year."""

    day: "Expression"
    year: "Expression"
    type: Type = Date()


@frozen
class Extreme:
    """The smaller or larger of two values."""

    op: Literal["min", "max"]
    left: "Expression"
    right: "Expression"
    type: Type


@frozen
class If:
    """`then if condition else otherwise`: unknown where the condition is, except where both
    branches are known and equal."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"
    type: Type


@frozen
class IfKnown:
    """`value if known else otherwise`."""

    value: "Expression"
    otherwise: "Expression"
    type: Type


@frozen
class Aggregate:
    """Over the instances of a many-fact for which `where` is true, each bound to `fact` in turn.

    `op` is one of count, any, all (no `value`); sum, min, max, union (`value` of each instance);
    last, last_but_one (`value` of the picked instance). `by` names the required attribute that
    picks order by; `take` is the N of `last N by` inside another aggregate.
    """

    op: Literal["count", "any", "all", "sum", "min", "max", "union", "last", "last_but_one"]
    fact: str
    type: Type
    value: "Expression | None" = None
    where: "Expression | None" = None
    by: str | None = None
    take: int | None = None
    source: str = ""  # as the author wrote it, blanks normalised: the name of the value in `reasons`


@frozen
class Format:
    """The value as text (language.md 2.13); an unknown stays unknown."""

    value: "Expression"
    type: Type = Text()


# In properties and examples only: these read a decision.


@frozen
class Fires:
    """The rule's advice stands: for the bound instance inside its `for each`, else for some."""

    rule: str
    type: Type = YesNo()


@frozen
class NoneFire:
    """No rule fires, but perhaps these."""

    besides: tuple[str, ...] = ()
    type: Type = YesNo()


@frozen
class Advised:
    """There is advice for (or `against`) the subject."""

    kind: str
    subject: str
    against: bool = False
    type: Type = YesNo()


@frozen
class AdvisedField:
    """A field of the advice; unknown where the subject is not advised or its values differ."""

    kind: str
    subject: str
    field: str
    type: Type


@frozen
class InCase:
    """`operand` in the case named `a` or `b` of a `compare`."""

    case: str
    operand: "Expression"
    type: Type


@frozen
class HowMany:
    """`exactly one of` or `at most one of`."""

    op: Literal["exactly", "at_most"]
    operands: tuple["Expression", ...]
    type: Type = YesNo()


@frozen
class SameAdvice:
    """Equal bags of (rule, kind, subject, strength, fields, about) in both cases of a `compare`."""

    besides: tuple[str, ...] = ()
    type: Type = YesNo()


OfDecision = Fires | NoneFire | Advised | AdvisedField | HowMany | SameAdvice
Expression = (
    Constant
    | AsOf
    | Attribute
    | Derived
    | ParameterValue
    | Not
    | And
    | Or
    | Shown
    | IsKnown
    | Compare
    | In
    | InRange
    | Has
    | IsEmpty
    | Arithmetic
    | Round
    | AddTime
    | DaysBetween
    | DayOf
    | Extreme
    | If
    | IfKnown
    | Aggregate
    | Format
    | InCase
    | OfDecision
)

TRUE = Constant(True, YesNo())


@cache
def _operand_names(kind: Any) -> tuple[str, ...]:
    return tuple(a.name for a in fields(kind) if "Expression" in str(a.type))


def children(expression: Expression) -> Iterator[Expression]:
    """The expressions directly inside one."""
    for name in _operand_names(expression.__class__):
        value = getattr(expression, name)
        if isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Expression))
        elif isinstance(value, Expression):
            yield value


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it, outermost first."""
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(children(node))))


# Texts -------------------------------------------------------------------------------------------


@frozen
class Template:
    """A text with holes: pieces of text, and expressions of type text (a `Format` where the value
    is none). `{name}` of a field of the advice is lowered to the field's own expression."""

    parts: tuple[str | Expression, ...]


# Declarations ------------------------------------------------------------------------------------


@frozen
class Cite:
    source: str
    place: str | None = None

    def __str__(self) -> str:
        return self.source if self.place is None else f"{self.source} {self.place}"


@frozen
class EnumDeclaration:
    """`labels` holds what a text prints for each member (the member's name, blanks for
    underscores, where none is given)."""

    type: "Type"
    labels: Mapping[str, str]
    description: str = ""
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class AttributeDeclaration:
    """`optional`: may be unknown. One with a `default` need not be asserted and may be unknown too;
    where `unless` is true an asserted value stands even where it differs from the default."""

    name: str
    type: Type
    optional: bool = False
    key: bool = False
    never_read: bool = False
    default: Expression | None = None
    unless: Expression | None = None
    description: str = ""
    span: Span = field(default=NOWHERE, eq=False)

    @property
    def required(self) -> bool:
        return not self.optional and self.default is None


@frozen
class FactDeclaration:
    """`bound` is the N of `many up to N`, None for a single fact."""

    name: str
    attributes: Mapping[str, AttributeDeclaration]
    bound: int | None = None
    description: str = ""
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)

    @property
    def many(self) -> bool:
        return self.bound is not None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(a.name for a in self.attributes.values() if a.key)


@frozen
class ParameterRow:
    """One value: for a key (None where the parameter has none), from a date on (None: always)."""

    value: Value
    key: Value | None = None
    start: date | None = None
    cites: tuple[Cite, ...] = ()
    checked: date | None = None
    grade: str | None = None
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class ParameterDeclaration:
    """`rows` are sorted by start date, earliest first, for each key."""

    name: str
    type: Type
    rows: tuple[ParameterRow, ...]
    key: Type | None = None
    description: str = ""
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class SubjectDeclaration:
    name: str
    fields: Mapping[str, Type]
    unique: bool = False
    description: str = ""
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class AdviceDeclaration:
    """A kind of advice with its subjects; `salience` orders output, higher first."""

    name: str
    subjects: Mapping[str, SubjectDeclaration]
    salience: int = 0
    description: str = ""
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class Row:
    """`tests` holds one condition a column, `TRUE` for `-`; the row is their `and`."""

    tests: tuple[Expression, ...]
    output: Expression
    span: Span = field(default=NOWHERE, eq=False)
    cells: tuple[Span, ...] = field(default=(), eq=False)


@frozen
class Table:
    """With `collect`, outputs are members and the value is a set of them."""

    hit: Literal["unique", "first", "collect"]
    heads: tuple[Expression, ...]
    rows: tuple[Row, ...]


@frozen
class Define:
    """A fact derived from facts. `fact` is the many-fact (or single fact) of its `for each`."""

    name: str
    type: Type
    body: Expression | Table
    fact: str | None = None
    provisional: Expression | None = None
    cites: tuple[Cite, ...] = ()
    description: str = ""
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)

    def expressions(self) -> Iterator[Expression]:
        """Everything that the value is worked out from."""
        if not isinstance(self.body, Table):
            yield self.body
            return
        yield from self.body.heads
        for row in self.body.rows:
            yield from row.tests
            yield row.output


Strength = Literal["must", "should", "may", "must_not", "should_not", "need_not"]
STRENGTHS: tuple[Strength, ...] = ("must", "must_not", "should", "should_not", "may", "need_not")
AGAINST: frozenset[Strength] = frozenset({"must_not", "should_not", "need_not"})


@frozen
class Then:
    strength: Strength
    kind: str
    subject: str
    text: Template
    fields: Mapping[str, Expression] = field(factory=dict)
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class Rule:
    """Advice from facts. `guards` are those of its ruleset and section. `name` is bare; the public
    name is `ruleset.name`. `overrides` holds bare names of rules of other rulesets. `reasons` are
    the facts and aggregates named in `when`, `unless`, fields and texts, by the name they are
    reported under, in code point order."""

    name: str
    ruleset: str
    thens: tuple[Then, ...]
    id: str | None = None
    title: str = ""
    section: str = ""
    fact: str | None = None
    guards: tuple[Expression, ...] = ()
    when: Expression | None = None
    unless: tuple[Expression, ...] = ()
    provisional: Expression | None = None
    overrides: tuple[str, ...] = ()
    cites: tuple[Cite, ...] = ()
    reasons: Mapping[str, Expression] = field(factory=dict)
    span: Span = field(default=NOWHERE, eq=False)

    @property
    def full_name(self) -> str:
        return f"{self.ruleset}.{self.name}"

    def expressions(self) -> Iterator[Expression]:
        """Everything that the rule reads: conditions, fields and texts."""
        yield from self.guards
        if self.when is not None:
            yield self.when
        yield from self.unless
        for then in self.thens:
            yield from then.fields.values()
            yield from (part for part in then.text.parts if not isinstance(part, str))


@frozen
class Reject:
    """An input error over several facts; `name` is its text as written, for sorting."""

    name: str
    text: Template
    when: Expression
    fact: str | None = None
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class Property:
    """What must hold for every valid case: `then`, wherever `when` is true (if there is one).

    `cases` are the names of a `compare` (else empty); `differing_only_in` the (fact, attribute)
    pairs that may differ between them; `adding` the many-fact of `b adding a F`, added to the
    second case. `whatever` are parameters whose value is any of their type.
    """

    name: str
    then: Expression
    when: Expression | None = None
    id: str | None = None
    title: str = ""
    fact: str | None = None
    cases: tuple[str, ...] = ()
    differing_only_in: tuple[tuple[str, str], ...] | None = None
    adding: str | None = None
    whatever: tuple[str, ...] = ()
    cites: tuple[Cite, ...] = ()
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class ExpectFires:
    rule: str
    negated: bool = False
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class ExpectAdvice:
    """`strength` None is `expect no KIND.SUBJECT`. `fields` are values that must be equal."""

    kind: str
    subject: str
    strength: Strength | None
    fields: Mapping[str, Value | None] = field(factory=dict)
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class ExpectCondition:
    condition: Expression
    source: str
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class ExpectNothingElse:
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class ExpectRejected:
    """The case is rejected with a message that holds `text`."""

    text: str
    span: Span = field(default=NOWHERE, eq=False)


Expectation = ExpectFires | ExpectAdvice | ExpectCondition | ExpectNothingElse | ExpectRejected


@frozen
class Example:
    """A worked case, base cases already worked in. `facts` holds, for each fact name, its instances
    as mappings of asserted values (None where `unknown` is written)."""

    title: str
    facts: Mapping[str, tuple[Mapping[str, Value | None], ...]]
    as_of: date | None
    expects: tuple[Expectation, ...] = ()
    name: str | None = None
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class Ruleset:
    """One version of a ruleset. `sha256` is the hash of its file's text as UTF-8."""

    name: str
    version: str
    start: date
    title: str = ""
    uses: tuple[str, ...] = ()
    stale_after: int | None = None
    sha256: str = ""
    source: str = ""
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class RuleBase:
    """Everything in force from `start` to the day before `end` (None: without end).

    Mappings are by bare name (`defines` by their dotted name) in code point order, so that no
    result depends on the order of files or statements.
    """

    start: date
    end: date | None
    rulesets: Mapping[str, Ruleset]
    sources: Mapping[str, str]
    enums: Mapping[str, EnumDeclaration]
    facts: Mapping[str, FactDeclaration]
    parameters: Mapping[str, ParameterDeclaration]
    advice: Mapping[str, AdviceDeclaration]
    defines: Mapping[str, Define]
    rules: Mapping[str, Rule]
    rejects: tuple[Reject, ...] = ()
    properties: Mapping[str, Property] = field(factory=dict)
    examples: tuple[Example, ...] = ()

    @cached_property
    def overriders(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that override each rule, by its bare name."""
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules.values():
            for name in rule.overrides:
                found[name] = (*found.get(name, ()), rule)
        return found

    @cached_property
    def attributes_read(self) -> frozenset[tuple[str, str]]:
        """The (fact, attribute) pairs that a rule, define, default or reject in force names."""
        return frozenset(
            (node.fact, node.name)
            for top in self.expressions()
            for node in walk(top)
            if isinstance(node, Attribute)
        )

    def expressions(self) -> Iterator[Expression]:
        """Every expression in force: of rules, defines, tables, defaults and rejects."""
        for rule in self.rules.values():
            yield from rule.expressions()
            if rule.provisional is not None:
                yield rule.provisional
        for define in self.defines.values():
            yield from define.expressions()
            if define.provisional is not None:
                yield define.provisional
        for fact in self.facts.values():
            for attribute in fact.attributes.values():
                yield from (e for e in (attribute.default, attribute.unless) if e is not None)
        for reject in self.rejects:
            yield reject.when
            yield from (part for part in reject.text.parts if not isinstance(part, str))

    def rule_of(self, name: str) -> Rule | None:
        """The rule with that bare name, full name or id."""
        found = self.rules.get(name) or self.rules.get(name.rpartition(".")[2])
        if found is not None and name in (found.name, found.full_name):
            return found
        return next((rule for rule in self.rules.values() if rule.id == name), None)

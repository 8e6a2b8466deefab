"""What is said with a vocabulary: defines, tables, rules, rejects, properties, examples."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from attrs import field, frozen

from matchrules.ir.declarations import NOWHERE, Cite
from matchrules.ir.expressions import Expression, Template
from matchrules.text import Span
from matchrules.types import Type, Value


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
        yield from self.own_expressions()

    def own_expressions(self) -> Iterator[Expression]:
        """What the rule reads itself, its guards left out."""
        if self.when is not None:
            yield self.when
        yield from self.unless
        for then in self.thens:
            yield from then.fields.values()
            yield from then.text.holes


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

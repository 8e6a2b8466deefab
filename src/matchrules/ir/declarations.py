"""What a vocabulary declares: sources cited, enums, facts, parameters, advice."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from attrs import field, frozen

from matchrules.ir.expressions import Expression
from matchrules.text import Span
from matchrules.types import Type, Value

NOWHERE = Span("", 0, 0)

# How a fact can be made other than it is: in any way, not at all, upwards or downwards only.
Change = Literal["free", "fixed", "up", "down"]


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

    type: Type
    labels: Mapping[str, str]
    description: str = ""
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class AttributeDeclaration:
    """`optional`: may be unknown. One with a `default` need not be asserted and may be unknown too;
    where `unless` is true an asserted value stands even where it differs from the default.
    `change` and `cost` say how, and how dearly, its value can be made another one in what an
    applicant can do; a `private` one is kept out of records. None of the three changes advice."""

    name: str
    type: Type
    optional: bool = False
    key: bool = False
    never_read: bool = False
    default: Expression | None = None
    unless: Expression | None = None
    description: str = ""
    span: Span = field(default=NOWHERE, eq=False)
    change: Change = "free"
    cost: int = 1
    private: bool = False

    @property
    def required(self) -> bool:
        return not self.optional and self.default is None


@frozen
class FactDeclaration:
    """`bound` is the N of `many up to N`, None for a single fact. `change` of a many-fact: `fixed`,
    there are those that there are, and as they are; `up`, there can be more; `down`, fewer. `cost`
    is that of one more or one less. A `fixed` single fact has no attribute that can change."""

    name: str
    attributes: Mapping[str, AttributeDeclaration]
    bound: int | None = None
    description: str = ""
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)
    change: Change = "free"
    cost: int = 1

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
class Chapter:
    """A chapter of the letter. `entries` are kinds of advice, and subjects of them: (kind, None)
    takes those of its subjects that stand in no chapter by name."""

    title: str
    entries: tuple[tuple[str, str | None], ...]
    opening: str = ""
    ruleset: str = ""
    span: Span = field(default=NOWHERE, eq=False)

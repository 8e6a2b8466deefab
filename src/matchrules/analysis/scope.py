"""What an era declares, and who can see it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from attrs import define, field, frozen

from matchrules.analysis import typenames
from matchrules.analysis.eras import start_of
from matchrules.analysis.report import Report, did_you_mean, listed
from matchrules.diagnostics.model import Label
from matchrules.syntax import ast
from matchrules.text import Source, Span
from matchrules.types import Enum, Type

WORDS: Final = {
    "source": "source", "enum": "enum", "fact": "fact", "parameter": "parameter",
    "advice": "kind of advice", "rule": "rule", "property": "property", "example": "example",
    "value": "fact",
}  # fmt: skip


@frozen
class Declared:
    """A declaration: where it is, and its statement."""

    name: str
    ruleset: str
    span: Span
    node: Any = field(eq=False)


@frozen
class Value:
    """An attribute or a define, under its dotted name.

    `fact` is the fact of the attribute, or of the define's `for each`; where that is a many-fact
    (`many`), the value belongs to an instance.
    """

    name: str
    type: Type
    ruleset: str
    span: Span
    fact: str | None
    many: bool
    attribute: ast.AttributeClause | None = None

    @property
    def never_read(self) -> bool:
        return self.attribute is not None and self.attribute.never_read

    @property
    def short(self) -> str:
        """The name inside its fact."""
        return self.name.rpartition(".")[2]


@frozen
class Subject:
    """A subject of advice with its fields."""

    kind: str
    name: str
    fields: Mapping[str, Type]
    unique: bool


@define
class Scope:
    """Every declaration of an era, by namespace. Built by
    `matchrules.analysis.collect`."""

    files: tuple[ast.RuleFile, ...]
    sources: Mapping[str, Source]
    report: Report
    reach: Mapping[str, frozenset[str]]
    units: Mapping[str, str]
    names: dict[str, dict[str, Declared]] = field(factory=lambda: {kind: {} for kind in WORDS})
    ids: dict[str, Declared] = field(factory=dict)
    enums: dict[str, Enum] = field(factory=dict)
    values: dict[str, Value] = field(factory=dict)
    parameters: dict[str, tuple[Type, Type | None]] = field(factory=dict)
    subjects: dict[str, dict[str, Subject]] = field(factory=dict)

    @property
    def starts(self) -> Mapping[str, date]:
        """The first day of each ruleset's version."""
        return {file.header.name.text: start_of(file.header) for file in self.files if file.header}

    # Looking up ----------------------------------------------------------------------------------

    def sees(self, ruleset: str, other: str) -> bool:
        """Whether names of ruleset `other` may be used in `ruleset`."""
        return other in self.reach[ruleset]

    def find(self, kind: str, name: ast.Name, ruleset: str) -> Declared | None:
        """The declaration of that kind and name; a fault where there is none in reach."""
        found = self.names[kind].get(name.text)
        if found is None:
            self.not_declared(WORDS[kind], name, self.visible(self.names[kind], ruleset))
            return None
        return found if self.check_reach(found, WORDS[kind], name, ruleset) else None

    def check_reach(self, found: Declared | Value, word: str, name: ast.Name, ruleset: str) -> bool:
        """Whether `ruleset` uses the one that declares; a fault where it does not."""
        if self.sees(ruleset, found.ruleset):
            return True
        self.report.error(
            "MR102",
            f"{word} `{name.text}` is declared in ruleset `{found.ruleset}`, which `{ruleset}` does"
            " not use",
            name.span, "out of reach", help=f"add `uses {found.ruleset}` to the ruleset's header",
            also=(Label(found.span, "declared here"),),
        )  # fmt: skip
        return False

    def not_declared(
        self, word: str, name: ast.Name, candidates: list[str], help: str | None = None
    ) -> None:
        """Note that there is no such name."""
        self.report.error(
            "MR101", f"there is no {word} `{name.text}`", name.span, "not declared",
            help=did_you_mean(name.text, candidates) or help,
        )  # fmt: skip

    def visible(self, names: Mapping[str, Any], ruleset: str) -> list[str]:
        """The names that `ruleset` sees, sorted, to suggest one."""
        if not self.report.suggests:
            return []
        reach = self.reach[ruleset]
        return sorted(name for name, found in names.items() if found.ruleset in reach)

    def fact(self, name: ast.Name, ruleset: str) -> ast.FactStatement | None:
        """The fact of that name; a fault where there is none in reach."""
        found = self.find("fact", name, ruleset)
        node: ast.FactStatement | None = found.node if found else None
        return node

    def each(self, name: ast.Name, ruleset: str, keyed: bool) -> ast.FactStatement | None:
        """The many-fact of a `for each`; a fault where it is none, or `keyed` and without a key."""
        fact = self.fact(name, ruleset)
        if fact is None:
            return None
        also = (Label(fact.name.span, "declared here"),)
        if not fact.many:
            self.report.error(
                "MR112", f"there is only one `{name.text}`", name.span, "a single fact",
                help="take `for each` out: its attributes are read by name", also=also,
            )  # fmt: skip
            return None
        if keyed and not any(attribute.key for attribute in fact.attributes):
            self.report.error(
                "MR112", f"`{name.text}` has no key to tell its instances apart", name.span,
                "advice for each needs one", help="mark an attribute as `key`, or count or pick",
                also=also,
            )  # fmt: skip
        return fact

    def rule(self, name: ast.Name, ruleset: str) -> Declared | None:
        """The rule with that name, full name or id; a fault where there is none in reach."""
        rules = self.names["rule"]
        found = rules.get(name.text)
        if found is None:
            owner, _, bare = name.text.rpartition(".")
            found = rules.get(bare) if bare in rules and rules[bare].ruleset == owner else None
        if found is None:
            found = self.ids.get(name.text)
            if found is not None and not isinstance(found.node, ast.RuleStatement):
                self.report.error(
                    "MR101", f"`{name.text}` is a property, not a rule", name.span,
                    also=(Label(found.span, "the property"),),
                )  # fmt: skip
                return None
            # The rule goes by its name from here on.
            found = found and rules.get(found.node.name.text)
        if found is None:
            known = self.visible(rules, ruleset) + self.visible(self.ids, ruleset)
            self.not_declared("rule", name, known)
            return None
        return found if self.check_reach(found, "rule", name, ruleset) else None

    def subject(self, name: ast.Name, parts: tuple[str, ...], ruleset: str) -> Subject | None:
        """The subject KIND.SUBJECT of advice; a fault where there is none in reach."""
        if len(parts) != 2:
            self.report.error(
                "MR101", f"`{name.text}` is no subject of advice", name.span,
                "a kind and a subject are expected", help="write `kind.subject`",
            )  # fmt: skip
            return None
        kind = self.find("advice", ast.Name(parts[0], name.span), ruleset)
        if kind is None:
            return None
        found = self.subjects[parts[0]].get(parts[1])
        if found is None:
            self.report.error(
                "MR101", f"advice `{parts[0]}` has no subject `{parts[1]}`", name.span,
                "not declared", help=did_you_mean(parts[1], list(self.subjects[parts[0]]))
                or f"its subjects are {listed(list(self.subjects[parts[0]]))}",
                also=(Label(kind.span, "the kind of advice"),),
            )  # fmt: skip
        return found

    def type_of(self, node: ast.TypeExpr, ruleset: str) -> Type:
        """The type that is written in `ruleset`."""

        def enum(name: ast.Name) -> Enum | None:
            found = self.names["enum"].get(name.text)
            if found is None:
                known = [*typenames.BUILT_IN, *self.visible(self.names["enum"], ruleset)]
                self.not_declared("type", name, known, "declare it with `enum`")
                return None
            return self.enums[name.text] if self.check_reach(found, "enum", name, ruleset) else None

        return typenames.type_of(node, enum, self.report)

    def owned(self) -> Iterator[tuple[str, ast.Statement]]:
        """Every statement with the name of its ruleset."""
        for file in self.files:
            assert file.header is not None
            for statement in file.statements:
                yield file.header.name.text, statement

    def inside(self, fact: str) -> list[str]:
        """The attributes and defines of a fact, by their names inside it, to suggest one."""
        if not self.report.suggests:
            return []
        start = f"{fact}."
        return [name[len(start) :] for name in self.values if name.startswith(start)]

    # Declaring -----------------------------------------------------------------------------------

    def declare(self, kind: str, name: ast.Name, ruleset: str, node: object) -> bool:
        """Enter a name; a fault, and False, where it is taken."""
        taken = self.names[kind].get(name.text)
        if taken is not None:
            self.twice(f"{WORDS[kind]} `{name.text}`", name.span, taken.span)
            return False
        self.names[kind][name.text] = Declared(name.text, ruleset, name.span, node)
        return True

    def declare_id(self, name: ast.Name, ruleset: str, node: object) -> None:
        """Enter the id of a rule or property."""
        taken = self.ids.get(name.text)
        if taken is not None:
            self.report.error(
                "MR115", f"id `{name.text}` is used twice", name.span, "the second one",
                help="give each rule and property an id of its own",
                also=(Label(taken.span, "the first one"),),
            )  # fmt: skip
            return
        self.ids[name.text] = Declared(name.text, ruleset, name.span, node)

    def twice(self, what: str, span: Span, first: Span) -> None:
        """Note that something is declared twice."""
        self.report.error(
            "MR103", f"{what} is declared twice", span, "the second one",
            help="rename one of them, or take one out", also=(Label(first, "the first one"),),
        )  # fmt: skip

    def declare_value(self, value: Value) -> None:
        """Enter an attribute or define; a fault where its name is taken."""
        taken = self.values.setdefault(value.name, value)
        if taken is not value:
            self.twice(f"`{value.name}`", value.span, taken.span)

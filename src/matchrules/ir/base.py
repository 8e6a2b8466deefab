"""A rule base: everything in force on a day."""

from collections.abc import Iterator, Mapping
from datetime import date

from attrs import field, frozen

from matchrules.ir.declarations import (
    NOWHERE,
    AdviceDeclaration,
    Chapter,
    EnumDeclaration,
    FactDeclaration,
    ParameterDeclaration,
)
from matchrules.ir.expressions import Attribute, Expression, walk
from matchrules.ir.statements import Define, Example, Property, Reject, Rule
from matchrules.lazy import cached_property
from matchrules.text import Span


@frozen
class Ruleset:
    """One version of a ruleset. `sha256` is the hash of its file's text as UTF-8, `source` the name
    of that file: where rules stand takes no part in equality."""

    name: str
    version: str
    start: date
    title: str = ""
    uses: tuple[str, ...] = ()
    stale_after: int | None = None
    sha256: str = ""
    source: str = field(default="", eq=False)
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class RuleBase:
    """Everything in force from `start` to the day before `end` (None: without end).

    Mappings are by bare name (`defines` by their dotted name) in code point order, so that no
    result depends on the order of files or statements. `chapters` are in the order of a letter:
    those of a ruleset as declared, after those of the rulesets that it uses, no title twice.
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
    chapters: tuple[Chapter, ...] = ()

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
            yield from reject.text.holes

    def rule_of(self, name: str) -> Rule | None:
        """The rule with that bare name, full name or id."""
        found = self.rules.get(name) or self.rules.get(name.rpartition(".")[2])
        if found is not None and name in (found.name, found.full_name):
            return found
        return next((rule for rule in self.rules.values() if rule.id == name), None)

"""How everything in force hangs together: what each thing rests on, and what rests on it.

Unlike `dependencies` this is for reading: a pick rests on what it orders by, not on all by which it
may have to break ties, and a count without a condition rests on the fact that it counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, TypeVar

from attrs import field, frozen

from matchrules.explain.names import Names, spoken
from matchrules.ir import (
    Aggregate,
    Attribute,
    Derived,
    Expression,
    ParameterValue,
    Rule,
    RuleBase,
    Table,
    walk,
)
from matchrules.lazy import cached_property
from matchrules.pictures import Node
from matchrules.pictures.diagram import Shape

What = Literal["fact", "value", "parameter", "rule", "advice", "kind", "ruleset"]
_T = TypeVar("_T")
_MOST_NAMED: Final = 3  # parameters under one box


@frozen(order=True)
class Thing:
    """Something that has a name: a fact, an attribute or derived fact (`value`, by its dotted
    name), a rule (by its bare name), a subject of advice (`kind.subject`), a kind of advice, a
    parameter or a ruleset."""

    what: What
    name: str

    @property
    def id(self) -> str:
        return f"{self.what} {self.name}"

    @property
    def said(self) -> str:
        """How a user asks for this and nothing else of the name."""
        return self.name if self.what == "value" else self.id


@frozen
class Link:
    """That one thing rests on another; `dashed` where it is blocked or withdrawn by it."""

    start: Thing
    end: Thing
    label: str = ""
    dashed: bool = False


@frozen(slots=False)
class Web:
    """The links of one rule base, and what its things are called."""

    base: RuleBase = field(repr=False)

    @cached_property
    def names(self) -> Names:
        return Names(self.base)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All of them, sorted by what they join."""
        found = {(link.start, link.end): link for link in self._links()}
        return tuple(found[pair] for pair in sorted(found))

    @cached_property
    def before(self) -> Mapping[Thing, tuple[Thing, ...]]:
        """What each thing rests on directly, parameters left out, in order of name."""
        return _gathered((link.end, link.start) for link in self.links)

    @cached_property
    def after(self) -> Mapping[Thing, tuple[Thing, ...]]:
        """What rests on each thing directly, in order of name."""
        return _gathered((link.start, link.end) for link in self.links)

    def node(self, thing: Thing, *, strong: bool = False) -> Node:
        """The box of a thing: what it is called, and below it how it is named in rule files."""
        label, shape, note = self._told(thing)
        return Node(thing.id, label, shape, note, strong)

    def parameters_of(self, thing: Thing) -> tuple[str, ...]:
        """The parameters that a value or rule reads itself."""
        return self._reads.get(thing, ())

    @cached_property
    def readers_of_parameters(self) -> Mapping[Thing, tuple[Thing, ...]]:
        """The values and rules that read each parameter themselves."""
        return _gathered(
            (Thing("parameter", name), thing) for thing, ns in self._reads.items() for name in ns
        )

    @cached_property
    def _reads(self) -> Mapping[Thing, tuple[str, ...]]:
        return {
            thing: tuple(sorted({
                node.name for top in expressions for node in walk(top)
                if isinstance(node, ParameterValue)
            }))
            for thing, expressions in self._expressions()
        }  # fmt: skip

    def _expressions(self) -> Iterator[tuple[Thing, tuple[Expression, ...]]]:
        """What each value and rule is made of, the guards of a rule too."""
        for fact in self.base.facts.values():
            for attribute in fact.attributes.values():
                both = (attribute.default, attribute.unless)
                thing = Thing("value", f"{fact.name}.{attribute.name}")
                yield thing, tuple(e for e in both if e is not None)
        for define in self.base.defines.values():
            more = (define.provisional,) if define.provisional is not None else ()
            yield Thing("value", define.name), (*define.expressions(), *more)
        for rule in self.base.rules.values():
            yield Thing("rule", rule.name), tuple(rule.expressions())

    def _links(self) -> Iterator[Link]:
        for thing, expressions in self._expressions():
            if thing.what == "value":
                for start in _named(expressions):
                    yield Link(start, thing)
        for rule in self.base.rules.values():
            yield from self._links_of(rule)

    def _links_of(self, rule: Rule) -> Iterator[Link]:
        """The links of a rule: what is named more than once counts where it weighs most, which is
        last here."""
        thing = Thing("rule", rule.name)
        for start in _named(rule.guards):
            yield Link(start, thing, "applies when")
        for start in _named(rule.unless):
            yield Link(start, thing, "unless", dashed=True)
        spoken_of = [e for then in rule.thens for e in (*then.fields.values(), *then.text.holes)]
        when = () if rule.when is None else (rule.when,)
        for start in _named([*when, *spoken_of]):
            yield Link(start, thing)
        for name in rule.overrides:
            if name in self.base.rules:
                yield Link(thing, Thing("rule", name), "overrides", dashed=True)
        said: dict[str, list[str]] = {}
        for then in rule.thens:
            said.setdefault(f"{then.kind}.{then.subject}", []).append(spoken(then.strength))
        for subject, strengths in said.items():
            yield Link(thing, Thing("advice", subject), ", ".join(dict.fromkeys(strengths)))

    def _told(self, thing: Thing) -> tuple[str, Shape, str]:
        base, name = self.base, thing.name
        match thing.what:
            case "value":
                define = base.defines.get(name)
                of, _, _ = name.partition(".")
                note = f"table {name}" if define and isinstance(define.body, Table) else name
                label = _titled(self.names.value(name), name)
                if define is None and base.facts[of].many:
                    note += f", of each {spoken(of)}"
                return label, "fact" if define is None else "derived", note + self._by(thing)
            case "rule":
                rule = base.rules[name]
                label = rule.title or _titled(spoken(name), "")
                return label, "rule", (rule.id or rule.full_name) + self._by(thing)
            case "advice":
                kind, _, subject = name.partition(".")
                described = base.advice[kind].subjects[subject].description
                return described or _titled(spoken(subject), ""), "advice", name
            case "kind":
                described = base.advice[name].description
                return described or _titled(spoken(name), ""), "advice", name
            case "fact":
                described = base.facts[name].description
                return described or _titled(spoken(name), ""), "fact", name
            case "parameter":
                described = base.parameters[name].description
                return described or _titled(spoken(name), ""), "condition", f"parameter {name}"
            case "ruleset":
                return base.rulesets[name].title or _titled(spoken(name), ""), "condition", name

    def _by(self, thing: Thing) -> str:
        names = self.parameters_of(thing)
        if not names:
            return ""
        more = len(names) - _MOST_NAMED
        shown = ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        return f"\nby {shown}"


def _named(expressions: Iterable[Expression]) -> list[Thing]:
    """The attributes, derived facts and counted facts that expressions name."""
    found: set[Thing] = set()
    for top in expressions:
        for node in walk(top):
            if isinstance(node, Derived):
                found.add(Thing("value", node.name))
            elif isinstance(node, Attribute):
                found.add(Thing("value", f"{node.fact}.{node.name}"))
            elif isinstance(node, Aggregate):
                if node.by is not None:
                    found.add(Thing("value", f"{node.fact}.{node.by}"))
                elif node.where is None and node.value is None:
                    found.add(Thing("fact", node.fact))
    return sorted(found)


def _gathered(pairs: Iterable[tuple[Thing, Thing]]) -> dict[Thing, tuple[Thing, ...]]:
    found: dict[Thing, set[Thing]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
    return {one: tuple(sorted(others)) for one, others in found.items()}


def reached(start: _T, near: Mapping[_T, Iterable[_T]]) -> set[_T]:
    """All that can be reached from a start, which is among it only where it comes round."""
    found: set[_T] = set()
    stack = [start]
    while stack:
        for one in near.get(stack.pop(), ()):
            if one not in found:
                found.add(one)
                stack.append(one)
    return found


def _titled(name: str, dotted: str) -> str:
    """A name as the title of a box, without what only a sentence needs."""
    bare = name.removesuffix(f" ({dotted})")
    if bare.startswith("“") and bare.endswith("”") and bare.count("“") == 1:
        bare = bare[1:-1]
    return bare[:1].upper() + bare[1:]


__all__ = ["Link", "Thing", "Web", "What", "reached"]

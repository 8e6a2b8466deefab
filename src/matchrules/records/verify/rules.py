"""The rules of a record, looked through once: every name is declared, every operator is given what
it takes, nothing depends on itself. And what follows from the rules alone: which names have steps,
in which order, and what shows a private fact.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import Any, Final

from matchrules.records.verify.shapes import holes, read_rules
from matchrules.records.verify.sound import Soundness
from matchrules.records.verify.strict import Unfit, canonical, sha256
from matchrules.records.verify.values import Node

_VERDICTS: Final = frozenset(
    ("Not", "And", "Or", "Shown", "IsKnown", "Compare", "In", "InRange", "Has", "IsEmpty")
)


class Rules:
    """The rules in a record; raises `Unfit` where they cannot be what was decided by."""

    def __init__(self, tree: Any, text: str | None = None) -> None:
        self.text = text or canonical(tree)
        self.sha256 = sha256(self.text)
        self.base = base = read_rules(tree)
        self.labels = {name: enum.labels for name, enum in base.enums.items()}
        self._shown: dict[str, bool] = {}
        self.marking: set[str] = set()  # the names, and rules, that can be provisional at all
        Soundness(base)
        self.order = self._ordered()
        for _, name in self.order:  # each after those that it rests on: nothing recurses far
            self.shows_name(name)

    # Expressions in force ------------------------------------------------------------------------

    def of_rule(self, rule: Node, guards: bool = True) -> Iterator[Node]:
        """What a rule reads."""
        yield from rule.guards if guards else ()
        yield from [] if rule.when is None else [rule.when]
        yield from rule.unless
        for then in rule.thens:
            yield from then.fields.values()
            yield from holes(then.text)

    def of_define(self, define: Node) -> Iterator[Node]:
        """What a value is worked out from."""
        if define.body.what != "Table":
            yield define.body
            return
        yield from define.body.heads
        for row in define.body.rows:
            yield from row.inside

    def in_force(self) -> Iterator[Node]:
        for rule in self.base.rules.values():
            yield from self.of_rule(rule)
            yield from [] if rule.provisional is None else [rule.provisional]
        for define in self.base.defines.values():
            yield from self.of_define(define)
            yield from [] if define.provisional is None else [define.provisional]
        for fact in self.base.facts.values():
            for attribute in fact.attributes.values():
                yield from attribute.inside
        for reject in self.base.rejects:
            yield reject.when
            yield from holes(reject.text)

    @cached_property
    def read(self) -> frozenset[str]:
        """The attributes that something in force names."""
        return frozenset(
            f"{node.fact}.{node.name}"
            for top in self.in_force() for node in within(top) if node.what == "Attribute"
        )  # fmt: skip

    @cached_property
    def overriders(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for rule in self.base.rules.values():
            for name in rule.overrides:
                found.setdefault(name, []).append(rule)
        return found

    def _ordered(self) -> list[tuple[str, str]]:
        """The attributes and defines that have steps, each after all that it depends on; of two
        that could come next the first by code point."""
        base, needs = self.base, dict[str, set[str]]()
        told, picked = set(self.read), set[str]()
        for top in self.in_force():
            picked |= {n.fact for n in within(top) if n.what == "Aggregate" and n.by is not None}
        for fact in base.facts.values():
            for name, attribute in fact.attributes.items():
                full = f"{fact.name}.{name}"
                needs[full] = self._names(attribute.inside)
                tie = fact.name in picked and not attribute.never_read
                if fact.bound is None or tie or attribute.default is not None:
                    told.add(full)
        for define in base.defines.values():
            if define.name in needs:
                raise Unfit(f"`{define.name}` is both an attribute and derived")
            marked = [] if define.provisional is None else [define.provisional]
            needs[define.name] = self._names([*self.of_define(define), *marked])
        users: dict[str, list[str]] = {}
        for name, needed in needs.items():
            for one in needed:
                users.setdefault(one, []).append(name)
        ready = [name for name, needed in needs.items() if not needed]
        heapify(ready)
        left, done = {name: len(needed) for name, needed in needs.items()}, list[str]()
        while ready:
            done.append(heappop(ready))
            for user in users.get(done[-1], ()):
                left[user] -= 1
                if not left[user]:
                    heappush(ready, user)
        if len(done) < len(needs):
            raise Unfit(f"`{min(set(needs) - set(done))}` depends on itself")
        for name in done:
            if needs[name] & self.marking or (
                name in base.defines and base.defines[name].provisional is not None
            ):
                self.marking.add(name)
        for rule in base.rules.values():
            if rule.provisional is not None or self._names(self.of_rule(rule)) & self.marking:
                self.marking.add(f"rule {rule.name}")
        return [
            ("define" if name in base.defines else "attribute", name)
            for name in done if name in base.defines or name in told
        ]  # fmt: skip

    def _names(self, tops: Iterable[Node]) -> set[str]:
        found: set[str] = set()
        for node in (node for top in tops for node in within(top)):
            if node.what == "Derived":
                found.add(node.name)
            elif node.what == "Attribute":
                found.add(f"{node.fact}.{node.name}")
            elif node.what == "Aggregate" and node.by is not None:
                attributes = self.base.facts[node.fact].attributes.values()
                found |= {f"{node.fact}.{a.name}" for a in attributes if not a.never_read}
        return found

    # What shows a private fact -------------------------------------------------------------------

    def shows(self, node: Node) -> bool:
        """Whether an expression's value is, or is worked out from, a private fact, verdicts left
        out."""
        match node.what:
            case "Attribute":
                return self.shows_name(f"{node.fact}.{node.name}")
            case "Derived":
                return self.shows_name(node.name)
            case "If":
                return self.shows(node.then) or self.shows(node.otherwise)
            case "Aggregate":
                return node.value is not None and self.shows(node.value)
        return node.what not in _VERDICTS and any(map(self.shows, node.inside))

    def shows_name(self, name: str) -> bool:
        """The same of an attribute or define."""
        if name not in self._shown:
            self._shown[name] = self._shows_name(name)
        return self._shown[name]

    def _shows_name(self, name: str) -> bool:
        if name in self.base.defines:
            body = self.base.defines[name].body
            outputs = [row.output for row in body.rows] if body.what == "Table" else [body]
            return any(map(self.shows, outputs))
        fact, _, attribute = name.partition(".")
        declared = self.base.facts[fact].attributes[attribute]
        return declared.private or (declared.default is not None and self.shows(declared.default))

    def shows_key(self, fact: str | None) -> bool:
        """The same of the key of an instance."""
        return fact is not None and any(self.shows_name(f"{fact}.{key}") for key in self.keys(fact))

    def keys(self, fact: str) -> list[str]:
        return [a.name for a in self.base.facts[fact].attributes.values() if a.key]


def within(top: Node) -> Iterator[Node]:
    """The expression and all inside it."""
    stack = [top]
    while stack:
        stack.extend(reversed((node := stack.pop()).inside))
        yield node

"""What follows from the rules of a record alone: which names have steps, in which order, what can
be provisional, and what shows a private fact."""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import Any, Final

from matchrules.records.verify.shapes import read_rules
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
        self.attributes = {
            f"{fact.name}.{a.name}": a for fact in base.facts.values()
            for a in fact.attributes.values()
        }  # fmt: skip
        in_force = list(self._in_force())
        self.read = {name for name in self._names(in_force, False) if name in self.attributes}
        """The attributes that something in force names."""
        self.marking: set[str] = set()  # the names, and rules, that can be provisional at all
        self.order = self._ordered(in_force)
        self._shown: dict[str, bool] = {}
        for name in self.order:  # each after those that it rests on: nothing recurses far
            self.shows_name(name)

    def reads(self, node: Node) -> list[Node]:
        """What a rule's advice, or a value, is worked out from."""
        if node.what == "Define":
            return node.body.inside if node.body.what == "Table" else [node.body]
        if node.what != "Rule":
            return node.inside
        own = [*node.guards, *([] if node.when is None else [node.when]), *node.unless]
        return own + [part for then in node.thens for part in then.inside]

    def _in_force(self) -> Iterator[Node]:
        base = self.base
        for one in (*base.rules.values(), *base.defines.values()):
            yield from self.reads(one)
            yield from [] if one.provisional is None else [one.provisional]
        for other in (*self.attributes.values(), *base.rejects):
            yield from other.inside

    def _ordered(self, in_force: list[Node]) -> list[str]:
        """The attributes and defines that have steps, each after all that it depends on; of two
        that could come next the first by code point."""
        base, needs = self.base, {n: self._names(a.inside) for n, a in self.attributes.items()}
        for define in base.defines.values():
            if define.name in needs:
                raise Unfit(f"`{define.name}` is both an attribute and derived")
            marked = [] if define.provisional is None else [define.provisional]
            needs[define.name] = self._names([*self.reads(define), *marked])
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
            marked_itself = name in base.defines and base.defines[name].provisional is not None
            if marked_itself or needs[name] & self.marking:
                self.marking.add(name)
        for rule in base.rules.values():
            if rule.provisional is not None or self._names(self.reads(rule)) & self.marking:
                self.marking.add(f"rule {rule.name}")
        told = self._names(in_force) | {
            name for name, attribute in self.attributes.items()
            if attribute.default is not None or base.facts[name.partition(".")[0]].bound is None
        }  # fmt: skip
        return [name for name in done if name in told or name in base.defines]

    def _names(self, tops: Iterable[Node], picks: bool = True) -> set[str]:
        """The attributes and defines in expressions, with those that a pick orders by."""
        found: set[str] = set()
        stack = list(tops)
        while stack:
            node = stack.pop()
            stack += node.inside
            if node.what == "Derived":
                found.add(node.name)
            elif node.what == "Attribute":
                found.add(f"{node.fact}.{node.name}")
            elif node.what == "Aggregate" and node.by is not None and picks:
                attributes = self.base.facts[node.fact].attributes.values()
                found |= {f"{node.fact}.{a.name}" for a in attributes if not a.never_read}
        return found

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
            if name in self.base.defines:
                body = self.base.defines[name].body
                shown = [row.output for row in body.rows] if body.what == "Table" else [body]
                self._shown[name] = any(map(self.shows, shown))
            else:
                declared = self.attributes[name]
                shown = [] if declared.default is None else [declared.default]
                self._shown[name] = declared.private or any(map(self.shows, shown))
        return self._shown[name]

    def keys(self, fact: str) -> list[str]:
        return [a.name for a in self.base.facts[fact].attributes.values() if a.key]

"""What is known of a rule base before any case: who reads what, and where answers change."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import field, frozen

from matchrules import ir
from matchrules.dependencies import dependencies, names_in, order
from matchrules.engine.compiled import Compiled
from matchrules.ir import Define, Expression, Rule, RuleBase
from matchrules.ir.kept import Kept
from matchrules.lazy import cached_property
from matchrules.regions.cutpoints import CutPoints, cut_points
from matchrules.types import Text


@frozen(slots=False, eq=False)
class Frame:
    """One rule base. Everything is worked out once."""

    base: RuleBase = field(repr=False)

    @cached_property
    def users(self) -> Mapping[str, frozenset[str]]:
        """For each attribute, define and table all that its value has a part in, itself too."""
        graph = dependencies(self.base)
        direct: dict[str, set[str]] = {name: set() for name in graph}
        for name, needs in graph.items():
            for need in needs:
                direct[need].add(name)
        found: dict[str, frozenset[str]] = {}
        for name in reversed(order(graph)):
            found[name] = frozenset({name}).union(*(found[user] for user in direct[name]))
        return found

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """For each rule the names that its conditions, fields and texts read, directly; those of
        its overriders too."""
        found = {}
        for rule in self.base.rules.values():
            texts = [*rule.expressions(), *self._marks(rule)]
            for other in self.base.overriders.get(rule.name, ()):
                texts += [*other.guards, *([other.when] if other.when else []), *other.unless]
            found[rule.name] = frozenset(names_in(self.base, texts))
        return found

    def _marks(self, rule: Rule) -> list[Expression]:
        return [] if rule.provisional is None else [rule.provisional]

    @cached_property
    def marks(self) -> Mapping[str, tuple[tuple[Define, Expression], ...]]:
        """For each rule the conditions that make what it rests on provisional."""
        graph = dependencies(self.base)
        below: dict[str, frozenset[str]] = {}
        for name in order(graph):
            below[name] = frozenset({name}).union(*(below[need] for need in graph[name]))
        marked = [d for d in self.base.defines.values() if d.provisional is not None]
        found = {}
        for rule in self.base.rules.values() if marked else ():
            reach = frozenset().union(*(below[n] for n in names_in(self.base, rule.expressions())))
            mine = tuple((d, d.provisional) for d in marked if d.name in reach)
            if mine:
                found[rule.name] = mine
        return found  # type: ignore[return-value]  # those with a condition only

    @cached_property
    def cuts(self) -> CutPoints:
        return cut_points(self.base)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The texts that the rules name."""
        found = {
            node.value
            for top in self.base.expressions() for node in ir.walk(top)
            if isinstance(node, ir.Constant) and isinstance(node.type, Text)
            and isinstance(node.value, str)
        }  # fmt: skip
        return tuple(sorted(found))

    @cached_property
    def read(self) -> frozenset[tuple[str, str]]:
        """The attributes that something in force reads, ties of picks too."""
        picked = {
            node.fact
            for top in self.base.expressions() for node in ir.walk(top)
            if isinstance(node, ir.Aggregate) and node.by is not None
        }  # fmt: skip
        return self.base.attributes_read | {
            (fact, name)
            for fact in picked
            for name, attribute in self.base.facts[fact].attributes.items()
            if not attribute.never_read
        }

    @cached_property
    def rejects_read(self) -> tuple[frozenset[str], ...]:
        """The names that each reject reads, directly."""
        return tuple(frozenset(names_in(self.base, [r.when])) for r in self.base.rejects)

    def readers(self, names: Iterable[str]) -> list[Rule]:
        """The rules that read one of the names, directly or through others."""
        wanted = frozenset().union(*(self.users[name] for name in names))
        return [rule for rule in self.base.rules.values() if self.reads[rule.name] & wanted]

    def needed(self, compiled: Compiled, name: str) -> tuple[int, ...]:
        """The cells that all of a rule reads."""
        found = self.cells.get(name)
        if found is None:
            found = self.cells[name] = compiled.needs(self.base.rules[name].expressions())
        return found

    cells: dict[str, tuple[int, ...]] = field(factory=dict, init=False, repr=False)
    affected: dict[str, tuple[int, ...]] = field(factory=dict, init=False, repr=False)
    constants: dict[int, Any] = field(factory=dict, init=False, repr=False)


frame_of: Final = Kept(Frame)  # the frame of a rule base

"""The working memory: facts come and go, and only what a change touches is worked out again."""

import threading
import weakref
from datetime import date
from heapq import heappop, heappush
from typing import Any, Final

from attrs import define, field

from matchrules.case.model import Instance
from matchrules.decision import Outcome
from matchrules.engine import faults
from matchrules.ir import RuleBase

from . import network
from .advice import Verdict
from .expressions import UNBOUND, Binding
from .network import NetworkError, State
from .nodes import (
    AdviceNode,
    AggregateNode,
    AttributeNode,
    DefineNode,
    GateNode,
    Node,
    RejectNode,
    ValueNode,
)
from .plan import Plan, plan_of
from .rows import Row
from .tables import hits, value_of

ALL: Final = None  # every row is to be worked out again
_NOTHING: Final = object()  # no value yet


@define(eq=False)
class Contents:
    """What has been worked out; thrown away as a whole where a change was broken off."""

    cells: list[Any]
    state: State
    dirty: dict[int, set[int] | None] = field(factory=dict)
    queue: list[int] = field(factory=list)
    parts: dict[int, dict[int, tuple[Row, bool | None, Any]]] = field(factory=dict)
    faults: dict[tuple[int, int | None], tuple[Any, ...]] = field(factory=dict)
    firings: dict[tuple[str, int | None], Any] = field(factory=dict)
    # What is in the network: the fact of each cell and of each gate for a row, and what fires.
    ranks: dict[int, tuple[int, int]] = field(factory=dict)
    facts: dict[tuple[int, int | None], str] = field(factory=dict)
    stale: set[int] = field(factory=set)  # slots whose rank may have changed
    gates: dict[tuple[int, int], bool] = field(factory=dict)  # (cell, row) to be put or taken away
    rows_of: dict[str, int] = field(factory=dict)  # fact id of a gate to its row
    live: dict[int, set[int | None]] = field(factory=dict)
    support: dict[tuple[int, int | None], tuple[str, ...]] = field(factory=dict)
    supported: dict[str, set[tuple[int, int | None]]] = field(factory=dict)


class WorkingMemory:
    """Facts under one rule base on one day; `outcome` is what the interpreter says of them.

    Facts are taken as they are in a valid case: whether they are one, the caller judges. For one
    thread at a time; a lock sees to it.
    """

    def __init__(self, base: RuleBase, as_of: date) -> None:
        self.base = base
        self.as_of = as_of
        self.plan: Plan = plan_of(base)
        self.rows: dict[str, dict[int, Row]] = {name: {} for name in base.facts}
        self.lock = threading.RLock()
        self._next = 0
        self._contents: Contents | None = None
        self._closer: weakref.finalize[Any, WorkingMemory] | None = None

    # What closures see ----------------------------------------------------------------------------

    @property
    def cells(self) -> list[Any]:
        return self.contents.cells

    @property
    def contents(self) -> Contents:
        assert self._contents is not None
        return self._contents

    # Facts ----------------------------------------------------------------------------------------

    def insert(self, fact: str, instance: Instance) -> int:
        """Put an instance in; gives its number."""
        with self.lock:
            self._next += 1
            row = Row(fact, self._next, dict(instance), dict(instance))
            self.rows[fact][row.number] = row
            if self._contents is not None:
                self._touch_rows(fact, row.number)
            return row.number

    def update(self, fact: str, number: int, instance: Instance) -> None:
        """Other values of the instance of a single fact."""
        with self.lock:
            row = self.rows[fact][number]
            changed = [name for name, value in instance.items() if row.asserted[name] != value]
            row.asserted = dict(instance)
            for name in changed:
                row.values[name] = instance[name]
                node = self.plan.attribute(fact, name)
                if node is not None and self._contents is not None:
                    self._mark(node, ALL)

    def remove(self, fact: str, number: int) -> None:
        """Take an instance out again."""
        with self.lock:
            del self.rows[fact][number]
            if self._contents is not None:
                self._touch_rows(fact, number, gone=True)

    def close(self) -> None:
        """Give back what the network holds."""
        with self.lock:
            closer, self._closer = self._closer, None
            self._contents = None
            if closer is not None:
                closer()

    # Outcome --------------------------------------------------------------------------------------

    def outcome(self) -> Outcome:
        """What the rules say of the facts; raises `CaseErrors` with every fault they show."""
        with self.lock:
            self._settle()
            return Verdict(self).outcome()

    def _settle(self) -> None:
        """Work out what the changes since last time touch."""
        if self._contents is not None and not self.contents.state.whole:
            self._contents = None  # broken off, by an interrupt perhaps: start from the facts
        elif self._contents is not None and self.contents.state.steps > network.WORN:
            self.close()
        if self._contents is None:
            state = self.plan.network.open()
            state.whole = False
            self._closer = weakref.finalize(self, state.close)
            self._closer.atexit = False
            self._contents = Contents([_NOTHING] * self.plan.slots, state)
            for row in (row for rows in self.rows.values() for row in rows.values()):
                row.values = dict(row.asserted)
            for node in self.plan.nodes:
                self._mark(node, ALL)
        self.contents.state.whole = False
        self._propagate()
        self.contents.state.whole = True

    def _propagate(self) -> None:
        contents = self.contents
        level = 0
        while contents.queue or contents.stale or contents.gates:
            node = self.plan.nodes[contents.queue[0]] if contents.queue else None
            if node is None or node.level > level:
                self._flush()
                level = self.plan.nodes[contents.queue[0]].level if contents.queue else level
                continue
            heappop(contents.queue)
            touched = contents.dirty.pop(node.place)
            if node.fact is None:
                self._work(node, None, UNBOUND)
            elif isinstance(node, AggregateNode):
                self._aggregate(node, touched)
            else:
                rows = self.rows[node.fact]
                for number in rows if touched is None else touched & rows.keys():
                    self._work(node, rows[number], {node.fact: rows[number]})

    # Marking what has to be worked out ------------------------------------------------------------

    def _mark(self, node: Node, row: int | None) -> None:
        if isinstance(node, AdviceNode) and node.fact is None:
            self.contents.firings.pop((node.rule.name, None), None)  # that is all its work
            return
        dirty = self.contents.dirty
        if node.place not in dirty:
            heappush(self.contents.queue, node.place)
            dirty[node.place] = ALL if row is None else {row}
        elif row is None or node.fact is None:
            dirty[node.place] = ALL
        elif (touched := dirty[node.place]) is not None:
            touched.add(row)

    def _touch_rows(self, fact: str, number: int, gone: bool = False) -> None:
        dependents = self.plan.dependents
        for node in dependents.each.get(fact, ()):
            if gone and not isinstance(node, AggregateNode):
                self._forget(node, number)
            else:
                self._mark(node, number)
        for node in dependents.rows.get(fact, ()):
            self._mark(node, ALL)

    def _touch_value(self, node: Node, row: Row | None) -> None:
        dependents = self.plan.dependents
        if row is None:
            if node.slot in self.plan.ranks:
                self.contents.stale.add(node.slot)
            for reader in dependents.cells.get(node.slot, ()):
                self._mark(reader, ALL)
            return
        for reader in dependents.own.get((row.fact, node.name), ()):
            self._mark(reader, row.number)
        for reader in dependents.all.get((row.fact, node.name), ()):
            self._mark(reader, ALL)

    # Working out ----------------------------------------------------------------------------------

    def _work(self, node: Node, row: Row | None, bound: Binding) -> None:
        match node:
            case AttributeNode():
                self._keep(node, row, self._attribute(node, row, bound))
            case ValueNode():
                self._keep(node, row, node.evaluate(self, bound))
            case DefineNode():
                self._keep(node, row, self._define(node, row, bound))
            case GateNode():
                assert row is not None
                self._gate(node, row.number, node.evaluate(self, bound) is True)
            case RejectNode():
                truth = node.evaluate(self, bound)
                self._fault(node, row, ("rejected",) if truth is True else None)
            case AdviceNode():
                number = None if row is None else row.number
                self.contents.firings.pop((node.rule.name, number), None)

    def _keep(self, node: Node, row: Row | None, value: Any) -> None:
        if row is None:
            known = self.cells[node.slot]
            self.cells[node.slot] = value
        else:
            known = row.values.get(node.name, _NOTHING)
            row.values[node.name] = value
        if known is _NOTHING or known != value:
            self._touch_value(node, row)

    def _fault(self, node: Node, row: Row | None, fault: tuple[Any, ...] | None) -> None:
        key = (node.place, None if row is None else row.number)
        if fault is None:
            self.contents.faults.pop(key, None)
        else:
            self.contents.faults[key] = fault

    def _attribute(self, node: AttributeNode, row: Row | None, bound: Binding) -> Any:
        declaration = node.declaration
        if row is None:
            row = next(iter(self.rows[node.of].values()), None)
            place = None
        else:
            place = row
        asserted = None if row is None else row.asserted[node.name]
        if node.default is None:
            return asserted
        default = node.default.evaluate(self, bound)
        fault: tuple[Any, ...] | None = None
        if not faults.checked_range(default, declaration.type):
            default, fault = None, ("range", default)
        if asserted is None:
            self._fault(node, place, fault)
            return default
        if default is not None and asserted != default:
            excused = node.unless is not None and node.unless.evaluate(self, bound) is True
            fault = None if excused else ("conflict", asserted, default)
        self._fault(node, place, fault)
        return asserted

    def _define(self, node: DefineNode, row: Row | None, bound: Binding) -> Any:
        fault: tuple[Any, ...] | None = None
        if node.body is not None:
            value = node.body(self, bound)
        else:
            known, undecided = hits(node, self, bound, self.contents.live)
            value, fault = value_of(node, self, bound, known, undecided)
        if fault is None and not faults.checked_range(value, node.define.type):
            value, fault = None, ("range", value)
        self._fault(node, row, fault)
        return value

    def _aggregate(self, node: AggregateNode, touched: set[int] | None) -> None:
        assert node.fact is not None
        rows = self.rows[node.fact]
        kept = self.contents.parts.setdefault(node.place, {})
        for number in rows.keys() | kept.keys() if touched is None else touched:
            if number in rows:
                row = rows[number]
                kept[number] = (row, *node.parts(self, {node.fact: row}))
            else:
                kept.pop(number, None)
        self._keep(node, None, node.fold(list(kept.values())))

    def _forget(self, node: Node, number: int) -> None:
        """A row has gone."""
        self.contents.faults.pop((node.place, number), None)
        if isinstance(node, GateNode):
            self._gate(node, number, False)
        elif isinstance(node, AdviceNode):
            self.contents.firings.pop((node.rule.name, number), None)
        elif node.name:
            assert node.fact is not None
            for reader in self.plan.dependents.all.get((node.fact, node.name), ()):
                self._mark(reader, ALL)

    # The network ----------------------------------------------------------------------------------

    def _gate(self, node: GateNode, number: int, opened: bool) -> None:
        if opened is ((node.cell, number) in self.contents.facts):
            self.contents.gates.pop((node.cell, number), None)
        else:
            self.contents.gates[node.cell, number] = opened

    def _flush(self) -> None:
        """Hand changed ranks to the network, and take what fires."""
        contents, ranks = self.contents, self.plan.ranks
        added: list[tuple[int, int | None, tuple[int, int]]] = []
        for slot in sorted(contents.stale):
            cell = ranks[slot].cell
            if (rank := ranks[slot].of(contents.cells[slot])) != contents.ranks.get(cell):
                contents.ranks[cell] = rank
                self._withdraw(cell, None)
                added.append((cell, None, rank))
        for (cell, number), opened in contents.gates.items():
            if opened:
                added.append((cell, number, (1, 1)))
            else:
                self._withdraw(cell, number)
        contents.stale, contents.gates = set(), {}
        for cell, row, (low, high) in added:
            fact = contents.facts[cell, row] = contents.state.add(cell, low, high)
            if row is not None:
                contents.rows_of[fact] = row
        for rule, support in contents.state.drain():
            self._activate(rule, support)

    def _activate(self, rule: int, support: tuple[str, ...]) -> None:
        contents = self.contents
        row = next((contents.rows_of[fact] for fact in support if fact in contents.rows_of), None)
        if (rule, row) in contents.support:
            raise NetworkError("durable-rules fired a rule again on the same facts")
        contents.support[rule, row] = support
        for fact in support:
            contents.supported.setdefault(fact, set()).add((rule, row))
        contents.live.setdefault(rule, set()).add(row)
        self._touch_owner(rule)

    def _withdraw(self, cell: int, row: int | None) -> None:
        """Take a fact out of the network, and with it all that rests on it."""
        contents = self.contents
        fact = contents.facts.pop((cell, row), None)
        if fact is None:
            return
        contents.state.remove(fact)
        contents.rows_of.pop(fact, None)
        for activation in contents.supported.pop(fact, ()):
            for other in contents.support.pop(activation):
                if other != fact:
                    contents.supported[other].discard(activation)
            contents.live[activation[0]].discard(activation[1])
            self._touch_owner(activation[0])

    def _touch_owner(self, rule: int) -> None:
        owner = self.plan.owners[rule]
        if isinstance(owner, DefineNode):
            self._mark(owner, ALL)

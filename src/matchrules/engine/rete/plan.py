"""The plan of a rule base: what is worked out in which order, and what the network matches.

Made once for a rule base and shared by its sessions. Everything here is read-only afterwards.
"""

import os
import threading
from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter
from typing import TypeVar

from matchrules.ir import (
    AGAINST,
    TRUE,
    Aggregate,
    And,
    Attribute,
    Define,
    Derived,
    Expression,
    Not,
    Rule,
    RuleBase,
    Shown,
    Table,
    Template,
)
from matchrules.lazy import cached_property

from .expressions import Compiled, Compiler, Evaluate, Fold, Source, many_facts
from .literals import Atom, Interval, Ranks, at_most, atoms, interval
from .network import MAX_LITERALS, Literal, Network, NetworkRule
from .nodes import (
    AdviceNode,
    AggregateNode,
    AttributeNode,
    DefineNode,
    Dependents,
    GateNode,
    Node,
    PlannedRow,
    PlannedText,
    PlannedThen,
    RejectNode,
    ValueNode,
)
from .provisional import Naming

N = TypeVar("N", bound=Node)

MAX_ROWS_IN_NETWORK = 200  # of a table; larger ones are matched outside, to save memory


class Plan:
    """How a rule base is worked out."""

    def __init__(self, base: RuleBase) -> None:
        self.base = base
        self.compiler = Compiler(base, self)
        self.nodes: list[Node] = []
        self.slots = 0
        self._attributes: dict[tuple[str, str], AttributeNode] = {}
        self._defines: dict[str, DefineNode] = {}
        self._aggregates: dict[Aggregate, AggregateNode] = {}
        self._values: dict[Expression, ValueNode] = {}
        self._wanted: list[tuple[list[tuple[int, Interval]], int | None, bool]] = []
        self.owners: list[Node] = []  # of the network's rules, by number
        self.cells = 0
        self._add_facts()
        for define in base.defines.values():
            self._add_define(define)
        for reject in base.rejects:
            compiled = self.compiler.compile(reject.when)
            self._add(RejectNode(
                reads=compiled.reads, fact=reject.fact, reject=reject,
                evaluate=compiled.evaluate, text=self._text(reject.text, set()),
            ))  # fmt: skip
        self.advice = {rule.name: self._add_rule(rule) for rule in base.rules.values()}
        self.naming = Naming(base, self.compiler)
        for name, node in self.advice.items():
            node.can_be_marked = bool(self.naming.rules[name]) or name in self.naming.rule_marks
        self.at_risk = _at_risk(base)
        self._arrange()
        self.ranks = self._ranks()
        self.network = _network_of([self._network_rule(*wanted) for wanted in self._wanted])

    # Where values of the whole case are kept ------------------------------------------------------

    @cached_property
    def read(self) -> tuple[Sequence[tuple[str, int]], Sequence[tuple[str, str, str]]]:
        """The attributes that something in force reads: those of single facts with their slot, and
        those of many-facts with the fact and the name."""
        read = sorted(self.base.attributes_read)
        many = [(f"{f}.{n}", f, n) for f, n in read if self.base.facts[f].many]
        return [
            (f"{f}.{n}", self.of_attribute(f, n)) for f, n in read if not self.base.facts[f].many
        ], many

    def attribute(self, fact: str, name: str) -> AttributeNode | None:
        """The node of an attribute of a single fact, if anything reads it, or one with a
        default."""
        return self._attributes.get((fact, name))

    def of_attribute(self, fact: str, name: str) -> int:
        return self._attributes[fact, name].slot

    def of_define(self, name: str) -> int:
        return self._defines[name].slot

    def of_aggregate(self, aggregate: Aggregate) -> int:
        if aggregate not in self._aggregates:
            parts, reads = self.compiler.aggregate_parts(aggregate)
            self._aggregates[aggregate] = self._add(AggregateNode(
                reads=reads, fact=aggregate.fact, slot=self._slot(),
                parts=parts, fold=Fold(aggregate, self.base),
            ))  # fmt: skip
        return self._aggregates[aggregate].slot

    def of_value(self, expression: Expression) -> int:
        """The slot of any expression that speaks of the whole case."""
        if isinstance(expression, Attribute):
            return self.of_attribute(expression.fact, expression.name)
        if isinstance(expression, Derived) and expression.fact is None:
            return self.of_define(expression.name)
        if isinstance(expression, Aggregate):
            return self.of_aggregate(expression)
        if expression not in self._values:
            compiled = self.compiler.compile(expression)
            self._values[expression] = self._add(ValueNode(
                reads=compiled.reads, slot=self._slot(), evaluate=compiled.evaluate
            ))  # fmt: skip
        return self._values[expression].slot

    def _slot(self) -> int:
        self.slots += 1
        return self.slots - 1

    def _cell(self) -> int:
        self.cells += 1
        return self.cells

    def _add(self, node: N) -> N:
        node.place = len(self.nodes)
        self.nodes.append(node)
        return node

    # Facts and defines ----------------------------------------------------------------------------

    def _add_facts(self) -> None:
        for fact in self.base.facts.values():
            for name, declaration in fact.attributes.items():
                if fact.many and declaration.default is None:
                    continue
                self._attributes[fact.name, name] = self._add(AttributeNode(
                    reads=frozenset(), fact=fact.name if fact.many else None,
                    slot=-1 if fact.many else self._slot(), name=name,
                    of=fact.name, declaration=declaration,
                ))  # fmt: skip
        for define in self.base.defines.values():
            self._defines[define.name] = self._add(DefineNode(
                reads=frozenset(), fact=define.fact, name=define.name, define=define,
                slot=self._slot() if define.fact is None else -1,
            ))  # fmt: skip
        for node in self._attributes.values():
            reads = set() if node.fact else {Source("rows", node.of)}
            node.default = self._optional(node.declaration.default, reads)
            node.unless = self._optional(node.declaration.unless, reads)
            node.reads = frozenset(reads)

    def _optional(self, expression: Expression | None, reads: set[Source]) -> Compiled | None:
        if expression is None:
            return None
        compiled = self.compiler.compile(expression)
        reads |= compiled.reads
        return compiled

    def _closure(self, expression: Expression, reads: set[Source]) -> Evaluate:
        compiled = self.compiler.compile(expression)
        reads |= compiled.reads
        return compiled.evaluate

    def _add_define(self, define: Define) -> None:
        node = self._defines[define.name]
        reads: set[Source] = set()
        if isinstance(define.body, Table):
            node.table = define.body
            node.heads = [self._closure(head, set()) for head in define.body.heads]
            node.in_network = define.fact is None and len(define.body.rows) <= MAX_ROWS_IN_NETWORK
            node.rows = [self._row(node, n, reads) for n in range(len(define.body.rows))]
        else:
            node.body = self._closure(define.body, reads)
        node.reads = frozenset(reads)

    def _row(self, node: DefineNode, number: int, reads: set[Source]) -> PlannedRow:
        assert node.table is not None
        row = node.table.rows[number]
        output = self._closure(row.output, reads)
        if not node.in_network:
            tests = [self._closure(test, reads) for test in row.tests if test != TRUE]
            return PlannedRow(tuple(tests), output)
        conjunction = atoms(row.tests)
        return PlannedRow((), output,
            known=self._match(node, conjunction), possible=self._match(node, conjunction, True),
        )  # fmt: skip

    # Rules ----------------------------------------------------------------------------------------

    def _add_rule(self, rule: Rule) -> AdviceNode:
        reads: set[Source] = set()
        thens = [
            PlannedThen(
                {name: self._closure(e, reads) for name, e in then.fields.items()},
                self._text(then.text, reads),
            )
            for then in rule.thens
        ]
        reasons = {name: self._closure(e, reads) for name, e in rule.reasons.items()}
        node = self._add(AdviceNode(
            reads=frozenset(reads), fact=rule.fact, rule=rule, thens=thens, reasons=reasons
        ))  # fmt: skip
        conjunction = atoms(conditions(rule))
        if conjunction is None:
            return node
        if rule.fact is None:
            number = self._match(node, conjunction or [Atom(Shown(TRUE))])
            assert number is not None
            node.number = number
            return node
        inside = [a for a in conjunction if many_facts(a.condition, self.base)]
        gate: set[Source] = set()
        evaluate = self._closure(And(tuple(a.expression() for a in inside)), gate)
        cell = self._cell()
        self._add(GateNode(reads=frozenset(gate), fact=rule.fact, cell=cell, evaluate=evaluate))
        number = self._match(node, [a for a in conjunction if a not in inside], gate=cell)
        assert number is not None
        node.number = number
        return node

    def _text(self, template: Template, reads: set[Source]) -> PlannedText:
        return PlannedText(template, [self._closure(hole, reads) for hole in template.holes])

    def _match(
        self,
        owner: Node,
        conjunction: Sequence[Atom] | None,
        possible: bool = False,
        gate: int | None = None,
    ) -> int | None:
        """A rule of the network: its number, None where it always holds, -1 where it never can."""
        if conjunction is None:
            return -1
        wanted = [interval(atom) for atom in at_most(MAX_LITERALS, conjunction)]
        if not wanted and gate is None:
            return None
        self._wanted.append(([(self.of_value(w.value), w) for w in wanted], gate, possible))
        self.owners.append(owner)
        return len(self.owners) - 1

    # Order ----------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Puts nodes in an order in which each comes after all that it reads; a table whose rows
        the network finds is one level above the cells that the rows test."""
        makers = {node.gives: node.place for node in self.nodes if node.gives is not None}
        by_slot = {node.slot: node.place for node in self.nodes if node.slot >= 0}
        above: dict[int, set[int]] = {}
        for node in self.nodes:
            sources = (Source("own", s.fact, s.name) if s.kind == "all" else s for s in node.reads)
            above[node.place] = {makers[s] for s in sources if s in makers}
        matched: dict[int, set[int]] = {}
        for owner, (wanted, _, _) in zip(self.owners, self._wanted, strict=True):
            if isinstance(owner, DefineNode):
                matched.setdefault(owner.place, set()).update(by_slot[slot] for slot, _ in wanted)
        nodes = self.nodes
        order = TopologicalSorter({n: above[n] | matched.get(n, set()) for n in above})
        self.nodes = [nodes[n] for n in order.static_order()]
        for node in self.nodes:
            levels = [nodes[n].level for n in above[node.place]]
            levels += [nodes[n].level + 1 for n in matched.get(node.place, ())]
            node.level = max(levels, default=0)
        self.nodes.sort(key=lambda node: node.level)
        self.dependents = Dependents()
        for place, node in enumerate(self.nodes):
            node.place = place
            self.dependents.add(node)

    # Cells ----------------------------------------------------------------------------------------

    def _ranks(self) -> dict[int, Ranks]:
        cuts: dict[int, set[object]] = {}
        values: dict[int, Expression] = {}
        for wanted, _, _ in self._wanted:
            for slot, found in wanted:
                values[slot] = found.value
                mentioned = cuts.setdefault(slot, set())
                mentioned.update(bound[0] for bound in (found.low, found.high) if bound)
        return {
            slot: Ranks(self._cell(), value.type, tuple(sorted(cuts[slot])))
            for slot, value in values.items()
        }

    def _network_rule(
        self, wanted: list[tuple[int, Interval]], gate: int | None, possible: bool
    ) -> NetworkRule:
        bounds: dict[int, tuple[int, int]] = {}
        for slot, asked in wanted:
            low, high = self.ranks[slot].between(asked)
            least, most = bounds.get(slot, (low, high))
            bounds[slot] = max(low, least), min(high, most)
        literals = [] if gate is None else [Literal(gate, -1, -1, 0)]
        for slot, (low, high) in bounds.items():
            ranks = self.ranks[slot]
            literals.append(Literal(ranks.cell, low, high, ranks.top, possible))
        return NetworkRule(tuple(literals))


def _at_risk(base: RuleBase) -> frozenset[tuple[str, int]]:
    """The rules, and the places of their `then`s, that another could contradict."""
    said: dict[tuple[str, str], list[tuple[str, int, bool]]] = {}
    for rule in base.rules.values():
        for place, then in enumerate(rule.thens):
            against = then.strength in AGAINST
            said.setdefault((then.kind, then.subject), []).append((rule.name, place, against))
    return frozenset(
        (name, place)
        for (kind, subject), group in said.items()
        if len({against for _, _, against in group}) > 1
        or (base.advice[kind].subjects[subject].unique and len(group) > 1)
        for name, place, _ in group
    )


def conditions(rule: Rule) -> Iterable[Expression]:
    """What must be true for the rule's conditions to hold."""
    yield from rule.guards
    if rule.when is not None:
        yield rule.when
    for exception in rule.unless:
        yield Not(Shown(exception))


# A network cannot be removed from durable-rules, so each is made once for the process: the same
# rules loaded again get the same network.
_networks: dict[tuple[NetworkRule, ...], Network] = {}
_plans: dict[int, Plan] = {}  # by the identity of their base, which they keep alive
_lock = threading.RLock()

MOST_PLANS = 64


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _network_of(rules: Sequence[NetworkRule]) -> Network:
    with _lock:
        return _networks.setdefault(tuple(rules), Network(rules))


def plan_of(base: RuleBase) -> Plan:
    """The plan of a rule base, made when it is first asked for; those used last are kept."""
    with _lock:
        plan = _plans.pop(id(base), None) or Plan(base)
        _plans[id(base)] = plan
        if len(_plans) > MOST_PLANS:
            del _plans[next(iter(_plans))]
        return plan

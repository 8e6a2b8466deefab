"""What is worked out, each thing once: the nodes of the plan between facts and the network."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from matchrules.ir import AttributeDeclaration, Define, Reject, Rule, Table, Template

from .expressions import Compiled, Evaluate, Fold, Source


@define(eq=False, kw_only=True)
class Node:
    """A value, or something else that depends on values.

    `fact` is the fact for whose rows it is worked out one by one (None: once for the case). `slot`
    is where the value of one for the case is kept; a value for each row is kept in the row under
    `name`. Nodes are worked out in the order of (`level`, `place`).
    """

    reads: frozenset[Source]
    fact: str | None = None
    slot: int = -1
    name: str = ""
    level: int = 0
    place: int = -1

    @property
    def gives(self) -> Source | None:
        """What others read of it."""
        if self.slot >= 0:
            return Source("cell", slot=self.slot)
        return Source("own", self.fact, self.name) if self.fact and self.name else None


@define(eq=False, kw_only=True)
class AttributeNode(Node):
    """An attribute of a single fact, or one with a default."""

    of: str
    declaration: AttributeDeclaration
    default: Compiled | None = None
    unless: Compiled | None = None


@define(eq=False, kw_only=True)
class ValueNode(Node):
    """A value that is needed by itself."""

    evaluate: Evaluate


@define(eq=False, kw_only=True)
class AggregateNode(Node):
    """An aggregate over all rows of `fact`; what each row gives to it is kept."""

    parts: Evaluate
    fold: Fold


@frozen
class PlannedRow:
    """A row of a table: its tests, and its output. `known` and `possible` are the numbers of the
    network's rules for it: None where that always holds, -1 where it never does."""

    tests: tuple[Evaluate, ...]
    output: Evaluate
    known: int | None = None
    possible: int | None = None


@define(eq=False, kw_only=True)
class DefineNode(Node):
    """A define or a table. With `in_network`, the network finds the rows that hit."""

    define: Define
    body: Evaluate | None = None
    table: Table | None = None
    rows: Sequence[PlannedRow] = ()
    heads: Sequence[Evaluate] = ()
    in_network: bool = False


@define(eq=False, kw_only=True)
class GateNode(Node):
    """The conditions of a rule that speak of the instance of its `for each`: whether they are all
    true of a row. Where they are, the network gets a fact of `cell`."""

    cell: int
    evaluate: Evaluate


@frozen
class PlannedText:
    """A text, and what its holes hold."""

    template: Template
    holes: Sequence[Evaluate]


@define(eq=False, kw_only=True)
class RejectNode(Node):
    """A reject."""

    reject: Reject
    evaluate: Evaluate
    text: PlannedText


@frozen
class PlannedThen:
    fields: Mapping[str, Evaluate]
    text: PlannedText


@define(eq=False, kw_only=True)
class AdviceNode(Node):
    """What a rule says where it stands; `reads` are those of fields, texts and reasons. `number` is
    that of the network's rule, -1 where its conditions can never hold; `can_be_marked` is whether
    what it says can be provisional."""

    rule: Rule
    thens: Sequence[PlannedThen]
    reasons: Mapping[str, Evaluate]
    number: int = -1
    can_be_marked: bool = True


@define(eq=False)
class Dependents:
    """Who reads what."""

    cells: dict[int, list[Node]] = field(factory=dict)
    own: dict[tuple[str, str], list[Node]] = field(factory=dict)
    all: dict[tuple[str, str], list[Node]] = field(factory=dict)
    rows: dict[str, list[Node]] = field(factory=dict)
    each: dict[str, list[Node]] = field(factory=dict)  # nodes that are worked out for each row

    def add(self, node: Node) -> None:
        if node.fact is not None:
            self.each.setdefault(node.fact, []).append(node)
        for source in node.reads:
            named: Any = (source.fact, source.name)
            if source.kind == "cell":
                self.cells.setdefault(source.slot, []).append(node)
            elif source.kind == "own":
                self.own.setdefault(named, []).append(node)
            elif source.kind == "all":
                self.all.setdefault(named, []).append(node)
            else:
                self.rows.setdefault(source.fact, []).append(node)

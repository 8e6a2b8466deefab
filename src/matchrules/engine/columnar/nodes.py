"""The graph of columns: what is the same is there once, however many rules say it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import polars as pl

from .forms import TRUTH, Form

Scope = frozenset[str]  # the facts of which an instance is bound; the rows are their combinations
CASES: Final[Scope] = frozenset()


class Node:
    """A column: its rows are those of `scope`. `sure`: it holds no null."""

    __slots__ = ("form", "name", "number", "parts", "scope", "sure", "uses")

    def __init__(
        self, number: int, scope: Scope, form: Form, sure: bool, parts: Sequence["Node"] = ()
    ) -> None:
        self.number = number
        self.name = f"n{number}"
        self.scope = scope
        self.form = form
        self.sure = sure
        self.parts = tuple(parts)
        self.uses = 0


class Constant(Node):
    """One value, everywhere; None is the unknown."""

    __slots__ = ("_literal", "value")
    value: Any
    _literal: pl.Expr | None

    def literal(self) -> pl.Expr:
        """The value where it stands in an expression."""
        if self._literal is None:
            self._literal = pl.lit(self.value, dtype=self.form.dtype)
        return self._literal


class Given(Node):
    """An attribute as asserted; of no fact: the day of the case."""

    __slots__ = ("attribute", "fact")
    fact: str
    attribute: str


class Step(Node):
    """Worked out of columns of the same rows."""

    __slots__ = ("make",)
    make: Callable[..., pl.Expr]


class Spread(Node):
    """A column of an outer scope, for each row of an inner one."""

    __slots__ = ()


class Ranked(Node):
    """The order of the instances of a fact for picks: the place of each among those of its case."""

    __slots__ = ("fact",)
    fact: str


class Gathered(Node):
    """An aggregate over the instances of `fact`: of columns of the scope with that fact.

    `parts` are the tests (absent: all are chosen), the values and the ranks, of which each may be
    missing.
    """

    __slots__ = ("fact", "inside", "op", "ranks", "take", "tests", "values")
    op: str
    fact: str
    inside: Scope
    tests: Node | None
    values: Node | None
    ranks: Node | None
    take: int | None


class Graph:
    """Makes nodes, each once."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Node] = {}
        self.nodes: list[Node] = []
        self.true = self.constant(True, TRUTH)
        self.false = self.constant(False, TRUTH)

    def _new(self, key: tuple[Any, ...], make: Callable[[int], Node]) -> Any:
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make(len(self.nodes))
            self.nodes.append(found)
            for part in found.parts:
                part.uses += 1
        return found

    def constant(self, value: Any, form: Form) -> Constant:
        """A value in inner form."""

        def make(number: int) -> Node:
            node = Constant(number, CASES, form, value is not None)
            node.value, node._literal = value, None
            return node

        made: Constant = self._new(("constant", form, type(value), value), make)
        return made

    def given(self, scope: Scope, fact: str, attribute: str, form: Form, sure: bool) -> Node:
        """An attribute as asserted."""

        def make(number: int) -> Node:
            node = Given(number, scope, form, sure)
            node.fact, node.attribute = fact, attribute
            return node

        made: Node = self._new(("given", scope, fact, attribute), make)
        return made

    def step(
        self,
        key: tuple[Any, ...],
        make: Callable[..., pl.Expr],
        parts: Iterable[Node],
        form: Form,
        *,
        sure: bool | None = None,
        strict: bool = True,
        twice: Sequence[int] = (),
    ) -> Node:
        """A column made of others. `key` says how, beside the parts; `strict`: null where a part
        is; `sure` says that it holds no null (None: it holds none where no part does); `twice` are
        the places of parts that `make` names more than once."""
        given = list(parts)
        if strict and any(isinstance(p, Constant) and p.value is None for p in given):
            return self.constant(None, form)
        if all(isinstance(p, Constant) for p in given):
            folded = (*key, form, *(p.number for p in given))
            if folded not in self._made:
                literals = [p.literal() for p in given if isinstance(p, Constant)]
                found = pl.select(make(*literals)).to_series()[0]
                self._made[folded] = self.constant(found, form)
            return self._made[folded]
        scope = CASES.union(*(p.scope for p in given))
        placed = [self.spread(p, scope) for p in given]

        def new(number: int) -> Node:
            never = all(p.sure for p in placed) if sure is None else sure
            node = Step(number, scope, form, never, placed)
            node.make = make
            for place in twice:
                placed[place].uses += 1
            return node

        made: Node = self._new((*key, form, *(p.number for p in placed)), new)
        return made

    def spread(self, node: Node, scope: Scope) -> Node:
        """The column for each row of an inner scope."""
        if node.scope == scope or isinstance(node, Constant):
            return node
        while isinstance(node, Spread):
            node = node.parts[0]
        made: Node = self._new(
            ("spread", node.number, scope),
            lambda number: Spread(number, scope, node.form, node.sure, [node]),
        )
        return made

    def ranked(self, fact: str, by: str, columns: Sequence[Node]) -> Node:
        """The order of picks by an attribute."""

        def make(number: int) -> Node:
            from .forms import RANK

            node = Ranked(number, frozenset({fact}), RANK, True, columns)
            node.fact = fact
            return node

        made: Node = self._new(("ranked", fact, by), make)
        return made

    def gathered(
        self,
        op: str,
        fact: str,
        tests: Node | None,
        values: Node | None,
        form: Form,
        *,
        sure: bool,
        ranks: Node | None = None,
        take: int | None = None,
    ) -> Node:
        """An aggregate."""
        used = [n for n in (tests, values) if n is not None]
        outer = CASES.union(*(n.scope for n in used)) - {fact}
        inside = outer | {fact}
        tests, values, ranks = (
            None if n is None else self.spread(n, inside) for n in (tests, values, ranks)
        )
        parts = [n for n in (tests, values, ranks) if n is not None]

        def make(number: int) -> Node:
            node = Gathered(number, outer, form, sure, parts)
            node.op, node.fact, node.inside, node.take = op, fact, inside, take
            node.tests, node.values, node.ranks = tests, values, ranks
            return node

        numbers = tuple(None if n is None else n.number for n in (tests, values, ranks))
        made: Node = self._new(("gathered", op, fact, take, form, *numbers), make)
        return made


__all__ = [
    "CASES",
    "Constant",
    "Gathered",
    "Given",
    "Graph",
    "Node",
    "Ranked",
    "Scope",
    "Spread",
    "Step",
]

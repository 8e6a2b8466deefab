"""Truth with unknowns in columns: Polars' `&` and `|` are Kleene's."""

from collections.abc import Iterable
from functools import reduce
from operator import and_, or_

import polars as pl

from .forms import TRUTH
from .nodes import Constant, Graph, Node


def both(graph: Graph, operands: Iterable[Node]) -> Node:
    """False if one is, else unknown if one is, else true."""
    given = _without(operands, True)
    if any(isinstance(n, Constant) and n.value is False for n in given):
        return graph.false
    if len(given) < 2:
        return given[0] if given else graph.true
    return graph.step(("and",), lambda *e: reduce(and_, e), given, TRUTH, strict=False)


def either(graph: Graph, operands: Iterable[Node]) -> Node:
    """True if one is, else unknown if one is, else false."""
    given = _without(operands, False)
    if any(isinstance(n, Constant) and n.value is True for n in given):
        return graph.true
    if len(given) < 2:
        return given[0] if given else graph.false
    return graph.step(("or",), lambda *e: reduce(or_, e), given, TRUTH, strict=False)


def negated(graph: Graph, operand: Node) -> Node:
    return graph.step(("not",), lambda e: ~e, [operand], TRUTH)


def shown(graph: Graph, operand: Node) -> Node:
    """Known to be true."""
    return operand if operand.sure else or_else(graph, operand, graph.false)


def known(graph: Graph, operand: Node) -> Node:
    """Whether there is a value."""
    if operand.sure:
        return graph.true
    return graph.step(
        ("known",), lambda e: e.is_not_null(), [operand], TRUTH, sure=True, strict=False
    )


def or_else(graph: Graph, value: Node, otherwise: Node) -> Node:
    """The first where it is known, else the second; both of one form."""
    if value.sure or value is otherwise:
        return value
    if isinstance(value, Constant):
        return otherwise
    if isinstance(otherwise, Constant) and otherwise.value is None:
        return value
    constant = isinstance(otherwise, Constant)
    return graph.step(
        ("else",), lambda a, b: a.fill_null(b) if constant else pl.coalesce(a, b),
        [value, otherwise], value.form, sure=otherwise.sure, strict=False,
    )  # fmt: skip


def choose(graph: Graph, condition: Node, one: Node, two: Node) -> Node:
    """The first where the condition is true, the second where it is not; where it is unknown both,
    if they are known and equal. Both are of one form."""
    if isinstance(condition, Constant):
        if condition.value is None:
            return agreed(graph, one, two)
        return one if condition.value else two
    if one is two:
        return one
    if condition.sure:
        return select(graph, condition, one, two)

    literal = isinstance(one, Constant)

    def make(c: pl.Expr, a: pl.Expr, b: pl.Expr) -> pl.Expr:
        # Polars wants a literal on the right
        differ = b.ne_missing(a) if literal else a.ne_missing(b)
        return pl.when(c).then(a).when(c.is_null() & differ).then(None).otherwise(b)

    return graph.step(
        ("if",), make, [condition, one, two], one.form, sure=False, strict=False, twice=(0, 1, 2)
    )


def select(graph: Graph, condition: Node, one: Node, two: Node) -> Node:
    """The first where the condition is true, the second everywhere else."""
    if isinstance(condition, Constant):
        return one if condition.value else two
    if one is two:
        return one
    return graph.step(
        ("select",), lambda c, a, b: pl.when(c).then(a).otherwise(b), [condition, one, two],
        one.form, sure=one.sure and two.sure, strict=False,
    )  # fmt: skip


def agreed(graph: Graph, one: Node, two: Node) -> Node:
    """The value of both where they are known and equal, else unknown."""
    if one is two:
        return one
    if isinstance(one, Constant):  # Polars wants a literal on the right
        one, two = two, one
    return graph.step(
        ("agreed",), lambda a, b: pl.when(a == b).then(a), [one, two], one.form, sure=False,
        twice=(0,),
    )  # fmt: skip


def where(graph: Graph, condition: Node, value: Node) -> Node:
    """The value where the condition is true, else unknown."""
    if isinstance(condition, Constant) and condition.value is True:
        return value
    return graph.step(
        ("where",), lambda c, a: pl.when(c).then(a), [condition, value], value.form, sure=False,
    )  # fmt: skip


def _without(operands: Iterable[Node], value: bool) -> list[Node]:
    """Each once, those left out that decide nothing."""
    found = {n.number: n for n in operands}
    return [n for n in found.values() if not (isinstance(n, Constant) and n.value is value)]


__all__ = [
    "agreed",
    "both",
    "choose",
    "either",
    "known",
    "negated",
    "or_else",
    "select",
    "shown",
    "where",
]

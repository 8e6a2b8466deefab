"""Comparisons in columns: unknown where an operand is."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, Final

import polars as pl

from .forms import BITS, TRUTH, Scaled
from .logic import both, either
from .nodes import Constant, Graph, Node
from .numbers import level, one_form

TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compare(graph: Graph, op: str, one: Node, two: Node) -> Node:
    """A comparison of two values of one form."""
    if isinstance(one.form, Scaled):
        one, two = level(graph, [one, two])
    if isinstance(one, Constant):  # Polars wants a literal on the right
        one, two, op = two, one, TURNED.get(op, op)
    name = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}[op]
    return graph.step(("compare", op), lambda a, b: getattr(a, name)(b), [one, two], TRUTH)


def within(graph: Graph, value: Node, low: Node, high: Node) -> Node:
    """`low <= value <= high`, unknown where one of them is."""
    low, high = (alike(graph, [value, n])[1] for n in (low, high))
    found = both(graph, [compare(graph, ">=", value, low), compare(graph, "<=", value, high)])
    return strictly(graph, found, [low, high])  # a false one decides nothing beside an unknown


def alike(graph: Graph, nodes: Sequence[Node]) -> list[Node]:
    """Values that meet, in one form."""
    given = list(nodes)
    forms = {n.form for n in given}
    if len(forms) == 1:
        return given
    typed = next((n for n in given if not (isinstance(n, Constant) and n.value is None)), given[-1])
    given = [
        graph.constant(None, typed.form) if isinstance(n, Constant) and n.value is None else n
        for n in given
    ]
    if isinstance(typed.form, Scaled):
        return one_form(graph, given)
    assert len({n.form for n in given}) == 1, forms
    return given


def among(graph: Graph, value: Node, items: Sequence[Node]) -> Node:
    """`value in (a, b)`, unknown where one of all these is."""
    found = either(graph, [compare(graph, "==", *alike(graph, [value, i])) for i in items])
    return strictly(graph, found, items)


def strictly(graph: Graph, truth: Node, needed: Sequence[Node]) -> Node:
    """The truth where all that is needed is known, else unknown."""
    asked = [n for n in needed if not n.sure]
    if any(isinstance(n, Constant) for n in asked):
        return graph.constant(None, TRUTH)
    if not asked:
        return truth
    return graph.step(
        ("strictly",),
        lambda t, *e: pl.when(reduce(or_, [x.is_null() for x in e])).then(None).otherwise(t),
        [truth, *asked], TRUTH, sure=False, strict=False,
    )  # fmt: skip


def extreme(graph: Graph, op: str, one: Node, two: Node) -> Node:
    """The smaller or the larger."""
    if isinstance(one, Constant):  # Polars wants a literal on the right
        one, two = two, one
    a, b = alike(graph, [one, two])
    form = a.form
    if isinstance(form, Scaled) and isinstance(b.form, Scaled):
        first, second = _bounds(one, form.den), _bounds(two, form.den)
        pick = min if op == "min" else max
        form = Scaled(form.den, pick(first[0], second[0]), pick(first[1], second[1]), form.dtype)

    def make(x: pl.Expr, y: pl.Expr) -> pl.Expr:
        first = x <= y if op == "min" else x >= y
        return pl.when(first).then(x).when(x.is_not_null()).then(y)

    never = a.sure and b.sure
    return graph.step((op,), make, [a, b], form, sure=never, twice=(0, 1))


def has(graph: Graph, members: Node, member: Node) -> Node:
    """Whether the set has the member."""
    bit = one_of(graph, member)
    return graph.step(("has",), lambda s, b: (s & b) == b, [members, bit], TRUTH, twice=(1,))


def one_of(graph: Graph, member: Node) -> Node:
    """The set of one member."""
    bits = pl.Series([1 << place for place in range(64)], dtype=pl.UInt64)
    return graph.step(("bit",), lambda m: pl.lit(bits).gather(m.cast(pl.UInt32)), [member], BITS)


def is_empty(graph: Graph, members: Node) -> Node:
    zero = pl.lit(0, dtype=pl.UInt64)
    return graph.step(("empty",), lambda s: s == zero, [members], TRUTH)


def _bounds(node: Node, den: int) -> tuple[int, int]:
    form: Any = node.form
    if not isinstance(form, Scaled) or (isinstance(node, Constant) and node.value is None):
        return 0, 0
    return form.low * (den // form.den), form.high * (den // form.den)


__all__ = [
    "alike",
    "among",
    "compare",
    "extreme",
    "has",
    "is_empty",
    "one_of",
    "strictly",
    "within",
]

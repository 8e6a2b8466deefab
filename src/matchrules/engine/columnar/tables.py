"""Tables in columns: the hit policies."""

from collections.abc import Sequence

import polars as pl

from . import logic
from .forms import BITS, TRUTH, scaled
from .nodes import Constant, Graph, Node


def hit(
    graph: Graph, policy: str, hits: Sequence[Node], outputs: Sequence[Node]
) -> tuple[Node, Node]:
    """The value of a table, of which rows hit and what they put out, and where it has a fault."""
    if policy == "collect":
        return _collected(graph, hits, outputs), graph.false
    if policy == "first":
        found, some = _first(graph, hits, outputs)
        return found, logic.negated(graph, some)
    return _unique(graph, hits, outputs)


def _collected(graph: Graph, hits: Sequence[Node], outputs: Sequence[Node]) -> Node:
    """The set of what the rows known to hit put out, unknown if one of those is."""
    nothing = graph.constant(0, BITS)
    parts = [
        logic.select(graph, logic.shown(graph, h), o, nothing)
        for h, o in zip(hits, outputs, strict=True)
    ]

    def make(*bits: pl.Expr) -> pl.Expr:
        found = bits[0]
        for other in bits[1:]:
            found = found | other
        return found

    return graph.step(("collected",), make, parts, BITS) if parts else nothing


def _first(graph: Graph, hits: Sequence[Node], outputs: Sequence[Node]) -> tuple[Node, Node]:
    """The first row known to hit and every undecided row above it, where they agree; and where
    there is such a row at all."""
    value: Node = graph.constant(None, outputs[0].form)
    some: Node = graph.false
    for row in reversed(range(len(hits))):
        here, output = hits[row], outputs[row]
        if here.sure:
            value = logic.select(graph, here, output, value)
            some = logic.either(graph, [here, some])
            continue
        both = logic.select(graph, some, logic.agreed(graph, output, value), output)
        value = _three(graph, here, output, both, value)
        some = logic.either(graph, [logic.negated(graph, _denied(graph, here)), some])
    return value, some


def _unique(graph: Graph, hits: Sequence[Node], outputs: Sequence[Node]) -> tuple[Node, Node]:
    """The row known to hit, else every undecided row, where they agree."""
    certain = [logic.shown(graph, h) for h in hits]
    value: Node = graph.constant(None, outputs[0].form)
    some: Node = graph.false
    for row in reversed(range(len(hits))):  # the undecided rows
        if hits[row].sure:
            continue
        open_ = logic.negated(graph, logic.known(graph, hits[row]))
        both = logic.select(graph, some, logic.agreed(graph, outputs[row], value), outputs[row])
        value = logic.select(graph, open_, both, value)
        some = logic.either(graph, [open_, some])
    for row in reversed(range(len(hits))):
        value = logic.select(graph, certain[row], outputs[row], value)
    able = [c for c in certain if c is not graph.false]
    several: Node = graph.false
    if len(able) > 1:
        form = scaled(1, 0, len(able))
        count = graph.step(
            ("how many",), lambda *e: pl.sum_horizontal([x.cast(form.dtype) for x in e]), able, form
        )
        several = graph.step(
            ("several",), lambda e: e > pl.lit(1, dtype=form.dtype), [count], TRUTH
        )
        value = logic.where(graph, logic.negated(graph, several), value)
    gap = logic.negated(graph, logic.either(graph, [*certain, some]))
    return value, logic.either(graph, [gap, several])


def _three(graph: Graph, truth: Node, yes: Node, unknown: Node, no: Node) -> Node:
    """A value for each of the three."""
    if isinstance(truth, Constant):
        return unknown if truth.value is None else yes if truth.value else no
    if yes is unknown is no:
        return yes
    return graph.step(
        ("three",),
        lambda t, a, b, c: pl.when(t).then(a).when(t.is_null()).then(b).otherwise(c),
        [truth, yes, unknown, no], yes.form, strict=False, twice=(0,),
        sure=yes.sure and unknown.sure and no.sure,
    )  # fmt: skip


def _denied(graph: Graph, truth: Node) -> Node:
    """Known to be false."""
    return logic.shown(graph, logic.negated(graph, truth))


__all__ = ["hit"]

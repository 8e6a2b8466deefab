"""Exact arithmetic in columns: whole numbers over denominators that are known beforehand."""

from collections.abc import Sequence
from math import gcd, lcm
from typing import Any

import polars as pl

from matchrules.types import RoundingMode

from .forms import WIDTHS, ObstacleError, Scaled, scaled, whole
from .nodes import Constant, Graph, Node


def shape(node: Node) -> Scaled:
    """The form of a number."""
    assert isinstance(node.form, Scaled)
    return node.form


def cast(graph: Graph, node: Node, dtype: Any) -> Node:
    """The same numbers in a column of another width."""
    form = shape(node)
    if form.dtype == dtype:
        return node
    wide = Scaled(form.den, form.low, form.high, dtype)
    if isinstance(node, Constant):
        return graph.constant(node.value, wide)
    return graph.step(("cast",), lambda e: e.cast(dtype), [node], wide)


def narrow(graph: Graph, node: Node) -> Node:
    """The same numbers in the narrowest column that holds them."""
    form = shape(node)
    return cast(graph, node, whole(form.low, form.high))


def over(graph: Graph, node: Node, den: int) -> Node:
    """The same numbers over a multiple of their denominator."""
    form = shape(node)
    factor = den // form.den
    if factor == 1:
        return node
    return _times(graph, node, factor, scaled(den, form.low * factor, form.high * factor))


def level(graph: Graph, nodes: Sequence[Node]) -> list[Node]:
    """The same numbers over one denominator, in columns of one width."""
    den = lcm(*(shape(n).den for n in nodes))
    found = [over(graph, n, den) for n in nodes]
    low, high = min(shape(n).low for n in found), max(shape(n).high for n in found)
    widths = [whole(low, high), *(shape(n).dtype for n in found if not isinstance(n, Constant))]
    widest = max(widths, key=_bits)
    return [cast(graph, n, widest) for n in found]


def one_form(graph: Graph, nodes: Sequence[Node]) -> list[Node]:
    """The same numbers in one form, of bounds that hold them all."""
    found = level(graph, nodes)
    low, high = min(shape(n).low for n in found), max(shape(n).high for n in found)
    first = shape(found[0])
    return [bounded(graph, n, Scaled(first.den, low, high, first.dtype)) for n in found]


def bounded(graph: Graph, node: Node, form: Scaled) -> Node:
    """The same column, known to lie in other bounds."""
    if node.form == form:
        return node
    if isinstance(node, Constant):
        return graph.constant(node.value, form)
    return graph.step(("bounded",), lambda e: e, [node], form)


def add(graph: Graph, one: Node, two: Node, sign: int) -> Node:
    """A sum, or (`sign` -1) a difference."""
    a, b = level(graph, [one, two])
    first, second = shape(a), shape(b)
    ends = sorted((sign * second.low, sign * second.high))
    low, high = first.low + ends[0], first.high + ends[1]
    width = max(first.dtype, whole(low, high), key=_bits)
    a, b = cast(graph, a, width), cast(graph, b, width)
    form = Scaled(first.den, low, high, width)
    if sign == 1:
        return graph.step(("+",), lambda x, y: x + y, [a, b], form)
    return graph.step(("-",), lambda x, y: x - y, [a, b], form)


def multiply(graph: Graph, one: Node, two: Node) -> Node:
    """A product."""
    if isinstance(one, Constant):
        one, two = two, one
    a, b = shape(one), shape(two)
    if isinstance(two, Constant) and two.value is not None:
        return scale(graph, one, two.value, b.den)
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    form = scaled(a.den * b.den, min(ends), max(ends))
    width = max(form.dtype, a.dtype, b.dtype, key=_bits)
    form = Scaled(form.den, form.low, form.high, width)
    return graph.step(
        ("*",), lambda x, y: x * y, [cast(graph, one, width), cast(graph, two, width)], form
    )


def scale(graph: Graph, node: Node, numerator: int, denominator: int) -> Node:
    """The numbers times a fraction."""
    form = shape(node)
    common = gcd(numerator, form.den) or 1
    factor, den = numerator // common, form.den // common * denominator
    ends = sorted((form.low * factor, form.high * factor))
    return _times(graph, node, factor, scaled(den, ends[0], ends[1]))


def round_to(graph: Graph, node: Node, places: int, mode: RoundingMode) -> Node:
    """Down to minus infinity, up to plus infinity, or nearest: half away from zero."""
    form = shape(node)
    common = gcd(10**places, form.den)
    factor, part = 10**places // common, form.den // common
    if part == 1:
        return node
    raised = _times(graph, node, factor, scaled(1, form.low * factor, form.high * factor))
    low, high = form.low * factor, form.high * factor
    if mode == "down":
        low, high = low // part, high // part
    elif mode == "up":
        low, high = -(-low // part), -(-high // part)
    else:
        low, high = _nearest(low, part), _nearest(high, part)
    most = 2 * max(abs(shape(raised).low), abs(shape(raised).high)) + 2 * part
    width = max(shape(raised).dtype, whole(-most, most), key=_bits)
    raised = cast(graph, raised, width)
    result = Scaled(10**places, low, high, width)

    def lit(value: int) -> pl.Expr:
        return pl.lit(value, dtype=width)

    if mode == "down":
        found = graph.step(("down", part), lambda e: e // lit(part), [raised], result)
    elif mode == "up":
        found = graph.step(("up", part), lambda e: lit(0) - (lit(0) - e) // lit(part), [raised],
                           result)  # fmt: skip
    else:

        def nearest(e: pl.Expr) -> pl.Expr:
            above = (e * lit(2) + lit(part)) // lit(2 * part)
            below = lit(0) - (lit(part) - e * lit(2)) // lit(2 * part)
            return pl.when(e >= lit(0)).then(above).otherwise(below)

        found = graph.step(("nearest", part), nearest, [raised], result, twice=(0, 0))
    return narrow(graph, found)


def as_whole(node: Node) -> Node:
    """A number that is counted with: only whole ones are."""
    if shape(node).den != 1:
        raise ObstacleError("a time in it is no whole number")
    return node


def _times(graph: Graph, node: Node, factor: int, form: Scaled) -> Node:
    if factor == 1:
        return bounded(graph, node, Scaled(form.den, form.low, form.high, shape(node).dtype))
    width = max(form.dtype, shape(node).dtype, key=_bits)
    wide = Scaled(form.den, form.low, form.high, width)
    raised = cast(graph, node, width)
    return graph.step(("times", factor), lambda e: e * pl.lit(factor, dtype=width), [raised], wide)


def _nearest(value: int, part: int) -> int:
    found = (2 * abs(value) + part) // (2 * part)
    return found if value >= 0 else -found


def _bits(dtype: Any) -> int:
    return WIDTHS.index(dtype)


__all__ = [
    "add",
    "as_whole",
    "bounded",
    "cast",
    "level",
    "multiply",
    "narrow",
    "one_form",
    "over",
    "round_to",
    "scale",
    "shape",
]

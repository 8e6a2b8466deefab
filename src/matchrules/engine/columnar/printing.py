"""Values as texts print them, in columns."""

from collections.abc import Callable

import polars as pl

from matchrules.ir import RuleBase
from matchrules.types import MONTHS, AnyDayOfYear, Date, Enum, Number, SetOf, Text, Type, YesNo

from .comparing import compare
from .forms import TEXT, ObstacleError, scaled
from .logic import select
from .nodes import Graph, Node
from .numbers import one_form, over, round_to, shape


def printed(graph: Graph, node: Node, type_: Type, base: RuleBase) -> Node:
    """The text of a value; an unknown stays unknown."""
    match type_:
        case Text():
            return node
        case YesNo():
            return _of(graph, ("yes",), node, lambda e: pl.when(e).then(pl.lit("yes")).when(~e)
                       .then(pl.lit("no")), twice=True)  # fmt: skip
        case Date():
            return _of(graph, ("iso",), node, lambda e: e.cast(pl.Date).dt.strftime("%Y-%m-%d"))
        case Enum(name, members):
            labels = base.enums[name].labels
            texts = pl.Series([labels[m] for m in members], dtype=pl.String)
            return _of(graph, ("label", name), node,
                       lambda e: pl.lit(texts).gather(e.cast(pl.UInt32)))  # fmt: skip
        case AnyDayOfYear():
            months = pl.Series(["", *MONTHS], dtype=pl.String)
            return _of(
                graph, ("day of month",), node,
                lambda e: pl.concat_str([
                    (e % 100).cast(pl.String), pl.lit(months).gather((e // 100).cast(pl.UInt32)),
                ], separator=" "), twice=True,
            )  # fmt: skip
        case SetOf(of):
            names = [base.enums[of.name].labels[m] for m in of.members]
            return _of(graph, ("listed", of.name), node, lambda e: _listed(e, names), twice=True)
        case Number(places):
            return _number(graph, node, 6 if places is None else places)
    raise ObstacleError("a text in it prints what has no form in columns")


def _number(graph: Graph, node: Node, places: int) -> Node:
    if places == 0 and shape(node).den == 1:
        return _of(graph, ("digits",), node, lambda e: e.cast(pl.String))
    cut, up = one_form(graph, [round_to(graph, node, places, way) for way in ("down", "up")])
    if cut is not up and shape(node).low < 0:  # towards 0
        zero = graph.constant(0, scaled(1, 0, 0))
        cut = select(graph, compare(graph, "<", node, zero), up, cut)
    exact = over(graph, cut, 10**places)
    width = shape(exact).dtype
    one = pl.lit(10**places, dtype=pl.Int128)

    def make(e: pl.Expr) -> pl.Expr:
        size = e.cast(pl.Int128).abs()
        sign = pl.when(e < pl.lit(0, dtype=width)).then(pl.lit("-")).otherwise(pl.lit(""))
        whole = (size // one).cast(pl.String)
        if places == 0:
            return pl.concat_str([sign, whole])
        part = (size % one).cast(pl.String).str.zfill(places)
        return pl.concat_str([sign, whole, pl.lit("."), part])

    return _of(graph, ("decimal", places), exact, make, twice=True)


def _listed(bits: pl.Expr, names: list[str]) -> pl.Expr:
    """`a, b and c`."""
    found = pl.lit("")
    count = bits.bitwise_count_ones()
    before = pl.lit(0, dtype=pl.UInt32)
    for place, name in enumerate(names):
        here = (bits & pl.lit(1 << place, dtype=pl.UInt64)) != 0
        comma = (
            pl.when(before == 0).then(pl.lit(""))
            .when(before + 1 == count).then(pl.lit(" and ")).otherwise(pl.lit(", "))
        )  # fmt: skip
        found = pl.when(here).then(pl.concat_str([found, comma, pl.lit(name)])).otherwise(found)
        before = before + here.cast(pl.UInt32)
    return pl.when(count == 0).then(pl.lit("none")).when(count > 0).then(found)


def _of(
    graph: Graph,
    key: tuple[object, ...],
    node: Node,
    make: Callable[[pl.Expr], pl.Expr],
    twice: bool = False,
) -> Node:
    return graph.step(("printed", *key), make, [node], TEXT, twice=(0,) if twice else ())


__all__ = ["printed"]

"""Days in columns: whole numbers of days since 1970."""

from functools import cache
from typing import Final

import polars as pl

from .forms import DAY, FIRST_DAY, LAST_DAY, ObstacleError, Plain, scaled
from .nodes import Graph, Node
from .numbers import as_whole, cast, shape

PER_UNIT: Final = {"days": 1, "weeks": 7, "months": 1, "years": 12}
WIDE: Final = pl.Int64
MONTHS: Final = 9999 * 12
MONTH: Final = Plain("month", pl.Int64)  # counted from the first there is
PLACE: Final = Plain("place of month", pl.UInt32)


def between(graph: Graph, start: Node, end: Node) -> Node:
    """The number of days from one to the other."""
    most = LAST_DAY - FIRST_DAY
    return graph.step(("days",), lambda a, b: b - a, [start, end], scaled(1, -most, most))


def add_time(graph: Graph, day: Node, amount: Node, unit: str, sign: int) -> Node:
    """`day + amount unit`; months clamp to the month's end; unknown past the calendar."""
    form = shape(as_whole(amount))
    if max(abs(form.low), abs(form.high)) >= 2**58:
        raise ObstacleError("a time in it can be longer than a column counts")
    amount = cast(graph, amount, WIDE)
    factor = sign * PER_UNIT[unit]
    if unit in ("months", "years"):
        month = graph.step(
            ("month",), lambda d: _month(d.cast(pl.Date).dt.year(), d.cast(pl.Date).dt.month()),
            [day], MONTH, twice=(0,),
        )  # fmt: skip
        of_month = graph.step(
            ("day of month",), lambda d: d.cast(pl.Date).dt.day().cast(pl.Int32), [day], DAY
        )
        later = graph.step(
            ("months later", factor), lambda m, n: m + n * pl.lit(factor, dtype=WIDE),
            [month, amount], MONTH,
        )  # fmt: skip
        return _on(graph, later, of_month)

    def days(d: pl.Expr, n: pl.Expr) -> pl.Expr:
        found = d.cast(WIDE) + n * pl.lit(factor, dtype=WIDE)
        return pl.when(found.is_between(FIRST_DAY, LAST_DAY)).then(found).cast(pl.Int32)

    return graph.step(("days later", factor), days, [day, amount], DAY, sure=False, twice=(0, 1))


def day_of(graph: Graph, day: Node, year: Node) -> Node:
    """That day of that year, 29 February of a common year the 28th."""
    form = shape(as_whole(year))
    if max(abs(form.low), abs(form.high)) >= 2**58:
        raise ObstacleError("a year in it can be larger than a column counts")
    month = graph.step(
        ("month of year",), lambda d, y: _month(y, d // 100), [day, cast(graph, year, WIDE)], MONTH
    )
    of_month = graph.step(("day of",), lambda d: (d % 100).cast(pl.Int32), [day], DAY)
    return _on(graph, month, of_month)


def _month(year: pl.Expr, month: pl.Expr) -> pl.Expr:
    """The number of a month, counted from the first there is."""
    return year.cast(WIDE) * pl.lit(12, dtype=WIDE) + month.cast(WIDE) - pl.lit(13, dtype=WIDE)


def _on(graph: Graph, month: Node, of_month: Node) -> Node:
    """The day of the month, clamped to its end; unknown past the calendar."""
    first = _first_days()
    length = (first.shift(-1) - first)[:MONTHS].cast(pl.Int32)
    place = graph.step(
        ("place of month",),
        lambda m: pl.when(m.is_between(0, MONTHS - 1)).then(m).cast(pl.UInt32), [month], PLACE,
        sure=False, twice=(0,),
    )  # fmt: skip

    def make(p: pl.Expr, day: pl.Expr) -> pl.Expr:
        last = pl.lit(length).gather(p)
        clamped = pl.min_horizontal(day, last)
        return pl.lit(first).gather(p) + clamped - pl.lit(1, dtype=pl.Int32)

    return graph.step(("on",), make, [place, of_month], DAY, sure=False, twice=(0,))


@cache
def _first_days() -> pl.Series:
    """The first day of each month of the calendar, and the day after its end."""
    years = pl.select(pl.int_range(1, 10000).repeat_by(12).explode().alias("y"))
    months = years.with_columns(m=pl.int_range(pl.len()) % 12 + 1)
    first = months.select(pl.date("y", "m", 1)).to_series().to_physical()
    return pl.concat([first, pl.Series([LAST_DAY + 1], dtype=pl.Int32)]).rechunk()


__all__ = ["add_time", "between", "day_of"]

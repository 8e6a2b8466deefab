"""Days in columns: whole numbers of days since 1970."""

from typing import Final

import polars as pl

from .forms import DAY, FIRST_DAY, LAST_DAY, YEARDAY, ObstacleError, scaled
from .nodes import Graph, Node
from .numbers import as_whole, cast, shape

PER_UNIT: Final = {"days": 1, "weeks": 7, "months": 1, "years": 12}
WIDE: Final = pl.Int64


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

    def days(d: pl.Expr, n: pl.Expr) -> pl.Expr:
        found = d.cast(WIDE) + n * pl.lit(factor, dtype=WIDE)
        return pl.when(found.is_between(FIRST_DAY, LAST_DAY)).then(found).cast(pl.Int32)

    def months(d: pl.Expr, n: pl.Expr) -> pl.Expr:
        calendar = d.cast(pl.Date).dt
        total = (
            calendar.year().cast(WIDE) * 12 + calendar.month().cast(WIDE) - 1
            + n * pl.lit(factor, dtype=WIDE)
        )  # fmt: skip
        return _clamped(total // 12, total % 12 + 1, calendar.day().cast(WIDE))

    made = days if unit in ("days", "weeks") else months
    return graph.step(("add", unit, sign), made, [day, amount], DAY, sure=False, twice=(0, 1))


def day_of(graph: Graph, day: Node, year: Node) -> Node:
    """That day of that year, 29 February of a common year the 28th."""
    form = shape(as_whole(year))
    if max(abs(form.low), abs(form.high)) >= 2**58:
        raise ObstacleError("a year in it can be larger than a column counts")
    assert day.form == YEARDAY

    def make(d: pl.Expr, y: pl.Expr) -> pl.Expr:
        day = d.cast(WIDE)
        return _clamped(y, day // 100, day % 100)

    wide = cast(graph, year, WIDE)
    return graph.step(("day of",), make, [day, wide], DAY, sure=False, twice=(0, 1))


def _clamped(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The day, clamped to its month's end; null past the calendar."""
    common = 31 - ((month - 1) % 7) % 2  # 31 and 30 in turn, twice
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = pl.when(month != 2).then(common).when(leap).then(29).otherwise(28)
    # counted from 1 March, so that a leap day comes last
    turn = (month <= 2).cast(WIDE)
    since = year - turn
    of_year = ((month + turn * 12 - 3) * 153 + 2) // 5 + pl.min_horizontal(day, last) - 1
    found = since * 365 + since // 4 - since // 100 + since // 400 + of_year - 719468
    return pl.when(year.is_between(1, 9999)).then(found).cast(pl.Int32)


__all__ = ["add_time", "between", "day_of"]

"""Which rows a scope has: the combinations of a case's instances, and how scopes meet."""

from collections.abc import Mapping

import polars as pl
from attrs import frozen

from .columns import CASE, THERE, Columns
from .nodes import CASES, Scope

INDEX = pl.UInt32


@frozen(eq=False)
class Rows:
    """The rows of a scope. `case` and `at` (by fact) tell of each row its case and its instances.

    Rows of one row of `outer` follow one another, `count` of them from `start` on; `order` are the
    facts, the innermost last.
    """

    height: int
    order: tuple[str, ...]
    case: pl.Series
    at: Mapping[str, pl.Series]
    start: pl.Series
    count: pl.Series


class Scopes:
    """The rows of every scope of some columns, worked out when they are asked for."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        everything = counting(columns.cases)
        nothing = pl.Series([], dtype=INDEX)
        self._rows: dict[Scope, Rows] = {
            CASES: Rows(columns.cases, (), everything, {}, nothing, nothing)
        }
        self._ways: dict[tuple[Scope, Scope], pl.Series] = {}

    def rows(self, scope: Scope, inner: str | None = None) -> Rows:
        """The rows of a scope; `inner` is the fact whose instances are to follow one another."""
        found = self._rows.get(scope)
        if found is None:
            last = inner or max(scope)
            found = self._rows[scope] = self._within(self.rows(scope - {last}), last)
        return found

    def _instances(self, fact: str) -> tuple[pl.Series, pl.Series]:
        """The number of the first instance in each case, and how many there are."""
        frame = self.columns.facts[fact]
        if THERE in frame.columns:
            count = frame[THERE].cast(INDEX)
        else:
            counted = frame[CASE].to_frame("case").group_by("case").len("count")
            cases = counting(self.columns.cases).to_frame("case")
            joined = cases.join(counted.cast(INDEX), on="case", how="left", maintain_order="left")
            count = joined["count"].fill_null(0).cast(INDEX)
        return before(count), count

    def _within(self, outer: Rows, fact: str) -> Rows:
        first, many = self._instances(fact)
        if outer.order:
            first, count = first.gather(outer.case), many.gather(outer.case)
        else:
            count = many
        start = before(count)
        owner = repeated(count)
        height = len(owner)
        case = outer.case.gather(owner) if outer.order else owner
        local = counting(height) - start.gather(owner)
        at = {name: series.gather(owner) for name, series in outer.at.items()}
        at[fact] = local + first.gather(owner)
        return Rows(height, (*outer.order, fact), case, at, start, count)

    def way(self, outer: Scope, inner: Scope) -> pl.Series:
        """The row of the outer scope for each row of the inner one."""
        found = self._ways.get((outer, inner))
        if found is None:
            found = self._ways[outer, inner] = self._way(outer, self.rows(inner))
        return found

    def _way(self, outer: Scope, rows: Rows) -> pl.Series:
        if not outer:
            return rows.case
        target = self.rows(outer)
        last = target.order[-1]
        if len(outer) == 1:
            return rows.at[last]
        above = self._way(outer - {last}, rows)
        first, _ = self._instances(last)
        return target.start.gather(above) + rows.at[last] - first.gather(rows.case)


def counting(height: int) -> pl.Series:
    """0, 1, 2 …"""
    return pl.int_range(height, dtype=INDEX, eager=True)


def before(count: pl.Series) -> pl.Series:
    """How many there are in all rows before each."""
    return (count.cum_sum() - count).cast(INDEX)


def repeated(count: pl.Series) -> pl.Series:
    """The number of each row, as often as `count` says."""
    frame = pl.DataFrame({"row": counting(len(count)), "count": count}).filter(pl.col("count") > 0)
    if frame.height == 0:
        return pl.Series([], dtype=INDEX)
    return frame.select(pl.col("row").repeat_by("count").explode())["row"]


__all__ = ["INDEX", "Rows", "Scopes", "before", "counting"]

"""Aggregates: columns of an inner scope brought to the rows of the outer one."""

from typing import TYPE_CHECKING

import polars as pl

from .nodes import Gathered
from .rows import INDEX, counting

if TYPE_CHECKING:
    from .work import Work

OWNER, TEST, VALUE, RANK = "owner", "test", "value", "rank"


def gathered(node: Gathered, work: "Work") -> pl.Series:
    """The column of an aggregate; those of its parts have been worked out."""
    scopes = work.scopes
    rows = scopes.rows(node.inside, node.fact)
    height = scopes.rows(node.scope).height
    apart = rows.order[-1] == node.fact  # instances of one owner follow one another
    if apart:
        count = rows.count
        owner = None
    else:
        owner = scopes.way(node.scope, node.inside)
        count = _per_owner(owner, height)
    if node.tests is None and node.op == "count" and node.take is None:
        return count.cast(node.form.dtype)
    if node.take is None and node.op in ("any", "all", "count") and apart:
        return _counted(node, work, rows.start, count)
    if owner is None:
        owner = scopes.way(node.scope, node.inside)
    return _grouped(node, work, owner, height)


def _per_owner(owner: pl.Series, height: int) -> pl.Series:
    found = pl.DataFrame({OWNER: owner}).group_by(OWNER).len("count")
    everyone = counting(height).to_frame(OWNER)
    joined = everyone.join(found, on=OWNER, how="left", maintain_order="left")
    return joined["count"].fill_null(0).cast(INDEX)


def _counted(node: Gathered, work: "Work", start: pl.Series, count: pl.Series) -> pl.Series:
    """How often a test is true, from running counts."""
    assert node.tests is not None
    tests = work.series(node.tests, node.inside)
    end = start + count

    def often(truths: pl.Series) -> pl.Series:
        running = pl.concat([pl.Series([0], dtype=INDEX), truths.cast(INDEX).cum_sum()])
        return running.gather(end) - running.gather(start)

    unknown = None if tests.null_count() == 0 else often(tests.is_null()) > 0
    if node.op == "any":
        found = often(tests.fill_null(False)) > 0
        return found if unknown is None else _unless(found, ~found & unknown)
    if node.op == "all":
        found = often(~tests.fill_null(True)) == 0
        return found if unknown is None else _unless(found, found & unknown)
    number = often(tests.fill_null(False)).cast(node.form.dtype)
    return number if unknown is None else _unless(number, unknown)


def _unless(values: pl.Series, unknown: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"v": values, "u": unknown})
    return frame.select(pl.when(~pl.col("u")).then(pl.col("v")))["v"]


def _grouped(node: Gathered, work: "Work", owner: pl.Series, height: int) -> pl.Series:
    columns = {OWNER: owner}
    for name, part in ((TEST, node.tests), (VALUE, node.values), (RANK, node.ranks)):
        if part is not None:
            columns[name] = work.series(part, node.inside)
    frame = pl.DataFrame(columns)
    truth = node.op in ("any", "all")
    if truth and node.take is not None:
        frame = _last(frame, node.take)
    everyone = counting(height).to_frame(OWNER)
    unknown = None
    if node.tests is not None and not truth:
        tested = frame[TEST]
        if tested.null_count():
            unknown = frame.filter(pl.col(TEST).is_null()).select(OWNER).unique()
        frame = frame.filter(TEST)
    if node.take is not None and not truth:
        frame = _last(frame, node.take)
        if node.op == "last_but_one":
            # the first of two
            many = pl.len().over(OWNER)
            frame = frame.filter(many == 2).unique(OWNER, keep="first", maintain_order=True)
    found = frame.group_by(OWNER).agg(_aggregate(node.op).alias("found"))
    joined = everyone.join(found, on=OWNER, how="left", maintain_order="left")["found"]
    none = {"any": False, "all": True, "count": 0, "sum": 0, "union": 0}.get(node.op)
    if none is not None:
        there = everyone.join(found.select(OWNER, here=pl.lit(True)), on=OWNER, how="left",
                              maintain_order="left")["here"]  # fmt: skip
        table = pl.DataFrame({"f": joined, "h": there})
        joined = table.select(
            pl.when(pl.col("h").is_null()).then(pl.lit(none)).otherwise(pl.col("f"))
        ).to_series()
    joined = joined.cast(node.form.dtype)
    if unknown is not None:
        marks = everyone.join(unknown.with_columns(u=pl.lit(True)), on=OWNER, how="left",
                              maintain_order="left")["u"].fill_null(False)  # fmt: skip
        joined = _unless(joined, marks)
    return joined


def _last(frame: pl.DataFrame, take: int) -> pl.DataFrame:
    """The last so many of each owner, in the order of their ranks."""
    frame = frame.sort(OWNER, RANK)
    return frame.group_by(OWNER, maintain_order=True).tail(take)


def _aggregate(op: str) -> pl.Expr:
    test, value = pl.col(TEST), pl.col(VALUE)
    match op:
        case "any":
            return (
                pl.when(test.any()).then(pl.lit(True))
                .when(test.null_count() == 0).then(pl.lit(False))
            )  # fmt: skip
        case "all":
            return (
                pl.when(~test.all()).then(pl.lit(False))
                .when(test.null_count() == 0).then(pl.lit(True))
            )  # fmt: skip
        case "count":
            return pl.len()
    known = value.null_count() == 0
    match op:
        case "sum":
            return pl.when(known).then(value.sum())
        case "union":
            return pl.when(known).then(value.bitwise_or())
        case "min":
            return pl.when(known).then(value.min())
        case "max":
            return pl.when(known).then(value.max())
    return value.first()


__all__ = ["gathered"]

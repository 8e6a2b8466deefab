"""Aggregates: columns of an inner scope brought to the rows of the outer one."""

from typing import TYPE_CHECKING

import polars as pl

from .nodes import Gathered, Ranked, Spread
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
    return _grouped(node, work, owner, height, apart)


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


def _grouped(node: Gathered, work: "Work", owner: pl.Series, height: int, apart: bool) -> pl.Series:
    columns = {OWNER: owner}
    for name, part in ((TEST, node.tests), (VALUE, node.values), (RANK, node.ranks)):
        if part is not None:
            columns[name] = work.series(part, node.inside)
    frame = pl.DataFrame(columns)
    truth = node.op in ("any", "all")
    unknown = None
    if node.tests is not None and not truth:
        if frame[TEST].null_count():
            unknown = frame.filter(pl.col(TEST).is_null())[OWNER].unique()
        frame = frame.filter(TEST)
    if node.take is not None:
        if not (apart and _as_given(node)):
            frame = frame.sort(_order(frame), maintain_order=True)
        frame = _last(frame, node.take, node.op == "last_but_one")
    if node.op in ("last", "last_but_one"):  # one of each owner is left
        found = frame.select(OWNER, pl.col(VALUE).alias("found"))
    else:
        found = frame.group_by(OWNER).agg(_aggregate(node.op).alias("found"))
    everyone = counting(height).to_frame(OWNER)
    missing = pl.lit(None)
    none = {"any": False, "all": True, "count": 0, "sum": 0, "union": 0}.get(node.op)
    if none is not None:
        found = found.with_columns(here=True)
        missing = pl.when(pl.col("here").is_null()).then(pl.lit(none, dtype=node.form.dtype))
    if unknown is not None:
        open_ = pl.DataFrame({OWNER: unknown}).with_columns(open=True)
        everyone = everyone.join(open_, on=OWNER, how="left", maintain_order="left")
    joined = everyone.join(found, on=OWNER, how="left", maintain_order="left")
    value = pl.col("found").cast(node.form.dtype)
    if none is not None:
        value = pl.coalesce(value, missing)
    if unknown is not None:
        value = pl.when(pl.col("open").is_null()).then(value)
    return joined.select(value.alias("found"))["found"]


def _last(frame: pl.DataFrame, take: int, but_one: bool) -> pl.DataFrame:
    """The last so many of each owner; with `but_one` the first of two, where there are two."""
    owner = pl.col(OWNER)
    late = (owner.shift(-take) != owner).fill_null(True)
    if but_one:
        late = late & (owner.shift(-1) == owner).fill_null(False)
    return frame.filter(late)


def _order(frame: pl.DataFrame) -> list[pl.Expr]:
    """What to sort by: one number where the owner and the rank fit into it."""
    owner, rank = pl.col(OWNER), pl.col(RANK)
    if frame.schema[RANK] not in (pl.Int8, pl.Int16, pl.Int32, pl.UInt32):
        return [owner, rank]
    above = rank.cast(pl.Int64) + pl.lit(2**31 + 1, dtype=pl.Int64)
    return [owner.cast(pl.Int64) * pl.lit(2**33, dtype=pl.Int64) + above.fill_null(0)]


def _as_given(node: Gathered) -> bool:
    """Whether picks order as the instances lie anyway."""
    ranks = node.ranks.parts[0] if isinstance(node.ranks, Spread) else node.ranks
    return isinstance(ranks, Ranked) and not ranks.parts


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

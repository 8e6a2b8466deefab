"""The day of each case, and the rules that it selects."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from typing import Final

import polars as pl

from matchrules.cohort.asked import Asked
from matchrules.cohort.checking import MARKS
from matchrules.cohort.columns import CODE, ROW, read_column
from matchrules.cohort.pieces import Part, Piece
from matchrules.engine.columnar.columns import CASE
from matchrules.ir import RuleBase
from matchrules.types import Date

DAY: Final = "as_of"


def days_of(asked: Asked, piece: Piece, part: Part | None, column: str) -> tuple[
    pl.Series, pl.DataFrame
]:  # fmt: skip
    """The day of each case, null where it cannot be told; and those cases, marked."""
    fixed = None if isinstance(asked.as_of, str) else asked.as_of
    marks = pl.DataFrame(schema=MARKS)
    if part is None:
        return pl.repeat(fixed, piece.cases, dtype=pl.Date(), eager=True).alias(DAY), marks
    read = read_column(part.frame, column, Date())
    days, wrong = read.value.alias(DAY), []
    if read.wrong is not None:
        wrong.append(_marks(part.cases_of(read.wrong[ROW]), read.wrong[CODE]))
    if part.cases is not None:
        days, different = _of_cases(days, part.cases, piece.cases)
        wrong.append(_marks(different, "MR506"))
    if fixed is not None:
        other = (days != fixed).fill_null(False)
        wrong.append(_marks(other.arg_true(), "MR506"))
        days = days.fill_null(fixed)
    told = pl.concat([marks, *wrong])
    missing = days.is_null().arg_true().cast(pl.UInt32)
    unsaid = missing.filter(~missing.is_in(told[CASE].implode()))
    told = pl.concat([told, _marks(unsaid, "MR506")])
    if told.height:
        faulty = told[CASE].unique()
        nothing = pl.repeat(None, len(faulty), dtype=pl.Date(), eager=True)
        days = days.scatter(faulty, nothing)
    return days, told


def _marks(cases: pl.Series, code: str | pl.Series) -> pl.DataFrame:
    codes = code if isinstance(code, pl.Series) else pl.lit(code)
    found = cases.cast(pl.UInt32).alias(CASE).to_frame()
    return found.with_columns(codes.alias(CODE), pl.lit(DAY).alias("path"))


def _of_cases(days: pl.Series, cases: pl.Series, count: int) -> tuple[pl.Series, pl.Series]:
    """The one day that the rows of a case tell, and the cases with several."""
    each = (
        pl.DataFrame({CASE: cases, DAY: days})
        .drop_nulls(DAY)
        .group_by(CASE)
        .agg(pl.col(DAY).first(), (pl.col(DAY).n_unique() > 1).alias("several"))
        .sort(CASE)
    )
    every = pl.select(pl.int_range(count, dtype=pl.UInt32).alias(CASE))
    whole = every.join(each, on=CASE, how="left", maintain_order="left")
    return whole[DAY], each.filter("several")[CASE]


def eras(bases: tuple[RuleBase, ...], days: pl.Series) -> Iterator[tuple[RuleBase, pl.Series]]:
    """Each rule base that is in force on one of the days, with the cases that have them."""
    for base in bases:
        chosen = days >= base.start
        if base.end is not None:
            chosen = chosen & (days < base.end)
        chosen = chosen.fill_null(False)
        if chosen.any():
            yield base, chosen


def spans(base: RuleBase, days: pl.Series) -> Iterator[pl.Series]:
    """The cases between whose days no value of a parameter starts."""
    starts = sorted({
        row.start for parameter in base.parameters.values() for row in parameter.rows
        if row.start is not None
    })  # fmt: skip
    low, high = days.min(), days.max()
    assert isinstance(low, date) and isinstance(high, date)
    if bisect_right(starts, low) == bisect_right(starts, high):
        yield pl.repeat(True, len(days), dtype=pl.Boolean, eager=True)
        return
    span = pl.Series(starts, dtype=pl.Date).search_sorted(days, "right")
    for each in span.unique().sort().to_list():
        yield span == each


__all__ = ["days_of", "eras", "spans"]

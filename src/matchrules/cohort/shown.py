"""Values in the form in which users see them in frames."""

from collections.abc import Callable, Iterable
from typing import Any

import polars as pl

from matchrules.engine.columnar.columns import dtype_of
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    YesNo,
    decimal_of,
)

MOST_DIGITS = 38  # of a decimal in a frame


def shown_dtype(types: Iterable[Type]) -> pl.DataType:
    """The type of a column whose values are of that type; in eras that differ, of those."""
    known = list(dict.fromkeys(types))
    if all(isinstance(type_, Number) for type_ in known):
        places = max(type_.places or 0 for type_ in known if isinstance(type_, Number))
        if places:
            return pl.Decimal(MOST_DIGITS, places)
        large = any(dtype_of(type_) == pl.Int128 for type_ in known)
        return pl.Int128() if large else pl.Int64()
    if len({type(type_) for type_ in known}) > 1:
        return pl.String()
    match known[0]:
        case YesNo():
            return pl.Boolean()
        case Date():
            return pl.Date()
        case SetOf():
            return pl.List(pl.String())
        case Enum(members=members) if len(known) == 1:
            return pl.Enum(members)
    return pl.String()


def shown(column: pl.Series, type_: Type, dtype: pl.DataType) -> pl.Series:
    """A column in inner form as users see it, as that dtype."""
    found: pl.Series
    match type_:
        case Number(places=places) if places:
            found = column.cast(pl.Decimal(MOST_DIGITS, places)) / 10**places
        case Enum(members=members):
            found = pl.Series(members, dtype=pl.Enum(members)).gather(column.cast(pl.UInt32))
        case AnyDayOfYear():
            found = _each(column, lambda day: str(DayOfYear(day // 100, day % 100)), pl.String())
        case SetOf(of):
            found = _each(
                column, lambda bits: sorted(m for n, m in enumerate(of.members) if bits >> n & 1),
                pl.List(pl.String),
            )  # fmt: skip
        case _:
            found = column
    if isinstance(type_, SetOf) and dtype == pl.String:  # in other eras it is no set
        return found.list.join(", ")
    return found.cast(dtype)


def plain(column: pl.Series, type_: Type) -> pl.Series:
    """A column in inner form as JSON has it: decimals and days as texts."""
    dtype = shown_dtype([type_])
    found = shown(column, type_, dtype)
    keep = isinstance(type_, YesNo | Text | SetOf) or dtype == pl.Int64
    return found if keep else found.cast(pl.String)


def texts(column: pl.Series, type_: Type) -> pl.Series:
    """A column in inner form as texts."""
    found = plain(column, type_)
    if isinstance(type_, YesNo):
        return found.replace_strict({True: "true", False: "false"}, return_dtype=pl.String)
    return found.cast(pl.String)


def python_shown(value: Any, dtype: pl.DataType) -> Any:
    """A value of a decision as one of a column of that dtype."""
    if value is None or isinstance(value, bool):
        return value if dtype != pl.String or value is None else str(value).lower()
    if isinstance(value, frozenset):
        return sorted(value) if isinstance(dtype, pl.List) else ", ".join(sorted(value))
    if isinstance(dtype, pl.Decimal):
        return decimal_of(value, dtype.scale) if isinstance(value, int) else value
    return str(value) if dtype == pl.String or isinstance(dtype, pl.Enum) else value


def _each(column: pl.Series, show: Callable[[Any], Any], dtype: pl.DataType) -> pl.Series:
    """Each different value shown once."""
    different = column.unique().drop_nulls()
    values = pl.Series([show(value) for value in different.to_list()], dtype=dtype)
    which = column.replace_strict(
        different, pl.int_range(len(different), dtype=pl.UInt32, eager=True), default=None,
        return_dtype=pl.UInt32,
    )  # fmt: skip
    return values.gather(which)


__all__ = ["plain", "python_shown", "shown", "shown_dtype", "texts"]

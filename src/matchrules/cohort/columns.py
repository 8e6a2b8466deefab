"""Columns as users give them, in the form in which they are decided.

What a whole column shows to be right is taken as it is. Where that leaves doubt, each different
value is read by `case.values`, as the value of a case file is, so that both give the same words.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

import polars as pl
from attrs import frozen

from matchrules.case.values import Misread, Written, read_value
from matchrules.engine.columnar.columns import dtype_of
from matchrules.types import AnyDayOfYear, Date, Enum, Number, SetOf, Text, Type, Value, YesNo

# A whole number of so many digits over a power of ten is the float nearest to that decimal, and no
# other decimal of as few digits is: what the float prints as.
_EXACT: Final = 10**15
_EXACT_SINGLE: Final = 10**6  # of a Float32
_FEW: Final = 8  # members: quicker compared one after the other than looked up
_BITS: Final = 64  # members of a set
_FIRST_DAY: Final = pl.date(1, 1, 1)
_LAST_DAY: Final = pl.date(9999, 12, 31)
_PRINTED: Final = 90_000_000  # days before and after 1970 that Polars can print, and some more
_LABELS: Final = (pl.String, pl.Categorical, pl.Enum)


@frozen(eq=False)
class Way:
    """How a column is read in one go.

    `value` is its inner form where nothing is in doubt. `sure` tells whether anything is (None:
    something is where `value` has more nulls than the column). `careful` is null wherever there is
    doubt (None: as `value`). `first` is worked out before, as the column `FIRST`.
    """

    value: pl.Expr
    sure: pl.Expr | None = None
    careful: pl.Expr | None = None
    first: pl.Expr | None = None


@frozen(eq=False)
class Column:
    """A column that was read. `wrong` has the rows that mean nothing, with the code of what is
    wrong; None where there are none."""

    value: pl.Series
    wrong: pl.DataFrame | None = None


ROW: Final = "row"
CODE: Final = "code"


def fits(dtype: pl.DataType, type_: Type) -> bool:
    """Whether values of that kind can be meant for an attribute of that type."""
    if dtype == pl.Null or dtype == pl.String:
        return True
    match type_:
        case YesNo():
            return dtype == pl.Boolean
        case Number(places=0):
            whole = isinstance(dtype, pl.Decimal) and dtype.scale == 0
            return dtype.is_integer() or whole
        case Number():
            return dtype.is_numeric()
        case Date():
            return dtype == pl.Date
        case SetOf():
            return isinstance(dtype, pl.List | pl.Array) and (
                dtype.inner == pl.Null or dtype.inner in _LABELS
            )
    return isinstance(dtype, pl.Categorical | pl.Enum)


def read_column(frame: pl.DataFrame, name: str, type_: Type) -> Column:
    """One column of a frame in inner form."""
    return read_columns(frame, [(name, type_)])[0]


def read_columns(frame: pl.DataFrame, wanted: Iterable[tuple[str, Type]]) -> list[Column]:
    """Columns of a frame in inner form, in one go."""
    found = []
    asked = [(name, type_, _way(frame[name], type_, f"@{n}")) for n, (name, type_) in
             enumerate(wanted)]  # fmt: skip
    firsts = [
        way.first.alias(f"@{n}") for n, (*_, way) in enumerate(asked) if way.first is not None
    ]
    if firsts:
        frame = frame.with_columns(firsts)
    values = frame.select(way.value.alias(str(n)) for n, (*_, way) in enumerate(asked))
    checks = frame.select(
        way.sure.alias(str(n)) for n, (*_, way) in enumerate(asked) if way.sure is not None
    )
    sure = checks.row(0, named=True) if checks.width and checks.height else {}
    for n, (name, type_, way) in enumerate(asked):
        value = values[str(n)]
        if way.sure is None:
            fine = value.null_count() == frame[name].null_count()
        else:
            fine = sure.get(str(n)) is not False
        found.append(Column(value) if fine else _doubted(frame, name, type_, way))
    return found


def python_of(raw: Any, type_: Type) -> Any:
    """A value of a column as one of a case file: a text is what is written between quotes, and a
    set may be written as one."""
    if isinstance(raw, str):
        if isinstance(type_, SetOf):
            return _members(raw)
        return Written(raw, bare=False)
    if isinstance(raw, list):
        return [Written(m, bare=False) if isinstance(m, str) else m for m in raw]
    return raw


def _members(raw: str) -> Any:
    """`a; b` or `a, b`, in parentheses or not; `()` is the empty set."""
    inside = raw.strip()
    if inside.startswith("(") and inside.endswith(")"):
        inside = inside[1:-1].strip()
        if not inside:
            return []
    if not inside:
        return Written(raw, bare=False)
    parts = inside.replace(";", ",").split(",")
    return [Written(part.strip(), bare=False) for part in parts]


def listed(column: pl.Series) -> list[Any]:
    """The values as Python has them; days that Python does not have as texts."""
    if column.dtype == pl.Date:
        inside = column.to_frame().select(
            pl.col(column.name).is_between(_FIRST_DAY, _LAST_DAY).all()
        )
        if not inside.item():
            column = _day_texts(column)
    if column.dtype == pl.Float32:  # 0.1 is to be 0.1, not what follows it in a longer float
        column = column.cast(pl.String).cast(pl.Float64)
    return column.to_list()


def _day_texts(column: pl.Series) -> pl.Series:
    """Any days as texts, also those for which Polars has none."""
    number = pl.col("day").to_physical()
    return (
        column.rename("day").to_frame()
        .select(
            pl.when(number.is_between(-_PRINTED, _PRINTED)).then(pl.col("day")).cast(pl.String)
            .fill_null(pl.format("day {} from 1970-01-01 on", number))
        )
        .to_series()
        .alias(column.name)
    )  # fmt: skip


# Ways -----------------------------------------------------------------------------------------


def _way(given: pl.Series, type_: Type, first: str) -> Way:
    column, into, dtype = pl.col(given.name), dtype_of(type_), given.dtype
    if dtype == pl.Null or not fits(dtype, type_):  # of one that does not fit all are null
        return Way(_nothing(into))
    match type_:
        case YesNo() if dtype == pl.Boolean:
            return Way(column)
        case Number() if dtype.is_integer():
            return _whole(column, type_, into)
        case Number() if dtype.is_float():
            return _float(column, dtype, type_, first)
        case Number() if isinstance(dtype, pl.Decimal):
            return _decimal(column, dtype, type_, into)
        case Text():
            return Way(column if dtype == pl.String else column.cast(pl.String))
        case Date() if dtype == pl.Date:
            days = column.is_between(_FIRST_DAY, _LAST_DAY)
            within = (column.min() >= _FIRST_DAY) & (column.max() <= _LAST_DAY)
            return Way(column, within, pl.when(days).then(column))
        case Date():
            day = column.str.to_date("%Y-%m-%d", strict=False)
            shaped = column.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$") & (day >= _FIRST_DAY)
            return Way(pl.when(shaped).then(day))
        case Enum():
            return Way(_place(given, type_, into))
        case SetOf() if isinstance(dtype, pl.List | pl.Array) and dtype.inner != pl.Null:
            return _set(column, dtype, type_, into)
    return Way(_nothing(into))


def _nothing(into: pl.DataType) -> pl.Expr:
    return pl.repeat(None, pl.len(), dtype=into)


def _place(given: pl.Series, type_: Enum, into: pl.DataType) -> pl.Expr:
    """The place of a member among those declared, null where it is none."""
    column, members = pl.col(given.name), type_.members
    if given.dtype == pl.String:
        if len(members) > _FEW:
            return column.cast(pl.Enum(members), strict=False).to_physical().cast(into)
        place = pl.lit(None, into)
        for n, member in reversed(tuple(enumerate(members))):
            place = pl.when(column == member).then(pl.lit(n, into)).otherwise(place)
        return place
    places = {member: n for n, member in enumerate(members)}
    if isinstance(given.dtype, pl.Enum):
        known = given.dtype.categories.to_list()
        if known == [*members]:
            return column.to_physical().cast(into)
        there = [*map(places.get, known), None]
    else:
        used = given.unique().drop_nulls()
        codes = used.to_physical().to_list()
        there = [None] * (max(codes, default=0) + 1)
        for code, label in zip(codes, used.to_list(), strict=True):
            there[code] = places.get(label)
    return pl.lit(pl.Series(there, dtype=into)).gather(column.to_physical())


def _bounds(type_: Number) -> tuple[int | Fraction, int | Fraction]:
    assert type_.low is not None and type_.high is not None  # attributes have a range
    return type_.low, type_.high


def _whole(column: pl.Expr, type_: Number, into: pl.DataType) -> Way:
    low, high = _bounds(type_)
    lowest, highest = _int(ceil(low)), _int(floor(high))
    places = type_.places or 0
    inside = pl.when(column.is_between(lowest, highest)).then(column)
    return Way(
        _scaled(column, places, into), (column.min() >= lowest) & (column.max() <= highest),
        _scaled(inside, places, into),
    )  # fmt: skip


def _int(value: int) -> pl.Expr:
    return pl.lit(value, pl.Int64 if abs(value) < 2**63 else pl.Int128)


def _scaled(column: pl.Expr, places: int, into: pl.DataType) -> pl.Expr:
    value = column.cast(into, strict=False)
    return value * pl.lit(10**places, into) if places else value


def _float(column: pl.Expr, dtype: pl.DataType, type_: Number, first: str) -> Way:
    places, single = type_.places or 0, dtype == pl.Float32
    low, high = (bound * 10**places for bound in _bounds(type_))
    most = _EXACT_SINGLE if single else _EXACT
    least, largest = float(max(ceil(low), -most)), float(min(floor(high), most))
    whole = pl.col(first)
    # Polars divides by one number as it multiplies by its reciprocal, which rounds otherwise: the
    # divisor is a column
    divisor = column.cast(pl.Float64) * 0.0 + 10.0**places
    same = (whole / divisor).cast(dtype) == column
    # NaN is the same as itself, and larger than all else, but not to `max`
    within = (whole.min() >= least) & (whole.max() <= largest) & ~column.is_nan().any()
    # what is past the range of an integer is found to be out of range, so it may be anything here
    value = whole.cast(dtype_of(type_), wrap_numerical=True)
    return Way(
        value, same.all() & within, pl.when(same & whole.is_between(least, largest)).then(value),
        (column.cast(pl.Float64) * 10.0**places + 0.5).floor(),
    )  # fmt: skip


def _decimal(column: pl.Expr, dtype: pl.Decimal, type_: Number, into: pl.DataType) -> Way:
    places, scale = type_.places or 0, dtype.scale
    low, high = (bound * 10**places for bound in _bounds(type_))
    raw = column.to_physical().cast(pl.Int128)
    if scale > places:
        by = pl.lit(10 ** (scale - places), pl.Int128)
        value, whole = raw // by, raw % by == 0
    else:
        by = pl.lit(10 ** (places - scale), pl.Int128)
        most = 2**126 // 10 ** (places - scale)
        value, whole = raw * by, raw.is_between(pl.lit(-most, pl.Int128), pl.lit(most, pl.Int128))
    fine = whole & value.is_between(_int(ceil(low)), _int(floor(high)))
    value = value.cast(into, strict=False)
    return Way(value, fine.all(), pl.when(fine).then(value))


def _set(column: pl.Expr, dtype: pl.List | pl.Array, type_: SetOf, into: pl.DataType) -> Way:
    members = type_.of.members
    if isinstance(dtype, pl.Array):
        column = column.arr.to_list()
    if len(members) > _BITS:
        return Way(_nothing(into))
    place = pl.element().cast(pl.Enum(members), strict=False).to_physical().cast(pl.UInt32)
    bit = place.replace_strict(
        list(range(len(members))), [2**n for n in range(len(members))], default=None,
        return_dtype=pl.UInt64,
    )  # fmt: skip
    bits = column.list.eval(bit).list.sum()
    # As many bits as members: each of them is one of the enum, and none is there twice.
    return Way(pl.when(bits.bitwise_count_ones() == column.list.len()).then(bits))


# Doubt ----------------------------------------------------------------------------------------


def _doubted(frame: pl.DataFrame, name: str, type_: Type, way: Way) -> Column:
    """A column in which something is not read in one go."""
    into = dtype_of(type_)
    raw = frame[name]
    careful = way.value if way.careful is None else way.careful
    value = frame.select(careful.alias(name)).to_series()
    doubtful = value.is_null() & raw.is_not_null()
    rows = doubtful.arg_true()
    asked = raw.gather(rows)
    different, which = _different(asked)
    # Where each of them is read as what: its inner form, or the code of what is wrong.
    read = [_read(each, type_) for each in different]
    values = pl.Series(name, [one[0] for one in read], into).gather(which)
    value = value.scatter(rows, values)
    codes = pl.Series(CODE, [one[1] for one in read], pl.String).gather(which)
    wrong = pl.DataFrame({ROW: rows, CODE: codes}).filter(pl.col(CODE).is_not_null())
    return Column(value, wrong if wrong.height else None)


def _different(asked: pl.Series) -> tuple[list[Any], pl.Series]:
    """The different values, and for each row which of them it has."""
    if isinstance(asked.dtype, pl.List | pl.Array):
        places: dict[Any, int] = {}
        found = [places.setdefault(tuple(each), len(places)) for each in asked.to_list()]
        return [list(each) for each in places], pl.Series(found, dtype=pl.UInt32)
    which = asked.rank("dense").cast(pl.UInt32) - 1
    frame = pl.DataFrame({"value": asked, "which": which}).unique("which").sort("which")
    return listed(frame["value"]), which


def _read(raw: Any, type_: Type) -> tuple[Any, str | None]:
    try:
        value = read_value(python_of(raw, type_), type_)
    except Misread as fault:
        return None, fault.code
    return None if value is None else inner_of(type_)(value), None


def inner_of(type_: Type) -> Callable[[Any], Value]:
    """What makes a value of the language one in inner form."""
    match type_:
        case Number(places=places):
            return lambda value: int(value * 10 ** (places or 0))
        case Enum(members=members):
            place = {member: n for n, member in enumerate(members)}
            return lambda value: place[value]
        case SetOf(of):
            # larger sets have no inner form: their books are not decided in columns
            bits = {member: 2**n for n, member in enumerate(of.members[:_BITS])}
            return lambda value: sum(bits.get(member, 0) for member in value)
        case AnyDayOfYear():
            return lambda value: int(value.month * 100 + value.day)
    return lambda value: value


__all__ = [
    "CODE", "ROW", "Column", "fits", "inner_of", "listed", "python_of", "read_column",
    "read_columns",
]  # fmt: skip

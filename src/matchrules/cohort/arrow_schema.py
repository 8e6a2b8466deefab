"""What goes into deciding Arrow batches, and what comes out: their columns and types."""

from typing import TYPE_CHECKING, Any

from matchrules.cohort.extra import polars
from matchrules.diagnostics.model import UsageError
from matchrules.types import Date, Number, SetOf, Type, YesNo

if TYPE_CHECKING:
    import pyarrow as pa

    from matchrules.ir import FactDeclaration
    from matchrules.rulebook import Book


def arrow() -> Any:
    """The module; a `UsageError` that names the extra where it is not installed."""
    try:
        import pyarrow
    except ImportError:
        raise UsageError(
            'Arrow batches need pyarrow; install it with: pip install "matchrules[spark]"'
        ) from None
    return pyarrow


def case_schema(
    book: "Book", key: str = "id", key_type: "pa.DataType | None" = None
) -> "pa.Schema":
    """The columns of a frame with one whole case in each row: `key`, `as_of`, and one for each fact
    of the book, a struct of its attributes, or a list of such structs for a many-fact.

    A text, unless `key_type` says otherwise, tells cases apart. What a frame leaves out is unknown.
    """
    pa = arrow()
    declared: dict[str, FactDeclaration] = {}
    for base in book.bases:
        declared |= base.facts
    columns = [
        (name, pa.list_(_struct(pa, fact)) if fact.many else _struct(pa, fact))
        for name, fact in sorted(declared.items())
    ]
    return pa.schema([(key, key_type or pa.string()), ("as_of", pa.date32()), *columns])


def _struct(pa: Any, fact: "FactDeclaration") -> Any:
    return pa.struct([(name, _type_of(pa, a.type)) for name, a in fact.attributes.items()])


def _type_of(pa: Any, type_: Type) -> Any:
    match type_:
        case YesNo():
            return pa.bool_()
        case Number(places=0):
            return pa.int64()  # no declared range goes further
        case Number(places=places):
            return pa.decimal128(38, places)
        case Date():
            return pa.date32()
        case SetOf():
            return pa.list_(pa.string())
    return pa.string()


def plain_type(dtype: Any) -> Any:
    """The Arrow type, of those that every engine knows, for a column of Polars."""
    pa, pl = arrow(), polars()
    if isinstance(dtype, pl.Struct):
        return pa.struct([(f.name, plain_type(f.dtype)) for f in dtype.fields])
    if isinstance(dtype, pl.List):
        return pa.list_(plain_type(dtype.inner))
    if isinstance(dtype, pl.Decimal):
        return pa.decimal128(dtype.precision or 38, dtype.scale)
    simple = {
        pl.Boolean: pa.bool_(), pl.Date: pa.date32(), pl.Float32: pa.float32(),
        pl.Float64: pa.float64(), pl.Int8: pa.int8(), pl.Int16: pa.int16(), pl.Int32: pa.int32(),
        pl.Int64: pa.int64(), pl.Int128: pa.decimal128(38, 0), pl.UInt8: pa.int16(),
        pl.UInt16: pa.int32(), pl.UInt32: pa.int64(), pl.UInt64: pa.decimal128(20, 0),
    }  # fmt: skip
    return simple.get(dtype.base_type(), pa.string())


__all__ = ["arrow", "case_schema", "plain_type"]

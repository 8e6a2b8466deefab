"""Whole cases in Arrow record batches, one a row, decided piece by piece: what Spark, Dask, Ray and
their like call on each of their workers.

What comes out is one stream of batches with one schema, so that advice and errors take one pass:
the key, `what` the row tells (`advice`, `error`, `derived` or `derived_…`), and for each of these a
struct of that name, null in the rows that tell something else.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, Unpack

from attrs import evolve, frozen

from matchrules.cohort.arrow_schema import arrow, plain_type
from matchrules.cohort.arrow_torn import torn_errors, torn_rows
from matchrules.cohort.asked import Asked, Extra, FrameEngine, Output
from matchrules.cohort.extra import polars
from matchrules.cohort.result import schemas
from matchrules.cohort.shipping import Shipment
from matchrules.diagnostics.model import CaseErrors, Diagnostic, UsageError
from matchrules.diagnostics.suggest import did_you_mean

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from matchrules.cohort.result import FrameDecision
    from matchrules.ir import FactDeclaration
    from matchrules.rulebook import Book

ROWS: Final = 100_000  # cases at a time
_MOST_BYTES: Final = 256 * 1024 * 1024  # of the cases of one piece
_ROWS_OUT: Final = 65_536  # of a batch that comes out
_ROW: Final = "@row"
WHAT: Final = "what"


class Options(TypedDict, total=False):
    """The arguments of `Book.decide_frame` from `as_of` on, and two more.

    `size` is how many cases are decided at a time (100,000). `errors="raise"` raises `CaseErrors`
    at the first case at fault; `"rows"` tells faults among the rows that come out.
    """

    as_of: date | str | None
    output: Output
    derived: bool
    texts: bool
    explain: int
    extra: Extra
    engine: FrameEngine
    errors: Literal["rows", "raise"]
    size: int


def decide_batches(
    book: "Book | Shipment",
    batches: "Iterable[pa.RecordBatch]",
    key: str = "id",
    **options: Unpack[Options],
) -> "Iterator[pa.RecordBatch]":
    """The decisions on Arrow batches with one whole case in each row, in the order of the cases.

    The columns that go in are those of `case_schema`, those that come out of `decided_schema`.
    Two rows with the same key are two cases. `explain` counts the cases of all the batches
    together.
    """
    return Deciding.of(book, key, **options).batches(batches)


def decided_schema(
    book: "Book | Shipment", schema: "pa.Schema", key: str = "id", **options: Unpack[Options]
) -> "pa.Schema":
    """The columns that `decide_batches` gives for batches of that schema.

    Raises `CaseErrors` where these do not fit the rules.
    """
    return Deciding.of(book, key, **options).schema(schema)


def decide_sent(
    sha256: str,
    content: bytes,
    names: Sequence[str],
    key: str,
    options: Options,
    batches: "Iterable[pa.RecordBatch]",
) -> "Iterator[pa.RecordBatch]":
    """`decide_batches` on a worker of Spark, which was sent the rules and the names of the columns.

    Another version of matchrules may call this: its name and arguments are to stay.
    """
    pa = arrow()
    named = (pa.RecordBatch.from_arrays(batch.columns, names=list(names)) for batch in batches)
    return decide_batches(Shipment(sha256, content), named, key, **options)


@frozen(eq=False)
class Deciding:
    """What is decided, and how."""

    rules: "Book | Shipment"
    asked: Asked
    errors: str
    size: int

    @classmethod
    def of(
        cls,
        book: "Book | Shipment",
        key: str = "id",
        *,
        errors: str = "rows",
        size: int = ROWS,
        **options: Any,
    ) -> "Deciding":
        polars(), arrow()  # both are needed: this says so
        asked = Asked(key, **options)
        if errors not in ("rows", "raise"):
            raise UsageError(f"`errors` is `rows` or `raise`, not {errors!r}")
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise UsageError(f"`size` is a number of cases, not {size!r}")
        if key in (WHAT, "advice", "error", "derived"):
            raise UsageError(f"the key cannot be called `{key}`: a column that comes out is")
        return cls(book, asked, errors, size)

    @property
    def book(self) -> "Book":
        return self.rules.book() if isinstance(self.rules, Shipment) else self.rules

    def schema(self, schema: "pa.Schema") -> "pa.Schema":
        """What comes out for what goes in. A column is judged by its type, whatever is in it."""
        import polars as pl

        pa = arrow()
        from matchrules.cohort.naming import given

        key = schema.field(self._key_in(schema.names))
        columns = self._whole(schema.empty_table()).schema
        given(self.book.bases, self._frames(_one_of_each(columns)), self._inside)
        found = schemas(self.book, self._inside, pl.UInt32())
        parts = {"advice": found.advice, "error": found.errors}
        if found.derived is not None:
            parts["derived"] = found.derived
            parts |= {f"derived_{fact}": each for fact, each in found.instances.items()}
        structs = [(name, _struct(part)) for name, part in parts.items()]
        return pa.schema([pa.field(key.name, key.type), (WHAT, pa.string()), *structs])

    def batches(self, given: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        """What is decided of those cases."""
        left = self.asked.explain
        out: Any = None
        for table in _pieces(given, self.size):
            out = out or self.schema(table.schema)
            decided = self._decided(table, left)
            left = max(0, left - decided.errors[_ROW].n_unique())
            parts = {"advice": decided.advice, "error": decided.errors}
            if decided.derived is not None:
                parts["derived"] = decided.derived
            parts |= {f"derived_{fact}": each for fact, each in decided.instances.items()}
            for name, frame in parts.items():
                yield from _told(table, name, frame, out)

    @property
    def _inside(self) -> Asked:
        """What is asked of the frames of a piece: its cases are told apart by their rows."""
        return evolve(self.asked, key=_ROW)

    def _key_in(self, names: Sequence[str]) -> str:
        """The name of the key, where the columns have it once."""
        key = self.asked.key
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(f"there are several columns called `{twice[0]}`: rename one")
        if key not in names:
            near = did_you_mean(key, names)
            raise UsageError(
                f"there is no column `{key}` with the keys of the cases; the columns are "
                f"{', '.join(f'`{name}`' for name in names[:12])}: say which with `key=…`"
                + (f" ({near})" if near else "")
            )
        return key

    def _whole(self, table: "pa.Table") -> "pl.DataFrame":
        """The cases with their rows for keys."""
        import polars as pl

        found: pl.DataFrame = pl.DataFrame(table.drop_columns([self.asked.key]))
        return found.with_row_index(_ROW)

    def _frames(self, whole: "pl.DataFrame") -> "dict[str, pl.DataFrame]":
        """A frame for each fact of those cases, which are told apart by their rows."""
        from matchrules.cohort.batch.shape import from_frame

        return from_frame(self.book, whole, self._inside, self._declared())

    def _declared(self) -> "dict[str, FactDeclaration]":
        declared: dict[str, FactDeclaration] = {}
        for base in self.book.bases:
            declared |= base.facts
        return declared

    def _decided(self, table: "pa.Table", explain: int) -> "FrameDecision":
        from matchrules.cohort.deciding import decide_frame

        whole = self._whole(table)
        keys = table.column(self.asked.key)
        without = _rows_without(keys) if keys.null_count else None
        if without is not None:
            whole = whole.join(without, on=_ROW, how="anti", maintain_order="left")
        torn = torn_rows(table, self._declared(), _ROW)
        if torn is not None:
            if without is not None:
                torn = torn.join(without, on=_ROW, how="anti", maintain_order="left")
            whole = whole.join(torn, on=_ROW, how="anti", maintain_order="left")
        found = decide_frame(
            self.book, self._frames(whole), _ROW, as_of=self.asked.as_of,
            output=self.asked.output, derived=self.asked.derived, texts=self.asked.texts,
            explain=explain, extra=self.asked.extra, engine=self.asked.engine,
        )  # fmt: skip
        if torn is not None:
            left = explain - found.errors[_ROW].n_unique()
            told = torn_errors(self.book, table, torn, self.asked.as_of, left)
            found = self._with_faulty(found, told)
        if without is not None:
            found = evolve(found, errors=self._without_key(found.errors, without))
        if self.errors == "raise" and found.errors.height:
            raise _first(table, found.errors, self.asked.key)
        return found

    def _with_faulty(self, found: "FrameDecision", errors: "pl.DataFrame") -> "FrameDecision":
        """The same, with the errors of cases that were not among those decided."""
        import polars as pl

        whole = pl.concat(
            [found.errors, errors.select(found.errors.columns)], how="vertical_relaxed"
        )
        advice = found.advice
        if self.asked.output == "wide":
            rows = errors.select(pl.col(_ROW).unique(maintain_order=True).cast(advice[_ROW].dtype))
            advice = pl.concat([advice, rows], how="diagonal").sort(_ROW)
        return evolve(found, advice=advice, errors=whole.sort(_ROW, maintain_order=True))

    def _without_key(self, errors: "pl.DataFrame", rows: "pl.DataFrame") -> "pl.DataFrame":
        """The errors, with those of cases that have no key."""
        import polars as pl

        key = self.asked.key
        lost = rows.with_columns(
            code=pl.lit("MR524"), path=pl.lit(key), reason=pl.lit(f"`{key}` is missing"),
            help=pl.lit(f"give every case its `{key}`"),
        )  # fmt: skip
        whole = [errors, lost.select(errors.columns)]
        return pl.concat(whole, how="vertical_relaxed").sort(_ROW, maintain_order=True)


def _rows_without(keys: "pa.ChunkedArray") -> "pl.DataFrame":
    """The rows that have no key."""
    import polars as pl

    return pl.Series(keys.is_null()).arg_true().cast(pl.UInt32).alias(_ROW).to_frame()


def _pieces(given: "Iterable[pa.RecordBatch]", size: int) -> "Iterator[pa.Table]":
    """The batches in tables of so many rows, the last one less; fewer where rows are large."""
    pa = arrow()
    waiting: list[Any] = []
    rows = bytes_ = 0
    for batch in given:
        while batch.num_rows:
            part = batch.slice(0, size - rows)
            batch = batch.slice(part.num_rows)
            waiting.append(part)
            rows, bytes_ = rows + part.num_rows, bytes_ + part.nbytes
            if rows == size or bytes_ >= _MOST_BYTES:
                yield pa.Table.from_batches(waiting)
                waiting, rows, bytes_ = [], 0, 0
    if waiting:
        yield pa.Table.from_batches(waiting)


def _struct(columns: "pl.Schema") -> "pa.DataType":
    return arrow().struct([(n, plain_type(t)) for n, t in columns.items() if n != _ROW])


def _one_of_each(columns: "pl.Schema") -> "pl.DataFrame":
    """A case with some value in every column that can hold one."""
    import polars as pl

    found = [pl.Series(name, [_some(dtype)], dtype) for name, dtype in columns.items()]
    return pl.DataFrame(found)


def _some(dtype: Any) -> Any:
    import polars as pl

    if isinstance(dtype, pl.Struct):
        return {inside.name: _some(inside.dtype) for inside in dtype.fields}
    if isinstance(dtype, pl.List):
        return [_some(dtype.inner)]
    simple = {
        pl.Boolean: False, pl.String: "", pl.Categorical: "", pl.Binary: b"",
        pl.Decimal: Decimal(0), pl.Date: date.min, pl.Datetime: datetime(2000, 1, 1),
        pl.Duration: timedelta(), pl.Time: time(),
    }  # fmt: skip
    return 0 if dtype.is_numeric() and dtype != pl.Decimal else simple.get(dtype.base_type())


def _told(
    table: "pa.Table", name: str, frame: "pl.DataFrame", schema: "pa.Schema"
) -> "Iterator[pa.RecordBatch]":
    """The rows of one part as they come out."""
    pa = arrow()
    keys = table.column(schema.field(0).name)
    for part in frame.iter_slices(_ROWS_OUT):
        told = part.drop(_ROW).to_arrow().cast(pa.schema(list(schema.field(name).type)))
        columns = {each.name: pa.nulls(part.height, each.type) for each in schema}
        columns |= {
            schema.field(0).name: keys.take(part[_ROW].to_arrow()).combine_chunks(),
            WHAT: pa.repeat(name, part.height),
            name: told.to_struct_array().combine_chunks(),
        }
        yield pa.RecordBatch.from_arrays([*columns.values()], schema=schema)


def _first(table: "pa.Table", errors: "pl.DataFrame", key: str) -> CaseErrors:
    """What is wrong with the first case at fault."""
    first = errors.filter(errors[_ROW] == errors[_ROW].min())
    name = table.column(key)[first[_ROW][0]].as_py()
    return CaseErrors([
        Diagnostic(row["code"], f"`{key}` {name}: {row['reason']}", path=row["path"])
        for row in first.iter_rows(named=True)
    ])  # fmt: skip


__all__ = [
    "ROWS", "WHAT", "Deciding", "Options", "decide_batches", "decide_sent", "decided_schema",
]  # fmt: skip

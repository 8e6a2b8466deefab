"""A file of cases as pieces: frames as `decide_frame` takes them, keys in order, and what is wrong
with cases that are not even read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, Protocol

from attrs import evolve, field, frozen

from matchrules.cohort.asked import Asked as AskedOfFrames
from matchrules.cohort.batch import csv_cases
from matchrules.cohort.batch.faults import unopened
from matchrules.cohort.batch.faulty import keyless_fault
from matchrules.cohort.batch.json_cases import JsonCases
from matchrules.cohort.batch.lines import Lines, Record, cut
from matchrules.cohort.batch.output import format_of
from matchrules.cohort.batch.parquet import Rows
from matchrules.cohort.batch.shape import from_frame, from_rows
from matchrules.cohort.naming import AS_OF
from matchrules.diagnostics.model import CaseErrors, Diagnostic, UsageError
from matchrules.ir import FactDeclaration
from matchrules.types import Number

if TYPE_CHECKING:
    import polars as pl

    from matchrules.cohort.batch.asked import Asked
    from matchrules.rulebook import Book

Faults = dict[int, tuple[Diagnostic, ...]]
KEY: Final = "id"  # of a case, where there is such a column and none is named


@frozen(eq=False)
class Piece:
    """Some cases. `keys` has all of them, null where a case has none; `faults`, by places, those
    that are not in `frames`. `next` is where the next piece begins, `far` how far that is."""

    keys: "pl.Series" = field(repr=False)
    frames: "Mapping[str, pl.DataFrame]" = field(repr=False)
    faults: "Faults"
    next: Mapping[str, int]
    far: int


class Pieces(Protocol):
    """A file of cases. `counted`: keys are their numbers. `whole` is how far the file goes."""

    @property
    def key(self) -> str: ...
    @property
    def counted(self) -> bool: ...
    @property
    def whole(self) -> int: ...

    def read(self, at: Mapping[str, int] | None) -> Iterator[Piece]:
        """The pieces from there on; from the start, at least one."""


def open_pieces(book: "Book", asked: "Asked") -> Pieces:
    """The file of cases, looked at so far as to know its columns."""
    kind = format_of(asked.cases)
    if kind == ".parquet":
        return _parquet(book, asked)
    try:
        size = asked.cases.stat().st_size
    except OSError as error:
        raise unopened(asked.cases, error) from None
    return _csv(book, asked, size) if kind == ".csv" else _ndjson(book, asked, size)


@frozen(eq=False)
class _Columns:
    """What the columns of a file mean for the rules."""

    book: "Book"
    asked: "Asked"
    key: str
    counted: bool
    declared: Mapping[str, FactDeclaration]

    @classmethod
    def of(cls, book: "Book", asked: "Asked", names: Sequence[str], counted: str) -> "_Columns":
        """`counted` is the name for the numbers of cases, where they have no keys."""
        if asked.key is not None and asked.key not in names:
            raise CaseErrors([csv_cases.missing_column(asked.key, asked.cases, names)])
        key = asked.key or (KEY if KEY in names else None)
        name = key or (counted if counted not in names else f"@{counted}")
        return cls(book, asked, name, key is None, declared_in(book))

    def frames(self, frame: "pl.DataFrame") -> "dict[str, pl.DataFrame]":
        """The frames of the facts in a frame with a row for each case; without those that have no
        key."""
        import polars as pl

        wanted = AskedOfFrames(self.key, self.asked.as_of, extra=self.asked.extra)
        if frame[self.key].null_count():
            frame = frame.filter(pl.col(self.key).is_not_null())
        return from_frame(self.book, frame, wanted, self.declared)

    def keyless(self, keys: "pl.Series", numbers: Sequence[int], called: str) -> Faults:
        """What is to be said of cases without a key; `numbers` tell where each stands."""
        fault = keyless_fault(self.key)
        return {
            place: (evolve(fault, notes=(f"{called} {numbers[place]:,}",)),)
            for place in keys.is_null().arg_true()
        }


def declared_in(book: "Book") -> dict[str, FactDeclaration]:
    """The facts of all eras, as the latest rules declare them."""
    return {name: fact for base in book.bases for name, fact in base.facts.items()}


def _parquet(book: "Book", asked: "Asked") -> Pieces:
    rows = Rows.open(asked.cases)
    columns = _Columns.of(book, asked, list(rows.schema), "row")
    return _Parquet(columns.key, columns.counted, rows.rows, rows, columns)


@frozen(eq=False)
class _Parquet:
    key: str
    counted: bool
    whole: int
    rows: Rows
    columns: _Columns

    def read(self, at: Mapping[str, int] | None) -> Iterator[Piece]:
        start = 0 if at is None else at["row"]
        while at is None or start < self.whole:
            frame = self.rows.take(start, self.columns.asked.piece)
            if self.counted:
                frame = frame.with_row_index(self.key, start + 1)
            keys = frame[self.key]
            faults = self.columns.keyless(keys, range(start + 1, start + 1 + len(keys)), "row")
            start += frame.height
            at = {"row": start}
            yield Piece(keys, self.columns.frames(frame), faults, at, start)


def _csv(book: "Book", asked: "Asked", size: int) -> Pieces:
    header = csv_cases.read_header(asked.cases, size)
    columns = _Columns.of(book, asked, header.names, "line")
    return _Csv(columns.key, columns.counted, size, header, columns)


@frozen(eq=False)
class _Csv:
    key: str
    counted: bool
    whole: int
    header: csv_cases.Header
    columns: _Columns

    def read(self, at: Mapping[str, int] | None) -> Iterator[Piece]:
        asked = self.columns.asked
        lines = Lines.open(asked.cases, self.whole, at or self.header.place, quoted=True)
        numbers = self._numbers()
        with lines.opened:
            records = lines.take(asked.piece)
            while records or at is None:
                frame, found = csv_cases.read_records(self.header, records, asked.cases, lines.torn)
                keys, frame = self._keys(frame, records, found)
                frames = self.columns.frames(csv_cases.numbers(frame, *numbers))
                faults = self.columns.keyless(keys, [each.line for each in records], "line")
                faults |= {place: (fault,) for place, fault in found.items()}
                at = lines.place
                yield Piece(keys, frames, faults, at, lines.byte)
                records = lines.take(asked.piece)

    def _keys(
        self, frame: "pl.DataFrame", records: Sequence[Record], faults: Mapping[int, Diagnostic]
    ) -> "tuple[pl.Series, pl.DataFrame]":
        """The keys of all records, and the frame with those of its rows."""
        import polars as pl

        kept = [place for place in range(len(records)) if place not in faults]
        if self.counted:
            keys = pl.Series(self.key, [record.line for record in records], pl.Int64)
            return keys, frame.with_columns(keys.gather(kept))
        if not faults:
            return frame[self.key], frame
        none = pl.Series(self.key, [None] * len(records), pl.String)
        return none.scatter(kept, frame[self.key]), frame

    def _numbers(self) -> tuple[list[str], list[str]]:
        """The columns of whole numbers, and of decimals."""
        whole: list[str] = []
        decimal: list[str] = []
        for fact in self.columns.declared.values():
            for name, attribute in () if fact.many else fact.attributes.items():
                if isinstance(attribute.type, Number):
                    found = decimal if attribute.type.places else whole
                    wanted = (name, f"{fact.name}.{name}")
                    found += [n for n in wanted if n in self.header.names and n != self.key]
        # a short name may be of several facts: which is meant is not for this to say
        both = {*whole} & {*decimal}
        return [*({*whole} - both)], [*({*decimal} - both)]


def _ndjson(book: "Book", asked: "Asked", size: int) -> Pieces:
    if isinstance(asked.as_of, str) and asked.as_of != AS_OF:
        raise UsageError("in NDJSON the day of a case is its `as_of`: leave the name out")
    declared = declared_in(book)
    if asked.key is not None and (asked.key in declared or asked.key == AS_OF):
        raise UsageError(f"`{asked.key}` is a part of the case: it cannot be its key")
    lines = Lines.open(asked.cases, size, None, quoted=False)
    with lines.opened:
        first = lines.take(1)
    try:
        tree = json.loads(first[0].text) if first else None
    except (ValueError, RecursionError):
        tree = None  # said when it is read as a case
    keyed = isinstance(tree, dict) and KEY in tree and KEY not in declared
    key = asked.key or (KEY if keyed else None)
    day = asked.as_of if isinstance(asked.as_of, date) else None
    cases = JsonCases(book, declared, key, day, asked.extra == "ignore")
    return _Ndjson(key or "line", key is None, size, cases, asked)


@frozen(eq=False)
class _Ndjson:
    key: str
    counted: bool
    whole: int
    cases: JsonCases
    asked: "Asked"

    def read(self, at: Mapping[str, int] | None) -> Iterator[Piece]:
        import polars as pl

        lines = Lines.open(self.asked.cases, self.whole, at, quoted=False)
        with lines.opened:
            records = lines.take(self.asked.piece)
            while records or at is None:
                if lines.torn and records:
                    self._check_whole(records[-1])
                found = self.cases.read(records, str(self.asked.cases))
                if self.counted:
                    keys = pl.Series(self.key, [record.line for record in records], pl.Int64)
                else:
                    keys = pl.Series(self.key, found.keys, pl.String)
                frames = from_rows(found.rows, keys, self.cases.facts, days=self.cases.day is None)
                at = lines.place
                yield Piece(keys, frames, found.faults, at, lines.byte)
                records = lines.take(self.asked.piece)

    def _check_whole(self, record: Record) -> None:
        """A last line without its end must be a whole value all the same."""
        try:
            json.loads(record.text)
        except RecursionError:
            return  # said when it is read as a case
        except ValueError:
            raise cut(self.asked.cases, record.line) from None


__all__ = ["Piece", "Pieces", "declared_in", "open_pieces"]

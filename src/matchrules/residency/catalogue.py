"""A catalogue of programs: CSV, Parquet, or rows at hand, every cell checked by the vocabulary."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import frozen

from matchrules.diagnostics.model import Diagnostic, UsageError
from matchrules.diagnostics.suggest import closest
from matchrules.ir import RuleBase
from matchrules.residency.cells import Unread, read_cell, read_schools
from matchrules.residency.columns import BY_NAME, COLUMNS, ID, SCHOOLS, Column
from matchrules.residency.csv_rows import MOST_BYTES, Record, decode, records
from matchrules.residency.faults import CatalogueErrors, Faults
from matchrules.text import Source
from matchrules.types import Value

Cells = Sequence[Mapping[str, Any]]  # rows at hand: each a mapping from column to value
MOST_COLUMNS: Final = 1000


@frozen
class Row:
    """One program: its number in the file (the header of a CSV is row 1), the attributes of
    `program`, and the schools of its residents, None where not known."""

    number: int
    values: Mapping[str, Value | None]
    schools: tuple[str, ...] | None


@frozen
class Catalogue:
    """Programs that were read. `left_out` holds the faults of rows that were passed over, by row;
    `sources` the text that they point into."""

    name: str
    sha256: str
    rows: tuple[Row, ...]
    left_out: Mapping[int, tuple[Diagnostic, ...]] = attrs.field(factory=dict)
    warnings: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, Source] = attrs.field(factory=dict, repr=False)


def read_catalogue(
    programs: str | Path | Iterable[Mapping[str, Any]],
    base: RuleBase,
    skip_bad_rows: bool = False,
) -> Catalogue:
    """The catalogue in a CSV or Parquet file (told apart by the ending `.parquet`), or in rows that
    map each column to its value.

    Raises `CatalogueErrors` with every fault. With `skip_bad_rows` a row with a fault is passed
    over and told in `left_out`; what is wrong with the file as a whole is an error all the same.
    """
    reader = _Reader(base, skip_bad_rows)
    if isinstance(programs, str | Path):
        return reader.file(Path(programs))
    rows = list(programs) if isinstance(programs, Iterable) else [programs]
    if not all(isinstance(row, Mapping) for row in rows):
        raise UsageError("a catalogue is a path, or rows that map each column to its value")
    return reader.rows_at_hand(rows)


class _Reader:
    def __init__(self, base: RuleBase, skip: bool) -> None:
        self.declaration = base.facts["program"]
        self.skip = skip
        self.faults = Faults("programs")
        self.kept: list[Row] = []
        self.left_out: dict[int, tuple[Diagnostic, ...]] = {}
        self.seen: dict[Value, int] = {}

    def file(self, path: Path) -> Catalogue:
        from matchrules.case.values import shown

        self.faults.name = path.as_posix()
        try:
            if path.exists() and not path.is_file():
                raise OSError(0, "it is no regular file")
            with path.open("rb") as opened:
                content = opened.read(MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise self._whole_fault(
                "MR801", f"cannot open {shown(str(path))}: {reason}",
                "see whether the path is right, and whether you may read it",
            ) from None  # fmt: skip
        if len(content) > MOST_BYTES:
            raise self._whole_fault(
                "MR802", f"`{self.faults.name}` is larger than {MOST_BYTES // 2**20} MiB",
                "leave out what is no program",
            )  # fmt: skip
        sha256 = hashlib.sha256(content).hexdigest()
        if path.suffix.lower() in (".parquet", ".pq"):
            from matchrules.residency.parquet_rows import parquet

            found = parquet(content, self.faults)
            self.faults.raise_if_any()
            assert found is not None
            return self._catalogue(Record(0, tuple(found[0])), found[1], sha256)
        source = decode(content, self.faults)
        self.faults.raise_if_any()
        assert source is not None
        rows = records(source, self.faults)
        header = next((record for record in rows if any(map(_filled, record.cells))), None)
        self.faults.raise_if_any()
        if header is None:
            raise self._whole_fault("MR801", f"`{self.faults.name}` is empty", _COLUMNS_HELP)
        return self._catalogue(header, rows, sha256)

    def rows_at_hand(self, rows: Cells) -> Catalogue:
        columns = list(dict.fromkeys(name for row in rows for name in row))
        text = json.dumps([[[str(k), v] for k, v in row.items()] for row in rows], default=str)
        found = (
            Record(number, tuple(row.get(name) for name in columns))
            for number, row in enumerate(rows, 1)
        )
        header = Record(0, tuple(map(str, columns or BY_NAME)))
        sha256 = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        return self._catalogue(header, found, sha256)

    def _catalogue(self, header: Record, rows: Iterator[Record], sha256: str) -> Catalogue:
        columns = self._columns(header)
        self.faults.raise_if_any()
        most = self.declaration.bound or 0
        count = 0
        for record in rows:
            if not record.cells and record.source is not None and _blank(record):
                continue
            if record.cells and not any(map(_filled, record.cells)):
                continue
            count += 1
            if count <= most:
                self._row(record, columns, len(header.cells))
        if count > most:
            message = f"`{self.faults.name}` holds {count:,} programs, at most {most:,} are read"
            help = "leave out those that are of no interest"
            self.faults.errors.insert(0, self.faults.fault("MR802", message, help))
        if not count and not self.faults.errors:
            message = f"`{self.faults.name}` holds no program"
            raise self._whole_fault("MR801", message, "add a row for each")
        if not self.kept and not self.faults.errors:
            message = f"`{self.faults.name}` holds no program that can be read"
            found = [self.faults.fault("MR801", message, "mend the rows below")]
            raise CatalogueErrors(
                [*found, *(fault for faults in self.left_out.values() for fault in faults)],
                self.faults.sources,
            )
        self.faults.raise_if_any()
        return Catalogue(
            self.faults.name, sha256, tuple(self.kept), self.left_out,
            tuple(self.faults.warnings), self.faults.sources,
        )  # fmt: skip

    # The header ---------------------------------------------------------------------------------

    def _columns(self, header: Record) -> list[Column | None]:
        """The known column at each place, None where a column is passed over."""
        names = [str(cell).strip() for cell in header.cells]
        if len(names) > MOST_COLUMNS:
            message = f"the header has {len(names):,} columns"
            raise self._whole_fault("MR802", message, _COLUMNS_HELP)
        missing = [c.name for c in COLUMNS if c.name not in names]
        required = [name for name in missing if BY_NAME[name].required]
        for name, count in Counter(names).items():
            if count > 1 and name in BY_NAME:
                at = len(names) - 1 - names[::-1].index(name)
                self._header(header, at, f"is there {count} times", "leave one of them out")
        for at, name in enumerate(names):
            if name in BY_NAME or not name:
                continue
            near = closest(name, missing) if len(names) > 1 else None
            if near is not None:
                help = f"did you mean `{near}`? rename it, or a column of your own that it is not"
                self._header(header, at, "is no column of a catalogue", help)
                required = [other for other in required if other != near]
                continue
            if len(names) == 1 and required:
                continue  # the cells are parted by something else: it is no column at all
            span = header.span(at)
            self.faults.warn(self.faults.fault(
                "MR808", "is no column of a catalogue, and is passed over", column=name[:60],
                span=span,
            ))  # fmt: skip
        if required:
            listed = ", ".join(f"`{name}`" for name in required)
            lone = names[0] if len(names) == 1 else ""
            mark = next((words for char, words in _MARKS if char in lone), None)
            said = f"the header lacks {listed}"
            help = "every catalogue has these columns, filled in for every program"
            if names and names[0].lower().startswith("sep="):
                help = "take out the line that begins with `sep=`: the header has to come first"
            elif mark:
                help = f"cells are parted by commas, these are by {mark}"
            self.faults.add(self.faults.fault("MR803", said, help, span=header.span()))
        return [BY_NAME.get(name) for name in names]

    def _header(self, header: Record, at: int, message: str, help: str) -> None:
        name = str(header.cells[at]).strip()[:60]
        span = header.span(at)
        self.faults.add(self.faults.fault("MR803", message, help, column=name, span=span))

    # The rows -----------------------------------------------------------------------------------

    def _row(self, record: Record, columns: Sequence[Column | None], width: int) -> None:
        found: list[Diagnostic] = []
        cells = list(record.cells)
        while len(cells) > width and not _filled(cells[-1]):
            cells.pop()  # commas at the end of a row, which spreadsheets write
        if not cells:
            found.append(self.faults.fault(
                "MR804", "a quote stands inside a cell that does not begin with one, or the other "
                "way round", 'put the whole cell in quotes, and write a `"` inside it as `""`',
                row=record.number, span=record.span(),
            ))  # fmt: skip
        elif len(cells) != width:
            found.append(self.faults.fault(
                "MR804", f"has {len(cells)} cells, the header has {width}",
                'put a cell that holds a comma in quotes: `"Portland, Maine"`'
                if len(cells) > width else "leave a cell empty rather than out",
                row=record.number, span=record.span(),
            ))  # fmt: skip
        row = Row(record.number, {}, None) if found else self._cells(record, columns, found)
        name = row.values.get("id")
        if name is not None and name in self.seen:
            found.append(self.faults.fault(
                "MR807", f"program `{name}` is in row {self.seen[name]} already",
                "leave one of the two out", row=record.number, column=ID,
                span=record.span(_place(columns, ID)),
            ))  # fmt: skip
        elif name is not None and not (found and self.skip):
            self.seen[name] = record.number
        if not found:
            self.kept.append(row)
        elif self.skip:
            self.left_out[record.number] = tuple(
                attrs.evolve(fault, severity="warning") for fault in found
            )
        else:
            self.faults.add(*found)

    def _cells(
        self, record: Record, columns: Sequence[Column | None], found: list[Diagnostic]
    ) -> Row:
        values: dict[str, Value | None] = dict.fromkeys(self.declaration.attributes)
        schools: tuple[str, ...] | None = None
        for index, (column, cell) in enumerate(zip(columns, record.cells, strict=False)):
            if column is None:
                continue
            try:
                if column.name == SCHOOLS:
                    schools = read_schools(cell)
                elif column.attribute is not None:
                    type_ = self.declaration.attributes[column.attribute].type
                    values[column.attribute] = read_cell(cell, type_, column.required)
            except Unread as fault:
                found.append(self.faults.fault(
                    fault.code, fault.message, fault.help,
                    row=record.number, column=column.name, span=record.span(index),
                ))  # fmt: skip
        return Row(record.number, values, schools)

    def _whole_fault(self, code: str, message: str, help: str) -> CatalogueErrors:
        """A fault of the catalogue as a whole."""
        return CatalogueErrors([self.faults.fault(code, message, help)], self.faults.sources)


_MARKS: Final = ((";", "semicolons"), ("\t", "tabs"), ("|", "bars"))
_COLUMNS_HELP: Final = "the first row names the columns, the next ones are programs"


def _filled(cell: object) -> bool:
    return cell is not None and (not isinstance(cell, str) or cell.strip() != "")


def _blank(record: Record) -> bool:
    assert record.source is not None
    return not record.source.text[record.start : record.end].strip()


def _place(columns: Sequence[Column | None], name: str) -> int:
    return next(i for i, column in enumerate(columns) if column is not None and column.name == name)

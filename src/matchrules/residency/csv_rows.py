"""The rows of a CSV text, each with its number and its place."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from matchrules.residency.faults import Faults
from matchrules.text import Source, Span

MOST_BYTES: Final = 16 * 1024 * 1024
_NEVER_CLOSED: Final = ("unexpected end of data", "field larger than")


@frozen
class Record:
    """One row: its number, the header being row 1, and its cells. `start` and `end` are its place
    in the text; a text without place has none."""

    number: int
    cells: tuple[object, ...]
    source: Source | None = None
    start: int = 0
    end: int = 0

    def span(self, index: int | None = None) -> Span | None:
        """The place of a cell, or of the whole row."""
        if self.source is None:
            return None
        start, end = self.start, self.end
        if index is not None:
            cells = cell_places(self.source.text[start:end])
            if index < len(cells):
                start, end = start + cells[index][0], start + cells[index][1]
        return Span(self.source.name, start, max(end, start + 1))


def decode(content: bytes, faults: Faults) -> Source | None:
    """The text of a catalogue, or a fault."""
    name = faults.name
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        faults.add(faults.fault("MR801", f"`{name}` is not UTF-8: it looks like UTF-16", _SAVE))
        return None
    for mark, (kind, help) in _NO_TEXT.items():
        if content.startswith(mark):
            faults.add(faults.fault("MR801", f"`{name}` is {kind}, not CSV", help))
            return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        message = f"`{name}` is not UTF-8: byte 0x{byte:02x} in line {line} begins no character"
        faults.add(faults.fault("MR801", message, _SAVE))
        return None
    source = Source(name, text)
    faults.source = source
    nul = text.find("\0")
    if nul != -1:
        span = Span(name, nul, nul + 1)
        message = f"`{name}` holds a NUL byte: it is no text"
        faults.add(faults.fault("MR801", message, "is it a CSV file?", span=span))
        return None
    return source


_SAVE: Final = "save it as CSV in UTF-8"
_NO_TEXT: Final = {
    b"\x1f\x8b": ("compressed", "unpack it first"),
    b"PK\x03\x04": ("a workbook or an archive", "open it, and save the sheet as CSV in UTF-8"),
    b"PAR1": ("Parquet", "give it a name that ends in `.parquet`"),
}  # what a file begins with


def records(source: Source, faults: Faults) -> Iterator[Record]:
    """Every row, the header too. A row that cannot be told apart from the next ones ends them with
    a fault; another broken row is a record without cells, and a fault of its own."""
    lines = io.StringIO(source.text, newline="")
    starts = [0]

    def counted() -> Iterator[str]:
        for line in lines:
            starts.append(starts[-1] + len(line))
            yield line

    reader = csv.reader(counted(), strict=True)
    number, first = 0, 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            record = _record(number, (), source, starts, first)
            reason = str(error)
            if any(words in reason for words in _NEVER_CLOSED):
                line = source.position(record.start).line
                faults.add(faults.fault(
                    "MR804", f"a quote that is opened here, in line {line}, is never closed",
                    'put a `"` at the end of the cell, and write one inside it as `""`',
                    row=number, span=Span(source.name, record.start, record.start + 1),
                ))  # fmt: skip
                return
            yield record
        else:
            yield _record(number, tuple(cells), source, starts, first)
        first = len(starts) - 1


def _record(
    number: int, cells: tuple[object, ...], source: Source, starts: list[int], first: int
) -> Record:
    start = starts[first]
    text = source.text[start : starts[-1]].rstrip("\r\n")
    return Record(number, cells, source, start, start + len(text))


def cell_places(text: str) -> list[tuple[int, int]]:
    """Where the cells of one row stand."""
    places: list[tuple[int, int]] = []
    start, quoted = 0, False
    for index, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == "," and not quoted:
            places.append((start, index))
            start = index + 1
    return [*places, (start, len(text))]

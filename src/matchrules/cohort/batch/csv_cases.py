"""A CSV file of cases, some records at a time.

Cells are read as texts; where all cells of a column are plain numbers, they are handed on as such,
which is quicker and means the same.
"""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from matchrules.cohort.batch.faults import damaged
from matchrules.cohort.batch.lines import Lines, Record, cut
from matchrules.diagnostics.model import Diagnostic
from matchrules.diagnostics.suggest import did_you_mean

if TYPE_CHECKING:
    import polars as pl

_CELL: Final = re.compile(r'("[^"]*(?:""[^"]*)*"|[^",\r\n]*)(,|\Z)')
_AT_ONCE: Final = 10_000
_OTHERS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}
_WHOLE: Final = r"^-?[0-9]{1,18}$"
_DECIMAL: Final = r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$"


@frozen
class Header:
    """The names of the columns, and where the first record begins."""

    names: tuple[str, ...]
    place: Mapping[str, int]


def read_header(path: Path, size: int) -> Header:
    """The header of a CSV file. Raises `CaseErrors` where it cannot be one."""
    lines = Lines.open(path, size, None, quoted=True)
    with lines.opened:
        found = lines.take(1)
    if not found:
        raise damaged(
            f"`{path}` is empty", "the first line names the columns, each other line is a case"
        )
    names = tuple(_plain(cell) for cell in _cells(found[0].text))
    if not names:
        raise damaged(f"`{path}` has a quote inside a name", "put quotes round the whole name")
    if len(names) == 1:
        for mark, called in _OTHERS.items():
            if mark in names[0]:
                raise damaged(
                    f"the columns of `{path}` are parted by {called}", "part them by commas"
                )
    for place, name in enumerate(names, 1):
        if not name:
            raise damaged(f"column {place} of `{path}` has no name", "name it in the first line")
        if names.index(name) < place - 1:
            raise damaged(f"`{path}` has two columns `{name}`", "leave one of them out")
    return Header(names, lines.place)


def _plain(cell: str) -> str:
    if cell.startswith('"'):
        cell = cell[1:-1].replace('""', '"')
    return cell.strip()


def read_records(
    header: Header, records: Sequence[Record], path: Path, torn: bool
) -> "tuple[pl.DataFrame, dict[int, Diagnostic]]":
    """The records that have a cell for each column, as texts, and what is wrong with the others, by
    their places. `torn`: the last one had no line end."""
    import polars as pl

    width = len(header.names)
    faults: dict[int, Diagnostic] = {}
    fine: list[str] = []
    for place, record in enumerate(records):
        text = record.text
        found = _count(text)
        if found == width:
            fine.append(text)
        elif torn and place == len(records) - 1 and found < width:
            raise cut(path, record.line)
        else:
            faults[place] = _miscounted(record, found, width)
    schema = dict.fromkeys(header.names, pl.String)
    if not fine:
        return pl.DataFrame(schema=schema), faults
    frame = pl.read_csv(
        BytesIO("\n".join(fine).encode()), has_header=False, new_columns=list(header.names),
        infer_schema=False, raise_if_empty=False,
    )  # fmt: skip
    assert frame.height == len(fine)  # quotes go round whole cells
    return frame.with_columns(known_cells()), faults


def known_cells() -> "pl.Expr":
    """Texts, but an empty cell, in quotes or not, is not known."""
    import polars as pl

    return pl.when(pl.col(pl.String).str.len_bytes() > 0).then(pl.col(pl.String))


def check_cells(header: Header, path: Path, size: int) -> None:
    """Raise `CaseErrors` where a record has other cells than the header."""
    lines = Lines.open(path, size, header.place, quoted=True)
    with lines.opened:
        while records := lines.take(_AT_ONCE):
            for record in records:
                found = _count(record.text)
                if found < len(header.names) and lines.torn and record is records[-1]:
                    raise cut(path, record.line)
                if found != len(header.names):
                    fault = _miscounted(record, found, len(header.names))
                    raise damaged(f"`{path}`: {fault.message}", fault.help, fault.code)


def _cells(text: str) -> list[str]:
    """The cells of a record, quotes and all; none where quotes do not go round whole cells."""
    cells: list[str] = []
    at = 0
    while (found := _CELL.match(text, at)) is not None:
        cells.append(found[1])
        at = found.end()
        if not found[2]:
            return cells
    return []


def _count(text: str) -> int:
    """How many cells a record has, 0 where that cannot be told."""
    return len(_cells(text)) if '"' in text or "\r" in text else text.count(",") + 1


def _miscounted(record: Record, found: int, width: int) -> Diagnostic:
    line = f"line {record.line:,}"
    if not found:
        return Diagnostic(
            "MR503", f"{line} has a quote inside a cell",
            help='put quotes round the whole cell, and write "" for one in it',
        )  # fmt: skip
    cells = "1 cell" if found == 1 else f"{found:,} cells"
    return Diagnostic(
        "MR503", f"{line} has {cells}, the header has {width:,}",
        help="put quotes round a cell that holds a comma, and leave none out",
    )  # fmt: skip


def numbers(frame: "pl.DataFrame", whole: Sequence[str], decimal: Sequence[str]) -> "pl.DataFrame":
    """The frame with numbers in those of the columns in which all cells are plain ones."""
    import polars as pl

    asked = dict.fromkeys(whole, _WHOLE) | dict.fromkeys(decimal, _DECIMAL)
    if not asked or not frame.height:
        return frame
    plain = frame.select(
        pl.col(name).str.contains(shape).all() for name, shape in asked.items()
    ).row(0, named=True)
    return frame.with_columns(
        pl.col(name).cast(pl.Int64 if name in whole else pl.Float64)
        for name in asked if plain[name]
    )  # fmt: skip


def missing_column(name: str, path: Path, names: Sequence[str]) -> Diagnostic:
    """A column that was asked for and is not there."""
    listed = ", ".join(f"`{each}`" for each in names[:12]) or "none"
    help = did_you_mean(name, names) or (
        f"its columns are {listed}; one of them has to tell the cases apart, see `--key`"
    )
    return Diagnostic("MR510", f"`{path}` has no column `{name}`", help=help)


__all__ = [
    "Header", "check_cells", "known_cells", "missing_column", "numbers", "read_header",
    "read_records",
]  # fmt: skip

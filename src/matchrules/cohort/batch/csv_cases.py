"""A CSV file of cases, some records at a time.

Cells are read as texts; where all cells of a column are plain numbers, they are handed on as such,
which is quicker and means the same.
"""

import csv
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
    names = tuple(name.strip() for name in _cells(found[0].text))
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


def read_records(
    header: Header, records: Sequence[Record], path: Path, torn: bool
) -> "tuple[pl.DataFrame, dict[int, Diagnostic]]":
    """The records that have a cell for each column, as texts, and what is wrong with the others, by
    their places. `torn`: the last one had no line end."""
    import polars as pl
    from polars.exceptions import PolarsError

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
    try:
        frame = pl.read_csv(
            BytesIO("\n".join(fine).encode()), has_header=False, new_columns=list(header.names),
            infer_schema=False, raise_if_empty=False,
        )  # fmt: skip
    except PolarsError:
        frame = None
    if frame is None or frame.height != len(fine):  # quotes that mean nothing where they stand
        raise damaged(
            f"`{path}` has quotes inside cells between the lines {records[0].line:,} and "
            f"{records[-1].line:,}", 'put quotes round the whole cell, and write "" for one in it',
        )  # fmt: skip
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


def _count(text: str) -> int:
    return len(_cells(text)) if '"' in text else text.count(",") + 1


def _miscounted(record: Record, found: int, width: int) -> Diagnostic:
    cells = "1 cell" if found == 1 else f"{found:,} cells"
    return Diagnostic(
        "MR503", f"line {record.line:,} has {cells}, the header has {width:,}",
        help="put quotes round a cell that holds a comma, and leave none out",
    )  # fmt: skip


def _cells(text: str) -> list[str]:
    return next(csv.reader([text]), [])


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
    return Diagnostic("MR510", f"`{path}` has no column `{name}`", help=did_you_mean(name, names))


__all__ = [
    "Header", "check_cells", "known_cells", "missing_column", "numbers", "read_header",
    "read_records",
]  # fmt: skip

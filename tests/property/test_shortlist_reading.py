"""Whatever a catalogue holds, reading it ends in programs or in faults."""

import csv
import io
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars
from catalogues import Row, catalogues
from hypothesis import given
from hypothesis import strategies as st

import matchrules as mr
from matchrules.ir import RuleBase
from matchrules.residency import Catalogue, CatalogueErrors, read_catalogue
from matchrules.residency.columns import BY_NAME, COLUMNS


@cache
def base() -> RuleBase:
    return mr.load(cache=True).bases[-1]


def read(content: bytes, ending: str = "csv", skip: bool = False) -> Catalogue | CatalogueErrors:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"programs.{ending}"
        path.write_bytes(content)
        try:
            return read_catalogue(path, base(), skip)
        except CatalogueErrors as errors:
            assert errors.diagnostics and str(errors)
            for fault in errors.diagnostics:
                for label in fault.labels:
                    source = errors.sources[label.span.source]
                    assert 0 <= label.span.start <= len(source.text)
            return errors


def as_csv(rows: list[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    for row in rows:
        writer.writerow({
            name: str(cell).lower() if isinstance(cell, bool) else cell
            for name, cell in row.items()
        })  # fmt: skip
    return out.getvalue().encode()


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes(content: bytes, skip: bool) -> None:
    read(content, skip=skip)
    read(b"PAR1" + content + b"PAR1", "parquet", skip)


WORDS = st.sampled_from([
    "A-1", "A-2", "", " ", "45", "45%", "-1", "true", "maybe", "welcomes", "midwest", "community",
    "2026-07-01", "2026-02-30", "a;b", '"', '""', '"a,b"', "\x1b", "\u202e", "\n", "\r", ";", "\t",
    *BY_NAME,
])  # fmt: skip
HEADER = ",".join(column.name for column in COLUMNS)


@given(
    st.booleans(),
    st.lists(st.lists(WORDS, max_size=26).map(",".join), max_size=6).map("\n".join),
    st.booleans(),
)
def test_rows_of_odd_cells(header: bool, rows: str, skip: bool) -> None:
    read((f"{HEADER}\n{rows}" if header else rows).encode(), skip=skip)


@given(catalogues(1, 4), st.data())
def test_what_is_written_is_read_back_alike_from_csv_parquet_and_rows(
    rows: list[Row], data: st.DataObject
) -> None:
    at_hand = read_catalogue(rows, base())
    columns = data.draw(st.permutations(list(rows[0])))
    found = read(as_csv([{name: row[name] for name in columns} for row in rows]))
    assert isinstance(found, Catalogue)
    buffer = io.BytesIO()
    polars.DataFrame(rows, infer_schema_length=None).write_parquet(buffer)
    framed = read(buffer.getvalue(), "parquet")
    assert isinstance(framed, Catalogue)
    for other in (found, framed):
        assert [(row.values, row.schools) for row in other.rows] == [
            (row.values, row.schools) for row in at_hand.rows
        ]
    assert all(isinstance(row.values["source_date"], date) for row in found.rows)


@given(catalogues(1, 4), st.data())
def test_a_parquet_file_with_a_byte_changed(rows: list[Row], data: st.DataObject) -> None:
    buffer = io.BytesIO()
    polars.DataFrame(rows, infer_schema_length=None).write_parquet(buffer)
    content = bytearray(buffer.getvalue())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    read(bytes(content), "parquet")

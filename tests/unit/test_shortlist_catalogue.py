"""Reading a catalogue: what is taken, and every fault with its row and its column."""

import gzip
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars
import pytest

import matchrules as mr
from matchrules.ir import RuleBase
from matchrules.residency import Catalogue, CatalogueErrors, read_catalogue
from matchrules.residency.cells import school_known
from matchrules.residency.columns import COLUMNS
from matchrules.residency.csv_rows import cell_places

HEAD = "program_id,name,city,state,region,kind,source_url,source_date"
ROW = "A-1,Lakeside,Portland,ME,northeast,community,https://example.org,2026-07-01"


@cache
def base() -> RuleBase:
    return mr.load(cache=True).bases[-1]


def read(path: Path, content: str | bytes, skip: bool = False) -> Catalogue:
    file = path / "programs.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_catalogue(file, base(), skip)


def faults(path: Path, content: str | bytes) -> list[str]:
    with pytest.raises(CatalogueErrors) as caught:
        read(path, content)
    return [
        f"{fault.code} {fault.message}"
        for fault in caught.value.diagnostics if fault.severity == "error"
    ]  # fmt: skip


def with_cells(**cells: str) -> str:
    return f"{HEAD},{','.join(cells)}\n{ROW},{','.join(cells.values())}\n"


def test_every_column_of_a_catalogue_has_its_attribute() -> None:
    attributes = set(base().facts["program"].attributes)
    filled = {column.attribute for column in COLUMNS} - {None}
    assert filled == attributes - {"like_background"}


def test_cells_become_values(tmp_path: Path) -> None:
    cells = {
        "pct_img": "45", "img_policy": "silent", "certified_at_application": "true",
        "accepts_signals": "no", "schools_of_residents": " Alder ; Birch;;", "min_step2ck": "",
        "visa_sponsorship": "J-1",
    }  # fmt: skip
    row = read(tmp_path, with_cells(**cells)).rows[0]
    assert row.number == 2
    assert row.schools == ("Alder", "Birch")
    known = {name: value for name, value in row.values.items() if value is not None}
    assert known == {
        "id": "A-1", "name": "Lakeside", "city": "Portland", "state": "ME", "region": "northeast",
        "kind": "community", "source_url": "https://example.org", "source_date": date(2026, 7, 1),
        "pct_img": 45, "img_policy": "silent", "certified_at_application": True,
        "accepts_signals": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{HEAD}\r\n{ROW}\r\n",
        f"{HEAD}\n\n{ROW}\n,,,,,,,\n\n",
        f"{HEAD}\r{ROW}",
        f"\n{HEAD},,\n{ROW},,\n",
        f"{HEAD}\n{ROW},,,\n",
        f"{HEAD}\n{ROW.replace('Lakeside', chr(34) + 'Lakeside' + chr(34))}\n",
        ",".join(reversed(HEAD.split(","))) + "\n" + ",".join(reversed(ROW.split(","))),
    ],
    ids=["bom", "blank rows", "old line ends", "unnamed columns", "commas", "quotes", "order"],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, content: str) -> None:
    found = read(tmp_path, content)
    assert [row.values["name"] for row in found.rows] == ["Lakeside"]
    assert found.warnings == ()


# fmt: off
CELLS = [
    ("pct_img", "45%", "must be an integer in 0..100 percent, not `45%`"),
    ("pct_img", "101", "is `101`, outside of 0..100 percent"),
    ("pct_img", "-1", "is `-1`, outside of 0..100 percent"),
    ("pct_img", "4.5", "must be an integer in 0..100 percent, not `4.5`"),
    ("pct_img", "9" * 150, "must be an integer in 0..100 percent, not `" + "9" * 100 + "…`"),
    ("min_step2ck", "301", "is `301`, outside of 1..300 points"),
    ("max_failed_attempts", "7", "is `7`, outside of 0..6 attempts"),
    ("usce_months_required", "two", "must be an integer in 0..24 months, not `two`"),
    ("max_years_since_graduation", "31", "is `31`, outside of 0..30 years"),
    ("img_policy", "Welcomes", "must be a member of `img_policy`, not `Welcomes`"),
    ("img_policy", "unknown", "must be a member of `img_policy`, not `unknown`"),
    ("academic_tier", "high", "must be a member of `academic_tier`, not `high`"),
    ("certified_at_application", "maybe", "must be yes or no, not `maybe`"),
    ("certified_at_application", "1", "must be yes or no, not `1`"),
    ("saturation", "low;high", "must be a member of `saturation`, not `low;high`"),
    ("schools_of_residents", "a\x1b[2Jb", "holds a control character, such as a line break"),
]
# fmt: on


@pytest.mark.parametrize(("column", "cell", "said"), CELLS)
def test_a_cell_that_cannot_be_read(tmp_path: Path, column: str, cell: str, said: str) -> None:
    found = faults(tmp_path, with_cells(**{column: cell}))
    assert found == [f"MR805 row 2, column `{column}`: {said}"]


def test_a_cell_that_cannot_be_read_is_pointed_at(tmp_path: Path) -> None:
    content = with_cells(positions='"12"', pct_img="abc", saturation="low")
    with pytest.raises(CatalogueErrors) as caught:
        read(tmp_path, content)
    (fault,) = caught.value.diagnostics
    span = fault.labels[0].span
    assert caught.value.sources[span.source].text[span.start : span.end] == "abc"
    assert fault.help == "write a number in digits"
    assert (fault.path or "").endswith("programs.csv: row 2, column pct_img")


@pytest.mark.parametrize("word", ["unknown", "N/A", "?", "-", "none"])
def test_what_is_not_known_is_an_empty_cell(tmp_path: Path, word: str) -> None:
    with pytest.raises(CatalogueErrors) as caught:
        read(tmp_path, with_cells(pct_img=word))
    assert caught.value.diagnostics[0].help == "leave the cell empty where it is not known"


@pytest.mark.parametrize("column", [column.name for column in COLUMNS if column.required])
def test_what_every_program_needs(tmp_path: Path, column: str) -> None:
    cells = dict(zip(HEAD.split(","), ROW.split(","), strict=True))
    empty = ",".join((cells | {column: " "}).values())
    assert faults(tmp_path, f"{HEAD}\n{empty}\n") == [f"MR806 row 2, column `{column}`: is empty"]
    del cells[column]
    lacking = f"{','.join(cells)}\n{','.join(cells.values())}\n"
    assert faults(tmp_path, lacking) == [f"MR803 the header lacks `{column}`"]


def test_all_faults_of_all_rows_at_once(tmp_path: Path) -> None:
    rows = [
        ROW,
        ROW.replace("northeast", "north"),
        ROW.replace("A-1", "A-2").replace("2026-07-01", "7/1/2026").replace("community", "clinic"),
        ROW.replace("A-1", "A-3").rpartition(",")[0],
        ROW.replace("A-1", "A-4") + ",more",
        ROW.replace("A-1,", '"A-5"x,'),
    ]
    assert faults(tmp_path, "\n".join([HEAD, *rows])) == [
        "MR805 row 3, column `region`: must be a member of `region`, not `north`",
        "MR807 row 3, column `program_id`: program `A-1` is in row 2 already",
        "MR805 row 4, column `kind`: must be a member of `program_kind`, not `clinic`",
        "MR805 row 4, column `source_date`: must be a date, not `7/1/2026`",
        "MR804 row 5: has 7 cells, the header has 8",
        "MR804 row 6: has 9 cells, the header has 8",
        "MR804 row 7: a quote stands inside a cell that does not begin with one, or the other way "
        "round",
    ]


def test_bad_rows_are_left_out_only_if_asked(tmp_path: Path) -> None:
    rows = [ROW.replace("northeast", "north"), ROW, ROW.replace("A-1", "A-2"), ROW]
    found = read(tmp_path, "\n".join([HEAD, *rows]), skip=True)
    assert [row.number for row in found.rows] == [3, 4]  # row 2 does not bar row 3
    assert {row: [f.code for f in given] for row, given in found.left_out.items()} == {
        2: ["MR805"], 5: ["MR807"],
    }  # fmt: skip
    assert {f.severity for given in found.left_out.values() for f in given} == {"warning"}


def test_many_faults_are_counted(tmp_path: Path) -> None:
    rows = "\n".join(f"B-{n},x,y,z,north,community,u,2026-07-01" for n in range(250))
    found = faults(tmp_path, f"{HEAD}\n{rows}\n")
    assert len(found) == 201
    assert found[-1] == "MR802 the first 200 faults are shown, 50 more are not"


# fmt: off
HEADERS = [
    (f"{HEAD},pct_igm", ["MR803 column `pct_igm`: is no column of a catalogue"]),
    (HEAD.replace("city", "cty"), ["MR803 column `cty`: is no column of a catalogue"]),
    (f"{HEAD},name", ["MR803 column `name`: is there 2 times"]),
    (HEAD.replace(",", ";"), ["MR803 the header lacks `program_id`, `name`, `city`, `state`, "
                              "`region`, `kind`, `source_url`, `source_date`"]),
    ("sep=;", ["MR803 the header lacks `program_id`, `name`, `city`, `state`, "
               "`region`, `kind`, `source_url`, `source_date`"]),
]
# fmt: on


@pytest.mark.parametrize(("header", "said"), HEADERS)
def test_a_header_with_a_fault(tmp_path: Path, header: str, said: list[str]) -> None:
    assert faults(tmp_path, f"{header}\n{ROW}\n") == said


@pytest.mark.parametrize(("first", "help"), [
    (HEAD.replace(",", "\t"), "cells are parted by commas, these are by tabs"),
    ("sep=;", "take out the line that begins with `sep=`: the header has to come first"),
    ("SEP=,", "take out the line that begins with `sep=`: the header has to come first"),
])  # fmt: skip
def test_a_header_of_another_tongue_has_a_way_out(tmp_path: Path, first: str, help: str) -> None:
    with pytest.raises(CatalogueErrors) as caught:
        read(tmp_path, f"{first}\n{HEAD}\n{ROW}\n")
    assert caught.value.diagnostics[0].help == help


def test_a_column_of_ones_own_is_passed_over_with_a_warning(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEAD},my_rating\n{ROW},5\n")
    assert [warning.message for warning in found.warnings] == [
        "column `my_rating`: is no column of a catalogue, and is passed over"
    ]
    assert found.warnings[0].severity == "warning"


# fmt: off
FILES: list[tuple[bytes, str]] = [
    (b"", "is empty"),
    (b"\xef\xbb\xbf\n\n", "is empty"),
    (HEAD.encode(), "holds no program"),
    (f"{HEAD}\n{ROW}\n".encode("utf-16"), "is not UTF-8: it looks like UTF-16"),
    (f"{HEAD}\n{ROW}\n".replace("Lake", "Lac \xe9").encode("latin-1"),
     "is not UTF-8: byte 0xe9 in line 2 begins no character"),
    (f"{HEAD}\n{ROW}\0\n".encode(), "holds a NUL byte: it is no text"),
    (gzip.compress(HEAD.encode()), "is compressed, not CSV"),
    (b"PK\x03\x04 xl/workbook.xml", "is a workbook or an archive, not CSV"),
    (b"PAR1", "is Parquet, not CSV"),
]
# fmt: on


@pytest.mark.parametrize(("content", "said"), FILES, ids=[said for _, said in FILES])
def test_a_file_that_is_no_catalogue(tmp_path: Path, content: bytes, said: str) -> None:
    (found,) = faults(tmp_path, content)
    assert found.startswith("MR801 `") and found.endswith(f"programs.csv` {said}")


def test_a_quote_that_is_never_closed_is_an_error_even_if_bad_rows_are_skipped(
    tmp_path: Path,
) -> None:
    content = f"{HEAD}\n{ROW}\n" + ROW.replace("A-1,", 'A-2,"') + f"\n{ROW}\n"
    said = "MR804 row 3: a quote that is opened here, in line 3, is never closed"
    assert faults(tmp_path, content) == [said]
    with pytest.raises(CatalogueErrors):
        read(tmp_path, content, skip=True)


def test_limits(tmp_path: Path) -> None:
    assert faults(tmp_path, with_cells(schools_of_residents="x" * 10_001)) == [
        "MR802 row 2, column `schools_of_residents`: has 10,001 characters, at most 10,000 are read"
    ]
    long = with_cells(schools_of_residents="x" * 140_000)
    assert [fault[:12] for fault in faults(tmp_path, long)] == ["MR804 row 2:"]
    rows = "\n".join(ROW.replace("A-1", f"A-{n}") for n in range(4001))
    (found,) = faults(tmp_path, f"{HEAD}\n{rows}\n")
    assert found.endswith("holds 4,001 programs, at most 4,000 are read")
    (found,) = faults(tmp_path, b" " * (16 * 2**20 + 1))
    assert found.endswith("is larger than 16 MiB")


@pytest.mark.parametrize("path", ["nowhere.csv", ".", "a\0b.csv"])
def test_a_path_that_cannot_be_opened(path: str) -> None:
    with pytest.raises(CatalogueErrors) as caught:
        read_catalogue(path, base())
    assert caught.value.diagnostics[0].code == "MR801"


# Parquet and rows at hand -------------------------------------------------------------------------


def frame(**columns: list[Any]) -> polars.DataFrame:
    cells = dict(zip(HEAD.split(","), ROW.split(","), strict=True))
    rows = len(next(iter(columns.values()), [None]))
    given: dict[str, list[Any]] = {name: [cell] * rows for name, cell in cells.items()}
    return polars.DataFrame({**given, "program_id": [f"A-{n}" for n in range(rows)], **columns})


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "pct_img": [45.0, None, float("nan")], "img_policy": ["silent", None, ""],
        "certified_at_application": [True, None, False],
        "source_date": [date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 3)],
        "schools_of_residents": [["Alder", "Birch"], None, ["Cedar"]],
        "min_step2ck": ["220", None, ""],
    }  # fmt: skip
    frame(**columns).write_parquet(tmp_path / "programs.parquet")
    found = read_catalogue(tmp_path / "programs.parquet", base())
    assert [row.number for row in found.rows] == [1, 2, 3]
    assert [row.values["pct_img"] for row in found.rows] == [45, None, None]
    assert [row.values["min_step2ck"] for row in found.rows] == [220, None, None]
    assert [row.values["source_date"] for row in found.rows] == columns["source_date"]
    assert [row.schools for row in found.rows] == [("Alder", "Birch"), None, ("Cedar",)]


def test_whole_decimals_of_parquet_are_whole_numbers(tmp_path: Path) -> None:
    path = tmp_path / "programs.parquet"
    frame(pct_img=[Decimal("40.00"), None]).write_parquet(path)
    assert [row.values["pct_img"] for row in read_catalogue(path, base()).rows] == [40, None]
    frame(pct_img=[Decimal("40.00"), Decimal("40.50")]).write_parquet(path)
    with pytest.raises(CatalogueErrors, match="row 2, column `pct_img`"):
        read_catalogue(path, base())


def test_faults_of_parquet_have_their_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "programs.parquet"
    frame(pct_img=[1.5, 101.0], source_date=[date(2026, 7, 1), None]).write_parquet(path)
    with pytest.raises(CatalogueErrors) as caught:
        read_catalogue(path, base())
    assert [fault.message for fault in caught.value.diagnostics] == [
        "row 1, column `pct_img`: must be an integer in 0..100 percent, not `1.5`",
        "row 2, column `source_date`: is empty",
        "row 2, column `pct_img`: is `101`, outside of 0..100 percent",
    ]
    path.write_bytes(b"PAR1 but not really")
    with pytest.raises(CatalogueErrors, match="is no Parquet file that Polars can read"):
        read_catalogue(path, base())


def test_without_polars_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame(pct_img=[1]).write_parquet(tmp_path / "programs.parquet")
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(CatalogueErrors) as caught:
        read_catalogue(tmp_path / "programs.parquet", base())
    (fault,) = caught.value.diagnostics
    assert fault.code == "MR809" and "matchrules[frames]" in (fault.help or "")


def test_rows_at_hand_are_read_alike() -> None:
    cells = dict(zip(HEAD.split(","), ROW.split(","), strict=True))
    found = read_catalogue([{**cells, "pct_img": 45}, {**cells, "program_id": 12}], base())
    assert [row.values["pct_img"] for row in found.rows] == [45, None]
    assert [row.values["id"] for row in found.rows] == ["A-1", "12"]
    with pytest.raises(CatalogueErrors, match="holds no program"):
        read_catalogue([], base())


def test_where_every_row_is_passed_over_there_is_no_list() -> None:
    bad = dict.fromkeys(HEAD.split(","), "?")
    with pytest.raises(CatalogueErrors, match="no program that can be read") as caught:
        read_catalogue([bad, bad], base(), skip_bad_rows=True)
    first, *rest = caught.value.diagnostics
    assert (first.code, first.severity) == ("MR801", "error")
    assert len(rest) > 1


# The one use of a school's name -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("school", "schools", "same"),
    [
        ("Alder", ("Birch", " ALDER "), True), (" alder ", ("Alder",), True),
        ("Straße", ("STRASSE",), True), ("Alder", ("Alder University",), False),
        ("Alder", None, None), (None, ("Alder",), None), ("  ", ("Alder",), None),
    ],
)  # fmt: skip
def test_a_school_is_known_again(school: Any, schools: Any, same: bool | None) -> None:
    assert school_known(school, schools) is same


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("a,b,c", ["a", "b", "c"]), ("", [""]), (",,", ["", "", ""]),
        ('"a,b",c', ['"a,b"', "c"]), ('"a""b",c', ['"a""b"', "c"]),
    ],
)  # fmt: skip
def test_where_cells_stand(row: str, cells: list[str]) -> None:
    assert [row[start:end] for start, end in cell_places(row)] == cells

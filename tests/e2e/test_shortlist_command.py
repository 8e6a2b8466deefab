"""`matchrules shortlist`, as a user meets it."""

import csv
import io
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import matchrules as mr
from matchrules.cli.app import app
from matchrules.cli.shortlist_text import text
from matchrules.residency import Shortlist, shortlist

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "examples" / "catalogue_synthetic.csv"
CASE = ROOT / "examples" / "comeback_low_score.yaml"


def run(*words: str | Path, columns: int = 80) -> Result:
    return CliRunner().invoke(
        app, ["shortlist", *(str(word) for word in words)], env={"COLUMNS": str(columns)},
        prog_name="matchrules",
    )  # fmt: skip


def made(**options: Any) -> Shortlist:
    return shortlist(CASE, CATALOGUE, book=book(), **options)


@cache
def book() -> mr.Book:
    return mr.load(cache=True)


def test_the_synthetic_catalogue_is_what_its_script_writes(tmp_path: Path) -> None:
    script = ROOT / "examples" / "make_catalogue.py"
    subprocess.run([sys.executable, script], cwd=tmp_path, check=True, capture_output=True)
    written = (tmp_path / CATALOGUE.name).read_bytes()
    assert written == CATALOGUE.read_bytes()
    refused = subprocess.run([sys.executable, script, "--help"], cwd=tmp_path, capture_output=True)
    assert refused.returncode == 1 and b"usage:" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == [CATALOGUE.name]


def test_the_synthetic_catalogue_says_that_it_is_one() -> None:
    rows = list(csv.DictReader(io.StringIO(CATALOGUE.read_text(encoding="utf-8"))))
    assert len(rows) == 250
    for row in rows:
        assert row["program_id"].startswith("SYN-") and row["name"].startswith("Synthetic ")
        assert row["source_url"].startswith("https://example.org/")
    assert {row["kind"] for row in rows} == {
        "university", "community", "community_university_affiliated", "childrens_hospital",
    }  # fmt: skip
    gaps = sum(row[column] == "" for row in rows for column in ("pct_img", "img_policy"))
    assert 50 < gaps < 250


def test_a_table_for_a_person() -> None:
    shown = run(CASE, "--programs", CATALOGUE)
    assert shown.exit_code == 0, shown.output
    lines = shown.stdout.splitlines()
    found = made()
    assert max(map(len, lines[1:])) <= 80
    assert "\x1b" not in shown.stdout
    heads = [line for line in lines if line and not line.startswith((" ", "-"))]
    for head in (
        *(f"{title} ({found.counts[name]})" for name, title in (
            ("reach", "Reach"), ("target", "Target"), ("safety", "Safety-ish"))),
        f"Not open to you ({len(found.excluded)})", "What to look up first", "Cost",
        "Good to know",
    ):  # fmt: skip
        assert head in heads
    flat = " ".join(shown.stdout.split())
    for entry in found.entries:
        assert f"[{entry.id}]" in flat
    for said in (
        "thresholds on what is published of a program, not from outcomes",
        "No probability is computed", "make the result a guess", "overrules the catalogue",
        "give the same list", f"${found.cost.total:,} for {len(found.entries)} programs",
        f"Moved: {len(found.moved)} target in places of safety-ish",
    ):  # fmt: skip
        assert said in flat
    for word in ("guarantee", "optimiz", "maximiz", "safe ", "chances"):
        assert word not in flat.replace("No program is safe;", "").lower()


@pytest.mark.parametrize("columns", [60, 120])
def test_the_table_keeps_to_its_width(columns: int) -> None:
    for colour in (False, True):
        shown = text(made(size=30), "case", width=columns, colour=colour)
        assert ("\x1b" in shown) == colour
        plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
        assert max(map(len, plain.splitlines())) <= columns


def test_signals_and_shortfalls_are_told(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    written = CASE.read_text(encoding="utf-8")
    case.write_text(written.replace("application_year: 2026", "application_year: 2024"), "utf-8")
    shown = " ".join(run(case, "--programs", CATALOGUE, "--size", "300").stdout.split())
    found = shortlist(case, CATALOGUE, size=300, book=book())
    assert len(found.signals.programs) == 5
    assert f"Signals to: {', '.join(found.signals.programs)}." in shown
    assert shown.count("SIGNAL") == 5
    assert f"{found.shortfall} places stay empty" in shown
    assert "Missing: " in shown


def test_json_and_csv_are_complete() -> None:
    found = made(size=50)
    as_json = run(CASE, "--programs", CATALOGUE, "--size", "50", "--format", "json")
    said = json.loads(as_json.stdout)
    assert said == {**found.to_dict(), "catalogue": said["catalogue"]}
    assert as_json.stderr == ""
    as_csv = run(CASE, "--programs", CATALOGUE, "--size", "50", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(as_csv.stdout)))
    assert len(rows) == 250
    assert [row["program_id"] for row in rows if row["status"] == "listed"] == [
        entry.id for entry in found.entries
    ]
    originals = {
        row["program_id"]: row
        for row in csv.DictReader(io.StringIO(CATALOGUE.read_text(encoding="utf-8")))
    }
    for row in rows:
        original = originals[row["program_id"]]
        assert {k: row[k] for k in original if k != "visa_sponsorship"} == {
            k: v for k, v in original.items() if k != "visa_sponsorship"
        }
        assert row["why"]
    # what has to be said with the list is said beside it
    assert "note: No probability is computed" in as_csv.stderr


def test_faults_of_a_catalogue_are_shown_and_end_the_run(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    lines = CATALOGUE.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("south", "sud")
    lines[4] = lines[4] + ",more"
    bad.write_text("\n".join(lines), encoding="utf-8")
    shown = run(CASE, "--programs", bad)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "error[MR805]: row 3, column `region`: must be a member of `region`" in shown.stderr
    assert f"--> {bad}:3:" in shown.stderr
    assert "error[MR804]: row 5: has 25 cells, the header has 24" in shown.stderr
    assert shown.stderr.endswith("2 errors\n")
    as_json = run(CASE, "--programs", bad, "--format", "json")
    assert [d["code"] for d in json.loads(as_json.stderr)["diagnostics"]] == ["MR805", "MR804"]
    skipped = run(CASE, "--programs", bad, "--skip-bad-rows")
    assert skipped.exit_code == 0
    assert "Left out of the catalogue (2 rows)" in skipped.stdout
    assert "2 rows of the catalogue could not be read, and stayed out" in skipped.stdout
    assert "warning[MR805]: row 3" in skipped.stderr


def test_where_no_list_can_be_made(tmp_path: Path) -> None:
    for case, said in (
        ("out_of_scope", "These rules speak to"),
        ("nothing_taken", "Step 1 is not"),
    ):
        shown = run(ROOT / "examples" / f"{case}.yaml", "--programs", CATALOGUE)
        assert shown.exit_code == 0
        assert "No list can be made" in shown.stdout and said in shown.stdout
        assert "Reach" not in shown.stdout


def test_wrong_usage() -> None:
    assert run(CASE).exit_code == 2
    assert run(CASE, "--programs", CATALOGUE, "--size", "0").exit_code == 2
    assert run(CASE, "--programs", "nowhere.csv").exit_code == 2
    other = run(CASE, "--programs", CATALOGUE, "--as-of", "2026-07-07")
    assert other.exit_code == 1 and "the two must agree" not in other.stdout


def test_nothing_in_a_catalogue_is_obeyed_by_a_terminal(tmp_path: Path) -> None:
    sly = tmp_path / "sly.csv"
    lines = CATALOGUE.read_text(encoding="utf-8").splitlines()[:2]
    lines[1] = lines[1].replace("Synthetic", "[bold]\u202eSynthetic[/bold]\u00a0e\u200d", 1)
    sly.write_text("\n".join(lines), encoding="utf-8")
    shown = run(CASE, "--programs", sly)
    assert "[bold]\ufffdSynthetic" in shown.stdout
    # what names are written with stays
    assert shown.stdout.count("\ufffd") == 1 and "\u00a0e\u200d" in shown.stdout

"""Commands take books out of the cache, and never say anything else for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from matchrules.cli.app import app

ROOT = Path(__file__).parents[2]
CASE = ROOT / "examples" / "nothing_taken.yaml"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where books are kept."""
    monkeypatch.setenv("MATCHRULES_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    """The starter rule set."""
    assert run("new", tmp_path / "walk").exit_code == 0
    return tmp_path / "walk"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="matchrules")


def advice(walk: Path, *options: str) -> str:
    shown = run(*options, "advise", walk / "case.yaml", "--rules", walk)
    assert (shown.exit_code, shown.stderr) == (0, "")
    return shown.stdout


def test_the_second_time_says_the_same(kept: Path, walk: Path) -> None:
    anew = advice(walk, "--no-cache")
    assert not kept.exists()
    assert advice(walk) == anew
    (book,) = kept.iterdir()
    before = book.read_bytes()
    assert advice(walk) == anew
    assert book.read_bytes() == before


def test_the_cache_can_be_turned_off(walk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHRULES_CACHE", "off")
    monkeypatch.chdir(walk)
    advice(walk)
    assert not (walk / "off").exists()


def test_a_changed_rule_is_seen_at_once(kept: Path, walk: Path) -> None:
    before = advice(walk)
    file = walk / "walk.rules"
    rules = file.read_text(encoding="utf-8")
    status = file.stat()
    file.write_text(rules.replace("then should", "then must  "), encoding="utf-8")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))  # as old, and as long
    assert advice(walk) == advice(walk, "--no-cache") != before


def test_faults_are_told_each_time(kept: Path, walk: Path) -> None:
    file = walk / "walk.rules"
    file.write_text(file.read_text(encoding="utf-8") + "\nrule", encoding="utf-8")
    shown = [run("advise", walk / "case.yaml", "--rules", walk) for _ in range(2)]
    assert [one.exit_code for one in shown] == [1, 1]
    assert shown[0].stderr == shown[1].stderr != ""
    assert not kept.exists()


def test_a_spoilt_file_is_written_anew(kept: Path, walk: Path) -> None:
    before = advice(walk)
    (book,) = kept.iterdir()
    whole = book.read_bytes()
    book.write_bytes(whole.replace(b"should", b"must_x", 1))
    assert advice(walk) == before
    assert book.read_bytes() == whole


def test_nowhere_to_write_is_no_fault(walk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHRULES_CACHE", str(walk / "case.yaml" / "kept"))
    assert advice(walk) == advice(walk, "--no-cache")


def test_a_kept_book_is_decided_without_what_reads_and_checks_rules(kept: Path) -> None:
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from matchrules.cli.app import app\n"
        "shown = CliRunner().invoke(app, sys.argv[1:])\n"
        "assert shown.exit_code == 0, shown.output\n"
        "rooms = ('analysis', 'syntax.parser', 'engine.rete', 'engine.compiled', 'prove',\n"
        "         'explain.why', 'explain.prospects', 'records', 'testing')\n"
        "mine = [f'matchrules.{room}' for room in rooms]\n"
        "others = ['rich', 'z3', 'hypothesis', 'durable', 'polars', 'cattrs']\n"
        "print(sorted({*mine, *others} & set(sys.modules)))\n"
    )
    for found in ("['matchrules.analysis', 'matchrules.syntax.parser']", "[]"):
        done = subprocess.run(
            [sys.executable, "-c", program, "advise", str(CASE)], capture_output=True, text=True
        )
        assert (done.stdout.strip(), done.stderr) == (found, "")

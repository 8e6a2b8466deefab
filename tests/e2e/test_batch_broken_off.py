"""`matchrules batch`: runs that are broken off and go on, and what is there that does not fit."""

import fcntl
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from batch_shop import CASES, RULES, expected, many, ndjson, run, told

from matchrules.cohort.batch import Asked, decide_file
from matchrules.cohort.batch.journal import Journal
from matchrules.rulebook import Book, load_text


@pytest.fixture(scope="module")
def book() -> Book:
    return load_text({"shop.rules": RULES})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "shop.rules").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Broken off -------------------------------------------------------------------------------------


CHILD = """
import os, signal, sys
from pathlib import Path
from matchrules.cohort.batch import Asked, decide_file
from matchrules.cohort.batch.journal import Journal
from matchrules.rulebook import load

stop, how = int(sys.argv[1]), sys.argv[2]
keep = Journal.keep

def kept(self, done, frames):
    if done.piece == stop:
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "torn":
            with (self.folder / "journal.ndjson").open("ab") as opened:
                opened.write(b'{"piece": 2, "cas')
            (self.folder / "0000002.advice.parquet").write_bytes(b"PAR1")
            os.kill(os.getpid(), signal.SIGKILL)
    keep(self, done, frames)

Journal.keep = kept
decide_file(load("rules"), Asked(Path(sys.argv[3]), Path("a.parquet"), derived=True, piece=30))
"""


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("cases.ndjson", "torn"),
        ("cases.csv", "kill"),
        pytest.param(
            "cases.parquet",
            "kill",
            marks=pytest.mark.skipif(
                os.environ.get("MATCHRULES_PROFILE") != "long",
                reason="seconds: in the long profile",
            ),
        ),
    ],
)
def test_a_killed_run_goes_on(folder: Path, name: str, how: str) -> None:
    cases = many(100)
    if name == "cases.ndjson":
        ndjson(name, cases)
    else:
        flat = pl.DataFrame(
            [{"id": c["id"], "as_of": c["as_of"], "name": 'x"\ny', **c["customer"]} for c in cases]
        )
        flat.write_csv(name) if name == "cases.csv" else flat.write_parquet(name)
    killed = subprocess.run([sys.executable, "-c", CHILD, "2", how, name], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not Path("a.parquet").exists() and not Path("a.errors.parquet").exists()
    found = run(name, "-o", "a.parquet", "--derived", "--piece", "30")
    assert found.stderr == "going on after 60 cases\n"
    assert not Path("a.parquet.partial").exists()
    run(name, "-o", "b.parquet", "--derived", "--piece", "30")
    for what in ("", ".errors", ".derived"):
        whole, again = Path(f"b{what}.parquet"), Path(f"a{what}.parquet")
        assert whole.read_bytes() == again.read_bytes()


def test_a_run_killed_between_two_files_goes_on(
    folder: Path, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    ndjson("cases.ndjson", CASES)
    replace, put = os.replace, []

    def stopped(source: Path, target: str) -> None:
        if str(source).count("whole."):
            put.append(target)
            if len(put) == 2:
                raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        decide_file(book, Asked(Path("cases.ndjson"), Path("a.parquet")))
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    assert Path("a.errors.parquet").exists() and not Path("a.parquet").exists()
    run("cases.ndjson", "-o", "a.parquet")
    assert told(pl.read_parquet("a.parquet")) == expected(book, CASES)
    assert not Path("a.parquet.partial").exists()


@contextmanager
def interrupted_at(piece: int) -> Iterator[None]:
    """A run under an interrupt before it has kept that piece."""
    keep = Journal.keep

    def stopped(self: Journal, done: Any, frames: Any) -> None:
        if done.piece == piece:
            signal.raise_signal(signal.SIGINT)
        keep(self, done, frames)

    # Where tests run in the background of a shell, interrupts are ignored from the start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Journal, "keep", stopped)
            yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_keeps_what_is_done(folder: Path) -> None:
    ndjson("cases.ndjson", CASES)
    with interrupted_at(1):
        found = run("cases.ndjson", "-o", "a.parquet", "--piece", "2", code=130)
    assert found.stderr == (
        "interrupted: what is done is kept in `a.parquet.partial`; run the same again to go on\n"
    )
    assert found.stdout == ""
    with interrupted_at(0):
        assert run("cases.ndjson", "-o", "b.csv", code=130).stderr == "interrupted\n"
    found = run("cases.ndjson", "-o", "a.parquet", "--piece", "2")
    assert found.stderr == "going on after 2 cases\n"


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_loses_nothing(folder: Path) -> None:
    """Each piece has room, but the whole has not; then one that has none either."""
    cases = [{**case, "id": os.urandom(400).hex()} for case in many(60)]
    ndjson("cases.ndjson", cases)
    with files_of_at_most(30_000):
        found = run("cases.ndjson", "-o", "a.ndjson", "--piece", "10", code=1)
    assert found.stderr == (
        "error: cannot write `a.ndjson.partial/whole.advice.ndjson`: file too large; make room and "
        "run the same again: what is done is kept in `a.ndjson.partial`\n"
    )
    assert not Path("a.ndjson").exists()
    found = run("cases.ndjson", "-o", "a.ndjson", "--piece", "10")
    assert found.stderr == "going on after 60 cases\n"
    with files_of_at_most(3_000):
        found = run("cases.ndjson", "-o", "b.parquet", "--piece", "10", code=1)
    assert "file too large; make room" in found.stderr
    assert not Path("b.parquet").exists() and not Path("b.parquet.partial").exists()


# What is there does not fit -------------------------------------------------------------------


@pytest.fixture
def begun(folder: Path) -> Path:
    """A run that was broken off after two pieces."""
    ndjson("cases.ndjson", many(100))
    with interrupted_at(2):
        run("cases.ndjson", "-o", "a.parquet", "--piece", "30", "--derived", code=130)
    assert Path("a.parquet.partial").is_dir()
    return folder


def test_work_on_something_else_is_not_gone_on_with(begun: Path) -> None:
    again = ("cases.ndjson", "-o", "a.parquet", "--piece", "30", "--derived")
    found = run("cases.ndjson", "-o", "a.parquet", "--piece", "31", code=2)
    assert found.stderr == (
        "error: `a.parquet.partial` holds what was done with another `derived` and another "
        "`piece`: run that again to go on with it, or say `--restart` to throw it away and begin "
        "anew\n"
    )
    rules = Path("rules/shop.rules")
    rules.write_text(RULES.replace(">= 60", ">= 61"), encoding="utf-8")
    assert "what was done with other rules:" in run(*again, code=2).stderr
    rules.write_text(RULES, encoding="utf-8")
    ndjson("cases.ndjson", many(101))
    assert "another file of cases, or another state of it:" in run(*again, code=2).stderr
    found = run(*again, "--restart")
    assert found.stderr == "" and found.stdout.startswith("101 cases, ")


def test_two_runs_on_one_output(begun: Path) -> None:
    with Path("a.parquet.partial/lock").open("r+b") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        found = run("cases.ndjson", "-o", "a.parquet", "--piece", "30", "--derived", code=2)
    assert "another run is at work on this output (it holds `a.parquet.partial`)" in found.stderr
    run("cases.ndjson", "-o", "a.parquet", "--piece", "30", "--derived")


def test_a_folder_that_is_not_ours_is_left_alone(folder: Path) -> None:
    ndjson("cases.ndjson", CASES)
    kept = folder / "a.parquet.partial" / "thesis.txt"
    kept.parent.mkdir()
    kept.write_text("years of work", encoding="utf-8")
    for more in ((), ("--restart",)):
        found = run("cases.ndjson", "-o", "a.parquet", *more, code=2)
        assert "`a.parquet.partial` is no folder of a batch: it holds `thesis.txt`" in found.stderr
    assert kept.read_text(encoding="utf-8") == "years of work"


def test_what_is_there_is_not_written_over(folder: Path) -> None:
    ndjson("cases.ndjson", CASES)
    Path("a.errors.parquet").write_text("mine", encoding="utf-8")
    found = run("cases.ndjson", "-o", "a.parquet", code=2)
    assert found.stderr == (
        "error: `a.errors.parquet` is there already: name another file, or say `--force`\n"
    )
    assert Path("a.errors.parquet").read_text(encoding="utf-8") == "mine"
    run("cases.ndjson", "-o", "a.parquet", "--errors", "e.csv")
    run("cases.ndjson", "-o", "a.parquet", "--errors", "e.csv", "--force")

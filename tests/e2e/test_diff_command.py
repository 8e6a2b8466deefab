"""`matchrules diff` on the packs, between revisions of a repository."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from matchrules.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
COHORT = ("comeback_low_score.yaml", "first_pass_and_safe.yaml", "late_date_old_pass.yaml")
PARAMETER = ("parameters.rules", "is 220 cite article C1", "is 221 cite article C1")
UNLESS = ("step2ck.rules", "  unless letters.us_peds_strong_count >= letters_us_peds_min\n", "")
CELL = ("step2ck.rules", "| < viable_min      |", "| <= viable_min     |")


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The packs in a repository of their own, and a few cases."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    (tmp_path / "cohort").mkdir()
    for name in COHORT:
        shutil.copy(ROOT / "examples" / name, tmp_path / "cohort")
    who = {f"GIT_{role}_{part}": "a@b" for role in ("AUTHOR", "COMMITTER")
           for part in ("NAME", "EMAIL")}  # fmt: skip
    for words in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-q", "-m", "packs")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, env={**os.environ, **who})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def change(packs: Path, name: str, before: str, after: str) -> None:
    file = packs / "rules" / name
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def told(*words: str) -> dict[str, Any]:
    shown = CliRunner().invoke(app, ["diff", "main", "rules", "--format", "json", *words])
    assert shown.exit_code == 0, shown.output
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def test_a_parameter_affects_those_between_the_two_values(packs: Path) -> None:
    change(packs, *PARAMETER)
    found = told("--subject", "balance", "--cohort", "cohort")
    (era,) = found["eras"]
    (changed,) = era["changes"]
    assert changed["kind"] == "parameter"
    assert [line[:24] for line in changed["lines"]] == [
        f"- {PARAMETER[1]}", f"+ {PARAMETER[2]}"
    ]  # fmt: skip
    regions = [
        region for subject in era["subjects"] for shift in subject["shifts"]
        for region in shift["regions"]
    ]  # fmt: skip
    assert regions and not found["undecided"]
    assert all(any("220" in condition for condition in r["conditions"]) for r in regions)
    assert found["cohort"]["cases"] == len(COHORT)
    assert found["cohort"]["affected"] == []
    assert not found["cohort"]["at_fault"]


def test_a_dropped_unless_gives_advice_to_those_it_held_back(packs: Path) -> None:
    change(packs, *UNLESS)
    found = told("--cohort", "cohort")
    (era,) = found["eras"]
    answers = {subject["kind"]: subject["answer"] for subject in era["subjects"]}
    assert answers.pop(None) == "unaffected"
    assert list(answers.values()) == ["affected"]
    assert era["out_of_reach"] > 100
    (subject,) = [s for s in era["subjects"] if s["kind"]]
    assert {shift["effect"] for shift in subject["shifts"]} == {"gained"}
    for shift in subject["shifts"]:
        assert all(not r["before"] and r["after"] for r in shift["regions"])
    assert found["cohort"]["cases"] == len(COHORT)


def children(process: int) -> set[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return {int(word) for word in path.read_text().split()} if path.exists() else set()


def alive(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(so: Any) -> bool:
    until = time.monotonic() + 60.0
    while time.monotonic() < until:
        if so():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks /proc for processes")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_an_interrupted_run_leaves_no_process_and_says_what_is_done(
    packs: Path, number: signal.Signals, code: int
) -> None:
    change(packs, *CELL)
    out = packs / "out"
    with out.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "matchrules.cli", "diff", "main", "rules", "--format", "json"],
            stdout=file, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    assert wait_until(lambda: len(children(process.pid)) == 2)
    workers = children(process.pid)
    process.send_signal(number)
    error = process.communicate(timeout=60)[1].decode()
    assert process.returncode == code
    assert wait_until(lambda: not any(alive(worker) for worker in workers))
    assert "Traceback" not in error
    if number is signal.SIGINT:
        assert "interrupted: what is said above was done by then" in error
        found = json.loads(out.read_text(encoding="utf-8"))
        assert found["interrupted"] and found["undecided"]
        reasons = {s["reason"] for s in found["eras"][0]["subjects"] if s["answer"] == "undecided"}
        assert reasons == {"interrupted"}


def test_without_z3_the_extra_is_named_and_what_is_out_of_reach_is_said(packs: Path) -> None:
    change(packs, *UNLESS)
    without = "import sys; sys.modules['z3'] = None; from matchrules.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", without, "diff", "main", "rules"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert 'pip install "matchrules[prove]"' in done.stdout
    assert "undecided" in done.stdout and done.returncode == 0

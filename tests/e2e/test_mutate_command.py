"""`matchrules mutate`, as a user meets it."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from matchrules.cli.app import app

RULES = """
ruleset cloakroom
  version 1
  effective from 2026-01-01
source house "House rules"
fact guest "Who hands something in"
  bags : integer 0..9 optional
advice counter "At the counter"
  take "Take it in"
rule take_bags
  id C-01
  cite house
  when guest.bags <= 2
  then may counter.take "We keep them."
example "Two bags"
  given guest: bags = 2
  as of 2026-11-01
  expect may counter.take
"""


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["mutate", *map(str, words)], prog_name="matchrules")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "cloakroom.rules"
    path.write_text(RULES, encoding="utf-8")
    return path


@pytest.fixture
def quick() -> list[str]:
    return ["--processes", "1", "--time", "0"]


def test_without_the_prover_it_is_said_what_was_not_asked(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = (rules, "--processes", "1", "--sample", 3, "--no-properties")
    said = 'pip install "matchrules[prove]"'
    assert said not in run(*words).stdout
    monkeypatch.setitem(sys.modules, "z3", None)  # as if it were not installed
    assert said in run(*words).stdout
    assert said not in run(*words, "--time", 0).stdout


def test_a_survivor_is_shown_where_it_is_written(rules: Path, quick: list[str]) -> None:
    shown = run(rules, *quick)
    assert (shown.exit_code, shown.stderr) == (0, "")
    said = f"survived  {rules}:13:22  rule `C-01` `take_bags`: `2` made `3`\n"
    assert said in shown.stdout
    assert "  13 |   when guest.bags <= 2\n     |                      ^\n" in shown.stdout
    assert "the one example does not come to where it makes a difference" in shown.stdout
    one = f"one that would: “Two bags” with guest: bags = 3 ({rules}:15): `take_bags`"
    assert one in shown.stdout
    assert shown.stdout.endswith("7 mutants: 5 noticed, 2 survived; 71.4 %\n")


def test_json_tells_of_every_mutant(rules: Path, quick: list[str]) -> None:
    told = json.loads(run(rules, *quick, "--format", "json").stdout)
    assert [told[n] for n in ("made", "killed", "survived", "refused", "interrupted")] == [
        7, 5, 2, 0, False
    ]  # fmt: skip
    assert told["percent"] == 71.4
    assert [one["file"] for one in told["files"]] == [str(rules)]
    mutants = {one["change"]: one for one in told["mutants"]}
    noticed = mutants["`2` made `1`"]["noticed_by"]
    assert noticed == {"kind": "example", "name": "Two bags", "place": f"{rules}:15"}
    assert mutants["`2` made `3`"]["noticed_by"] is None
    assert (mutants["`2` made `3`"]["line"], mutants["`2` made `3`"]["column"]) == (13, 22)


def test_too_low_a_score_fails(rules: Path, quick: list[str]) -> None:
    assert run(rules, *quick, "--fail-under", "71").exit_code == 0
    failed = run(rules, *quick, "--fail-under", "95")
    assert failed.exit_code == 1
    assert failed.stderr == "error: 71.4 % of the mutants were noticed, not 95 %\n"


def test_only_and_sample(rules: Path, quick: list[str]) -> None:
    assert "7 mutants" in run(rules, *quick, "--only", "C-01").stdout
    assert "3 mutants" in run(rules, *quick, "--sample", "3").stdout
    refused = run(rules, *quick, "--only", "take_bag")
    assert refused.exit_code == 2
    assert (
        "nothing that can be changed is called `take_bag`; did you mean `take_bags`?"
        in refused.stderr
    )


def test_rules_that_fail_tell_so(rules: Path, quick: list[str]) -> None:
    rules.write_text(RULES.replace("bags = 2", "bags = 3"), encoding="utf-8")
    failed = run(rules, *quick)
    assert failed.exit_code == 1 and not failed.stdout
    assert "error[MR701]: example `Two bags` does not come out as expected" in failed.stderr


def test_rules_without_anything_to_change(tmp_path: Path, quick: list[str]) -> None:
    path = tmp_path / "bare.rules"
    path.write_text("ruleset bare\n  version 1\n  effective from 2026-01-01\n", encoding="utf-8")
    shown = run(path, *quick)
    assert (shown.exit_code, shown.stdout) == (0, "there is nothing to change\n")


# Interrupted --------------------------------------------------------------------------------------


def children(pid: int) -> list[int]:
    """The processes that one has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(what: object, seconds: float = 60.0) -> None:
    """Until a call of it is true; the time is only for giving up."""
    assert callable(what)
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupt_leaves_no_processes(how: signal.Signals, rules: Path) -> None:
    said = "property p\n  when guest.bags <= 2\n  then fires C-01\n"
    rules.write_text(RULES + said, encoding="utf-8")
    command = [sys.executable, "-m", "matchrules.cli", "mutate", str(rules)]
    run = subprocess.Popen(
        [*command, "--time", "0", "--cases", "50000", "--format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for(lambda: bool(children(run.pid)))
    workers = children(run.pid)
    run.send_signal(how)
    out, err = run.communicate()
    wait_for(lambda: not any(alive(worker) for worker in workers))
    if how is signal.SIGINT:
        assert run.returncode == 130 and not err
        told = json.loads(out)
        assert told["interrupted"] is True
        assert told["made"] == told["killed"] + told["survived"] + told["untried"]
        assert told["survived"] == 0 and told["untried"] > 0


def test_progress_is_shown_on_a_terminal(rules: Path) -> None:
    shown, terminal = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "matchrules.cli", "mutate", str(rules), "--processes", "1"],
        stdout=subprocess.PIPE, stderr=terminal, env={**os.environ, "TERM": "xterm"}, check=False,
    )  # fmt: skip
    os.close(terminal)
    assert done.returncode == 0
    assert b"examples" in os.read(shown, 1 << 16)
    os.close(shown)

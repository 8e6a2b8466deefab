"""The command line, as a user meets it: every command, every way out."""

import ctypes
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from matchrules.cli.app import COMMANDS, app

ROOT = Path(__file__).parents[2]


def run(*words: str | Path, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env=env, prog_name="matchrules")


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    """The starter rule set."""
    folder = tmp_path / "walk"
    assert run("new", folder).exit_code == 0
    return folder


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_help_and_version() -> None:
    shown = run("-h")
    assert shown.exit_code == 0
    assert all(command in shown.stdout for command in COMMANDS)
    assert run("--version").stdout.startswith("matchrules 0.")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    shown = run(command, "-h")
    assert shown.exit_code == 0
    assert "--format" in shown.stdout


def test_a_misspelt_command() -> None:
    shown = run("advice", "x")
    assert shown.exit_code == 2
    assert "there is no command `advice`; did you mean `advise`?" in shown.stderr
    assert not shown.stdout


# new ----------------------------------------------------------------------------------------------


def test_the_starter_has_no_faults_and_passes_its_own_test(walk: Path) -> None:
    checked = run("check", walk)
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout == "no faults in 2 files\n"
    tested = run("test", walk)
    assert tested.exit_code == 0, tested.output
    advised = run("advise", walk / "case.yaml", "--rules", walk)
    assert advised.exit_code == 0, advised.output
    assert "Ben: bring boots" in advised.stdout


def test_new_refuses_a_folder_that_is_not_empty(walk: Path) -> None:
    before = (walk / "walk.rules").read_bytes()
    again = run("new", walk)
    assert again.exit_code == 2
    assert "is not empty" in again.stderr
    assert (walk / "walk.rules").read_bytes() == before


def test_new_takes_an_empty_folder_and_tells_what_it_wrote(tmp_path: Path) -> None:
    shown = run("new", tmp_path, "--format", "json")
    assert shown.exit_code == 0
    assert all(Path(path).is_file() for path in json.loads(shown.stdout)["written"])


# advise -------------------------------------------------------------------------------------------


def test_advice_is_grouped_and_strongest_first(walk: Path) -> None:
    shown = run("advise", walk / "case.yaml", "--rules", walk).stdout
    lines = shown.splitlines()
    assert lines[0] == f"Advice for {walk / 'case.yaml'}, as of 2026-11-01"
    heads = [lines.index(title) for title in ("The walk", "What to bring", "Sources")]
    assert heads == sorted(heads)
    assert lines.index("  Must        Ben: bring boots, the path is wet.") < next(
        number for number, line in enumerate(lines) if line.startswith("  Should      Bring a rain")
    )
    assert "              club (W-04)" in lines
    assert "  club  House rules of the walking club" in lines


def test_json_is_the_decision(walk: Path) -> None:
    import matchrules as mr

    shown = run("advise", walk / "case.yaml", "--rules", walk, "--format", "json")
    decision = mr.load(walk).decide(walk / "case.yaml")
    assert json.loads(shown.stdout) == decision.to_dict()


def test_both_engines_say_the_same(walk: Path) -> None:
    shown = [
        run("advise", walk / "case.yaml", "--rules", walk, "--engine", engine).stdout
        for engine in ("rete", "interpreter")
    ]
    assert shown[0] == shown[1] != ""


def test_markdown(walk: Path) -> None:
    shown = run("advise", walk / "case.yaml", "--rules", walk, "--format", "markdown").stdout
    assert shown.startswith("# Advice for ")
    assert "\n## What to bring\n\n- **Must.** Ben: bring boots, the path is wet.\n" in shown
    assert "\n- Further, in its order: " in shown[shown.index("## Small print") :]


def test_text_is_wrapped_to_the_width(walk: Path) -> None:
    shown = run("advise", walk / "case.yaml", "--rules", walk, env={"COLUMNS": "50"}).stdout
    body = shown.splitlines()[1:]  # the first line holds a path, which is not broken
    assert max(map(len, body)) <= 50


def test_what_is_unknown_and_would_help(walk: Path) -> None:
    case = walk / "less.yaml"
    case.write_text("as_of: 2026-11-01\nforecast: {rain_chance: 80}\nwalker: [{name: Ada}]\n")
    shown = run("advise", case, "--rules", walk).stdout
    ending = shown[shown.index("Not known, and would help") :].splitlines()
    assert ending[1] == "  forecast.ground   what the path is like"
    assert ending[2] == "  walker.has_boots  has boots that keep water out"


def test_instances_of_one_rule_stand_together(walk: Path) -> None:
    case = walk / "many.yaml"
    names = [f"W{n}" for n in range(12)]
    case.write_text(
        "as_of: 2026-11-01\nforecast: {ground: wet, rain_chance: 0}\nwalker:\n"
        + "".join(f"  - name: {name}\n" for name in names)
    )
    shown = run("advise", case, "--rules", walk).stdout
    assert shown.count("Must ") == 1 and shown.count("club (W-04)") == 1
    assert all(f"• {name}: bring boots" in shown for name in names)


def test_as_of_may_be_said_in_the_call(walk: Path) -> None:
    case = walk / "undated.yaml"
    case.write_text("forecast: {ground: icy}\n")
    shown = run("advise", case, "--rules", walk, "--as-of", "2026-12-24")
    assert "as of 2026-12-24" in shown.stdout
    missing = run("advise", case, "--rules", walk)
    assert missing.exit_code == 1 and "as_of" in missing.stderr and not missing.stdout
    other = run("advise", walk / "case.yaml", "--rules", walk, "--as-of", "2026-12-24")
    assert other.exit_code == 1 and "as_of" in other.stderr
    wrong = run("advise", case, "--rules", walk, "--as-of", "24.12.2026")
    assert wrong.exit_code == 2 and "`24.12.2026` is not a date" in wrong.stderr


def test_faults_of_a_case_show_their_line(walk: Path) -> None:
    case = walk / "bad.yaml"
    case.write_text("as_of: 2026-11-01\nforecast:\n  ground: soggy\n  rain_chance: 120\n")
    shown = run("advise", case, "--rules", walk)
    assert shown.exit_code == 1 and not shown.stdout
    assert f"--> {case}:3:11" in shown.stderr and f"--> {case}:4:16" in shown.stderr
    assert shown.stderr.endswith("\n2 errors\n")
    told = json.loads(run("advise", case, "--rules", walk, "--format", "json").stderr)
    assert [fault["labels"][0]["start"]["line"] for fault in told["diagnostics"]] == [3, 4]


def test_faults_of_the_rules_stop_advise_too(walk: Path) -> None:
    append(walk / "walk.rules", "\nrule broken\n  when nothing.there\n")
    shown = run("advise", walk / "case.yaml", "--rules", walk)
    assert shown.exit_code == 1 and "error[MR" in shown.stderr and not shown.stdout


def test_the_packs_are_used_without_rules() -> None:
    case = sorted((ROOT / "examples").glob("*.yaml"))[0]
    shown = run("advise", case)
    assert shown.exit_code == 0, shown.stderr
    assert "residency" in shown.stdout.lower() or "usmle" in shown.stdout.lower()


# wrong usage --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("advise",),
        ("advise", "nothing-there.yaml"),
        ("advise", "."),
        ("check", "nothing-there"),
        ("check", "--format", "xml"),
        ("advise", "x.yaml", "--engine", "magic"),
        ("--nonsense",),
        ("new",),
        ("mutate", ".", "--time", "inf"),
        ("mutate", ".", "--fail-under", "nan"),
        ("test", ".", "--cov-fail-under", "nan"),
        ("diff", ".", ".", "--time", "inf"),
    ],
    ids=" ".join,
)
def test_wrong_usage(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.yaml").write_text("a: 1\n")
    shown = run(*words)
    assert shown.exit_code == 2
    assert shown.stderr and not shown.stdout and "Traceback" not in shown.output


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        # what a call into a library makes of one that comes while its arguments are converted
        ctypes.ArgumentError("argument 1: KeyboardInterrupt: "),
    ],
    ids=["by itself", "wrapped"],
)
def test_an_interrupt_of_any_command(error: BaseException) -> None:
    def interrupted() -> None:
        raise error

    group = type(app)("group", commands={"check": click.Command("check", callback=interrupted)})
    group.get_command = lambda ctx, name: group.commands[name]  # type: ignore[method-assign]  # our own
    shown = CliRunner().invoke(group, ["check"])
    assert (shown.exit_code, shown.stdout, shown.stderr) == (130, "", "interrupted\n")


@pytest.mark.parametrize("module", ["matchrules", "matchrules.cli"])
def test_as_a_module(module: str) -> None:
    words = [sys.executable, "-m", module, "nothing"]
    shown = subprocess.run(words, capture_output=True, text=True, check=False)
    assert shown.returncode == 2
    assert "there is no command `nothing`" in shown.stderr


def test_a_folder_without_rules(tmp_path: Path) -> None:
    shown = run("check", tmp_path)
    assert shown.exit_code == 1
    assert "there are no rules in" in shown.stderr and "= help:" in shown.stderr


# check --------------------------------------------------------------------------------------------


def test_check_tells_all_faults_and_where(walk: Path) -> None:
    append(
        walk / "walk.rules",
        '\nrule a\n  cite club\n  when forecast.rain\n  then must outing.go "x"\n',
    )
    append(walk / "vocabulary.rules", "\nfact odd\n  x : wrong_type\n")
    shown = run("check", walk)
    assert shown.exit_code == 1 and not shown.stdout
    assert "walk.rules:" in shown.stderr and "vocabulary.rules:" in shown.stderr
    told = run("check", walk, "--format", "json")
    assert told.exit_code == 1 and not told.stderr
    codes = [fault["code"] for fault in json.loads(told.stdout)["diagnostics"]]
    assert codes and all(f"[{code}]" in shown.stderr for code in codes)


def test_check_takes_files_and_folders_together(walk: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.rules"
    own.write_text("ruleset own version 1 effective from 2026-01-01 uses walk\n")
    assert run("check", walk, own).stdout == "no faults in 3 files\n"


# test ---------------------------------------------------------------------------------------------


def test_a_failing_example_says_what_was_expected_and_what_came(walk: Path) -> None:
    append(
        walk / "walk.rules",
        '\nexample "wrong"\n  given forecast: ground = icy\n  as of 2026-11-01\n'
        "  expect should outing.go\n",
    )
    shown = run("test", walk)
    assert shown.exit_code == 1
    assert "expected should outing.go" in shown.stdout
    assert "walk.rules:" in shown.stdout and "must_not outing.go" in shown.stdout
    told = json.loads(run("test", walk, "--format", "json").stdout)
    assert [example["passed"] for example in told["examples"]].count(False) == 1


# stubs and schema ---------------------------------------------------------------------------------


def test_stubs_are_a_module_that_compiles(walk: Path) -> None:
    shown = run("stubs", "--rules", walk)
    assert shown.exit_code == 0, shown.output
    compile(shown.stdout, "stubs.py", "exec")
    assert "class Forecast" in shown.stdout
    told = run("stubs", "--rules", walk, "--format", "json")
    assert json.loads(told.stdout)["module"].strip() == shown.stdout.strip()


def test_schema_is_json_schema(walk: Path) -> None:
    shown = run("schema", "--rules", walk)
    assert shown.exit_code == 0, shown.output
    assert "forecast" in json.loads(shown.stdout)["properties"]


# the streams --------------------------------------------------------------------------------------


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "matchrules.cli", *map(str, words)]


def on_terminal(*words: str | Path, **env: str) -> str:
    """What the command writes to a terminal."""
    leader, follower = pty.openpty()
    done = subprocess.Popen(
        command(*words), stdout=follower, stderr=follower, stdin=follower,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", **env},
    )  # fmt: skip
    os.close(follower)
    written = b""
    while True:
        try:
            some = os.read(leader, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not some:
            break
        written += some
    done.wait()
    os.close(leader)
    return written.decode()


def test_colour_only_on_a_terminal(walk: Path) -> None:
    (walk / "bad.yaml").write_text("as_of: 2026-11-01\nforecast: {ground: soggy}\n")
    advise = ("advise", walk / "case.yaml", "--rules", walk)
    fault = ("advise", walk / "bad.yaml", "--rules", walk)
    for words in (advise, fault):
        assert "\x1b[" in on_terminal(*words)
        assert "\x1b[" not in on_terminal(*words, NO_COLOR="1")
        piped = subprocess.run(command(*words), capture_output=True, check=False)
        assert b"\x1b" not in piped.stdout + piped.stderr


def test_a_reader_that_goes_away_is_no_error(walk: Path) -> None:
    with (walk / "walk.rules").open("a") as file:
        for number in range(300):
            file.write(f'\nrule r{number}\n  cite club\n  then may outing.go "{"long " * 20}"\n')
    done = subprocess.Popen(
        command("advise", walk / "case.yaml", "--rules", walk, "--engine", "interpreter"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert done.stdout is not None and done.stderr is not None
    done.stdout.readline()
    done.stdout.close()
    told = done.stderr.read()
    done.stderr.close()
    done.wait()
    assert told == b""


def test_a_terminal_without_unicode_is_no_error(walk: Path) -> None:
    (walk / "vocabulary.rules").write_text(
        (walk / "vocabulary.rules").read_text().replace("The walk", "Der Weg 雪")
    )
    done = subprocess.run(
        command("advise", walk / "case.yaml", "--rules", walk),
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
def test_a_full_disk_is_told_in_one_line(walk: Path) -> None:
    for words in (("advise", walk / "case.yaml", "--rules", walk), ("check", walk)):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(command(*words), stdout=full, stderr=subprocess.PIPE, check=False)
        said = done.stderr.decode()
        assert (done.returncode, said) == (
            1, "error: cannot write the answer: no space left on device\n"
        )  # fmt: skip

"""`matchrules replay`, and the records and logs that `advise` writes, as a user meets them."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import matchrules as mr
from matchrules.cli.app import app
from matchrules.records import Log, Record

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
APPLICANTS = sorted(
    path for path in (ROOT / "examples").iterdir() if path.suffix in (".yaml", ".json", ".toml")
)
OFFICE = """
ruleset office version 1 effective from 2026-01-01
source handbook "A handbook"
fact guest
  name : text optional private
  age  : integer 0..120 optional
advice visit
  greet
rule greeting "A greeting"
  cite handbook
  when guest.age > 17
  then must visit.greet "Welcome, {guest.name}."
"""


def run(*words: Any) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="matchrules")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "office.rules").write_text(OFFICE)
    (tmp_path / "case.yaml").write_text("as_of: 2026-03-01\nguest: {name: Ada, age: 30}\n")
    (tmp_path / "old.yaml").write_text("as_of: 2026-03-01\nguest: {age: 90}\n")
    return tmp_path


def advise(case: str, *words: Any) -> Result:
    done = run("advise", case, "--rules", "rules", *words)
    assert done.exit_code == 0, done.output
    return done


def test_a_record_is_replayed(here: Path) -> None:
    shown = advise("old.yaml", "--record", "r.json").stdout
    assert shown == advise("old.yaml").stdout  # what is kept changes nothing of what is shown
    done = run("replay", "r.json", "--rules", "rules")
    assert (done.exit_code, done.stdout, done.stderr) == (
        0, "The same, byte for byte: 1 piece of advice for 2026-03-01.\n", "",
    )  # fmt: skip
    text = Path("r.json").read_text()
    assert text == Record.read(text).to_json() + "\n"


def test_every_applicant_is_kept_and_replayed(tmp_path: Path) -> None:
    book = mr.load(RULES, cache=True)
    log = Log(tmp_path / "log.ndjson")
    for applicant in APPLICANTS:
        line = log.append(book.decide(applicant).record())
        assert log.record(line).to_dict()["as_of"]
    done = run("replay", log.path, "--line", len(APPLICANTS), "--rules", RULES)
    assert done.exit_code == 0
    assert done.stdout.startswith("The same, byte for byte:")


def test_what_differs_is_told_with_exit_code_1(here: Path) -> None:
    advise("old.yaml", "--record", "r.json")
    (here / "rules" / "office.rules").write_text(OFFICE.replace("> 17", "> 90"))
    done = run("replay", "r.json", "--rules", "rules")
    assert done.exit_code == 1 and not done.stderr
    assert "Advice that goes:" in done.stdout
    assert "because rule `greeting` (A greeting) is another one now" in done.stdout
    told = run("replay", "r.json", "--rules", "rules", "--format", "json")
    assert told.exit_code == 1
    tree = json.loads(told.stdout)
    assert tree["advice"][0]["because"][0]["name"] == "greeting"
    assert tree["advice"][0]["change"] == "goes"


def test_private_facts_and_a_salt_of_their_own(here: Path) -> None:
    advise("case.yaml", "--record", "r.json", "--salt-file", "salt")
    assert "Ada" not in Path("r.json").read_text()
    assert Record.read(Path("r.json").read_text()).salt is None
    salt = Path("salt").read_text()
    assert stat.S_IMODE(os.stat("salt").st_mode) == 0o600 and len(salt.strip()) == 32
    alone = run("replay", "r.json", "--rules", "rules")
    assert alone.exit_code == 1
    assert "private facts as hashes only (`guest.name`)" in " ".join(alone.stdout.split())
    words = ("replay", "r.json", "--rules", "rules", "--facts", "case.yaml")
    unsalted = run(*words)
    assert unsalted.exit_code == 1 and "error[MR909]" in unsalted.stderr
    assert run(*words, "--salt-file", "salt").exit_code == 0
    advise("case.yaml", "--record", "again.json", "--salt-file", "salt")
    assert Path("again.json").read_bytes() == Path("r.json").read_bytes()
    assert Path("salt").read_text() == salt
    other = run("replay", "r.json", "--rules", "rules", "--facts", "old.yaml",
                "--salt-file", "salt")  # fmt: skip
    assert other.exit_code == 1 and "error[MR908]" in other.stderr


def test_a_log_grows(here: Path) -> None:
    advise("case.yaml", "--log", "log.ndjson")
    advise("old.yaml", "--log", "log.ndjson", "--record", "r.json")
    assert [record.to_json() + "\n" for record in Log("log.ndjson")][1] == (
        Path("r.json").read_text()
    )
    assert run("replay", "log.ndjson", "--rules", "rules", "--line", 2).exit_code == 0
    rules = run("replay", "log.ndjson", "--rules", "rules", "--line", 0)
    assert rules.exit_code == 1 and "error[MR907]" in rules.stderr
    whole = run("replay", "log.ndjson", "--rules", "rules")
    assert whole.exit_code == 1 and "--line N" in whole.stderr


def test_no_advice_is_shown_that_is_not_kept(here: Path) -> None:
    (here / "log.ndjson").write_text("my notes\n")
    done = run("advise", "old.yaml", "--rules", "rules", "--log", "log.ndjson")
    assert done.exit_code == 1 and done.stdout == ""
    assert "error[MR906]: the last line of `log.ndjson` is no line of a log" in done.stderr
    assert (here / "log.ndjson").read_text() == "my notes\n"
    away = run("advise", "old.yaml", "--rules", "rules", "--record", "no/where.json")
    assert away.exit_code == 2 and away.stdout == ""
    assert away.stderr == "error: cannot write `no/where.json`: no such file or directory\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--log", "l", "--record", "l"),
        ("--log", "./l", "--record", "link"),
        ("--record", "case.yaml"),
        ("--log", "case.yaml"),
        ("--salt-file", "r.json", "--record", "r.json"),
    ],
)
def test_a_file_is_for_one_thing(here: Path, words: tuple[str, ...]) -> None:
    (here / "link").symlink_to("l")
    before = (here / "case.yaml").read_text()
    done = run("advise", "case.yaml", "--rules", "rules", *words)
    assert done.exit_code == 2 and done.stdout == ""
    assert "name a file of its own for each" in done.stderr
    assert (here / "case.yaml").read_text() == before
    assert not Path("l").exists() and not Path("r.json").exists()


def test_a_log_is_not_overwritten_by_a_record(here: Path) -> None:
    advise("case.yaml", "--log", "log.ndjson")
    before = Path("log.ndjson").read_bytes()
    done = run("advise", "case.yaml", "--rules", "rules", "--record", "log.ndjson")
    assert done.exit_code == 2 and done.stdout == ""
    assert done.stderr == (
        "error: `log.ndjson` is a log of decisions, which `--record` would overwrite: "
        "say `--log log.ndjson` to add to it\n"
    )
    assert Path("log.ndjson").read_bytes() == before


def test_a_record_takes_the_place_of_an_older_one_whole_or_not_at_all(here: Path) -> None:
    Path("r.json").write_text("old")
    Path("r.json").chmod(0o640)
    Path("link.json").symlink_to("r.json")
    Path("log.ndjson").write_text("my notes\n")
    words = ("advise", "case.yaml", "--rules", "rules", "--record", "link.json")
    assert run(*words, "--log", "log.ndjson").exit_code == 1
    assert Path("r.json").read_text() == "old"
    names = sorted(path.name for path in here.iterdir())
    advise("case.yaml", "--record", "link.json")
    assert Path("link.json").is_symlink() and stat.S_IMODE(Path("r.json").stat().st_mode) == 0o640
    Record.read(Path("r.json").read_bytes())
    assert sorted(path.name for path in here.iterdir()) == names
    assert run(*words[:-1], "/dev/full").stderr == (
        "error: cannot write `/dev/full`: no space left on device\n"
    )


def test_a_salt_is_for_a_record(here: Path) -> None:
    done = run("advise", "old.yaml", "--rules", "rules", "--salt-file", "salt")
    assert done.exit_code == 2
    assert "`--salt-file` is for a record: say `--record` or `--log` too" in done.stderr
    assert not Path("salt").exists()
    Path("salt").write_bytes(b" \n")
    empty = run("advise", "old.yaml", "--rules", "rules", "--salt-file", "salt", "--record", "r")
    assert empty.exit_code == 2 and "error: `salt` holds no salt" in empty.stderr
    Path("salt").write_text("two\nlines\n")
    more = run("advise", "old.yaml", "--rules", "rules", "--salt-file", "salt", "--record", "r")
    assert more.exit_code == 2 and "one line of text" in more.stderr
    assert not Path("r").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "error[MR901]: this is no record: there is nothing in it"),
        (b'{"format":1,"matchrules"', "error[MR901]: the record is cut off: it ends after 24"),
        (b"\xff\xfe", "error[MR901]: this is no record: it is no text in UTF-8"),
        (b"[" * 10_000, "error[MR901]: this is no record: it nests too deep"),
    ],
)
def test_what_is_no_record(here: Path, content: bytes, says: str) -> None:
    Path("r.json").write_bytes(content)
    done = run("replay", "r.json", "--rules", "rules")
    assert done.exit_code == 1 and done.stdout == ""
    assert says in done.stderr and "Traceback" not in done.stderr


def test_an_edited_record_and_rules_that_are_not_at_hand(here: Path) -> None:
    advise("old.yaml", "--record", "r.json")
    edited = Path("r.json").read_text().replace("2026-03-01", "2026-03-02")
    Path("edited.json").write_text(edited)
    assert "error[MR903]" in run("replay", "edited.json", "--rules", "rules").stderr
    (here / "rules" / "office.rules").write_text(OFFICE.replace("2026-01-01", "2027-01-01"))
    done = run("replay", "r.json", "--rules", "rules", "--format", "json")
    assert done.exit_code == 1
    (fault,) = json.loads(done.stderr)["diagnostics"]
    assert fault["code"] == "MR905"
    assert "office (version 1)" in fault["help"]


def test_a_text_that_a_terminal_obeys_is_not_printed(here: Path) -> None:
    Path("case.yaml").write_text('as_of: 2026-03-01\nguest: {name: "\\e[31mred", age: 30}\n')
    (here / "rules" / "office.rules").write_text(OFFICE.replace(" private", ""))
    advise("case.yaml", "--record", "r.json")
    (here / "rules" / "office.rules").write_text(OFFICE.replace(" private", "").replace("17", "40"))
    done = run("replay", "r.json", "--rules", "rules")
    assert done.exit_code == 1
    assert "red" in done.stdout and "\x1b" not in done.stdout

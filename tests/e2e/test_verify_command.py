"""`matchrules verify` on records and logs that `matchrules advise` keeps."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from matchrules.cli.app import app

RULES = """
ruleset shop
  version 1
  effective from 2026-01-01

source book "The shop book"
fact customer "Who comes"
  name : text optional never read private
  age : integer 0..120 years optional
advice serve "How to serve"
  kindly
  gladly
rule old
  cite book
  when customer.age >= 60 years
  then must serve.kindly "Be kind."
rule any
  cite book
  then should serve.gladly "Be glad."
"""


def run(*words: str | Path) -> Result:
    found = CliRunner().invoke(app, [str(word) for word in words])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.output
    return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rules, cases, a record, one whose salt is elsewhere, and a log of three."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "rules").mkdir()
    (folder / "rules" / "shop.rules").write_text(RULES, encoding="utf-8")
    for age in (71, 72, 73):
        case = f"as_of: 2026-03-01\ncustomer: {{name: Ann, age: {age}}}\n"
        (folder / f"{age}.yaml").write_text(case, encoding="utf-8")
    advise = ("advise", "--rules", folder / "rules")
    first = folder / "71.yaml"
    assert run(*advise, first, "--record", folder / "record.json").exit_code == 0
    salted = ("--record", folder / "salted.json", "--salt-file", folder / "salt")
    assert run(*advise, first, *salted).exit_code == 0
    for age in (71, 72, 73):
        case_file = folder / f"{age}.yaml"
        assert run(*advise, case_file, "--log", folder / "log.ndjson").exit_code == 0
    return folder


def edited(file: Path, to: Path, old: str, new: str) -> Path:
    text = file.read_text(encoding="utf-8")
    assert old in text
    to.write_text(text.replace(old, new, 1), encoding="utf-8")
    return to


def test_a_record_that_holds(kept: Path) -> None:
    found = run("verify", kept / "record.json")
    assert found.exit_code == 0
    assert found.stdout.startswith("The record holds: ")
    assert "were not compared with any at hand" in found.stdout
    found = run("verify", kept / "record.json", "--rules", kept / "rules")
    assert found.exit_code == 0
    assert "Its rules are those at hand: shop (version 1)." in found.stdout


def test_as_json(kept: Path) -> None:
    found = run("verify", kept / "record.json", "--format", "json")
    tree: dict[str, Any] = json.loads(found.stdout)
    assert (tree["ok"], tree["what"], tree["compared"], tree["faults"]) == (
        True, "record", False, [],
    )  # fmt: skip
    assert tree["steps"] == 4 and tree["advice"] == 2


def test_an_edited_record(kept: Path, tmp_path: Path) -> None:
    record = edited(
        kept / "record.json", tmp_path / "r.json", '"strength":"must"', '"strength":"may"'
    )
    found = run("verify", record)
    assert found.exit_code == 1
    assert "error[MR922]: sha256: says " in found.stdout
    assert "error[MR927]: advice" in found.stdout
    assert "This record does not hold: " in found.stdout
    tree = json.loads(run("verify", record, "--format", "json").stdout)
    assert tree["ok"] is False and {fault["code"] for fault in tree["faults"]} >= {"MR922"}


def test_other_rules(kept: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(kept / "rules", rules)
    edited(rules / "shop.rules", rules / "shop.rules", "ruleset shop", "ruleset shop ")
    found = run("verify", kept / "record.json", "--rules", rules)
    assert found.exit_code == 1
    assert "error[MR929]: rules: are not the rules at hand: the text of `shop`" in found.stdout
    (rules / "shop.rules").write_text("ruleset", encoding="utf-8")
    assert run("verify", kept / "record.json", "--rules", rules).exit_code == 1


def test_private_facts(kept: Path, tmp_path: Path) -> None:
    case = kept / "71.yaml"
    assert "Taken on trust, because of private facts: 1 value (facts.customer.name)." in (
        run("verify", kept / "record.json").stdout
    )
    found = run("verify", kept / "record.json", "--facts", case)
    assert found.exit_code == 0 and "on trust" not in found.stdout
    words = ("verify", kept / "salted.json", "--facts", case)
    assert run(*words).exit_code == 1
    found = run(*words, "--salt-file", kept / "salt")
    assert found.exit_code == 0 and "on trust" not in found.stdout
    other = edited(case, tmp_path / "case.yaml", "Ann", "Bob")
    found = run("verify", kept / "record.json", "--facts", other)
    assert found.exit_code == 1 and "MR924" in found.stdout
    record = edited(kept / "record.json", tmp_path / "r.json", '"should"', '"may"')
    assert "MR922" in run("verify", record, "--facts", case).stdout


def test_a_log(kept: Path, tmp_path: Path) -> None:
    found = run("verify", kept / "log.ndjson", "--rules", kept / "rules")
    assert found.exit_code == 0
    assert "The chain of 4 lines holds, and so do the 3 records in it: " in found.stdout
    head = json.loads(run("verify", kept / "log.ndjson", "--format", "json").stdout)["head"]
    assert f"The hash of its last line is {head}." in found.stdout
    assert run("verify", kept / "log.ndjson", "--head", head).exit_code == 0
    lines = (kept / "log.ndjson").read_bytes().splitlines(keepends=True)
    cut = tmp_path / "cut.ndjson"
    cut.write_bytes(b"".join(lines[:-1]))
    assert run("verify", cut).exit_code == 0
    found = run("verify", cut, "--head", head)
    assert found.exit_code == 1 and "error[MR928]: the log: ends in another line" in found.stdout
    cut.write_bytes(b"".join([lines[0], *lines[2:]]))
    found = run("verify", cut)
    assert found.exit_code == 1 and "error[MR928]: line 1: says that it is line `2`" in found.stdout


def test_what_cannot_be_meant(kept: Path, tmp_path: Path) -> None:
    case = kept / "71.yaml"
    found = run("verify", kept / "log.ndjson", "--facts", case)
    assert found.exit_code == 2 and "leave --facts out for a log" in found.stderr
    assert run("verify", tmp_path / "none.json").exit_code == 2
    assert run("verify", tmp_path).exit_code == 2
    found = run("verify", kept / "record.json", "--head", "1" * 64)
    assert found.exit_code == 1 and "a record has no chain" in found.stdout


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"nonsense", b'{"format":7}', b"\x00"]
)
def test_what_is_no_record(kept: Path, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    found = run("verify", file)
    assert found.exit_code == 1
    assert found.stdout.startswith("error[MR92")
    found = run("verify", file, "--facts", kept / "71.yaml")
    assert found.exit_code == 1


def test_what_a_terminal_would_obey_is_shown_as_none(kept: Path, tmp_path: Path) -> None:
    record = edited(kept / "record.json", tmp_path / "r.json", '"strength":"must"',
                    '"strength":"\\u001b[2J\\u202e"')  # fmt: skip
    found = run("verify", record)
    assert found.exit_code == 1
    assert "\x1b" not in found.stdout and "\u202e" not in found.stdout

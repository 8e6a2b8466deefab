"""Coverage as people meet it: `matchrules test --cov`, `pytest --rules-cov`, and the page."""

import json
import os
import pty
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

# What runs within this process finds these loaded, and leaves them so.
import matchrules.testing.plugin  # noqa: F401
from matchrules.cli.app import app

pytest_plugins = ["pytester"]

RULES = """\
ruleset cloakroom
  version 1
  effective from 2026-01-01
source house "House <rules> & more"
fact guest
  bags : integer 0..9 optional
  dog  : yes_no optional
advice counter
  take
  turn_away
rule take_bags
  id C-01
  cite house
  when guest.bags <= 2 and not guest.dog
  then may counter.take "We keep your {guest.bags} bags, for <b>free</b> & \\"safely\\"."
rule no_dogs
  id C-02
  cite house
  when guest.dog
  then must_not counter.take "A dog stays with you."
example two_bags "Two <bags> & no dog"
  given guest: bags = 2, dog = no
  as of 2026-11-01
  expect fires C-01
"""
BAGS = 'example "Three bags"\n  given two_bags with guest: bags = 3\n  expect no fires C-01\n'
DOG = 'example "A dog"\n  given two_bags with guest: dog = yes\n  expect fires C-02\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    write(tmp_path / "rules")
    return tmp_path / "rules"


def write(folder: Path, more: str = "", old: str = "", new: str = "") -> None:
    text = (RULES + more).replace(old, new, 1) if old else RULES + more
    (folder / "cloakroom.rules").write_text(text, encoding="utf-8")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["test", "rules", *words], prog_name="matchrules")


def test_the_table_and_what_is_missing(folder: Path) -> None:
    shown = run("--cov")
    assert shown.exit_code == 0, "missing coverage alone is no failure"
    lines = shown.stdout.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("covered "))
    assert lines[start].split() == ["covered", "rules", "rows", "conditions"]
    assert lines[start + 1].split() == [
        "rules/cloakroom.rules", "1", "of", "2", "50", "%", "-", "0", "of", "3", "0", "%"
    ]  # fmt: skip
    assert "rules/cloakroom.rules:16  rule cloakroom.no_dogs (C-02) fires in no example" in (
        shown.stdout
    )
    assert (
        "rules/cloakroom.rules:14  rule cloakroom.take_bags: `guest.bags <= 2` never decides as"
        " not true\n      in words: bags of guest: at most 2\n      to show it not true: a case"
        " like “Two <bags> & no dog” (rules/cloakroom.rules:21), but with `guest.bags <= 2` false"
    ) in shown.stdout
    assert "\x1b" not in shown.stdout


def test_all_is_covered(folder: Path) -> None:
    write(folder, BAGS + DOG)
    shown = run("--cov", "--cov-fail-under", "100")
    assert shown.exit_code == 0
    assert "2 of 2 100 %" in shown.stdout
    assert "not covered" not in shown.stdout


@pytest.mark.parametrize(("least", "code"), [("33", 0), ("33.4", 1), ("100", 1), ("0", 0)])
def test_fail_under(folder: Path, least: str, code: int) -> None:
    write(folder, BAGS)  # one of two rules, one of three conditions
    shown = run("--cov-fail-under", least)
    assert shown.exit_code == code
    said = f"error: coverage is 33.3 %, and {least} % is asked for\n"
    assert shown.stderr == (said if code else "")


@pytest.mark.parametrize("least", ["-1", "101", "all"])
def test_a_figure_that_is_none(folder: Path, least: str) -> None:
    shown = run("--cov-fail-under", least)
    assert (shown.exit_code, shown.stdout) == (2, "")


def test_a_failing_example_fails_as_ever(folder: Path) -> None:
    write(folder, BAGS.replace("no fires", "fires") + DOG)
    shown = run("--cov-fail-under", "100")
    assert shown.exit_code == 1
    assert shown.stderr == ""  # it is not the coverage


def test_an_exception_that_excepts_nothing(folder: Path) -> None:
    write(folder, BAGS + DOG, "when guest.dog", "when guest.dog  # not covered: no reason at all")
    shown = run("--cov")
    assert shown.exit_code == 1
    assert "error[MR721]: an exception from coverage excepts nothing" in shown.stdout
    assert "--> rules/cloakroom.rules:19:19" in shown.stdout
    assert run().exit_code == 0  # coverage was not asked for


def test_json(folder: Path) -> None:
    write(folder, "", "when guest.dog", "when guest.dog  # not covered: dogs are rare")
    shown = json.loads(run("--cov", "--format", "json").stdout)
    assert shown["passed"] == 1
    coverage = shown["coverage"]
    assert coverage["figures"]["conditions"] == {
        "total": 3, "covered": 0, "excepted": 1, "percent": 0.0
    }  # fmt: skip
    assert coverage["files"][0]["file"] == "rules/cloakroom.rules"
    assert [one["what"] for one in coverage["missing"]] == ["rule", "condition", "condition"]
    assert coverage["missing"][1] == {
        "place": "rules/cloakroom.rules:14", "what": "condition",
        "in": "rule cloakroom.take_bags", "decision": "rule", "text": "guest.bags <= 2",
        "words": "bags of guest: at most 2", "lacks": ["not true"],
        "wanted": [{
            "side": "not true",
            "values": [
                {"text": "guest.bags <= 2", "value": "false", "changed": True},
                {"text": "guest.dog", "value": "false", "changed": False},
            ],
            "like": "Two <bags> & no dog", "like_place": "rules/cloakroom.rules:21",
        }],
    }  # fmt: skip
    assert [one["reason"] for one in coverage["exceptions"]] == ["dogs are rare"]
    assert "coverage" not in json.loads(run("--format", "json").stdout)


def test_suggestions_are_ready_to_be_pasted(folder: Path) -> None:
    told = json.loads(run("--suggest", "--format", "json").stdout)["coverage"]["suggestions"]
    write(folder, "\n".join(one["example"] for one in told))
    assert run("--cov-fail-under", "100").exit_code == 0
    write(folder)
    shown = run("--suggest").stdout
    assert all(one["example"] in shown for one in told)
    assert "# rules/cloakroom.rules:16  rule cloakroom.no_dogs (C-02) fires in no example" in shown


def test_what_nothing_is_proposed_for(folder: Path) -> None:
    write(folder, BAGS + DOG, "when guest.dog", "when guest.dog and guest.dog is known")
    shown = run("--suggest")
    assert shown.exit_code == 0
    assert shown.stdout.endswith(
        "# nothing near the examples that there are shows\n"
        "#   rules/cloakroom.rules:19  rule cloakroom.no_dogs: `guest.dog is known` never decides"
        " as not true\n"
    )


def test_colours_go_to_a_terminal_only(folder: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "matchrules.cli", "test", "rules", "--cov"]
    environment = {**os.environ, "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    subprocess.run(command, stdout=slave, env=environment, check=True)
    os.close(slave)
    assert b"\x1b[31m" in os.read(master, 65536)
    os.close(master)


# The page -----------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a reader of the page sees: the lines of the text, the notes, what is coloured."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.coloured: dict[str, list[str]] = {}
        self.loaded: list[str] = []
        self.feed(text)
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "br"):
            self.open.append((tag, given.get("class") or ""))
        if tag == "code":
            self.lines.append("")
        if "src" in given or (given.get("href") or "#")[0] != "#" or tag in ("script", "link"):
            self.loaded.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.open]
        if "code" in tags:
            self.lines[-1] += data
            if tags[-1] == "span":
                self.coloured.setdefault(self.open[-1][1], []).append(data)
        elif self.open and self.open[-1][1].startswith("note"):
            self.notes.append(data)


def page_of(folder: Path) -> Page:
    shown = run("--cov-html", "out/cov")
    assert shown.exit_code == 0, shown.stderr
    return Page((folder.parent / "out" / "cov" / "index.html").read_text(encoding="utf-8"))


def test_the_page_holds_the_rules_as_they_are_written(folder: Path) -> None:
    write(folder, DOG, "2 and not guest.dog", "2\n       and # why <not>\n       not guest.dog")
    page = page_of(folder)
    assert page.lines == (folder / "cloakroom.rules").read_text().splitlines()
    assert page.loaded == []
    assert page.coloured == {
        "covered": ["take_bags", "guest.dog", "no_dogs", "guest.dog"], "partly": ["guest.bags <= 2"]
    }  # fmt: skip
    assert len(page.notes) == 1
    assert "like “Two <bags> & no dog” (rules/cloakroom.rules:23)" in page.notes[0]


def test_what_is_missing_and_what_is_excepted_on_the_page(folder: Path) -> None:
    write(folder, "", "when guest.dog", "when guest.dog  # not covered: dogs are <rare>")
    page = page_of(folder)
    assert page.coloured["not"] == ["no_dogs"]
    assert page.coloured["excepted"] == ["guest.dog"]
    assert any("because: dogs are <rare>" in note for note in page.notes)
    html = (folder.parent / "out" / "cov" / "index.html").read_text(encoding="utf-8")
    assert "Not covered: 3" in html
    links = set(re.findall('href="#([^"]*)"', html))
    assert links <= set(re.findall('id="([^"]*)"', html)), "every link leads somewhere"


def test_where_no_page_can_be_written(folder: Path) -> None:
    (folder.parent / "out").write_text("", encoding="utf-8")
    shown = run("--cov-html", "out/cov")
    assert shown.exit_code == 2
    assert shown.stderr.startswith("error: cannot open `out")


# pytest -------------------------------------------------------------------------------------------


def rules_in(pytester: pytest.Pytester, more: str = "") -> None:
    write(pytester.mkdir("rules"), more)


def ran(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *words)


def test_the_summary_of_pytest(pytester: pytest.Pytester) -> None:
    rules_in(pytester, BAGS)
    result = ran(pytester, "rules", "--rules-cov")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([
        "*= coverage of rules =*",
        "rules/cloakroom.rules  1 of 2 50 %     -  1 of 3 33.3 %",
        "  rules/cloakroom.rules:16  rule cloakroom.no_dogs (C-02) fires in no example",
    ])  # fmt: skip
    assert "\x1b" not in result.stdout.str()
    assert "coverage" not in ran(pytester, "rules").stdout.str()


def test_what_is_selected_makes_no_difference(pytester: pytest.Pytester) -> None:
    rules_in(pytester, BAGS + DOG)
    result = ran(pytester, "rules", "--rules-cov", "-k", "two_bags")
    result.stdout.fnmatch_lines(["in all                 2 of 2 100 %     -  3 of 3 100 %"])


def test_files_from_pytest(pytester: pytest.Pytester) -> None:
    rules_in(pytester)
    result = ran(pytester, "rules", "--rules-cov=html:page", "--rules-cov=json:found.json")
    result.stdout.fnmatch_lines(["written to page/index.html", "written to found.json"])
    told = json.loads((pytester.path / "found.json").read_text(encoding="utf-8"))
    (book,) = told["books"]
    assert book["folder"] == "rules"
    assert book["coverage"]["figures"]["rules"]["covered"] == 1
    page = Page((pytester.path / "page" / "index.html").read_text(encoding="utf-8"))
    assert "rule take_bags" in page.lines


@pytest.mark.parametrize("asked", ["rules", "html", "html:", "json", "term:x", ""])
def test_a_place_that_is_none(pytester: pytest.Pytester, asked: str) -> None:
    rules_in(pytester)
    result = ran(pytester, f"--rules-cov={asked}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: `--rules-cov` takes `term`, `html:DIR` or `json:FILE`*"])


def test_a_file_that_cannot_be_written(pytester: pytest.Pytester) -> None:
    rules_in(pytester)
    result = ran(pytester, "rules", "--rules-cov=json:nowhere/found.json")
    result.stdout.fnmatch_lines(["error: cannot write coverage to `nowhere/found.json`: no such*"])


def test_an_unused_exception_fails_the_run(pytester: pytest.Pytester) -> None:
    rules_in(pytester, "# not covered: nothing\n" + BAGS)
    assert ran(pytester, "rules").ret == pytest.ExitCode.OK
    result = ran(pytester, "rules", "--rules-cov")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["error[[]MR721[]]: an exception from coverage excepts nothing"])


def test_rules_of_other_folders_are_not_counted(pytester: pytest.Pytester) -> None:
    rules_in(pytester)
    (pytester.mkdir("office") / "office.rules").write_text(
        "ruleset office version 1 effective from 2026-01-01 uses cloakroom\n"
        'rule our_own\n  cite house\n  when guest.bags > 8\n  then may counter.turn_away "No."\n',
        encoding="utf-8",
    )
    pytester.makeini("[pytest]\nrules_with = rules\n")
    result = ran(pytester, "office", "--rules-cov")
    assert "cloakroom.rules " not in result.stdout.str()
    result.stdout.fnmatch_lines(["office/office.rules  0 of 1 0 %     -  0 of 1 0 %"])


def test_no_rules_at_all(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one(): pass")
    result = ran(pytester, "--rules-cov")
    result.stdout.fnmatch_lines(["no .rules file was collected here*"])

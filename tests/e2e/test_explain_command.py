"""`matchrules explain`, as a user meets it."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import matchrules as mr
from matchrules.cli.app import app
from matchrules.cli.explain_all import as_dict, text

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
BEN = EXAMPLES / "comeback_low_score.yaml"
HUGO = EXAMPLES / "twenty_programs.yaml"
GRETA = EXAMPLES / "out_of_scope.yaml"
CASES = sorted(p for p in EXAMPLES.iterdir() if p.suffix in (".yaml", ".toml", ".json"))


def run(*words: str | Path, columns: int = 80) -> Result:
    return CliRunner().invoke(
        app, ["explain", *(str(word) for word in words)], env={"COLUMNS": str(columns)},
        prog_name="matchrules",
    )  # fmt: skip


def told(*words: str | Path) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*words: str | Path) -> str:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert len(result.stderr.splitlines()) == 1
    return result.stderr


@cache
def book() -> mr.Book:
    return mr.load(cache=True)


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_what_is_advised_gets_why() -> None:
    decision = book().decide(BEN)
    whole = told(BEN, "S2-06", "--whole").rstrip("\n")
    assert whole == decision.why("S2-06", whole=True).to_text(80)


def test_what_is_not_advised_gets_why_not_and_is_told_first() -> None:
    answer = told(BEN, "study_plan.daily_qbank_routine")
    assert answer.startswith("Not advised: questions every day")
    needed = "it would have to be “not taken yet”, “booked” or “failed”."
    assert f"Where Step 2 CK stands: “passed”; {needed}" in one_line(answer)


def test_out_of_scope_the_guard_says_it() -> None:
    answer = one_line(str(book().decide(GRETA).why_not("LR-01")))
    assert answer.count("Scope: “out of scope”; it would have to be “in scope”") == 1
    assert "Where the medical school is: “US MD school”" in answer


def test_a_fact_is_explained_either_way(tmp_path: Path) -> None:
    case = seats(tmp_path)
    assert "not known" in told(case, "hall.size", "--rules", tmp_path)
    assert told(case, "hall.open", "--rules", tmp_path).startswith("Open: no")
    assert told(case, "hall.small", "--rules", tmp_path).startswith(
        "Small (hall.small): not known, "
    )


def test_one_of_many_is_asked_about_by_its_key() -> None:
    no = told(HUGO, "AP-10", "--about", "SYN-001")
    assert "does not speak of program “SYN-001”" in no
    assert "did you mean `SYN-001`?" in refused(HUGO, "AP-10", "--about", "SYN-0001")


def test_keys_of_several_values_are_joined_by_commas(tmp_path: Path) -> None:
    case = seats(tmp_path)

    def about(key: str) -> tuple[str | Path, ...]:
        return (case, "take.seat", "--about", key, "--rules", tmp_path)

    assert "Free: no; it would have to be yes." in told(*about("3, 2026-06-02"))
    assert told(*about("4,2026-06-02")).startswith("May: Take it.")
    assert "outside of 1..9" in refused(*about("33, 2026-06-02"))
    assert "must be a date, not `soon`" in refused(*about("3, soon"))
    assert "a seat is told by `row`, `day`" in refused(*about("3"))
    assert "there is no seat `5, 2026-06-02`" in refused(*about("5, 2026-06-02"))
    wrong = (case, "hall.size", "--about", "3", "--rules", tmp_path)
    assert "leave `about` out" in refused(*wrong)
    assert told(case, "take.seat", "--rules", tmp_path).startswith("May: Take it.")


def test_without_a_subject_all_advice_is_told_in_order_each_with_a_short_reason() -> None:
    decision = book().decide(BEN)
    paragraphs = [one_line(p) for p in told(BEN).split("\n\n")]
    assert paragraphs[0].endswith("as of 2026-07-06, and why")
    assert len(paragraphs) == len(decision) + 1
    for advice, paragraph in zip(decision, paragraphs[1:], strict=True):
        assert one_line(advice.text) in paragraph
        assert f"({advice.id or advice.rule}) Because: " in paragraph
    assert max(map(len, paragraphs)) < 1500


def test_of_many_instances_the_first_few_are_told() -> None:
    decision = book().decide(HUGO)
    answer = text(decision, "hugo", 80)
    assert answer.count("(AP-12)") == 3 and "So too of 5 more." in answer
    tree = as_dict(decision)
    assert [one["more"] for one in tree["advice"] if one["id"] == "AP-12"] == [0, 0, 5]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_case_is_explained(case: Path) -> None:
    decision = book().decide(case)
    answer = text(decision, str(case), 80)
    assert all(c.isprintable() or c == "\n" for c in answer)
    assert all(len(line) <= 80 for line in answer.splitlines())
    tree = as_dict(decision)
    assert json.loads(json.dumps(tree)) == tree and all(one["because"] for one in tree["advice"])


def test_every_form_says_why_and_why_not(tmp_path: Path) -> None:
    case = seats(tmp_path)
    yes, no = (case, "take.seat", "--rules", tmp_path), (case, "take.hall", "--rules", tmp_path)
    why = json.loads(told(*yes, "--format", "json"))
    why_not = json.loads(told(*no, "--format", "json"))
    assert (why["question"], why_not["question"]) == ("why", "why_not")
    assert why["proofs"] and why_not["rules"][0]["lacks"]
    both = json.loads(told(case, "--rules", tmp_path, "--format", "json"))
    assert both["question"] == "why" and both["advice"][0]["because"]
    assert told(case, "--rules", tmp_path, "--format", "markdown").startswith("# Advice for ")
    assert re.search(r"(?m)^- Open: no", told(*no, "--format", "markdown"))
    assert told(*yes, "--format", "markdown").strip()
    assert "flowchart" in told(*yes, "--format", "mermaid")
    assert told(*yes, "--format", "svg").startswith("<svg ")
    for kind in ("mermaid", "svg"):
        assert "`take.hall` is not advised" in refused(*no, "--format", kind)
        assert "name it" in refused(case, "--rules", tmp_path, "--format", kind)


def test_wrong_usage_is_told_in_a_line(tmp_path: Path) -> None:
    case = seats(tmp_path)
    for subject, meant in (("take.seet", "take.seat"), ("T-11", "T-1"), ("hall.opn", "hall.open")):
        assert f"did you mean `{meant}`?" in refused(case, subject, "--rules", tmp_path)
    assert "--about needs a SUBJECT" in refused(case, "--about", "x", "--rules", tmp_path)
    assert "--whole needs a SUBJECT" in refused(case, "--whole", "--rules", tmp_path)
    assert run(case, "take.seat", "--format", "sarif").exit_code == 2
    assert run("nowhere.yaml").exit_code == 2


def test_a_case_at_fault_is_told_as_everywhere(tmp_path: Path) -> None:
    case = seats(tmp_path)
    wrong_day = run(case, "--as-of", "1990-01-01", "--rules", tmp_path)
    assert wrong_day.exit_code == 1 and "MR506" in wrong_day.stderr
    case.write_text("as_of: 2026-06-01\nhall: {size: 999}\n")
    result = run(case, "take.hall", "--rules", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "") and "999" in result.stderr


def test_characters_that_act_on_a_terminal_are_not_printed(tmp_path: Path) -> None:
    (tmp_path / "nicks.rules").write_text(NICKS, encoding="utf-8")
    case = tmp_path / "case.json"
    nick = "A\x1b[2J\u202e\nNot advised: \x07x"
    case.write_text(json.dumps({"as_of": "2026-06-01", "person": {"nick": nick}}))
    for words in (["greet.bob"], ["greet.anybody"], []):
        for format_ in ("text", "markdown"):
            answer = told(case, *words, "--rules", tmp_path, "--format", format_)
            assert all(c.isprintable() or c == "\n" for c in answer), repr(answer)
            assert "\nNot advised: " not in answer


def seats(folder: Path) -> Path:
    """A case in that folder, beside its rules."""
    (folder / "seats.rules").write_text(SEATS, encoding="utf-8")
    case = folder / "case.yaml"
    case.write_text(
        "as_of: 2026-06-01\nhall: {open: no}\nseat:\n"
        "  - {row: 3, day: 2026-06-02, free: no}\n  - {row: 4, day: 2026-06-02, free: yes}\n"
    )
    return case


SEATS = """\
ruleset seats
  version 1
  effective from 2020-01-01
source s "S"
fact hall
  open : yes_no optional "Open"
  size : integer 0..99 optional "Seats in it"
fact seat many up to 9
  row : integer 1..9 key
  day : date key
  free : yes_no "Free"
advice take
  seat hall
define hall.small : yes_no "Small"
  is hall.size < 9
rule take "Take"
  id T-1
  cite s
  for each seat
  when seat.free
  then may take.seat "Take it."
rule whole "The hall"
  id T-2
  cite s
  when hall.open
  then may take.hall "Take it all."
"""
NICKS = """\
ruleset nicks
  version 1
  effective from 2020-01-01
source s "S"
fact person
  nick : text optional "Nickname"
advice greet
  bob anybody
rule bob "Bob"
  cite s
  when person.nick is "Bob"
  then may greet.bob "Hello."
rule anybody "Anybody"
  cite s
  when person.nick is known
  then may greet.anybody "Hello, {person.nick}."
"""

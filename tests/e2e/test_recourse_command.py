"""`matchrules recourse`: what applicants could change, and what stands in their way."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import matchrules as mr
from matchrules.cli.app import app
from matchrules.decision import Decision
from matchrules.engine.interpreter import interpret
from matchrules.rulebook import Book

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
BEN = EXAMPLES / "comeback_low_score.yaml"
CAFE = """
ruleset cafe
  version 1
  effective from 2026-01-01
source s "S"
fact guest "The guest"
  name : text optional cost 2 "Name"
advice say "What is said"
  hello "A greeting"
rule greet
  cite s
  when guest.name is "Ann"
  then may say.hello "Hello."
"""
WITHOUT_Z3 = "import sys; sys.modules['z3'] = None; from matchrules.cli import main; main()"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["recourse", *map(str, words)])


@pytest.fixture(scope="module")
def book() -> Book:
    return mr.load(ROOT / "rules", cache=True)


@pytest.fixture(scope="module")
def ben(book: Book) -> Decision:
    return book.decide(BEN)


@pytest.fixture
def cafe(tmp_path: Path) -> tuple[Path, ...]:
    """A case of few rules, and the words that name them."""
    (tmp_path / "cafe.rules").write_text(CAFE, encoding="utf-8")
    case = {"as_of": "2026-02-01", "guest": {"name": "\x1b[2J"}}
    (tmp_path / "case.json").write_text(json.dumps(case), encoding="utf-8")
    return tmp_path / "case.json", Path("--rules"), tmp_path / "cafe.rules"


@pytest.mark.parametrize(
    ("subject", "cost", "name", "before", "after"),
    [
        ("letters.strengthen_letters", 3, "letters.us_peds_strong_count", 1, 2),
        ("S2-06", 3, "letters.us_peds_strong_count", 1, 2),
        ("mentorship.find_img_mentor", 1, "applicant.has_img_mentor", False, True),
        ("portfolio.peds_research_or_advocacy", 2, "applicant.peds_advocacy",
         "some", "strong"),
        ("remediation.document_new_study_system", 2,
         "step1.improvements_documented", ["academic_support"],
         ["academic_support", "new_study_system"]),
    ],
)  # fmt: skip
def test_what_ben_can_change(
    ben: Decision, subject: str, cost: int, name: str, before: Any, after: Any
) -> None:
    found = ben.recourse(to_lose=subject).to_dict()
    assert (found["answer"], found["proved"], found["cost"]) == ("found", True, cost)
    (change,) = found["changed"]
    assert f"{change['fact']}.{change['attribute']}" == name
    assert (change["from"], change["to"]) == (before, after)
    assert subject not in [
        said for one in found["decision"]["advice"]
        for said in (f"{one['kind']}.{one['subject']}", one["id"])
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "obstacles"),
    [
        ("band.band_viable", [("fixed", "step2ck.score", 222)]),
        ("study_plan.case_summaries", [("fixed", "step2ck.status", "passed")]),
        ("letters.two_us_peds_letters", [("up", "letters.us_peds_count", 2)]),
        ("specialty.peds_as_backup", [("fixed", "applicant.specialty_goal", "peds_primary")]),
        ("balance.reach", [("no_more", "program", None)]),
    ],
)
def test_what_stands_in_bens_way(
    ben: Decision, subject: str, obstacles: list[tuple[str, str, Any]]
) -> None:
    found = ben.recourse(to_have=subject).to_dict()
    assert (found["answer"], found["proved"]) == ("nothing", True)
    assert [
        (one["why"], ".".join(filter(None, (one["fact"], one["attribute"]))), one["value"])
        for one in found["obstacles"]
    ] == obstacles  # fmt: skip


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("late_date_old_pass.yaml", "warning.excessive_step2_delay"),
        ("late_date_old_pass.yaml", "readiness.take_step2_nbmes"),
        ("comeback_low_score.yaml", "letters.home_letter"),
    ],
)
def test_the_changed_case_is_one_that_the_interpreter_takes(
    book: Book, name: str, subject: str
) -> None:
    found = book.decide(EXAMPLES / name).recourse(to_lose=subject)
    assert (found.answer, found.proved) == ("found", True)
    assert found.after is not None and found.after.reach is not None
    reach = found.after.reach
    rules = reach.grounds.rules_for(reach.grounds.asked(subject))
    fired = {firing.rule for firing in interpret(reach.base, reach.case).firings}
    assert fired.isdisjoint(rule.name for rule in rules)


def test_as_text() -> None:
    shown = run(BEN, "--to-lose", "letters.strengthen_letters")
    assert shown.exit_code == 0
    assert "Strong letters by US board-certified pediatricians: 2 letters instead" in shown.stdout
    assert "This costs 3, and nothing smaller does it: that is proved." in shown.stdout


def test_as_json(cafe: tuple[Path, ...]) -> None:
    shown = run(*cafe, "--to-have", "say.hello", "--format", "json")
    assert shown.exit_code == 0
    found = json.loads(shown.stdout)
    assert (found["format"], found["answer"], found["cost"]) == (1, "found", 2)
    assert found["changed"] == [{
        "fact": "guest", "attribute": "name", "instance": None, "from": "\x1b[2J", "to": "Ann",
    }]  # fmt: skip


def test_as_markdown(ben: Decision) -> None:
    assert ben.recourse(to_have="band.band_viable").to_markdown() == (
        "# To be given the advice “A workable score” (band.band\\_viable)\n"
        "\n"
        "**Nothing that can change does it: that is proved.**\n"
        "\n"
        "## What stands in the way\n"
        "\n"
        "- Last reported Step 2 CK score: 222 points, which cannot change."
    )


@pytest.mark.parametrize("format_", ["text", "markdown"])
def test_what_a_stranger_writes_does_not_act_on_the_terminal(
    cafe: tuple[Path, ...], format_: str
) -> None:
    shown = run(*cafe, "--to-have", "say.hello", "--format", format_)
    assert shown.exit_code == 0, shown.output
    assert "Ann" in shown.stdout and "\x1b" not in shown.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say what is wanted"),
        (("--to-have", "say.hello", "--to-lose", "say.hello"), "say what is wanted"),
        (("--to-have", "say.helo"), "did you mean `say.hello`?"),
        (("--to-have", "guest.name"), "is no advice"),
        (("--to-have", "say.hello", "--time", "0"), "--time"),
    ],
)
def test_wrong_usage(cafe: tuple[Path, ...], words: tuple[str, ...], said: str) -> None:
    shown = run(*cafe, *words)
    assert shown.exit_code == 2
    assert said in shown.stderr and shown.stdout == ""


def test_without_z3_the_extra_is_named(cafe: tuple[Path, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_Z3, "recourse", *map(str, cafe), "--to-have", "say.hello"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert 'pip install "matchrules[prove]"' in done.stderr

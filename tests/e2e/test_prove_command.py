"""`matchrules prove`, as a user meets it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from matchrules.cli.app import app
from matchrules.diagnostics.model import CaseErrors
from matchrules.prove.left import settled
from matchrules.rulebook import check_sources, load, load_text
from matchrules.testing.examples import run_examples

ROOT = Path(__file__).parents[2]
SHOP = """\
ruleset shop
  version 1
  effective from 2026-01-01

source book "The book"

enum size
  small medium large
ordered enum tier
  low middle high

fact order
  size   : size optional
  items  : integer 0..50 optional
  limit  : integer 0..50 optional
  paid   : yes_no optional
  wait   : integer 0..30 days optional
  pieces : integer 0..50 default order.items + 1
fact parcel many up to 9
  id      : text key
  weight  : decimal 0.0..30.0 kilograms
  fragile : yes_no optional

advice delivery
  fast
  slots (n: integer 0..10) unique

table order.tier : tier
  | order.items   | => order.tier |
  |---------------|---------------|
  | < order.limit | low           |
  | > order.limit | middle        |
  | > order.twice | high          |

define order.twice : integer 0..60
  is order.items * 2

define parcel.left : decimal 0.0..20.0 kilograms
  for each parcel
  is 30.0 kilograms - parcel.weight

rule go_fast
  id D-1
  cite book
  when order.paid
  then should delivery.fast "Send it fast."

rule no_haste
  id D-2
  cite book
  when order.wait > 20 days
  then should_not delivery.fast "No haste."

rule never_there
  cite book
  when order.items > 30 and order.items < 20
  then may delivery.slots (n = 1) "One slot."

rule unblocked
  cite book
  when order.size is small
  unless order.size is large
  then may delivery.slots (n = 2) "Two slots."

rule again
  cite book
  when order.size in (small)
  then may delivery.slots (n = 2) "Two slots."

property paid_is_fast "Paid is fast"  # a comment, which is no claim
  id P-1
  when order.paid
  then fires D-1          # and a { in one
       and not advised against delivery.fast

property more_items_never_lower
  id P-2
  compare a, b differing only in order.items
  when a.order.items <= b.order.items
  then a.order.twice >= b.order.twice

property heavy_is_fragile
  id P-3
  for each parcel
  when parcel.weight > 25.0
  then parcel.fragile

property nothing
  id P-4
  when order.items > 30 and order.items < 20
  then order.paid

property paid_is_said
  id P-5
  when order.paid
  then fires D-1

property all_alike "A compare without a premise"
  id P-6
  compare a, b
  same advice

property alike_but_for_pieces "A compare without a premise that holds"
  id P-7
  compare a, b differing only in order.limit
  same advice
"""


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["prove", *map(str, words)], prog_name="matchrules")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.rules"
    path.write_text(SHOP, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def proved(shop: Path) -> Result:
    return run(shop, "--format", "json", "--time", 30, "--save", shop.parent / "cases")


def test_every_kind_of_finding_is_told(proved: Result) -> None:
    assert proved.exit_code == 1, proved.output
    told = json.loads(proved.stdout)
    assert told["complete"] is True
    assert Counter(d["code"] for d in told["diagnostics"]) == {
        "MR711": 4, "MR203": 1, "MR205": 1, "MR737": 3, "MR736": 1, "MR732": 1,
        "MR734": 1, "MR733": 1, "MR735": 1, "MR731": 1,
    }  # fmt: skip
    assert sum(told["counts"].values()) == told["questions"] == len(told["verdicts"])
    verdicts = {(v["kind"], v["name"], v["part"]): v for v in told["verdicts"]}
    assert verdicts["property", "paid_is_said", None]["answer"] == "proved"
    assert verdicts["property", "alike_but_for_pieces", None]["answer"] == "proved"
    assert verdicts["property", "nothing", None]["answer"] == "vacuous"
    refuted = verdicts["property", "more_items_never_lower", None]
    assert [case["name"] for case in refuted["cases"]] == ["a", "b"]
    assert refuted["place"].endswith("shop.rules:76")


def test_a_case_that_is_shown_can_be_replayed(proved: Result, shop: Path) -> None:
    book = load(shop)
    told = json.loads(proved.stdout)
    (fast,) = [v for v in told["verdicts"] if v["name"] == "paid_is_fast"]
    case = {**fast["cases"][0]["facts"]}
    with pytest.raises(CaseErrors) as raised:
        book.decide(case)
    assert {fault.code for fault in raised.value.diagnostics} == {"MR606"}


def test_saved_examples_fail_where_they_are_pasted(proved: Result, shop: Path) -> None:
    saved = [Path(path) for path in json.loads(proved.stdout)["saved"]]
    assert {path.stem for path in saved} >= {"P-1", "P-2", "P-3", "P-6", "order.tier-gap"}
    assert len(saved) == 9
    for path in saved:
        text = path.read_text(encoding="utf-8")
        assert text.splitlines()[1] == "# goes into ruleset shop"
        book = load_text({"shop.rules": f"{SHOP}\n{text}"})
        assert len(book.examples) == (2 if path.stem in ("P-2", "P-6") else 1)
        came = run_examples(book)
        if path.stem == "P-6":
            assert not came
            assert "cannot be said of one case by itself" in text
        else:
            assert [result.passed for result in came] == [False], text


def test_what_is_expected_is_what_was_promised(proved: Result, shop: Path) -> None:
    def expected(name: str) -> list[str]:
        lines = (shop.parent / "cases" / f"{name}.example").read_text().splitlines()
        return [line.strip() for line in lines if line.startswith("  expect ")]

    assert expected("P-1") == ["expect fires D-1 and not advised against delivery.fast"]
    (of_two,) = expected("P-2")
    assert of_two.endswith(">= order.twice")
    assert expected("P-3") == [
        "expect all(parcel where not (shown (parcel.weight > 25.0)) or (parcel.fragile))"
    ]
    assert expected("order.tier-gap") == ["expect order.tier is known"]
    assert expected("parcel.left-range") == ["expect all(parcel where left is known)"]
    assert expected("go_fast-contradiction-no_haste") == [
        "expect at most one of (fires go_fast, fires no_haste)"
    ]


def test_a_saved_example_is_never_written_over(shop: Path) -> None:
    folder = shop.parent / "again"
    first = run(shop, "--only", "P-1", "--save", folder)
    assert first.exit_code == 1
    assert f"wrote {folder / 'P-1.example'}" in first.stdout
    run(shop, "--only", "P-1", "--save", folder)
    assert [path.name for path in folder.iterdir()] == ["P-1.example"]
    (folder / "P-1.example").write_text("mine")
    run(shop, "--only", "P-1", "--save", folder)
    assert sorted(path.name for path in folder.iterdir()) == ["P-1-2.example", "P-1.example"]
    assert (folder / "P-1.example").read_text() == "mine"


def test_a_long_name_is_saved_under_its_beginning(tmp_path: Path) -> None:
    name = "long_" * 600
    own = tmp_path / "own.rules"
    text = f'{SHOP}\nproperty {name} "Of a long name"\n  order.items < 3\n'
    own.write_text(text, encoding="utf-8")
    folder = tmp_path / "long"
    shown = run(own, "--only", name, "--save", folder)
    assert (shown.exit_code, shown.stderr) == (1, "")
    (path,) = folder.iterdir()
    assert path.name == f"{name[:100]}.example"


def test_where_nothing_can_be_saved_nothing_is_asked(shop: Path) -> None:
    (shop.parent / "file").write_text("")
    shown = run(shop, "--save", shop.parent / "file" / "folder")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr.startswith("error: cannot open ")


def test_the_text_groups_and_counts(shop: Path) -> None:
    shown = run(shop, "--kind", "property", "--processes", 1)
    assert shown.exit_code == 1
    assert shown.stderr == ""
    assert shown.stdout.index("error[MR711]") < shown.stdout.index("warning[MR731]")
    assert "= note: case b:\n" in shown.stdout
    assert "7 questions: 2 proved, 4 refuted, 1 vacuous" in shown.stdout
    assert "properties" in shown.stdout


def test_sarif(shop: Path) -> None:
    shown = run(shop, "--kind", "contradiction", "--format", "sarif", "--processes", 1)
    (result,) = json.loads(shown.stdout)["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("MR736", "error")
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (46, 15)
    assert "as_of:" in result["message"]["text"]


def test_more_instances_than_were_given_are_undecided_never_proved(tmp_path: Path) -> None:
    path = tmp_path / "many.rules"
    path.write_text(SHOP.partition("table order")[0] + "property five\n  when count(parcel) >= 5\n"
                    "  then count(parcel) >= 1\n")  # fmt: skip
    few = run(path, "--kind", "property", "--instances", 2, "--processes", 1)
    assert few.exit_code == 0
    assert "property five" in few.stdout.partition("undecided:")[2]
    assert "1 question: 1 undecided" in few.stdout
    enough = run(path, "--kind", "property", "--instances", 5, "--processes", 1)
    assert "1 question: 1 proved" in enough.stdout


def test_a_property_of_any_parameter_is_refuted_with_its_value(tmp_path: Path) -> None:
    path = tmp_path / "any.rules"
    path.write_text(
        SHOP.partition("table order")[0]
        + """
parameter most : integer 0..50
  is 5 cite book
define order.large : yes_no
  is order.items > most
property large_from_six
  whatever most
  when order.items > 5
  then order.large
property large_as_it_is
  when order.items > 5
  then order.large
"""
    )
    shown = run(path, "--kind", "property", "--processes", 1, "--save", tmp_path / "cases")
    assert "2 questions: 1 proved, 1 refuted" in shown.stdout
    assert "property `large_from_six` does not hold: what it says is no" in shown.stdout
    found = re.search(
        r"note: with parameter most = (\d+)\n.*?items: (\d+)\n", shown.stdout, re.DOTALL
    )
    assert found is not None
    assert 5 < int(found[2]) <= int(found[1]), "not large with such a parameter"
    (saved,) = (tmp_path / "cases").iterdir()
    assert f"# with parameter most = {found[1]}\n" in saved.read_text()


def test_the_starter_is_proved(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["new", str(tmp_path / "walk")])
    shown = run(tmp_path / "walk")
    assert shown.exit_code == 0, shown.output
    assert "proved" in shown.stdout
    assert "undecided" not in shown.stdout


def test_rules_of_which_nothing_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "few.rules"
    path.write_text(SHOP.partition("fact order")[0], encoding="utf-8")
    shown = run(path)
    assert shown.exit_code == 0
    assert shown.stdout.startswith("nothing is asked of these rules")


# Wrong usage and faulty rules ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "P-11"], "there is no property, table, define or rule `P-11`; did you mean"),
        (["--only", "qqqqq"], "`qqqqq`; nothing of that name is asked"),
        (["--kind", "propertys"], "no kind of question `propertys`; did you mean `property`?"),
        (["--kind", "qqqqq"], "the kinds are property, gap,"),
        (["--kind", "gap", "--only", "P-1"], "no question is of that kind and about that name"),
        (["--time", "nan"], "above 0"),
        (["--time", "0"], "above 0"),
        (["--time", "1e999"], "above 0"),
        (["--within", "-1"], "above 0"),
        (["--instances", "0"], "0 is not in the range"),
        (["--processes", "99999999999999999999"], "is not in the range"),
    ],
)
def test_wrong_usage(shop: Path, words: list[str], said: str) -> None:
    shown = run(shop, *words)
    assert shown.exit_code == 2, shown.output
    assert said in " ".join(shown.stderr.replace("│", " ").split())
    assert not shown.stdout


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("property p\n  when advised delivery.fsat\n  then order.paid\n", "MR101"),
        ("property p\n  when order.items > 500000000000000000000000\n  then order.paid\n", "MR406"),
        ("property p\n  compare a, b differing only in order.nothing\n  same advice\n", "MR101"),
    ],
)
def test_faulty_rules_are_told_before_anything_is_proved(
    tmp_path: Path, text: str, code: str
) -> None:
    path = tmp_path / "faulty.rules"
    path.write_text(SHOP + "\n" + text, encoding="utf-8")
    shown = run(path)
    assert shown.exit_code == 1
    assert f"error[{code}]" in shown.stderr
    assert not shown.stdout


WITHOUT_Z3 = "import sys; sys.modules['z3'] = None; from matchrules.cli import main; main()"


def without_z3(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_Z3, *map(str, words)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_z3_the_extra_is_named(shop: Path) -> None:
    done = without_z3("prove", shop)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == 'error: proving needs z3; install it with: pip install "matchrules[prove]"\n'
    )


# What a check of tables asks ----------------------------------------------------------------------

TABLE = SHOP.partition("define order.twice")[0].replace("  | > order.twice | high          |\n", "")
COMPLETE = TABLE.replace("| > order.limit |", "| >= order.limit |")


def check(path: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["check", str(path), *words], prog_name="matchrules")


@pytest.mark.parametrize(("text", "code"), [(TABLE, 1), (COMPLETE, 0)])
def test_a_check_asks_the_prover_what_is_left_of_a_table(
    tmp_path: Path, text: str, code: int
) -> None:
    path = tmp_path / "table.rules"
    path.write_text(text, encoding="utf-8")
    shown = check(path)
    assert shown.exit_code == code, shown.output
    assert "MR206" not in shown.output
    assert ("error[MR203]: table `order.tier` has a gap" in shown.stderr) is bool(code)
    alone = without_z3("check", path)
    assert alone.returncode == 0
    assert "note[MR206]" in alone.stderr
    assert 'help: to have it proved: pip install "matchrules[prove]"' in alone.stderr


def test_a_check_says_how_far_the_prover_came(tmp_path: Path) -> None:
    rows = "".join(f"  | {2 * n}..{2 * n + 1} | > order.limit | low |\n" for n in range(25))
    text = (
        TABLE.partition("table order")[0].replace("0..50 optional", "0..49 optional")
        + f"table order.tier : tier\n  | order.items | order.wait | => order.tier |\n{rows}"
    )
    path = tmp_path / "table.rules"
    path.write_text(text.replace("0..30 days", "0..999"), encoding="utf-8")
    book = load(path)
    (note,) = check_sources(book.sources)
    (kept, *_) = settled(book.bases, [note], book.sources, seconds=0.05)
    assert kept.code == "MR206"
    assert re.search(r"answered \d+ of 27 questions about it within 0.05 seconds", kept.notes[-1])


def test_a_check_as_sarif(tmp_path: Path) -> None:
    path = tmp_path / "table.rules"
    path.write_text(TABLE.replace("  size   : size", "  size   : sise"), encoding="utf-8")
    shown = check(path, "--format", "sarif")
    assert shown.exit_code == 1
    (run,) = json.loads(shown.stdout)["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["MR101"]


@pytest.mark.parametrize("command", ["check", "prove"])
def test_what_cannot_be_read_as_rules_is_a_result_of_sarif(tmp_path: Path, command: str) -> None:
    (tmp_path / "broken.rules").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "none").mkdir()
    for path, code in (("broken.rules", "MR004"), ("none", "MR540")):
        words = [command, str(tmp_path / path), "--format", "sarif"]
        shown = CliRunner().invoke(app, words, prog_name="matchrules")
        assert (shown.exit_code, shown.stderr) == (1, "")
        (result,) = json.loads(shown.stdout)["runs"][0]["results"]
        assert result["ruleId"] == code


# Ended early --------------------------------------------------------------------------------------


def large(rules: int) -> str:
    """A book of many rules, some of which contradict each other."""
    head = SHOP.partition("table order")[0].partition("advice")[0]
    subjects = "\n".join(f"  s{n}" for n in range(rules // 4))
    each = "".join(
        f"rule r{n}\n  cite book\n  when order.items >= {n % 40} and order.size is "
        f"{('small', 'medium', 'large')[n % 3]}\n"
        f'  then {"should" if n % 2 else "should_not"} plan.s{n // 4} "Text {n}."\n'
        for n in range(rules)
    )
    return f"{head}advice plan\n{subjects}\n{each}"


def test_a_thousand_rules_say_how_far_it_got(tmp_path: Path) -> None:
    path = tmp_path / "large.rules"
    path.write_text(large(1000), encoding="utf-8")
    shown = run(path, "--within", 4, "--format", "json")
    told = json.loads(shown.stdout)
    assert told["complete"] is False
    assert 0 < len(told["verdicts"]) < told["questions"]
    assert told["counts"]["proved"] > 0


def children(process: int) -> set[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return {int(word) for word in path.read_text().split()} if path.exists() else set()


def alive(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(so: object, seconds: float = 60.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if so():  # type: ignore[operator]  # a function
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks /proc for processes")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_an_interrupted_run_leaves_no_process_and_says_what_is_done(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    path = tmp_path / "large.rules"
    path.write_text(large(600), encoding="utf-8")
    out = tmp_path / "out"
    with out.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "matchrules.cli", "prove", str(path)],
            stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
    assert wait_until(lambda: len(children(process.pid)) == 2)
    workers = children(process.pid)
    time.sleep(1.0)  # so that there is something to tell
    process.send_signal(number)
    assert process.wait(timeout=60) == code
    assert wait_until(lambda: not any(alive(worker) for worker in workers))
    said = out.read_text()
    assert "Traceback" not in said
    if number is not signal.SIGKILL:
        assert "questions were answered, the others were not reached" in said
        assert "stopped: " in said

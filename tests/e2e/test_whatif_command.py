"""`matchrules whatif`, as a user meets it."""

import json
import os
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import matchrules as mr
from matchrules.cli.app import app

ROOT = Path(__file__).parents[2]
BEN = ROOT / "examples" / "comeback_low_score.yaml"

RULES = """
ruleset shop
  version 1
  effective from 2026-01-01

source book "The book"

enum color "A color"
  red   "red"
  green "green"
  blue  "blue"

fact order "The order"
  color  : color optional "Color"
  weight : decimal 0.0..9.9 kilograms optional "Weight"
  gift   : yes_no optional "It is a gift"
  note   : text optional "Note"
  colors : set of color optional "Colors that will do"
  by     : day_of_year optional "Needed by"
  boxes  : integer 0..9 "Boxes"
    default count(box) if any(box) else unknown

fact box many up to 5 "A box"
  size  : integer 1..90 "Size"
  color : color optional "Color of the box"

fact part many up to 5 "A part"
  id    : text key "Its number"
  color : color "Color of the part"

advice shop "What to do"
  wrap "Wrapping"
  warn "A warning"
  list "A list"
  paint "Paint"

rule wrap "Wrap it"
  id W-1
  cite book
  when order.gift and order.weight < 5.0 kilograms
  then should shop.wrap "Wrap it.[ {order.note}]"

rule warn
  id W-2
  cite book
  when order.boxes >= 2
  then must shop.warn "Take two hands."

rule listed
  id W-3
  cite book
  when order.colors has red or order.by is 24 December
  then may shop.list "Look it up."

rule paint
  id W-4
  cite book
  for each part
  when part.color is red
  then may shop.paint "Paint {part.id}."
"""

CASE = """
as_of: 2026-03-01
order: {gift: yes, weight: 6.0}
box:
  - {size: 9, color: red}
  - {size: 3, color: blue}
part:
  - {id: P=1, color: red}
  - {id: P2, color: blue}
"""


def run(*words: str | Path, columns: int = 80) -> Result:
    return CliRunner().invoke(
        app, ["whatif", *(str(word) for word in words)], env={"COLUMNS": str(columns)},
        prog_name="matchrules",
    )  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "shop.rules").write_text(RULES)
    (tmp_path / "case.yaml").write_text(CASE)
    return (str(tmp_path / "case.yaml"), "--rules", str(tmp_path))


@cache
def book() -> mr.Book:
    return mr.load(cache=True)


def changed(shop: tuple[str, ...], *words: str) -> dict[str, object]:
    found = run(*shop, *words, "--format", "json")
    assert found.exit_code == 0, found.stderr
    told = json.loads(found.stdout)
    return {change["name"]: change["after"] for change in told["changes"]}


# One change ---------------------------------------------------------------------------------------


def test_it_prints_what_the_library_says_of_an_applicant() -> None:
    found = run(BEN, "--set", "step2ck.score=231")
    expected = book().decide(BEN).what_if(step2ck={"score": 231})
    assert found.exit_code == 0 and found.stdout == f"{expected.to_text(80)}\n"
    assert all(len(line) <= 80 for line in found.stdout.splitlines())


def test_every_format_is_what_the_library_gives(shop: tuple[str, ...]) -> None:
    decision = mr.load(shop[2]).decide(shop[0])
    expected = decision.what_if(order={"weight": "4.0"})
    words = (*shop, "--set", "order.weight=4")
    assert run(*words).stdout == f"{expected}\n" and "Comes" in str(expected)
    assert json.loads(run(*words, "--format", "json").stdout) == expected.to_dict()
    assert run(*words, "--format", "markdown").stdout == f"{expected.to_markdown()}\n"
    swept = decision.sweep("order.weight", ["4.8", "4.9", "5.0", "5.1"])
    words = (*shop, "--sweep", "order.weight=4.8..5.1")
    assert run(*words, "--format", "markdown").stdout == f"{swept.to_markdown()}\n"
    drawn = run(*words, "--format", "svg").stdout
    assert drawn == swept.to_svg() and ET.fromstring(drawn).tag.endswith("svg")
    plain = json.loads(run(*words, "--format", "json").stdout)
    assert plain.pop("changes") == [] and plain == swept.to_dict()


def test_values_are_read_by_the_type_of_the_attribute(shop: tuple[str, ...]) -> None:
    assert changed(shop, "--set", "order.weight=4.5") == {"order.weight": "4.5"}
    assert changed(shop, "--set", "order.weight=4 kilograms") == {"order.weight": "4.0"}
    assert changed(shop, "--set", "order.gift=no") == {"order.gift": False}
    assert changed(shop, "--set", "order.color=red") == {"order.color": "red"}
    assert changed(shop, "--set", "order.by=24 December") == {"order.by": "24 December"}
    assert changed(shop, "--set", "order.note=a = b, no") == {"order.note": "a = b, no"}
    for given in ("red,blue", "(red, blue)"):
        assert changed(shop, "--set", f"order.colors={given}") == {"order.colors": ["blue", "red"]}
    assert changed(shop, "--set", "order.colors=()") == {"order.colors": []}
    assert changed(shop, "--set", "order.colors=red", "--set", "order.gift=no") == {
        "order.colors": ["red"], "order.gift": False,
    }  # fmt: skip


def test_listed_facts_are_counted_as_their_file_lists_them(shop: tuple[str, ...]) -> None:
    assert changed(shop, "--set", "box[2].size=4") == {"box.size": 4}
    assert "3 → 4" in run(*shop, "--set", "box[2].size=4").stdout
    assert "9 → 4" in run(*shop, "--set", "box[1].size=4").stdout
    assert changed(shop, "--unset", "box[1].color") == {"box.color": None}
    gone = run(*shop, "--unset", "box[1]").stdout
    assert "one box less (size: 9;" in gone and "Goes" in gone and "(W-2)" in gone
    more = run(*shop, "--set", "box[+].size=8", "--set", "box[+].color=green").stdout
    assert "one box more (size: 8; color of the box: “green”)" in more
    none = run(*shop, "--unset", "box").stdout
    assert none.count("one box less") == 2


def test_facts_with_a_key_are_named_by_it(shop: tuple[str, ...]) -> None:
    said = run(*shop, "--set", "part[P2].color=red", "--unset", "part[P=1]").stdout
    assert "may: Paint, part “P2” (W-4)" in said
    assert "because part “P=1” is there no longer" in said


def test_a_value_can_be_left_out(shop: tuple[str, ...]) -> None:
    assert changed(shop, "--unset", "order.weight") == {"order.weight": None}
    whole = run(*shop, "--unset", "order").stdout
    assert "It is a gift: yes → not known" in whole or "it is a gift: yes → not known" in whole


def test_what_a_case_holds_cannot_write_over_the_terminal(shop: tuple[str, ...]) -> None:
    found = run(*shop, "--set", "order.weight=1", "--set", "order.note=a\x1b[2Jb")
    assert found.exit_code == 0 and "\x1b" not in found.stdout and "�[2Jb" in found.stdout


def test_the_day_is_an_option(shop: tuple[str, ...]) -> None:
    Path(shop[0]).write_text(CASE.replace("as_of: 2026-03-01\n", ""))
    assert run(*shop, "--set", "order.gift=no").exit_code == 1
    assert run(*shop, "--set", "order.gift=no", "--as-of", "2026-03-01").exit_code == 0
    early = run(*shop, "--set", "order.gift=no", "--as-of", "1999-01-01")
    assert early.exit_code == 1 and "MR507" in early.stderr


# Sweeps -------------------------------------------------------------------------------------------


def test_a_sweep_of_an_applicant_shows_the_thresholds() -> None:
    found = run(BEN, "--sweep", "step2ck.score=200..260")
    expected = book().decide(BEN).sweep("step2ck.score", range(200, 261))
    assert found.stdout == f"{expected.to_text(80)}\n"
    assert expected.thresholds == (218, 227, 234)
    assert all(len(line) <= 80 for line in found.stdout.splitlines())


def test_what_to_try_follows_from_the_type(shop: tuple[str, ...]) -> None:
    def values(given: str) -> int:
        found = run(*shop, "--sweep", given, "--format", "json")
        assert found.exit_code == 0, found.stderr
        return int(json.loads(found.stdout)["values"])

    assert values("order.weight") == 100 and values("order.weight=4.5..5.5") == 11
    assert values("order.color") == 3 and values("order.color=green..blue") == 2
    assert values("order.color=red,unknown") == 2
    assert values("order.gift") == 2 and values("order.by") == 366
    assert values("order.by=20 December..31 December") == 12
    assert values("order.note=a,b") == 2
    assert values("box[2].size=1..3") == 3 and values("part[P=1].color") == 3


def test_a_sweep_counts_listed_facts_as_the_file_does(shop: tuple[str, ...]) -> None:
    for place, now in (("box[1].size", "9"), ("box[2].size", "3")):
        told = json.loads(run(*shop, "--sweep", f"{place}=1..3", "--format", "json").stdout)
        assert (told["attribute"], told["now"]) == (place, now)
    told = json.loads(
        run(*shop, "--set", "box[1].size=5", "--sweep", "box[1].size", "--format", "json").stdout
    )
    assert told["now"] == "5"


def test_a_sweep_goes_from_the_changed_case(shop: tuple[str, ...]) -> None:
    found = run(*shop, "--set", "order.gift=no", "--sweep", "order.weight")
    assert found.stdout.startswith("with it is a gift: yes → no\n\n")
    assert "The same is advised for all of them." in found.stdout
    threshold = run(*shop, "--sweep", "order.weight").stdout
    assert "0.0 to 4.9 (50 values)" in threshold and "5.0 to 9.9" in threshold


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say what is to be otherwise"),
        (("--set", "order.weight"), "sets nothing: write `--set fact.attribute=value`"),
        (("--set", "=5"), "sets nothing"),
        (("--set", "order.wait=5"), "did you mean `order.weight`?"),
        (("--set", "ordr.weight=5"), "there is no fact `ordr`: did you mean `order.weight`?"),
        (("--set", "order=5"), "name an attribute"),
        (("--set", "order.weight="), "give a value, or `--unset order.weight`"),
        (("--set", "order.weight=unknown"), "give `--unset order.weight`"),
        (("--set", "box.size=3"), "say which is meant, as in `box[1].size`"),
        (("--set", "part.color=red"), "say which is meant, as in `part[KEY].color`"),
        (("--set", "box[3].size=3"), "counted from `box[1]` to `box[2]`"),
        (("--set", "box[x].size=3"), "counted from"),
        (("--set", "part[P3].color=red"), "there is `P=1`, `P2`"),
        (("--set", "order[1].weight=3"), "leave out `[1]`"),
        (("--unset", "box[+].size"), "nothing is to be left out"),
        (("--set", "order.weight=1", "--set", "order.weight=2"), "given twice"),
        (("--set", "order.weight=1", "--unset", "order.weight"), "given twice"),
        (("--set", "order.weight=1", "--format", "svg"), "there is a picture of a sweep only"),
        (("--sweep", "order.weight", "--sweep", "order.gift"), "one sweep at a time"),
        (("--sweep", "order.weight=2..1"), "runs backwards: write `order.weight=1..2`"),
        (("--sweep", "order.weight=1.."), "is no range"),
        (("--sweep", "order.weight="), "is to be tried for no value"),
        (("--sweep", "order.weight=1..unknown"), "a range runs between two known values"),
        (("--sweep", "order.note"), "too many things to try them all"),
        (("--sweep", "order.colors"), "too many things to try them all"),
        (("--sweep", "order.colors=red"), "takes sets, which are tried one by one"),
        (("--sweep", "box.size"), "say which is meant"),
        (("--sweep", "order.blue"), "`order` has no attribute `blue`"),
    ],
)
def test_wrong_usage_is_told_in_a_line(
    shop: tuple[str, ...], words: tuple[str, ...], said: str
) -> None:
    found = run(*shop, *words)
    assert found.exit_code == 2 and found.stdout == ""
    assert said in found.stderr and found.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--set", "order.weight=12"), "MR515", "outside of 0.0..9.9"),
        (("--set", "order.weight=1.23"), "MR516", "1 decimal place"),
        (("--set", "order.color=rde"), "MR514", "did you mean `red`?"),
        (("--set", "order.gift=maybe"), "MR513", "write yes or no"),
        (("--set", "order.colors=red,red"), "MR518", "twice"),
        (("--set", "box[+].color=red"), "MR520", "`box[3].size` is missing"),
        (("--set", "order.boxes=4"), "MR601", "change what it follows from instead"),
        (("--sweep", "order.weight=5.0..15.0"), "MR515", "outside of 0.0..9.9"),
    ],
)
def test_a_case_that_cannot_be_is_told_as_for_any_case(
    shop: tuple[str, ...], words: tuple[str, ...], code: str, said: str
) -> None:
    found = run(*shop, *words)
    assert found.exit_code == 1 and found.stdout == ""
    assert f"error[{code}]" in found.stderr and said in found.stderr
    as_json = run(*shop, *words, "--format", "json")
    assert as_json.exit_code == 1 and code in json.dumps(json.loads(as_json.stderr))


def test_a_summary_that_a_change_leaves_behind_says_how_to_take_it_along(
    shop: tuple[str, ...],
) -> None:
    Path(shop[0]).write_text(CASE.replace("gift: yes", "gift: yes, boxes: 2"))
    found = run(*shop, "--unset", "box[1]")
    assert found.exit_code == 1 and "`--unset order.boxes`" in found.stderr
    mended = run(*shop, "--unset", "box[1]", "--unset", "order.boxes")
    assert mended.exit_code == 0 and "(W-2)" in mended.stdout
    assert "boxes: 2 → 1, which follows from the rest" in mended.stdout


def test_a_case_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert run(tmp_path / "none.yaml", "--set", "a.b=1").exit_code == 2


def test_the_picture_in_the_documentation_is_what_the_command_draws() -> None:
    """`UPDATE_DOCS=1` writes it."""
    page = ROOT / "docs" / "how-to" / "try-a-change.svg"
    drawn = book().decide(BEN).sweep("step2ck.score", range(200, 261)).to_svg()
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(drawn, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == drawn

"""`matchrules graph` on the packs."""

import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pages import ROOT, blocks

from matchrules.cli.app import app

PAGE = ROOT / "docs" / "how-to" / "see-how-rules-hang-together.md"


def told(*words: str) -> Result:
    return CliRunner().invoke(app, ["graph", *words])


def test_the_overview_as_mermaid() -> None:
    shown = told()
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.startswith('---\ntitle: "How the rulesets use one another"\n---\n')
    assert "65 parameters" in shown.stdout


def test_one_neighbourhood_in_each_format(tmp_path: Path) -> None:
    subject = "letters.two_us_peds_letters"
    tree = json.loads(told(subject, "--format", "json").stdout)
    assert list(tree) == ["title", "nodes", "edges"]
    assert tree["nodes"][-1].keys() == {"id", "label", "shape", "note", "strong"}
    (rule,) = [node for node in tree["nodes"] if node["note"].startswith("LR-01")]
    (said,) = [edge for edge in tree["edges"] if edge["end"] == f"advice {subject}"]
    assert said == {"start": rule["id"], "end": f"advice {subject}", "label": "must",
                    "dashed": False}  # fmt: skip
    file = tmp_path / "picture.svg"
    shown = told(subject, "--format", "svg", "--output", str(file))
    assert shown.stdout == f"wrote {file}\n"
    root = ET.fromstring(file.read_text(encoding="utf-8"))
    assert root[0].text == "Enough letters by US pediatricians (letters.two_us_peds_letters)"
    assert told(subject, "--format", "svg").stdout == file.read_text(encoding="utf-8")


def test_depth_zero_is_what_is_next_to_it() -> None:
    near = json.loads(told("step2ck.band", "--depth", "0", "--format", "json").stdout)
    assert [node["shape"] for node in near["nodes"]] == ["derived", "absent", "absent"]


def test_a_name_of_several_things_is_told() -> None:
    shown = told("step1")
    assert shown.exit_code == 0
    assert shown.stderr == "there is more of that name: `matchrules graph ruleset step1`\n"
    assert told("ruleset", "step1").stderr == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["stepp1"], "did you mean `step1`?"),
        (["step1", "--depth", "-1"], "-1 is not in the range"),
        (["step1", "--output", "nowhere/picture.svg"], "cannot open `nowhere/picture.svg`"),
        (["step1", "--format", "png"], "'png' is not one of"),
        (["step1", "--rules", "nowhere"], "does not exist"),
    ],
)
def test_wrong_usage_is_told_in_a_line(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = told(*words)
    assert shown.exit_code == 2, shown.output
    assert said in shown.stderr


def test_a_day_without_rules_is_told() -> None:
    shown = told("step1", "--as-of", "1999-01-01")
    assert shown.exit_code == 1
    assert "when no version of the rules is in force" in shown.stderr


def test_the_page_shows_the_picture_that_its_command_draws() -> None:
    (picture,) = [block for block in blocks(PAGE) if block.kind == "mermaid"]
    drawn = told("letters.two_us_peds_letters", "--depth", "1").stdout
    if os.environ.get("UPDATE_DOCS"):
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(text[: picture.start] + drawn + text[picture.end :], encoding="utf-8")
    else:
        assert picture.text == drawn

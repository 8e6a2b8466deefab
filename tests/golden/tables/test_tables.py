"""What the checks of a rule base say, beside the rules that they say it of.

`NAME.rules` is put after `head.rules`; `NAME.txt` is what came. `UPDATE_GOLDEN=1` writes it: to be
read before it is committed.
"""

import os
import re
from pathlib import Path

import pytest

from matchrules.analysis import Analysis, analyse
from matchrules.diagnostics.terminal import plain
from matchrules.syntax.parser import parse
from matchrules.text import Source

HERE = Path(__file__).parent
HEAD = (HERE / "head.rules").read_text("utf-8")
SAMPLE = (HERE.parent / "names" / "prelude.rules").read_text("utf-8")
GOLDEN = sorted(path for path in HERE.glob("*.rules") if path.name != "head.rules")
PAGES = HERE.parents[2] / "docs" / "reference" / "diagnostics"
OWN = sorted([*PAGES.glob("MR2*.md"), *PAGES.glob("MR40*.md")])


def analysed(head: str, text: str) -> tuple[Analysis, dict[str, Source]]:
    uses = re.findall(r"^ruleset (\w+)", head, re.M)[0]
    own = f"ruleset tables version 1 effective from 2026-06-01 uses {uses}\n{text}"
    sources = {
        "head.rules": Source("head.rules", head),
        "tables.rules": Source("tables.rules", own),
    }
    trees = []
    for source in sources.values():
        tree, faults = parse(source)
        assert not faults, faults
        trees.append(tree)
    return analyse(trees, sources), sources


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_messages_stand_beside_their_rules(path: Path) -> None:
    analysis, sources = analysed(HEAD, path.read_text("utf-8"))
    came = plain(analysis.diagnostics, sources) + "\n"
    if analysis.left:
        came += f"\n# left to the prover\n\n{plain(analysis.left, sources)}\n"
    golden = path.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(came, "utf-8")
    assert came == golden.read_text("utf-8")


def sections(page: Path) -> dict[str, list[tuple[str, str]]]:
    """The rule snippets of a page by heading."""
    parts = re.split(r"^## (\w+)$", page.read_text("utf-8"), flags=re.M)
    return {
        name: re.findall(r"^```rules( fault)?\n(.*?)^```$", body, re.M | re.S)
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }


@pytest.mark.parametrize("page", OWN, ids=lambda page: page.stem)
def test_what_a_page_avoids_has_its_fault_and_what_it_prefers_none(page: Path) -> None:
    found = sections(page)
    for fault, text in found["Avoid"]:
        analysis, _ = analysed(SAMPLE, text)
        said = analysis.diagnostics if fault else analysis.left
        assert {one.code for one in said} == {page.stem}
    for _, text in found["Prefer"]:
        analysis, _ = analysed(SAMPLE, text)
        assert (analysis.diagnostics, analysis.left) == ((), ())

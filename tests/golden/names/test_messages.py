"""What authors are told, beside the rules that it is told of.

`UPDATE_GOLDEN=1` writes what came: to be read before it is committed.
"""

import os
import re
from pathlib import Path

import pytest
from annotate import annotated, stripped, with_prelude

HERE = Path(__file__).parent
GOLDEN = sorted(
    path
    for folder in (HERE, HERE.parent / "types")
    for path in folder.glob("*.rules")
    if path.name != "prelude.rules"
)
PAGES = HERE.parents[2] / "docs" / "reference" / "diagnostics"
OWN = sorted(path for path in PAGES.glob("MR[13]*.md"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_messages_stand_under_their_places(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    came = annotated(stripped(text))
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(came, encoding="utf-8")
    assert came == text


def test_the_sample_vocabulary_has_no_fault() -> None:
    analysis, _ = with_prelude("")
    assert analysis.diagnostics == ()
    assert len(analysis.bases) == 1


def snippets(page: Path) -> list[str]:
    return re.findall(r"^```rules[^\n]*\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)


@pytest.mark.parametrize("page", OWN, ids=lambda page: page.stem)
def test_what_a_page_avoids_has_its_fault_and_what_it_prefers_none(page: Path) -> None:
    avoid, prefer = snippets(page)[:2]
    found, _ = with_prelude(avoid)
    assert {diagnostic.code for diagnostic in found.diagnostics} == {page.stem}
    mended, _ = with_prelude(prefer)
    assert mended.diagnostics == ()

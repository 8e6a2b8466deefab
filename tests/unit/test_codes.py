"""Every code has its page, and every page its code."""

import re
from pathlib import Path

import pytest

from matchrules.diagnostics.codes import AREAS, registry

PAGES = Path(__file__).parents[2] / "docs" / "reference" / "diagnostics"
SOURCE = Path(__file__).parents[2] / "src" / "matchrules"
CODES = registry()


def test_every_page_has_a_registered_code() -> None:
    assert {page.stem for page in PAGES.glob("MR*.md")} == set(CODES)


def test_the_index_lists_every_code() -> None:
    shown = (PAGES / "index.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(MR\d+)\]\(\1\.md\) \| (.*) \|$", shown, re.MULTILINE)
    assert rows == [(code.code, code.title) for code in sorted(CODES.values(), key=str)]


def test_no_area_declares_the_code_of_another() -> None:
    from importlib import import_module

    declared = [
        code
        for area in AREAS
        for code in import_module(f"matchrules.diagnostics.codes.{area}").CODES
    ]
    assert len(declared) == len(set(declared))


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_page_says_what_to_avoid_what_to_prefer_and_why(code: str) -> None:
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code}: {CODES[code].title}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE)[:3] == ["Avoid", "Prefer", "Why"]


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_code_is_used(code: str) -> None:
    users = [
        path
        for path in SOURCE.rglob("*.py")
        if "codes" not in path.parts and f'"{code}"' in path.read_text(encoding="utf-8")
    ]
    assert users, f"nothing reports {code}"

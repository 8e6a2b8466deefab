"""What authors are told of faults in the syntax, beside the text that it is told of.

Each file holds cases as `--- source` and `--- diagnostics`. `UPDATE_GOLDEN=1` writes what came: to
be read before it is committed.
"""

import os
import re
from pathlib import Path

import pytest

from matchrules.diagnostics.codes import syntax as codes
from matchrules.syntax.parser import parse
from matchrules.text import Source

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.txt"))
PAGES = HERE.parents[2] / "docs" / "reference" / "diagnostics"


def told(text: str) -> str:
    """The diagnostics of a text: place, code, message, what is underlined, help."""
    source = Source("case", text)
    lines = []
    for diagnostic in parse(source)[1]:
        for index, label in enumerate(diagnostic.labels):
            at = source.position(label.span.start)
            under = text[label.span.start : label.span.end].split("\n")[0]
            shown = f" `{under}`" if under else ""
            if index:
                lines.append(f"    {at.line}:{at.column}{shown} {label.message}")
            else:
                lines.append(
                    f"{diagnostic.code} {at.line}:{at.column}{shown}: {diagnostic.message}"
                )
        if diagnostic.help:
            lines.append(f"    help: {diagnostic.help}")
    return "\n".join(lines) + "\n" if lines else "none\n"


def cases(text: str) -> list[str]:
    return re.findall(r"^--- source\n(.*?)^--- diagnostics\n", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_messages(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    came = "\n".join(
        f"--- source\n{source}--- diagnostics\n{told(source)}" for source in cases(text)
    )
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(came, encoding="utf-8")
    assert came == text


@pytest.mark.parametrize("code", codes.CODES)
def test_what_a_page_avoids_has_its_fault_and_what_it_prefers_none(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code}: {codes.CODES[code].title}\n")
    snippets = re.findall(r"^```rules[^\n]*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    if not snippets:  # Limits and encodings are told in words.
        assert "## Avoid" in page and "## Prefer" in page
        return
    avoid, prefer = (f"ruleset page\n{snippet}" for snippet in snippets[:2])
    assert {diagnostic.code for diagnostic in parse(Source("avoid", avoid))[1]} == {code}
    assert parse(Source("prefer", prefer))[1] == ()

"""A page of a diagnostic shows it: what to avoid gives the code, what to prefer gives none.

Snippets use the sample vocabulary of `tests/golden/names/prelude.rules`; one that begins no ruleset
is given a header.
A page whose fault no snippet can show tells it in words, or in blocks that are not run. What only a
proof can show (MR73x) is asked of the prover, of what the page declares.
"""

import re
from pathlib import Path

import pytest
from pages import ROOT, Block, blocks

from matchrules.diagnostics.codes import registry
from matchrules.diagnostics.model import Diagnostic, DiagnosticsError
from matchrules.prove.findings import finding, weighed
from matchrules.prove.running import answers, asked_of
from matchrules.rulebook import Book, check_text, load_text
from matchrules.testing.coverage import measure
from matchrules.testing.examples import run_examples
from matchrules.testing.properties import check_properties

PRELUDE = (ROOT / "tests" / "golden" / "names" / "prelude.rules").read_text(encoding="utf-8")
HEADER = "ruleset page version 1 effective from 2026-01-01 uses sample\n"
PAGES = ROOT / "docs" / "reference" / "diagnostics"


def parts(page: Path) -> dict[str, list[Block]]:
    """The blocks under each heading."""
    text = page.read_text(encoding="utf-8")
    heads = [(match.start(), match[1]) for match in re.finditer(r"^## (.*)$", text, re.MULTILINE)]
    found: dict[str, list[Block]] = {title: [] for _, title in heads}
    for block in blocks(page):
        above = [title for start, title in heads if start < block.start]
        if above:
            found[above[-1]].append(block)
    return found


def files(shown: list[Block]) -> dict[str, str]:
    """The rule files of one part."""
    result = {"prelude.rules": PRELUDE}
    for number, block in enumerate(block for block in shown if block.kind == "rules"):
        if re.match(r"(?:\s|#[^\n]*\n)*ruleset\b", block.text):
            result[f"{number}.rules"] = block.text
        elif len(result) > 1:
            result[list(result)[-1]] += block.text
        else:
            result["page.rules"] = HEADER + block.text
    return result


def codes_of(shown: list[Block]) -> set[str]:
    """The codes that come of the rules and what they say to try, or of the case where there is
    one."""
    texts = files(shown)
    case = next((block for block in shown if block.kind in ("yaml", "json", "toml")), None)
    if case is None:
        found = check_text(texts)
        faulty = any(diagnostic.severity == "error" for diagnostic in found)
        return {d.code for d in found} | (set() if faulty else found_later(load_text(texts)))
    try:
        load_text(texts).decide(_written(case), engine="interpreter")
    except DiagnosticsError as error:
        return {diagnostic.code for diagnostic in error.diagnostics}
    return set()


def found_later(book: Book) -> set[str]:
    """The codes that come of running examples, of trying properties, and of measuring coverage."""
    found: list[Diagnostic | None] = []
    for result in run_examples(book, "interpreter"):
        found += result.diagnostics
    tried = [verdict.diagnostic for verdict in check_properties(book, max_examples=60)]
    said = (*found, *tried, *measure(book).faults)
    return {diagnostic.code for diagnostic in said if diagnostic is not None}


def _written(case: Block) -> str:
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=f".{case.kind}", delete=False) as file:
        file.write(case.text)
    return file.name


def codes_proved(shown: list[Block]) -> set[str]:
    """The codes that come of proving what stands in the page, beside those of a check."""
    texts = files(shown)
    found = codes_of(shown)
    book = load_text(texts)
    asked = [one for one in asked_of(book.bases) if one.question.span.source != "prelude.rules"]
    assert asked
    for one, verdict in answers(book.bases, asked, processes=1):
        diagnostic = finding(book.bases[one.era], weighed(verdict))
        found |= {diagnostic.code} if diagnostic is not None else set()
    return found


def shows(blocks_: list[Block]) -> bool:
    return any(block.kind in ("rules", "yaml", "json", "toml") for block in blocks_)


@pytest.mark.parametrize("code", sorted(registry()))
def test_what_a_page_shows(code: str) -> None:
    page = parts(PAGES / f"{code}.md")
    avoid, prefer = page["Avoid"], page["Prefer"]
    codes = codes_proved if code.startswith("MR73") else codes_of
    if shows(avoid):
        assert code in codes(avoid)
    if shows(prefer):
        left = codes(prefer)
        # a page on syntax need not declare the names that it uses
        assert not ({c for c in left if c.startswith("MR0")} if code.startswith("MR0") else left)

"""Input of any size and depth gets an answer: diagnostics, never a traceback."""

import pytest

from matchrules.syntax.parser import parse
from matchrules.syntax.tokens import FAULT_LIMIT
from matchrules.text import Source

HEAD = "ruleset r\ndefine a.b : yes_no is "


def codes(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in parse(Source("a", text))[1]]


@pytest.mark.parametrize(
    "body",
    [
        "(" * 10_000 + "x" + ")" * 10_000, "not " * 10_000 + "x", "- " * 10_000 + "x",
        "x if y else\n" * 10_000 + "z", "x if known else\n" * 10_000 + "z", "x +\n" * 10_000 + "z",
        "(x + " * 10_000 + "z" + ")" * 10_000, "x on " * 10_000 + "z",
        "count(l where\n" * 10_000 + "x" + ")" * 10_000, "min(1, " * 10_000 + "x" + ")" * 10_000,
        "x in (" * 10_000 + "x" + ")" * 10_000, "x in (\n" * 10_000 + "x" + ")..1\n" * 10_000,
        '"{' * 10_000 + "x" + '}"' * 10_000,
    ],
    ids=lambda body: body[:12],
)
def test_deep_nesting_is_one_fault(body: str) -> None:
    assert codes(HEAD + body) == ["MR006"]


@pytest.mark.parametrize(
    "body",
    ["(" * 99 + "x" + ")" * 99, "not " * 99 + "x", "x if y else " * 99 + "z", "x + " * 99 + "z",
     '"{' * 20 + "x" + '}"' * 20, "x and " * 5_000 + "x"],
    ids=lambda body: body[:12],
)
def test_nesting_up_to_the_limit_is_none(body: str) -> None:
    assert codes(HEAD + body) == []


def test_a_line_of_fifty_million_characters() -> None:
    assert codes("ruleset r\n" + "x" * 50_000_000) == ["MR005"]


def test_a_long_line_is_left_out_and_the_rest_read() -> None:
    text = "ruleset r\n# " + "x" * 100_001 + "\nfact a\n  b text\n"
    assert codes(text) == ["MR005", "MR001"]


@pytest.mark.parametrize("piece", ["\x01 \n", "@ \n", '"\n', "rule\n", "| \n", "rul a\n"])
def test_faults_without_end_are_cut_off(piece: str) -> None:
    found = codes("ruleset r\n" + piece * 5_000)
    assert len(found) <= FAULT_LIMIT + 1


@pytest.mark.parametrize(
    "text", ["", "\n", "# c", "\x00", "\ufeff", "rule", "|", '"', '"""', "{", "ruleset"]
)
def test_small_texts_that_are_no_rule_file(text: str) -> None:
    assert codes(text)


def test_a_huge_number_is_a_fault() -> None:
    assert codes(HEAD + "9" * 5_000) == ["MR019"]

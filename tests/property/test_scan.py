"""The quick way through a text gives the tokens that the lexer gives, or none."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from rule_texts import rule_texts

from matchrules.rulebook import packs
from matchrules.syntax.lexer import tokenize
from matchrules.syntax.scan import Scanned, scan, scan_part, significant
from matchrules.text import Source

PIECES = [
    "a", "b2", "_c", "Ab-3", "S2-50", "A-", "é", "aB", "3", "3.5", "2026-06-01", "31-1-1", ".",
    "..", "...", ",", ":", ":=", "(", ")", "[", "|", "||", "=", "=>", "==", "=<", "<", "<=", "<>",
    ">", ">=", "+", "-", "--", "->", "-->", "*", "/", "!", "&", "#", '"', '""', '"""', '"x"',
    '"{a}"', "{", "}", "{{", "}}", "\\", '\\"', " ", "\t", "\n", "\r\n", "\r", "\ufeff",
    "\u00a0", "\x00", "“", "’",
]  # fmt: skip


def lexed(text: str) -> tuple[Scanned, bool]:
    """What the lexer finds, and whether it has a fault."""
    tokens, faults = tokenize(Source("a", text))
    return significant(tokens, len(text)), bool(faults)


def same(text: str) -> None:
    scanned = scan(text)
    expected, faulty = lexed(text)
    if scanned is not None:
        assert scanned == expected and not faulty


@settings(max_examples=settings().max_examples * 4)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@example("")
@example("a  # b\n")
@example('"a {b if known else "c {d}"} e"')
@example('"""\n "a" {{ {b\n}"""')
@example('""""a""""')
@example("a\x7f # \x01")
def test_pieces(text: str) -> None:
    same(text)


@given(rule_texts(), st.data())
def test_cuts_of_a_rule_file(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    same(text[start:])
    same(text[:start])


@given(st.text(max_size=100))
def test_any_text(text: str) -> None:
    same(text)


def test_the_packs_go_the_quick_way() -> None:
    for path in packs().glob("*.rules"):
        text = path.read_text(encoding="utf-8")
        assert scan(text) == lexed(text)[0]


def test_a_part_ends_where_it_is_said_to() -> None:
    scanned = scan_part('"{ab.c}" d', 2, 6)
    assert scanned is not None
    assert [token.text for token in scanned.tokens] == ["ab", ".", "c", ""]
    assert [token.start for token in scanned.tokens] == [2, 4, 5, 6]


def test_no_text_takes_long() -> None:
    """A pattern that tried again would not come to an end."""
    for text in (
        '"' * 100_001,
        '"""{' * 50_000,
        '"a{' * 50_000,
        " " * 100_000 + "é",
        "a-" * 99_999,
    ):
        same(text.replace("}", "}\n"))

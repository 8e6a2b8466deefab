"""Tokens: nothing is lost, and each fault is said once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchrules.syntax.lexer import tokenize
from matchrules.text import Source

PIECES = [
    "ruleset r\n", "rule a", '"', '"""', "{", "}", "{{", "\\", "#", "\n", "\r\n", "\r", " ", "\t",
    "|", "||", "--", "..", "...", "=>", "==", "&&", "2026-02-30", "12.5", "S2-50", "é", "“", "”",
    "'", "\x00", "\ufeff", "\u00a0", "x", "is", "then must a.b", "(", ")", "[", "%", "\u2028",
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40).map("".join)


@given(texts)
def test_tokens_joined_give_back_the_text(text: str) -> None:
    tokens, diagnostics = tokenize(Source("a", text))
    assert "".join(token.text for token in tokens) == text
    at = 0
    for token in tokens:
        assert (token.start, token.end) == (at, at + len(token.text))
        at = token.end
    for diagnostic in diagnostics:
        for label in diagnostic.labels:
            assert 0 <= label.span.start <= label.span.end <= len(text)


def kinds(text: str) -> list[tuple[str, str]]:
    return [
        (token.kind, token.text)
        for token in tokenize(Source("a", text))[0]
        if token.kind not in ("blank", "newline")
    ]


def test_each_kind_of_token() -> None:
    assert kinds('a_1 S2-50 0..6 2026.1 2026-06-01 "x" --- => .. # c') == [
        ("name", "a_1"), ("word", "S2-50"), ("number", "0"), ("operator", ".."), ("number", "6"),
        ("number", "2026.1"), ("date", "2026-06-01"), ("text", '"x"'), ("ruler", "---"),
        ("operator", "=>"), ("operator", ".."), ("comment", "# c"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '"a {b if known else "c {d} e"} f"', '"{{ }}"', '"\\" # {x}"', '"""a "b"\n c {d\n} """',
        '"{a}}}"', '""',
    ],
)
def test_a_text_is_one_token_holes_and_all(text: str) -> None:
    kind = "longtext" if text.startswith('"""') else "text"
    assert kinds(text + " x") == [(kind, text), ("name", "x")]


def test_two_bars_in_a_row_are_two_bars() -> None:
    assert kinds("| a || b |")[2:4] == [("operator", "|"), ("operator", "|")]


def test_a_byte_order_mark_and_carriage_returns_are_trivia() -> None:
    tokens, diagnostics = tokenize(Source("a", "\ufeffrule a\r\n\r\n# b\r\n"))
    assert diagnostics == ()
    assert [token.kind for token in tokens] == [
        "blank", "name", "blank", "name", "newline", "comment", "newline",
    ]

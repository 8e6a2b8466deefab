"""Whatever is read, the parser answers, and its spans lie inside the text."""

from collections.abc import Iterator
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_texts import rule_texts

from matchrules.syntax.decode import decode
from matchrules.syntax.parser import parse
from matchrules.syntax.tokens import AFTER_NUMBER, RESERVED, STATEMENTS, STRENGTHS
from matchrules.text import Source, Span

WORDS = sorted({*RESERVED, *AFTER_NUMBER, *STATEMENTS, *STRENGTHS, "count", "last", "fires"})
SIGNS = ["\n", "\n  ", " ", ".", "..", ",", ":", "(", ")", "|", "=>", "=", "<", "-", "--", '"x"',
         '"{', '}"', '"', '"""', "3", "2026-06-01", "S2-50", "#", "a", "b.c", "é", "==", "true"]
tokens = st.lists(st.sampled_from([*WORDS, *SIGNS]), max_size=60).map(" ".join)


def spans(node: Any) -> Iterator[Span]:
    if isinstance(node, Span):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from spans(item)
    elif attrs.has(type(node)):
        for field in attrs.fields(type(node)):
            yield from spans(getattr(node, field.name))


def check(source: Source) -> None:
    tree, diagnostics = parse(source)
    size = len(source.text)
    for span in spans(tree):
        assert span.source == source.name
        assert 0 <= span.start <= span.end <= size
    for diagnostic in diagnostics:
        assert diagnostic.labels
        for label in diagnostic.labels:
            assert 0 <= label.span.start <= label.span.end <= size
        assert diagnostic.message[0] not in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        assert not diagnostic.message.endswith(".")
    assert parse(source) == (tree, diagnostics)


@settings(max_examples=settings().max_examples * 4)
@given(tokens, st.booleans())
def test_any_tokens(text: str, headed: bool) -> None:
    check(Source("a", "ruleset r\n" * headed + text))


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    check(Source("a", text))


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    source, diagnostics = decode("a", content)
    if not diagnostics:
        check(source)


@given(rule_texts(), st.data())
def test_any_cut_of_a_rule_file(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    check(Source("a", text[:start] + text[end:]))


@given(rule_texts())
def test_blanks_and_comments_change_nothing(text: str) -> None:
    tree, diagnostics = parse(Source("a", text))
    spaced = text.replace("\n", "  # a comment\n") if '"""' not in text else text
    assert parse(Source("a", spaced))[0].statements == tree.statements
    assert len(parse(Source("a", spaced))[1]) == len(diagnostics)

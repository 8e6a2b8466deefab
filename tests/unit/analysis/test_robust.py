"""Damaged files give diagnostics, in bounded time, and never a traceback."""

import re
from pathlib import Path

from books import analysis_of, codes
from hypothesis import given
from hypothesis import strategies as st

from matchrules.analysis import analyse
from matchrules.syntax.parser import parse
from matchrules.text import Source

TEXTS = {p.name: p.read_text("utf-8") for p in sorted(Path(__file__).parent.glob("*.rules"))}
TREES = {name: parse(Source(name, text))[0] for name, text in TEXTS.items()}
TOKENS = {name: re.findall(r'\s+|\w+(?:\.\w+)*|"[^"\n]*"|.', text) for name, text in TEXTS.items()}
WORDS = sorted({token for tokens in TOKENS.values() for token in tokens if token.strip()})


@given(st.data())
def test_a_damaged_file_gives_diagnostics_with_places(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TOKENS)))
    tokens = list(TOKENS[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(tokens) - 1))
        tokens[at] = data.draw(st.sampled_from(["", " ", *WORDS]))
    source = Source(name, "".join(tokens))
    tree, _ = parse(source)
    trees = [tree if each == name else TREES[each] for each in TREES]
    sources = {each: Source(each, text) for each, text in TEXTS.items()} | {name: source}
    analysis = analyse(trees, sources)
    for diagnostic in analysis.diagnostics:
        for label in diagnostic.labels:
            assert 0 <= label.span.start <= label.span.end <= len(sources[label.span.source].text)
        assert not diagnostic.message.endswith(".")


def test_deep_nesting_is_lowered() -> None:
    deep = "(" * 45 + "f.n > 1" + " or f.n > 1)" * 45
    text = f"fact f\n  n : integer 0..5 optional\ndefine t.x : yes_no\n  is {deep}\n"
    assert codes(analysis_of(v=text)) == []


def test_a_file_full_of_faults_is_answered() -> None:
    names = "".join(f"  n{n} : integer 0..5 optional\n" for n in range(1500))
    faults = "".join(f"define t.x{n} : yes_no\n  is f.m{n} > 1 or nn{n} > 3\n" for n in range(1500))
    found = analysis_of(v=f"fact f\n{names}{faults}")
    assert 100 <= len(found.diagnostics) <= 1000
    assert found.bases == ()


def test_names_of_any_length_are_answered() -> None:
    name = "a" * 50_000
    found = analysis_of(
        v=f"fact f\n  n : integer 0..5 optional\ndefine t.x : yes_no\n  is f.{name} > 1\n"
    )
    assert codes(found) == ["MR101"]

"""Whatever a fact holds, the letter shows it as it is, and its parts stay where they are."""

import sys
from datetime import date
from pathlib import Path
from unicodedata import category

from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

sys.path.insert(0, str(Path(__file__).parent))

from books_and_cases import examples, loaded

import matchrules as mr
from matchrules.cli.advice_markdown import escaped, markdown
from matchrules.cli.unknowns import wanted
from matchrules.testing import books, cases

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
RULES = """
ruleset t
  version 1
  effective from 2020-01-01
source book "A book"
fact hut many up to 9
  name : text key
  note : text optional
advice huts "Huts"
  sleep "Sleep"
  avoid "Avoid"
rule sleep "Sleep"
  cite book
  for each hut
  then must huts.sleep "{hut.name}"
rule avoid "Avoid"
  cite book
  for each hut
  then should huts.avoid "Is{hut.note if known else ""}[ or {hut.note}]!"
"""
BOOK = mr.load_text({"t.rules": RULES})
ODD = [
    "|", "a | b", "[x](y)", "![i](j)", "[x]: y", "*b*", "**", "_i_", "`c`", "``", "```\ncode",
    "<b>", "<!-- c -->", "</ul>", "&amp;", "&#42;", "# h", "#", "- x", "+ x", "1. x", "2) x", "> q",
    "===", "---", "~~s~~", "\\", "\\*", "a\nb", "\n\n# h", "    code", "\t", "|-|", "<http://x>",
    ":", "$x$", "é", "\u200b", "[^1]", "- [ ] t", "x  \ny", "\x1b[2J",
    "\x1bc", "\x07", "\x9b1m", "\u202eabc", "\u2066", "\0", "\u2028", "\x85", "a\u00a0b", "\u200f",
]  # fmt: skip
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # of the direction of writing
texts = st.lists(st.sampled_from(ODD) | st.text(max_size=6), min_size=1, max_size=4).map("".join)


def inside(tokens):
    """The plain text of inline tokens; None where there is markup."""
    said = []
    for token in tokens:
        if token.type not in ("text", "text_special"):
            return None
        said.append(token.content)
    return "".join(said)


def one_line(text):
    """What is left of a text: characters that act unseen are marked, lines joined."""
    shown = (
        "\ufffd" if category(c) in ("Cc", "Cs") or c in TURNS else c for c in " ".join(text.split())
    )
    return "".join(shown)


@given(texts)
def test_a_text_is_taken_for_nothing_else(text):
    text = one_line(text)
    for before, kinds in (
        ("", ["paragraph_open", "inline", "paragraph_close"]),
        ("# ", ["heading_open", "inline", "heading_close"]),
    ):
        tokens = READER.parse(before + escaped(text) + "\n")
        if text:
            assert [token.type for token in tokens] == kinds
            assert inside(tokens[1].children) == text
    items = READER.parse(f"- {escaped(text)}\n- end\n")
    opened = [token.type for token in items].count
    assert (opened("list_item_open"), opened("bullet_list_open")) == (2, 1)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=4, unique_by=lambda pair: pair[0]))
def test_a_letter_keeps_its_shape(pairs):
    facts = {"hut": [{"name": name, "note": note} for name, note in pairs]}
    decision = BOOK.decide(facts, as_of=date(2021, 1, 1), engine="interpreter")
    shown = markdown(decision, BOOK.bases[0], "x.yaml")
    tokens = READER.parse(shown)
    heads = [tokens[n + 1].content for n, t in enumerate(tokens) if t.type == "heading_open"]
    assert heads == ["Advice for x", "Huts", "Small print"]
    assert not {"html_block", "fence", "code_block", "table_open", "blockquote_open"} & {
        token.type for token in tokens
    }
    strong = ("strong_open", "strong_close")
    said = {
        inside([child for child in token.children if child.type not in strong])
        for token in tokens
        if token.type == "inline"
    }
    names = {one_line(name) for name, _ in pairs}
    if len(names) == len(pairs) > 1:
        for name in names - {""}:
            assert any(one and one.endswith(name) for one in said), name


@examples(20)
@given(st.data())
def test_every_decision_is_a_letter(data):
    book = loaded(data.draw(books()))
    case = data.draw(cases(book))
    try:
        decision = book.decide(case, engine="interpreter")
    except mr.CaseErrors:
        assume(False)
    base = book.base_on(decision.as_of)
    shown = markdown(decision, base, "x.yaml")
    for advice in decision:
        assert advice.about is not None or escaped(advice.text) in shown
        assert escaped(advice.id or advice.rule) in shown[shown.rindex("## Small print") :]
    named = {one.name: one for one in wanted(decision, base)}
    assert named.keys() <= set(decision.unknown)
    assert all(one.decides + one.words <= one.readers for one in named.values())
    assert all(bool(one.about) == (one.decides + one.words > 0) for one in named.values())

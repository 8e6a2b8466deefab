"""Texts drawn from the published grammar, token by token, for the tests of the parser."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from lark import Lark
from lark.grammar import NonTerminal, Terminal

GRAMMAR = Path(__file__).parents[2] / "docs" / "reference" / "grammar.lark"

# What a terminal that is not a fixed word is drawn from.
TERMINALS: dict[str, list[str]] = {
    "NAME": ["a", "b2", "score", "x_y", "_z", "letter", "rules"],
    "WORD": ["S2-50", "D1", "A", "Place_9"],
    "MONTH": ["September", "May", "February"],
    "INTEGER": ["0", "7", "12", "300"],
    "DECIMAL": ["0.5", "12.25"],
    "VERSION": ["2026.1.2"],
    "DATE": ["2026-06-01", "1999-12-31"],
    "TEXT": ['"x"', '""', '"a {{b}} \\" \\\\ \\n é"', '"# no comment"'],
    "LONG_TEXT": ['"""x"""', '"""\n   two "lines"\n  here\n"""'],
    "LONG_TEMPLATE": ['"""{a}"""', '"""\n  {b.c if known else "no {d}"} and\n {e}\n"""'],
    "TEXT_START": ['"{', '"a {{b}} {', '"[[ {'],
    "TEXT_MIDDLE": ["} and {", "}}}{", "} ]] {"],
    "TEXT_END": ['}"', '}."', '}]] [["'],
    "SEGMENT_START": ['"[{', '"[[[ of {', '"a []]b{'],
    "SEGMENT_OPEN": ["} and [{", "}[[[ [[{"],
    "SEGMENT_CLOSE": ["}] and {", "}][[{", "}]]] {"],
    "SEGMENT_NEXT": ["}][{", "}]] ] and [ [[{"],
    "SEGMENT_END": ['}]"', '}[[].]]"'],
    "ODD_TEXT": ['"[1]"', '"]["'],
    "ODD_START": ['"] {', '"[ [ {'],
    "ODD_MIDDLE": ["} [b] {", "} [[ [ [ {"],
    "ODD_END": ['}["', '}[b]"'],
    "RULER": ["--", "-----"],
    "BAR_AT_LINE_START": ["\n |", "\n|"],
    "IS_AT_LINE_START": ["\n  is"],
}
OPEN_TEXT = frozenset({"TEXT_START", "SEGMENT_START", "ODD_START"})
CLOSE_TEXT = frozenset({"TEXT_END", "SEGMENT_END", "ODD_END"})
STATEMENTS = (
    "RULESET",
    "SOURCE",
    "ENUM",
    "ORDERED",
    "FACT",
    "ADVICE",
    "PARAMETER",
    "DEFINE",
    "TABLE",
    "RULE",
    "REJECT",
    "SECTION",
    "CHAPTER",
    "PROPERTY",
    "EXAMPLE",
)
# Parts of a statement of which each kind stands once, but for the first words given.
PARTS: dict[str, tuple[str, ...]] = {
    "header_part": (),
    "fact_part": (),
    "attribute_part": ("DEFAULT", "UNLESS"),
    "entry_part": ("cite",),
    "define_part": ("cite",),
    "table_part": ("cite",),
    "rule_part": ("cite", "UNLESS"),
    "property_part": ("cite",),
}
BREAKS = frozenset({"WHEN", "THEN", "UNLESS", "EXPECT", "AND", "OR", "ELSE", "COMMA", "RPAR"})


@cache
def grammar() -> Lark:
    return Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="earley",
        lexer="basic",
        start=["file", "expression"],
    )


@cache
def _rules() -> dict[str, list[Any]]:
    rules: dict[str, list[Any]] = {}
    for rule in grammar().rules:
        rules.setdefault(rule.origin.name, []).append(rule)
    return rules


@cache
def _fixed() -> dict[str, str]:
    """The terminals that are fixed words and signs."""
    found = {}
    for terminal in grammar().terminals:
        if terminal.pattern.type == "str":
            found[terminal.name] = terminal.pattern.value
    return found


@cache
def _heights() -> dict[str, int]:
    """The least height of a tree of each rule."""
    heights: dict[str, int] = {}
    changed = True
    while changed:
        changed = False
        for name, rules in _rules().items():
            known = [h for h in (_rule_height(rule, heights) for rule in rules) if h is not None]
            if known and heights.get(name) != min(known):
                heights[name] = min(known)
                changed = True
    return heights


def _rule_height(rule: Any, heights: dict[str, int]) -> int | None:
    inner = [heights.get(s.name) for s in rule.expansion if isinstance(s, NonTerminal)]
    return None if None in inner else 1 + max((h for h in inner if h is not None), default=0)


class _Writer:
    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.out: list[str] = []
        self.used: list[set[str]] = [set()]
        self.columns = 1
        self.table = ""
        self.holes = 0

    def write(self, name: str, budget: int) -> None:
        rules = _rules()[name]
        if name in PARTS:
            rules = self._unused(name, rules)
            if rules is None:
                return
        heights = _heights()
        if name == "is" or (self.holes and name in ("text", "plain")):
            # A line that starts with `is` means something in a define; a text in `{…}` is short.
            rules = [r for r in rules if not r.expansion[0].name.startswith(("IS_AT", "LONG"))]
        fitting = [r for r in rules if (_rule_height(r, heights) or 99) <= budget]
        if not fitting:
            least = min(_rule_height(r, heights) or 99 for r in rules)
            fitting = [r for r in rules if _rule_height(r, heights) == least]
        rule = fitting[self.draw(st.integers(0, len(fitting) - 1))]
        if name in ("head", "row", "ruler"):
            self._line(name, budget)
            return
        outer = len(self.used)
        if name in ("define", "table", "rule", "property", "ruleset", "fact", "attribute", "entry"):
            self.used.append(set())
        for position, symbol in enumerate(rule.expansion):
            if isinstance(symbol, Terminal):
                self._terminal(symbol.name, name)
            elif name == "table" and position == 1:
                self.table = "t.out"
                self.out.append(self.table)
            elif name == "adding" and symbol.name == "name" and position == 0:
                continue
            else:
                self.write(symbol.name, budget - 1)
        del self.used[outer:]

    def _unused(self, name: str, rules: list[Any]) -> list[Any] | None:
        free = []
        for rule in rules:
            kind = rule.expansion[0].name
            if kind in PARTS[name] or kind not in self.used[-1]:
                free.append(rule)
        if name == "attribute_part":
            # `unless` goes with a default: both are drawn as one elsewhere.
            free = [rule for rule in free if rule.expansion[0].name not in ("DEFAULT", "UNLESS")]
        if not free:
            return None
        rule = free[self.draw(st.integers(0, len(free) - 1))]
        self.used[-1].add(rule.expansion[0].name)
        return [rule]

    def _terminal(self, terminal: str, parent: str) -> None:
        if terminal in STATEMENTS:
            self.out.append("\n" + ("ordered" if terminal == "ORDERED" else terminal.lower()))
            return
        word = _fixed().get(terminal)
        if word is None:
            choices = TERMINALS[terminal]
            word = choices[self.draw(st.integers(0, len(choices) - 1))]
            if terminal == "MONTH" and self.out[-1].isdigit():
                self.out[-1] = "7"
        elif terminal in BREAKS and self._may_break(parent) and not self.draw(st.integers(0, 3)):
            word = "\n    " + word
        self.holes += (terminal in OPEN_TEXT) - (terminal in CLOSE_TEXT)
        self.out.append(word)

    def _may_break(self, parent: str) -> bool:
        named = parent in ("free_name", "clause_word")
        return not named and not self.holes and self.columns == 1

    def _line(self, kind: str, budget: int) -> None:
        """A line of a table, with as many columns as its head."""
        if kind == "head":
            self.columns = self.draw(st.integers(2, 4))
        self.out.append("\n  |")
        self.holes += 1
        start = len(self.out)
        for _ in range(self.columns - 1):
            if kind == "ruler":
                self.out.append("---")
            else:
                self.write("cell" if kind == "row" else "expression", min(budget, 8))
            self.out.append("|")
        if kind == "head":
            self.out += ["=>", self.table]
        elif kind == "ruler":
            self.out.append("---")
        else:
            self.write("expression", min(budget, 8))
        self.out += ["|"]
        self.out[start:] = [" ".join(self.out[start:]).replace("\n", " ")]
        self.holes -= 1


# Rules 3 and 6 of the grammar's preface.
_UNSAID = re.compile(
    r"\bis\s+(not\s+unknown|unknown\s+([-+*/]|(rounded|on|for|of)\b))|[0-9]\s+may\b"
)


@st.composite
def rule_texts(draw: Any, statements: int = 2, height: int = 16) -> str:
    """A rule file that the grammar derives."""
    writer = _Writer(draw)
    writer.write("ruleset", 10)
    for _ in range(draw(st.integers(1, statements))):
        writer.columns, writer.used = 1, [set()]
        writer.write("statement", height)
    text = " ".join(writer.out).lstrip("\n ") + "\n"
    assume(not _UNSAID.search(text))
    return text

"""The lexer: a text into tokens, none of it lost.

Each fault is reported once, here, and the token goes on as what the author most likely meant, so
that the parser need not stumble over it again.
"""

import re
from itertools import islice
from typing import Final

from matchrules.diagnostics.model import Diagnostic
from matchrules.syntax import faults, quotes
from matchrules.syntax.tokens import FAULT_LIMIT, FILE_LIMIT, LINE_LIMIT, Kind, Token
from matchrules.text import Source, Span

# What other languages write, and what it is here.
SLIPS: Final = {
    "==": "is", "!=": "is not", "<>": "is not", "≠": "is not", "&&": "and", "||": "or", "!": "not",
    "=<": "<=", "≤": "<=", "≥": ">=", "->": "=>", "→": "=>", "⇒": "=>", "−": "-", "–": "-",
    "—": "-", "×": "*", "…": "..", "...": "..", "[": "(", "]": ")", ":=": "=", "&": "and",
}

_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t]+)
  | (?P<newline>\r?\n)
  | (?P<comment>\#[^\r\n]*)
  | (?P<date>[0-9]{3,}-[0-9]+-[0-9]+)
  | (?P<number>[0-9]+(?:\.[0-9]+)*)
  | (?P<word>[A-Z]\w*(?:-\w+)*)
  | (?P<name>[^\W\d]\w*)
  | (?P<longtext>\"\"\")
  | (?P<text>")
  | (?P<ruler>--+)
  | (?P<slip>\.\.\.|==(?!>)|!=|<>|&&|\|\||=<|->|:=|[!&≠≤≥→⇒−–—×…\[\]])
  | (?P<operator>\.\.|=>|<=|>=|[.,:()|=<>+\-*/])
  | (?P<smart>[“”„][^“”„"\r\n]*[“”"])
  | (?P<single>['‘’][^'‘’\r\n]*['’])
    """,
    re.VERBOSE,
)
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_WORD = re.compile(r"[A-Z][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*")
_CONTROL = re.compile(
    "(?:[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|\r(?!\n))+"
)
_LONG_LINE = re.compile(rf"^[^\n]{{{LINE_LIMIT + 1},}}", re.MULTILINE)
_BAD = re.compile(r"[^\x00-\x7f\w\s“”„‘’]+|[@$%^~?`;{}\\]+")


def tokenize(source: Source) -> tuple[tuple[Token, ...], tuple[Diagnostic, ...]]:
    """The tokens of a file and the faults in its characters."""
    text = source.text
    if len(text) > FILE_LIMIT:
        token = Token("bad", text, 0, len(text), text)
        return (token,), (faults.file_too_large(source.name),)
    lexer = Lexer(source.name, text)
    at = 0
    if text.startswith("\ufeff"):
        lexer.add("blank", 0, 1)
        at = 1
    lexer.controls(at, len(text))
    long_line = _LONG_LINE.search(text, at)
    while long_line:
        # The line is cut out as it stands; looking into it would be the author's guess and ours.
        lexer.run(at, long_line.start())
        start = max(lexer.at, long_line.start())
        end = max(start, long_line.end())
        lexer.found.append(faults.line_too_long(Span(source.name, start, start)))
        if end > start:
            lexer.add("bad", start, end)
        at = end
        long_line = _LONG_LINE.search(text, at)
    lexer.run(at, len(text))
    return tuple(lexer.tokens), tuple(lexer.found)


def tokenize_hole(name: str, text: str, start: int, end: int) -> "Lexer":
    """The tokens of a hole of a text, from `start` to `end`."""
    lexer = Lexer(name, text)
    lexer.run(start, end)
    return lexer


class Lexer:
    """Tokens and faults found so far; `at` is where the last token ended."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.tokens: list[Token] = []
        self.found: list[Diagnostic] = []
        self.at = 0
        self.in_row = False
        # Looking for the end of a broken text may run far; a budget keeps the whole linear.
        self.budget = 1_000_000 + 4 * len(text)

    def add(
        self, kind: Kind, start: int, end: int, meaning: str | None = None, broken: bool = False
    ) -> None:
        text = self.text[start:end]
        token = Token(kind, text, start, end, text if meaning is None else meaning, broken)
        self.tokens.append(token)
        self.at = end

    def span(self, start: int, end: int) -> Span:
        return Span(self.name, start, end)

    def controls(self, start: int, end: int) -> None:
        """Report control characters, wherever they stand: in texts and comments too."""
        for match in islice(_CONTROL.finditer(self.text, start, end), FAULT_LIMIT):
            self.found.append(faults.control_character(self.span(*match.span()), match.group()))

    def run(self, at: int, end: int) -> None:
        text = self.text
        first = True
        self.at = max(at, self.at)
        while self.at < end:
            at = self.at
            if len(self.found) >= FAULT_LIMIT or self.budget < 0:
                self.found.append(faults.too_many(self.span(at, at)))
                self.add("bad", at, len(text))
                return
            match = _TOKEN.match(text, at, end)
            if match is None:
                self._bad(at, end)
                continue
            kind = match.lastgroup
            stop = match.end()
            if kind == "newline":
                first = True
                self.add("newline", at, stop)
                continue
            if kind == "blank":
                self.add("blank", at, stop)
                continue
            if first:
                self.in_row = text[at] == "|"
                first = False
            if kind == "comment" or kind == "number" or kind == "ruler" or kind == "operator":
                self.add(kind, at, stop)  # type: ignore[arg-type]
            elif kind == "name" or kind == "word" or kind == "date":
                self._named(kind, at, stop)  # type: ignore[arg-type]
            elif kind == "text" or kind == "longtext":
                self._text(kind, at)  # type: ignore[arg-type]
            elif kind == "slip":
                self._slip(at, stop)
            else:
                self.found.append(faults.foreign_quotes(self.span(at, stop)))
                self.add("text", at, stop, broken=True)

    def _named(self, kind: Kind, at: int, stop: int) -> None:
        word = self.text[at:stop]
        if kind == "name" and not _NAME.fullmatch(word):
            self.found.append(faults.not_snake_case(self.span(at, stop), word))
        elif kind == "word" and not _WORD.fullmatch(word):
            self.found.append(faults.not_plain_word(self.span(at, stop), word))
        self.add(kind, at, stop)

    def _text(self, kind: Kind, at: int) -> None:
        scan = quotes.long_text if kind == "longtext" else quotes.short_text
        extent = scan(self.text, at)
        self.budget -= extent.cost
        if extent.trouble is not None:
            self.found.append(
                faults.broken_text(self.span(at, extent.end), extent.trouble, kind == "longtext")
            )
        self.add(kind, at, extent.end, broken=extent.trouble is not None)

    def _slip(self, at: int, stop: int) -> None:
        sign = self.text[at:stop]
        if sign == "||" and self.in_row:
            self.add("operator", at, at + 1)
            self.add("operator", at + 1, stop)
            return
        meaning = SLIPS[sign]
        self.found.append(faults.foreign_sign(self.span(at, stop), sign, meaning))
        self.add("name" if meaning[0].isalpha() else "operator", at, stop, meaning)

    def _bad(self, at: int, end: int) -> None:
        """A run of characters that mean nothing here."""
        control = _CONTROL.match(self.text, at, end)
        if control:
            self.add("bad", at, control.end())
            return
        match = _BAD.match(self.text, at, end)
        stop = match.end() if match else at + 1
        self.found.append(faults.bad_character(self.span(at, stop), self.text[at:stop]))
        self.add("bad", at, stop)

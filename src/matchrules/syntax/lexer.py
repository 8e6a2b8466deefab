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
    (?P<name>[a-z_][a-z0-9_]*(?!\w))
  | (?P<newline>[ \t]*(?:\r?\n[ \t]*)+)
  | (?P<blank>[ \t]+)
  | (?P<comment>\#[^\r\n]*)
  | (?P<date>[0-9]{3,}-[0-9]+-[0-9]+)
  | (?P<number>[0-9]+(?:\.[0-9]+)*)
  | (?P<word>[A-Z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*(?![\w]))
  | (?P<oddword>[A-Z]\w*(?:-\w+)*)
  | (?P<oddname>[^\W\d]\w*)
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
_PLAIN: Final = frozenset({"name", "word", "number", "date", "ruler", "operator", "comment"})
CONTROL = re.compile(
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
        for match in islice(CONTROL.finditer(self.text, start, end), FAULT_LIMIT):
            self.found.append(faults.control_character(self.span(*match.span()), match.group()))

    def run(self, at: int, end: int) -> None:
        """Lex from `at`, or from where the last token ended, up to `end`."""
        text, match_at, append = self.text, _TOKEN.match, self.tokens.append
        first = True
        at = max(at, self.at)
        while at < end:
            if len(self.found) >= FAULT_LIMIT or self.budget < 0:
                self.found.append(faults.too_many(self.span(at, at)))
                self.add("bad", at, len(text))
                return
            match = match_at(text, at, end)
            kind = match.lastgroup if match else None
            if match is None or kind is None:
                self._bad(at, end)
            elif kind == "blank" or kind == "newline":
                piece = match.group()
                append(Token(kind, piece, at, match.end(), piece))  # type: ignore[arg-type]
                self.at = match.end()
                first = first or kind == "newline"
                at = self.at
                continue
            elif kind in _PLAIN:
                piece = match.group()
                append(Token(kind, piece, at, match.end(), piece))  # type: ignore[arg-type]
                self.at = match.end()
            else:
                self._special(kind, at, match.end(), first)
            if first:
                self.in_row = text[at] == "|"
                first = False
            at = self.at

    def _special(self, kind: str, at: int, stop: int, first: bool) -> None:
        """A token that is looked at more closely."""
        if kind == "text" or kind == "longtext":
            self._text(kind, at)  # type: ignore[arg-type]
        elif kind == "slip":
            self._slip(at, stop, self.text[at] == "|" if first else self.in_row)
        elif kind == "oddname":
            self.found.append(faults.not_snake_case(self.span(at, stop), self.text[at:stop]))
            self.add("name", at, stop)
        elif kind == "oddword":
            self.found.append(faults.not_plain_word(self.span(at, stop), self.text[at:stop]))
            self.add("word", at, stop)
        else:
            self.found.append(faults.foreign_quotes(self.span(at, stop)))
            self.add("text", at, stop, broken=True)

    def _text(self, kind: Kind, at: int) -> None:
        scan = quotes.long_text if kind == "longtext" else quotes.short_text
        extent = scan(self.text, at)
        self.budget -= extent.cost
        if extent.trouble is not None:
            self.found.append(
                faults.broken_text(self.span(at, extent.end), extent.trouble, kind == "longtext")
            )
        self.add(kind, at, extent.end, broken=extent.trouble is not None)

    def _slip(self, at: int, stop: int, in_row: bool) -> None:
        sign = self.text[at:stop]
        if sign == "||" and in_row:
            self.add("operator", at, at + 1)
            self.add("operator", at + 1, stop)
            return
        meaning = SLIPS[sign]
        self.found.append(faults.foreign_sign(self.span(at, stop), sign, meaning))
        self.add("name" if meaning[0].isalpha() else "operator", at, stop, meaning)

    def _bad(self, at: int, end: int) -> None:
        """A run of characters that mean nothing here."""
        control = CONTROL.match(self.text, at, end)
        if control:
            self.add("bad", at, control.end())
            return
        match = _BAD.match(self.text, at, end)
        stop = match.end() if match else at + 1
        self.found.append(faults.bad_character(self.span(at, stop), self.text[at:stop]))
        self.add("bad", at, stop)

"""The inside of a text: escapes, doubled braces, and holes with an expression each."""

import re
from typing import Final

from matchrules.syntax import ast, faults
from matchrules.syntax.cursor import Abandon, Cursor
from matchrules.syntax.lexer import tokenize_hole
from matchrules.text import Span

_PLAIN = re.compile(r"[^\\{}]+")
ESCAPES: Final = {'"': '"', "\\": "\\", "n": "\n"}


def text_literal(cursor: Cursor) -> ast.TextLiteral:
    """The text that comes next, holes and all."""
    token = cursor.take()
    span = cursor.span(token)
    quotes = 3 if token.kind == "longtext" else 1
    if token.broken:
        start = min(token.end, token.start + quotes)
        content = cursor.text[start : max(start, token.end - quotes)]
        cursor.height = 1
        return ast.TextLiteral((ast.TextPart(content, Span(cursor.name, start, token.end)),), span)
    reader = _Reader(cursor, token.start + quotes, token.end - quotes)
    parts = reader.parts()
    if token.kind == "longtext":
        parts = _dedent(parts, cursor.text[token.start + 3 : token.end - 3])
    cursor.height = reader.height + 1
    return ast.TextLiteral(tuple(parts), span)


def plain_text(cursor: Cursor, what: str) -> ast.TextLiteral:
    """A text without holes: a title, a label, a description."""
    if not cursor.sees_text():
        cursor.unexpected(what)
    found = len(cursor.found)
    text = text_literal(cursor)
    hole = next((part for part in text.parts if isinstance(part, ast.TextHole)), None)
    if hole is not None and len(cursor.found) == found:
        cursor.report(
            faults.fault(
                "MR018", hole.span, "this text is the same for every case and cannot hold `{…}`",
                "write `{{` and `}}` where braces are meant",
            )
        )
    return text


class _Reader:
    def __init__(self, cursor: Cursor, start: int, end: int) -> None:
        self.cursor = cursor
        self.at = start
        self.end = end
        self.height = 0

    def parts(self) -> list[ast.TextPart | ast.TextHole]:
        text, name = self.cursor.text, self.cursor.name
        parts: list[ast.TextPart | ast.TextHole] = []
        letters: list[str] = []
        start = self.at

        def close() -> None:
            if letters:
                parts.append(ast.TextPart("".join(letters), Span(name, start, self.at)))
                letters.clear()

        while self.at < self.end:
            plain = _PLAIN.match(text, self.at, self.end)
            if plain:
                letters.append(plain.group())
                self.at = plain.end()
                continue
            char = text[self.at]
            if char == "\\":
                letters.append(self._escape())
            elif text.startswith(char * 2, self.at):
                letters.append(char)
                self.at += 2
            elif char == "}":
                self._fault(1, "a `}` in this text has no `{`", "write `}}` where a brace is meant")
                letters.append(char)
                self.at += 1
            else:
                close()
                parts.append(self._hole())
                start = self.at
        close()
        return parts

    def _fault(self, width: int, message: str, help: str) -> None:
        span = Span(self.cursor.name, self.at, self.at + width)
        self.cursor.report(faults.fault("MR018", span, message, help))

    def _escape(self) -> str:
        letter = self.cursor.text[self.at + 1]
        if letter not in ESCAPES:
            self._fault(
                2, f"`\\{letter}` means nothing in a text",
                'after `\\` comes `"`, `\\` or `n`; write `\\\\` where a backslash is meant',
            )
        self.at += 2
        return ESCAPES.get(letter, letter)

    def _hole(self) -> ast.TextHole:
        cursor = self.cursor
        start = self.at
        end = _hole_end(cursor.text, start + 1, self.end)
        self.at = end
        span = Span(cursor.name, start, end)
        lexer = tokenize_hole(cursor.name, cursor.text, start + 1, end - 1)
        inner = Cursor(cursor.name, cursor.text, lexer.tokens, end - 1, cursor.parse_expression)
        inner.place = "the braces"
        # A text in a text takes more of Python's stack than parentheses do.
        inner.depth = cursor.depth + 1
        for diagnostic in lexer.found:
            cursor.report(diagnostic)
        if comment := next((token for token in lexer.tokens if token.kind == "comment"), None):
            cursor.report(
                faults.fault(
                    "MR018", cursor.span(comment), "a comment cannot stand in a text",
                    "put it on a line of its own, before the statement",
                )
            )
            return ast.TextHole(ast.UnknownLiteral(span), span)
        try:
            expression = inner.expression()
            if not inner.done:
                inner.unexpected("`}` after the expression")
        except Abandon:
            expression = ast.UnknownLiteral(span)
            inner.height = 1
        finally:
            for diagnostic in inner.found:
                cursor.report(diagnostic)
        self.height = max(self.height, inner.height)
        return ast.TextHole(expression, span)


def _hole_end(text: str, at: int, limit: int) -> int:
    """The offset after the `}` of the hole whose inside starts at `at`; the lexer saw it close."""
    stack = ["hole"]
    while stack and at < limit:
        char = text[at]
        if char == '"':
            if stack[-1] == "hole":
                stack.append("text")
            else:
                stack.pop()
        elif stack[-1] == "hole":
            if char == "}":
                stack.pop()
        elif char == "\\" or (char in "{}" and text.startswith(char * 2, at)):
            at += 1
        elif char == "{":
            stack.append("hole")
        at += 1
    return at


def _dedent(
    parts: list[ast.TextPart | ast.TextHole], raw: str
) -> list[ast.TextPart | ast.TextHole]:
    """Take off the margin that all lines of a long text share, and the line ends at its quotes.

    The margin is that of the lines that hold something, the last one's quotes included.
    """
    lines = raw.replace("\r\n", "\n").split("\n")
    margins = [len(line) - len(line.lstrip(" \t")) for line in lines[1:] if line.strip(" \t")]
    margin = min(margins, default=0)
    dedented: list[ast.TextPart | ast.TextHole] = []
    for index, part in enumerate(parts):
        if isinstance(part, ast.TextHole):
            dedented.append(part)
            continue
        pieces = part.text.replace("\r\n", "\n").split("\n")
        # Only what follows a line end is a margin; what follows a hole is not.
        pieces[1:] = [_without_margin(piece, margin) for piece in pieces[1:]]
        if index == 0 and len(pieces) > 1 and not pieces[0].strip(" \t"):
            del pieces[0]
        if index == len(parts) - 1 and len(pieces) > 1 and not pieces[-1].strip(" \t"):
            del pieces[-1]
        text = "\n".join(pieces)
        if text:
            dedented.append(ast.TextPart(text, part.span))
    return dedented


def _without_margin(line: str, margin: int) -> str:
    blanks = len(line) - len(line.lstrip(" \t"))
    return line[min(blanks, margin) :]


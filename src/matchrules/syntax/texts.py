"""The inside of a text: escapes, doubled braces and brackets, holes with an expression each, and
segments that are written only where their holes are known."""

import re
from typing import Final

from matchrules.syntax import ast, faults
from matchrules.syntax.cursor import Abandon, Cursor
from matchrules.syntax.lexer import tokenize_hole
from matchrules.syntax.scan import scan_part, significant
from matchrules.text import Span

_PLAIN: Final = {True: re.compile(r"[^\\{}\[\]]+"), False: re.compile(r"[^\\{}]+")}
_HOLE: Final = re.compile(r'[^"}]*+\}')  # without a text in it
ESCAPES: Final = {'"': '"', "\\": "\\", "n": "\n"}

Piece = ast.TextPart | ast.TextHole
Part = Piece | ast.TextSegment


def text_literal(cursor: Cursor) -> ast.TextLiteral:
    """The text that comes next, holes and all; brackets in it are plain characters."""
    return _text(cursor, segments=False)


def template_text(cursor: Cursor) -> ast.TextLiteral:
    """The text of an advice or a reject, which may have segments in `[…]`."""
    return _text(cursor, segments=True)


def _text(cursor: Cursor, segments: bool) -> ast.TextLiteral:
    token = cursor.take()
    span = cursor.span(token)
    quotes = 3 if token.kind == "longtext" else 1
    if token.broken:
        start = min(token.end, token.start + quotes)
        content = cursor.text[start : max(start, token.end - quotes)]
        cursor.height = 1
        return ast.TextLiteral((ast.TextPart(content, Span(cursor.name, start, token.end)),), span)
    start, end = token.start + quotes, token.end - quotes
    if quotes == 1 and _PLAIN[segments].fullmatch(cursor.text, start, end):  # as most are
        cursor.height = 1
        part = ast.TextPart(cursor.text[start:end], Span(cursor.name, start, end))
        return ast.TextLiteral((part,), span)
    reader = _Reader(cursor, start, end, segments)
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
    def __init__(self, cursor: Cursor, start: int, end: int, segments: bool) -> None:
        self.cursor = cursor
        self.at = start
        self.end = end
        self.segments = segments
        self.height = 0
        self._parts: list[Part] = []
        self._segment: list[Piece] | None = None  # what the open segment holds so far
        self._opened = start
        self._inside = 0  # segments that are open in a segment
        self._letters: list[str] = []
        self._since = start

    def parts(self) -> list[Part]:
        text, plain = self.cursor.text, _PLAIN[self.segments]
        while self.at < self.end:
            found = plain.match(text, self.at, self.end)
            if found:
                self._letters.append(found.group())
                self.at = found.end()
            else:
                self._special(text[self.at])
        if self._segment is not None:
            self._fault(
                1, "a `[` in this text has no `]`",
                "close the bracket, or write `[[` where a bracket is meant", self._opened,
            )
            self._parts.append(self._close_segment())
        self._close_letters()
        return self._parts

    def _special(self, char: str) -> None:
        text = self.cursor.text
        if char == "\\":
            self._letters.append(self._escape())
        elif char == "]" and self._inside:  # of `]]` here, each closes one
            self._inside -= 1
            self.at += 1
        elif text.startswith(char * 2, self.at):
            self._letters.append(char)
            self.at += 2
        elif char == "{":
            self._close_letters()
            hole = self._hole()
            (self._parts if self._segment is None else self._segment).append(hole)
            self._since = self.at
        elif char == "[":
            self._open_segment()
        elif char == "]" and self._segment is not None:
            self.at += 1
            segment = self._close_segment()
            self._parts.append(segment)
            if not any(isinstance(part, ast.TextHole) for part in segment.parts):
                self.cursor.report(faults.fault(
                    "MR018", segment.span, "this `[…]` has no `{…}` that could be unknown",
                    "take the brackets out, or write `[[` and `]]` where brackets are meant",
                ))  # fmt: skip
        else:
            what = "brace" if char == "}" else "bracket"
            opening = "{" if char == "}" else "["
            self._fault(
                1, f"a `{char}` in this text has no `{opening}`",
                f"write `{char * 2}` where a {what} is meant",
            )
            self._letters.append(char)
            self.at += 1

    def _open_segment(self) -> None:
        if self._segment is not None:
            self._fault(
                1, "a `[…]` cannot stand in another",
                "close the first one before it, or write `[[` where a bracket is meant",
            )
            self._inside += 1
            self.at += 1
            return
        self._close_letters()
        self._segment, self._opened = [], self.at
        self.at += 1
        self._since = self.at

    def _close_segment(self) -> ast.TextSegment:
        self._close_letters()
        parts, self._segment = tuple(self._segment or ()), None
        self._since = self.at
        return ast.TextSegment(parts, Span(self.cursor.name, self._opened, self.at))

    def _close_letters(self) -> None:
        if self._letters:
            span = Span(self.cursor.name, self._since, self.at)
            part = ast.TextPart("".join(self._letters), span)
            (self._parts if self._segment is None else self._segment).append(part)
            self._letters.clear()

    def _fault(self, width: int, message: str, help: str, at: int | None = None) -> None:
        at = self.at if at is None else at
        span = Span(self.cursor.name, at, at + width)
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
        scanned = scan_part(cursor.text, start + 1, end - 1)
        if scanned is None or "#" in cursor.text[start:end]:
            lexer = tokenize_hole(cursor.name, cursor.text, start + 1, end - 1)
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
            scanned = significant(lexer.tokens, end - 1)
        inner = Cursor(cursor.name, cursor.text, scanned, cursor.parse_expression)
        inner.place = "the braces"
        # A text in a text takes more of Python's stack than parentheses do.
        inner.depth = cursor.depth + 1
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
    plain = _HOLE.match(text, at, limit)
    if plain:
        return plain.end()
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


def _dedent(parts: list[Part], raw: str) -> list[Part]:
    """Take off the margin that all lines of a long text share, and the line ends at its quotes.

    The margin is that of the lines that hold something, the last one's quotes included.
    """
    lines = raw.replace("\r\n", "\n").split("\n")
    margins = [len(line) - len(line.lstrip(" \t")) for line in lines[1:] if line.strip(" \t")]
    margin = min(margins, default=0)
    dedented: list[Part] = []
    for index, part in enumerate(parts):
        if isinstance(part, ast.TextSegment):
            inside = (_dedented(piece, margin) for piece in part.parts)
            dedented.append(ast.TextSegment(tuple(inside), part.span))
            continue
        piece = _dedented(part, margin, index == 0, index == len(parts) - 1)
        if isinstance(piece, ast.TextHole) or piece.text:
            dedented.append(piece)
    return dedented


def _dedented(part: Piece, margin: int, first: bool = False, last: bool = False) -> Piece:
    if isinstance(part, ast.TextHole):
        return part
    pieces = part.text.replace("\r\n", "\n").split("\n")
    # Only what follows a line end is a margin; what follows a hole is not.
    pieces[1:] = [_without_margin(piece, margin) for piece in pieces[1:]]
    if first and len(pieces) > 1 and not pieces[0].strip(" \t"):
        del pieces[0]
    if last and len(pieces) > 1 and not pieces[-1].strip(" \t"):
        del pieces[-1]
    return ast.TextPart("\n".join(pieces), part.span)


def _without_margin(line: str, margin: int) -> str:
    blanks = len(line) - len(line.lstrip(" \t"))
    return line[min(blanks, margin) :]

"""Where a text ends: the part of the lexer that looks into quotes and braces."""

import re
from typing import Final, Literal

from attrs import frozen

from matchrules.syntax.tokens import NESTING_LIMIT

Trouble = Literal["end", "brace", "lines", "smart", "deep"]

# How far a one-line text is searched for a closing quote on a later line.
LINES_AHEAD: Final = 20

_PLAIN = re.compile(r'[^"\\{}\r\n]+|\r(?!\n)')
_FLAT = re.compile(r'"(?:[^"\\\r\n]|\\.)*"')
_STATEMENT = re.compile(
    r"^(?:ruleset|source|ordered|enum|fact|advice|parameter|define|table|rule|reject|section"
    r"|chapter|property|example)\b",
    re.MULTILINE,
)
_CLAUSE = re.compile(
    r"[ \t]*(?:ruleset|source|ordered enum|enum|fact|advice|parameter|define|table|rule|reject"
    r"|section|chapter|property|example|id|cite|overrides|for each|when|unless|provisional|then"
    r"|expect|given|as of|hit|is|\|)"
)


@frozen
class Extent:
    """The end of a text, what is wrong with it, and how many characters were looked at in vain."""

    end: int
    trouble: Trouble | None = None
    cost: int = 0


def short_text(text: str, start: int) -> Extent:
    """The extent of the `"…"` that starts at `start`; it ends on its line."""
    end, closed, in_hole = _scan(text, start + 1, long=False)
    if closed:
        return Extent(end)
    cost = end - start
    if end < _line_end(text, end):
        return Extent(_line_end(text, end), "deep", cost)
    if in_hole and (flat := _FLAT.match(text, start)):
        return Extent(flat.end(), "brace", cost)
    line_end = _line_end(text, start)
    curly = max(text.rfind(quote, start, line_end) for quote in "“”„")
    if curly != -1:
        return Extent(curly + 1, "smart", cost)
    over = _closing_line(text, line_end)
    return Extent(over, "lines", cost) if over is not None else Extent(line_end, "end", cost)


def long_text(text: str, start: int) -> Extent:
    '''The extent of the `"""…"""` that starts at `start`.'''
    end, closed, in_hole = _scan(text, start + 3, long=True)
    if closed:
        return Extent(end)
    cost = end - start
    closing = text.find('"""', start + 3)
    if end < len(text) and text[end] not in "\r\n":
        return Extent(_line_end(text, end) if closing == -1 else closing + 3, "deep", cost)
    if in_hole and closing != -1:
        return Extent(closing + 3, "brace", cost)
    statement = _STATEMENT.search(text, start + 3)
    return Extent(statement.start() if statement else len(text), "end", cost)


def _scan(text: str, at: int, long: bool) -> tuple[int, bool, bool]:
    """How far the text whose opening quotes end at `at` goes, whether it is closed there, and if
    not, whether a hole is open."""
    stack = ["long" if long else "short"]
    size = len(text)
    while at < size:
        plain = _PLAIN.match(text, at)
        if plain:
            at = plain.end()
            continue
        char = text[at]
        mode = stack[-1]
        if char in "\r\n":
            if "short" in stack:
                break
            at += 1
        elif char == '"':
            if mode == "hole":
                stack.append("short")
            elif mode == "short":
                stack.pop()
            elif text.startswith('"""', at):
                stack.pop()
                at += 2
            at += 1
            if not stack:
                return at, True, False
        elif mode == "hole":
            at += 1
            if char == "}":
                stack.pop()
        elif char == "\\":
            at += 2 if text[at + 1 : at + 2] not in ("\r", "\n") else 1
        elif text.startswith(char * 2, at):
            at += 2
        else:
            at += 1
            if char == "{":
                stack.append("hole")
        if len(stack) > 2 * NESTING_LIMIT + 2:
            break
    return min(at, size), False, len(stack) > 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    end = len(text) if end == -1 else end
    return end - 1 if end > at and text[end - 1] == "\r" else end


def _closing_line(text: str, line_end: int) -> int | None:
    """The end of a later line's quote that closes a text broken over lines.

    A line that starts with a keyword, or has its quotes in pairs, belongs to something else.
    """
    at = line_end
    for _ in range(LINES_AHEAD):
        at = text.find("\n", at) + 1
        if at == 0 or _CLAUSE.match(text, at):
            return None
        end = _line_end(text, at)
        count = text.count('"', at, end)
        if count % 2:
            return text.index('"', at) + 1
        if count:
            return None
    return None

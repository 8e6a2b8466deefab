"""Looking at tokens: what comes, on which line, and where it is written.

A statement is a range of tokens, from its keyword to the next statement's, found before anything
is parsed. Nothing inside a statement looks past `stop`, so a fault in one never reaches the next.
"""

from collections.abc import Callable
from typing import Any, Final

from matchrules.diagnostics.model import Diagnostic
from matchrules.syntax import ast, faults
from matchrules.syntax.scan import Scanned
from matchrules.syntax.tokens import RESERVED, Token
from matchrules.text import Span

QUOTED: Final = frozenset({"text", "longtext"})
_PARENTHESES: Final = frozenset({"(", ")"})


class Reading:
    """Significant tokens with a place among them. A fault at a token that is `spoilt` is a
    consequence, and is not reported again."""

    def __init__(
        self, name: str, text: str, scanned: Scanned, expression: "Callable[[Any, int], ast.Expr]"
    ) -> None:
        self.name = name
        self.text = text
        self.parse_expression = expression
        self.tokens, self.fresh, self.spoilt = scanned
        self.found: list[Diagnostic] = []
        self.at = 0
        self.depth = 0
        self.height = 0
        self.begin = 0
        self.closings: dict[int, int] | None = None
        self.stop = len(self.tokens) - 1
        self.place = "the file"

    # Looking -------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token:
        """The token `ahead` of the current one, or an end token where the range ends."""
        index = self.at + ahead
        if index < self.stop:
            return self.tokens[index]
        if self.tokens[self.stop].kind == "end":
            return self.tokens[self.stop]
        end = self.tokens[self.stop - 1].end
        return Token("end", "", end, end, "")

    def sees(self, meaning: str, ahead: int = 0) -> bool:
        """Whether that word or sign comes there (and not a text that reads like it)."""
        index = self.at + ahead
        if index >= self.stop:
            return False
        token = self.tokens[index]
        return token.meaning == meaning and token.kind not in QUOTED

    def sees_all(self, *meanings: str) -> bool:
        """Whether these words come next, in this order."""
        for index, meaning in enumerate(meanings, self.at):
            if index >= self.stop:
                return False
            token = self.tokens[index]
            if token.meaning != meaning or token.kind in QUOTED:
                return False
        return True

    def sees_name(self, ahead: int = 0) -> bool:
        """Whether a name that is no reserved word comes there."""
        token = self.peek(ahead)
        return token.kind == "name" and token.meaning not in RESERVED

    def sees_text(self, ahead: int = 0) -> bool:
        return self.peek(ahead).kind in QUOTED

    def is_fresh(self, ahead: int = 0) -> bool:
        """Whether the token there is the first on its line."""
        return self.fresh[min(self.at + ahead, self.stop)]

    @property
    def done(self) -> bool:
        return self.at >= self.stop

    # Spans ---------------------------------------------------------------------------------------

    def span(self, token: Token) -> Span:
        return Span(self.name, token.start, token.end)

    def span_from(self, start: int) -> Span:
        """From offset `start` to the end of the last token taken."""
        end = self.tokens[self.at - 1].end if self.at else start
        return Span(self.name, start, end if end > start else start)

    def text_of(self, node: ast.Expr) -> str:
        """What was written there, short enough for a message."""
        return faults.shorten(self.text[node.span.start : node.span.end])

    def continues_after_parenthesis(self) -> bool:
        """Whether the parenthesis that opens here closes before an operator of a value."""
        if self.closings is None:
            self.closings = {}
            open_: list[int] = []
            signs = [(i, t.meaning) for i, t in enumerate(self.tokens) if t.meaning in _PARENTHESES]
            for index, sign in signs:
                if sign == "(":
                    open_.append(index)
                elif open_:
                    self.closings[open_.pop()] = index
        ahead = self.closings.get(self.at, self.at) + 1 - self.at
        if self.sees("for", ahead):
            return not self.sees("each", ahead + 1)
        return any(self.sees(sign, ahead) for sign in ("..", "+", "-", "*", "/", "on", "of"))

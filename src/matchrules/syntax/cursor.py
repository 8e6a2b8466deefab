"""The parser's place in the tokens: taking, reporting, and picking up again after a fault."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Final

from attrs import evolve

from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.syntax import ast, faults
from matchrules.syntax.reading import QUOTED, Reading
from matchrules.syntax.tokens import (
    ATTRIBUTE_CLAUSES,
    FAULT_LIMIT,
    NESTING_LIMIT,
    RESERVED,
    STATEMENTS,
    Token,
)
from matchrules.text import Span

# How many tokens back a line is looked for that was meant as a statement.
LOOK_BACK: Final = 200


class Abandon(Exception):
    """A fault was reported, and what was being parsed cannot be finished."""


class TooMany(Exception):
    """The limit of faults was reached."""


class Cursor(Reading):
    """Takes tokens, and keeps the faults found."""

    # Taking --------------------------------------------------------------------------------------

    def take(self) -> Token:
        at = self.at
        if at >= self.stop:
            return self.peek()
        self.at = at + 1
        return self.tokens[at]

    def accept(self, *meanings: str) -> bool:
        """Take these words, if they are all next."""
        at = self.at
        for meaning in meanings:
            if at >= self.stop:
                return False
            token = self.tokens[at]
            if token.meaning != meaning or token.kind in QUOTED:
                return False
            at += 1
        self.at = at
        return True

    def expect(self, meaning: str, why: str = "", help: str | None = None) -> Token:
        if not self.sees(meaning):
            self.unexpected(f"`{meaning}`{why}", help)
        return self.take()

    def close(self, opening: int, expected: str) -> None:
        """Take the `)` of the parenthesis that is token `opening`, or report it as open."""
        if self.accept(")"):
            return
        try:
            self.unexpected(expected)
        except Abandon:
            if self.found and self.found[-1].labels[0].span == self.span(self.peek()):
                last = self.found[-1]
                label = Label(self.span(self.tokens[opening]), "opened here")
                self.found[-1] = evolve(last, labels=(*last.labels, label))
            raise

    def name_token(self, what: str) -> Token:
        """A bare name; a capitalised or reserved one is reported, and taken all the same."""
        at = self.at
        token = self.tokens[at] if at < self.stop else self.peek()
        kind = token.kind
        if kind == "name":
            if token.meaning not in RESERVED:
                self.at = at + 1
                return token
            if not self.spoilt[at]:
                self.report(faults.reserved_name(self.span(token), token.meaning))
                if self.fresh[at]:
                    raise Abandon
        elif kind == "word":
            self.report(faults.capital_name(self.span(token), token.text))
        else:
            self.unexpected(what)
        return self.take()

    def bare_name(self, what: str) -> ast.Name:
        token = self.name_token(what)
        return ast.Name(token.meaning, Span(self.name, token.start, token.end))

    def dotted(self, what: str, least: int = 1) -> ast.Name:
        """`a`, `a.b`, `a.b.c`, with at least `least` parts."""
        start = self.name_token(what)
        text, parts = start.meaning, 1
        tokens, stop = self.tokens, self.stop
        while self.at < stop and tokens[self.at].meaning == ".":
            self.at += 1
            text = f"{text}.{self.name_token('a name after the `.`').meaning}"
            parts += 1
        name = ast.Name(text, self.span_from(start.start))
        if parts < least:
            self.report(
                faults.fault(
                    "MR001", name.span, f"expected {what}, found `{name.text}`",
                    f"write it with a point, such as `{name.text}.value`",
                )
            )
        return name

    def reference(self) -> ast.Name:
        """A rule: its name, `ruleset.name`, or its id."""
        token = self.peek()
        if token.kind == "word":
            self.take()
            return ast.Name(token.meaning, self.span(token))
        return self.dotted("a rule's name or id")

    def separated(self, item: Callable[[], ast.Name]) -> tuple[ast.Name, ...]:
        """One or more, parted by commas."""
        items = [item()]
        while self.accept(","):
            items.append(item())
        return tuple(items)

    # Expressions ---------------------------------------------------------------------------------

    def expression(self, level: int = 0) -> ast.Expr:
        return self.parse_expression(self, level)

    def clause_expression(self, recover: tuple[str, ...]) -> ast.Expr:
        """An expression that is a clause's last part; after a fault, on to the next clause."""
        start = self.peek()
        try:
            return self.parse_expression(self, 0)
        except Abandon:
            self.recover(recover)
            return ast.UnknownLiteral(Span(self.name, start.start, start.end))

    def enter(self, token: Token) -> None:
        """One level deeper; every `enter` is paired with a `depth -= 1` unless abandoned."""
        self.depth += 1
        if self.depth > NESTING_LIMIT:
            self.report(faults.too_deep(self.span(token)))
            raise Abandon

    # Faults --------------------------------------------------------------------------------------

    def report(self, diagnostic: Diagnostic) -> None:
        self.found.append(diagnostic)
        if len(self.found) >= FAULT_LIMIT:
            span = diagnostic.labels[0].span
            self.found.append(faults.too_many(Span(span.source, span.end, span.end)))
            raise TooMany

    def unexpected(self, expected: str, help: str | None = None) -> None:
        """Report the current token, unless it stands in the wake of another fault, and give up."""
        token = self.peek()
        told = self.spoilt[min(self.at, self.stop)] or token.text != token.meaning
        if not told:
            self.report(
                faults.fault(
                    "MR001", self.span(token), f"expected {expected}, found {self.describe(token)}",
                    help,
                )
            )
        raise Abandon

    def describe(self, token: Token) -> str:
        if token.kind == "end":
            return f"the end of {self.place}"
        if token.kind in QUOTED:
            return "a text"
        return f"`{faults.shorten(token.text)}`"

    # Recovery ------------------------------------------------------------------------------------

    def recover(self, keywords: tuple[str, ...]) -> None:
        """On to the next line that starts with one of the keywords, or with a statement's."""
        self.depth = 0
        while self.at < self.stop:
            if self.fresh[self.at] and self.tokens[self.at].kind == "name":
                if self.tokens[self.at].meaning in keywords or self._ends_here():
                    return
                close = closest(self.tokens[self.at].meaning, keywords) if keywords else None
                if close and not self.is_fresh(1) and self.peek(1).kind != "operator":
                    return
            self.at += 1

    def _ends_here(self) -> bool:
        """Whether this line starts another statement, as it stands or mended; the statement at
        hand then ends before it."""
        token = self.peek()
        if token.kind != "name" or not self.is_fresh():
            return False
        if token.meaning in STATEMENTS:
            if self._may_start():
                self.split(token.meaning)
            return self._may_start()
        following = self.peek(1)
        if self.is_fresh(1) or following.kind not in ("name", "text"):
            return False
        if following.meaning in RESERVED or closest(token.meaning, STATEMENTS, 0.75) is None:
            return False
        guess = self.misspelt(self.at, ())
        if guess is not None:
            self.split(guess)
        return guess is not None

    def next_line(self) -> None:
        """On to the next line, past at least one token."""
        self.depth = 0
        self.at = min(self.at + 1, self.stop)
        while self.at < self.stop and not self.fresh[self.at]:
            self.at += 1

    def _may_start(self) -> bool:
        return not (self.sees(":", 1) or self.sees("=", 1) or self.sees(".", 1))

    def split(self, keyword: str) -> None:
        """The statement ends before the current token, where one with that keyword starts."""
        self._mend(self.at, keyword)
        self.stop = self.at

    def _mend(self, index: int, keyword: str) -> None:
        token = self.tokens[index]
        self.tokens[index] = Token("name", token.text, token.start, token.end, keyword)

    def stray(self, what: str, keywords: tuple[str, ...]) -> None:
        """What stands where a clause should start is none: report it and go on behind it.

        A misspelt keyword is mended in place, and is the next to be read.
        """
        token = self.peek()
        if token.kind == "name" and self.is_fresh():
            if token.meaning in STATEMENTS and token.meaning not in keywords and self._may_start():
                self.split(token.meaning)
                return
            if guess := self.misspelt(self.at, keywords):
                if guess in keywords:
                    self._mend(self.at, guess)
                else:
                    self.split(guess)
                return
        try:
            self.unexpected(what)
        except Abandon:
            self.at += 1
            self.recover(keywords)

    def misspelt(self, index: int, keywords: tuple[str, ...]) -> str | None:
        """The keyword that the token there is a slip of, reported, or None."""
        token = self.tokens[index]
        close = closest(token.meaning, (*keywords, *STATEMENTS))
        if close is None or close == token.meaning:
            return None
        self.report(faults.misspelt(self.span(token), token.meaning, close))
        return close

    def resume_at_statement(self, items: "list[ast.EnumMember] | list[ast.SubjectClause]") -> bool:
        """In a list of names something else came: was a line above it meant as a statement?

        Then the list ends before that line, and what was taken from it is given back.
        """
        for index in range(self.at, max(self.begin, self.at - LOOK_BACK), -1):
            token = self.tokens[index]
            if not self.fresh[index] or token.kind != "name":
                continue
            following = self.tokens[min(index + 1, self.stop)]
            if self.fresh[index + 1] or following.kind not in ("name", "word", "text"):
                continue
            if token.meaning not in STATEMENTS and self.misspelt(index, ()) is None:
                continue
            keyword = closest(token.meaning, STATEMENTS)
            self.at = index
            self.split(keyword or token.meaning)
            while items and items[-1].span.start >= token.start:
                items.pop()
            return True
        return False

    def sees_attribute(self) -> bool:
        return self.peek().kind in ("name", "word") and self.sees(":", 1)

    def stray_attribute(self) -> None:
        """As `stray`, where an attribute should come."""
        token = self.peek()
        if token.kind == "name" and not self.sees(":", 1):
            if self.is_fresh() and token.meaning in STATEMENTS:
                self.split(token.meaning)
                return
            close = closest(token.meaning, ATTRIBUTE_CLAUSES)
            if close and close != token.meaning:
                self.misspelt(self.at, ATTRIBUTE_CLAUSES)
                self.next_attribute()
                return
            if self.is_fresh() and (guess := self.misspelt(self.at, ())):
                self.split(guess)
                return
        try:
            self.unexpected("an attribute as `name : type`")
        except Abandon:
            self.next_attribute()

    def next_attribute(self) -> None:
        """On to the next line that starts with an attribute, or with a statement."""
        self.next_line()
        while not self.done and not self.sees_attribute() and not self._ends_here():
            self.next_line()

    # Clauses -------------------------------------------------------------------------------------

    def twice(self, token: Token, clause: str) -> None:
        self.report(
            faults.fault(
                "MR016", self.span(token), f"`{clause}` is given twice", "keep one of the two",
            )
        )

    def missing(self, span: Span, message: str, help: str, since: int) -> None:
        """A part is missing; not said where another fault since may have swallowed it."""
        if len(self.found) == since and not self.spoilt[self.stop]:
            self.report(faults.fault("MR017", span, message, help))


def closest(word: str, candidates: Sequence[str], cutoff: float = 0.7) -> str | None:
    """The candidate that a word is a slip of; a long word is a slip of none."""
    close = get_close_matches(word, candidates, 1, cutoff) if len(word) < 20 else []
    return close[0] if close else None

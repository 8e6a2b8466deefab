"""The parser: tokens to a tree, and every fault on the way, each once."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from matchrules.diagnostics.model import Diagnostic
from matchrules.syntax import ast, declarations, faults, statements, tables, trials
from matchrules.syntax.cursor import Abandon, Cursor, TooMany
from matchrules.syntax.expressions import expression
from matchrules.syntax.lexer import tokenize
from matchrules.syntax.reading import QUOTED
from matchrules.syntax.scan import scan, significant
from matchrules.syntax.tokens import FAULT_LIMIT, STATEMENTS, Token
from matchrules.text import Source, Span

_STARTS: Final = frozenset(STATEMENTS)
_READERS: Final[dict[str, Callable[[Cursor], ast.Statement | None]]] = {
    "source": declarations.source,
    "enum": declarations.enum,
    "ordered": declarations.enum,
    "fact": declarations.fact,
    "advice": declarations.advice,
    "parameter": declarations.parameter,
    "define": statements.define,
    "table": tables.table,
    "rule": statements.rule,
    "reject": statements.reject,
    "section": statements.section,
    "chapter": declarations.chapter,
    "property": trials.property_,
    "example": trials.example,
}


def parse(source: Source) -> tuple[ast.RuleFile, tuple[Diagnostic, ...]]:
    """The tree of a rule file as far as it can be read, and its faults in order of place."""
    found: tuple[Diagnostic, ...] = ()
    scanned = scan(source.text)
    if scanned is None:
        tokens, found = tokenize(source)
        scanned = significant(tokens, len(source.text))
    cursor = Cursor(source.name, source.text, scanned, expression)
    file = _File(cursor)
    if not any(diagnostic.code == "MR021" for diagnostic in found):
        with suppress(TooMany):
            file.read()
    diagnostics = sorted(
        {*found, *cursor.found}, key=lambda each: (each.code == "MR021", each.labels[0].span.start)
    )
    tree = ast.RuleFile(source.name, file.header, tuple(file.statements))
    return tree, tuple(diagnostics[: FAULT_LIMIT + 1])


class _File:
    """The statements read so far."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.header: ast.RulesetHeader | None = None
        self.statements: list[ast.Statement] = []

    def read(self) -> None:
        cursor = self.cursor
        size = len(cursor.tokens) - 1
        fresh = cursor.fresh
        tokens = cursor.tokens
        starts = [
            i for i in range(size)
            if fresh[i] and tokens[i].meaning in _STARTS and starts_statement(cursor, i)
        ]  # fmt: skip
        starts.append(size)
        following = 0
        cursor.at = 0
        self._preamble(starts[0])
        while cursor.at < size:
            while starts[following] <= cursor.at:
                following += 1
            cursor.begin = cursor.at
            cursor.stop = starts[following]
            cursor.place = "the file" if cursor.stop == size else "the statement"
            self._statement()

    def _preamble(self, stop: int) -> None:
        """Up to the first statement, which must be the header."""
        cursor = self.cursor
        cursor.stop = stop
        if cursor.at < stop:
            token = cursor.peek()
            if token.kind == "name" and token.meaning in STATEMENTS:
                pass
            elif guess := (cursor.misspelt(0, ()) if token.kind == "name" else None):
                cursor.split(guess)
            else:
                try:
                    cursor.unexpected("`ruleset` and a name", "a rule file starts with "
                                      "`ruleset NAME`")
                except Abandon:
                    cursor.recover(())
        if cursor.at < len(cursor.tokens) - 1 and cursor.tokens[cursor.at].meaning == "ruleset":
            return
        if not cursor.found and not any(cursor.spoilt[: cursor.at + 1]):
            first = cursor.tokens[0]
            span = Span(cursor.name, first.start, first.end)
            empty = len(cursor.tokens) == 1
            cursor.report(
                faults.fault(
                    "MR017", span, "the file is empty" if empty else "the file has no header",
                    "start it with `ruleset NAME`",
                )
            )

    def _statement(self) -> None:
        cursor = self.cursor
        begin, since = cursor.at, len(cursor.found)
        keyword = cursor.peek().meaning
        broken = cursor.peek().text == keyword and not starts_statement(cursor, begin)
        try:
            if keyword == "ruleset":
                self._header(begin)
            else:
                statement = _READERS[keyword](cursor)
                if statement is not None:
                    self.statements.append(statement)
                self._leftover()
            if broken and len(cursor.found) == since:
                span = cursor.span(cursor.tokens[begin])
                cursor.report(
                    faults.fault(
                        "MR014", span, f"what `{keyword}` is followed by stands on another line",
                        f"put `{keyword}` and what it needs first on one line",
                    )
                )
        except Abandon:
            cursor.at = max(cursor.at, begin + 1)
            cursor.recover(())
        except RecursionError:
            # The caller's own stack was deep already: nesting is limited well below Python's.
            cursor.report(faults.too_deep(cursor.span(cursor.tokens[begin])))
            cursor.at = cursor.stop

    def _header(self, begin: int) -> None:
        token = self.cursor.peek()
        if begin > 0 and (self.header is not None or self.statements):
            self.cursor.report(
                faults.fault(
                    "MR017", self.cursor.span(token),
                    "the header must be the first statement, and the only one of its kind",
                    "a file holds one ruleset; move the other into a file of its own",
                )
            )
            declarations.header(self.cursor)
            return
        self.header = declarations.header(self.cursor)

    def _leftover(self) -> None:
        """What a statement did not take."""
        cursor = self.cursor
        while not cursor.done:
            cursor.stray("a statement", ())


def starts_statement(cursor: Cursor, index: int) -> bool:
    """Whether a statement starts there: its keyword is the first on its line, and what the
    statement needs follows on the same line. Anything less may be a name."""
    token = cursor.tokens[index]
    if not cursor.fresh[index] or token.kind != "name" or token.meaning not in STATEMENTS:
        return False
    following, second = _on_line(cursor, index, 1), _on_line(cursor, index, 2)
    keyword = token.meaning
    named = following is not None and following.kind in ("name", "word")
    if keyword in ("reject", "section", "chapter"):
        return following is not None and following.kind in QUOTED
    if keyword == "example":
        return named or (following is not None and following.kind in QUOTED) or (
            following is None and cursor.tokens[index + 1].meaning in ("given", "as", "expect")
        )
    if keyword == "source":
        return named and second is not None and second.kind in QUOTED
    if keyword in ("define", "table"):
        return named and second is not None and second.meaning in (".", ":")
    if keyword == "ordered":
        return following is not None and following.meaning == "enum" and second is not None
    return named


def _on_line(cursor: Cursor, index: int, ahead: int) -> Token | None:
    """The token `ahead` on the same line, or None."""
    last = len(cursor.tokens) - 1
    for step in range(1, ahead + 1):
        if index + step >= last or cursor.fresh[index + step]:
            return None
    return cursor.tokens[index + ahead]

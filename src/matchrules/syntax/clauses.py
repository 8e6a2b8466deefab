"""Clauses that several statements share: types, literals, citations, assignments."""

from decimal import Decimal
from typing import Any, Literal

from attrs import evolve

from matchrules.syntax import ast, faults
from matchrules.syntax.cursor import Abandon, Cursor
from matchrules.syntax.operands import date_value, decimal, quantity, unit_name, whole
from matchrules.syntax.texts import plain_text
from matchrules.syntax.tokens import Token

CITE = ("cite",)


def optional_text(cursor: Cursor) -> ast.TextLiteral | None:
    """A title or description, where one stands."""
    return plain_text(cursor, "a text") if cursor.sees_text() else None


def cite(cursor: Cursor) -> ast.CiteClause:
    """`cite SOURCE [PLACE]`, PLACE a text or a capitalised word."""
    start = cursor.expect("cite")
    source = cursor.bare_name("the name of a source after `cite`")
    place: str | None = None
    token = cursor.peek()
    if token.kind == "word":
        cursor.take()
        place = token.meaning
    elif cursor.sees_text():
        place = plain_text(cursor, "a place").plain
    elif (token.kind == "number") and not cursor.is_fresh():
        cursor.unexpected("a place in the source", f'put it in quotes: `"{token.text}"`')
    return ast.CiteClause(source, place, cursor.span_from(start.start))


def type_expr(cursor: Cursor, before_colon: bool = False) -> ast.TypeExpr:
    """A type; numbers have a range, and perhaps a unit."""
    start = cursor.peek()
    if cursor.accept("set", "of"):
        name = cursor.bare_name("the name of an enum after `set of`")
        return ast.TypeExpr(name, True, None, None, None, cursor.span_from(start.start))
    name = cursor.bare_name("a type")
    if name.text not in ("integer", "decimal"):
        return ast.TypeExpr(name, False, None, None, None, cursor.span_from(start.start))
    if cursor.peek().kind != "number" and not cursor.sees("-"):
        cursor.unexpected(f"the range of the {name.text}", f"such as `{name.text} 0..10`")
    low = _bound(cursor)
    cursor.expect("..", " in the range")
    high = _bound(cursor)
    unit = unit_name(cursor, before_colon)
    return ast.TypeExpr(name, False, low, high, unit, cursor.span_from(start.start))


def _bound(cursor: Cursor) -> Decimal:
    negative = cursor.accept("-")
    token = cursor.peek()
    if token.kind != "number":
        cursor.unexpected("a number")
    cursor.take()
    value = decimal(cursor, token)
    return -value if negative else value


def literal(cursor: Cursor) -> ast.Expr:
    """A value that needs no facts: what may be given, or be a parameter's value or key."""
    token = cursor.peek()
    kind, word = token.kind, token.meaning
    cursor.height = 1
    if kind == "number":
        return quantity(cursor)
    if kind == "text" or kind == "longtext":
        return plain_text(cursor, "a text")
    span = cursor.span(token)
    if kind == "date":
        return ast.DateLiteral(date_value(cursor), span)
    if word in ("yes", "no", "unknown"):
        cursor.take()
        return ast.UnknownLiteral(span) if word == "unknown" else ast.YesNoLiteral(
            word == "yes", span
        )
    if kind == "name" and word not in ("true", "false"):
        name = cursor.bare_name("a value")
        return ast.NameExpr(name, name.span)
    if cursor.accept("-"):
        if cursor.peek().kind != "number":
            cursor.unexpected("a number")
        return ast.Unary("-", quantity(cursor), cursor.span_from(token.start))
    if cursor.accept("("):
        return _set(cursor, token.start)
    if kind in ("name", "word"):
        if word in ("true", "false"):
            instead = "yes" if word == "true" else "no"
            cursor.report(faults.foreign_word(span, word, f"`{instead}`"))
            cursor.take()
            return ast.YesNoLiteral(word == "true", span)
        name = cursor.bare_name("a value")
        return ast.NameExpr(name, name.span)
    cursor.unexpected("a value")
    raise Abandon


def _set(cursor: Cursor, start: int) -> ast.SetLiteral:
    cursor.enter(cursor.peek())
    members: list[ast.Expr] = []
    while members or not cursor.sees(")"):
        members.append(literal(cursor))
        if not cursor.accept(","):
            break
    cursor.expect(")", " or `,`" if members else "")
    cursor.depth -= 1
    return ast.SetLiteral(tuple(members), cursor.span_from(start))


def assignment(cursor: Cursor, plain: bool) -> ast.Assignment:
    """`NAME = VALUE`; `plain` values are literals, others any expression."""
    name = cursor.bare_name("a name")
    if not cursor.accept("="):
        if not (cursor.sees("is") or cursor.sees(":")):
            cursor.unexpected(f"`=` after `{name.text}`")
        token = cursor.take()
        cursor.report(faults.foreign_sign(cursor.span(token), token.meaning, "="))
    value = literal(cursor) if plain else cursor.expression()
    return ast.Assignment(name, value, cursor.span_from(name.span.start))


def assignments(cursor: Cursor, plain: bool) -> tuple[ast.Assignment, ...]:
    """One or more, parted by commas."""
    items = [assignment(cursor, plain)]
    while cursor.accept(","):
        items.append(assignment(cursor, plain))
    return tuple(items)


def for_each(cursor: Cursor) -> ast.Name:
    cursor.expect("for")
    cursor.expect("each", " after `for`")
    return cursor.bare_name("the name of a fact after `for each`")


class Once:
    """Clauses that may stand once: the second one is reported, and does not count."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.seen: set[str] = set()

    def __call__(self, clause: str) -> None:
        if clause in self.seen:
            self.cursor.twice(self.cursor.peek(), clause)
        self.seen.add(clause)


class Marking:
    """Takes the marks of a fact, or of an attribute: `fixed`, `only up`, `only down`, `cost N`, and
    of an attribute `private`."""

    def __init__(self, cursor: Cursor, of_attribute: bool = False) -> None:
        self.cursor = cursor
        self.of_attribute = of_attribute
        self.marks = ast.Marks()

    def takes(self, once: Once) -> bool:
        """Whether a mark stood here; it is taken."""
        cursor, token = self.cursor, self.cursor.peek()
        if cursor.sees(":", 1):
            return False
        if cursor.sees("fixed"):
            self._changes(once, "fixed", token)
        elif cursor.sees("only"):
            if not (cursor.sees("up", 1) or cursor.sees("down", 1)):
                cursor.take()
                cursor.unexpected("`up` or `down` after `only`")
            self._changes(once, "up" if cursor.sees("up", 1) else "down", token)
        elif cursor.sees("cost"):
            once("cost")
            cursor.take()
            self._set(token, cost=whole(cursor, "a whole number after `cost`"))
        elif self.of_attribute and cursor.sees("private"):
            once("private")
            cursor.take()
            self._set(token, private=True)
        else:
            return False
        return True

    def _changes(self, once: Once, how: Literal["fixed", "up", "down"], token: Token) -> None:
        words = {"fixed": "fixed", "up": "only up", "down": "only down"}
        before = self.marks.change
        if before in (None, how):
            once(words[how])
        for _ in words[how].split():
            self.cursor.take()
        if before not in (None, how):
            self.cursor.report(
                faults.fault("MR111", self.cursor.span_from(token.start),
                             f"`{words[before]}` and `{words[how]}` exclude each other",
                             "keep one of the two")
            )  # fmt: skip
            return
        self._set(token, change=how)

    def _set(self, token: Token, **mark: Any) -> None:
        span = self.cursor.span_from(token.start)
        self.marks = evolve(self.marks, span=self.marks.span or span, **mark)

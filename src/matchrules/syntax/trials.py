"""What is checked: properties and examples."""

from datetime import date
from typing import Any

from matchrules.syntax import ast, faults
from matchrules.syntax.clauses import (
    Once,
    assignment,
    assignments,
    cite,
    for_each,
    optional_text,
)
from matchrules.syntax.cursor import Abandon, Cursor
from matchrules.syntax.operands import date_value, starts_reference
from matchrules.syntax.statements import identifier
from matchrules.syntax.texts import plain_text
from matchrules.syntax.tokens import RESERVED, STRENGTHS

PROPERTY = ("id", "cite", "for", "whatever", "compare", "when")


def property_(cursor: Cursor) -> ast.PropertyStatement:
    start = cursor.take()
    name = cursor.bare_name("the name of the property")
    title = optional_text(cursor)
    parts: dict[str, Any] = {}
    cites: list[ast.CiteClause] = []
    once = Once(cursor)
    since = len(cursor.found)
    while not cursor.done and (clause := _clause(cursor)):
        try:
            if clause == "cite":
                cites.append(cite(cursor))
            else:
                once("for each" if clause == "for" else clause)
                parts[clause] = _property_part(cursor, clause)
        except Abandon:
            cursor.recover(PROPERTY)
    when: ast.Expr | None = None
    body: ast.Expr | None = None
    if cursor.accept("when"):
        when = cursor.clause_expression(("then",))
        if not cursor.accept("then"):
            if cursor.done:
                cursor.missing(name.span, f"the property `{name.text}` has `when` without `then`",
                               "add `then` and what must hold", since)
            else:
                cursor.unexpected("`then` and what must hold")
    if not cursor.done:
        body = cursor.clause_expression(())
    if body is None:
        cursor.missing(name.span, f"the property `{name.text}` says nothing",
                       "add a condition, or `when … then …`", since)
        body = ast.UnknownLiteral(name.span)
    return ast.PropertyStatement(
        name, title, parts.get("id"), tuple(cites), parts.get("for"), parts.get("compare"),
        parts.get("whatever", ()), when, body, cursor.span_from(start.start),
    )


def _clause(cursor: Cursor) -> str | None:
    """The clause that starts here; a word that an expression goes on after is none."""
    for clause in ("id", "cite", "whatever", "compare"):
        if cursor.sees(clause):
            following = cursor.peek(1)
            name = following.kind == "name" and following.meaning not in RESERVED
            return clause if name or following.kind == "word" else None
    return "for" if cursor.sees("for") else None


def _property_part(cursor: Cursor, clause: str) -> object:
    if clause == "id":
        return identifier(cursor)
    if clause == "for":
        return for_each(cursor)
    if clause == "compare":
        return _compare(cursor)
    cursor.take()
    return cursor.separated(lambda: cursor.bare_name("the name of a parameter"))


def _compare(cursor: Cursor) -> ast.CompareClause:
    start = cursor.take()
    first = cursor.bare_name("the name of a case")
    cursor.expect(",", " and the name of a second case")
    second = cursor.bare_name("the name of a second case")
    differing: tuple[ast.Name, ...] | None = None
    adding: ast.Name | None = None
    if cursor.accept("differing", "only"):
        cursor.expect("in", " after `differing only`")
        differing = cursor.separated(lambda: cursor.dotted("an attribute, or a fact"))
    elif _adds(cursor) or (cursor.sees_name() and _adds(cursor, 1)):
        token = cursor.take()
        if token.meaning != "adding" or cursor.sees("adding"):
            if token.meaning != second.text:
                cursor.report(
                    faults.fault("MR001", cursor.span(token),
                                 f"expected `{second.text}`, found `{token.meaning}`",
                                 "the second case is the one that has the fact added")
                )
            cursor.take()
        cursor.take()
        adding = cursor.bare_name("the name of a fact")
    return ast.CompareClause(
        (first, second), differing, adding, cursor.span_from(start.start)
    )


def _adds(cursor: Cursor, ahead: int = 0) -> bool:
    article = cursor.sees("a", ahead + 1) or cursor.sees("an", ahead + 1)
    return cursor.sees("adding", ahead) and article


# Examples ----------------------------------------------------------------------------------------

EXAMPLE = ("given", "as", "expect")


def example(cursor: Cursor) -> ast.ExampleStatement:
    start = cursor.take()
    name: ast.Name | None = None
    if starts_reference(cursor.peek()):
        name = cursor.bare_name("the name of the example")
    title = optional_text(cursor)
    base: ast.Name | None = None
    groups: list[ast.FactGroup] = []
    as_of: date | None = None
    expects: list[ast.ExpectClause] = []
    seen = ""
    while not cursor.done:
        token = cursor.peek()
        word = token.meaning
        if token.kind != "name" or word not in EXAMPLE:
            cursor.stray("`given`, `as of` or `expect`", EXAMPLE)
            continue
        _check_order(cursor, seen, word)
        seen = word
        cursor.take()
        try:
            if word == "given":
                base = _given(cursor, groups)
            elif word == "as":
                cursor.expect("of", " after `as`")
                as_of = date_value(cursor)
            else:
                expects.append(_expectation(cursor))
        except Abandon:
            cursor.recover(EXAMPLE)
    return ast.ExampleStatement(
        name, title, base, tuple(groups), as_of, tuple(expects), cursor.span_from(start.start)
    )


def _starts_part(cursor: Cursor) -> bool:
    if cursor.sees("as"):
        return cursor.sees("of", 1)
    return cursor.sees("given") or cursor.sees("expect")


def _check_order(cursor: Cursor, seen: str, word: str) -> None:
    if seen == word and word != "expect":
        cursor.twice(cursor.peek(), "as of" if word == "as" else word)
    elif seen and EXAMPLE.index(word) < EXAMPLE.index(seen):
        cursor.report(
            faults.fault("MR001", cursor.span(cursor.peek()),
                         f"`{word}` stands after `{seen}`",
                         "an example has `given`, then `as of`, then what to `expect`")
        )


def _given(cursor: Cursor, groups: list[ast.FactGroup]) -> ast.Name | None:
    base: ast.Name | None = None
    if starts_reference(cursor.peek()) and not cursor.sees(":", 1):
        base = cursor.bare_name("the name of an example")
        if not cursor.accept("with"):
            return base
    while not cursor.done:
        if cursor.sees_attribute():
            try:
                groups.append(_group(cursor))
            except Abandon:
                _to_group(cursor)
        elif cursor.sees("expect") or cursor.sees_all("as", "of"):
            break
        else:
            try:
                cursor.unexpected("facts as `fact: attribute = value`, `as of` or `expect`",
                                  _given_help(cursor))
            except Abandon:
                _to_group(cursor)
    return base


def _given_help(cursor: Cursor) -> str | None:
    if cursor.sees("=", 1):
        return "put `,` before it"
    if cursor.sees_name() and cursor.is_fresh():
        return f"write `{cursor.peek().meaning}:` for a fact, or `{cursor.peek().meaning} with` "\
            "for an example to build on"
    return None


def _group(cursor: Cursor) -> ast.FactGroup:
    fact = cursor.bare_name("the name of a fact")
    cursor.take()
    items: list[ast.Assignment] = []
    if cursor.sees("=", 1) or not (
        cursor.done or cursor.sees_attribute() or _starts_part(cursor)
    ):
        items.append(assignment(cursor, plain=True))
        while cursor.accept(","):
            items.append(assignment(cursor, plain=True))
    return ast.FactGroup(fact, tuple(items), cursor.span_from(fact.span.start))


def _to_group(cursor: Cursor) -> None:
    cursor.depth = 0
    if not cursor.is_fresh() or (not cursor.sees_attribute() and not _starts_part(cursor)):
        cursor.next_line()
    while not cursor.done and not cursor.sees_attribute() and not _starts_part(cursor):
        if cursor.peek().meaning in ("example", "rule", "define", "property"):
            cursor.recover(EXAMPLE)
            return
        cursor.next_line()


def _is_advice(cursor: Cursor) -> bool:
    """Whether advice follows `no`, and no condition that starts with it."""
    if cursor.sees_all("no", "rule", "fires"):
        return False
    return cursor.sees_name(1) and (cursor.sees(".", 2) or starts_reference(cursor.peek(1)))


def _expectation(cursor: Cursor) -> ast.ExpectClause:
    start = cursor.tokens[cursor.at - 1]
    token = cursor.peek()
    word = token.meaning if token.kind == "name" else ""
    following = cursor.peek(1)

    def clause(
        kind: Any, target: ast.Name | None = None, strength: Any = None,
        fields: tuple[ast.Assignment, ...] = (), condition: ast.Expr | None = None,
        text: ast.TextLiteral | None = None,
    ) -> ast.ExpectClause:
        span = cursor.span_from(start.start)
        return ast.ExpectClause(kind, target, strength, fields, condition, text, span)

    if word == "nothing" and cursor.accept("nothing", "else"):
        return clause("nothing_else")
    if word == "rejected" and cursor.sees_text(1):
        cursor.take()
        return clause("rejected", text=plain_text(cursor, "the text of the reject"))
    if word == "no" and cursor.sees("fires", 1) and starts_reference(cursor.peek(2)):
        cursor.at += 2
        return clause("no_fires", target=cursor.reference())
    if word == "no" and _is_advice(cursor):
        cursor.take()
        return clause("no_advice", target=cursor.dotted("advice as KIND.SUBJECT", 2))
    if word in STRENGTHS and following.kind in ("name", "word") and cursor.sees(".", 2):
        strength = cursor.take().meaning
        target = cursor.dotted("advice as KIND.SUBJECT", 2)
        fields: tuple[ast.Assignment, ...] = ()
        if cursor.accept("with"):
            fields = assignments(cursor, plain=True)
        return clause("advice", strength=strength, target=target, fields=fields)
    condition = cursor.clause_expression(EXAMPLE)
    if isinstance(condition, ast.FiresExpr) and condition.case is None:
        return clause("fires", target=condition.rule)
    return clause("condition", condition=condition)

"""What decides: defines, rules, rejects, sections."""

from typing import Any

from matchrules.syntax import ast, faults
from matchrules.syntax.clauses import Once, assignments, cite, for_each, optional_text, type_expr
from matchrules.syntax.cursor import Abandon, Cursor
from matchrules.syntax.texts import plain_text, template_text
from matchrules.syntax.tokens import STRENGTHS

DEFINE = ("for", "cite", "provisional", "is")


def define(cursor: Cursor) -> ast.DefineStatement:
    start = cursor.take()
    name = cursor.dotted("the name of the define as ENTITY.ATTRIBUTE", 2)
    cursor.expect(":", f" and the type of `{name.text}`")
    type_ = type_expr(cursor)
    description = optional_text(cursor)
    each: ast.Name | None = None
    cites: list[ast.CiteClause] = []
    provisional: ast.Expr | None = None
    body: ast.Expr | None = None
    once = Once(cursor)
    since = len(cursor.found)
    while not cursor.done:
        try:
            if cursor.sees("cite"):
                cites.append(cite(cursor))
            elif cursor.sees("for"):
                once("for each")
                each = for_each(cursor)
            elif cursor.sees("provisional"):
                once("provisional")
                provisional = _provisional_of_define(cursor)
            elif cursor.sees("is"):
                once("is")
                cursor.take()
                body = cursor.clause_expression(DEFINE)
                if not cursor.done and not cursor.sees("is"):
                    _after_body(cursor)
            elif cursor.sees("="):
                token = cursor.take()
                cursor.report(faults.foreign_sign(cursor.span(token), "=", "is"))
                body = cursor.clause_expression(DEFINE)
            else:
                cursor.stray("a clause of the define, or `is`", DEFINE)
        except Abandon:
            cursor.recover(DEFINE)
    if body is None:
        cursor.missing(name.span, f"the define `{name.text}` has no value", "add `is …`", since)
        body = ast.UnknownLiteral(name.span)
    return ast.DefineStatement(
        name, type_, description, each, tuple(cites), provisional, body,
        cursor.span_from(start.start),
    )


def _after_body(cursor: Cursor) -> None:
    token = cursor.peek()
    if cursor.is_fresh() and token.kind == "name" and token.meaning in DEFINE:
        cursor.report(
            faults.fault("MR001", cursor.span(token), f"`{token.meaning}` stands after the value",
                         "put the clauses before `is`")
        )
    else:
        cursor.stray("a statement after the value", DEFINE)


def _provisional_of_define(cursor: Cursor) -> ast.Expr:
    """`provisional when C`, which ends where a line starts with the `is` of the value.

    Outside parentheses only: elsewhere `is` goes on with the condition, wherever it stands.
    """
    outer, nested = cursor.stop, 0
    for index in range(cursor.at, cursor.stop):
        token = cursor.tokens[index]
        if token.kind == "operator":
            nested += (token.meaning == "(") - (token.meaning == ")")
        elif token.kind == "name" and cursor.fresh[index] and nested <= 0:
            if token.meaning == "is":
                cursor.stop = index
                break
            following = cursor.tokens[index + 1].meaning
            if token.meaning == "cite" or (token.meaning == "for" and following == "each"):
                break
    limited = cursor.stop
    try:
        return _provisional(cursor, DEFINE)
    finally:
        # Recovery may have found that the statement ends before: that holds.
        cursor.stop = outer if cursor.stop == limited else cursor.stop


def _provisional(cursor: Cursor, recover: tuple[str, ...]) -> ast.Expr:
    cursor.take()
    cursor.expect("when", " after `provisional`")
    return cursor.clause_expression(recover)


RULE = ("id", "cite", "overrides", "for", "when", "unless", "provisional", "then")


def rule(cursor: Cursor) -> ast.RuleStatement:
    start = cursor.take()
    name = cursor.bare_name("the name of the rule")
    title = optional_text(cursor)
    parts: dict[str, Any] = {}
    cites: list[ast.CiteClause] = []
    overrides: tuple[ast.Name, ...] = ()
    unless: list[ast.Expr] = []
    thens: list[ast.ThenClause] = []
    once = Once(cursor)
    since = len(cursor.found)
    while not cursor.done:
        token = cursor.peek()
        clause = token.meaning
        if token.kind != "name" or clause not in RULE:
            cursor.stray("a clause of the rule", RULE)
            continue
        try:
            if clause == "cite":
                cites.append(cite(cursor))
            elif clause == "unless":
                cursor.take()
                unless.append(cursor.clause_expression(RULE))
            elif clause == "then":
                thens.append(_then(cursor))
            elif clause == "overrides":
                once(clause)
                cursor.take()
                overrides = cursor.separated(cursor.reference)
            else:
                once(clause)
                parts[clause] = _rule_part(cursor, clause)
        except Abandon:
            cursor.recover(RULE)
    if not thens:
        cursor.missing(name.span, f"the rule `{name.text}` gives no advice",
                       "add `then STRENGTH KIND.SUBJECT \"…\"`", since)
    return ast.RuleStatement(
        name, title, parts.get("id"), tuple(cites), overrides, parts.get("for"),
        parts.get("when"), tuple(unless), parts.get("provisional"), tuple(thens),
        cursor.span_from(start.start),
    )


def _rule_part(cursor: Cursor, clause: str) -> object:
    if clause == "id":
        return identifier(cursor)
    if clause == "for":
        return for_each(cursor)
    if clause == "provisional":
        return _provisional(cursor, RULE)
    cursor.take()
    return cursor.clause_expression(RULE)


def identifier(cursor: Cursor) -> ast.Name:
    """`id S2-50`."""
    cursor.expect("id")
    token = cursor.peek()
    if token.kind == "word":
        cursor.take()
        return ast.Name(token.meaning, cursor.span(token))
    name = cursor.bare_name("an id such as `S2-50`")
    if cursor.sees("-") and not cursor.is_fresh():
        cursor.unexpected("the end of the id", "write a capital first, such as `S2-50`")
    return name


def _then(cursor: Cursor) -> ast.ThenClause:
    start = cursor.take()
    strength = _strength(cursor)
    target = cursor.dotted("advice as KIND.SUBJECT", 2)
    if len(target.parts) > 2:
        cursor.report(
            faults.fault("MR001", target.span, f"`{target.text}` has too many parts",
                         "write KIND.SUBJECT")
        )
    fields: tuple[ast.Assignment, ...] = ()
    if cursor.accept("("):
        fields = assignments(cursor, plain=False)
        cursor.expect(")", " or `,` in the fields")
    if not cursor.sees_text():
        cursor.unexpected("the text of the advice", "add what to tell the reader in quotes")
    text = template_text(cursor)
    return ast.ThenClause(
        strength, target, fields, text, cursor.span_from(start.start)  # type: ignore[arg-type]
    )


def _strength(cursor: Cursor) -> str:
    token = cursor.peek()
    second = cursor.peek(1)
    if token.meaning in STRENGTHS and token.kind == "name" and second.meaning != "not":
        return cursor.take().meaning
    names = ", ".join(f"`{each}`" for each in STRENGTHS)
    if token.meaning in ("must", "should", "need") and second.meaning == "not":
        cursor.take()
        cursor.take()
        span = cursor.span_from(token.start)
        cursor.report(faults.foreign_word(span, f"{token.meaning} not", f"`{token.meaning}_not`"))
        return f"{token.meaning}_not"
    help = f"the strengths are {names}"
    if token.kind == "name" and not cursor.sees(".", 1):
        cursor.report(
            faults.fault("MR001", cursor.span(token), f"`{token.text}` is not a strength", help)
        )
        cursor.take()
        cursor.accept("not")
        return "may"
    cursor.unexpected("a strength", help)
    raise Abandon


REJECT = ("for", "when")


def reject(cursor: Cursor) -> ast.RejectStatement:
    start = cursor.take()
    if not cursor.sees_text():
        cursor.unexpected("a text that says what is wrong with the case")
    text = template_text(cursor)
    each: ast.Name | None = None
    when: ast.Expr | None = None
    since = len(cursor.found)
    if cursor.sees("for"):
        each = for_each(cursor)
    if cursor.accept("when"):
        when = cursor.clause_expression(())
    elif not cursor.done:
        cursor.unexpected("`when` and the condition")
    if when is None:
        cursor.missing(cursor.span(start), "this `reject` has no condition", "add `when …`", since)
        when = ast.UnknownLiteral(text.span)
    return ast.RejectStatement(text, each, when, cursor.span_from(start.start))


def section(cursor: Cursor) -> ast.SectionStatement:
    start = cursor.take()
    title = plain_text(cursor, "the title of the section, a text")
    applies: ast.Expr | None = None
    if cursor.accept("applies"):
        cursor.expect("when", " after `applies`")
        applies = cursor.clause_expression(())
    return ast.SectionStatement(title, applies, cursor.span_from(start.start))

"""Declarations: the header, sources, enums, facts, advice, parameters."""

from datetime import date
from typing import Any

from matchrules.syntax import ast, faults
from matchrules.syntax.clauses import Marking, Once, cite, literal, optional_text, type_expr
from matchrules.syntax.cursor import Abandon, Cursor, closest
from matchrules.syntax.operands import date_value, whole
from matchrules.syntax.texts import plain_text
from matchrules.syntax.tokens import ATTRIBUTE_CLAUSES

HEADER = ("version", "effective", "title", "uses", "applies", "stale")


def header(cursor: Cursor) -> ast.RulesetHeader:
    """`ruleset NAME` and what belongs to it."""
    start = cursor.take()
    name = cursor.bare_name("the name of the ruleset")
    parts: dict[str, Any] = {}
    once = Once(cursor)
    while not cursor.done:
        token = cursor.peek()
        clause = token.meaning
        if token.kind != "name" or clause not in HEADER:
            cursor.stray("`version`, `effective from`, `title`, `uses`, `applies when`, "
                         "`stale after` or a statement", HEADER)
            continue
        once(clause)
        cursor.take()
        try:
            parts[clause] = _header_part(cursor, clause)
        except Abandon:
            cursor.recover(HEADER)
    return ast.RulesetHeader(
        name, parts.get("version"), parts.get("effective"), parts.get("title"),
        parts.get("uses", ()), parts.get("applies"), parts.get("stale"),
        cursor.span_from(start.start),
    )


def _header_part(cursor: Cursor, clause: str) -> object:
    if clause == "version":
        token = cursor.peek()
        if cursor.sees_text():
            return plain_text(cursor, "a version").plain
        if token.kind not in ("number", "word"):
            cursor.unexpected("a version", "such as `2026.1`")
        return cursor.take().text
    if clause == "effective":
        cursor.expect("from", " after `effective`")
        return date_value(cursor)
    if clause == "title":
        return plain_text(cursor, "a title")
    if clause == "uses":
        return cursor.separated(lambda: cursor.bare_name("the name of a ruleset"))
    if clause == "applies":
        cursor.expect("when", " after `applies`")
        return cursor.expression()
    cursor.expect("after", " after `stale`")
    count = whole(cursor, "a number of days")
    cursor.expect("days", " after the number")
    return count


def source(cursor: Cursor) -> ast.SourceStatement:
    start = cursor.take()
    name = cursor.bare_name("the name of the source")
    title = plain_text(cursor, "the title of the source, a text")
    return ast.SourceStatement(name, title, cursor.span_from(start.start))


def enum(cursor: Cursor) -> ast.EnumStatement:
    start = cursor.peek()
    ordered = cursor.accept("ordered")
    cursor.expect("enum", " after `ordered`")
    name = cursor.bare_name("the name of the enum")
    description = optional_text(cursor)
    members: list[ast.EnumMember] = []
    since = len(cursor.found)
    while not cursor.done:
        token = cursor.peek()
        try:
            if not cursor.sees_name():
                if cursor.resume_at_statement(members):
                    break
                comma = "members are parted by blanks or line ends; take the comma out"
                if token.kind not in ("name", "word"):
                    cursor.unexpected("a member of the enum", comma if cursor.sees(",") else None)
            member = cursor.bare_name("a member of the enum")
            label = optional_text(cursor)
            members.append(ast.EnumMember(member, label, cursor.span_from(token.start)))
        except Abandon:
            cursor.next_line()
    if not members:
        cursor.missing(name.span, f"the enum `{name.text}` has no members",
                       "list them, parted by blanks or line ends", since)
    return ast.EnumStatement(
        name, ordered, description, tuple(members), cursor.span_from(start.start)
    )


def fact(cursor: Cursor) -> ast.FactStatement:
    start = cursor.take()
    name = cursor.bare_name("the name of the fact")
    many = cursor.accept("many")
    bound = None
    if many and cursor.accept("up"):
        cursor.expect("to", " after `many up`")
        bound = whole(cursor, "how many at most")
    description: ast.TextLiteral | None = None
    once, marking = Once(cursor), Marking(cursor)
    while not cursor.done:
        if cursor.sees_text():
            once("description")
            description = plain_text(cursor, "a text")
        elif not marking.takes(once):
            break
    attributes: list[ast.AttributeClause] = []
    while not cursor.done:
        if cursor.sees_attribute():
            try:
                attributes.append(_attribute(cursor))
            except Abandon:
                cursor.next_attribute()
        else:
            cursor.stray_attribute()
    return ast.FactStatement(
        name, many, bound, description, tuple(attributes), marking.marks,
        cursor.span_from(start.start),
    )


def _attribute(cursor: Cursor) -> ast.AttributeClause:
    start = cursor.peek()
    name = cursor.bare_name("the name of an attribute")
    cursor.take()
    if cursor.is_fresh() and cursor.sees_attribute():
        cursor.unexpected(f"the type of `{name.text}`")
    type_ = type_expr(cursor)
    _check_unit(cursor, type_)
    flags: dict[str, bool] = {}
    default: ast.Expr | None = None
    unless: ast.Expr | None = None
    description: ast.TextLiteral | None = None
    once, marking = Once(cursor), Marking(cursor, of_attribute=True)
    while not cursor.done and not cursor.sees(":", 1):
        token = cursor.peek()
        if cursor.sees_text():
            once("description")
            description = plain_text(cursor, "a text")
        elif cursor.sees("optional") or cursor.sees("key"):
            once(token.meaning)
            flags[token.meaning] = True
            cursor.take()
        elif cursor.sees("never"):
            once("never read")
            cursor.take()
            cursor.expect("read", " after `never`")
            flags["never"] = True
        elif cursor.sees("default"):
            once("default")
            cursor.take()
            default = cursor.expression()
        elif cursor.sees("unless"):
            once("unless")
            cursor.take()
            unless = cursor.expression()
            if default is None:
                cursor.missing(cursor.span(token), "`unless` without a `default`",
                               "put `default VALUE` before it", len(cursor.found))
        elif not marking.takes(once):
            break
    return ast.AttributeClause(
        name, type_, flags.get("optional", False), flags.get("key", False),
        flags.get("never", False), default, unless, description, marking.marks,
        cursor.span_from(start.start),
    )


def _check_unit(cursor: Cursor, type_: ast.TypeExpr) -> None:
    """A misspelt clause after a range would go as its unit, unseen."""
    clauses = [clause for clause in ATTRIBUTE_CLAUSES if len(clause) > 4]
    if type_.unit is not None and (close := closest(type_.unit.text, clauses, 0.8)):
        cursor.report(faults.misspelt(type_.unit.span, type_.unit.text, close))


def advice(cursor: Cursor) -> ast.AdviceStatement:
    start = cursor.take()
    name = cursor.bare_name("the kind of advice")
    description = optional_text(cursor)
    salience = None
    if cursor.sees("salience") and (cursor.sees("-", 1) or cursor.peek(1).kind == "number"):
        cursor.take()
        negative = cursor.accept("-")
        salience = whole(cursor, "a whole number after `salience`")
        salience = -salience if negative else salience
    subjects: list[ast.SubjectClause] = []
    while not cursor.done:
        try:
            if not cursor.sees_name() and cursor.resume_at_statement(subjects):
                break
            subjects.append(_subject(cursor))
        except Abandon:
            cursor.next_line()
    return ast.AdviceStatement(
        name, description, salience, tuple(subjects), cursor.span_from(start.start)
    )


def _subject(cursor: Cursor) -> ast.SubjectClause:
    start = cursor.peek()
    name = cursor.bare_name("a subject of the advice")
    fields: list[ast.FieldClause] = []
    if cursor.accept("("):
        while True:
            field_name = cursor.bare_name("the name of a field")
            cursor.expect(":", f" after `{field_name.text}`")
            type_ = type_expr(cursor)
            fields.append(
                ast.FieldClause(field_name, type_, cursor.span_from(field_name.span.start))
            )
            if not cursor.accept(","):
                break
        cursor.expect(")", " or `,` in the fields")
    unique = cursor.sees("unique") and not cursor.sees("(", 1)
    if unique:
        cursor.take()
    description = optional_text(cursor)
    return ast.SubjectClause(
        name, tuple(fields), unique, description, cursor.span_from(start.start)
    )


ENTRY = ("for", "from", "is", "cite")


def parameter(cursor: Cursor) -> ast.ParameterStatement:
    start = cursor.take()
    name = cursor.bare_name("the name of the parameter")
    key = type_expr(cursor, before_colon=True) if cursor.accept("by") else None
    cursor.expect(":", " and the type of the parameter")
    type_ = type_expr(cursor)
    description = optional_text(cursor)
    cites: list[ast.CiteClause] = []
    entries: list[ast.ParameterEntry] = []
    since = len(cursor.found)
    while not cursor.done:
        try:
            if cursor.sees("cite"):
                cites.append(cite(cursor))
            elif cursor.sees("for") or cursor.sees("from") or cursor.sees("is"):
                entries.append(_entry(cursor))
            else:
                cursor.stray("`from DATE is VALUE`, or `is VALUE`", ENTRY)
        except Abandon:
            cursor.recover(ENTRY)
    if not entries:
        cursor.missing(name.span, f"the parameter `{name.text}` has no value",
                       "add `is VALUE`, or `from DATE is VALUE`", since)
    return ast.ParameterStatement(
        name, key, type_, description, tuple(cites), tuple(entries), cursor.span_from(start.start)
    )


def _entry(cursor: Cursor) -> ast.ParameterEntry:
    first = cursor.peek()
    keys: list[ast.Expr] = []
    start: date | None = None
    if cursor.accept("for"):
        keys.append(literal(cursor))
        while cursor.accept(","):
            keys.append(literal(cursor))
    if cursor.accept("from"):
        start = date_value(cursor)
    cursor.expect("is", " and the value", "write `is VALUE`" if cursor.sees("=") else None)
    value = literal(cursor)
    cites: list[ast.CiteClause] = []
    grade: ast.Name | None = None
    checked: date | None = None
    once = Once(cursor)
    while not cursor.done:
        if cursor.sees("cite"):
            cites.append(cite(cursor))
        elif cursor.sees("grade"):
            once("grade")
            cursor.take()
            grade = cursor.bare_name("the grade of the evidence")
        elif cursor.sees("checked"):
            once("checked")
            cursor.take()
            checked = date_value(cursor)
        else:
            break
    return ast.ParameterEntry(
        tuple(keys), start, value, tuple(cites), grade, checked, cursor.span_from(first.start)
    )


def chapter(cursor: Cursor) -> ast.ChapterStatement:
    start = cursor.take()
    title = plain_text(cursor, "the title of the chapter, a text")
    opening = optional_text(cursor)
    entries = cursor.separated(lambda: cursor.dotted("a kind of advice, or KIND.SUBJECT"))
    for entry in entries:
        if len(entry.parts) > 2:
            cursor.report(
                faults.fault("MR001", entry.span, f"`{entry.text}` has too many parts",
                             "write KIND.SUBJECT")
            )
    if not cursor.done and not cursor.is_fresh():
        cursor.unexpected("`,` before more advice")
    return ast.ChapterStatement(title, opening, entries, cursor.span_from(start.start))

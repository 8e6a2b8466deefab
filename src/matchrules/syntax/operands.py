"""Operands: literals, names, parentheses, aggregates, and what only properties may say."""

import re
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

import attrs

from matchrules.syntax import ast, faults
from matchrules.syntax.cursor import Abandon, Cursor
from matchrules.syntax.texts import text_literal
from matchrules.syntax.tokens import AFTER_NUMBER, DIGIT_LIMIT, RESERVED, Token
from matchrules.types import MONTHS, DayOfYear

AGGREGATES: Final = ("count", "sum", "min", "max", "any", "all", "union")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def primary(cursor: Cursor, token: Token) -> ast.Expr:
    """One operand, which starts with the current token."""
    cursor.height = 1
    kind = token.kind
    if kind == "name":
        return _named(cursor, token)
    if kind == "number":
        return quantity(cursor)
    if kind == "text" or kind == "longtext":
        return text_literal(cursor)
    if kind == "date":
        value = date_value(cursor)
        return ast.DateLiteral(value, cursor.span(token))
    if cursor.sees("("):
        return _parenthesis(cursor, token)
    if kind == "word":
        return ast.NameExpr(cursor.dotted("a name"), cursor.span_from(token.start))
    help = None
    if token.meaning == "=" and token.kind == "operator":
        help = "write `is` to compare"
    cursor.unexpected("an expression", help)
    raise Abandon


def _named(cursor: Cursor, token: Token) -> ast.Expr:
    word = token.meaning
    if word in RESERVED:
        return _reserved(cursor, token)
    following = cursor.peek(1)
    if following.kind == "operator" and following.meaning == "(":
        if word in AGGREGATES:
            return _aggregate(cursor, token)
        if word == "last":
            return _pick(cursor, token, "last")
    elif following.kind == "name" or following.kind == "word":
        special = _phrase(cursor, token, following)
        if special is not None:
            return special
    name = cursor.dotted("a name")
    if following.kind == "operator" and cursor.sees("(") and not cursor.is_fresh():
        _unknown_call(cursor, name)
    return ast.NameExpr(name, name.span)


def _reserved(cursor: Cursor, token: Token) -> ast.Expr:
    word, span = token.meaning, cursor.span(token)
    if word == "no" and cursor.sees("rule", 1) and cursor.sees("fires", 2):
        return _none_fires(cursor, token)
    if word in ("yes", "no", "unknown", "as_of"):
        cursor.take()
        if word == "as_of":
            return ast.AsOfExpr(span)
        if word == "unknown":
            return ast.UnknownLiteral(span)
        return ast.YesNoLiteral(word == "yes", span)
    if word in ("true", "false"):
        cursor.take()
        instead = "yes" if word == "true" else "no"
        cursor.report(faults.foreign_word(span, word, f"`{instead}`"))
        return ast.YesNoLiteral(word == "true", span)
    help = None
    if word == "known":
        help = "write `X is known`, or `X if known else …`"
    elif word == "if":
        help = "write `VALUE if CONDITION else OTHER`"
    elif word in ("not", "shown"):
        help = f"put it in parentheses: `({word} …)`"
    cursor.unexpected("an expression", help)
    raise Abandon


def _unknown_call(cursor: Cursor, name: ast.Name) -> None:
    functions = (*AGGREGATES, "last")
    close = get_close_matches(name.text[:40], functions, 1, 0.6)
    if name.text in ("known", "unknown"):
        help = f"write `X is {name.text}`"
    elif close:
        help = f"did you mean `{close[0]}`?"
    else:
        help = "there are " + ", ".join(f"`{each}`" for each in functions)
    cursor.report(
        faults.fault("MR008", name.span, f"`{faults.shorten(name.text)}` is no function", help)
    )
    raise Abandon


def _phrase(cursor: Cursor, token: Token, following: Token) -> ast.Expr | None:
    """An operand of several words, or None where the word is a name after all."""
    word, second = token.meaning, following.meaning
    if word == "last" and cursor.sees_all("last", "but", "one"):
        cursor.at += 2
        return _pick(cursor, token, "last_but_one")
    if word == "fires" and starts_reference(following):
        cursor.take()
        return ast.FiresExpr(cursor.reference(), _case(cursor), cursor.span_from(token.start))
    if word == "advised" and second not in RESERVED:
        cursor.take()
        against = cursor.sees("against") and not cursor.sees(".", 1)
        if against:
            cursor.take()
        target = cursor.dotted("advice as KIND.SUBJECT", 2)
        return ast.AdvisedExpr(target, against, _case(cursor), cursor.span_from(token.start))
    if word == "exactly" and cursor.sees_all("exactly", "one", "of"):
        cursor.at += 3
        return _how_many(cursor, token, "exactly")
    if word == "at" and cursor.sees_all("at", "most", "one", "of"):
        cursor.at += 4
        return _how_many(cursor, token, "at_most")
    if word == "same" and second == "advice":
        cursor.at += 2
        besides = _besides(cursor)
        return ast.SameAdviceExpr(besides, cursor.span_from(token.start))
    return None


def starts_reference(token: Token) -> bool:
    """Whether a rule's name can start there, in a place where something else might come."""
    if token.kind == "word":
        return True
    return token.kind == "name" and token.meaning not in RESERVED | AFTER_NUMBER


def _none_fires(cursor: Cursor, token: Token) -> ast.Expr:
    cursor.at += 3
    besides = _besides(cursor)
    return ast.NoneFiresExpr(besides, _case(cursor), cursor.span_from(token.start))


def _besides(cursor: Cursor) -> tuple[ast.Name, ...]:
    """`except R, S`; a comma before something else than a rule parts something else."""
    if not cursor.accept("except"):
        return ()
    rules = [cursor.reference()]
    while cursor.sees(","):
        ahead = 2
        while cursor.sees(".", ahead):
            ahead += 2
        following = cursor.peek(ahead)
        if not (cursor.sees_name(1) or cursor.peek(1).kind == "word"):
            break
        if following.meaning in ("=", "("):
            break
        if starts_reference(following) and not cursor.is_fresh(ahead):
            break
        cursor.take()
        rules.append(cursor.reference())
    return tuple(rules)


def _case(cursor: Cursor) -> ast.Name | None:
    """`in a`; what follows tells it from a range."""
    if not cursor.sees("in") or not cursor.sees_name(1):
        return None
    after = ("..", ".", "+", "-", "*", "/", "on", "of", "(")
    if any(cursor.sees(sign, 2) for sign in after):
        return None
    if cursor.sees("for", 2) and not cursor.sees("each", 3):
        return None
    cursor.take()
    return cursor.bare_name("the name of a case")


def _how_many(cursor: Cursor, token: Token, op: str) -> ast.Expr:
    items, height = _list(cursor)
    if not items:
        cursor.at -= 1
        cursor.unexpected("an expression")
    cursor.height = height + 1
    return ast.HowManyExpr(op, tuple(items), cursor.span_from(token.start))  # type: ignore[arg-type]


def _list(cursor: Cursor) -> tuple[list[ast.Expr], int]:
    """`(a, b)` or `()`, and the height of the highest item."""
    cursor.expect("(")
    opening = cursor.at - 1
    items: list[ast.Expr] = []
    height = 0
    while items or not cursor.sees(")"):
        items.append(cursor.parse_expression(cursor, 0))
        height = max(height, cursor.height)
        if not cursor.accept(","):
            break
    cursor.close(opening, "`)` or `,`" if len(items) > 1 else "`)`")
    return items, height


def _parenthesis(cursor: Cursor, token: Token) -> ast.Expr:
    """A parenthesised expression, whose span takes the parentheses in, or a set."""
    items, height = _list(cursor)
    span = cursor.span_from(token.start)
    if len(items) == 1:
        cursor.height = height
        return attrs.evolve(items[0], span=span)
    cursor.height = height + 1
    return ast.SetLiteral(tuple(items), span)


# Numbers, dates ----------------------------------------------------------------------------------


def decimal(cursor: Cursor, token: Token) -> Decimal:
    """The value of a number token, which may have one point."""
    text = token.text
    if len(text) > DIGIT_LIMIT:
        cursor.report(faults.number_too_long(cursor.span(token)))
        return Decimal(0)
    if text.count(".") > 1:
        cursor.report(
            faults.fault("MR019", cursor.span(token), f"`{text}` is not a number",
                         "it has two points")
        )
        return Decimal(0)
    return Decimal(text)


def whole(cursor: Cursor, what: str) -> int:
    """A whole number."""
    token = cursor.peek()
    if token.kind != "number":
        cursor.unexpected(what)
    cursor.take()
    value = decimal(cursor, token)
    if "." in token.text:
        cursor.report(
            faults.fault("MR019", cursor.span(token), f"expected {what}, found `{token.text}`",
                         "write it without a point")
        )
    return int(value)


def unit_name(cursor: Cursor, before_colon: bool = False) -> ast.Name | None:
    """The unit after a number: a name on the same line that is not what comes next."""
    token = cursor.peek()
    if token.kind != "name" or cursor.is_fresh():
        return None
    if token.meaning in RESERVED or token.meaning in AFTER_NUMBER:
        return None
    if cursor.sees("=", 1) or (cursor.sees(":", 1) and not before_colon):
        return None
    cursor.take()
    return ast.Name(token.meaning, cursor.span(token))


def quantity(cursor: Cursor) -> ast.NumberLiteral | ast.DayOfYearLiteral:
    """A number with its unit, or a day of the year."""
    token = cursor.take()
    following = cursor.peek()
    if following.kind == "word":
        return _day_of_year(cursor, token, following)
    value = decimal(cursor, token)
    unit = unit_name(cursor)
    if unit is not None and unit.text.capitalize() in MONTHS:
        cursor.report(
            faults.fault(
                "MR015", unit.span, f"the month `{unit.text}` has no capital",
                f"write `{token.text} {unit.text.capitalize()}`",
            )
        )
    return ast.NumberLiteral(value, unit, cursor.span_from(token.start))


def _day_of_year(cursor: Cursor, token: Token, month: Token) -> ast.DayOfYearLiteral:
    cursor.take()
    span = cursor.span_from(token.start)
    number = MONTHS.index(month.text) + 1 if month.text in MONTHS else 0
    if not number:
        close = get_close_matches(month.text[:40], MONTHS, 1, 0.5)
        cursor.report(
            faults.fault(
                "MR007", cursor.span(month), f"`{faults.shorten(month.text)}` is not a month",
                f"did you mean `{close[0]}`?" if close else "write a month as `September`",
            )
        )
        return ast.DayOfYearLiteral(DayOfYear(1, 1), span)
    last = _MONTH_DAYS[number - 1]
    day = int(token.text) if token.text.isdecimal() and len(token.text) <= 2 else 0
    if not 1 <= day <= last:
        cursor.report(
            faults.fault(
                "MR007", span, f"there is no {faults.shorten(token.text)} {month.text}",
                f"{month.text} has {last} days",
            )
        )
        day = 1
    return ast.DayOfYearLiteral(DayOfYear(number, day), span)


def date_value(cursor: Cursor) -> date:
    """A date; one that does not exist is reported."""
    token = cursor.peek()
    if token.kind != "date":
        cursor.unexpected("a date such as 2026-06-01")
    cursor.take()
    if _DATE.fullmatch(token.text):
        try:
            return date.fromisoformat(token.text)
        except ValueError as error:
            message = f"there is no day {token.text}"
            help = str(error) if "day" in str(error) else "the month goes from 01 to 12"
            if token.text.startswith("0000"):
                help = "the calendar starts with the year 0001"
            elif "day" in help:
                help = "that month has fewer days"
    else:
        message = f"`{faults.shorten(token.text)}` is not a date"
        help = "write year, month and day as 2026-06-01; to subtract, put blanks around `-`"
    cursor.report(faults.fault("MR007", cursor.span(token), message, help))
    return date(2000, 1, 1)


# Aggregates --------------------------------------------------------------------------------------


def _aggregate(cursor: Cursor, token: Token) -> ast.Expr:
    op = cursor.take().meaning
    opening = cursor.at
    cursor.expect("(")
    if op in ("min", "max") and not _is_selection(cursor):
        left = cursor.parse_expression(cursor, 0)
        height = cursor.height
        cursor.expect(",", f" and a second value in `{op}`")
        right = cursor.parse_expression(cursor, 0)
        cursor.height = max(height, cursor.height) + 1
        cursor.close(opening, "`)`")
        return ast.ExtremeExpr(op, left, right, cursor.span_from(token.start))  # type: ignore[arg-type]
    subject = cursor.dotted("a fact, or a value of one")
    by = take = None
    if cursor.accept("last"):
        take = whole(cursor, "how many of the last")
        cursor.expect("by", " and the attribute that orders them")
        by = cursor.bare_name("the attribute that orders them")
    return _selection(cursor, opening, op, subject, by, take)


def _pick(cursor: Cursor, token: Token, op: str) -> ast.Expr:
    cursor.take()
    opening = cursor.at
    cursor.expect("(")
    subject = cursor.dotted("a value of a fact")
    cursor.expect("by", " and the attribute that orders them", "such as `by date`")
    by = cursor.bare_name("the attribute that orders them")
    return _selection(cursor, opening, op, subject, by, None, token.start)


def _selection(
    cursor: Cursor, opening: int, op: str, subject: ast.Name, by: ast.Name | None,
    take: int | None, start: int | None = None,
) -> ast.Expr:
    """The end of an aggregate: `[where C])`."""
    where = None
    height = 0
    if cursor.accept("where"):
        where = cursor.parse_expression(cursor, 0)
        height = cursor.height
    cursor.close(opening, "`)`" if where is not None else "`where` or `)`")
    cursor.height = height + 1
    span = cursor.span_from(cursor.tokens[opening - 1].start if start is None else start)
    return ast.AggregateExpr(op, subject, by, take, where, span)  # type: ignore[arg-type]


def _is_selection(cursor: Cursor) -> bool:
    """Whether `min(` holds a fact to pick from, not a first of two values."""
    ahead = 0
    while cursor.sees_name(ahead) and cursor.sees(".", ahead + 1):
        ahead += 2
    if not cursor.sees_name(ahead):
        return False
    return any(cursor.sees(word, ahead + 1) for word in ("where", "last", ")"))

"""Expressions: a Pratt parser. Tightest last, the levels are those of the language reference."""

from typing import Final

from matchrules.syntax import ast, faults, operands
from matchrules.syntax.cursor import Abandon, Cursor
from matchrules.syntax.tokens import NESTING_LIMIT, Token
from matchrules.text import Span

CHOICE, LOGIC, NEGATION, TEST, ROUND, SUM, PRODUCT, MINUS, LOOKUP, PRIMARY = range(10)

# Operands of several words: they are compared and joined, and need parentheses for more.
_PHRASES: Final = frozenset(
    {ast.FiresExpr, ast.NoneFiresExpr, ast.AdvisedExpr, ast.HowManyExpr, ast.SameAdviceExpr}
)
_STATES: Final = {"known": "unknown", "unknown": "known", "empty": None}
_PREFIXES: Final = frozenset({"not", "shown", "days", "-"})

_LEVELS: Final = {
    "if": CHOICE, "and": LOGIC, "or": LOGIC, "is": TEST, "is not": TEST, "in": TEST, "has": TEST,
    "<": TEST, "<=": TEST, ">": TEST, ">=": TEST, "=": TEST, "=>": TEST, "not": TEST,
    "rounded": ROUND, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "on": LOOKUP,
    "for": LOOKUP, "of": LOOKUP,
}


def expression(cursor: Cursor, level: int = CHOICE) -> ast.Expr:
    """An expression whose operators bind at least as tightly as `level`.

    `cursor.height` is afterwards the height of its tree, which is limited too: a sum of a thousand
    terms is a tree a thousand high.
    """
    first = cursor.peek()
    cursor.enter(first)
    left, reach = _prefix(cursor, level, first)
    told = False
    while True:
        token = cursor.peek()
        if token.meaning not in _LEVELS:  # nearly always, so it is asked first
            break
        bound = _infix_level(cursor, token)
        if bound is None or bound < level:
            break
        if not told and (bound > reach or (bound == reach and bound in (TEST, ROUND))):
            told = True
            _needs_parentheses(cursor, token, left, bound == reach == TEST)
        height = cursor.height
        left = _infix(cursor, left, token, bound)
        cursor.height = max(height, cursor.height) + 1
        if cursor.height > NESTING_LIMIT:
            cursor.report(faults.too_deep(cursor.span(token)))
            raise Abandon
        reach = bound
    cursor.depth -= 1
    return left


def _infix_level(cursor: Cursor, token: Token) -> int | None:
    """The level of the operator that comes next, or None where none does."""
    if token.kind not in ("name", "operator"):
        return None
    word = token.meaning
    if word == "for" and cursor.sees("each", 1):
        return None
    if word == "=>" and (cursor.sees("|", 1) or cursor.place == "the head of the table"):
        return None
    if word == "not" and not cursor.sees("in", 1):
        return None
    return _LEVELS.get(word)


def _prefix(cursor: Cursor, level: int, token: Token) -> tuple[ast.Expr, int]:
    """A first operand, and the level of the loosest operator in it."""
    word = token.meaning
    if word not in _PREFIXES:
        operand = operands.primary(cursor, token)
        if type(operand) in _PHRASES and word != "(":
            _check_place(cursor, token, level, ROUND)
            return operand, ROUND
        return operand, PRIMARY
    if word in ("not", "shown"):
        _check_place(cursor, token, level, NEGATION)
        cursor.take()
        inner = expression(cursor, NEGATION)
        cursor.height += 1
        node = ast.Unary("not" if word == "not" else "shown", inner, cursor.span_from(token.start))
        return node, NEGATION
    if word == "days" and cursor.sees("between", 1):
        _check_place(cursor, token, level, ROUND)
        cursor.take()
        cursor.take()
        start = expression(cursor, SUM)
        height = cursor.height
        cursor.expect("and", " between the two dates")
        end = expression(cursor, SUM)
        cursor.height = max(height, cursor.height) + 1
        return ast.DaysBetweenExpr(start, end, cursor.span_from(token.start)), ROUND
    if word == "-":
        _check_place(cursor, token, level, MINUS)
        cursor.take()
        inner = expression(cursor, MINUS)
        cursor.height += 1
        return ast.Unary("-", inner, cursor.span_from(token.start)), MINUS
    return operands.primary(cursor, token), PRIMARY  # a name `days`


def _check_place(cursor: Cursor, token: Token, level: int, own: int) -> None:
    if level > own:
        word = "days between" if token.meaning == "days" else token.meaning
        cursor.report(
            faults.fault(
                "MR011", cursor.span(token), f"`{word}` cannot stand here without parentheses",
                f"put it in parentheses: `({word} …)`",
            )
        )


def _infix(cursor: Cursor, left: ast.Expr, token: Token, level: int) -> ast.Expr:
    op = token.meaning
    if level == CHOICE:
        return _choice(cursor, left, token)
    if level == LOGIC:
        return _logic(cursor, left, token)
    if level == TEST:
        return _test(cursor, left, token)
    cursor.take()
    if level == ROUND:
        mode = cursor.take().meaning
        if mode not in ("down", "up", "nearest"):
            cursor.at -= 1
            cursor.unexpected("`down`, `up` or `nearest` after `rounded`")
        return ast.Rounded(left, mode, _over(cursor, left))  # type: ignore[arg-type]
    right = expression(cursor, level + 1)
    return ast.Binary(op, left, right, _over(cursor, left), cursor.span(token))  # type: ignore[arg-type]


def _over(cursor: Cursor, left: ast.Expr) -> Span:
    """From the start of `left`, parentheses included, to the last token taken."""
    return cursor.span_from(left.span.start)


def _choice(cursor: Cursor, left: ast.Expr, token: Token) -> ast.Expr:
    cursor.take()
    if cursor.accept("known"):
        otherwise = _else(cursor, token)
        return ast.KnownElse(left, otherwise, _over(cursor, left))
    condition = expression(cursor, LOGIC)
    height = cursor.height
    otherwise = _else(cursor, token)
    cursor.height = max(height, cursor.height)
    return ast.Conditional(left, condition, otherwise, _over(cursor, left))


def _else(cursor: Cursor, token: Token) -> ast.Expr:
    if cursor.sees("else"):
        cursor.take()
        return expression(cursor, CHOICE)
    if cursor.spoilt[cursor.at]:
        raise Abandon
    cursor.report(
        faults.fault(
            "MR010", cursor.span(token), "this `if` has no `else`", "add `else unknown`",
        )
    )
    end = cursor.span_from(token.start).end
    return ast.UnknownLiteral(Span(cursor.name, end, end))


def _logic(cursor: Cursor, left: ast.Expr, token: Token) -> ast.Expr:
    op = token.meaning
    items = [left]
    height = cursor.height
    mixed = False
    while cursor.sees(op) or (not mixed and (cursor.sees("and") or cursor.sees("or"))):
        other = cursor.peek()
        if other.meaning != op:
            mixed = True
            _mixed(cursor, other, op, items)
            op = other.meaning
            items = [ast.Logical("and" if op == "or" else "or", tuple(items), _over(cursor, left))]
        cursor.take()
        items.append(expression(cursor, NEGATION))
        height = max(height, cursor.height)
    while mixed and (cursor.sees("and") or cursor.sees("or")):
        # One fault for the whole of a condition; how it was meant is not known anyway.
        cursor.take()
        items.append(expression(cursor, NEGATION))
    cursor.height = height
    return ast.Logical("and" if op == "and" else "or", tuple(items), _over(cursor, left))


def _mixed(cursor: Cursor, token: Token, op: str, items: list[ast.Expr]) -> None:
    start, end = items[0].span.start, items[-1].span.end
    if token.meaning == "and":
        # `a or b and c`: most readers hold `b and c` together.
        start = items[-1].span.start
        tail = _rest_of_chain(cursor)
        shown = f"{faults.shorten(cursor.text[start:end], 30)} and {faults.shorten(tail, 30)}"
    else:
        shown = faults.shorten(cursor.text[start:end], 60)
    cursor.report(
        faults.fault(
            "MR009", cursor.span(token),
            f"`{op}` and `{token.meaning}` are mixed without parentheses",
            f"write parentheses around what belongs together, such as `({shown})`",
        )
    )


def _rest_of_chain(cursor: Cursor) -> str:
    """The text of the operand after the current operator, for a message."""
    index, depth = cursor.at + 1, 0
    start = cursor.peek(1).start
    end = start
    while index < cursor.stop:
        token = cursor.tokens[index]
        if depth == 0 and token.meaning in ("and", "or", "if", "else", ")", ",", "|", "then"):
            break
        if cursor.fresh[index] and depth == 0:
            break
        depth += (token.meaning == "(") - (token.meaning == ")")
        end = token.end
        index += 1
    return cursor.text[start:end]


def _test(cursor: Cursor, left: ast.Expr, token: Token) -> ast.Expr:
    op = token.meaning
    cursor.take()
    if op == "is":
        return _is(cursor, left, token)
    if op == "in":
        return _membership(cursor, left)
    if op == "not":
        cursor.take()
        cursor.report(
            faults.foreign_word(
                cursor.span_from(token.start), "not in", _not_before(cursor, left)
            )
        )
        inner = _membership(cursor, left)
        return ast.Unary("not", inner, _over(cursor, left))
    if op == "=":
        cursor.report(faults.foreign_sign(cursor.span(token), "=", "is"))
        op = "is"
    elif op == "=>":
        cursor.report(faults.foreign_sign(cursor.span(token), "=>", ">="))
        op = ">="
    elif op == "is not":
        op = "is_not"
    right = expression(cursor, ROUND)
    return ast.Binary(op, left, right, _over(cursor, left), cursor.span(token))  # type: ignore[arg-type]


def _not_before(cursor: Cursor, left: ast.Expr) -> str:
    return f"`not` before the test: `not {cursor.text_of(left)} in …`"


def _is(cursor: Cursor, left: ast.Expr, token: Token) -> ast.Expr:
    negated = cursor.accept("not")
    state = cursor.peek().meaning
    if state in _STATES:
        opposite = _STATES[state]
        if cursor.accept(state):
            if negated:
                found = f"is not {state}"
                instead = f"`is {opposite}`" if opposite else (
                    f"`not {cursor.text_of(left)} is empty`"
                )
                cursor.report(
                    faults.foreign_word(cursor.span_from(token.start), found, instead)
                )
            return ast.StateTest(state, left, _over(cursor, left))  # type: ignore[arg-type]
    if cursor.sees("in"):
        cursor.report(
            faults.foreign_word(
                cursor.span(token), "is not in" if negated else "is in",
                _not_before(cursor, left) if negated else "`in` alone",
            )
        )
        cursor.take()
        inner = _membership(cursor, left)
        return ast.Unary("not", inner, _over(cursor, left)) if negated else inner
    op_span = cursor.span_from(token.start)
    right = expression(cursor, ROUND)
    op = "is_not" if negated else "is"
    return ast.Binary(op, left, right, _over(cursor, left), op_span)  # type: ignore[arg-type]


def _membership(cursor: Cursor, left: ast.Expr) -> ast.Expr:
    """What follows `in`: `(a, b)`, or `low..high`."""
    if cursor.sees("(") and not cursor.continues_after_parenthesis():
        opening = cursor.at
        cursor.take()
        items: list[ast.Expr] = []
        height = 0
        while True:
            items.append(expression(cursor))
            height = max(height, cursor.height)
            if not cursor.accept(","):
                break
        cursor.close(opening, "`)` or `,` in the list")
        cursor.height = height
        return ast.Membership(left, tuple(items), _over(cursor, left))
    start = cursor.peek()
    low = expression(cursor, SUM)
    height = cursor.height
    if not cursor.sees(".."):
        cursor.report(
            faults.fault(
                "MR001", cursor.span_from(start.start),
                "expected a list in parentheses or a range after `in`",
                f"write `in (a, b)` or `in 1..5`; for a set, `{cursor.text_of(low)} has` and the "
                "member",
            )
        )
        raise Abandon
    cursor.take()
    high = expression(cursor, SUM)
    cursor.height = max(height, cursor.height)
    return ast.RangeTest(left, low, high, _over(cursor, left))


def _needs_parentheses(cursor: Cursor, token: Token, left: ast.Expr, chained: bool) -> None:
    """An operator cannot take what stands left of it: `a < b < c`, `x rounded up + 1`."""
    shown = cursor.text_of(left)
    if chained:
        message = "tests cannot be chained"
        help = f"join two tests with `and`: `{shown} and …`"
    else:
        message = f"`{token.meaning}` cannot follow `{shown}` without parentheses"
        help = f"write `({shown}) {token.meaning} …`"
    cursor.report(faults.fault("MR011", cursor.span(token), message, help))

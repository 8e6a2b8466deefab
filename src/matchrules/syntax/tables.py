"""Decision tables: each row is one line, between bars."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from matchrules.syntax import ast, faults
from matchrules.syntax.clauses import Once, cite, for_each, optional_text, type_expr
from matchrules.syntax.cursor import Abandon, Cursor
from matchrules.syntax.tokens import STATEMENTS

T = TypeVar("T")
CLAUSES = ("for", "cite", "provisional", "hit")


def table(cursor: Cursor) -> ast.TableStatement | None:
    start = cursor.take()
    name = cursor.dotted("the name of the table as ENTITY.ATTRIBUTE", 2)
    cursor.expect(":", f" and the type of `{name.text}`")
    type_ = type_expr(cursor)
    description = optional_text(cursor)
    since = len(cursor.found)
    parts = _clauses(cursor)
    lines = _lines(cursor)
    if not lines:
        help = f"add a head, such as `| fact.value | => {name.text} |`, and rows"
        cursor.missing(name.span, f"the table `{name.text}` has no rows", help, since)
        return None
    head = _in_line(cursor, lines[0], "the head of the table", _head)
    rows: list[ast.TableRow] = []
    for index, line in enumerate(lines[1:]):
        if index == 0 and _is_ruler(cursor, line):
            if head is not None:
                _check_columns(cursor, line, len(head[0]) + 1, "ruler")
            continue
        count = len(head[0]) if head is not None else None
        row = _in_line(cursor, line, "the row", partial(_row, count=count))
        if row is not None:
            rows.append(row)
    cursor.at = cursor.stop
    if head is None:
        return None
    heads, output = head
    if output.text != name.text:
        cursor.report(
            faults.fault(
                "MR020", output.span, f"the table `{name.text}` gives `{output.text}`",
                f"write `=> {name.text}`",
            )
        )
    if not rows:
        cursor.missing(name.span, f"the table `{name.text}` has no rows", "add a row", since)
    return ast.TableStatement(
        name, type_, description, parts.get("for"), tuple(parts["cite"]), parts.get("provisional"),
        parts.get("hit"), heads, output, tuple(rows), cursor.span_from(start.start),
    )


def _clauses(cursor: Cursor) -> dict[str, Any]:
    parts: dict[str, Any] = {"cite": []}
    once = Once(cursor)
    while not cursor.done and not cursor.sees("|"):
        clause = cursor.peek().meaning
        try:
            if cursor.sees("cite"):
                parts["cite"].append(cite(cursor))
            elif cursor.sees("for"):
                once("for each")
                parts["for"] = for_each(cursor)
            elif cursor.sees("provisional"):
                once(clause)
                cursor.take()
                cursor.expect("when", " after `provisional`")
                parts["provisional"] = cursor.expression()
            elif cursor.sees("hit"):
                once(clause)
                cursor.take()
                mode = cursor.peek().meaning
                if mode not in ("unique", "first", "collect"):
                    cursor.unexpected("`unique`, `first` or `collect` after `hit`")
                parts["hit"] = cursor.take().meaning
            else:
                _stray(cursor)
        except Abandon:
            _to_clause_or_row(cursor)
    return parts


def _stray(cursor: Cursor) -> None:
    if cursor.is_fresh() and cursor.peek().kind == "name":
        cursor.stray("a clause of the table, or `|` and its head", CLAUSES)
        return
    cursor.unexpected("a clause of the table, or `|` and its head")


def _to_clause_or_row(cursor: Cursor) -> None:
    cursor.depth = 0
    while not cursor.done:
        if cursor.is_fresh() and (cursor.sees("|") or cursor.peek().meaning in CLAUSES):
            return
        cursor.at += 1


# Lines -------------------------------------------------------------------------------------------


def _lines(cursor: Cursor) -> list[tuple[int, int]]:
    """The rows as ranges of tokens; what follows that is no row ends the table."""
    lines: list[tuple[int, int]] = []
    stop = cursor.stop
    while cursor.at < stop and cursor.at < cursor.stop:
        begin = cursor.at
        if not cursor.sees("|"):
            if not _after_rows(cursor, lines):
                break
            continue
        if not cursor.is_fresh():
            cursor.report(
                faults.fault("MR014", cursor.span(cursor.peek()), "this row does not start a line",
                             "put each row on a line of its own")
            )
        cursor.at += 1
        while cursor.at < cursor.stop and not cursor.is_fresh():
            cursor.at += 1
        lines.append((begin, cursor.at))
    return lines


def _after_rows(cursor: Cursor, lines: list[tuple[int, int]]) -> bool:
    """A line between or after the rows that does not start with a bar."""
    begin, end = lines[-1]
    whole = _bars(cursor, lines[-1]) >= _bars(cursor, lines[0])
    if not (cursor.tokens[end - 1].meaning == "|" and whole) and _ends_with_bar(cursor):
        last = cursor.tokens[end - 1]
        cursor.report(
            faults.fault("MR014", cursor.span(last), "this row breaks over lines",
                         "put the whole row on one line")
        )
        lines.pop()
        if not lines:
            lines.append((begin, begin))
        cursor.next_line()
        return True
    token = cursor.peek()
    if token.kind == "name":
        keyword = token.meaning if token.meaning in STATEMENTS else cursor.misspelt(cursor.at, ())
        if keyword is not None:
            cursor.split(keyword)
            return False
    with suppress(Abandon):
        cursor.unexpected("a row that starts with `|`, or a statement")
    while not cursor.done and not (cursor.is_fresh() and cursor.sees("|")):
        cursor.next_line()
        if cursor.peek().kind == "name" and cursor.peek().meaning in STATEMENTS:
            cursor.split(cursor.peek().meaning)
    return not cursor.done


def _bars(cursor: Cursor, line: tuple[int, int]) -> int:
    return sum(token.meaning == "|" for token in cursor.tokens[line[0] : line[1]])


def _ends_with_bar(cursor: Cursor) -> bool:
    """Whether the current line ends with a bar."""
    index = cursor.at
    while index + 1 < cursor.stop and not cursor.fresh[index + 1]:
        index += 1
    return cursor.tokens[index].meaning == "|"


def _in_line(
    cursor: Cursor, line: tuple[int, int], place: str, read: Callable[[Cursor], T]
) -> T | None:
    """Read one line, and only it."""
    begin, end = line
    if begin == end:
        return None
    outer_stop, outer_place = cursor.stop, cursor.place
    cursor.at, cursor.stop, cursor.place = begin, end, place
    try:
        return read(cursor)
    except Abandon:
        cursor.depth = 0
        return None
    finally:
        cursor.at, cursor.stop, cursor.place = end, outer_stop, outer_place


def _is_ruler(cursor: Cursor, line: tuple[int, int]) -> bool:
    tokens = cursor.tokens[line[0] : line[1]]
    return any(token.kind == "ruler" for token in tokens) and all(
        token.kind == "ruler" or token.meaning in ("|", "-", ":") for token in tokens
    )


def _check_columns(cursor: Cursor, line: tuple[int, int], expected: int, what: str) -> bool:
    """Whether a line has as many columns as the head; reported where it has not."""
    tokens = cursor.tokens[line[0] : line[1]]
    if any(cursor.spoilt[line[0] : line[1]]):
        return True
    columns = sum(token.meaning == "|" and token.kind == "operator" for token in tokens) - 1
    if tokens[-1].meaning != "|" or tokens[-1].kind != "operator":
        cursor.report(
            faults.fault("MR001", cursor.span(tokens[-1]), f"the {what} does not end with `|`",
                         "add `|` at its end, on the same line")
        )
        return False
    if columns == expected:
        return True
    span = cursor.span(tokens[0]).to(cursor.span(tokens[-1]))
    more = expected - columns
    help = f"add {more}" if more > 0 else f"take {-more} out"
    column = "column" if columns == 1 else "columns"
    cursor.report(
        faults.fault(
            "MR013", span, f"the {what} has {columns} {column}, its head has {expected}",
            f"{help}; a cell that may be anything is `-`",
        )
    )
    return False


# Rows --------------------------------------------------------------------------------------------


def _bar(cursor: Cursor, after: str) -> None:
    if not cursor.sees("|"):
        cursor.unexpected(f"`|` after {after}")
    cursor.take()


def _head(cursor: Cursor) -> tuple[tuple[ast.Expr, ...], ast.Name]:
    cursor.take()
    heads: list[ast.Expr] = []
    while not cursor.sees("=>"):
        if cursor.done:
            cursor.unexpected("`=>` and the name of the table in the last column of the head",
                              "such as `| fact.value | => this.table |`")
        heads.append(cursor.expression())
        _bar(cursor, "a head")
    if not heads:
        cursor.unexpected("a head")
    cursor.take()
    output = cursor.dotted("the name of the table", 2)
    _bar(cursor, "the name of the table")
    if not cursor.done:
        cursor.unexpected("the end of the line after the output", "a table has one output")
    return tuple(heads), output


def _row(cursor: Cursor, count: int | None) -> ast.TableRow:
    line = (cursor.at, cursor.stop)
    start = cursor.peek()
    if count is not None and not _check_columns(cursor, line, count + 1, "row"):
        raise Abandon
    last_bar = cursor.stop - 1
    cursor.take()
    cells: list[ast.Cell] = []
    while _more_cells(cursor, last_bar):
        cells.append(_cell(cursor))
        _bar(cursor, "a cell")
    output = cursor.expression()
    _bar(cursor, "the output")
    return ast.TableRow(tuple(cells), output, cursor.span_from(start.start))


def _more_cells(cursor: Cursor, last_bar: int) -> bool:
    """Whether a bar comes before the last one."""
    return any(cursor.tokens[index].meaning == "|" for index in range(cursor.at, last_bar))


def _cell(cursor: Cursor) -> ast.Cell:
    token = cursor.peek()
    if cursor.sees("-") and cursor.sees("|", 1):
        cursor.take()
        return ast.Cell("any", None, (), cursor.span(token))
    if cursor.sees("unknown") and cursor.sees("|", 1):
        cursor.take()
        return ast.Cell("unknown", None, (), cursor.span(token))
    if cursor.sees("|"):
        cursor.unexpected("a cell", "a cell that may be anything is `-`")
    for sign in ("<=", "<", ">=", ">"):
        if cursor.accept(sign):
            operand = cursor.expression()
            span = cursor.span_from(token.start)
            return ast.Cell("compare", sign, (operand,), span)
    if cursor.sees("=>") or cursor.sees("="):
        instead = ">=" if cursor.sees("=>") else "the value alone"
        cursor.report(faults.fault("MR008", cursor.span(token), f"`{token.text}` cannot start a "
                                   "cell", f"write {instead}"))
        raise Abandon
    operands = [cursor.expression()]
    if cursor.accept(".."):
        operands.append(cursor.expression())
        return ast.Cell("range", None, tuple(operands), cursor.span_from(token.start))
    while cursor.accept(","):
        operands.append(cursor.expression())
    return ast.Cell("values", None, tuple(operands), cursor.span_from(token.start))

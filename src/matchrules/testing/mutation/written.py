"""Where a lowered expression was written: the syntax tree walked beside it.

Expressions keep no spans. The tree has the same shape, but for what lowering adds (a rounding) or
takes together; where the two part, the place is that of what is around.
"""

from collections.abc import Iterator, Mapping

from matchrules import ir
from matchrules.explain.wording import Wording
from matchrules.ir import Expression, RuleBase
from matchrules.syntax import ast
from matchrules.syntax.parser import parse
from matchrules.text import Source, Span

Written = ast.Expr | ast.Cell | None
LONGEST = 60  # characters of what is quoted


class Text:
    """The rule files of a book, to find places in and to quote from."""

    def __init__(self, sources: Mapping[str, Source], base: RuleBase) -> None:
        self.sources = sources
        self._wording = Wording(base)
        self.files = {name: parse(source)[0] for name, source in sources.items()}
        self._nodes = {
            (span.source, span.start): node
            for file in self.files.values()
            for span, node in _places(file)
        }

    def node(self, span: Span) -> object | None:
        """The statement or clause that a node of the rule base was lowered from."""
        return self._nodes.get((span.source, span.start))

    def quoted(self, expression: Expression, node: Written) -> str:
        """An expression as it is written, on one line and not too long; in words where it is not
        known where it is written."""
        if node is None:
            try:
                return f"“{_short(self._wording.value(expression))}”"
            except KeyError:  # a name of another version
                return "this"
        return f"`{self.slice(node.span)}`"

    def slice(self, span: Span) -> str:
        """What is written there, on one line and not too long."""
        return _short(self.sources[span.source].text[span.start : span.end])

    def between(self, one: ast.Expr, two: ast.Expr) -> Span:
        """The place of an operator that stands between two operands, without its blanks."""
        start, end = one.span.end, two.span.start
        between = self.sources[one.span.source].text[start:end]
        return Span(one.span.source, start + len(between) - len(between.lstrip()),
                    end - (len(between) - len(between.rstrip())))  # fmt: skip


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


def _places(file: ast.RuleFile) -> Iterator[tuple[Span, object]]:
    """Statements and clauses by the place that their lowered counterparts carry."""
    for statement in file.statements:
        match statement:
            case ast.RuleStatement():
                yield statement.name.span, statement
                yield from ((then.target.span, then) for then in statement.thens)
            case ast.DefineStatement():
                yield statement.name.span, statement
            case ast.TableStatement():
                yield statement.name.span, statement
                yield from ((row.span, row) for row in statement.rows)
            case ast.ParameterStatement():
                yield statement.name.span, statement
                yield from ((entry.span, entry) for entry in statement.entries)
            case ast.FactStatement():
                yield from ((clause.name.span, clause) for clause in statement.attributes)
            case ast.RejectStatement():
                yield statement.text.span, statement


def parts(e: Expression, node: Written) -> tuple[ast.Expr | None, ...]:
    """What was written for each of `ir.children(e)`, None where that is not known."""
    count = len(tuple(ir.children(e)))
    found = None if node is None else _parts(e, node)
    return (None,) * count if found is None or len(found) != count else found


def _parts(e: Expression, node: ast.Expr | ast.Cell) -> tuple[ast.Expr | None, ...] | None:
    match e, node:
        case (ir.Compare() | ir.In() | ir.InRange(), ast.Cell(operands=operands)):
            return (None, *operands)
        case (_, ast.Cell()):
            return None
        case (ir.Round(), ast.Rounded(operand=operand)):
            return (operand,)
        case (ir.Round() | ir.Format(), _):
            return (node,)
        case (ir.And() | ir.Or(), ast.Logical(operands=operands)):
            return operands
        case (ir.Not(ir.IsKnown()), ast.StateTest()):
            return (node,)
        case (
            ir.Not() | ir.Shown() | ir.IsKnown() | ir.IsEmpty(),
            ast.Unary(operand=operand) | ast.StateTest(operand=operand),
        ):
            return (operand,)
        case (ir.ParameterValue(), ast.Binary()):
            return _asked(e, node)
        case (
            ir.Compare() | ir.Has() | ir.Arithmetic() | ir.AddTime() | ir.DayOf() | ir.Extreme(),
            ast.Binary(left=left, right=right) | ast.ExtremeExpr(left=left, right=right),
        ):
            return left, right
        case (ir.In(), ast.Membership(value=value, items=items)):
            return (value, *items)
        case (ir.InRange(), ast.RangeTest(value=value, low=low, high=high)):
            return value, low, high
        case (ir.If(), ast.Conditional(then=then, condition=condition, otherwise=otherwise)):
            return condition, then, otherwise
        case (ir.IfKnown(), ast.KnownElse(value=value, otherwise=otherwise)):
            return value, otherwise
        case (ir.DaysBetween(), ast.DaysBetweenExpr(start=start, end=end)):
            return start, end
        case (ir.Aggregate(value=counted), ast.AggregateExpr(where=where)):
            return (*(() if counted is None else (None,)), *(() if where is None else (where,)))
    return None


def _asked(e: ir.ParameterValue, node: ast.Binary) -> tuple[ast.Expr | None, ...]:
    """The day and the key of a parameter."""
    at: dict[str, ast.Expr] = {}
    inner: ast.Expr = node
    while isinstance(inner, ast.Binary) and inner.op in ("for", "on"):
        at[inner.op] = inner.right
        inner = inner.left
    asked = (("on", e.on), ("for", e.key))
    return tuple(at.get(word) for word, operand in asked if operand is not None)

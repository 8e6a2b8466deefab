"""Where expressions are written: the tree of the text walked beside what it was lowered to."""

from collections.abc import Iterator, Mapping, Sequence

from matchrules import ir
from matchrules.ir import Expression
from matchrules.syntax import ast
from matchrules.syntax.lexer import tokenize
from matchrules.syntax.parser import parse
from matchrules.text import Source, Span

Pair = tuple[ast.Expr, Expression]


class Texts:
    """The statements of a book's files, by where their names are written."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self.files = [parse(source)[0] for source in sources.values()]
        self.statements: dict[Span, ast.Statement] = {}
        self.attributes: dict[Span, ast.AttributeClause] = {}
        self.guards: dict[Span, tuple[ast.Expr, ...]] = {}  # of each rule
        self.guarded: set[str] = set()  # the files of rulesets with a guard
        self.comments = {name: _comments(source) for name, source in sources.items()}
        for file in self.files:
            for statement in file.statements:
                self._enter(statement)
            self._guards(file)

    def _enter(self, statement: ast.Statement) -> None:
        match statement:
            case ast.DefineStatement() | ast.TableStatement() | ast.RuleStatement():
                self.statements[statement.name.span] = statement
            case ast.RejectStatement():
                self.statements[statement.text.span] = statement
            case ast.FactStatement():
                for attribute in statement.attributes:
                    self.attributes[attribute.name.span] = attribute

    def _guards(self, file: ast.RuleFile) -> None:
        header = file.header
        own = () if header is None or header.applies_when is None else (header.applies_when,)
        guards = own
        if own:
            self.guarded.add(file.source)
        for statement in file.statements:
            if isinstance(statement, ast.SectionStatement):
                more = statement.applies_when
                guards = own if more is None else (*own, more)
            elif isinstance(statement, ast.RuleStatement):
                self.guards[statement.name.span] = guards

    def line(self, span: Span) -> int:
        """The line on which something starts."""
        return self.sources[span.source].position(span.start).line

    def written(self, span: Span) -> str:
        """A piece of the text on one line, without comments."""
        text, at, pieces = self.sources[span.source].text, span.start, []
        for comment in self.comments[span.source]:
            if span.start <= comment.start < span.end:
                pieces.append(text[at : comment.start])
                at = comment.end
        return " ".join(" ".join((*pieces, text[at : span.end])).split())


def _comments(source: Source) -> tuple[Span, ...]:
    tokens, _ = tokenize(source)
    return tuple(Span(source.name, t.start, t.end) for t in tokens if t.kind == "comment")


def spans(pairs: Sequence[Pair]) -> dict[int, Span]:
    """Where each expression, and each inside it, is written, by identity."""
    found: dict[int, Span] = {}
    open_ = list(pairs)
    while open_:
        node, expression = open_.pop()
        if isinstance(expression, ir.Round) and not isinstance(node, ast.Rounded):
            found[id(expression)] = node.span
            expression = expression.value  # rounded to where it is stored
        found[id(expression)] = node.span
        open_.extend(_inside(node, expression))
    return found


def _inside(node: ast.Expr, e: Expression) -> Iterator[Pair]:
    """The expressions directly inside, as written and as lowered."""
    match node, e:
        case ast.Logical(), ir.And() | ir.Or():
            yield from zip(node.operands, e.operands, strict=True)
        case ast.Unary(), ir.Not() | ir.Shown():
            yield node.operand, e.operand
        case ast.Unary(), ir.Arithmetic():
            yield node.operand, e.right  # from 0
        case ast.StateTest(), ir.Not():
            yield node, e.operand  # `is unknown`
        case ast.StateTest(), ir.IsKnown():
            yield node.operand, e.operand
        case ast.StateTest(), ir.IsEmpty():
            yield node.operand, e.set
        case ast.Conditional(), ir.If():
            yield node.condition, e.condition
            yield node.then, e.then
            yield node.otherwise, e.otherwise
        case ast.KnownElse(), ir.IfKnown():
            yield node.value, e.value
            yield node.otherwise, e.otherwise
        case ast.Membership(), ir.In():
            yield node.value, e.value
            yield from zip(node.items, e.items, strict=True)
        case ast.RangeTest(), ir.InRange():
            yield from ((node.value, e.value), (node.low, e.low), (node.high, e.high))
        case ast.AggregateExpr(), ir.Aggregate():
            if node.where is not None and e.where is not None:
                yield node.where, e.where
        case _:
            yield from _worked_out(node, e)


def _worked_out(node: ast.Expr, e: Expression) -> Iterator[Pair]:
    match node, e:
        case ast.Binary(op="on" | "for"), ir.ParameterValue():
            inner: ast.Expr = node
            while isinstance(inner, ast.Binary) and inner.op in ("on", "for"):
                asked = e.on if inner.op == "on" else e.key
                if asked is not None:
                    yield inner.right, asked
                inner = inner.left
        case ast.Binary() | ast.ExtremeExpr(), ir.Compare() | ir.Arithmetic() | ir.Extreme():
            yield from ((node.left, e.left), (node.right, e.right))
        case ast.Binary(), ir.Has():
            yield from ((node.left, e.set), (node.right, e.member))
        case ast.Binary(), ir.AddTime():
            yield from ((node.left, e.day), (node.right, e.amount))
        case ast.Binary(), ir.DayOf():
            yield from ((node.left, e.day), (node.right, e.year))
        case ast.DaysBetweenExpr(), ir.DaysBetween():
            yield from ((node.start, e.start), (node.end, e.end))
        case ast.Rounded(), ir.Round():
            yield node.operand, e.value


def of_cell(cell: ast.Cell, test: Expression) -> Iterator[Pair]:
    """The operands of a cell of a table; its head is written elsewhere."""
    match test:
        case ir.Compare():
            yield cell.operands[0], test.right
        case ir.In():
            yield from zip(cell.operands, test.items, strict=True)
        case ir.InRange():
            yield from ((cell.operands[0], test.low), (cell.operands[1], test.high))

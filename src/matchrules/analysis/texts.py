"""Texts: every hole becomes an expression that is a text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matchrules import ir
from matchrules.analysis.environment import Environment
from matchrules.analysis.report import FAULTY
from matchrules.syntax import ast
from matchrules.text import Span
from matchrules.types import Number, Text, Type, Unknown

if TYPE_CHECKING:
    from matchrules.analysis.lower import Lowering


def literal(
    lowering: "Lowering", node: ast.TextLiteral, hint: Type | None, env: Environment
) -> ir.Expression:
    """A text as a value: it can have no holes."""
    if not node.has_holes:
        return ir.Constant(node.plain, Text())
    hole = next(part for part in node.parts if isinstance(part, ast.TextHole))
    return lowering.report.error(
        "MR317", "a text that is a value cannot have holes", hole.span, "a hole",
        help="only the text of an advice or a reject has holes; double a brace to print it",
    )  # fmt: skip


def template(lowering: "Lowering", node: ast.TextLiteral, env: Environment) -> ir.Template:
    """The text of an advice or a reject."""
    return ir.Template(tuple(part for part, _ in parts(lowering, node, env)))


def parts(
    lowering: "Lowering", node: ast.TextLiteral, env: Environment
) -> Iterator[tuple[str | ir.Expression, Span]]:
    """The pieces and holes of a text, with their places."""
    for part in node.parts:
        if isinstance(part, ast.TextPart):
            yield part.text, part.span
        else:
            yield hole(lowering, part.expression, env), part.expression.span


def hole(lowering: "Lowering", node: ast.Expr, env: Environment) -> ir.Expression:
    """A hole; branches may be of different types, as each is printed by itself."""
    if isinstance(node, ast.Conditional):
        condition = lowering.condition(node.condition, env)
        then, otherwise = hole(lowering, node.then, env), hole(lowering, node.otherwise, env)
        return ir.If(condition, then, otherwise, Text())
    if isinstance(node, ast.KnownElse):
        value, otherwise = hole(lowering, node.value, env), hole(lowering, node.otherwise, env)
        return ir.IfKnown(value, otherwise, Text())
    found = lowering.lower(node, None, env)
    if found is FAULTY or isinstance(found.type, Text):
        return found
    if isinstance(found.type, Unknown):
        return ir.Constant(None, Text())
    if isinstance(found.type, Number) and found.type.places is None:
        return lowering.report.error(
            "MR317", "a quotient is stored or rounded before it is printed", node.span,
            "may have any number of places", help="add `rounded down`, `up` or `nearest`, or put it"
            " into a field or a define that says its places",
        )  # fmt: skip
    return ir.Format(found)

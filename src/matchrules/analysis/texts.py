"""Texts: every hole becomes an expression that is a text."""

from typing import TYPE_CHECKING

from matchrules import ir
from matchrules.analysis.environment import Environment
from matchrules.analysis.report import FAULTY
from matchrules.syntax import ast
from matchrules.text import Span
from matchrules.types import Number, Text, Type, Unknown

if TYPE_CHECKING:
    from matchrules.analysis.lower import Lowering

Holes = list[tuple[ir.Expression, Span]]


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


def template(
    lowering: "Lowering", node: ast.TextLiteral, env: Environment
) -> tuple[ir.Template, Holes]:
    """The text of an advice or a reject, and its holes outside of segments: those that print
    whatever they hold."""
    parts: list[str | ir.Expression | ir.Segment] = []
    holes: Holes = []
    for part in node.parts:
        if isinstance(part, ast.TextSegment):
            parts.append(ir.Segment(tuple(_piece(lowering, one, env) for one in part.parts)))
            continue
        piece = _piece(lowering, part, env)
        parts.append(piece)
        if isinstance(part, ast.TextHole) and not isinstance(piece, str):
            holes.append((piece, part.expression.span))
    return ir.Template(tuple(parts)), holes


def _piece(
    lowering: "Lowering", part: ast.TextPart | ast.TextHole, env: Environment
) -> str | ir.Expression:
    if isinstance(part, ast.TextPart):
        return part.text
    return hole(lowering, part.expression, env)


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

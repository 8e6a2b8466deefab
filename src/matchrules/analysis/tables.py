"""Decision tables: each cell becomes a condition on its head."""

from typing import Literal, cast

from matchrules import ir
from matchrules.analysis import comparisons
from matchrules.analysis.environment import Environment
from matchrules.analysis.lower import Lowering
from matchrules.analysis.report import FAULTY
from matchrules.syntax import ast
from matchrules.types import SetOf, Type, Unknown


def table(lowering: Lowering, node: ast.TableStatement, type_: Type, env: Environment) -> ir.Table:
    """The table with its cells as conditions and its outputs as values of the table's type."""
    hit = node.hit or "unique"
    output = type_.of if hit == "collect" and isinstance(type_, SetOf) else type_
    heads = tuple(_head(lowering, head, env) for head in node.heads)
    rows = []
    for row in node.rows:
        tests = tuple(
            _test(lowering, node.heads[at], head, cell, env)
            for at, (head, cell) in enumerate(zip(heads, row.cells, strict=True))
        )
        value = lowering.store(row.output, output, env)
        rows.append(ir.Row(tests, value, row.span, tuple(cell.span for cell in row.cells)))
    return ir.Table(hit, heads, tuple(rows))


def _head(lowering: Lowering, node: ast.Expr, env: Environment) -> ir.Expression:
    found = lowering.lower(node, None, env)
    if found is not FAULTY and isinstance(found.type, Unknown):
        return lowering.report.error("MR117", "this column is always unknown", node.span)
    return found


def _test(
    lowering: Lowering, head_node: ast.Expr, head: ir.Expression, cell: ast.Cell, env: Environment
) -> ir.Expression:
    """The condition of one cell."""
    if cell.kind == "any":
        return ir.TRUE
    if head is FAULTY:
        return FAULTY
    if cell.kind == "unknown":
        return ir.Not(ir.IsKnown(head))
    if cell.kind == "range":
        low, high = cell.operands
        return comparisons.in_range(lowering, head, cell.span, low, high, cell.span, env)
    if cell.kind == "compare":
        bound = lowering.lower(cell.operands[0], head.type, env)
        op = cast(Literal["<", "<=", ">", ">="], cell.op)
        return comparisons.compare(
            lowering, op, head, bound, head_node.span, cell.operands[0].span, cell.span
        )
    for operand in cell.operands:
        if isinstance(operand, ast.UnknownLiteral):
            return lowering.report.error(
                "MR117", "`unknown` stands alone in its cell", operand.span,
                "beside values it never matches", help="write a row of its own for `unknown`",
            )  # fmt: skip
    if len(cell.operands) == 1:
        only = cell.operands[0]
        against = lowering.lower(only, head.type, env)
        return comparisons.compare(
            lowering, "==", head, against, head_node.span, only.span, only.span
        )
    return comparisons.within(lowering, head, cell.span, cell.operands, env)

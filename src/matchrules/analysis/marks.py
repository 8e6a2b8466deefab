"""Marks of facts and attributes that cannot be meant: how they change, and how dearly."""

from typing import Final

from matchrules.analysis.lower import Lowering
from matchrules.syntax import ast
from matchrules.types import Date, Enum, Number, SetOf, Type, YesNo

MOST_COST: Final = 1_000_000
_WORDS: Final = {"fixed": "fixed", "up": "only up", "down": "only down"}


def of_fact(lowering: Lowering, node: ast.FactStatement) -> None:
    """Reports marks that a fact cannot have."""
    marks = node.marks
    name = f"`{node.name.text}`"
    if not node.many and (marks.change in ("up", "down") or marks.cost is not None):
        _report(
            lowering, marks,
            f"{name} is there at most once, so there cannot be more or fewer",
            "mark its attributes instead",
        )  # fmt: skip
    else:
        _costs(lowering, marks, name)


def of_attribute(
    lowering: Lowering, node: ast.FactStatement, clause: ast.AttributeClause, type_: Type
) -> None:
    """Reports marks that an attribute cannot have."""
    marks = clause.marks
    if marks.change is None and marks.cost is None:
        return
    name = f"`{node.name.text}.{clause.name.text}`"
    has, word = "has a", "cost"
    if marks.change is not None:
        has, word = "is", _WORDS[marks.change]
    if clause.key:
        _report(
            lowering, marks, f"{name} is a key and {has} `{word}`",
            f"take `{word}` out: a key never changes",
        )  # fmt: skip
    elif node.marks.change == "fixed":
        _report(
            lowering, marks, f"{name} {has} `{word}`, and nothing of `{node.name.text}` can change",
            f"take `{word}` out, or `fixed` after `fact {node.name.text}`",
        )  # fmt: skip
    elif marks.change in ("up", "down") and not _ordered(type_):
        _report(
            lowering, marks, f"{name} is `{word}`, but its values have no order",
            "write `fixed`, leave it out, or make its enum an `ordered enum`"
            if isinstance(type_, Enum) else "write `fixed`, or leave it out",
        )  # fmt: skip
    else:
        _costs(lowering, marks, name)


def _costs(lowering: Lowering, marks: ast.Marks, name: str) -> None:
    if marks.cost is None:
        return
    if marks.change == "fixed":
        _report(lowering, marks, f"{name} is `fixed` and has a cost", "take one of the two out")
    elif not 1 <= marks.cost <= MOST_COST:
        _report(
            lowering, marks, f"the cost of {name} is {marks.cost}",
            f"write a whole number from 1 to {MOST_COST:,}; 1 is what a change costs that has none",
        )  # fmt: skip


def _ordered(type_: Type) -> bool:
    """Whether one value can be more than another: a set by what is in it, yes is more than no."""
    if isinstance(type_, Enum):
        return type_.ordered
    return isinstance(type_, Number | Date | SetOf | YesNo)


def _report(lowering: Lowering, marks: ast.Marks, message: str, help: str) -> None:
    assert marks.span is not None
    lowering.report.error("MR111", message, marks.span, help=help)

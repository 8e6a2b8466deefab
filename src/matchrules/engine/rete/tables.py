"""Which rows of a table hit, and what its hit policy makes of them."""

from collections.abc import Mapping
from typing import Any

from .expressions import Binding
from .nodes import DefineNode, PlannedRow
from .rows import Memory

Live = Mapping[int, set[int | None]]


def hits(node: DefineNode, m: Memory, b: Binding, live: Live) -> tuple[list[int], list[int]]:
    """The rows known to hit, and those that are undecided."""
    if not node.in_network:
        truths = [_truth(row, m, b) for row in node.rows]
    else:
        truths = [
            True if _fires(row.known, live) else None if _fires(row.possible, live) else False
            for row in node.rows
        ]
    known = [n for n, truth in enumerate(truths) if truth]
    return known, [n for n, truth in enumerate(truths) if truth is None]


def _fires(number: int | None, live: Live) -> bool:
    return number is None or bool(live.get(number))


def _truth(row: PlannedRow, m: Memory, b: Binding) -> bool | None:
    found: bool | None = True
    for test in row.tests:
        truth = test(m, b)
        if truth is False:
            return False
        if truth is None:
            found = None
    return found


def value_of(
    node: DefineNode, m: Memory, b: Binding, known: list[int], undecided: list[int]
) -> tuple[Any, tuple[Any, ...] | None]:
    """The value of the table, and its fault: a gap, or an overlap with its rows."""
    assert node.table is not None
    if node.table.hit == "collect":
        found = [node.rows[n].output(m, b) for n in known]
        return (None if None in found else frozenset(found)), None
    if node.table.hit == "unique":
        if len(known) > 1:
            return None, ("overlap", known)
        candidates = known or undecided
    elif known:
        candidates = [n for n in undecided if n < known[0]] + known[:1]
    else:
        candidates = undecided
    if not candidates:
        return None, ("gap",)
    value = node.rows[candidates[0]].output(m, b)
    same = all(node.rows[n].output(m, b) == value for n in candidates[1:])
    return (value if same else None), None

"""Which facts are enough: what can be left out is tried out, one fact after the other."""

from collections import deque
from collections.abc import Callable, Iterable

from matchrules.explain.why.node import UNFALSE, UNTRUE, Node, Unit

Units = frozenset[Unit]
FEW = 24  # so many are tried one by one


def least(units: Units, enough: Callable[[Units], bool]) -> Units:
    """Of facts that are enough those of which none can be left out."""
    kept = units
    size = len(kept) // 2
    while size > FEW // 2:
        ordered = in_order(kept)
        for start in range(0, len(ordered), size):
            less = without(kept, ordered[start : start + size])
            if less != kept and enough(less):
                kept = less
        size //= 2
    held = 0  # so many in turn could not be left out, as the rest is now
    left = deque(in_order(kept))
    while held < len(left):
        unit = left.popleft()
        less = without(kept, (unit,))
        if less != kept and enough(less):
            # What could not be left out before may be now.
            kept, held = less, 0
            left = deque(other for other in left if other in kept)
        else:
            held += 1
            left.append(unit)
    return kept


def firm(nodes: Iterable[Node]) -> Units:
    """The facts that a proof rests on otherwise than so that something is not true, or not false:
    there they could as well not be known."""
    found: set[Unit] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node.goal in (UNTRUE, UNFALSE) or node.units <= found:
            continue
        found |= node.units.difference(*[part.units for part in node.parts])
        stack += node.parts
    return frozenset(found)


def without(units: Units, left_out: Iterable[Unit]) -> Units:
    """The facts but for some; an instance goes with all that is said of it."""
    gone = set(left_out)
    return frozenset(
        unit for unit in units
        if unit not in gone and (unit[0], unit[1], None) not in gone
    )  # fmt: skip


def in_order(units: Iterable[Unit]) -> list[Unit]:
    """Whole instances first, the last of them first, then attributes by name."""
    return sorted(units, key=lambda u: (u[2] is not None, u[0], -u[1], u[2] or ""))

"""Boxes: what a set of boxes leaves out, which of them meet, how far a box can grow.

The search for a point outside of every box goes column by column over the boxes still in play, as
in a decision diagram: cells that keep the same boxes in play are one branch, and a set of boxes
once found to leave nothing out is remembered. `Effort` bounds the number of steps.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from attrs import define

Box = tuple[int, ...]


class TooLarge(Exception):
    """The effort allowed is spent; nothing is known of what was not looked at."""


@define
class Effort:
    """Steps that a check may still take."""

    left: int = 1_000_000

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooLarge


def meet(one: Box, other: Box) -> Box | None:
    """The intersection, None where it is empty."""
    both = tuple(a & b for a, b in zip(one, other, strict=True))
    return both if all(both) else None


def uncovered(space: Box, boxes: Sequence[Box], effort: Effort) -> Box | None:
    """A box inside `space` that meets none of `boxes`; None where they cover all of it."""
    if not all(space):
        return None
    inside = [box for box in boxes if meet(box, space) is not None]
    order = sorted(range(len(space)), key=lambda c: len({box[c] & space[c] for box in inside}))
    groups = [_groups(space[c], [box[c] for box in inside]) for c in order]
    # full[d]: the boxes that take everything in the columns from the d-th on.
    full = [0] * len(order) + [(1 << len(inside)) - 1]
    for depth in range(len(order) - 1, -1, -1):
        column = order[depth]
        for number, box in enumerate(inside):
            if full[depth + 1] >> number & 1 and box[column] & space[column] == space[column]:
                full[depth] |= 1 << number
    covered: set[tuple[int, int]] = set()

    def search(depth: int, alive: int) -> list[int] | None:
        if not alive:
            return [space[column] for column in order[depth:]]
        if alive & full[depth] or (depth, alive) in covered:
            return None
        effort.spend(len(groups[depth]))
        tried = set()
        for cells, boxes_there in groups[depth]:
            still = alive & boxes_there
            if still in tried:
                continue
            tried.add(still)
            rest = search(depth + 1, still)
            if rest is not None:
                return [cells, *rest]
        covered.add((depth, alive))
        return None

    found = search(0, (1 << len(inside)) - 1)
    if found is None:
        return None
    by_column = dict(zip(order, found, strict=True))
    return tuple(by_column[column] for column in range(len(space)))


def widen(point: Box, space: Box, boxes: Sequence[Box]) -> Box:
    """The box grown inside `space`, column after column, as far as it meets none of `boxes`."""
    grown = list(point)
    for column, limit in enumerate(space):
        taken = 0
        for box in boxes:
            if all(box[c] & grown[c] for c in range(len(grown)) if c != column):
                taken |= box[column]
        grown[column] = limit & ~taken | point[column]
    return tuple(grown)


class Index:
    """Boxes of one space, to be asked which of them meet another."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = boxes
        columns = range(len(boxes[0]) if boxes else 0)
        whole = [reduce(or_, (box[column] for box in boxes)) for column in columns]
        self._groups = [_groups(whole[c], [box[c] for box in boxes]) for c in columns]
        self._holding: list[dict[int, int]] = [{} for _ in columns]

    def touching(self, box: Box, before: int | None = None) -> Iterator[int]:
        """The numbers of the boxes that meet a box, in order; of the first few only, if said."""
        found = (1 << (len(self.boxes) if before is None else before)) - 1
        for groups, holding, cells in zip(self._groups, self._holding, box, strict=False):
            if cells not in holding:
                holding[cells] = reduce(or_, (held for part, held in groups if part & cells), 0)
            found &= holding[cells]
        while found:
            yield (found & -found).bit_length() - 1
            found &= found - 1


def meeting(boxes: Sequence[Box]) -> Iterator[tuple[int, int]]:
    """The numbers of every two boxes that meet, the later one first to grow."""
    index = Index(boxes)
    for later, box in enumerate(boxes):
        for earlier in index.touching(box, later):
            yield earlier, later


def _groups(limit: int, masks: Sequence[int]) -> list[tuple[int, int]]:
    """The cells of one column grouped by the set of boxes that hold them, inside `limit`."""
    # A box enters or leaves at few cells, so the sets are built from the changes between cells.
    changes: dict[int, int] = {}
    for number, mask in enumerate(masks):
        edges = mask ^ (mask << 1)
        while edges:
            low = edges & -edges
            at = low.bit_length() - 1
            changes[at] = changes.get(at, 0) ^ (1 << number)
            edges ^= low
    grouped: dict[int, int] = {}
    there = 0
    places = sorted(changes)
    start = 0
    for at in [*places, max(limit.bit_length(), start)]:
        if at > start:
            cells = ((1 << at) - (1 << start)) & limit
            if cells:
                grouped[there] = grouped.get(there, 0) | cells
            start = at
        there ^= changes.get(at, 0)
    return [(cells, held) for held, cells in grouped.items()]

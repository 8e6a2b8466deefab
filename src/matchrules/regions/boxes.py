"""Boxes: what a set of boxes leaves out, which of them meet, how far a box can grow.

The search for a point outside of every box goes column by column over the boxes still in play, as
in a decision diagram: cells that keep the same boxes in play are one branch, and a set of boxes
once found to leave nothing out is remembered. `Effort` bounds the number of steps.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import islice, pairwise, product
from operator import and_, or_
from typing import Final

from attrs import define

Box = tuple[int, ...]
CORNERS: Final = 16  # of a box that are looked at before all of it is


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
    """Boxes of one space, to be asked which of them meet another, or cover it."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = boxes
        columns = range(len(boxes[0]) if boxes else 0)
        self._runs = [[r for r in _runs([box[c] for box in boxes]) if r[2]] for c in columns]
        self._starts = [[start for start, _, _ in runs] for runs in self._runs]
        self._holding: list[dict[int, int]] = [{} for _ in columns]

    def touching(self, box: Box, before: int | None = None) -> Iterator[int]:
        """The numbers of the boxes that meet a box, in order; of the first few only, if said."""
        found = self._touching(box, before)
        while found:
            yield (found & -found).bit_length() - 1
            found &= found - 1

    def covers(self, box: Box, before: int, effort: Effort) -> bool:
        """Whether the first few boxes together take all of a box."""
        if not all(box):
            return True
        # Most boxes that are not covered stick out at a corner, which is quick to see.
        ends = [(cells & -cells, 1 << cells.bit_length() - 1) for cells in box]
        if not all(self._touching(corner, before) for corner in islice(product(*ends), CORNERS)):
            return False
        alive = self._touching(box, before)
        columns = []
        for column, cells in enumerate(box):
            groups: dict[int, int] = {}
            for part, held in self._within(column, cells):
                held &= alive
                groups[held] = groups.get(held, 0) | part
            effort.spend(len(groups))
            left = cells & ~reduce(or_, groups.values(), 0)
            columns.append([0, *groups] if left else [*groups])
        # What the fewest take comes first, in the columns that tell the most apart.
        columns.sort(key=len)
        for column_groups in columns:
            column_groups.sort(key=int.bit_count)
        full = [-1]  # the boxes that take everything in the columns from there on
        for column_groups in reversed(columns):
            full.append(reduce(and_, column_groups, full[-1]))
        full.reverse()
        covered: set[tuple[int, int]] = set()

        def search(depth: int, alive: int) -> bool:
            if not alive:
                return False
            if alive & full[depth] or (depth, alive) in covered:
                return True
            effort.spend(len(columns[depth]))
            if not all(search(depth + 1, rest) for rest in {alive & g: 0 for g in columns[depth]}):
                return False
            covered.add((depth, alive))
            return True

        return search(0, alive)

    def _touching(self, box: Box, before: int | None) -> int:
        found = (1 << (len(self.boxes) if before is None else before)) - 1
        for column, (holding, cells) in enumerate(zip(self._holding, box, strict=False)):
            if cells not in holding:
                holding[cells] = reduce(or_, (held for _, held in self._within(column, cells)), 0)
            found &= holding[cells]
        return found

    def _within(self, column: int, cells: int) -> Iterator[tuple[int, int]]:
        """Those of some cells that boxes hold, in runs that the same boxes hold."""
        starts, runs = self._starts[column], self._runs[column]
        low = (cells & -cells).bit_length() - 1
        first = max(bisect_right(starts, low) - 1, 0)
        for _, run, held in runs[first : bisect_right(starts, cells.bit_length() - 1)]:
            if run & cells:
                yield run & cells, held


def meeting(boxes: Sequence[Box]) -> Iterator[tuple[int, int]]:
    """The numbers of every two boxes that meet, the later one first to grow."""
    index = Index(boxes)
    for later, box in enumerate(boxes):
        for earlier in index.touching(box, later):
            yield earlier, later


def _groups(limit: int, masks: Sequence[int]) -> list[tuple[int, int]]:
    """The cells of one column grouped by the set of boxes that hold them, inside `limit`."""
    grouped: dict[int, int] = {}
    for _, run, held in _runs(masks, limit.bit_length()):
        if run & limit:
            grouped[held] = grouped.get(held, 0) | run & limit
    return [(cells, held) for held, cells in grouped.items()]


def _runs(masks: Sequence[int], end: int = 0) -> Iterator[tuple[int, int, int]]:
    """The cells of one column in runs that one set of boxes holds, in order, at least up to `end`:
    where it starts, its cells, the boxes."""
    # A box enters or leaves at few cells, so the sets are built from the changes between cells.
    changes: dict[int, int] = {0: 0, end: 0}
    for number, mask in enumerate(masks):
        edges = mask ^ (mask << 1)
        while edges:
            low = edges & -edges
            at = low.bit_length() - 1
            changes[at] = changes.get(at, 0) ^ (1 << number)
            edges ^= low
    there = 0
    for start, stop in pairwise(sorted(changes)):
        there ^= changes[start]
        yield start, (1 << stop) - (1 << start), there

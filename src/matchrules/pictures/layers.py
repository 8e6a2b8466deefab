"""Boxes in layers from left to right, ordered so that few arrows cross.

A box stands right of all that it follows from. An arrow over several layers has a lane in each
layer between, so that it need not run behind a box. Nothing here depends on anything but the order
in which a diagram names its boxes and arrows.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from attrs import frozen

from matchrules.diagnostics.model import UsageError
from matchrules.pictures.diagram import Diagram

MOST_LANES: Final = 4000  # arrows over further layers than these allow run behind the boxes
_SWEEPS: Final = 8
_MOST_COUNTED: Final = 20_000  # parts of arrows, up to which crossings are counted


@frozen
class Place:
    """What stands in a layer: a box by its place in the diagram, or a lane (`box` is None)."""

    layer: int
    box: int | None


@frozen
class Layers:
    """`places` by number; `columns` the numbers in each layer, from top to bottom; `routes` the
    places along each arrow, from its start to its end; `links` the pairs that these put in
    neighbouring layers."""

    places: tuple[Place, ...]
    columns: tuple[tuple[int, ...], ...]
    routes: tuple[tuple[int, ...], ...]

    @property
    def links(self) -> list[tuple[int, int]]:
        """The neighbours along all arrows, in neighbouring layers."""
        return [
            pair
            for route in self.routes
            for pair in pairwise(route)
            if self.places[pair[1]].layer - self.places[pair[0]].layer == 1
        ]


def layers(diagram: Diagram) -> Layers:
    """Where the boxes stand. Raises `UsageError` where an arrow has no box at one of its ends,
    where two boxes have one id, and where arrows run in a circle."""
    ends = checked(diagram)
    ranks = _ranks(len(diagram.nodes), ends)
    places = [Place(rank, box) for box, rank in enumerate(ranks)]
    routes: list[tuple[int, ...]] = [()] * len(ends)
    # the shortest first: they are most of what can be read
    for arrow in sorted(range(len(ends)), key=lambda a: ranks[ends[a][1]] - ranks[ends[a][0]]):
        start, end = ends[arrow]
        lanes: list[int] = []
        if ranks[end] - ranks[start] - 1 + len(places) - len(ranks) <= MOST_LANES:
            for layer in range(ranks[start] + 1, ranks[end]):
                lanes.append(len(places))
                places.append(Place(layer, None))
        routes[arrow] = (start, *lanes, end)
    columns: list[list[int]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    for number, place in enumerate(places):
        columns[place.layer].append(number)
    found = Layers(tuple(places), tuple(map(tuple, columns)), tuple(routes))
    return Layers(found.places, _ordered(found.columns, found.links), found.routes)


def checked(diagram: Diagram) -> list[tuple[int, int]]:
    """The arrows as pairs of places of boxes in the diagram, which is one that can be drawn."""
    numbers: dict[str, int] = {}
    for number, node in enumerate(diagram.nodes):
        if node.id in numbers:
            raise UsageError(f"two boxes of the diagram have the id `{node.id}`: give each its own")
        numbers[node.id] = number
    for edge in diagram.edges:
        for end in (edge.start, edge.end):
            if end not in numbers:
                raise UsageError(
                    f"an arrow of the diagram runs from `{edge.start}` to `{edge.end}`, but no box "
                    f"has the id `{end}`: add it, or leave the arrow out"
                )
    ends = [(numbers[edge.start], numbers[edge.end]) for edge in diagram.edges]
    left = set(range(len(numbers))) - set(_in_order(len(numbers), ends))
    if left:
        knot = ", ".join(f"`{diagram.nodes[number].id}`" for number in _circle(left, ends)[:8])
        raise UsageError(
            f"the arrows of the diagram run in a circle: {knot}; leave one of them out"
        )
    return ends


def _circle(left: set[int], ends: Sequence[tuple[int, int]]) -> list[int]:
    """The boxes of one circle among those that no order holds: going back from any of them, one
    comes round."""
    before: dict[int, int] = {}
    for start, end in ends:
        if start in left and end in left:
            before.setdefault(end, start)
    at = min(left)
    way: dict[int, None] = {}
    while at not in way:
        way[at] = None
        at = before[at]
    found = list(way)
    circle = found[found.index(at) :][::-1]
    first = circle.index(min(circle))
    return circle[first:] + circle[:first]


def _in_order(boxes: int, ends: Sequence[tuple[int, int]]) -> list[int]:
    """The boxes, each after those from which arrows run to it; those of a circle left out."""
    waiting = [0] * boxes
    after: list[list[int]] = [[] for _ in range(boxes)]
    for start, end in ends:
        waiting[end] += 1
        after[start].append(end)
    done = [box for box in range(boxes) if not waiting[box]]
    for box in done:  # grows while it is gone through
        for end in after[box]:
            waiting[end] -= 1
            if not waiting[end]:
                done.append(end)
    return done


def _ranks(boxes: int, ends: Sequence[tuple[int, int]]) -> list[int]:
    """The layer of each box: as far left as what it follows from allows, but what follows from
    nothing close to what follows from it."""
    before: list[list[int]] = [[] for _ in range(boxes)]
    after: list[list[int]] = [[] for _ in range(boxes)]
    for start, end in ends:
        before[end].append(start)
        after[start].append(end)
    ranks = [0] * boxes
    order = _in_order(boxes, ends)
    for box in order:
        ranks[box] = max((ranks[one] + 1 for one in before[box]), default=0)
    for box in reversed(order):
        if after[box] and len(before[box]) <= len(after[box]):
            ranks[box] = min(ranks[one] - 1 for one in after[box])
    return ranks


Columns = tuple[tuple[int, ...], ...]


def _ordered(columns: Columns, links: Sequence[tuple[int, int]]) -> Columns:
    """The columns, each sorted by where its neighbours stand, back and forth; the order in which
    the fewest arrows cross is kept."""
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for start, end in links:
        before.setdefault(end, []).append(start)
        after.setdefault(start, []).append(end)
    best = now = _first(columns, before)
    if len(links) > _MOST_COUNTED:
        for neighbours, reverse in ((after, True), (before, False)):
            now = _swept(now, neighbours, reverse)
        return now
    fewest = _crossings(best, after)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        now = _swept(now, after, True) if sweep % 2 == 0 else _swept(now, before, False)
        crossings = _crossings(now, after)
        if crossings < fewest:
            best, fewest = now, crossings
    return best


def _first(columns: Columns, before: Mapping[int, list[int]]) -> Columns:
    """Each column by where what its boxes follow from stands, else as the diagram names them."""
    return _swept(columns, before, False)


def _swept(columns: Columns, neighbours: Mapping[int, list[int]], reverse: bool) -> Columns:
    """Each column sorted by the middle of its neighbours on one side, which is sorted before it;
    what has none there stays where it is."""
    found = list(columns)
    at: dict[int, int] = {}
    for column in range(len(columns))[:: -1 if reverse else 1]:
        placed = found[column]
        wanted = {
            number: sum(at[one] for one in neighbours[number]) / len(neighbours[number])
            for number in placed
            if neighbours.get(number)
        }
        moving = iter(sorted(wanted, key=lambda number: wanted[number]))
        found[column] = tuple(next(moving) if number in wanted else number for number in placed)
        at = {number: position for position, number in enumerate(found[column])}
    return tuple(found)


def _crossings(columns: Columns, after: Mapping[int, list[int]]) -> int:
    """How many pairs of arrows cross between neighbouring columns."""
    total = 0
    for column, following in pairwise(columns):
        at = {number: position for position, number in enumerate(following)}
        tree = [0] * (len(following) + 1)  # counts ends so far, as a binary indexed tree
        seen = 0
        for number in column:
            ends = sorted(at[end] for end in after.get(number, ()))
            for end in ends:
                below, step = 0, end + 1
                while step:
                    below += tree[step]
                    step -= step & -step
                total += seen - below
            for end in ends:
                step = end + 1
                while step < len(tree):
                    tree[step] += 1
                    step += step & -step
            seen += len(ends)
    return total


__all__ = ["Layers", "Place", "checked", "layers"]

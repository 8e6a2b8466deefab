"""Where the boxes, arrows and texts of a diagram stand, in whole pixels."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, sqrt
from typing import Final

from attrs import frozen

from matchrules.pictures.diagram import Diagram, Edge, Node
from matchrules.pictures.layers import Layers, layers
from matchrules.pictures.lettering import lines_of, width_of

LETTER: Final = 13  # size of a label
SMALL: Final = 11  # of a note, and of the text at an arrow
HEADING: Final = 15
LINE: Final = 17
SMALL_LINE: Final = 14
MARGIN: Final = 20
_PAD_X: Final = 12
_PAD_Y: Final = 9
_MOST: Final = 230  # width of a text in a box
_MOST_AT_ARROW: Final = 140
_LEAST: Final = 36
_GAP: Final = 46  # between columns
_WIDER: Final = 60  # at most so much more where many arrows run
_ROUNDS: Final = 12
# the sides of these shapes slant or bend, so text keeps away from them
INSETS: Final = {"rule": 12, "advice": 10, "condition": 12}

Point = tuple[int, int]


@frozen
class Box:
    """A node with its place; `label` and `note` in lines."""

    node: Node
    left: int
    top: int
    width: int
    height: int
    label: tuple[str, ...]
    note: tuple[str, ...]

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def bend(self) -> int:
        """How round its corners are."""
        return {"derived": 9, "advice": min(self.height // 2, 24)}.get(self.node.shape, 1)

    def indent(self, y: int, *, right: bool) -> int:
        """How far inside its left or right end its outline is at a height."""
        cut = INSETS.get(self.node.shape, 0)
        if self.node.shape == "rule":
            return round(cut * abs(2 * y - self.top - self.bottom) / self.height)
        if self.node.shape == "condition":
            return round(cut * ((y - self.top) if right else (self.bottom - y)) / self.height)
        over = max(self.top + self.bend - y, y - self.bottom + self.bend, 0)
        return round(self.bend - sqrt(self.bend**2 - min(over, self.bend) ** 2))


@frozen
class Arrow:
    """An edge with its way: between points of one height it runs straight, else in a bend that is
    level at both ends. `label` stands in lines around `middle`."""

    edge: Edge
    points: tuple[Point, ...]
    label: tuple[str, ...] = ()
    middle: Point = (0, 0)


@frozen
class Layout:
    """A diagram with its places; `heading` is its title in lines."""

    width: int
    height: int
    heading: tuple[str, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


@frozen
class _Size:
    width: float
    height: float
    label: tuple[str, ...] = ()
    note: tuple[str, ...] = ()


def layout(diagram: Diagram) -> Layout:
    """Where everything stands; boxes in the order of the diagram. Raises `UsageError` where the
    diagram cannot be drawn."""
    found = layers(diagram)
    sizes = [
        _size(diagram.nodes[place.box]) if place.box is not None else _Size(0, 2)
        for place in found.places
    ]
    said = [lines_of(edge.label, SMALL, _MOST_AT_ARROW) for edge in diagram.edges]
    widths = [ceil(max(sizes[number].width for number in column)) for column in found.columns]
    late = _late(found, said)
    lefts = _lefts(found, widths, said, late)
    right = lefts[-1] + widths[-1] if lefts else MARGIN
    heading = lines_of(diagram.title, HEADING, max(right - MARGIN, 320))
    top = MARGIN + len(heading) * (HEADING + 5) + (10 if heading else 0)
    middles = _middles(found, [size.height for size in sizes])
    highest = min((middles[n] - sizes[n].height / 2 for n in range(len(sizes))), default=0)
    at = [round(middle - highest + top) for middle in middles]
    boxes = []
    for number, place in enumerate(found.places):
        if place.box is not None:
            size = sizes[number]
            high = round(size.height)
            boxes.append(Box(
                diagram.nodes[place.box], lefts[place.layer], at[number] - high // 2,
                widths[place.layer], high, size.label, size.note,
            ))  # fmt: skip
    sides = [(left, left + wide) for left, wide in zip(lefts, widths, strict=True)]
    arrows = _arrows(diagram, found, boxes, at, sides, said, late)
    wide = max([right, *(ceil(width_of(line, HEADING)) + MARGIN for line in heading)])
    low = max(
        [top, *(box.bottom for box in boxes), *(y for a in arrows for _, y in a.points)]
        + [a.middle[1] + len(a.label) * SMALL_LINE // 2 for a in arrows if a.label]
    )
    return Layout(wide + MARGIN, low + MARGIN, heading, tuple(boxes), tuple(arrows))


def _size(node: Node) -> _Size:
    label = lines_of(node.label, LETTER, _MOST)
    note = lines_of(node.note, SMALL, _MOST)
    # bold letters are wider
    widest = max(
        [width_of(line, LETTER) * (1.08 if node.strong else 1) for line in label]
        + [width_of(line, SMALL) for line in note],
        default=0,
    )
    inset = INSETS.get(node.shape, 0)
    high = len(label) * LINE + len(note) * SMALL_LINE + (3 if label and note else 0)
    return _Size(max(widest, _LEAST) + 2 * (_PAD_X + inset), max(high, LINE) + 2 * _PAD_Y,
                 label, note)  # fmt: skip


def _lefts(
    found: Layers, widths: Sequence[int], said: Sequence[tuple[str, ...]], late: Sequence[bool]
) -> list[int]:
    """Where each column begins: between two there is room for the arrows and their texts."""
    links = [0] * len(widths)
    for _, end in found.links:
        links[found.places[end].layer] += 1
    wanted = [0.0] * len(widths)
    for route, lines, at_end in zip(found.routes, said, late, strict=True):
        if lines:
            layer = found.places[route[-1] if at_end else route[0]].layer + (not at_end)
            wanted[layer] = max(wanted[layer], _wide(lines) + 44)
    lefts: list[int] = []
    for column in range(len(widths)):
        if column == 0:
            lefts.append(MARGIN)
        else:
            gap = max(_GAP + min(links[column] * 2, _WIDER), wanted[column])
            lefts.append(lefts[-1] + widths[column - 1] + ceil(gap))
    return lefts


def _late(found: Layers, said: Sequence[tuple[str, ...]]) -> list[bool]:
    """Whether the text of each arrow stands at its end rather than at its start: where fewer other
    texts do."""
    starts = Counter(r[0] for r, lines in zip(found.routes, said, strict=True) if lines)
    ends = Counter(r[-1] for r, lines in zip(found.routes, said, strict=True) if lines)
    return [ends[route[-1]] <= starts[route[0]] for route in found.routes]


def _wide(lines: Sequence[str]) -> float:
    return max(width_of(line, SMALL) for line in lines)


def _middles(found: Layers, heights: Sequence[float]) -> list[float]:
    """The height at which each place has its middle: close to that of its neighbours."""
    middles = [0.0] * len(heights)
    neighbours: list[list[int]] = [[] for _ in heights]
    for start, end in found.links:
        neighbours[start].append(end)
        neighbours[end].append(start)

    def apart(one: int, other: int) -> float:
        lanes = (found.places[one].box is None) + (found.places[other].box is None)
        return (heights[one] + heights[other]) / 2 + (18, 12, 8)[lanes]

    for column in found.columns:
        for above, number in pairwise(column):
            middles[number] = middles[above] + apart(above, number)
        if column:
            by = middles[column[-1]] / 2
            for number in column:
                middles[number] -= by
    for turn in range(_ROUNDS):
        for column in found.columns[:: -1 if turn % 2 else 1]:
            wanted, weights = [], []
            for number in column:
                near = neighbours[number]
                lane = found.places[number].box is None
                wanted.append(
                    sum(middles[one] for one in near) / len(near) if near else middles[number]
                )
                weights.append(4.0 if lane else 1.0)
            steps = [apart(*pair) for pair in pairwise(column)]
            for number, middle in zip(column, spread(wanted, steps, weights), strict=True):
                middles[number] = middle
    return middles


def spread(
    wanted: Sequence[float], steps: Sequence[float], weights: Sequence[float] | None = None
) -> list[float]:
    """Positions as close to those wanted as can be (by squares), each at least its step behind the
    one before."""
    offsets = [0.0]
    for step in steps:
        offsets.append(offsets[-1] + step)
    blocks: list[tuple[float, float, int]] = []  # where, its weight, how many stand there
    for position, want in enumerate(wanted):
        where, weight, many = want - offsets[position], weights[position] if weights else 1.0, 1
        while blocks and blocks[-1][0] > where:
            before, heavy, few = blocks.pop()
            where = (where * weight + before * heavy) / (weight + heavy)
            weight, many = weight + heavy, many + few
        blocks.append((where, weight, many))
    level = [where for where, _, many in blocks for _ in range(many)]
    return [one + offset for one, offset in zip(level, offsets, strict=False)]


def _arrows(
    diagram: Diagram,
    found: Layers,
    boxes: Sequence[Box],
    at: Sequence[int],
    sides: Sequence[Point],
    said: Sequence[tuple[str, ...]],
    late: Sequence[bool],
) -> list[Arrow]:
    leaving, arriving = _ports(found, boxes, at)
    ways: list[tuple[Point, ...]] = []
    for arrow, route in enumerate(found.routes):
        start, end = route[0], route[-1]
        y = leaving[arrow]
        points: list[Point] = [(boxes[start].right - boxes[start].indent(y, right=True), y)]
        points.append((boxes[start].right, y))
        for lane in route[1:-1]:
            left, right = sides[found.places[lane].layer]
            points += [(left, at[lane]), (right, at[lane])]
        y = arriving[arrow]
        points.append((boxes[end].left, y))
        ways.append((*points, (boxes[end].left + boxes[end].indent(y, right=False), y)))
    middles = _texts(found, ways, said, late)
    return [
        Arrow(edge, ways[n], said[n], middles.get(n, (0, 0)))
        for n, edge in enumerate(diagram.edges)
    ]


def _ports(
    found: Layers, boxes: Sequence[Box], at: Sequence[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """The height at which each arrow leaves its start and reaches its end: side by side, in the
    order in which they come from or go to."""
    sides: tuple[dict[int, list[tuple[int, int]]], ...] = ({}, {})
    for arrow, route in enumerate(found.routes):
        sides[0].setdefault(route[0], []).append((at[route[1]], arrow))
        sides[1].setdefault(route[-1], []).append((at[route[-2]], arrow))
    heights: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for side, ports in zip(sides, heights, strict=True):
        for number, arrows in side.items():
            box = boxes[number]
            step = min(12.0, box.height / (len(arrows) + 1))
            first = (box.top + box.bottom) / 2 - step * (len(arrows) - 1) / 2
            for position, (_, arrow) in enumerate(sorted(arrows)):
                ports[arrow] = round(first + position * step)
    return heights


def _texts(
    found: Layers,
    ways: Sequence[tuple[Point, ...]],
    said: Sequence[tuple[str, ...]],
    late: Sequence[bool],
) -> dict[int, Point]:
    """The middle of the text of each arrow that has one: beside its end or its start, not over one
    another."""
    waiting: dict[tuple[int, bool], list[tuple[int, int]]] = {}
    for arrow, lines in enumerate(said):
        if lines:
            place = found.routes[arrow][-1 if late[arrow] else 0]
            y = ways[arrow][-1 if late[arrow] else 0][1]
            waiting.setdefault((found.places[place].layer, late[arrow]), []).append((y, arrow))
    middles: dict[int, Point] = {}
    for (_, at_end), texts in waiting.items():
        texts.sort()
        heights = [len(said[arrow]) * SMALL_LINE for _, arrow in texts]
        steps = [(a + b) / 2 + 4 for a, b in pairwise(heights)]
        free = spread([y for y, _ in texts], steps)
        for (_, arrow), middle in zip(texts, free, strict=True):
            # the second point from each end is that of the column
            side, away = ways[arrow][-2 if at_end else 1][0], 18 + _wide(said[arrow]) / 2
            middles[arrow] = (round(side - away if at_end else side + away), round(middle))
    return middles


__all__ = ["INSETS", "Arrow", "Box", "Layout", "layout", "spread"]

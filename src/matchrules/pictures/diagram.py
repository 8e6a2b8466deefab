"""What a diagram shows, whichever way it is written."""

from typing import Literal

from attrs import frozen

Shape = Literal["fact", "derived", "rule", "advice", "condition", "absent"]


@frozen
class Node:
    """A box. `label` is its text, one or several lines; `note` smaller text below it; `strong` sets
    it off from the others."""

    id: str
    label: str
    shape: Shape = "condition"
    note: str = ""
    strong: bool = False


@frozen
class Edge:
    """An arrow from one box to another; `dashed` where it takes away or blocks."""

    start: str
    end: str
    label: str = ""
    dashed: bool = False


@frozen
class Diagram:
    """Boxes and arrows without cycles, in the order in which they are to be drawn. An arrow goes
    from what is given to what follows from it."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

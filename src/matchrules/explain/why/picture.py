"""An answer to "why?" as a picture: from facts over what is derived of them to the advice."""

import re
from textwrap import shorten
from typing import Final

from matchrules.explain.why.model import Proof, Step, Why
from matchrules.pictures import Diagram, Edge, Node
from matchrules.pictures.diagram import Shape

_SHAPES: Final[dict[str, Shape]] = {
    "fact": "fact", "unknown": "absent", "day": "fact", "parameter": "fact", "default": "derived",
    "derived": "derived", "count": "derived", "instance": "fact", "rule": "rule",
}  # fmt: skip
_BLOCKS: Final = ("unless", "overrider")
LONGEST: Final = 120  # of what a box says


class _Drawing:
    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str], Edge] = {}
        self._ids: dict[tuple[str, ...], str] = {}

    def box(self, key: tuple[str, ...], shape: Shape, label: str, note: str, strong: bool) -> str:
        name = self._ids.setdefault(key, f"n{len(self._ids) + 1}")
        if name not in self.nodes:
            label = shorten(label, LONGEST, placeholder=" …")
            self.nodes[name] = Node(name, label, shape, note, strong)
        return name

    def arrow(self, start: str, end: str, label: str, dashed: bool) -> None:
        if start != end:
            self.edges.setdefault((start, end), Edge(start, end, label, dashed))

    def proof(self, proof: Proof, number: int) -> None:
        root = proof.root
        if proof.advice is None:
            end = self.step(root, strong=True)
        else:
            end = self.box(
                ("advice", str(number)), "advice", proof.title, "", True
            )  # fmt: skip
            note = ", ".join(filter(None, (root.version, _short(root.place))))
            rule = self.box(("rule", root.name, str(number)), "rule", root.sentence, note, False)
            self.arrow(rule, end, "", False)
            end = rule
        stack = [(step, end, "", False) for step in reversed(root.steps)]
        while stack:
            step, above, label, dashed = stack.pop()
            dashed = dashed or step.what in _BLOCKS
            here = above
            if step.what in _SHAPES and (step.name or step.what in ("day", "count")):
                here = self.step(step)
                self.arrow(here, above, label, dashed)
                dashed = False
            stack += [
                (inner, here, _predicate(step, inner), dashed) for inner in reversed(step.steps)
            ]

    def step(self, step: Step, strong: bool = False) -> str:
        note = _short(step.place) if step.what in ("derived", "default", "parameter") else ""
        key = (step.name, step.path) if step.name else (step.what, step.sentence)
        return self.box(key, _SHAPES[step.what], step.sentence, note, strong)


def picture(answer: Why) -> Diagram:
    """Boxes for facts, derived facts, rules and advice; arrows from what is given to what follows.
    Dashed is what could have blocked it and did not."""
    drawing = _Drawing()
    for number, proof in enumerate(answer.proofs):
        drawing.proof(proof, number)
    # From what is given on: the drawing was made from the other end.
    nodes = tuple(reversed(drawing.nodes.values()))
    edges = tuple(reversed(drawing.edges.values()))
    return Diagram(f"Why {answer.subject}", nodes, edges)


def _predicate(step: Step, inner: Step) -> str:
    """What a condition says of the one that it looks at."""
    if step.what != "condition" or not step.sentence.startswith(f"{inner.sentence}, "):
        return ""
    return step.sentence[len(inner.sentence) + 2 :]


def _short(place: str) -> str:
    return re.split(r"[/\\]", place)[-1]

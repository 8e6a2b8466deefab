"""Diagrams as SVG: one file that needs nothing else, to be read in a light and in a dark page."""

from hashlib import sha256
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from matchrules.pictures.diagram import Diagram
from matchrules.pictures.layout import (
    HEADING,
    INSETS,
    LETTER,
    LINE,
    MARGIN,
    SMALL,
    SMALL_LINE,
    Arrow,
    Box,
    Layout,
    Point,
    layout,
)
from matchrules.pictures.lettering import visible

_MOST_TOLD: Final = 60  # arrows that the description spells out

# What each shape stands for, for those who hear a picture.
KINDS: Final = {
    "fact": "fact", "derived": "derived fact", "rule": "rule", "advice": "advice",
    "condition": "condition", "absent": "not there",
}  # fmt: skip

_STYLE: Final = """
.mr-page{fill:#ffffff}
.mr-text{fill:#1b1f24;font-family:Helvetica,Arial,sans-serif}
.mr-note{fill:#4a525c}
.mr-box{stroke:#59636e;stroke-width:1.3;fill:#f6f8fa}
.mr-fact{fill:#eef4fb;stroke:#2f6f9f}
.mr-derived{fill:#f4f0fa;stroke:#7a53a8}
.mr-rule{fill:#fdf5e4;stroke:#946200}
.mr-advice{fill:#e9f6ec;stroke:#2c7a44}
.mr-absent{fill:#ffffff;stroke:#6e7781;stroke-dasharray:5 4}
.mr-strong{stroke-width:3}
.mr-arrow{fill:none;stroke:#59636e;stroke-width:1.3}
.mr-dashed{stroke-dasharray:6 4}
.mr-head{fill:#59636e}
.mr-said{stroke:#ffffff;stroke-width:4;stroke-linejoin:round;paint-order:stroke}
@media (prefers-color-scheme:dark){
.mr-page{fill:#0f1419}
.mr-text{fill:#e8ecf0}
.mr-note{fill:#b3bcc6}
.mr-box{stroke:#9aa5b1;fill:#1c232b}
.mr-fact{fill:#14293c;stroke:#6cb0e3}
.mr-derived{fill:#2a1f3a;stroke:#b794e0}
.mr-rule{fill:#33270d;stroke:#d9a441}
.mr-advice{fill:#12301c;stroke:#63bd80}
.mr-absent{fill:#0f1419;stroke:#9aa5b1}
.mr-arrow{stroke:#9aa5b1}
.mr-head{fill:#9aa5b1}
.mr-said{stroke:#0f1419}
}
"""


def svg(diagram: Diagram) -> str:
    """The diagram as an SVG document. The same diagram gives the same text.

    Raises `UsageError` where its arrows run in a circle or lead nowhere.
    """
    found = layout(diagram)
    title = " ".join(visible(diagram.title).split()) or "A diagram"
    told = _told(diagram)
    # ids of several pictures in one page do not meet
    mark = "mr-" + sha256(repr(diagram).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{found.width}" height="{found.height}" '
        f'viewBox="0 0 {found.width} {found.height}" role="img" '
        f'aria-labelledby="{mark}-title {mark}-desc">',
        f'<title id="{mark}-title">{escape(title)}</title>',
        f'<desc id="{mark}-desc">{escape(told)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<defs><marker id="{mark}-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        '<path class="mr-head" d="M0 0L8 4L0 8z"/></marker></defs>',
        f'<rect class="mr-page" width="{found.width}" height="{found.height}"/>',
        *_heading(found),
        *(_arrow(arrow, mark) for arrow in found.arrows),
        *(_box(box) for box in found.boxes),
        *(_said(arrow) for arrow in found.arrows if arrow.label),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _told(diagram: Diagram) -> str:
    """The diagram in sentences."""
    if not diagram.nodes:
        return "There is nothing to draw."
    names = {node.id: " ".join(visible(node.label).split()) for node in diagram.nodes}
    boxes, arrows = len(diagram.nodes), len(diagram.edges)
    said = [
        f"{boxes} {'box' if boxes == 1 else 'boxes'} and {arrows} "
        f"{'arrow' if arrows == 1 else 'arrows'}, from left to right."
    ]
    for edge in diagram.edges[:_MOST_TOLD]:
        how = (f" ({' '.join(visible(edge.label).split())})" if edge.label else "") + (
            " (dashed)" if edge.dashed else ""
        )
        said.append(f"“{names[edge.start]}” → “{names[edge.end]}”{how}.")
    if arrows > _MOST_TOLD:
        said.append(f"And {arrows - _MOST_TOLD} more.")
    return " ".join(said)


def _heading(found: Layout) -> list[str]:
    return [
        f'<text class="mr-text" x="{MARGIN}" y="{MARGIN + HEADING + row * (HEADING + 5)}" '
        f'font-size="{HEADING}" font-weight="bold">{escape(line)}</text>'
        for row, line in enumerate(found.heading)
    ]


def _arrow(arrow: Arrow, mark: str) -> str:
    style = "mr-arrow mr-dashed" if arrow.edge.dashed else "mr-arrow"
    return (
        f'<path class="{style}" d="{_way(arrow.points)}" marker-end="url(#{mark}-head)" '
        f"data-from={_attribute(arrow.edge.start)} data-to={_attribute(arrow.edge.end)}/>"
    )


def _way(points: tuple[Point, ...]) -> str:
    x, y = points[0]
    steps = [f"M{x} {y}"]
    for right, low in points[1:]:
        if (right, low) == (x, y):
            continue
        if low == y:
            steps.append(f"H{right}")
        else:
            half = (x + right) // 2
            steps.append(f"C{half} {y} {half} {low} {right} {low}")
        x, y = right, low
    return "".join(steps)


def _box(box: Box) -> str:
    node = box.node
    style = f"mr-box mr-{node.shape}" + (" mr-strong" if node.strong else "")
    whole = visible(node.label) + (f"\n{visible(node.note)}" if node.note else "")
    middle = box.left + box.width // 2
    inside = len(box.label) * LINE + len(box.note) * SMALL_LINE
    y = box.top + (box.height - inside - (3 if box.label and box.note else 0)) // 2
    lines = []
    weight = ' font-weight="bold"' if node.strong else ""
    for line in box.label:
        y += LINE
        lines.append(
            f'<text class="mr-text" x="{middle}" y="{y - 4}" font-size="{LETTER}"{weight} '
            f'text-anchor="middle">{escape(line)}</text>'
        )
    y += 3 if box.label and box.note else 0
    for line in box.note:
        y += SMALL_LINE
        lines.append(
            f'<text class="mr-text mr-note" x="{middle}" y="{y - 3}" font-size="{SMALL}" '
            f'text-anchor="middle">{escape(line)}</text>'
        )
    return (
        f"<g data-id={_attribute(node.id)}><title>{escape(f'{KINDS[node.shape]}: {whole}')}"
        f"</title>{_outline(box, style)}{''.join(lines)}</g>"
    )


def _outline(box: Box, style: str) -> str:
    """The shape: a kind is told by it, not by its colour alone."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    shape = box.node.shape
    cut = INSETS.get(shape, 0)
    half = (top + bottom) // 2
    corners: list[Point]
    if shape == "rule":
        corners = [(left, half), (left + cut, top), (right - cut, top), (right, half),
                   (right - cut, bottom), (left + cut, bottom)]  # fmt: skip
    elif shape == "condition":
        corners = [(left + cut, top), (right, top), (right - cut, bottom), (left, bottom)]
    else:
        return (
            f'<rect class="{style}" x="{left}" y="{top}" width="{box.width}" '
            f'height="{box.height}" rx="{box.bend}"/>'
        )
    return f'<polygon class="{style}" points="{" ".join(f"{x},{y}" for x, y in corners)}"/>'


def _said(arrow: Arrow) -> str:
    x, y = arrow.middle
    first = y - len(arrow.label) * SMALL_LINE // 2
    return "".join(
        f'<text class="mr-text mr-said" x="{x}" y="{first + (row + 1) * SMALL_LINE - 3}" '
        f'font-size="{SMALL}" text-anchor="middle">{escape(line)}</text>'
        for row, line in enumerate(arrow.label)
    )


def _attribute(text: str) -> str:
    return quoteattr(visible(text))


__all__ = ["KINDS", "svg"]

"""Diagrams as Mermaid text, as Markdown pages show it.

Whatever a label holds, it stays a label: each character that Mermaid, its Markdown or HTML would
take for one of its own is written by its number.
"""

import json
import re
from typing import Final

from matchrules.pictures.diagram import Diagram, Edge, Node
from matchrules.pictures.layers import checked
from matchrules.pictures.lettering import visible

_AROUND: Final = {
    "fact": ("[", "]"), "derived": ("(", ")"), "rule": ("{{", "}}"), "advice": ("([", "])"),
    "condition": ("[/", "/]"), "absent": ("[", "]"),
}  # fmt: skip

# Text and fill are set together, so that they can be read in a light and in a dark page.
_CLASSES: Final = {
    "fact": "fill:#eef4fb,stroke:#2f6f9f,color:#1b1f24",
    "derived": "fill:#f4f0fa,stroke:#7a53a8,color:#1b1f24",
    "rule": "fill:#fdf5e4,stroke:#946200,color:#1b1f24",
    "advice": "fill:#e9f6ec,stroke:#2c7a44,color:#1b1f24",
    "condition": "fill:#f6f8fa,stroke:#59636e,color:#1b1f24",
    "absent": "fill:#ffffff,stroke:#6e7781,color:#1b1f24,stroke-dasharray:5 4",
    "strong": "stroke-width:3px",
}
# also `:` and `;`, which in front of a number would be taken for the end of a style
_OWN: Final = re.compile(r"""["#&<>`%\\*$:;~^]|(?<![^\W_])_|_(?![^\W_])""")
# What Mermaid still finds when it has read the numbers, or in front of them; parted where nobody
# sees it.
_INSIDE: Final = re.compile(r"(?<=\\)(?=n)|(?<=\$)(?=\$)|(?<=direction)(?=\s+(?:TB|BT|RL|LR|TD))")
_LIST: Final = re.compile(r"^(\s*)(?:([-+])|(\d+)([.)]))")  # what would begin a list


def mermaid(diagram: Diagram) -> str:
    """The diagram as a Mermaid flowchart, without a fence. The same diagram gives the same text.

    Raises `UsageError` where its arrows run in a circle or lead nowhere.
    """
    ends = checked(diagram)
    title = " ".join(visible(diagram.title).split())
    lines = []
    if title:
        lines += ["---", f"title: {_quoted(title)}", "---"]
    lines.append("flowchart LR")
    if title:
        lines.append(f"  accTitle: {_escaped(title)}")
    for number, node in enumerate(diagram.nodes):
        opening, closing = _AROUND[node.shape]
        lines.append(f'  n{number}{opening}"{_label(node)}"{closing}')
    for edge, (start, end) in zip(diagram.edges, ends, strict=True):
        lines.append(f"  n{start} {_arrow(edge)} n{end}")
    for name, style in _CLASSES.items():
        members = [
            f"n{number}"
            for number, node in enumerate(diagram.nodes)
            if (node.strong if name == "strong" else node.shape == name)
        ]
        if members:
            lines += [f"  classDef {name} {style}", f"  class {','.join(members)} {name}"]
    return "\n".join(lines) + "\n"


def _label(node: Node) -> str:
    label = _lined(node.label)
    note = _lined(node.note)
    return (f"{label}<br/><small>{note}</small>" if note else label) or " "


def _arrow(edge: Edge) -> str:
    arrow = "-.->" if edge.dashed else "-->"
    said = _lined(edge.label)
    return f'{arrow}|"{said}"|' if said else arrow


def _lined(text: str) -> str:
    """The text in its own lines."""
    lines = [" ".join(line.split()) for line in visible(text).strip().split("\n")]
    return "<br/>".join(map(_escaped, lines))


def _escaped(line: str) -> str:
    def first(match: re.Match[str]) -> str:
        blanks, bullet, number, mark = match.groups()
        return f"{blanks}{number or ''}#{ord(bullet or mark)};"

    # one pass, so that the `#` of what is escaped already stays
    line = _INSIDE.sub("\u200b", line)
    found = _LIST.match(line)
    begin, rest = (first(found), line[found.end() :]) if found else ("", line)
    return begin + _OWN.sub(lambda match: f"#{ord(match[0])};", rest).replace("\u200b", "#8203;")


def _quoted(title: str) -> str:
    """As a quoted text of YAML, without what fences, directives or numbers begin with."""
    written = json.dumps(title, ensure_ascii=False)
    return re.sub(r"[`%#]", lambda match: f"\\u{ord(match[0]):04x}", written)


__all__ = ["mermaid"]

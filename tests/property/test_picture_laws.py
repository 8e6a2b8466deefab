"""Diagrams of any boxes and arrows are drawn whole, and stay readable."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from matchrules.pictures import Diagram, Edge, Node
from matchrules.pictures.layers import layers
from matchrules.pictures.layout import INSETS, LETTER, LINE, SMALL, SMALL_LINE, layout
from matchrules.pictures.lettering import width_of
from matchrules.pictures.mermaid import mermaid
from matchrules.pictures.svg import svg

SHAPES = st.sampled_from(["fact", "derived", "rule", "advice", "condition", "absent"])
WORDS = st.text(
    st.one_of(
        st.sampled_from("ab cd_.-+*#%&;:<>\"'`[]{}()|\\/\n$1end"),
        st.characters(codec="utf-8"),
    ),
    max_size=60,
)


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    """Any boxes, with arrows that run from earlier to later ones of some order."""
    many = draw(st.integers(0, 14))
    order = draw(st.permutations(range(many)))
    nodes = tuple(
        Node(f"id {n}", draw(WORDS), draw(SHAPES), draw(st.one_of(st.just(""), WORDS)),
             draw(st.booleans()))
        for n in range(many)
    )  # fmt: skip
    pairs = list(combinations(order, 2))
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=24)) if pairs else []
    edges = tuple(
        Edge(f"id {a}", f"id {b}", draw(st.one_of(st.just(""), WORDS)), draw(st.booleans()))
        for a, b in chosen
    )
    return Diagram(draw(WORDS), nodes, edges)


@given(diagrams())
def test_no_box_stands_on_another_and_texts_stay_inside(diagram: Diagram) -> None:
    found = layout(diagram)
    for one, other in combinations(found.boxes, 2):
        assert (
            one.right < other.left or other.right < one.left
            or one.bottom < other.top or other.bottom < one.top
        )  # fmt: skip
    for box in found.boxes:
        assert box.left >= 0
        assert box.top >= 0
        assert box.right <= found.width
        assert box.bottom <= found.height
        room = box.width - 2 * INSETS.get(box.node.shape, 0)
        wide = [width_of(line, LETTER) for line in box.label]
        wide += [width_of(line, SMALL) for line in box.note]
        assert max(wide, default=0) <= room
        assert len(box.label) * LINE + len(box.note) * SMALL_LINE <= box.height


@given(diagrams())
def test_every_arrow_runs_from_its_start_to_its_end_around_the_boxes(diagram: Diagram) -> None:
    found = layout(diagram)
    boxes = {box.node.id: box for box in found.boxes}
    assert [arrow.edge for arrow in found.arrows] == list(diagram.edges)
    for arrow in found.arrows:
        start, end = boxes[arrow.edge.start], boxes[arrow.edge.end]
        (x, y), (right, low) = arrow.points[0], arrow.points[-1]
        assert x + start.indent(y, right=True) == start.right
        assert start.top <= y <= start.bottom
        assert right - end.indent(low, right=False) == end.left
        assert end.top <= low <= end.bottom
        for (x, y), (right, low) in pairwise(arrow.points):
            assert x <= right
            for box in set(boxes.values()) - {start, end}:
                # a bend stays between the heights and the sides of its ends
                beside = right <= box.left or x >= box.right
                away = max(y, low) < box.top or min(y, low) > box.bottom
                assert beside or away


@given(diagrams())
def test_what_follows_stands_further_right(diagram: Diagram) -> None:
    found = layers(diagram)
    for route in found.routes:
        ranks = [found.places[number].layer for number in route]
        assert ranks == list(range(ranks[0], ranks[-1] + 1))
        assert len(ranks) > 1
    assert all(found.columns)
    assert sorted(n for column in found.columns for n in column) == list(range(len(found.places)))


@given(diagrams())
def test_svg_is_xml_with_every_box_and_arrow(diagram: Diagram) -> None:
    text = svg(diagram)
    assert text == svg(diagram)
    root = ET.fromstring(text)
    name = "{http://www.w3.org/2000/svg}"
    groups = root.findall(f"{name}g")
    assert [group.get("data-id") for group in groups] == [node.id for node in diagram.nodes]
    arrows = root.findall(f"{name}path")
    assert [(a.get("data-from"), a.get("data-to")) for a in arrows] == [
        (edge.start, edge.end) for edge in diagram.edges
    ]
    assert ["mr-dashed" in str(a.get("class")) for a in arrows] == [
        edge.dashed for edge in diagram.edges
    ]
    told = str(root.get("aria-labelledby")).split()
    assert told == [root[0].get("id"), root[1].get("id")]
    assert root.get("role") == "img"
    for group, node in zip(groups, diagram.nodes, strict=True):
        drawn = "".join(t.text or "" for t in group.findall(f"{name}text"))
        wanted = re.sub(r"\s", "", node.label)
        if "\ufffd" not in drawn and "…" not in drawn and wanted.isprintable() and not node.note:
            assert re.sub(r"\s", "", drawn) == wanted


ESCAPED = r'(?:[^"#&<>`%\\*$:;\n]|#\d+;|<br/>|<small>|</small>)+'
LINES = [re.compile(one) for one in (
    rf'  n\d+(?:\["{ESCAPED}"\]|\("{ESCAPED}"\)|\{{\{{"{ESCAPED}"\}}\}}|\(\["{ESCAPED}"\]\)'
    rf'|\[/"{ESCAPED}"/\])',
    rf'  n\d+ (?:-->|-\.->)(?:\|"{ESCAPED}"\|)? n\d+',
    r"  classDef [a-z]+ [a-z0-9:,#\- ]+",
    r"  class n\d+(?:,n\d+)* [a-z]+",
)]  # fmt: skip


@given(diagrams())
def test_mermaid_keeps_to_its_grammar_and_gives_the_labels_back(diagram: Diagram) -> None:
    text = mermaid(diagram)
    assert "\r" not in text
    lines = text.removesuffix("\n").split("\n")
    if lines[0] == "---":
        assert re.fullmatch(r'title: "(?:[^"\\]|\\.)+"', lines[1])
        assert "%" not in lines[1]
        assert "`" not in lines[1]
        assert lines[2] == "---"
        del lines[:3]
        assert re.fullmatch(rf"  accTitle: {ESCAPED}", lines.pop(1))
    assert lines.pop(0) == "flowchart LR"
    for line in lines:
        assert sum(bool(one.fullmatch(line)) for one in LINES) == 1, line
    boxes = [line for line in lines if LINES[0].fullmatch(line)]
    assert len(boxes) == len(diagram.nodes)
    for box, node in zip(boxes, diagram.nodes, strict=True):
        label = box[box.index('"') + 1 : box.rindex('"')].split("<br/><small>")[0]
        read = re.sub(r"#(\d+);", lambda m: chr(int(m[1])), label.replace("<br/>", "\n"))
        read = read.replace("\u200b", "")
        if node.label.isprintable():
            assert read.split() == node.label.split() or node.note
    arrows = [line for line in lines if LINES[1].fullmatch(line)]
    ids = [node.id for node in diagram.nodes]
    for line, edge in zip(arrows, diagram.edges, strict=True):
        start, end = re.findall(r"^  n(\d+) .* n(\d+)$", line)[0]
        assert (ids[int(start)], ids[int(end)]) == (edge.start, edge.end)
        assert ("-.->" in line.split('"')[0]) is edge.dashed

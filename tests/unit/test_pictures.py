"""What diagrams look like, and what is refused."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from matchrules.diagnostics.model import UsageError
from matchrules.pictures import Diagram, Edge, Node
from matchrules.pictures.layers import MOST_LANES, layers
from matchrules.pictures.layout import layout, spread
from matchrules.pictures.lettering import MOST_LINES, lines_of, visible, width_of
from matchrules.pictures.mermaid import mermaid
from matchrules.pictures.svg import svg


def plain(*pairs: str) -> Diagram:
    """Boxes with a letter each, and an arrow for each pair of letters."""
    names = sorted({name for pair in pairs for name in pair})
    return Diagram("", tuple(Node(n, n) for n in names), tuple(Edge(*pair) for pair in pairs))


@pytest.mark.parametrize("write", [svg, mermaid])
@pytest.mark.parametrize(
    ("diagram", "said"),
    [
        (plain("ab", "bc", "ca"), "run in a circle: `a`, `b`, `c`; leave one"),
        (plain("aa"), "run in a circle: `a`; leave"),
        (plain("ab", "bc", "cb"), "run in a circle: `b`, `c`; leave"),
        (Diagram("", (Node("a", ""),), (Edge("a", "z"),)), "no box has the id `z`"),
        (Diagram("", (Node("a", ""), Node("a", "")), ()), "two boxes of the diagram have the id"),
    ],
)
def test_what_cannot_be_drawn_is_refused(write: object, diagram: Diagram, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        write(diagram)  # type: ignore[operator]  # one of the two functions


def test_nothing_to_draw() -> None:
    empty = Diagram("", (), ())
    root = ET.fromstring(svg(empty))
    assert [root[0].text, root[1].text] == ["A diagram", "There is nothing to draw."]
    assert mermaid(empty) == "flowchart LR\n"


def test_a_box_alone() -> None:
    one = Diagram("One", (Node("a", "x < y & \"z\"", "rule", "R-1"),), ())  # fmt: skip
    assert "x &lt; y &amp; \"z\"" in svg(one)  # fmt: skip
    assert mermaid(one) == (
        '---\ntitle: "One"\n---\nflowchart LR\n  accTitle: One\n'
        '  n0{{"x #60; y #38; #34;z#34;<br/><small>R-1</small>"}}\n'
        "  classDef rule fill:#fdf5e4,stroke:#946200,color:#1b1f24\n  class n0 rule\n"
    )


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("end", '["end"]'),
        ("`code`", '["#96;code#96;"]'),
        ("a]\nb", '["a]<br/>b"]'),
        ("1. first", '["1#46; first"]'),
        ("- first", '["#45; first"]'),
        ("%%{init: {}}%%", '["#37;#37;{init#58; {}}#37;#37;"]'),
        ("a_b _c_ __", '["a_b #95;c#95; #95;#95;"]'),
        ("#34;", '["#35;34#59;"]'),
        ("", '[" "]'),
        ("direction TB", '["direction#8203; TB"]'),
        ("a\\n$$", '["a#92;#8203;n#36;#8203;#36;"]'),
        ("<script>", '["#60;script#62;"]'),
        ("a\u202eb\x07", '["a\ufffdb\ufffd"]'),
    ],
)
def test_labels_stay_labels_in_mermaid(label: str, written: str) -> None:
    text = mermaid(Diagram("", (Node("a", label, "fact"),), ()))
    assert text.split("\n")[1] == f"  n0{written}"


def test_a_title_is_one_line_without_marks_of_its_own() -> None:
    text = mermaid(Diagram("a \"b\"\n---\n```%%{", (), ()))  # fmt: skip
    assert text.split("\n")[1] == 'title: "a \\"b\\" --- \\u0060\\u0060\\u0060\\u0025\\u0025{"'


def test_dashed_arrows_and_their_texts() -> None:
    diagram = Diagram(
        "", (Node("a", "A"), Node("b", "B")), (Edge("a", "b", "unless", True), Edge("a", "b"))
    )
    assert '  n0 -.->|"unless"| n1\n  n0 --> n1\n' in mermaid(diagram)
    assert svg(diagram).count("mr-dashed") == 2  # the style and one arrow
    assert "“A” → “B” (unless) (dashed). “A” → “B”." in svg(diagram)


def test_layers_are_the_longest_ways_and_starts_stand_close() -> None:
    found = layers(plain("ab", "bc", "cd", "ed", "ad"))
    ranks = {name: found.places[number].layer for number, name in enumerate("abcde")}
    assert ranks == {"a": 0, "b": 1, "c": 2, "d": 3, "e": 2}


def test_two_pairs_do_not_cross() -> None:
    found = layout(plain("ad", "bc"))
    middle = {box.node.id: box.top for box in found.boxes}
    assert (middle["a"] < middle["b"]) is (middle["d"] < middle["c"])


def test_places_are_as_close_to_those_wanted_as_can_be() -> None:
    assert spread([0, 0, 0], [10, 10]) == [-10, 0, 10]
    assert spread([0, 50, 0], [10, 10]) == [0, 20, 30]
    assert spread([0, 30], [10]) == [0, 30]
    assert spread([], []) == []


def test_many_boxes_are_drawn() -> None:
    names = [f"n{i}" for i in range(500)]
    nodes = tuple(Node(name, f"fact {name}") for name in names)
    wide = Diagram("", nodes, tuple(Edge(name, "n499") for name in names[:-1]))
    long = Diagram(
        "", nodes,
        tuple(Edge(a, b) for a, b in pairwise(names))
        + tuple(Edge(name, "n499") for name in names[:-2]),
    )  # fmt: skip
    for diagram in (wide, long):
        root = ET.fromstring(svg(diagram))
        paths = [path for path in root if path.tag.endswith("path")]
        assert len(paths) == len(diagram.edges)
        assert len(layers(diagram).places) <= 500 + MOST_LANES
    assert "And 439 more." in svg(wide)


def test_long_texts_are_broken_and_cut() -> None:
    lines = lines_of("one two\n\nthree " + "x" * 200, 13, 200)
    assert lines[:3] == ("one two", "", "three")
    assert all(width_of(line, 13) <= 200 for line in lines)
    assert "".join(lines[3:]) == "x" * 200
    assert lines_of("step2ck.chase_perfect_score_again", 13, 200)[0] == "step2ck.chase_perfect_"
    long = lines_of("word " * 5000, 13, 200)
    assert len(long) == MOST_LINES
    assert long[-1].endswith("…")
    assert lines_of(" \n ", 13, 200) == ()


def test_the_whole_of_a_cut_text_is_told() -> None:
    text = "word " * 500
    assert text in svg(Diagram("", (Node("a", text, "advice"),), ()))


def test_wide_and_narrow_letters() -> None:
    assert width_of("iii", 10) < width_of("aaa", 10) < width_of("AAA", 10) < width_of("漢漢漢", 10)
    assert width_of("e\u0301", 10) == width_of("e", 10)


def test_characters_that_act_are_marked() -> None:
    assert visible("a\r\nb\tc\x1b\ud800") == "a\nb c\ufffd\ufffd"

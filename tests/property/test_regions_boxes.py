"""The algebra of boxes against points counted out one by one."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from matchrules.regions import Effort, Index, meet, meeting, uncovered, widen


@st.composite
def box_sets(draw):
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    mask = [st.integers(0, (1 << size) - 1) for size in sizes]
    boxes = draw(st.lists(st.tuples(*mask), max_size=8))
    space = draw(st.tuples(*[st.integers(1, (1 << size) - 1) for size in sizes]))
    return sizes, space, boxes


def points(box):
    return set(product(*[[n for n in range(8) if mask >> n & 1] for mask in box]))


@given(box_sets())
def test_what_is_left_out_is_found_exactly_where_something_is(drawn):
    _, space, boxes = drawn
    left = points(space).difference(*[points(box) for box in boxes])
    found = uncovered(space, boxes, Effort())
    assert (found is not None) == bool(left)
    if found is not None:
        assert points(found) and points(found) <= left


@given(box_sets(), st.integers(0, 8))
def test_an_index_knows_what_the_first_few_boxes_cover_and_which_meet(drawn, before):
    _, space, boxes = drawn
    first = boxes[:before]
    index = Index(boxes)
    left = points(space).difference(*[points(box) for box in first])
    assert index.covers(space, min(before, len(boxes)), Effort()) == (not left)
    meet_it = [n for n, box in enumerate(boxes) if points(box) & points(space)]
    assert [*index.touching(space)] == meet_it
    assert [*index.touching(space, min(before, len(boxes)))] == [n for n in meet_it if n < before]


@given(box_sets(), st.randoms(use_true_random=False))
def test_a_grown_box_stays_outside_and_cannot_grow_further(drawn, random):
    sizes, space, boxes = drawn
    left = points(space).difference(*[points(box) for box in boxes])
    if not left:
        return
    start = random.choice(sorted(left))
    grown = widen(tuple(1 << n for n in start), space, boxes)
    assert start in points(grown) and points(grown) <= left
    for column, size in enumerate(sizes):
        for cell in range(size):
            wider = list(grown)
            wider[column] |= 1 << cell
            if tuple(wider) != grown:
                assert not points(tuple(wider)) <= left


@given(box_sets())
def test_the_pairs_that_meet_are_those_with_a_point_in_common(drawn):
    _, _, boxes = drawn
    expected = {
        (one, two)
        for two in range(len(boxes))
        for one in range(two)
        if points(boxes[one]) & points(boxes[two])
    }
    found = [*meeting(boxes)]
    assert set(found) == expected and len(found) == len(expected)
    for one, two in expected:
        both = meet(boxes[one], boxes[two])
        assert both is not None and points(both) == points(boxes[one]) & points(boxes[two])

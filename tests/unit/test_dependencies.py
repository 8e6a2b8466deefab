"""The graph of names, its order and its cycles, on graphs of every shape."""

from hypothesis import given
from hypothesis import strategies as st

from matchrules.dependencies import cycles, order, reachable


@st.composite
def graphs(draw):
    names = [f"n{n}" for n in range(draw(st.integers(1, 8)))]
    edges = st.lists(st.sampled_from(names), unique=True, max_size=3)
    return {name: tuple(sorted(draw(edges))) for name in names}


@given(graphs())
def test_an_order_has_what_a_name_needs_before_it(graph):
    found = order(graph)
    assert len(found) == len(set(found))
    for at, name in enumerate(found):
        assert set(graph[name]) <= set(found[:at])
    for name in set(graph) - set(found):
        knots = [other for other in reachable(graph, [name]) if in_cycle(graph, other)]
        assert knots


@given(graphs())
def test_every_knot_gives_one_cycle_and_each_is_one(graph):
    found = cycles(graph)
    for cycle in found:
        assert len(cycle) == len(set(cycle))
        for name, after in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert after in graph[name]
    knotted = {name for name in graph if in_cycle(graph, name)}
    knots = {frozenset(o for o in knotted if same_knot(graph, name, o)) for name in knotted}
    assert len(found) == len(knots)
    assert all(any(set(cycle) <= knot for knot in knots) for cycle in found)
    assert (len(order(graph)) == len(graph)) == (not found)


def test_a_long_chain_and_a_long_cycle_are_no_trouble():
    chain = {f"n{n:05}": (f"n{n + 1:05}",) for n in range(20_000)} | {"n20000": ()}
    assert order(chain)[0] == "n20000" and len(order(chain)) == 20_001
    assert cycles(chain) == ()
    (cycle,) = cycles(chain | {"n20000": ("n00000",)})
    assert len(cycle) == 20_001


def in_cycle(graph, name):
    return name in reachable(graph, graph[name])


def same_knot(graph, one, other):
    return other in reachable(graph, [one]) and one in reachable(graph, [other])

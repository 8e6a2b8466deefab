"""What is said to durable-rules, call by call."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from matchrules.engine.rete import network
from matchrules.engine.rete.network import Literal, Network, NetworkRule, State

PAIR = NetworkRule((Literal(1, 3, 3, 5), Literal(2, 1, 4, 5)))
ALONE = NetworkRule((Literal(2, 1, 4, 5),))
GATED = NetworkRule((Literal(3, -1, -1, 0), Literal(1, 3, 3, 5)))
Calls = list[tuple[str, Any]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Every call that is made, with the fact that it speaks of; the calls are made."""
    made: Calls = []
    real = network._call

    def recorded(name: str, handle: Any, *arguments: Any) -> Any:
        fact = arguments[0] if arguments else None
        made.append((name, json.loads(fact) if name.endswith("_fact") else None))
        return real(name, handle, *arguments)

    monkeypatch.setattr(network, "_call", recorded)
    return made


@pytest.fixture
def state() -> Iterator[State]:
    state = Network([PAIR, ALONE, GATED]).open()
    yield state
    state.close()


def copied(calls: Calls) -> list[int]:
    """The cells of facts that were asserted after the last action was completed, and retracted
    before anything else was started."""
    done = max(n for n, (name, _) in enumerate(calls) if name == "complete_and_start_action")
    after = calls[done + 1 :]
    assert after[-1][0] == "start_action_for_state"  # and there was none
    added = [fact for name, fact in after if name == "assert_fact"]
    gone = [fact["id"] for name, fact in after if name == "retract_fact"]
    assert sorted(fact["id"] for fact in added) == sorted(gone)
    return sorted(fact["a"] for fact in added)


def test_the_places_of_what_fired_are_cleaned(state: State, calls: Calls) -> None:
    # Otherwise the second retraction of what fired together reads past the end of a list.
    one, two = state.add(1, 3, 3), state.add(2, 2, 2)
    assert sorted(state.drain()) == [(0, (one, two)), (1, (two,))]
    # The copy of cell 2 makes both activations again; a copy of cell 1 may do for the first.
    assert copied(calls) in ([2], [1, 2])
    state.remove(two)
    other = state.add(2, 3, 3)
    assert sorted(state.drain()) == [(0, (one, other)), (1, (other,))]
    assert copied(calls) == [2]


def test_places_of_many_instances_are_cleaned_at_once(state: State, calls: Calls) -> None:
    cell = state.add(1, 3, 3)
    state.drain()
    gates = [state.add(3, 1, 1) for _ in range(5)]
    assert sorted(state.drain()) == [(2, (gate, cell)) for gate in gates]
    assert copied(calls) == [3] * 5
    names = [name for name, _ in calls[-11:-1]]
    assert names == ["assert_fact"] * 5 + ["retract_fact"] * 5  # all there, then all gone
    # A new fact of the case fires for all of them, and one copy of it is enough.
    state.remove(cell)
    cell = state.add(1, 3, 3)
    assert sorted(state.drain()) == [(2, (gate, cell)) for gate in gates]
    assert copied(calls) == [1]


def test_what_fires_nothing_is_not_copied(state: State, calls: Calls) -> None:
    state.add(1, 2, 2)
    state.add(2, 0, 0)
    assert state.drain() == []
    assert [name for name, _ in calls] == ["assert_fact", "assert_fact"]


def test_a_closed_state_leaves_nothing_behind() -> None:
    shared = Network([PAIR, ALONE, GATED])
    for _ in range(50):
        state = shared.open()
        assert state.sid == "1"
        one, two = state.add(1, 3, 3), state.add(2, 2, 2)
        assert sorted(state.drain()) == [(0, (one, two)), (1, (two,))]
        state.close()


def test_a_broken_state_is_not_used_again() -> None:
    shared = Network([PAIR, ALONE, GATED])
    state = shared.open()
    state.whole = False
    state.close()
    assert shared.open().sid == "2"

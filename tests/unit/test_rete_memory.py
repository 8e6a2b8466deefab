"""What the working memory keeps, works out again, withdraws, and does after a break."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from attrs import evolve

import matchrules as mr
from matchrules.decision import Outcome
from matchrules.engine.rete import WorkingMemory, network, plan
from matchrules.engine.rete.network import NetworkError, State
from matchrules.engine.rete.plan import plan_of

RULES = """
ruleset yard
  version 1
  effective from 2026-01-01

source manual "The manual"

fact gate
  width  : integer 0..100 optional
  height : integer 0..100 optional
fact cart many up to 50
  id   : text key
  load : integer 0..100
  wet  : yes_no optional

advice plan
  pass
  push (load: integer 0..100)

table gate.fit : integer 0..3
  hit first
  | gate.width | gate.height | => gate.fit |
  |------------|-------------|-------------|
  | < 20       | -           | 0           |
  | -          | < 20        | 0           |
  | < 50       | < 50        | 1           |
  | -          | -           | 2           |

define cart.heavy : yes_no
  for each cart
  is cart.load > 40
define carts.heavy : integer 0..50
  is count(cart where cart.heavy)
table gate.state : integer 0..3
  | gate.fit | carts.heavy | => gate.state |
  |----------|-------------|---------------|
  | 0        | -           | 0             |
  | 1..3     | 0           | 1             |
  | 1..3     | 1..50       | 2             |
  | unknown  | -           | 3             |

rule pass
  cite manual
  when gate.state is 1
  then may plan.pass "Pass."
rule push
  cite manual
  for each cart
  when gate.fit > 0 and cart.heavy
  unless cart.wet
  then should plan.push(load = cart.load) "Push {cart.id}."
"""
DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def book() -> mr.Book:
    return mr.load_text({"yard.rules": RULES})


@pytest.fixture
def memory(book: mr.Book) -> Iterator[WorkingMemory]:
    memory = WorkingMemory(book.base_on(DAY), DAY)
    yield memory
    memory.close()


def cart(name: str, load: int, wet: bool | None = None) -> dict[str, Any]:
    return {"id": name, "load": load, "wet": wet}


def gate(width: int | None, height: int | None) -> dict[str, Any]:
    return {"width": width, "height": height}


def texts(outcome: Outcome) -> list[str]:
    return sorted(firing.text for firing in outcome.firings)


def test_tables_chain_through_the_network(memory: WorkingMemory) -> None:
    assert memory.outcome().derived["gate.state"] == 3
    row = memory.insert("gate", gate(60, 60))
    assert memory.outcome().derived["gate.fit"] == 2
    assert texts(memory.outcome()) == ["Pass."]
    first = memory.insert("cart", cart("a", 50))
    assert memory.outcome().derived["gate.state"] == 2
    assert texts(memory.outcome()) == ["Push a."]
    second = memory.insert("cart", cart("b", 60, wet=True))
    memory.insert("cart", cart("c", 10))
    assert texts(memory.outcome()) == ["Push a."]
    memory.remove("gate", row)
    assert texts(memory.outcome()) == []
    memory.insert("gate", gate(30, 30))
    assert texts(memory.outcome()) == ["Push a."]
    memory.remove("cart", first)
    memory.remove("cart", second)
    assert texts(memory.outcome()) == ["Pass."]


def test_a_change_within_one_rank_does_not_reach_the_network(memory: WorkingMemory) -> None:
    row = memory.insert("gate", gate(60, 60))
    memory.outcome()
    facts = dict(memory.contents.facts)
    memory.remove("gate", row)
    row = memory.insert("gate", gate(70, 80))
    memory.outcome()
    assert memory.contents.facts == facts
    memory.remove("gate", row)
    memory.insert("gate", gate(70, 30))
    memory.outcome()
    changed = [cell for cell, fact in memory.contents.facts.items() if facts.get(cell) != fact]
    assert len(changed) == 1  # the height alone: its fit is the same


def test_only_what_a_change_touches_is_said_anew(memory: WorkingMemory) -> None:
    memory.insert("gate", gate(60, 60))
    memory.insert("cart", cart("a", 50))
    second = memory.insert("cart", cart("b", 60))
    kept = {f.about: f for f in memory.outcome().firings}
    memory.remove("cart", second)
    memory.insert("cart", cart("b", 61))
    said = {f.about: f for f in memory.outcome().firings}
    assert said["a",] is kept["a",]
    assert said["b",].fields == {"load": 61}


def test_nothing_is_left_in_the_network_when_everything_is_retracted(
    memory: WorkingMemory,
) -> None:
    memory.outcome()
    before = len(memory.contents.facts), len(memory.contents.support)
    for _ in range(3):
        rows = [("gate", memory.insert("gate", gate(60, 60)))]
        rows += [("cart", memory.insert("cart", cart(str(n), 40 + n))) for n in range(9)]
        assert len(memory.outcome().firings) == 8
        for fact, row in rows:
            memory.remove(fact, row)
        assert texts(memory.outcome()) == []
        assert (len(memory.contents.facts), len(memory.contents.support)) == before
        assert set(memory.contents.supported) <= set(memory.contents.facts.values())


def test_a_used_place_in_the_network_is_clean(book: mr.Book) -> None:
    base = book.base_on(DAY)
    for width in (60, None, 10, 60):
        memory = WorkingMemory(base, DAY)
        if width is not None:
            memory.insert("gate", gate(width, 60))
        assert texts(memory.outcome()) == (["Pass."] if width == 60 else [])
        memory.close()


def test_the_network_is_built_when_first_needed_and_shared(book: mr.Book) -> None:
    again = mr.load_text({"yard.rules": RULES.replace("Push {", "Shove {")})
    one, two = plan_of(book.base_on(DAY)), plan_of(again.base_on(DAY))
    assert one is plan_of(book.base_on(DAY))
    assert one is not two
    # The texts differ, the conditions do not: durable-rules could not forget either of them.
    assert one.network is two.network
    # Nor do other cut points make another network: it knows their order only.
    moved = mr.load_text({"yard.rules": RULES.replace("< 50 ", "< 51 ")})
    assert plan_of(moved.base_on(DAY)).network is one.network
    row = "  | < 50       | < 50        | 1           |\n"
    other = mr.load_text({"yard.rules": RULES.replace(row, "")})
    network = plan_of(other.base_on(DAY)).network
    assert network is not one.network
    assert [shard.handle for shard in network.shards] == [-1]


@pytest.mark.parametrize("call", [1, 2, 3, 5, 8])
def test_a_change_that_is_broken_off_is_done_again(
    memory: WorkingMemory, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    memory.insert("gate", gate(60, 60))
    memory.outcome()
    memory.insert("cart", cart("a", 50))
    memory.insert("cart", cart("b", 60))
    calls = 0
    real = network._call

    def broken(name: str, *arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise KeyboardInterrupt
        return real(name, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(network, "_call", broken)
        with pytest.raises(KeyboardInterrupt):
            memory.outcome()
    assert texts(memory.outcome()) == ["Push a.", "Push b."]


def test_too_many_steps_are_a_clear_error(
    memory: WorkingMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.insert("gate", gate(60, 60))
    for n in range(20):
        memory.insert("cart", cart(str(n), 50))
    with monkeypatch.context() as patched:
        patched.setattr(network, "MAX_STEPS", 10)
        with pytest.raises(NetworkError, match="more than 10 activations"):
            memory.outcome()
    assert len(memory.outcome().firings) == 20


def test_a_worn_place_in_the_network_is_left(
    memory: WorkingMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "WORN", 20)
    memory.insert("gate", gate(60, 60))
    states = []
    for n in range(30):
        row = memory.insert("cart", cart(str(n), 50 + n))
        assert texts(memory.outcome()) == [f"Push {n}."]
        states.append(memory.contents.state)  # held, so that no two have one address
        assert memory.contents.state.steps < 30
        memory.remove("cart", row)
    assert len(set(map(id, states))) > 1


def test_a_code_that_the_network_should_not_give_is_not_swallowed(memory: WorkingMemory) -> None:
    memory.outcome()
    state: State = memory.contents.state
    (fact, *_) = memory.contents.facts.values()
    state._ids.give_back([fact])  # in use: durable-rules refuses it
    with pytest.raises(NetworkError, match="code 2"):
        state.add(next(iter(memory.contents.facts))[0], 1, 1)


def test_the_order_of_assertion_does_not_matter(book: mr.Book) -> None:
    base = book.base_on(DAY)
    facts = [("gate", gate(60, 60)), *(("cart", cart(n, 50 + ord(n) % 7)) for n in "abcdef")]
    found = []
    for order in (facts, facts[::-1], facts[3:] + facts[:3]):
        memory = WorkingMemory(base, DAY)
        for fact, instance in order:
            memory.insert(fact, instance)
            memory.outcome()
        outcome = memory.outcome()
        found.append((list(outcome.derived["cart.heavy"].items()), outcome.firings))
        memory.close()
    assert found[0] == found[1] == found[2]


def test_the_plans_used_last_are_kept(book: mr.Book) -> None:
    bases = [evolve(book.base_on(DAY)) for _ in range(plan.MOST_PLANS + 1)]
    first = plan_of(bases[0])
    for base in bases[1:-1]:
        plan_of(base)
    assert plan_of(bases[0]) is first
    plan_of(bases[-1])
    assert plan_of(bases[0]) is first
    assert len(plan._plans) == plan.MOST_PLANS


LAST = """
ruleset tries
  version 1
  effective from 2026-01-01
source manual "The manual"
fact try many up to 9
  day  : date
  good : yes_no optional
advice plan
  some
  every
rule some
  cite manual
  when any(try last 2 by day where try.good)
  then may plan.some "some"
rule every
  cite manual
  when all(try last 2 by day where try.good)
  then may plan.every "every"
"""


@pytest.mark.parametrize(
    ("tries", "expected"),
    [
        ([True, False, False], []),
        ([False, True, True], ["every", "some"]),
        ([True, None, True], ["some"]),
        ([True], ["every", "some"]),
        ([], ["every"]),
    ],
)
def test_any_and_all_of_the_last_ask_only_those(
    tries: list[bool | None], expected: list[str]
) -> None:
    book = mr.load_text({"tries.rules": LAST})
    given = [{"day": date(2026, 1, 1 + n), "good": good} for n, good in enumerate(tries)]
    for engine in ("rete", "interpreter"):
        decision = book.decide({"try": given}, as_of=DAY, engine=engine)  # type: ignore[arg-type]
        assert sorted(advice.text for advice in decision) == expected

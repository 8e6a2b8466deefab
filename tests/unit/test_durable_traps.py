"""The traps of durable-rules that the working memory stays away from, against the real package.

Each runs in a process of its own: past a limit, the package may crash or never come back. Where a
limit is ours to keep, both sides are shown: what we allow works, what we keep away from does not.
"""

import ast
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import matchrules.engine.rete.network as network
from matchrules.engine.rete.network import (
    MAX_CELLS,
    MAX_LITERALS,
    MAX_RULES,
    MAX_SESSIONS,
    MAX_TESTS,
    Literal,
    Names,
    NetworkRule,
    fnv,
    shards_of,
)

PRELUDE = """
import json, durable_rules_engine as engine

def create(patterns):
    rules = {
        f"r{n}": {"all": [{f"m{k}": p} for k, p in enumerate(each)]}
        for n, each in enumerate(patterns)
    }
    return engine.create_ruleset("trap", json.dumps(rules))

def put(handle, **fact):
    return engine.assert_fact(handle, json.dumps({"sid": "1", **fact}))

def drain(handle, offset):
    fired = []
    started = engine.start_action_for_state(handle, offset)
    message = started and started[1]
    while message:
        fired += json.loads(message)
        message = engine.complete_and_start_action(handle, offset)
    return fired
"""


def run(code: str, seconds: float = 60) -> str:
    """What the code prints; `broken` where it crashed, failed or never ended."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + textwrap.dedent(code)],
            capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "broken"
    return done.stdout.strip() if done.returncode == 0 else "broken"


def shared_pattern(count: int) -> str:
    return run(f"""
        handle = create([[{{"a": 1}}]] * {count})
        code, offset = put(handle, id="1", a=1, l=0, h=0)
        print(len(drain(handle, offset)))
    """)


def test_only_so_many_rules_share_a_pattern() -> None:
    assert shared_pattern(MAX_RULES) == str(MAX_RULES)
    assert shared_pattern(256) == "broken"


def distinct_tests(count: int) -> str:
    return run(
        f"""
        handle = create([[{{"a": n + 1}}] for n in range({count})])
        print([drain(handle, put(handle, id=str(n), a=n, l=0, h=0)[1])[0] for n in (1, {count})])
    """,
        seconds=20 if count <= MAX_CELLS else 3,
    )


def test_only_so_many_cells_fit_into_a_ruleset() -> None:
    assert distinct_tests(MAX_CELLS) == f"['r0', 'r{MAX_CELLS - 1}']"
    assert distinct_tests(513) == "broken"


def nodes_reached(count: int) -> str:
    return run(f"""
        least = lambda n: {{"$and": [{{"a": 1}}, {{"$gte": {{"l": n}}}}]}}
        handle = create([[least(n)] for n in range({count})])
        try:
            print(len(drain(handle, put(handle, id="1", a=1, l=1000, h=1000)[1])))
        except engine.error as error:
            print(error)
    """)


def test_one_fact_reaches_only_so_many_nodes() -> None:
    assert nodes_reached(MAX_TESTS) == str(MAX_TESTS)
    assert "303" in nodes_reached(65)


def joined(count: int) -> str:
    return run(f"""
        handle = create([[{{"a": n}} for n in range({count})]])
        try:
            for n in range({count}):
                code, offset = put(handle, id=str(n + 1), a=n, l=0, h=0)
            print(drain(handle, offset))
        except engine.error as error:
            print(error)
    """)


def test_a_rule_joins_only_so_many_facts() -> None:
    assert joined(MAX_LITERALS + 1) == "['r0']"
    assert "304" in joined(17)


def live_states(count: int) -> str:
    return run(f"""
        handle = create([[{{"a": 1}}]])
        try:
            for n in range({count}):
                fact = json.dumps({{"sid": str(n), "id": "1", "a": 1}})
                code, offset = engine.assert_fact(handle, fact)
            print(drain(handle, offset))
        except MemoryError:
            print("full")
    """)


def test_only_so_many_sessions_are_alive() -> None:
    assert live_states(MAX_SESSIONS) == "['r0']"
    assert live_states(1025) == "full"


def collision() -> tuple[str, str]:
    seen: dict[int, str] = {}
    for n in range(10_000_000):
        name = f"fact-{n:x}"
        if (hashed := fnv(name)) in seen:
            return seen[hashed], name
        seen[hashed] = name
    raise AssertionError("no two names with the same hash")


def test_ids_and_sids_are_told_apart_by_their_hash_only() -> None:
    one, two = collision()
    assert (
        run(f"""
        handle = create([[{{"$gte": {{"a": 0}}}}]])
        print(put(handle, id="{one}", a=1)[0], put(handle, id="{two}", a=2)[0])
    """)
        == "0 2"
    )
    assert (
        run(f"""
        handle = create([[{{"a": 1}}, {{"a": 2}}]])
        engine.assert_fact(handle, json.dumps({{"sid": "{one}", "id": "1", "a": 1}}))
        code, offset = engine.assert_fact(handle, json.dumps({{"sid": "{two}", "id": "2", "a": 2}}))
        print(drain(handle, offset))
    """)
        == "['r0']"
    )


def test_our_names_never_share_a_hash() -> None:
    names = Names(taken=("sid-1",))
    given = [names.take() for _ in range(100_000)]
    assert len({fnv(name) for name in [*given, "sid-1"]}) == 100_001
    names.give_back(given[:1])
    assert names.take() == given[0]


def test_what_no_pattern_takes_is_not_kept() -> None:
    # The same id can be used again: nothing is there.
    assert (
        run("""
        handle = create([[{"$and": [{"a": 1}, {"$gte": {"l": 5}}]}]])
        print(put(handle, id="1", a=1, l=4, h=4)[0], put(handle, id="1", a=1, l=5, h=5)[0])
    """)
        == "1 0"
    )


def test_an_id_that_is_there_is_refused_and_an_unknown_one_is_retracted_silently() -> None:
    assert (
        run("""
        handle = create([[{"a": 1}]])
        print(put(handle, id="1", a=1)[0], put(handle, id="1", a=1)[0])
        print(engine.retract_fact(handle, json.dumps({"sid": "1", "id": "99"}))[0])
    """)
        == "0 2\n0"
    )


def test_a_fact_fills_one_pattern_of_a_rule_only_once() -> None:
    # So two conditions on one cell must be one pattern.
    assert (
        run("""
        two = [{"$and": [{"a": 1}, {"$gte": {"l": 2}}]}, {"$and": [{"a": 1}, {"$lte": {"h": 5}}]}]
        handle = create([two])
        print(drain(handle, put(handle, id="1", a=1, l=3, h=3)[1]))
    """)
        == "[]"
    )
    assert (
        run("""
        handle = create([[{"$and": [{"a": 1}, {"$gte": {"l": 2}}, {"$lte": {"h": 5}}]}]])
        print(drain(handle, put(handle, id="1", a=1, l=3, h=3)[1]))
    """)
        == "['r0']"
    )


def test_a_derived_fact_outlives_its_premise_so_withdrawal_is_ours() -> None:
    # What has fired is not taken back by the package when its fact goes.
    assert (
        run("""
        handle = create([[{"a": 1}, {"a": 2}]])
        put(handle, id="1", a=1)
        code, offset = put(handle, id="2", a=2)
        print(drain(handle, offset))
        engine.retract_fact(handle, json.dumps({"sid": "1", "id": "1"}))
        print(drain(handle, offset))
        put(handle, id="3", a=1)
        print(drain(handle, offset))
    """)
        == "['r0']\n[]\n['r0']"
    )


def test_an_activation_goes_with_its_fact_before_it_is_drained() -> None:
    assert (
        run("""
        handle = create([[{"a": 1}]])
        code, offset = put(handle, id="1", a=1)
        engine.retract_fact(handle, json.dumps({"sid": "1", "id": "1"}))
        print(drain(handle, offset))
    """)
        == "[]"
    )


def test_unknowns_are_ranks_of_their_own() -> None:
    # A missing or null field fails every test, a boolean equals a number: only integers are used.
    assert (
        run("""
        known = [{"$and": [{"a": 1}, {"$gte": {"l": 1}}]}]
        possible = [{"$and": [{"a": 1}, {"$gte": {"h": 1}}]}]
        handle = create([known, possible])
        print(drain(handle, put(handle, id="1", a=1, l=-1, h=3)[1]))
        print(drain(handle, put(handle, id="2", a=1, l=2, h=2)[1]))
        print(drain(handle, put(handle, id="3", a=1, l=0, h=0)[1]))
    """)
        == "['r1']\n['r0', 'r1']\n[]"
    )


def test_no_test_reaches_across_facts() -> None:
    # The last join test of a conjunction reads past the end of a list: there must be none.
    rules = [
        NetworkRule((Literal(1, 2, 7, 9), Literal(2, 3, 3, 9), Literal(3, -1, -1, 0))),
        NetworkRule((Literal(1, 0, 4, 9, possible=True),)),
    ]
    (shard,) = shards_of(rules)
    for rule in json.loads(shard.definition()).values():
        assert set(rule) == {"all"}
        for pattern in rule["all"]:
            ((_, test),) = pattern.items()
            for part in test.get("$and", [test]):
                ((name, value),) = part.items()
                if name.startswith("$"):
                    assert name in ("$gte", "$lte")
                    ((name, value),) = value.items()
                assert name in ("a", "l", "h")
                assert type(value) is int


def test_only_the_safe_calls_are_made_and_in_one_file_only() -> None:
    called = {
        node.args[0].value
        for node in ast.walk(ast.parse(Path(network.__file__).read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        and node.func.id == "_call" and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    assert called == {
        "create_ruleset", "assert_fact", "retract_fact", "start_action_for_state",
        "complete_and_start_action",
    }  # fmt: skip
    source = Path(network.__file__).parents[2]
    users = [
        file.relative_to(source).as_posix()
        for file in sorted(source.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any("durable" in name for name in _imported(node))
    ]
    assert users == ["engine/rete/network.py"]


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]


@pytest.mark.parametrize("count", [1, MAX_TESTS, MAX_TESTS + 1, 300])
def test_shards_keep_every_limit(count: int) -> None:
    rules = [NetworkRule((Literal(1, 2 * n, 2 * count, 2 * count + 1),)) for n in range(count)]
    rules += [NetworkRule((Literal(2, 1, 1, 3), Literal(n + 3, 0, 1, 3))) for n in range(count)]
    shards = shards_of(rules)
    assert sorted(n for shard in shards for n in shard.rules) == list(range(len(rules)))
    for shard in shards:
        assert len(shard.rules) <= MAX_RULES
        assert len(shard.tests) <= MAX_CELLS
        assert all(len(tests) <= MAX_TESTS for tests in shard.tests.values())

"""The network: the only file that speaks to durable-rules.

Only a small corner of its C module is used, the one that was measured to hold: facts are
`{sid, id, a, l, h}` (a cell with the lowest and highest rank that its value may have), a rule is a
flat conjunction of one pattern a literal with no test across facts, actions are only recorded. No
`Host`, no timers, no threads, no state of durable-rules' own is ever written or deleted. Its limits
are kept here: rules are split into shards before one is reached.
"""

import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final
from weakref import WeakSet

from attrs import define, field, frozen

from matchrules.diagnostics.model import CaseErrors, Diagnostic, MatchrulesError

MAX_LITERALS: Final = 12  # of 16 facts that a rule may join
MAX_RULES: Final = 200  # in a shard: below the 255 rules that may share a pattern
MAX_CELLS: Final = 400  # in a shard: of 512 distinct first tests
MAX_TESTS: Final = 48  # on one cell in a shard: one fact may reach 64 nodes
MAX_SESSIONS: Final = 1000  # of 1,024 live states
MAX_STEPS: Final = 5_000_000  # activations in one change
WORN: Final = 100_000  # activations, after which a state is cleaned: each leaves some bytes


class NetworkError(MatchrulesError):
    """durable-rules refused a call that should have worked; the working memory starts anew."""


@frozen
class Literal:
    """A pattern on one cell: its value is known to have a rank in `low..high` (of `top` ranks, from
    0), or with `possible` is not known to have another. `low` -1 takes any fact of the cell."""

    cell: int
    low: int
    high: int
    top: int
    possible: bool = False

    def tests(self) -> tuple[tuple[str, str, int], ...]:
        """Operator, field and number of each test, after that of the cell itself."""
        if self.low < 0:
            return ()
        if self.possible:
            low, high = ("$gte", "h", self.low), ("$lte", "l", self.high)
        else:
            low, high = ("$gte", "l", self.low), ("$lte", "h", self.high)
            if self.low == self.high:
                return (("", "l", self.low),)
        below, above = self.low > 0, self.high < self.top - 1
        return (low, high) if below and above else (high,) if above else (low,)

    def pattern(self) -> dict[str, Any]:
        """The pattern as durable-rules reads it."""
        parts: list[dict[str, Any]] = [{"a": self.cell}]
        for operator, name, number in self.tests():
            parts.append({operator: {name: number}} if operator else {name: number})
        return {"$and": parts} if len(parts) > 1 else parts[0]


@frozen
class NetworkRule:
    """A conjunction; its number is its place in the network's list of rules."""

    literals: tuple[Literal, ...]


@define
class Shard:
    """A part of the rules, as one durable ruleset."""

    rules: dict[int, NetworkRule] = field(factory=dict)
    tests: dict[int, set[tuple[Any, ...]]] = field(factory=dict)
    handle: int = -1

    def takes(self, rule: NetworkRule) -> bool:
        """Whether the rule still fits below every limit."""
        if len(self.rules) >= MAX_RULES:
            return False
        added = _tests(rule)
        if len(self.tests.keys() | added.keys()) > MAX_CELLS:
            return False
        return all(
            len(self.tests.get(cell, set()) | tests) <= MAX_TESTS for cell, tests in added.items()
        )

    def add(self, number: int, rule: NetworkRule) -> None:
        self.rules[number] = rule
        for cell, tests in _tests(rule).items():
            self.tests.setdefault(cell, set()).update(tests)

    def definition(self) -> str:
        """The rules as durable-rules reads them."""
        return json.dumps({
            f"r{number}": {
                "all": [{f"m{n}": literal.pattern()} for n, literal in enumerate(rule.literals)]
            }
            for number, rule in self.rules.items()
        })  # fmt: skip


def _tests(rule: NetworkRule) -> dict[int, set[tuple[Any, ...]]]:
    """The nodes that the rule needs below each cell: every prefix of a pattern is one."""
    found: dict[int, set[tuple[Any, ...]]] = {}
    for literal in rule.literals:
        tests = literal.tests()
        nodes = found.setdefault(literal.cell, set())
        nodes.update(tests[: n + 1] for n in range(len(tests)))
    return found


def shards_of(rules: Sequence[NetworkRule]) -> tuple[Shard, ...]:
    """The rules in as few shards as the limits allow, in order."""
    shards: list[Shard] = []
    for number, rule in enumerate(rules):
        assert 0 < len(rule.literals) <= MAX_LITERALS + 1
        shard = next((s for s in shards[-3:] if s.takes(rule)), None)
        if shard is None:
            shard = Shard()
            shards.append(shard)
        shard.add(number, rule)
    return tuple(shards)


def fnv(text: str) -> int:
    """The 32-bit hash by which alone durable-rules tells names, ids and sids apart."""
    found = 0x811C9DC5
    for byte in text.encode("ascii"):
        found = ((found ^ byte) * 16777619) & 0xFFFFFFFF
    return found


class Names:
    """Short names whose hashes differ, used again when they are given back."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._hashes = {fnv(name) for name in taken}
        self._free: list[str] = []
        self._next = 1

    def take(self) -> str:
        if self._free:
            return self._free.pop()
        while True:
            name = str(self._next)
            self._next += 1
            if (hashed := fnv(name)) not in self._hashes:
                self._hashes.add(hashed)
                return name

    def give_back(self, names: Iterable[str]) -> None:
        self._free.extend(names)


_networks: WeakSet["Network"] = WeakSet()


class Network:
    """Rules compiled once for the whole process; sessions of it share the compiled form.

    durable-rules cannot free a ruleset, so a network stays as long as the process does. It is
    compiled when the first fact arrives.
    """

    def __init__(self, rules: Sequence[NetworkRule]) -> None:
        self.rules = tuple(rules)
        self.shards = shards_of(self.rules)
        self.by_cell: dict[int, tuple[Shard, ...]] = {}
        for shard in self.shards:
            for cell in shard.tests:
                self.by_cell[cell] = (*self.by_cell.get(cell, ()), shard)
        self.lock = threading.Lock()
        self._free: list[str] = []
        self._made = 0
        self._sids = Names()
        _networks.add(self)

    def open(self) -> "State":
        """A clean state; raises `CaseErrors` where too many are open at once."""
        with self.lock:
            for shard in self.shards:
                if shard.handle < 0:
                    shard.handle = _create(shard.definition())
            if self._free:
                sid = self._free.pop()
            elif self._made >= MAX_SESSIONS:
                raise CaseErrors([Diagnostic(
                    "MR451", f"more than {MAX_SESSIONS} sessions of one rule base are open",
                    help="close sessions that are no longer needed, best with `with`",
                )])  # fmt: skip
            else:
                self._made += 1
                sid = self._sids.take()
        return State(self, sid)

    def give_back(self, sid: str) -> None:
        self._free.append(sid)  # atomic: a finaliser may come at any moment


def _after_fork() -> None:
    for network in _networks:
        network.lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class State:
    """The facts of one session in the network. Not for two threads at once.

    `whole` is false while a change is under way: one that is broken off leaves it so, and then its
    place in the network is never used again.
    """

    def __init__(self, network: Network, sid: str) -> None:
        self.network = network
        self.sid = sid
        self.whole = True
        self._ids = Names(taken=(f"sid-{sid}",))
        self._spent: list[str] = []
        self.steps = 0
        self._touched: dict[int, int] = {}  # handle of a shard to the offset of this state in it
        self._kept: dict[str, list[int]] = {}  # fact id to the handles of the shards that hold it
        self._fresh: dict[str, tuple[int, int, int]] = {}  # asserted since the last drain

    def add(self, cell: int, low: int, high: int) -> str:
        """Assert a fact; gives its id."""
        name = self._ids.take()
        self._fresh[name] = cell, low, high
        self._assert(name, [shard.handle for shard in self.network.by_cell.get(cell, ())])
        return name

    def _assert(self, name: str, handles: Iterable[int]) -> None:
        cell, low, high = self._fresh[name]
        text = f'{{"sid":"{self.sid}","id":"{name}","a":{cell},"l":{low},"h":{high}}}'
        kept = self._kept[name] = []
        for handle in handles:
            code, offset = _call("assert_fact", handle, text)
            if code == 0:
                kept.append(handle)
                self._touched[handle] = offset
            elif code != 1:  # 1: no pattern takes it, so it is not kept
                self.whole = False
                raise NetworkError(f"durable-rules gave code {code} to a new fact")

    def remove(self, name: str) -> None:
        """Retract a fact."""
        text = f'{{"sid":"{self.sid}","id":"{name}"}}'
        for handle in self._kept.pop(name):
            code, _ = _call("retract_fact", handle, text)
            if code != 0:
                self.whole = False
                raise NetworkError(f"durable-rules gave code {code} to a retracted fact")
        self._spent.append(name)

    def drain(self) -> list[tuple[int, tuple[str, ...]]]:
        """Every new activation: the number of the rule, and the ids of its facts in order."""
        found: list[tuple[int, tuple[str, ...]]] = []
        for handle, offset in self._touched.items():
            fired: dict[int, list[tuple[str, ...]]] = {}
            started = _call("start_action_for_state", handle, offset)
            message = None if started is None else started[1]
            while message is not None:
                ((rule, facts),) = json.loads(message).items()
                support = tuple(facts[f"m{n}"]["id"] for n in range(len(facts)))
                fired.setdefault(int(rule[1:]), []).append(support)
                found.append((int(rule[1:]), support))
                if len(found) > MAX_STEPS:
                    raise NetworkError(f"a change set off more than {MAX_STEPS} activations")
                message = _call("complete_and_start_action", handle, offset)
            self._wash(handle, fired)
            if _call("start_action_for_state", handle, offset) is not None:
                raise NetworkError("durable-rules fired a rule twice")
        self.steps += len(found)
        self._touched.clear()
        self._fresh.clear()
        self._ids.give_back(self._spent)
        self._spent = []
        return found

    def _wash(self, handle: int, fired: Mapping[int, Sequence[tuple[str, ...]]]) -> None:
        """Clean the places in which activations stood.

        A completed activation leaves its place marked as being dispatched, and its facts pointing
        to it. When the second of those facts is retracted, durable-rules reads, and may write, past
        the end of the list there. The mark goes when the place is used again and given up before it
        is dispatched: so each activation is made once more, by a copy of one of its new facts, and
        the copy is retracted. Places given up last are used first, so these are the ones.
        """
        cells: set[str] = set()
        gates: set[str] = set()
        for rule, supports in fired.items():
            gated = self.network.rules[rule].literals[0].low < 0
            fresh = [name for name in supports[0][gated:] if name in self._fresh]
            if not fresh:
                gates.update(support[0] for support in supports)
            elif cells.isdisjoint(fresh):
                cells.add(fresh[0])
        for group in (*({name} for name in cells), gates):
            copies = []
            for name in group:
                copy = self._ids.take()
                self._fresh[copy] = self._fresh[name]
                self._assert(copy, [handle])
                copies.append(copy)
            for copy in copies:
                self.remove(copy)

    def close(self) -> None:
        """Retract everything, so that the sid can serve another session."""
        if not self.whole:
            return
        for name in tuple(self._kept):
            self.remove(name)
        self.network.give_back(self.sid)


def _create(definition: str) -> int:
    global _created
    _created += 1
    handle = _call("create_ruleset", f"matchrules{_created}", definition)
    assert isinstance(handle, int)
    return handle


_created = 0


@cache
def _engine() -> Any:
    try:
        import durable_rules_engine  # type: ignore[import-not-found]
    except ImportError as error:
        raise MatchrulesError(
            "durable-rules cannot be loaded; on Python 3.13 install it with "
            '`CC="gcc -DPyEval_CallObject=PyObject_CallObject" '
            "pip install --no-binary :all: durable-rules`"
        ) from error
    return durable_rules_engine


def _call(name: str, *arguments: Any) -> Any:
    engine = _engine()
    try:
        return getattr(engine, name)(*arguments)
    except engine.error as error:
        raise NetworkError(f"durable-rules failed in `{name}`: {error}") from error

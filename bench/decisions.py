"""One decision, and one change and the new decision, by one engine beside a yardstick: hand-written
`if` statements for the decision, the bit index asked from scratch for the change."""

import random
import time
from collections.abc import Callable
from typing import Any

import timing
from peers import peer
from workload import ATTRIBUTES, applicants, reference, rules_of

OURS = {
    "matchrules": "Matchrules",
    "matchrules_rete": "Rete",
    "matchrules_interpreter": "Interpreter",
}


def subject(name: str) -> Any:
    """The class of a peer, or of matchrules with one engine."""
    if name in OURS:
        import ours

        return getattr(ours, OURS[name])
    return peer(name)


def measure(name: str, rules: int, what: str, seconds: float, patience: float) -> dict[str, Any]:
    """`what` is `decide` or `change`. Up to 200 answers are compared with the oracle first, as many
    as are given in the seconds of `patience`."""
    timing.pin()
    neutral = rules_of(rules)
    before = timing.memory()
    start = time.perf_counter()
    made = subject(name)(neutral)
    found: dict[str, Any] = {
        "load_ms": timing.rounded((time.perf_counter() - start) * 1e3),
        "chaining": made.chaining,
        "bare_mb": before,
    }
    people = applicants(2000)
    if what == "decide":
        found |= checked(made, neutral, people, patience)
        found["own_mb"] = round(timing.memory() - before, 1)
        yardstick = peer("by_hand")(neutral)
        turns = {
            "yardstick": timing.in_batches(yardstick.decide, people),
            "told": timing.in_batches(getattr(made, "read", made.decide), people),
        }
        if hasattr(made, "made"):
            turns["made"] = timing.in_batches(made.made, people)
    else:
        found |= changes_checked(made, neutral, people, patience)
        turns = {
            "yardstick": changing(peer("bit_index")(neutral), people),
            "told": changing(made, people),
        }
        if hasattr(made, "moved"):
            turns["made"] = changing(made, people, "moved")
    return found | timing.beside(turns, "yardstick", seconds)


def checked(made: Any, neutral: Any, people: list[Any], patience: float) -> dict[str, int]:
    """How many answers were compared with the oracle, and how many of them differ."""
    end = time.perf_counter() + patience
    compared = different = fired = 0
    for person in people[:200]:
        told = list(made.decide(person))
        expected = reference(neutral, person)
        compared += 1
        fired += len(told)
        different += set(told) != expected or len(told) != len(expected)
        if time.perf_counter() > end:
            break
    return {"compared": compared, "different": different, "fired": round(fired / compared, 1)}


def changes(people: list[Any]) -> Callable[[], tuple[Any, str, Any]]:
    """One change of an applicant after another, the same for everyone: the applicant before it, the
    attribute, the new value, which another applicant has."""
    rng = random.Random(5)
    now = dict(people[0])

    def following() -> tuple[Any, str, Any]:
        while True:
            name = rng.choice(ATTRIBUTES)
            value = rng.choice(people)[name]
            if value != now[name]:
                before = dict(now)
                now[name] = value
                return before, name, value

    return following


def changes_checked(made: Any, neutral: Any, people: list[Any], patience: float) -> dict[str, int]:
    """The same for the answers after up to 200 changes."""
    following = changes(people)
    made.prime(people[0])
    end = time.perf_counter() + patience
    compared = different = 0
    while compared < 200 and time.perf_counter() < end:
        before, name, value = following()
        told = list(made.change(before, name, value))
        expected = reference(neutral, {**before, name: value})
        compared += 1
        different += set(told) != expected or len(told) != len(expected)
    return {"compared": compared, "different": different}


def changing(made: Any, people: list[Any], call: str = "changed") -> timing.Turn:
    """Turns that make changes in a row; what they are is drawn before the clock starts."""
    following = changes(people)
    made.prime(people[0])
    if hasattr(made, call):
        step = getattr(made, call)
        return timing.in_batches(lambda change: step(change[1], change[2]), Stream(following))
    return timing.in_batches(lambda change: made.change(*change), Stream(following))


class Stream(list[Any]):
    """What looks like a sequence without an end: each item is drawn when it is read."""

    def __init__(self, following: Callable[[], Any]) -> None:
        self.following = following

    def __len__(self) -> int:
        return 1 << 40

    def __getitem__(self, place: Any) -> Any:
        return self.following()

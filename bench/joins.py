"""One applicant joined with many programs by 20 rules, beside a plain loop over the programs."""

import time
from collections.abc import Sequence
from typing import Any

import timing
from join import (
    Program,
    join_applicants,
    join_book_text,
    join_facts,
    join_reference,
    programs,
)
from peers.joining import BitJoin, CelJoin, DurableJoin, Loop, Pair, PolarsJoin, ZenJoin
from peers.joining_networks import ClipsJoin, ExpertaJoin
from workload import AS_OF, Applicant


class Decide:
    """matchrules: the applicant and all the programs in one mapping, each time."""

    def __init__(self, listed: Sequence[Program]) -> None:
        import matchrules as mr

        self.book = mr.load_text({"join.rules": join_book_text()})
        self.listed = listed

    def decide(self, applicant: Applicant) -> Any:
        decision = self.book.decide(join_facts(applicant, self.listed), AS_OF, engine="compiled")
        return [(a.about, a.subject) for a in decision]

    def made(self, applicant: Applicant) -> Any:
        """Nothing of the advice is read."""
        return self.book.decide(join_facts(applicant, self.listed), AS_OF, engine="compiled")

    def pairs(self, found: Any) -> set[Pair]:
        return set(found)


class Session(Decide):
    """matchrules: a session that holds the programs while the applicant changes."""

    engine: Any = "compiled"

    def __init__(self, listed: Sequence[Program]) -> None:
        super().__init__(listed)
        self.session = self.book.session(AS_OF, engine=self.engine)
        for program in listed:
            self.session.assert_fact("program", **program)
        self.handle = self.session.assert_fact("applicant", **join_applicants(1)[0])
        assert self.session.decision is not None

    def decide(self, applicant: Applicant) -> Any:
        self.session.update(self.handle, **applicant)
        return [(a.about, a.subject) for a in self.session.decision]

    def made(self, applicant: Applicant) -> Any:
        self.session.update(self.handle, **applicant)
        return self.session.decision


class ReteSession(Session):
    """The same on durable-rules."""

    engine = "rete"


KINDS = {
    "loop": (Loop, "plain Python loop"),
    "polars": (PolarsJoin, "Polars, the answer a frame"),
    "bit_join": (BitJoin, "bit-join in Python, a prototype"),
    "durable": (DurableJoin, "durable-rules, its C module"),
    "zen": (ZenJoin, "zen-engine, an expression per program"),
    "cel": (CelJoin, "CEL in Rust, an expression per program"),
    "clips": (ClipsJoin, "CLIPS (clipspy)"),
    "experta": (ExpertaJoin, "experta"),
    "matchrules_session": (Session, "matchrules, a compiled session that holds the programs"),
    "matchrules_decide": (Decide, "matchrules, everything in one mapping"),
    "matchrules_rete": (ReteSession, "matchrules, a session on durable-rules"),
}
ENGINES = ("durable", "zen", "cel", "clips", "experta")


def measure(name: str, listed: int, seconds: float, patience: float) -> dict[str, Any]:
    """Up to 50 answers are compared with the oracle first."""
    timing.pin()
    offered, people = programs(listed), join_applicants(1000)
    before = timing.memory()
    start = time.perf_counter()
    made: Any = KINDS[name][0](offered)
    found: dict[str, Any] = {"load_ms": timing.rounded((time.perf_counter() - start) * 1e3)}
    end = time.perf_counter() + patience
    compared = different = 0
    for person in people[:50]:
        told = made.decide(person)
        told = list(made.pairs(told)) if hasattr(made, "pairs") else list(told)
        expected = join_reference(person, offered)
        compared += 1
        different += set(told) != expected or len(told) != len(expected)
        if time.perf_counter() > end:
            break
    found |= {"compared": compared, "different": different}
    found["own_mb"] = round(timing.memory() - before, 1)
    turns = {
        "yardstick": timing.in_batches(Loop(offered).decide, people),
        "told": timing.in_batches(made.decide, people),
    }
    if hasattr(made, "made"):
        turns["made"] = timing.in_batches(made.made, people)
    return found | timing.beside(turns, "yardstick", seconds)

"""matchrules on the neutral workload, by its public calls alone: the whole way from a plain mapping
to a decision."""

from collections.abc import Sequence
from typing import Any

from peers.plain import Peer
from workload import AS_OF, Applicant, Rule, book_facts, book_text

import matchrules as mr


class Matchrules(Peer):
    """`book.decide` with one engine; `decide` reads subject and strength of all the advice, `made`
    reads nothing."""

    engine: Any = "compiled"

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.book = mr.load_text({"workload.rules": book_text(rules)})
        self.session: Any = None

    def made(self, applicant: Applicant) -> mr.Decision:
        return self.book.decide(book_facts(applicant), AS_OF, engine=self.engine)

    def read(self, applicant: Applicant) -> list[tuple[str, str]]:
        return [(a.subject, a.strength) for a in self.made(applicant)]

    def decide(self, applicant: Applicant) -> list[str]:
        return [subject for subject, _ in self.read(applicant)]

    def prime(self, applicant: Applicant) -> None:
        self.session = self.book.session(AS_OF, engine=self.engine)
        self.handle = self.session.assert_fact("applicant", **applicant)
        assert self.session.decision is not None

    def moved(self, name: str, value: Any) -> mr.Decision:
        """The decision after one change of the session; nothing of it is read."""
        self.session.update(self.handle, **{name: value})
        decision: mr.Decision = self.session.decision
        return decision

    def changed(self, name: str, value: Any) -> list[tuple[str, str]]:
        """The advice after one change of the session."""
        return [(a.subject, a.strength) for a in self.moved(name, value)]

    def change(self, applicant: Applicant, name: str, value: Any) -> list[str]:
        return [subject for subject, _ in self.changed(name, value)]


class Rete(Matchrules):
    """On durable-rules."""

    engine = "rete"


class Interpreter(Matchrules):
    """The definition."""

    engine = "interpreter"

    def prime(self, applicant: Applicant) -> None:
        """There is no session on it."""

"""After every step of any sequence of assertions, updates and retractions, a session gives exactly
the interpreter's decision, or exactly its error, on the same facts.

The sessions run on the real durable-rules, in a process of their own: a crash fails with its steps.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from memory_worker import Worker
from random_bases import random_base
from random_expressions import DAY, value_of

import matchrules
from matchrules.ir import RuleBase
from matchrules.testing import books, cases
from matchrules.types import python_value

ROOT = Path(__file__).parents[2]


def sequences(share: int = 1) -> settings:
    """The profile's number of sequences, or a part of it where each takes long."""
    return settings(
        max_examples=settings().max_examples // share,
        stateful_step_count=20,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
        ],
    )


@pytest.fixture(scope="module", autouse=True)
def worker() -> Iterator[None]:
    yield
    Sequences.worker.stop()


class Sequences(RuleBasedStateMachine):
    """Random steps on one session. Subclasses say which base it has, and which facts there are."""

    worker: ClassVar[Worker] = Worker()
    base: RuleBase

    def __init__(self) -> None:
        super().__init__()
        self.live: dict[int, str] = {}  # handle to fact

    def draw(self, data: st.DataObject, fact: str | None = None) -> tuple[str, Mapping[str, Any]]:
        raise NotImplementedError

    def start(self, kind: str, source: Any, as_of: date) -> None:
        self.worker.open(kind, source, as_of)
        self.worker.do("read")

    @rule(data=st.data(), read=st.integers(0, 3))
    def assert_fact(self, data: st.DataObject, read: int) -> None:
        fact, attributes = self.draw(data)
        self.live[self.worker.do("put", fact, attributes)] = fact
        self.read(read)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), read=st.integers(0, 3))
    def update(self, data: st.DataObject, read: int) -> None:
        handle = data.draw(st.sampled_from(sorted(self.live)))
        fact, attributes = self.draw(data, self.live[handle])
        names = list(self.base.facts[fact].attributes)
        chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        self.worker.do("update", handle, {name: attributes.get(name) for name in chosen})
        self.read(read)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), read=st.integers(0, 3))
    def retract(self, data: st.DataObject, read: int) -> None:
        handle = data.draw(st.sampled_from(sorted(self.live)))
        del self.live[handle]
        self.worker.do("retract", handle)
        self.read(read)

    def read(self, read: int) -> None:
        """Now and then several changes are read at once."""
        if read:
            self.worker.do("read")

    def teardown(self) -> None:
        if self.live:
            self.worker.do("read")


class OnRandomBases(Sequences):
    """Bases built as IR, denser than books have it: every kind of expression, tables and defaults
    that conflict, contradictions, broken promises."""

    @initialize(seed=st.integers(0, 2**32))
    def base_of(self, seed: int) -> None:
        self.base = random_base(seed)
        self.start("seed", seed, DAY)

    def draw(self, data: st.DataObject, fact: str | None = None) -> tuple[str, Mapping[str, Any]]:
        fact = fact or data.draw(st.sampled_from(sorted(self.base.facts)))
        random = data.draw(st.randoms(use_true_random=False))
        found = {}
        for name, attribute in self.base.facts[fact].attributes.items():
            unknown = 3 if attribute.optional else 9 if attribute.default is not None else 0
            if random.randrange(10) >= unknown:
                found[name] = python_value(value_of(random, attribute.type), attribute.type)
        return fact, found


class OnRandomBooks(Sequences):
    """Books drawn as text, with facts out of their valid cases, which together need not be one."""

    @initialize(texts=books(), data=st.data())
    def book_of(self, texts: Mapping[str, str], data: st.DataObject) -> None:
        try:
            book = matchrules.load_text(texts)
        except matchrules.RuleErrors:
            assume(False)
        self.begin(book, "book", texts, data)

    def begin(
        self, book: matchrules.Book, kind: str, source: Any, data: st.DataObject, pool: int = 3
    ) -> None:
        first = data.draw(cases(book))
        as_of = first["as_of"]
        more = [data.draw(cases(book, as_of=as_of)) for _ in range(pool - 1)]
        self.base = book.base_on(as_of)
        self.pool: dict[str, list[Mapping[str, Any]]] = {}
        for case in (first, *more):
            for fact, given in case.items():
                if fact != "as_of":
                    found = given if isinstance(given, list) else [given]
                    self.pool.setdefault(fact, []).extend(found)
        assume(self.pool)
        self.start(kind, source, as_of)

    def draw(self, data: st.DataObject, fact: str | None = None) -> tuple[str, Mapping[str, Any]]:
        fact = fact or data.draw(st.sampled_from(sorted(self.pool)))
        return fact, data.draw(st.sampled_from(self.pool[fact]))


class OnPacks(OnRandomBooks):
    """The rule packs of the project."""

    book: ClassVar[matchrules.Book | None] = None

    @initialize(data=st.data())
    def book_of(self, data: st.DataObject) -> None:
        if OnPacks.book is None:
            OnPacks.book = matchrules.load(ROOT / "rules", cache=True)
        self.begin(OnPacks.book, "packs", (str(ROOT / "rules"),), data)


TestOnRandomBases = OnRandomBases.TestCase
TestOnRandomBases.settings = sequences()
TestOnRandomBooks = OnRandomBooks.TestCase
TestOnRandomBooks.settings = sequences(share=2)
TestOnPacks = OnPacks.TestCase
TestOnPacks.settings = sequences(share=4)

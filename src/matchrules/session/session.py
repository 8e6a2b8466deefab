"""A session: facts come and go, and the decision can be read after any step."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from types import TracebackType
from typing import Any, NoReturn

from matchrules.case.classes import mark_of
from matchrules.case.findings import Enough, Findings
from matchrules.case.model import Instance
from matchrules.case.reading import read_facts, read_instance
from matchrules.case.readings import Readings
from matchrules.case.tree import Path
from matchrules.case.values import Misread
from matchrules.decision import Decision, Reaching, decide, told_later
from matchrules.diagnostics.model import CaseErrors, UsageError
from matchrules.diagnostics.suggest import did_you_mean
from matchrules.ir import FactDeclaration, RuleBase
from matchrules.text import Source
from matchrules.types import Value

from .facts import Facts, Handle
from .memory import Memory, ReteMemory


class Session:
    """A working memory for one day under one book.

    `assert_fact`, `update` and `retract` change the facts; `decision` is what the rules say of them
    now, worked out again only as far as a change touches it. Whether the facts make a valid case is
    judged when the decision is read, so they may be incomplete or in conflict in between. A change
    that is broken off, by an interrupt say, is done or not done, never half.

    A session may be used by several threads: each call is one step, and they wait for each other.
    It cannot be pickled. After a fork, both processes go on with a copy of their own; fork while no
    other thread is inside a call. At most 1,000 sessions of one book can be open on durable-rules
    at a time: close them, best with `with`.
    """

    def __init__(
        self, base: RuleBase, as_of: date, sources: Mapping[str, Source] | None = None,
        reaching: Reaching | None = None, memory: Callable[[RuleBase, date], Memory] = ReteMemory,
    ) -> None:  # fmt: skip
        self._base = base
        self._reaching = reaching  # for each decision: what answers questions about it
        self._as_of = as_of
        self._sources: Mapping[str, Source] = sources or {}
        self._lock = threading.RLock()
        self._facts = Facts(base, as_of)
        self._readings: dict[str, dict[str, Readings]] = {}
        self._made = 0
        self._memory = memory(base, as_of)
        self._decision: Decision | None = None
        self._closed = False

    @property
    def as_of(self) -> date:
        """The day for which the session decides."""
        return self._as_of

    # Facts ---------------------------------------------------------------------------------------

    def assert_fact(self, fact: Any, /, **attributes: Any) -> Handle:
        """Assert a fact, by name with its attributes or as a fact object (`book.facts.Letter(…)`).

        Attributes left out, or None, are unknown. A single or keyed fact that is there already with
        the same values gives the same handle; equal facts without a key count separately. Raises
        `CaseErrors` for an attribute or value that the fact cannot have, and then changes nothing.
        """
        with self._lock:
            self._check_open()
            name, given = self._read(fact, attributes)
            instance = {n: given.get(n) for n in self._base.facts[name].attributes}
            held = self._facts.held[name]
            equal = held.equal(instance)
            if equal is not None:
                return equal
            self._made += 1
            handle = Handle(name, self._made)
            self._touch(name)
            held.put(handle, instance, {**given, **attributes})
            return handle

    def update(self, handle: Handle, /, **attributes: Any) -> Handle:
        """Change some attributes of a fact, None making one unknown; the others stay."""
        with self._lock:
            known = self._known(handle)
            given: Mapping[str, Value | None] | None = self._quickly(handle.fact, attributes)
            if given is None:
                given = self._attributes(self._base.facts[handle.fact], attributes, handle)
            self._touch(handle.fact)
            self._facts.held[handle.fact].put(handle, {**known, **given}, attributes)
            return handle

    def retract(self, handle: Handle, /) -> None:
        """Take a fact back, and all that rests on it alone."""
        with self._lock:
            self._known(handle)
            self._touch(handle.fact)
            self._facts.held[handle.fact].take(handle)

    # Decision ------------------------------------------------------------------------------------

    @property
    def decision(self) -> Decision:
        """What the rules say of the facts as they are now.

        Raises `CaseErrors` while they are no valid case, or where the rules say something
        impossible of them.
        """
        with self._lock:
            self._check_open()
            if self._decision is None:
                found = self._memory.quickly(self._facts)
                if found is not None:
                    self._decision = told_later(found, self._reaching)
                    return self._decision
                try:
                    case = self._facts.case()
                    outcome = self._memory.outcome(case)
                except CaseErrors as error:
                    raise CaseErrors(error.diagnostics, self._sources) from None
                self._decision = decide(self._base, outcome, case, self._reaching)
            return self._decision

    # Life ----------------------------------------------------------------------------------------

    def close(self) -> None:
        """Give back what the session holds; it cannot be used afterwards."""
        with self._lock:
            self._closed = True
            self._facts = Facts(self._base, self._as_of)
            self._memory.close()

    def __enter__(self) -> "Session":
        self._check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a session cannot be pickled or copied: what works for it lives in its process; "
            "pickle the book and the facts"
        )

    # What is given -------------------------------------------------------------------------------

    def _read(
        self, fact: Any, attributes: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Value | None]]:
        if isinstance(fact, str) and fact in self._base.facts:
            return fact, self._attributes(self._base.facts[fact], attributes, None)
        findings = Findings()
        if isinstance(fact, str):
            near = did_you_mean(fact, self._base.facts)
            findings.add("MR510", (fact,), "is no fact that the rules know", near, key=True)
        elif mark_of(fact) is None or attributes:
            raise UsageError("give the name of a fact with its attributes, or a fact object alone")
        else:
            placed = read_facts(self._base, [fact], findings)
        findings.raise_if_any()
        ((name, ((_, given),)),) = placed.items()
        return name, given

    def _attributes(
        self, declaration: FactDeclaration, attributes: Mapping[str, Any], handle: Handle | None
    ) -> Mapping[str, Value | None]:
        """The attributes as values of the language; faults name the place of the fact among those
        asserted, a new one comes last."""
        path: Path = (declaration.name,)
        if declaration.many:
            held = self._facts.held[declaration.name].by_handle
            path = (declaration.name, self._facts.place(handle) if handle else len(held))
        findings = Findings()
        given: Mapping[str, Value | None] = {}
        with suppress(Enough):
            given = read_instance(self._base, declaration, attributes, path, findings)
        findings.raise_if_any()
        return given

    def _quickly(self, fact: str, attributes: Mapping[str, Any]) -> dict[str, Value | None] | None:
        """The attributes as values of the language, None where one is not like those before."""
        readings = self._readings.get(fact)
        if readings is None:
            declared = self._base.facts[fact].attributes
            readings = self._readings[fact] = {n: Readings(a.type) for n, a in declared.items()}
        try:
            return {name: readings[name][raw.__class__, raw] for name, raw in attributes.items()}
        except (KeyError, TypeError, Misread):  # a name or value that is to be told of
            return None

    def _touch(self, fact: str) -> None:
        """Before a change: whoever breaks it off finds no decision on what was before."""
        self._memory.touch(fact)
        self._decision = None

    def _known(self, handle: Handle) -> Instance:
        self._check_open()
        known = self._facts.get(handle)
        if known is None:
            raise UsageError(
                "the handle stands for no fact of this session: it was retracted, or comes from "
                "another session"
            )
        return known

    def _check_open(self) -> None:
        if self._closed:
            raise UsageError("the session is closed: open another one with `book.session`")

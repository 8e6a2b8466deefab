"""What a law is tried on, and how it says that it is broken."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import define, field

from matchrules.case.model import Case, Instance
from matchrules.case.writing import write_case
from matchrules.decision import Outcome, decide
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import interpret
from matchrules.ir import RuleBase
from matchrules.session import Handle, Session

if TYPE_CHECKING:
    from matchrules.rulebook import Book

Engine = Callable[[RuleBase, Case], Outcome]
Sessions = Callable[[RuleBase, date], Session]
Draw = Callable[[Any], Any]  # what a Hypothesis test draws with: `data.draw`
Found = str | tuple[object, ...]  # the bytes of a decision, or its faults

FIRST = "interpreter"  # the engine that the others are compared with


def engines() -> dict[str, Engine]:
    """Every engine that decides one case, the interpreter first."""
    from matchrules.engine.compiled import decide_compiled
    from matchrules.engine.rete import decide_rete

    return {FIRST: interpret, "rete": decide_rete, "compiled": decide_compiled}


class Broken(AssertionError):
    """A law does not hold: `reason` says how, `cases` are the cases in which, as case files by
    name, `files` the rule files where it is they that were changed."""

    def __init__(
        self, reason: str, cases: Mapping[str, str], files: Mapping[str, str] | None = None
    ) -> None:
        self.reason, self.cases, self.files = reason, dict(cases), dict(files or {})
        shown = [f"{name}:\n{text}" if name else text for name, text in self.cases.items()]
        super().__init__("\n".join([reason, *shown]))


@define(eq=False)
class Trial:
    """A book under the engines and sessions that are to keep the laws. `met` counts the cases that
    put the law to the test; `kept` is for what a law prepares once."""

    book: "Book"
    engines: Mapping[str, Engine] = field(factory=engines)
    sessions: Sessions = Session
    met: int = 0
    kept: dict[object, Any] = field(factory=dict)

    def decided(self, base: RuleBase, case: Case, engine: str = FIRST) -> Found:
        """What an engine says: the decision as bytes, or every fault."""
        try:
            outcome = self.engines.get(engine, interpret)(base, case)
        except CaseErrors as error:
            return faults_of(error)
        return decide(base, outcome, case).to_json()

    def agreed(self, base: RuleBase, case: Case, wanted: Found, how: str) -> None:
        """Each engine says what is wanted of the case."""
        for name in self.engines:
            self.same(wanted, self.decided(base, case, name), f"{how}, the engine `{name}`",
                      {"": write_case(base, case)})  # fmt: skip

    def same(self, wanted: Found, found: Found, who: str, cases: Mapping[str, str]) -> None:
        """Nothing if both are equal; else the law is broken."""
        if wanted != found:
            raise Broken(f"{who} says something else: {difference(wanted, found)}", cases)

    @contextmanager
    def session(self, base: RuleBase, case: Case) -> Iterator[tuple[Session, list[Handle]]]:
        """A session in which the facts of the case are asserted, in their order."""
        with self.sessions(base, case.as_of) as session:
            handles = [session.assert_fact(f, **asserted(i)) for f, i in instances(case)]
            yield session, handles


def instances(case: Case) -> list[tuple[str, Instance]]:
    """Every asserted fact of a case, with its name."""
    return [(name, one) for name, several in case.facts.items() for one in several]


def asserted(instance: Instance) -> dict[str, Any]:
    """The known attributes of a fact: values of the language are taken as they are."""
    return {name: value for name, value in instance.items() if value is not None}


def faults_of(error: CaseErrors) -> Found:
    """Faults as two evaluators must agree on them."""
    return tuple((d.code, d.message, d.path, d.help, d.notes) for d in error.diagnostics)


def read(session: Session) -> Found:
    """What a session says now."""
    try:
        return session.decision.to_json()
    except CaseErrors as error:
        return faults_of(error)


def difference(wanted: Found, found: Found) -> str:
    """The first thing in which two decisions differ, in a few words."""
    import json

    if not (isinstance(wanted, str) and isinstance(found, str)):
        return f"{_short(wanted)} against {_short(found)}"
    one, two = json.loads(wanted), json.loads(found)
    for part in one:
        if one[part] != two.get(part):
            return f"`{part}` differs: {_only(one[part], two.get(part))}"
    return "the order within differs"


def _only(one: Any, two: Any) -> str:
    if isinstance(one, dict) and isinstance(two, dict):
        name = next(n for n in [*one, *two] if one.get(n) != two.get(n))
        return f"`{name}` {_short(one.get(name))} against {_short(two.get(name))}"
    if isinstance(one, list) and isinstance(two, list):
        gone, new = [x for x in one if x not in two], [x for x in two if x not in one]
        if gone or new:
            return f"{_short(gone[:1])} against {_short(new[:1])}"
        return "the order, or how often something is there"
    return f"{_short(one)} against {_short(two)}"


def _short(found: object) -> str:
    said = repr(found) if not isinstance(found, str) else found
    return said if len(said) <= 200 else f"{said[:199]}…"

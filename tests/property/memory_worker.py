"""A process in which sessions run beside the interpreter, so that a crash of the network is found
and told, not shared. The parent sends steps; each is done to the session and to a plain list of
facts, and the session must give exactly what the interpreter gives for that list."""

import multiprocessing
from collections.abc import Mapping, Sequence
from datetime import date
from multiprocessing.connection import Connection
from typing import Any

from attrs import define, field

from matchrules.case.validation import assemble
from matchrules.case.values import read_value
from matchrules.decision import decide
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import interpret
from matchrules.ir import RuleBase
from matchrules.session import CompiledMemory, Handle, ReteMemory, Session

BASES_EACH = 60  # per process: a compiled network stays as long as its process


class Crash(AssertionError):
    """The process with the session is gone."""


@define
class Beside:
    """A session on each engine, and the facts that they should hold."""

    base: RuleBase
    as_of: date
    sessions: Sequence[Session] = field(init=False)
    handles: list[tuple[Handle, ...]] = field(factory=list)
    facts: dict[tuple[Handle, ...], dict[str, Any]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.sessions = [
            Session(self.base, self.as_of, memory=memory) for memory in (ReteMemory, CompiledMemory)
        ]

    def put(self, fact: str, attributes: Mapping[str, Any]) -> int:
        declaration = self.base.facts[fact]
        instance = {n: _read(attributes.get(n), a.type) for n, a in declaration.attributes.items()}
        equal = [h for h, i in self.facts.items() if h[0].fact == fact and i == instance]
        handle = tuple(session.assert_fact(fact, **attributes) for session in self.sessions)
        if equal and (declaration.keys or not declaration.many):
            assert handle == equal[0], "an equal fact has another handle"
        else:
            assert handle not in self.facts, "two facts share a handle"
            self.handles.append(handle)
            self.facts[handle] = instance
        return self.handles.index(handle)

    def update(self, number: int, attributes: Mapping[str, Any]) -> None:
        handle = self.handles[number]
        for session, one in zip(self.sessions, handle, strict=True):
            assert session.update(one, **attributes) is one
        declared = self.base.facts[handle[0].fact].attributes
        self.facts[handle].update({n: _read(v, declared[n].type) for n, v in attributes.items()})

    def retract(self, number: int) -> None:
        for session, one in zip(self.sessions, self.handles[number], strict=True):
            session.retract(one)
        del self.facts[self.handles[number]]

    def read(self) -> str:
        """How the decision came out; fails where the interpreter's is another."""
        held: dict[str, list[Any]] = {}
        for handle, instance in self.facts.items():
            held.setdefault(handle[0].fact, []).append(instance)
        expected = _outcome(lambda: _interpreted(self.base, self.as_of, held))
        for session, engine in zip(self.sessions, ("rete", "compiled"), strict=True):
            found = _outcome(lambda: session.decision)  # noqa: B023  # it is called at once
            assert found == expected, (
                f"the session on {engine} gives\n{found}\nthe interpreter gives\n{expected}"
            )
        return "decided" if isinstance(expected, dict) else "refused"

    def close(self) -> None:
        for session in self.sessions:
            session.close()


def _read(raw: Any, type_: Any) -> Any:
    return read_value(raw, type_)


def _interpreted(base: RuleBase, as_of: date, facts: Mapping[str, Any]) -> Any:
    case = assemble(base, as_of, facts)
    return decide(base, interpret(base, case), case)


def _outcome(work: Any) -> Any:
    try:
        decision = work()
    except CaseErrors as error:
        return error.diagnostics
    return {**decision.to_dict(), "facts": decision.facts}


def _base_of(kind: str, source: Any, as_of: date) -> RuleBase:
    if kind == "seed":
        from random_bases import random_base

        return random_base(source)
    import matchrules

    book = matchrules.load(*source, cache=True) if kind == "packs" else matchrules.load_text(source)
    return book.base_on(as_of)


def serve(pipe: "Connection[Any, Any]") -> None:
    """Does what the parent says, until it hangs up."""
    beside: Beside | None = None
    loaded: tuple[Any, RuleBase] | None = None
    while True:
        try:
            step, *arguments = pipe.recv()
        except EOFError:
            return
        try:
            if step == "open":
                if beside is not None:
                    beside.close()
                if loaded is None or loaded[0] != arguments:
                    loaded = arguments, _base_of(*arguments)
                beside = Beside(loaded[1], arguments[2])
                answer = None
            else:
                answer = getattr(beside, step)(*arguments)
            pipe.send(("done", answer))
        except Exception as error:
            import traceback

            pipe.send(("failed", f"{error}\n{traceback.format_exc()}"))


class Worker:
    """The parent's side."""

    def __init__(self) -> None:
        self._process: Any = None
        self._pipe: Any = None
        self._opened = 0

    def open(self, kind: str, source: Any, as_of: date) -> None:
        if self._process is None or self._opened >= BASES_EACH or not self._process.is_alive():
            self.stop()
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=serve, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
            self._opened = 0
        self._opened += 1
        self.do("open", kind, source, as_of)

    def do(self, *step: Any) -> Any:
        try:
            self._pipe.send(step)
            if not self._pipe.poll(300):
                self.stop()
                raise Crash(f"no answer within five minutes to {step}")
            how, answer = self._pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self._process.join()
            raise Crash(f"the process ended with {self._process.exitcode} at {step}") from None
        assert how == "done", answer
        return answer

    def stop(self) -> None:
        if self._process is not None:
            self._pipe.close()
            self._process.terminate()
            self._process.join()
            self._process = None

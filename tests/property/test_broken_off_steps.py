"""A step of a session that is broken off anywhere is done or not done, and all that follows is
right: the decision is the interpreter's on the facts that are there."""

import sys
from collections.abc import Callable
from datetime import date
from functools import cache
from types import FrameType
from typing import Any

import pytest
from books_and_cases import loaded

from matchrules.case.validation import assemble
from matchrules.decision import decide
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import interpret
from matchrules.rulebook import Book
from matchrules.session import Handle, Session

DAY = date(2026, 6, 1)
TEXT = """
ruleset one version 1 effective from 2026-01-01
enum colour red green
fact box
  size : integer 0..9
  colours : set of colour optional
fact ball many up to 3
  name : text key
  weight : decimal 0.0..9.9
fact chip many up to 3
  worth : integer 0..9
advice say
  big many
source book "A book"
rule big cite book when box.size > 2 and box.colours has red then may say.big "{box.size}"
rule many cite book for each ball when ball.weight > 1.5
  then may say.many "{ball.name} {ball.weight}"
"""


@cache
def book() -> Book:
    return loaded({"one.rules": TEXT})


class Interrupt(KeyboardInterrupt):
    """As a user makes one."""


class BrokenOff:
    """Breaks off what runs in a session's own modules before its nth instruction there."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __enter__(self) -> None:
        sys.settrace(self._call)

    def __exit__(self, *error: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, argument: Any) -> Any:
        if "matchrules/session/" not in frame.f_code.co_filename.replace("\\", "/"):
            return None
        frame.f_trace_opcodes = True
        return self._step

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "opcode":
            self.left -= 1
            if not self.left:
                sys.settrace(None)
                raise Interrupt
        return self._step


Step = Callable[[Session, dict[str, Handle]], object]
STEPS: dict[str, Step] = {
    "assert one": lambda s, h: s.assert_fact("ball", name="new", weight=3.5),
    "assert the same": lambda s, h: s.assert_fact("ball", name="a", weight="1.5"),
    "assert its like": lambda s, h: s.assert_fact("ball", name="a", weight=4),
    "assert another box": lambda s, h: s.assert_fact("box", size=4),
    "assert an equal chip": lambda s, h: s.assert_fact("chip", worth=5),
    "update": lambda s, h: s.update(h["ball"], weight=9.5),
    "update a key": lambda s, h: s.update(h["ball"], name="b"),
    "update a box": lambda s, h: s.update(h["box"], size=1, colours=None),
    "retract": lambda s, h: s.retract(h["ball"]),
    "retract a box": lambda s, h: s.retract(h["box"]),
    "read": lambda s, h: s.decision,
}


def begun() -> tuple[Session, dict[str, Handle]]:
    session = book().session(DAY, engine="compiled")
    handles = {
        "box": session.assert_fact("box", size=5, colours=["red"]),
        "ball": session.assert_fact("ball", name="a", weight="1.5"),
        "other": session.assert_fact("ball", name="b", weight=2.5),
        "chip": session.assert_fact("chip", worth=5),
    }
    for size in (6, 7, 5):  # until the columns are there
        session.update(handles["box"], size=size)
        assert session.decision
    return session, handles


def outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except CaseErrors as error:
        return error.diagnostics


def contents(session: Session) -> dict[Handle, Any]:
    return {
        handle: dict(instance)
        for held in session._facts.held.values()
        for handle, instance in held.by_handle.items()
    }


def expected(session: Session) -> Any:
    """The interpreter's decision on the same facts."""
    base, facts = book().bases[0], dict[str, list[Any]]()
    for handle, instance in contents(session).items():
        facts.setdefault(handle.fact, []).append(instance)

    def interpreted() -> Any:
        case = assemble(base, DAY, facts)
        return decide(base, interpret(base, case), case)

    return outcome(interpreted)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_is_broken_off(name: str) -> None:
    step, number = STEPS[name], 0
    reference, handles = begun()
    before = len(contents(reference))
    step(reference, handles)
    after = sorted(map(str, contents(reference).values()))
    was_broken = True
    while was_broken:
        number += 7 if number > 100 else 1
        session, handles = begun()
        held = sorted(map(str, contents(session).values()))
        was_broken = False
        try:
            with BrokenOff(number):
                step(session, handles)
        except Interrupt:
            was_broken = True
        assert sorted(map(str, contents(session).values())) in (held, after)
        assert outcome(lambda: session.decision) == expected(session)  # noqa: B023  # called at once
        for handle in contents(session):  # whatever is asserted again is known to be there
            if handle.fact == "ball":
                instance = contents(session)[handle]
                if len(contents(session)) == before:
                    assert session.assert_fact("ball", **instance) is handle
        session.close()
    assert number > 20

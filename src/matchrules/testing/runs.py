"""Asking about many cases of one rule base: what is asked often is compiled.

The meaning is the interpreter's. The compiled rules equal it, but have to be written first, which
does not pay for a rule base of which a few cases are drawn.
"""

import weakref
from typing import Any, Final, Protocol

from matchrules.case.model import Case
from matchrules.engine.compiled import compiled
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation
from matchrules.ir import Expression, RuleBase

WORTH: Final = 12  # cases of one rule base, before it is compiled


class Run(Protocol):
    """One case under one rule base, to be asked about. `cases` names those of a `compare`."""

    base: RuleBase
    case: Case
    cases: Any

    def value(self, expression: Expression, bound: Bound = NOTHING) -> Any:
        """The value of an expression."""

    def each(self, fact: str | None, bound: Bound = NOTHING) -> list[Bound]:
        """`bound` once for each instance of the fact."""

    def outcome(self) -> Any:
        """What the rules say; raises `CaseErrors`."""


_ASKED: dict[int, int] = {}  # how often, by the identity of the rule base


def runs_of(base: RuleBase, *cases: Case) -> tuple[Run, ...]:
    """Runs of those cases, all by the interpreter or all by compiled rules."""
    known = _ASKED.get(id(base))
    if known is None:
        weakref.finalize(base, _ASKED.pop, id(base), None)
    times = _ASKED[id(base)] = (known or 0) + 1
    if times <= WORTH:
        return tuple(Interpretation(base, case) for case in cases)
    code = compiled(base)
    return tuple(code.run(case) for case in cases)


def run_of(base: RuleBase, case: Case) -> Run:
    """A run of one case."""
    return runs_of(base, case)[0]

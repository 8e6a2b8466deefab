"""One decision as fast as hand-written Python: the rules as straight-line code.

The source is written out of the typed rule base alone. What is data in it stays data: names and
texts of rule files are constants that the code refers to by number.
"""

from threading import Lock

from matchrules.case.model import Case
from matchrules.decision import Outcome
from matchrules.ir import RuleBase

from .program import Compiled
from .run import Run

MOST_KEPT = 16

_kept: dict[int, Compiled] = {}  # by the identity of its base, least recently used first
_turn = Lock()


def compiled(base: RuleBase) -> Compiled:
    """The code of a rule base. That of the last few is kept."""
    with _turn:
        found = _kept.pop(id(base), None) or Compiled(base)
        _kept[id(base)] = found
        if len(_kept) > MOST_KEPT:
            del _kept[next(iter(_kept))]
    return found


def decide_compiled(base: RuleBase, case: Case) -> Outcome:
    """What the rules say of one case; raises `CaseErrors` with every fault that the case shows."""
    return compiled(base).run(case).outcome()


__all__ = ["Compiled", "Run", "compiled", "decide_compiled"]

"""One decision as fast as hand-written Python: the rules as straight-line code.

The source is written out of the typed rule base alone. What is data in it stays data: names and
texts of rule files are constants that the code refers to by number.
"""

from typing import Final

from matchrules.case.model import Case
from matchrules.decision import Outcome
from matchrules.ir import RuleBase
from matchrules.ir.kept import Kept

from .program import Compiled
from .run import Run

compiled: Final = Kept(Compiled)  # the code of a rule base


def decide_compiled(base: RuleBase, case: Case) -> Outcome:
    """What the rules say of one case; raises `CaseErrors` with every fault that the case shows."""
    return compiled(base).run(case).outcome()


__all__ = ["Compiled", "Run", "compiled", "decide_compiled"]

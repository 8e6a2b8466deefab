"""Whom a change of rules affects: two rule bases compared over every case that there can be.

What rests on the same statements on both sides is the same, and no solver is asked. For the rest
z3 looks for a case in which the advice differs; each is shown to the interpreter on both sides,
and is widened to a region: conditions under which every valid case is affected.
"""

from matchrules.prove.difference.comparing import compare, equivalent
from matchrules.prove.difference.model import (
    BookDifference,
    Change,
    EraDifference,
    Region,
    Said,
    Shift,
    SubjectDifference,
)

__all__ = [
    "BookDifference",
    "Change",
    "EraDifference",
    "Region",
    "Said",
    "Shift",
    "SubjectDifference",
    "compare",
    "equivalent",
]

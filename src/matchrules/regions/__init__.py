"""Exact algebra of boxes over columns: the ground of the table checks, without a solver.

A column (`Axis`) is cut into finitely many cells such that no test of the table tells two values of
one cell apart; "unknown" is a cell of its own. A set of cells is an `int` with one bit a cell, a
box one such mask for each column.
"""

from matchrules.regions.axis import Axis, Cell, Tested
from matchrules.regions.boxes import Box, Effort, Index, TooLarge, meet, meeting, uncovered, widen

__all__ = [
    "Axis",
    "Box",
    "Cell",
    "Effort",
    "Index",
    "Tested",
    "TooLarge",
    "meet",
    "meeting",
    "uncovered",
    "widen",
]

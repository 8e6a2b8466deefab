"""Whole cohorts: frames of cases in, frames of advice out.

`decide_frame` decides all cases at once, `decide_pieces` a piece at a time, for cohorts that do
not fit in memory. A case at fault gets its row in `errors`, and keeps no other from being decided.
"""

from matchrules.cohort.asked import Asked, Extra, FrameEngine, Output
from matchrules.cohort.deciding import decide_frame, decide_pieces
from matchrules.cohort.result import FrameDecision, Schemas, schemas

__all__ = [
    "Asked", "Extra", "FrameDecision", "FrameEngine", "Output", "Schemas", "decide_frame",
    "decide_pieces", "schemas",
]  # fmt: skip

"""Whole cohorts: frames of cases in, frames of advice out.

`decide_frame` decides all cases at once, `decide_pieces` a piece at a time, for cohorts that do
not fit in memory. A case at fault gets its row in `errors`, and keeps no other from being decided.
`decide_batches` takes Arrow batches of whole cases, and is what engines for many machines call.

Needs the extra `frames`; nothing imports Polars before a cohort is decided.
"""

from typing import TYPE_CHECKING, Final

from matchrules.cohort.arrow import Options, decide_batches, decided_schema
from matchrules.cohort.arrow_schema import case_schema
from matchrules.cohort.asked import Asked, Extra, FrameEngine, Output
from matchrules.cohort.result import FrameDecision, Schemas, schemas
from matchrules.cohort.shipping import Shipment, ship

if TYPE_CHECKING:
    from matchrules.cohort.deciding import decide_frame as decide_frame
    from matchrules.cohort.deciding import decide_pieces as decide_pieces

_DECIDING: Final = ("decide_frame", "decide_pieces")

__all__ = [
    "Asked", "Extra", "FrameDecision", "FrameEngine", "Options", "Output", "Schemas", "Shipment",
    "case_schema", "decide_batches", "decide_frame", "decide_pieces", "decided_schema", "schemas",
    "ship",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """What needs Polars is imported when it is asked for, and says what to install."""
    if name in _DECIDING:
        from matchrules.cohort.extra import polars

        polars()
        from matchrules.cohort import deciding

        return getattr(deciding, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

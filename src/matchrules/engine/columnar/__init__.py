"""A whole cohort at once: every fact and every value that follows is a column (Polars).

Needs the extra `frames`; nothing imports Polars before a cohort is decided.
"""

from typing import TYPE_CHECKING, Final

from matchrules.ir.kept import Kept

from .program import Program

if TYPE_CHECKING:
    from .columns import Columns
    from .result import Result, Said

columnar: Final = Kept(Program)  # what a rule base says of any cohort

__all__ = ["Columns", "Program", "Result", "Said", "columnar"]


def __getattr__(name: str) -> object:
    """What needs Polars is imported when it is asked for."""
    if name == "Columns":
        from .columns import Columns

        return Columns
    if name in ("Result", "Said"):
        from . import result

        return getattr(result, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

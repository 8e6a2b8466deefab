"""The whole way: frames in, frames out."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from matchrules.cohort.asked import EXPLAINED, PIECE, Extra, FrameEngine, Output
from matchrules.cohort.result import FrameDecision
from matchrules.rulebook import Book


def decide_frame(
    book: Book,
    frames: Any,
    key: str = "id",
    *,
    as_of: date | str | None = None,
    output: Output = "long",
    derived: bool = False,
    texts: bool = False,
    explain: int = EXPLAINED,
    extra: Extra = "refuse",
    engine: FrameEngine = "columnar",
) -> FrameDecision:
    """The decisions on all the cases of those frames: see `Book.decide_frame`."""
    raise NotImplementedError


def decide_pieces(
    book: Book,
    frames: Any,
    key: str = "id",
    *,
    as_of: date | str | None = None,
    output: Output = "long",
    derived: bool = False,
    texts: bool = False,
    explain: int = EXPLAINED,
    extra: Extra = "refuse",
    engine: FrameEngine = "columnar",
    size: int = PIECE,
) -> Iterator[FrameDecision]:
    """The same, `size` cases at a time, in the order of the cases.

    LazyFrames are read a piece at a time. `explain` is for the whole cohort. What is wrong with the
    frames as such is raised before the first piece.
    """
    raise NotImplementedError

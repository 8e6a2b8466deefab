"""What comes out of a cohort."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    import polars as pl

    from matchrules.cohort.asked import Asked
    from matchrules.rulebook import Book


@frozen(eq=False)
class FrameDecision:
    """The advice on a cohort, or on a piece of it.

    `advice` is the long or the wide frame, `errors` has a row for each fault, `cases` is how many
    cases there were, those at fault included. `derived` and `instances` are there where asked for:
    a row for each case that was decided, a column for each define; and by fact, a row for each of
    its instances, with the defines said `for each`.
    """

    cases: int
    advice: "pl.DataFrame" = field(repr=False)
    errors: "pl.DataFrame" = field(repr=False)
    derived: "pl.DataFrame | None" = field(default=None, repr=False)
    instances: "Mapping[str, pl.DataFrame]" = field(factory=dict, repr=False)


@frozen(eq=False)
class Schemas:
    """The columns of each frame that comes out, the same for every piece of a cohort."""

    advice: "pl.Schema"
    errors: "pl.Schema"
    derived: "pl.Schema"
    instances: "Mapping[str, pl.Schema]"


def schemas(book: "Book", asked: "Asked", key_type: "pl.DataType") -> Schemas:
    """What comes out of that book for keys of that type."""
    raise NotImplementedError


def together(parts: "Sequence[FrameDecision]", schemas: Schemas) -> FrameDecision:
    """The decisions on all the pieces, as one."""
    raise NotImplementedError

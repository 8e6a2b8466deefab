"""Which cases there are, and the rows of each frame that belong to a piece of them.

Only keys are read before the first piece. A frame whose rows stand in the order of the cases is
read as slices; another is sorted where it is in memory, else searched for each piece.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import polars as pl
from attrs import define, evolve, field, frozen

from matchrules.cohort.naming import Frame, Given, Source
from matchrules.diagnostics.model import UsageError
from matchrules.engine.columnar.columns import CASE

_AT: Final = "@at"
_KEY: Final = "@key"
_ROW: Final = "@row"
_FIRST, _LAST = ((day - date(1970, 1, 1)).days for day in (date.min, date.max))
MOST_CASES: Final = 2**32 - 1


@frozen(eq=False)
class Part:
    """The rows of a source that belong to a piece. `cases` has the case of each row, ascending,
    counted within the piece; None where row n is that of case n."""

    source: Source
    frame: pl.DataFrame = field(repr=False)
    cases: pl.Series | None = field(repr=False)

    def cases_of(self, rows: pl.Series) -> pl.Series:
        """The cases of those rows."""
        return (rows if self.cases is None else self.cases.gather(rows)).cast(pl.UInt32)

    @property
    def every_case(self) -> pl.Series:
        """The case of each row."""
        if self.cases is not None:
            return self.cases
        return pl.int_range(self.frame.height, dtype=pl.UInt32, eager=True)


@frozen(eq=False)
class Piece:
    """Some cases, with all that was given of them: their keys, and their rows by source."""

    keys: pl.Series = field(repr=False)
    parts: Mapping[str, Part]

    @property
    def cases(self) -> int:
        return len(self.keys)

    def only(self, chosen: pl.Series) -> "Piece":
        """The cases for which `chosen` is true."""
        number = (chosen.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)
        parts = {}
        for name, part in self.parts.items():
            each = part.every_case
            mask = chosen.gather(each)
            cases = None if part.cases is None else number.gather(each.filter(mask))
            parts[name] = Part(part.source, part.frame.filter(mask), cases)
        return Piece(self.keys.filter(chosen), parts)


@frozen(eq=False)
class Lost:
    """Rows that belong to no case: those of `source` without a key (by row, from 1), and keys of
    many-facts that no case has, with how many rows have them."""

    source: str
    without_key: pl.Series = field(repr=False)
    without_case: pl.DataFrame = field(repr=False)


@define
class _Rows:
    """The rows of one frame."""

    frame: Frame
    at: pl.Series | None = None  # the case of each row, where it is not the row itself
    scattered: bool = False  # in no order, and not in memory: searched for each piece


class Listing:
    """All cases of a call."""

    def __init__(self, given: Given) -> None:
        self.given = given
        frames = {id(source.frame): source.frame for source in given.sources}
        keys = {name: self._keys_of(frame) for name, frame in frames.items()}
        listing = dict.fromkeys(id(source.frame) for source in given.listing)
        self.keys = _cases([keys[name] for name in listing])
        if len(self.keys) > MOST_CASES:
            raise UsageError(f"a cohort has at most {MOST_CASES:,} cases: give it in several")
        self.lost: list[Lost] = []
        self._rows: dict[int, _Rows] = {}
        for name, frame in frames.items():
            sources = [s.name for s in given.sources if id(s.frame) == name]
            shown = "" if given.sources[0].wide else sources[0]
            self._rows[name] = self._placed(shown, frame, keys[name])

    def _keys_of(self, frame: Frame) -> pl.Series:
        column = pl.col(self.given.key).cast(self.given.key_type).alias(_KEY)
        keys = frame.lazy().select(column).collect().to_series()
        days = keys.to_physical() if keys.dtype == pl.Date else keys.clear()
        if len(days) and not days.is_between(_FIRST, _LAST).all():
            raise UsageError(
                f"`{self.given.key}` holds days that are in no calendar: keys that are dates "
                "are of the years 1 to 9999"
            )
        return keys

    def _placed(self, name: str, frame: Frame, keys: pl.Series) -> _Rows:
        if keys.null_count() == 0 and len(keys) == len(self.keys) and keys.equals(self.keys):
            return _Rows(frame)
        numbered = pl.DataFrame({_KEY: self.keys}).with_row_index(_AT)
        at = (
            keys.to_frame().join(numbered, on=_KEY, how="left", maintain_order="left")
        )[_AT]  # fmt: skip
        if at.null_count():
            none = at.is_null()
            counted = keys.filter(none).drop_nulls().to_frame().group_by(_KEY).len().sort(_KEY)
            self.lost.append(Lost(name, keys.is_null().arg_true() + 1, counted))
            if isinstance(frame, pl.DataFrame):
                frame, at = frame.filter(~none), at.filter(~none)
        if at.null_count() == 0 and at.is_sorted():
            return _Rows(frame, at)
        if isinstance(frame, pl.DataFrame):
            order = pl.DataFrame({_AT: at}).with_row_index(_ROW).sort(_AT, maintain_order=True)
            return _Rows(frame[order[_ROW]], order[_AT])
        return _Rows(frame, at, scattered=True)

    def pieces(self, size: int) -> Iterator[Piece]:
        """All cases, `size` at a time."""
        for start in range(0, len(self.keys), size):
            yield self.piece(start, size)

    def piece(self, start: int, size: int) -> Piece:
        """`size` cases from the one with that number on."""
        keys = self.keys.slice(start, size)
        taken = {name: self._taken(rows, start, keys) for name, rows in self._rows.items()}
        return Piece(
            keys,
            {
                source.name: Part(source, *taken[id(source.frame)])
                for source in self.given.sources
            },
        )  # fmt: skip

    def _taken(
        self, rows: _Rows, start: int, keys: pl.Series
    ) -> tuple[pl.DataFrame, pl.Series | None]:
        if rows.scattered:
            return self._searched(rows.frame.lazy(), keys)
        if rows.at is None:
            return _slice(rows.frame, start, len(keys)), None
        first = rows.at.search_sorted(start, "left")
        last = rows.at.search_sorted(start + len(keys), "left")
        at = rows.at.slice(first, last - first) - start
        return _slice(rows.frame, first, last - first), at.cast(pl.UInt32)

    def _searched(self, frame: pl.LazyFrame, keys: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
        key = pl.col(self.given.key).cast(self.given.key_type)
        # bounds let a reader pass over parts of a file by what it says of them
        low, high = (pl.lit(bound, keys.dtype) for bound in (keys.min(), keys.max()))
        near = frame.filter(key.is_between(low, high)).with_columns(key.alias(_KEY))
        numbered = pl.DataFrame({_KEY: keys}).with_row_index(CASE)
        found = near.join(numbered.lazy(), on=_KEY, how="inner", maintain_order="left").collect()
        found = found.sort(CASE, maintain_order=True)
        return found, found[CASE].cast(pl.UInt32)


def _slice(frame: Frame, start: int, length: int) -> pl.DataFrame:
    return frame.slice(start, length).lazy().collect()


def _cases(keys: list[pl.Series]) -> pl.Series:
    """Each key once, in the order in which they are first met."""
    if len(keys) == 1 and keys[0].null_count() == 0 and _ascending(keys[0]):
        return keys[0]
    return pl.concat(keys).drop_nulls().unique(maintain_order=True)


def _ascending(keys: pl.Series) -> bool:
    """Whether each is larger than the one before: cheaper to see than that none is there twice."""
    if keys.dtype == pl.String:
        return False
    return bool((keys.slice(1) > keys.slice(0, max(len(keys) - 1, 0))).all())


def in_memory(given: Given) -> Given:
    """The same, everything that is lazy collected."""
    lazy = {id(s.frame): s.frame for s in given.sources if isinstance(s.frame, pl.LazyFrame)}
    collected = dict(zip(lazy, pl.collect_all([*lazy.values()]), strict=True))
    sources = tuple(
        evolve(source, frame=collected.get(id(source.frame), source.frame))
        for source in given.sources
    )
    return evolve(given, sources=sources)


__all__ = ["Listing", "Lost", "Part", "Piece", "in_memory"]

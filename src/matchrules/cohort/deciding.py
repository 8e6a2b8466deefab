"""The whole way: frames in, frames out."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl
from attrs import define, field

from matchrules.cohort.alone import Alone
from matchrules.cohort.asked import EXPLAINED, PIECE, Asked, Extra, FrameEngine, Output
from matchrules.cohort.checking import check, without
from matchrules.cohort.eras import days_of, eras, spans
from matchrules.cohort.lost import errors_of_lost
from matchrules.cohort.naming import Given, given
from matchrules.cohort.one_by_one import Decisions, errors, unexplained
from matchrules.cohort.pieces import Listing, Piece, in_memory
from matchrules.cohort.result import (
    FrameDecision,
    schemas,
    together,
    wide_columns,
)
from matchrules.cohort.telling import Telling
from matchrules.decision import Decision
from matchrules.diagnostics.model import CaseErrors, UsageError
from matchrules.engine.columnar import Columns, columnar
from matchrules.engine.columnar.columns import CASE
from matchrules.ir import RuleBase
from matchrules.rulebook import Book

Frames = dict[str, list[pl.DataFrame]]  # by what they tell, each with the cases of a part


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
    asked = Asked(key, as_of, output, derived, texts, explain, extra, engine)
    cohort = _Cohort(book, asked, in_memory(given(book.bases, frames, asked)))
    return together([*cohort.pieces(PIECE)], cohort.schemas)


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
    asked = Asked(key, as_of, output, derived, texts, explain, extra, engine)
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise UsageError(f"`size` is a number of cases, not {size!r}")
    return _Cohort(book, asked, given(book.bases, frames, asked)).pieces(size)


class _Cohort:
    """All the cases of a call."""

    def __init__(self, book: Book, asked: Asked, frames: Given) -> None:
        self.book = book
        self.asked = asked
        self.given = frames
        self.listing = Listing(frames)
        self.schemas = schemas(book, asked, frames.key_type)
        self.columns = wide_columns(book.bases)
        self.explain = asked.explain  # how many are still told why

    def pieces(self, size: int) -> Iterator[FrameDecision]:
        """What is lost comes with the first piece, also where there are no cases."""
        lost = errors_of_lost(self.listing.lost, self.schemas.errors)
        pieces = self.listing.pieces(size) if len(self.listing.keys) else [self.listing.piece(0, 1)]
        for piece in pieces:
            found = _Piece(self, piece).decided()
            if lost.height:
                found = FrameDecision(
                    found.cases, found.advice, pl.concat([found.errors, lost]), found.derived,
                    found.instances,
                )  # fmt: skip
                lost = lost.clear()
            yield found


def _frames() -> Frames:
    return {"advice": [], "derived": [], "errors": []}


@define
class _Piece:
    """One piece of a cohort."""

    cohort: _Cohort
    piece: Piece
    told: Frames = field(factory=_frames)
    instances: Frames = field(factory=dict)
    alone: Alone = field(init=False)

    def __attrs_post_init__(self) -> None:
        day = self.cohort.given.day
        at = None if day is None else (day, self.cohort.given.day_column)
        self.alone = Alone(self.cohort.book, self.cohort.asked, self.piece, at)

    def decided(self) -> FrameDecision:
        if self.piece.cases:
            self._decide()
        return self._whole()

    def _decide(self) -> None:
        cohort, piece = self.cohort, self.piece
        day = cohort.given.day
        part = None if day is None else piece.parts[day]
        days, wrong = days_of(cohort.asked, piece, part, cohort.given.day_column)
        marks = [wrong]
        placed = pl.repeat(False, piece.cases, dtype=pl.Boolean, eager=True)
        for base, chosen in eras(cohort.book.bases, days):
            placed = placed | chosen
            if chosen.all():
                marks.append(self._era(base, piece, days, None))
            else:
                numbers = chosen.arg_true()
                found = self._era(base, piece.only(chosen), days.filter(chosen), numbers)
                marks.append(found)
        unplaced = (days.is_not_null() & ~placed).arg_true().cast(pl.UInt32)
        marks.append(_marked(unplaced, "MR507", "as_of"))
        self._explain(pl.concat(marks))

    def _era(
        self, base: RuleBase, piece: Piece, days: pl.Series, numbers: pl.Series | None
    ) -> pl.DataFrame:
        """Decides the cases under one rule base; tells those at fault. `numbers` are those of the
        cases in the whole piece."""
        every = pl.int_range(piece.cases, dtype=pl.UInt32, eager=True)
        asked = self.cohort.asked
        checked = check(base, piece)
        marks = checked.marks
        fine = pl.repeat(True, piece.cases, dtype=pl.Boolean, eager=True)
        if marks.height:
            wrong = marks[CASE].unique()
            fine = fine.scatter(wrong, False)
        if asked.texts or asked.engine == "compiled":
            cases = every.filter(fine)
            self._one_by_one(base, cases if numbers is None else numbers.gather(cases))
        else:
            facts = checked.facts if fine.all() else without(checked.facts, fine)
            cases = every.filter(fine)
            left = days if fine.all() else days.filter(fine)
            found = self._in_columns(base, facts, left, cases, numbers)
            marks = pl.concat([marks, *found])
        if numbers is not None:
            marks = marks.with_columns(numbers.gather(marks[CASE]).cast(pl.UInt32).alias(CASE))
        return marks

    def _in_columns(
        self, base: RuleBase, facts: Mapping[str, pl.DataFrame], days: pl.Series,
        cases: pl.Series, numbers: pl.Series | None,
    ) -> Iterator[pl.DataFrame]:  # fmt: skip
        """Decides valid cases, which `cases` numbers, in columns; tells those that show faults.
        A span of days whose parameters do not let it be done in columns is done case by case."""
        if not len(days):
            return
        program, whole = columnar(base), len(cases) == self.piece.cases
        for chosen in spans(base, days):
            every = bool(chosen.all())
            within = cases if every else cases.filter(chosen)
            named = within if numbers is None else numbers.gather(within)
            some = days if every else days.filter(chosen)
            if program.obstacle_on(some[0]) is not None:
                self._one_by_one(base, named)
                continue
            columns = Columns(some, facts if every else without(facts, chosen))
            telling = Telling(base, program.decide(columns), None if whole and every else named)
            faulty = telling.result.faulty
            if faulty.any():
                yield _marked(within.filter(faulty), None, None)
            self._tell(telling)

    def _tell(self, telling: Telling) -> None:
        schema, key = self.cohort.schemas, self.cohort.asked.key
        if self.cohort.asked.output == "wide":
            self.told["advice"].append(telling.wide(self.cohort.columns))
        else:
            self.told["advice"].append(telling.long(_but(schema.advice, key)))
        if schema.derived is not None:
            self.told["derived"].append(telling.derived(_but(schema.derived, key)))
        for fact, columns in schema.instances.items():
            found = telling.instances(fact, _but(columns, key))
            self.instances.setdefault(fact, []).append(found)

    def _one_by_one(self, base: RuleBase, cases: pl.Series) -> None:
        """Decides cases by themselves; what is at fault goes to the errors at once."""
        made: list[tuple[int, Decision]] = []
        faults: list[tuple[int, CaseErrors]] = []
        for case, answer in self.alone.decisions(cases):
            if isinstance(answer, CaseErrors):
                faults.append((case, answer))
            else:
                made.append((case, answer))
        self.told["errors"].append(errors(faults))
        decisions, schema, key = Decisions(made), self.cohort.schemas, self.cohort.asked.key
        if self.cohort.asked.output == "wide":
            self.told["advice"].append(decisions.wide(self.cohort.columns))
        else:
            self.told["advice"].append(decisions.long(_but(schema.advice, key)))
        if schema.derived is not None:
            self.told["derived"].append(decisions.derived(base, _but(schema.derived, key)))
        for fact, columns in schema.instances.items():
            found = decisions.instances(base, fact, _but(columns, key))
            self.instances.setdefault(fact, []).append(found)

    def _explain(self, marks: pl.DataFrame) -> None:
        """The words of what is marked, for as many cases as are to be told why."""
        cases = marks[CASE].unique().sort()
        if not len(cases):
            return
        asked = cases.head(self.cohort.explain)
        self.cohort.explain -= len(asked)
        faults = [
            (case, found)
            for case, found in self.alone.decisions(asked)
            if isinstance(found, CaseErrors)
        ]
        self.told["errors"].append(errors(faults))
        rest = marks.filter(~pl.col(CASE).is_in(asked.implode()))
        self.told["errors"].append(unexplained(rest))

    # Together -----------------------------------------------------------------------------------

    def _whole(self) -> FrameDecision:
        schema = self.cohort.schemas
        wide = self.cohort.asked.output == "wide"
        return FrameDecision(
            self.piece.cases,
            self._keyed(self.told["advice"], schema.advice, every=wide),
            self._keyed(self.told["errors"], schema.errors),
            None if schema.derived is None
            else self._keyed(self.told["derived"], schema.derived),
            {
                fact: self._keyed(self.instances.get(fact, []), columns)
                for fact, columns in schema.instances.items()
            },
        )  # fmt: skip

    def _keyed(
        self, frames: list[pl.DataFrame], schema: pl.Schema, every: bool = False
    ) -> pl.DataFrame:
        """Frames of parts as one, in the order of the cases, with their keys; with `every` case
        there, those at fault too."""
        found = [frame for frame in frames if frame.height]
        if not found and not every:
            return pl.DataFrame(schema=schema)
        whole = pl.concat(found) if found else pl.DataFrame(schema={
            CASE: pl.UInt32(), **_but(schema, self.cohort.asked.key)
        })  # fmt: skip
        if len(found) > 1:
            whole = whole.sort(CASE, maintain_order=True)
        key = self.piece.keys.alias(self.cohort.asked.key)
        if every:
            if whole.height < self.piece.cases:
                each = pl.select(pl.int_range(self.piece.cases, dtype=pl.UInt32).alias(CASE))
                whole = each.join(whole, on=CASE, how="left", maintain_order="left")
        else:
            key = key.gather(whole[CASE])
        columns = whole.drop(CASE).get_columns()
        return pl.DataFrame([key, *columns])


def _but(schema: pl.Schema, key: str) -> dict[str, pl.DataType]:
    """The columns after the key, which may be called as one of them is."""
    return dict([*schema.items()][1:])


def _marked(cases: pl.Series, code: str | None, path: str | None) -> pl.DataFrame:
    return cases.cast(pl.UInt32).alias(CASE).to_frame().with_columns(
        pl.lit(code, pl.String).alias("code"), pl.lit(path, pl.String).alias("path")
    )  # fmt: skip


__all__ = ["decide_frame", "decide_pieces"]

"""What is wrong with one table: gaps, overlaps, hidden rows; and what cannot be told here."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from attrs import define, evolve, field, frozen

from matchrules.analysis.checks.columns import Columns, Reading
from matchrules.analysis.checks.scene import World
from matchrules.analysis.checks.validity import Claims, Validity
from matchrules.ir import And
from matchrules.regions import Box, Effort, Index, TooLarge, meet, meeting, uncovered, widen

FOUND: Final = 50  # gaps or overlaps of a table that are looked for at most
UNDECIDED: Final = 200  # points left undecided before the rest is left to the prover
EFFORT: Final = 10_000_000  # steps for one table


@frozen
class Gap:
    """Valid cases that no row takes, on the days of `readings`."""

    box: Box
    readings: tuple[Reading, ...]


@frozen
class Overlap:
    """Valid cases that two rows take; `box` is as in the first of `readings`."""

    earlier: int
    later: int
    box: Box
    readings: tuple[Reading, ...]


@frozen
class Hidden:
    """A row that never decides: rows `by` above it hit wherever it may, or, without any, its cells
    (that of `column`, if it is one alone) can never hold."""

    row: int
    by: tuple[int, ...] = ()
    column: int | None = None


@define
class Findings:
    """`left` are the rows and columns of cells that compare with another fact, `undecided` says
    that heads depend on one another in a way that is not followed here: both are taken as gaps,
    overlaps and hidden rows that are none, and left to the prover."""

    gaps: list[Gap] = field(factory=list)
    overlaps: list[Overlap] = field(factory=list)
    hidden: list[Hidden] = field(factory=list)
    left: set[tuple[int, int]] = field(factory=set)
    undecided: bool = False
    too_large: bool = False


def examine(world: World, columns: Columns, effort: Effort | None = None) -> Findings:
    """Everything that can be said of one table without a solver."""
    found = Findings()
    effort = Effort(EFFORT) if effort is None else effort
    try:
        for reading in columns.readings:
            search = _Search(columns, reading, Validity(world, columns, reading.days), effort)
            if columns.table.hit != "collect":
                search.gaps(found)
            if columns.table.hit == "unique":
                search.overlaps(found)
        found.hidden.extend(_hidden(columns, effort))
        hidden = {one.row for one in found.hidden}
        for reading in columns.readings:
            for number, row in enumerate(reading.rows):
                if number not in hidden:
                    found.left |= {(number, column) for column in row.left}
    except TooLarge:
        found.too_large = True
    return found


class _Search:
    """One reading of a table."""

    def __init__(
        self, columns: Columns, reading: Reading, validity: Validity, effort: Effort
    ) -> None:
        self.columns = columns
        self.reading = reading
        self.validity = validity
        self.effort = effort
        self.undecided = False

    def gaps(self, found: Findings) -> None:
        """Boxes in no row's `closed` box, where rows that depend on another fact do not hit."""
        covers = [row.closed for row in self.reading.rows]
        claims = self._claims([n for n, row in enumerate(self.reading.rows) if row.left], False)
        for number, gap in enumerate(found.gaps):
            if (
                meet(gap.box, self.reading.space) == gap.box
                and not any(meet(gap.box, cover) for cover in covers)
                and self.validity.judge(gap.box, claims) == "valid"
            ):
                found.gaps[number] = Gap(gap.box, (*gap.readings, self.reading))
                covers.append(gap.box)
        for box in islice(self.real(self.reading.space, covers, claims), FOUND - len(found.gaps)):
            found.gaps.append(Gap(box, (self.reading,)))
        found.undecided |= self.undecided

    def overlaps(self, found: Findings) -> None:
        """Two rows' `maybe` boxes with a point in common where both are known to hit."""
        rows = self.reading.rows
        known = {(o.earlier, o.later): number for number, o in enumerate(found.overlaps)}
        maybe = [row.maybe for row in rows]
        for earlier, later in meeting(maybe):
            both = meet(maybe[earlier], maybe[later])
            within = None if both is None else meet(both, self.reading.space)
            if within is None:
                continue
            if (earlier, later) in known:
                one = found.overlaps[known[earlier, later]]
                found.overlaps[known[earlier, later]] = evolve(
                    one, readings=(*one.readings, self.reading)
                )
                continue
            self.undecided = False
            claims = self._claims([n for n in (earlier, later) if rows[n].left], True)
            for box in islice(self.real(within, [], claims), 1):
                found.overlaps.append(Overlap(earlier, later, box, (self.reading,)))
            found.undecided |= self.undecided
            if len(found.overlaps) >= FOUND:
                return

    def _claims(self, numbers: Sequence[int], hit: bool) -> Claims:
        rows = self.columns.table.rows
        return [(And(rows[n].tests), hit) for n in numbers]

    def real(self, space: Box, covers: Sequence[Box], claims: Claims) -> Iterator[Box]:
        """Boxes inside `space` and outside of `covers` that hold nothing but valid cases where the
        claims hold, each grown as far as it goes; points that cannot be told are passed over."""
        passed: list[Box] = []
        undecided = 0
        while True:
            point = uncovered(space, [*covers, *passed], self.effort)
            if point is None:
                return
            point = tuple(mask & -mask for mask in point)
            verdict = self.validity.judge(point, claims)
            self.effort.spend(100)
            if verdict == "valid":
                box = widen(point, space, [*covers, *passed])
                if self.validity.judge(box, claims) != "valid":
                    box = self._grow(point, box, "valid", claims)
                passed.append(box)
                yield box
            elif verdict == "invalid":
                passed.append(self._grow(point, space, "invalid", claims))
            else:
                self.undecided = True
                undecided += 1
                passed.append(point)
                if self.validity.linked or undecided >= UNDECIDED:
                    return

    def _grow(self, point: Box, limit: Box, verdict: str, claims: Claims) -> Box:
        """The point grown inside a box as far as the judgement stays the same."""
        grown = list(point)

        def holds(column: int, mask: int) -> bool:
            self.effort.spend(100)
            box = (*grown[:column], mask, *grown[column + 1 :])
            return self.validity.judge(box, claims) == verdict

        for column, axis in enumerate(self.columns.axes):
            for mask in (limit[column], limit[column] & axis.known):
                if mask | grown[column] == mask and holds(column, mask):
                    grown[column] = mask
                    break
            else:
                rest = limit[column] & ~grown[column]
                while rest:
                    cell = rest & -rest
                    rest ^= cell
                    if holds(column, grown[column] | cell):
                        grown[column] |= cell
        return tuple(grown)


def _hidden(columns: Columns, effort: Effort) -> Iterator[Hidden]:
    """Rows that are never the first to be known to hit, or never hit at all, on any day."""
    first = columns.table.hit == "first"
    sure = [Index([row.sure for row in reading.rows]) for reading in columns.readings]
    for number in range(len(columns.table.rows)):
        by: set[int] = set()
        for index, reading in zip(sure, columns.readings, strict=True):
            mine = meet(reading.rows[number].maybe, reading.space)
            if mine is None:
                continue
            if not index.covers(mine, number if first else 0, effort):
                break
            above = [*index.touching(mine, number)] if first else []
            by |= set(_needed(mine, above, index.boxes, effort))
        else:
            column = None if by else _empty_column(columns, number)
            yield Hidden(number, tuple(sorted(by)), column)


def _needed(box: Box, above: list[int], boxes: Sequence[Box], effort: Effort) -> list[int]:
    """Rows above that together cover a box: one alone where there is one, else those that meet it,
    but none, if they are few, that the others can do without."""
    for n in above:
        if uncovered(box, [boxes[n]], effort) is None:
            return [n]
    needed = above
    if len(above) <= FOUND:
        for n in reversed(above):
            others = [m for m in needed if m != n]
            if uncovered(box, [boxes[m] for m in others], effort) is None:
                needed = others
    return needed


def _empty_column(columns: Columns, number: int) -> int | None:
    """The first column whose cell alone holds for no value on any day."""
    for head, column in enumerate(columns.column_of):
        if columns.column_of.count(column) > 1:
            continue
        masks = [r.rows[number].maybe[column] & r.space[column] for r in columns.readings]
        if not any(masks):
            return head
    return None

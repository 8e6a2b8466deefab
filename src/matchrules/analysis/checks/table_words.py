"""The findings on a table as diagnostics: where to look, what is wrong there, how to mend it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeVar

from attrs import frozen

from matchrules.analysis.checks.columns import Columns, Reading
from matchrules.analysis.checks.findings import Findings, Gap, Hidden, Overlap
from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.engine.faults import describe
from matchrules.ir import Attribute, Define, Derived, Table
from matchrules.regions import Box
from matchrules.regions.axis import shown
from matchrules.text import Source, Span

SHOWN: Final = 5  # gaps, and overlaps, of one table that are shown
T = TypeVar("T")
_NAMED: Final = 6  # rows that are listed in a sentence


def head_names(define: Define, sources: Mapping[str, Source]) -> tuple[str, ...]:
    """Words for the heads of a table: their names, else as they are written."""
    assert isinstance(define.body, Table)
    heads = define.body.heads
    written = _head_row(define, define.body, sources)
    if len(written) != len(heads):
        written = [describe(head) for head in heads]
    return tuple(
        describe(head) if isinstance(head, Attribute | Derived) else text
        for head, text in zip(heads, written, strict=True)
    )


def _head_row(define: Define, table: Table, sources: Mapping[str, Source]) -> list[str]:
    """The heads as they are written, in the first line of the table before its first row."""
    source = sources.get(define.span.source)
    if source is None or not table.rows:
        return []
    for line in source.text[define.span.start : table.rows[0].span.start].split("\n"):
        if line.lstrip().startswith("|"):
            return [part.strip() for part in line.split("=>")[0].strip().strip("|").split("|")]
    return []


@frozen
class TableWords:
    """One table with the texts that it was written in."""

    columns: Columns
    sources: Mapping[str, Source]

    @property
    def name(self) -> str:
        return self.columns.define.name

    def faults(self, found: Findings) -> Iterator[Diagnostic]:
        """Everything found, at most a few of each kind."""
        for gap, more in _first_few(found.gaps):
            yield self._gap(gap, _more(more, "gap"))
        for overlap, more in _first_few(found.overlaps):
            yield self._overlap(overlap, _more(more, "overlap"))
        for hidden in found.hidden:
            yield self._hidden(hidden)
        if found.too_large:
            yield Diagnostic(
                "MR207",
                f"table `{self.name}` is too large to be checked in full",
                _labels((self._place, "gaps, overlaps and hidden rows may be missed here")),
                help="split it into smaller tables, or compare fewer values in a column",
                path=self.name,
                severity="warning",
            )

    def left(self, found: Findings) -> Iterator[Diagnostic]:
        """What is left to the prover, if anything is."""
        if not (found.left or found.undecided):
            return
        rows = self.columns.table.rows
        cells = [
            (_cell(rows[row].cells, column, rows[row].span), "depends on a fact")
            for row, column in sorted(found.left)[:3]
        ]
        why = "cells name facts" if found.left else "its heads depend on one another"
        yield Diagnostic(
            "MR206",
            f"table `{self.name}` is left to the prover in part: {why}",
            _labels(*(cells or [(self._place, "")])),
            path=self.name,
            severity="note",
        )

    @property
    def _place(self) -> Span:
        """The line that the table starts on."""
        span = self.columns.define.span
        source = self.sources.get(span.source)
        end = -1 if source is None else source.text.find("\n", span.start, span.end)
        return span if end < 0 else Span(span.source, span.start, end)

    def _gap(self, gap: Gap, notes: tuple[str, ...]) -> Diagnostic:
        main, beside = self._beside(gap)
        what = self._when(gap.box, but=main)
        rest = f" when {what}" if what else ""
        if main is None:
            return self._fault(
                "MR203", f"table `{self.name}` has a gap", gap.readings, notes,
                help_="add a row for every case, with `-` in every column",
                labels=[(self._place, f"nothing covers any case{rest}")],
            )  # fmt: skip
        axis, mask = self.columns.axes[main], gap.box[main]
        said = f"nothing covers {axis.subject(mask)}{rest}"
        values = axis.subject(mask).removeprefix(f"{axis.name} ")
        if beside is None:
            where, help_ = self._place, f"add a row for {axis.subject(mask)}{rest}"
            if self.columns.table.hit == "first":
                help_ += ", or a last row with `-` in every column"
        else:
            row = self.columns.table.rows[beside]
            column = self.columns.column_of.index(main)
            where = _cell(row.cells, column, row.span)
            help_ = f"{self._extend(where, main, gap, beside)}, or add a row for {values}"
        return self._fault(
            "MR203", f"table `{self.name}` has a gap", gap.readings, notes,
            help_=help_, labels=[(where, said)],
        )  # fmt: skip

    def _beside(self, gap: Gap) -> tuple[int | None, int | None]:
        """The column that the gap is best told by, and a row that ends where the gap begins in it,
        or begins where it ends, and takes the gap in every other column."""
        narrow = [n for n in range(len(gap.box)) if self._narrow(gap.box, n)]
        for column in (n for n in narrow if self.columns.axes[n].ranged):
            known = gap.box[column] & self.columns.axes[column].known
            if not known:
                continue
            after, before = known.bit_length(), (known & -known).bit_length() - 2
            neighbours: dict[str, int] = {}
            for number, row in enumerate(gap.readings[0].rows):
                others = (n for n in range(len(gap.box)) if n != column)
                cells = row.maybe[column] & self.columns.axes[column].known
                if not cells or any(gap.box[n] & ~row.open[n] for n in others):
                    continue
                if cells.bit_length() - 1 == before:
                    neighbours.setdefault("below", number)
                elif (cells & -cells).bit_length() - 1 == after:
                    neighbours.setdefault("above", number)
            if neighbours:
                return column, neighbours.get("below", neighbours.get("above"))
        axes = self.columns.axes
        valued = [n for n in narrow if gap.box[n] & axes[n].known != axes[n].known]
        return ((valued or narrow)[-1] if narrow else None), None

    def _extend(self, where: Span, column: int, gap: Gap, beside: int) -> str:
        """How to widen the cell of the row beside a gap: its other end stays as it is written."""
        axis = self.columns.axes[column]
        source = self.sources.get(where.source)
        low, _, high = (
            source.text[where.start : where.end].partition("..") if source else ("", "", "")
        )
        ends = axis.span(gap.box[column] & axis.known)
        mine = gap.readings[0].rows[beside].maybe[column] & axis.known
        below = mine.bit_length() <= (gap.box[column] & -gap.box[column]).bit_length()
        new = ends[1] if below else ends[0]
        if not high or new is None:
            return "extend this row"
        text = shown(new, axis.type)
        span = f"{low.strip()}..{text}" if below else f"{text}..{high.strip()}"
        return f"extend this row to {span}"

    def _overlap(self, overlap: Overlap, notes: tuple[str, ...]) -> Diagnostic:
        rows = self.columns.table.rows
        what = self._when(overlap.box)
        return self._fault(
            "MR204",
            f"rows {overlap.earlier + 1} and {overlap.later + 1} of table `{self.name}` overlap",
            overlap.readings, notes,
            help_="let only one of them hit, or say `hit first` so that the upper one decides",
            labels=[
                (rows[overlap.later].span, f"both rows hit {f'when {what}' if what else 'always'}"),
                (rows[overlap.earlier].span, "this is the other one"),
            ],
        )  # fmt: skip

    def _hidden(self, hidden: Hidden) -> Diagnostic:
        rows = self.columns.table.rows
        row = rows[hidden.row]
        labels = [(row.span, "")]
        if hidden.by:
            names = _listed([n + 1 for n in hidden.by])
            message = f"row {hidden.row + 1} of table `{self.name}` is never reached"
            labels = [(row.span, f"{names} above it {_takes(len(hidden.by))} all that it covers")]
            labels += [(rows[n].span, "") for n in hidden.by[:3]]
            help_ = "move the row up, or remove it"
        else:
            message = f"row {hidden.row + 1} of table `{self.name}` can never hit"
            help_ = "mend it, or remove the row"
            if hidden.column is None:
                labels = [(row.span, "no value meets all of its cells")]
            else:
                axis = self.columns.axes[self.columns.column_of[hidden.column]]
                words = f"no value of `{axis.name}` meets this"
                labels = [(_cell(row.cells, hidden.column, row.span), words)]
        return Diagnostic(
            "MR205", message, _labels(*labels), help=help_, path=self.name, severity="warning"
        )

    def _fault(
        self, code: str, message: str, readings: tuple[Reading, ...], notes: tuple[str, ...],
        help_: str, labels: Sequence[tuple[Span, str]],
    ) -> Diagnostic:  # fmt: skip
        if len(readings) < len(self.columns.readings):
            notes = (*map(_while, readings[:_NAMED]), *notes)
        return Diagnostic(code, message, _labels(*labels), help_, self.name, notes)

    def _narrow(self, box: Box, column: int) -> bool:
        """Whether a box says anything of a column: that it is known only where a row asks."""
        axis = self.columns.axes[column]
        if box[column] & axis.known != axis.known:
            return True
        asked = any(row.sure[column] == axis.unknown for row in self.columns.readings[0].rows)
        return asked and box[column] != axis.whole

    def _when(self, box: Box, but: int | None = None) -> str:
        """A box as a condition, columns that it does not narrow left out."""
        return " and ".join(
            axis.condition(mask)
            for number, (axis, mask) in enumerate(zip(self.columns.axes, box, strict=True))
            if number != but and self._narrow(box, number)
        )


def _while(reading: Reading) -> str:
    """The days of a reading with the parameter values then."""
    first, last = reading.days
    values = ", ".join(f"{name} {text}" for name, text in reading.values)
    days = f"from {first} on" if last == date.max else f"from {first} to {last}"
    return f"{days}{f', with {values}' if values else ''}"


def _first_few(found: Sequence[T]) -> Iterator[tuple[T, int]]:
    """The first few, the last of them with the number of those left out."""
    for number, one in enumerate(found[:SHOWN]):
        yield one, len(found) - SHOWN if number == SHOWN - 1 else 0


def _more(count: int, word: str) -> tuple[str, ...]:
    if count <= 0:
        return ()
    return (f"and {count} more {word}{'s' if count > 1 else ''} in this table",)


def _takes(count: int) -> str:
    return "takes" if count == 1 else "take"


def _listed(rows: Sequence[int]) -> str:
    if len(rows) == 1:
        return f"row {rows[0]}"
    names = [str(row) for row in rows[:_NAMED]]
    if len(rows) > _NAMED:
        return f"rows {', '.join(names)} and {len(rows) - _NAMED} more"
    return f"rows {', '.join(names[:-1])} and {names[-1]}"


def _cell(cells: tuple[Span, ...], column: int, row: Span) -> Span:
    return cells[column] if column < len(cells) else row


def _labels(*places: tuple[Span, str]) -> tuple[Label, ...]:
    return tuple(Label(span, message) for span, message in places if span.source)

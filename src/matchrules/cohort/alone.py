"""One case of a cohort by itself, as a mapping would give it: for the words of its faults, and
where it cannot be decided in columns."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl
from attrs import frozen

from matchrules.case.codec import base_on
from matchrules.case.findings import Enough, Findings
from matchrules.case.model import Case
from matchrules.case.reading import AS_OF, read_day, read_facts, read_instance
from matchrules.case.validation import Placed, complete
from matchrules.cohort.asked import Asked
from matchrules.cohort.columns import listed, python_of
from matchrules.cohort.pieces import Piece
from matchrules.decision import Decision, decide
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.columnar.columns import CASE
from matchrules.ir import RuleBase
from matchrules.rulebook import Book
from matchrules.types import Date

Row = dict[str, Any]
Facts = Mapping[str, list[Row]]


@frozen(eq=False)
class Alone:
    """The cases of a piece one by one."""

    book: Book
    asked: Asked
    piece: Piece
    day: tuple[str, str] | None  # the source and the column that tell the days

    def decisions(self, cases: pl.Series) -> Iterator[tuple[int, Decision | CaseErrors]]:
        """The decision, or the faults, of each of those cases (ascending), each by itself."""
        facts, days = self._facts(cases), self._days(cases)
        for case in cases.to_list():
            try:
                yield case, self._decided(facts.get(case, {}), days.get(case, []))
            except CaseErrors as faults:
                yield case, faults

    def _decided(self, facts: Facts, days: list[Any]) -> Decision:
        # a cohort without fault needs no second engine
        from matchrules.engine.compiled import decide_compiled

        base, case = self._case(facts, days)
        return decide(base, decide_compiled(base, case), case)

    def _case(self, facts: Facts, days: list[Any]) -> tuple[RuleBase, Case]:
        """As `case.codec.read_case`; a single fact may have several rows."""
        bases, findings = self.book.bases, Findings()
        case: Case | None = None
        base = bases[-1]
        try:
            day = None
            for raw in days or [None]:
                fixed = None if isinstance(self.asked.as_of, str) else self.asked.as_of
                day = read_day({AS_OF: raw}, fixed, findings)
            if len(days) > 1 and day is not None:
                told = " and ".join(map(str, days))
                findings.add("MR506", (AS_OF,), f"is there with different values: {told}",
                             "give one day for each case")  # fmt: skip
            if day is not None:
                base = base_on(bases, day, findings) or base
            said = {
                fact: [self._said(base, fact, row) for row in rows] for fact, rows in facts.items()
            }
            placed = self._placed(base, said, findings)
            case = complete(base, day or date.min, placed, findings)
        except Enough:
            pass
        findings.raise_if_any()
        assert case is not None
        return base, case

    def _placed(self, base: RuleBase, facts: Facts, findings: Findings) -> dict[str, list[Placed]]:
        once: dict[str, Any] = {}
        several: dict[str, list[Row]] = {}
        for name, rows in facts.items():
            many = name in base.facts and base.facts[name].many
            if many or len(rows) == 1:
                once[name] = rows if many else rows[0]
            else:
                several[name] = rows
        placed = read_facts(base, once, findings)
        for name, rows in several.items():
            declaration = base.facts.get(name)
            if declaration is None:
                read_facts(base, {name: rows}, findings)
                continue
            placed[name] = [
                ((name,), read_instance(base, declaration, row, (name,), findings))
                for row in rows
            ]  # fmt: skip
        return placed

    def _days(self, cases: pl.Series) -> dict[int, list[Any]]:
        """What is said of the day of each case; different days are all there."""
        if self.day is None:
            return {}
        found: dict[int, list[Any]] = {}
        part = self.piece.parts[self.day[0]]
        each, rows = _chosen(part.every_case, cases)
        for case, raw in zip(each, listed(part.frame[self.day[1]].gather(rows)), strict=True):
            value = python_of(raw, Date())
            if value is not None and value not in found.setdefault(case, []):
                found[case].append(value)
        return found

    def _facts(self, cases: pl.Series) -> dict[int, dict[str, list[Row]]]:
        """The rows of each case by fact as they stand in columns, what is unknown left out."""
        found: dict[int, dict[str, list[Row]]] = {}
        for part in self.piece.parts.values():
            source = part.source
            if source.fact is None:
                continue
            each, rows = _chosen(part.every_case, cases)
            columns = [
                (attribute, listed(part.frame[column].gather(rows)))
                for attribute, column in source.columns.items()
            ]
            for n, case in enumerate(each):
                row = {name: values[n] for name, values in columns if values[n] is not None}
                if row or not source.wide:
                    found.setdefault(case, {}).setdefault(source.fact, []).append(row)
        return found

    def _said(self, base: RuleBase, fact: str, row: Row) -> Row:
        """A row as one of a case file of that era: how a text is taken depends on the type."""
        known = base.facts[fact].attributes if fact in base.facts else {}
        return {
            name: python_of(raw, known[name].type) if name in known else raw
            for name, raw in row.items()
        }


def _chosen(each: pl.Series, cases: pl.Series) -> tuple[Iterable[int], pl.Series]:
    """The rows of those cases, and the case of each."""
    frame = pl.DataFrame({CASE: each}).with_row_index("row")
    found = frame.join(cases.rename(CASE).cast(pl.UInt32).to_frame(), on=CASE, how="semi",
                       maintain_order="left")  # fmt: skip
    return found[CASE].to_list(), found["row"]


__all__ = ["Alone"]

"""A program list, as it is handed over: frozen, complete, ready for JSON and CSV."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import attrs
from attrs import field, frozen

from matchrules.decision import RulesetVersion
from matchrules.diagnostics.model import Diagnostic
from matchrules.residency.cells import written
from matchrules.residency.columns import COLUMNS
from matchrules.text import Source


@frozen
class Gap:
    """A cell that is not known and whose value could change a category.

    `column` is its name in the catalogue; `could_become` the categories at the ends of its range,
    where they are others than now; `listed` whether the program is on the list.
    """

    program: str
    column: str
    could_become: tuple[str, ...]
    listed: bool


@frozen
class Entry:
    """A program that is open to the applicant.

    `category` is reach, target or safety (shown as "safety-ish"); `fills` the category against
    whose quota it counts, None where it is not on the list. `d_img` and `d_score` are the two
    difficulties, 0 easy to 2 hard. `order` holds the keys that put it in its place, first the one
    that counts most, lower first. `statements` are the ids of the advice that it answers, `why` its
    category in words. `facts` are its cells by column, as looked up on `source_date` at
    `source_url`; `unknown` the columns that the rules read and that are empty. `stale`: looked up
    too long ago. `provisional`: the category rests on a prediction, or on no score.
    """

    id: str
    name: str
    category: str
    fills: str | None
    d_img: int
    d_score: int
    order: Mapping[str, int | str]
    statements: tuple[str, ...]
    why: tuple[str, ...]
    facts: Mapping[str, Any]
    unknown: tuple[str, ...]
    source_url: str
    source_date: date | None
    stale: bool
    provisional: bool
    signal: bool = False
    gaps: tuple[Gap, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether it takes a place of another category."""
        return self.fills is not None and self.fills != self.category


@frozen
class Reason:
    """A reason for which a program is not open: its name in the rules, in words, and the facts that
    it rests on."""

    reason: str
    text: str
    facts: Mapping[str, Any]


@frozen
class Excluded:
    """A program that is not open to the applicant, with every reason."""

    id: str
    name: str
    reasons: tuple[Reason, ...]
    facts: Mapping[str, Any]
    unknown: tuple[str, ...]
    source_url: str
    source_date: date | None
    stale: bool
    provisional: bool
    gaps: tuple[Gap, ...] = ()


@frozen
class Breadth:
    """How the size compares with what the record needs. `max` is None where the top is open;
    `comparison` is below, within or above."""

    min: int
    max: int | None
    provisional: bool
    comparison: str


@frozen
class Cost:
    """What the list costs under the fees of the season, beside the budget. None: not known."""

    total: int | None
    first_count: int | None
    first_fee: int | None
    further_fee: int | None
    budget: int | None
    affordable: int | None


@frozen
class Signals:
    """Programs to signal. `season` is how many signals the season gives, None where not known."""

    season: int | None
    programs: tuple[str, ...]


@frozen
class Shortlist:
    """A list of programs for one applicant, and everything that has to be said with it.

    `open` is no where no list can be made; `closed_because` says why. `entries` are the list, by
    category and in order; `others` the programs that are open and not on it; `excluded` those that
    are not open. `quotas`, `counts` (on the list) and `eligible` (in the catalogue) are by
    category; `missing` says which quotas are not filled, `shortfall` how many in all: entries and
    shortfall add up to `size`. `made_room` are university programs that are not on the list because
    such kinds are capped. `look_up_first` holds the cells that could change a category, those of
    listed programs first. `notes` has to be shown with the list. `left_out` are the faults of rows
    that were passed over, by row; `warnings` what else was noticed.
    """

    as_of: date
    open: bool
    closed_because: tuple[str, ...]
    size: int
    size_asked: bool
    tier: int | None
    breadth: Breadth | None
    quotas: Mapping[str, int]
    counts: Mapping[str, int]
    eligible: Mapping[str, int]
    missing: Mapping[str, int]
    shortfall: int
    made_room: tuple[str, ...]
    entries: tuple[Entry, ...]
    others: tuple[Entry, ...] = field(repr=False)
    excluded: tuple[Excluded, ...] = field(repr=False)
    signals: Signals
    cost: Cost
    look_up_first: tuple[Gap, ...] = field(repr=False)
    provisional: bool
    notes: tuple[str, ...]
    rulesets: tuple[RulesetVersion, ...]
    catalogue: str
    catalogue_sha256: str
    left_out: Mapping[int, tuple[Diagnostic, ...]]
    warnings: tuple[str, ...]
    catalogue_warnings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source] = field(repr=False)

    @property
    def moved(self) -> tuple[Entry, ...]:
        """The entries that take a place of another category."""
        return tuple(entry for entry in self.entries if entry.moved)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values: dates ISO, decimals as strings."""
        left_out = [
            {"row": row, "faults": [fault.message for fault in faults]}
            for row, faults in self.left_out.items()
        ]
        own = {
            "format": 1,
            "moved": [
                {"program": e.id, "category": e.category, "fills": e.fills} for e in self.moved
            ],
            "left_out": left_out,
            "catalogue_warnings": [found.message for found in self.catalogue_warnings],
        }
        skipped = {"sources", *own}
        fields = {
            a.name: _plain(getattr(self, a.name))
            for a in attrs.fields(Shortlist) if a.name not in skipped
        }  # fmt: skip
        return {"format": own.pop("format"), **fields, **own}

    def to_json(self, indent: int | None = None) -> str:
        """`to_dict` as JSON text; the same input gives the same bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_csv(self) -> str:
        """Every program of the catalogue as a row: the list first, in its order, then the others,
        then the excluded; what was found out of it, then its cells. A text that a spreadsheet would
        work out as a formula has a `'` in front."""
        out = io.StringIO()
        columns = [column.name for column in COLUMNS if column.name not in _OWN]
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*_OWN, *columns])
        programs: tuple[Entry | Excluded, ...] = (*self.entries, *self.others, *self.excluded)
        for place, program in enumerate(programs, 1):
            listed = place <= len(self.entries)
            own = _csv_row(program, place if listed else None)
            cells = [written_cell(program.facts.get(column)) for column in columns]
            writer.writerow(map(_inert, [*(own[name] for name in _OWN), *cells]))
        return out.getvalue()


_OWN: Final = (
    "status", "place", "program_id", "name", "category", "fills", "d_img", "d_score", "why",
    "statements", "signal", "provisional", "stale", "unknown", "look_up", "order",
)  # fmt: skip


def _csv_row(program: Entry | Excluded, place: int | None) -> dict[str, str]:
    shared: dict[str, Any] = {
        "place": place, "program_id": program.id, "name": program.name,
        "provisional": program.provisional, "stale": program.stale,
        "unknown": ";".join(program.unknown), "look_up": ";".join(g.column for g in program.gaps),
    }  # fmt: skip
    if isinstance(program, Excluded):
        own: dict[str, Any] = {
            "status": "excluded", "category": "excluded",
            "why": "; ".join(reason.text for reason in program.reasons),
        }  # fmt: skip
    else:
        own = {
            "status": "not listed" if place is None else "listed", "category": program.category,
            "fills": program.fills, "d_img": program.d_img, "d_score": program.d_score,
            "why": "; ".join(program.why), "statements": ";".join(program.statements),
            "signal": program.signal,
            "order": ";".join(f"{name}={key}" for name, key in program.order.items()),
        }  # fmt: skip
    return {name: written_cell({**shared, **own}.get(name)) for name in _OWN}


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula. Numbers in a list are never negative."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def written_cell(value: Any) -> str:
    """A value as a cell of CSV."""
    return ";".join(map(str, value)) if isinstance(value, tuple) else written(value)


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        plain = {a.name: _plain(getattr(value, a.name)) for a in attrs.fields(type(value))}
        return {**plain, "moved": value.moved} if isinstance(value, Entry) else plain
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value

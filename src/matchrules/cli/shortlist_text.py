"""A program list as text for a person."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from matchrules.cli.items import seen
from matchrules.residency.choice import CATEGORIES
from matchrules.residency.columns import BY_NAME
from matchrules.residency.result import Entry, Excluded, Shortlist
from matchrules.residency.words import counted

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

MOST_EXCLUDED: Final = 20  # are named; JSON and CSV have them all
MOST_GAPS: Final = 12  # programs off the list whose gaps are named
_TITLES: Final = {"reach": "Reach", "target": "Target", "safety": "Safety-ish"}
_WORDS: Final = {"reach": "reach", "target": "target", "safety": "safety-ish"}
_COLOURS: Final = {"reach": "yellow", "target": "cyan", "safety": "green"}


def text(found: Shortlist, what: str, *, width: int, colour: bool) -> str:
    """The list `found` for the case named `what`, `width` columns wide."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colour, no_color=not colour, highlight=False,
        color_system="standard" if colour else None, legacy_windows=False,
    )  # fmt: skip
    _Page(console, found).write(what)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


class _Page:
    def __init__(self, console: "Console", found: Shortlist) -> None:
        self.console = console
        self.found = found

    def write(self, what: str) -> None:
        found = self.found
        self.say(f"Program list for {what}, as of {found.as_of}", "bold")
        versions = ", ".join(f"{r.name} {r.version}" for r in found.rulesets)
        self.say(f"by the rules {versions}", "dim")
        self.say(f"from {found.catalogue} (sha256 {found.catalogue_sha256[:12]})", "dim")
        if not found.open:
            self.head("No list can be made")
            self.bullets(found.closed_because)
            return
        self.summary()
        number = 0
        for category in CATEGORIES:
            entries = [entry for entry in found.entries if entry.category == category]
            if entries:
                self.head(f"{_TITLES[category]} ({len(entries)})", _COLOURS[category])
                self.console.print(self.programs(entries, number))
                number += len(entries)
        self.excluded()
        self.look_up()
        self.money()
        self.head("Good to know")
        self.bullets(found.notes)
        self.left_out()

    # Parts --------------------------------------------------------------------------------------

    def summary(self) -> None:
        found = self.found
        table = self.table("", "wanted", "listed", "open to you")
        for column in table.columns[1:]:
            column.justify = "right"
        for category in CATEGORIES:
            numbers = (found.quotas[category], found.counts[category], found.eligible[category])
            table.add_row(_TITLES[category], *map(str, numbers))
        total = (found.size, len(found.entries), sum(found.eligible.values()))
        table.add_row("In all", *map(str, total))
        self.console.print()
        self.console.print(table)
        said = []
        if found.moved:
            moves = Counter((entry.category, entry.fills) for entry in found.moved)
            each = [
                f"{count} {_WORDS[category]} in {'a place' if count == 1 else 'places'} of "
                f"{_WORDS[str(fills)]}"
                for (category, fills), count in sorted(moves.items())
            ]
            said.append(f"Moved: {', '.join(each)}. Each keeps its category.")
        short = [f"{n} {_WORDS[c]}" for c, n in found.missing.items() if n]
        if short:
            said.append(f"Missing: {', '.join(short)}.")
        if found.signals.programs:
            said.append(f"Signals to: {', '.join(found.signals.programs)}.")
        if said:
            self.console.print()
            self.bullets(said, bullet="")

    def programs(self, entries: Sequence[Entry], before: int) -> "Table":
        table = self.table("", "Program", "Why", "Look up first")
        table.columns[0].justify = "right"
        table.columns[0].no_wrap = True
        for column, ratio in zip(table.columns[1:], (9, 10, 7), strict=True):
            column.ratio = ratio
            column.overflow = "fold"
        table.expand = True
        for number, entry in enumerate(entries, before + 1):
            gaps = ", ".join(_asked(gap.column) for gap in entry.gaps)
            why = [*entry.why, *self.marks(entry)]
            table.add_row(str(number), self.name(entry), _text("; ".join(why)), _text(gaps or "-"))
        return table

    def marks(self, entry: Entry) -> Iterator[str]:
        if entry.moved:
            yield f"in a place of {_WORDS[str(entry.fills)]}"
        if entry.signal:
            yield "SIGNAL"
        if entry.provisional:
            yield "provisional"
        if entry.stale:
            yield f"STALE, looked up {entry.source_date or 'on no known day'}"

    def name(self, program: Entry | Excluded) -> "Text":
        place = ", ".join(
            str(program.facts[column]) for column in ("city", "state") if column in program.facts
        )
        return _text(program.name + (f", {place}" if place else "") + f" [{program.id}]")

    def excluded(self) -> None:
        found = self.found.excluded
        if not found:
            return
        self.head(f"Not open to you ({len(found)})")
        table = self.table("Program", "Every reason")
        for column in table.columns:
            column.ratio, column.overflow = 1, "fold"
        table.expand = True
        for program in found[:MOST_EXCLUDED]:
            reasons = "; ".join(reason.text for reason in program.reasons)
            table.add_row(self.name(program), _text(reasons))
        self.console.print(table)
        self.more(len(found) - MOST_EXCLUDED)

    def look_up(self) -> None:
        gaps = self.found.look_up_first
        if not gaps:
            return
        self.head("What to look up first")
        columns = Counter(gap.column for gap in gaps if gap.listed).most_common()
        listed = ", ".join(f"{_asked(column)} of {count}" for column, count in columns)
        if listed:
            said = "On the list, empty cells whose value could change a category"
            self.bullets([f"{said}: {listed}. They stand beside each program."], bullet="")
        others: dict[str, list[str]] = {}
        for gap in gaps:
            if not gap.listed:
                others.setdefault(gap.program, []).append(_asked(gap.column))
        if others:
            self.bullets(["Then, of programs that are not on it:"], bullet="")
            first = list(others.items())[:MOST_GAPS]
            self.bullets(f"{program}: {', '.join(names)}" for program, names in first)
            self.more(len(others) - MOST_GAPS)

    def money(self) -> None:
        cost = self.found.cost
        if cost.total is None:
            return
        self.head("Cost")
        said = [
            f"${cost.total:,} for {counted(len(self.found.entries), 'program')}: "
            f"${cost.first_fee} each for the first {cost.first_count}, ${cost.further_fee} for "
            "each further one. Other specialties cost extra."
        ]
        if cost.budget is not None:
            paid = counted(cost.affordable or 0, "program")
            said.append(f"Your budget of ${cost.budget:,} pays for {paid}.")
        self.bullets(said, bullet="")

    def left_out(self) -> None:
        found = self.found
        if found.left_out:
            self.head(f"Left out of the catalogue ({counted(len(found.left_out), 'row')})")
            faults = [fault.message for each in found.left_out.values() for fault in each]
            self.bullets(faults[:MOST_EXCLUDED])
            self.more(len(faults) - MOST_EXCLUDED)
        if found.warnings:
            self.head("Warnings", "yellow")
            self.bullets(found.warnings)

    # Lines --------------------------------------------------------------------------------------

    def table(self, *heads: str) -> "Table":
        from rich.table import Table

        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for head in heads:
            table.add_column(head)
        return table

    def head(self, words: str, colour: str = "") -> None:
        self.console.print()
        self.say(words, f"bold {colour}".strip())

    def say(self, words: str, style: str = "") -> None:
        self.console.print(_text(words), style=style)

    def bullets(self, lines: Iterable[str], bullet: str = "-") -> None:
        for line in lines:
            if not bullet:
                self.say(line)
                continue
            table = self.table("", "")
            table.show_header = False
            table.padding = (0, 1, 0, 0)
            table.add_row(bullet, _text(line))
            self.console.print(table)

    def more(self, count: int) -> None:
        if count > 0:
            self.say(f"and {count} more (--format json and csv have them all)", "dim")


def _asked(column: str) -> str:
    return BY_NAME[column].words or column


def _text(words: str) -> "Text":
    """Words that are never read as markup, with nothing in them that a terminal would obey."""
    from rich.text import Text

    return Text(seen(words))

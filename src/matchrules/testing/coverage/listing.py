"""Coverage for people: a table by file, then what is missing, then what is excepted."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from matchrules.diagnostics.terminal import plain
from matchrules.testing.coverage.measure import (
    ConditionItem,
    Coverage,
    Figures,
    Item,
    RowItem,
    RuleItem,
    Wanted,
)

Paint = Callable[[str, str], str]  # a text, and what it is: good, partly, bad, place

HEADS: Final = ("rules", "rows", "conditions")
WORDS: Final = {True: "true", False: "false", None: "unknown"}


def unpainted(text: str, kind: str) -> str:
    """For where there are no colours."""
    return text


def lines(coverage: Coverage, paint: Paint = unpainted) -> Iterator[str]:
    """The whole report."""
    yield from table(coverage, paint)
    missing = [item for item in coverage.items if item.missing]
    if missing:
        yield ""
        yield paint("not covered", "bad")
        yield from _by_file(coverage, missing, paint)
    excepted = [item for item in coverage.items if item.reason is not None]
    if excepted:
        yield ""
        yield paint("not covered, for a reason", "partly")
        yield from _by_file(coverage, excepted, paint)
    if coverage.faults:
        yield ""
        yield from plain(coverage.faults, coverage.sources).splitlines()


def table(coverage: Coverage, paint: Paint = unpainted) -> Iterator[str]:
    """How many of how many, by file and in all."""
    rows: list[tuple[str, ...]] = [("covered", *HEADS)]
    shades: list[list[str]] = [["", "", "", ""]]
    for name in (*coverage.files, None):
        figures = coverage.figures(name)
        rows.append((name or "in all", *(_cell(figures[head]) for head in HEADS)))
        shades.append(["place", *(_shade(figures[head]) for head in HEADS)])
    widths = [max(len(row[n]) for row in rows) for n in range(4)]
    for row, shade in zip(rows, shades, strict=True):
        cells = [row[0].ljust(widths[0])]
        cells += [text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)]
        painted = [paint(c, s) if s else c for c, s in zip(cells, shade, strict=True)]
        yield "  ".join(painted).rstrip()


def _cell(figures: Figures) -> str:
    if not figures.total:
        return "-"
    excepted = f" ({figures.excepted} excepted)" if figures.excepted else ""
    return f"{figures.covered} of {figures.total}{excepted} {percent(figures.percent)}"


def percent(figure: float) -> str:
    """A percentage in which all but all is not all."""
    shown = f"{int(figure * 10) / 10:.1f}"
    return f"{shown.removesuffix('.0')} %"


def _shade(figures: Figures) -> str:
    if not figures.total:
        return "place"
    return "good" if not figures.missing else "partly" if figures.covered else "bad"


def _by_file(coverage: Coverage, items: Sequence[Item], paint: Paint) -> Iterator[str]:
    for name in coverage.files:
        mine = [item for item in items if item.span.source == name]
        mine.sort(key=lambda item: item.span.start)
        for item in mine:
            yield f"  {paint(f'{name}:{item.line}', 'place')}  {what(item)}"
            if item.reason is not None:
                yield f"      because: {item.reason}"
            elif isinstance(item, ConditionItem):
                yield from (f"      {line}" for line in _lacking(coverage, item))


def what(item: Item) -> str:
    """What something to cover is, and what of it is missing."""
    match item:
        case RuleItem():
            called = f"{item.name} ({item.id})" if item.id else item.name
            return f"rule {called} fires in no example"
        case RowItem():
            return f"table {item.table}, row {item.number}: {item.text} decides in no example"
        case ConditionItem():
            sides = " nor as ".join(item.lacks)
            return f"{item.decision.owner}: `{item.text}` never decides as {sides}"
    return ""


def _lacking(coverage: Coverage, item: ConditionItem) -> Iterator[str]:
    if item.words != item.text:
        yield f"in words: {item.words}"
    for one in item.wanted:
        yield f"to show it {one.side}: {hint(coverage, item, one)}"


def hint(coverage: Coverage, item: ConditionItem, one: Wanted) -> str:
    """A case that would show it, in words."""
    conditions = item.decision.conditions
    said = " and ".join(f"`{conditions[n].text}` {WORDS[one.values[n]]}" for n in one.changes)
    if one.example is None:
        return f"a case with {said}"
    place = coverage.place(one.example.span)
    title = one.example.title or one.example.name
    return f"a case like “{title}” ({place}), but with {said}"

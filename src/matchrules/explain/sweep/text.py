"""A sweep as a text for a terminal: what changes between spans of values, and a bar for each piece
of advice that comes or goes."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from matchrules.explain.sweep.model import Lane, Sweep, SweepSpan
from matchrules.explain.what_if.text import counted, turns_text
from matchrules.explain.writing import NARROWEST, hung

GIVEN, OTHERWISE, PARTLY, NOT, INVALID = "█", "▓", "▒", "·", " "
_LABELS: Final = 0.42  # of the width, at most
_MOST_ROWS: Final = 4  # of names over an axis


def text(answer: Sweep, width: int) -> str:
    """The whole answer, in lines at most so wide."""
    return "\n".join(_lines(answer, max(width, NARROWEST)))


def _lines(answer: Sweep, width: int) -> Iterator[str]:
    yield from hung(f"{heading(answer)}.", width, 0)
    yield from hung(summary(answer), width, 0)
    for span in answer.spans:
        yield ""
        for said in opening(span):
            yield from hung(said, width, 0)
        if span.difference is not None:
            # a heading stands right under the values
            lines = list(turns_text(span.difference, width, 2, whole=False))
            yield from lines[1:]
    if answer.lanes:
        yield ""
        yield from _chart(answer, width)


# What is said, in whichever form it is written ----------------------------------------------------


def heading(answer: Sweep) -> str:
    """What is looked at."""
    ends = f"from {answer.labels[0]} to {answer.labels[-1]}"
    count = len(answer.labels)
    if count == 1:
        ends = answer.labels[0]
    unit = f" {answer.unit}" if answer.unit else ""
    return f"What is advised, by {answer.title}: {ends}{unit}" + (
        f", {count:,} values" if count > 1 else ""
    )


def summary(answer: Sweep) -> str:
    """How much changes, and where the case is."""
    spans = len(answer.spans)
    if spans == 1 and answer.spans[0].faults:
        said = "The case is valid with none of them."
    elif spans == 1:
        said = "The same is advised for all of them."
    else:
        said = f"{spans} spans, within each of which the same is advised."
    where = "" if answer.place_of_now is not None else ", which is none of them"
    return f"{said} In this case: {answer.now}{where}."


def opening(span: SweepSpan) -> list[str]:
    """The values of a span, and how what is advised there differs from what was before."""
    many = f" ({span.count:,} values)" if span.count > 2 else ""
    if span.faults:
        return [f"{span.label}{many}: there can be no such case", *map(_fault, span.faults)]
    if span.difference is None:
        count = len(span.advice)
        return [f"{span.label}{many}: {count} {'piece' if count == 1 else 'pieces'} of advice"]
    said = counted(span.difference)
    return [f"{span.label}{many}: {said or 'the same as before that'}"]


def _fault(fault: object) -> str:
    message = getattr(fault, "message", "")
    return f"  {message}"


# The chart ----------------------------------------------------------------------------------------


def _chart(answer: Sweep, width: int) -> Iterator[str]:
    labels = [f"{lane.id} {lane.title}" for lane in answer.lanes]
    room = min(max(map(len, labels)), int(width * _LABELS))
    columns = columns_of(answer, width - room - 2)
    yield "Where each of these is given"
    yield from _axis(answer, columns, room + 2, width)
    for lane, label in zip(answer.lanes, labels, strict=True):
        cut = label if len(label) <= room else f"{label[: room - 1].rstrip()}…"
        yield f"{cut:<{room}}  {bar(answer, lane, columns)}".rstrip()
    if any(_meeting(lane) for lane in answer.lanes):
        yield f"{OTHERWISE} given with other details"
    if any(span.faults for span in answer.spans):
        yield "blank: there can be no such case"


def columns_of(answer: Sweep, most: int) -> list[tuple[int, int]]:
    """The places that each column of a chart stands for. A span has one column at least, where
    there are as many."""
    count = len(answer.labels)
    if count <= most:
        each = max(1, most // count)
        return [(n, n + 1) for n in range(count) for _ in range(min(each, 6))]
    if len(answer.spans) > most:
        edges = [count * n // most for n in range(most + 1)]
        return list(pairwise(edges))
    columns: list[tuple[int, int]] = []
    wide = _shares([span.count for span in answer.spans], most)
    for span, share in zip(answer.spans, wide, strict=True):
        edges = [span.start + span.count * n // share for n in range(share + 1)]
        columns += list(pairwise(edges))
    return columns


def _shares(counts: Sequence[int], most: int) -> list[int]:
    """So many columns in the proportion of those counts, at least one and at most as many as there
    are values."""
    shares = [1] * len(counts)
    while sum(shares) < most:
        open_ = [n for n, count in enumerate(counts) if shares[n] < count]
        if not open_:
            break
        neediest = max(open_, key=lambda n: (counts[n] / shares[n], -n))
        shares[neediest] += 1
    return shares


def bar(answer: Sweep, lane: Lane, columns: Sequence[tuple[int, int]]) -> str:
    """Where the advice is given, one character a column."""
    blank = [(span.start, span.end) for span in answer.spans if span.faults]
    marks: list[str] = []
    for start, end in columns:
        given = [n for n, (a, b) in enumerate(lane.bars) if a < end and start < b]
        whole = sum(
            min(end, lane.bars[n][1]) - max(start, lane.bars[n][0]) for n in given
        )  # fmt: skip
        if given and whole == end - start:
            marks.append(_shade(lane, given[0]))
        elif given:
            marks.append(PARTLY)
        else:
            off = any(a <= start and end <= b for a, b in blank)
            marks.append(INVALID if off else NOT)
    return "".join(marks)


def _shade(lane: Lane, number: int) -> str:
    """Bars that meet are told apart by turns."""
    turn = 0
    while number and lane.bars[number - 1][1] == lane.bars[number][0]:
        turn, number = 1 - turn, number - 1
    return OTHERWISE if turn else GIVEN


def _meeting(lane: Lane) -> bool:
    return any(a[1] == b[0] for a, b in pairwise(lane.bars))


def _axis(
    answer: Sweep, columns: Sequence[tuple[int, int]], indent: int, width: int
) -> Iterator[str]:
    """The first value of each span over a stroke, in as many lines as they need up to four."""
    rows, strokes, room = [""], "", width - indent
    for span in answer.spans:
        at = next(n for n, (a, b) in enumerate(columns) if a <= span.start < b)
        if len(strokes) <= at:
            strokes = strokes.ljust(at) + "|"
        label = answer.labels[span.start]
        label = label if len(label) <= room else f"{label[: room - 1]}…"
        starts = min(at, room - len(label))
        row = next((n for n, row in enumerate(rows) if not row or len(row) < starts), len(rows))
        if row < _MOST_ROWS:
            rows += [""] * (row + 1 - len(rows))
            rows[row] = rows[row].ljust(starts) + label
    yield from (" " * indent + row for row in reversed(rows))
    yield " " * indent + strokes
    now = answer.place_of_now
    if now is not None:
        at = indent + next(n for n, (a, b) in enumerate(columns) if a <= now < b)
        before, after = "this case v", "v this case"
        yield f"{'':{at}}{after}" if at + len(after) <= width else f"{before:>{at + 1}}"


__all__ = ["heading", "opening", "summary", "text"]

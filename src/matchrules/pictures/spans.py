"""Strip charts: which of several things hold along a row of values, as SVG."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final
from xml.sax.saxutils import escape

from attrs import frozen

from matchrules.pictures.lettering import lines_of, visible, width_of

_WIDTH: Final = 960
_MARGIN: Final = 16
_LABELS: Final = 330  # the column on the left
_LEFT: Final = _MARGIN + _LABELS + 14
_RIGHT: Final = _WIDTH - _MARGIN - 24
_HEADING: Final = 17
_FONT: Final = 13
_SMALL: Final = 11
_BAR: Final = 16
_GAP: Final = 9
_ROW: Final = _SMALL + 5  # of names over the axis
_MOST_ROWS: Final = 4
_MOST_TOLD: Final = 60  # lanes that the description spells out

_STYLE: Final = """
.ms-page{fill:#ffffff}
.ms-text{fill:#1b1f24;font-family:Helvetica,Arial,sans-serif}
.ms-note{fill:#4a525c;font-family:Helvetica,Arial,sans-serif}
.ms-line{stroke:#59636e;stroke-width:1}
.ms-mark{stroke:#c3cad2;stroke-width:1}
.ms-now{stroke:#b3271e;stroke-width:2;stroke-dasharray:4 3}
.ms-said{fill:#b3271e;font-family:Helvetica,Arial,sans-serif}
.ms-lane{fill:#f3f5f7}
.ms-bar{fill:#2c7a44}
.ms-off{fill:#d7dbe0}
@media (prefers-color-scheme:dark){
.ms-page{fill:#0f1419}
.ms-text{fill:#e8ecf0}
.ms-note{fill:#b3bcc6}
.ms-line{stroke:#9aa5b1}
.ms-mark{stroke:#3a444f}
.ms-now{stroke:#ff8a80}
.ms-said{fill:#ff8a80}
.ms-lane{fill:#1a2129}
.ms-bar{fill:#63bd80}
.ms-off{fill:#39424c}
}
"""


@frozen
class Row:
    """One lane: `bars` are places from the first up to before the last, `told` what each says to
    those who rest on it or hear it."""

    label: str
    note: str
    bars: tuple[tuple[int, int], ...]
    told: tuple[str, ...]


@frozen
class Strip:
    """What a chart shows. Along the axis stand `count` places; `marks` name those where something
    begins, in order. `now` is a place set off from the others, with its name. In `blank` places
    nothing is known, for the reason given."""

    title: str
    axis: str
    count: int
    marks: tuple[tuple[int, str], ...]
    now: tuple[int, str] | None
    blank: tuple[tuple[int, int, str], ...]
    rows: tuple[Row, ...]


def svg(strip: Strip) -> str:
    """The chart as an SVG document. The same chart gives the same text."""
    mark = "ms-" + sha256(repr(strip).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    heading = lines_of(strip.title, _HEADING, _WIDTH - 2 * _MARGIN)
    top = _MARGIN + len(heading) * (_HEADING + 5) + 12
    named, rows = _names(strip)
    axis = top + (18 if strip.now is not None else 0) + 18 + rows * _ROW
    drawn = list(_rows(strip, axis + 12))
    bottom = (drawn[-1][1] if drawn else axis + 12) + 4
    notes = [line for note in _notes(strip) for line in lines_of(note, _SMALL, _RIGHT - _MARGIN)]
    height = bottom + 12 + len(notes) * (_SMALL + 5) + _MARGIN
    title = " ".join(visible(strip.title).split()) or "A chart"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="{mark}-title {mark}-desc">',
        f'<title id="{mark}-title">{escape(title)}</title>',
        f'<desc id="{mark}-desc">{escape(_told(strip))}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="ms-page" width="{_WIDTH}" height="{height}"/>',
        *(
            _text(line, _MARGIN, _MARGIN + _HEADING + row * (_HEADING + 5), _HEADING, bold=True)
            for row, line in enumerate(heading)
        ),
        *_marks(strip, axis, bottom),
        *(part for part, _ in drawn),
        *_blank(strip, axis, bottom),
        *_axis(strip, top, axis, bottom, named),
        *(
            _text(line, _MARGIN, bottom + 12 + (row + 1) * (_SMALL + 5) - 4, _SMALL, style="note")
            for row, line in enumerate(notes)
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(strip: Strip, place: int) -> int:
    """Where a place begins."""
    return _LEFT + round((_RIGHT - _LEFT) * place / max(strip.count, 1))


def _rows(strip: Strip, top: int) -> Iterator[tuple[str, int]]:
    """Each lane, and where it ends."""
    for row in strip.rows:
        lines = lines_of(row.label, _FONT, _LABELS)[:2] or ("",)
        inside = len(lines) * (_FONT + 4) + (_SMALL + 4 if row.note else 0)
        height = max(inside, _BAR) + _GAP
        parts = [
            f'<g><rect class="ms-lane" x="{_LEFT}" y="{top}" width="{_RIGHT - _LEFT}" '
            f'height="{height - 3}"/>'
        ]
        for number, line in enumerate(lines):
            parts.append(_text(line, _MARGIN, top + (number + 1) * (_FONT + 4) - 4, _FONT))
        if row.note:
            at = top + len(lines) * (_FONT + 4) + _SMALL
            note = (lines_of(row.note, _SMALL, _LABELS) or ("",))[0]
            parts.append(_text(note, _MARGIN, at, _SMALL, style="note"))
        middle = top + (height - 3 - _BAR) // 2
        for (start, end), told in zip(row.bars, row.told, strict=True):
            left, right = _x(strip, start), _x(strip, end)
            parts.append(
                f'<rect class="ms-bar" x="{left + 1}" y="{middle}" rx="2" '
                f'width="{max(right - left - 2, 1)}" height="{_BAR}">'
                f"<title>{escape(visible(told))}</title></rect>"
            )
        yield "\n".join([*parts, "</g>"]), top + height
        top += height


def _blank(strip: Strip, axis: int, bottom: int) -> Iterator[str]:
    for start, end, why in strip.blank:
        left, right = _x(strip, start), _x(strip, end)
        yield (
            f'<rect class="ms-off" x="{left}" y="{axis}" width="{max(right - left, 1)}" '
            f'height="{bottom - axis}"><title>{escape(visible(why))}</title></rect>'
        )


def _marks(strip: Strip, axis: int, bottom: int) -> Iterator[str]:
    for place, _ in strip.marks:
        x = _x(strip, place)
        yield f'<path class="ms-mark" d="M{x} {axis - 4}V{bottom}"/>'


def _names(strip: Strip) -> tuple[list[tuple[str, int, int]], int]:
    """The names of marks that have room, each with where it begins and its row over the axis, and
    how many rows there are. That of the last place ends where the chart does."""
    named: list[tuple[str, int, int]] = []
    ends = [0] * _MOST_ROWS
    edge = _RIGHT + 24
    for number, (place, label) in enumerate(strip.marks):
        line = (lines_of(label, _SMALL, 170) or ("",))[0]
        wide = round(width_of(line, _SMALL))
        x = max(min(_x(strip, place), edge - wide), _LEFT)
        row = next((row for row, end in enumerate(ends) if not number or end + 8 <= x), None)
        if row is not None:
            ends[row] = x + wide
            named.append((line, x, row))
    return named, 1 + max((row for _, _, row in named), default=0)


def _axis(
    strip: Strip, top: int, axis: int, bottom: int, named: list[tuple[str, int, int]]
) -> Iterator[str]:
    for number, line in enumerate(lines_of(strip.axis, _SMALL, _LABELS)[:2]):
        yield _text(line, _MARGIN, axis - 20 + number * (_SMALL + 4), _SMALL, style="note")
    yield f'<path class="ms-line" d="M{_LEFT} {axis}H{_RIGHT}"/>'
    for line, x, row in named:
        yield _text(line, x, axis - 8 - row * _ROW, _SMALL)
    if strip.now is not None:
        place, label = strip.now
        x = (_x(strip, place) + _x(strip, place + 1)) // 2
        yield f'<path class="ms-now" d="M{x} {top + 16}V{bottom}"/>'
        line = (lines_of(label, _SMALL, 300) or ("",))[0]
        half = round(width_of(line, _SMALL)) // 2
        middle = min(max(x, _LEFT + half), _RIGHT + 24 - half)
        yield _text(line, middle, top + 10, _SMALL, style="said", anchor="middle")


def _text(
    line: str, x: int, y: int, size: int, style: str = "text", anchor: str = "", bold: bool = False
) -> str:
    more = (f' text-anchor="{anchor}"' if anchor else "") + (' font-weight="bold"' if bold else "")
    return (
        f'<text class="ms-{style}" x="{x}" y="{y}" font-size="{size}"{more}>{escape(line)}</text>'
    )


def _notes(strip: Strip) -> list[str]:
    notes = []
    if not strip.rows:
        notes.append("Nothing comes, goes or changes.")
    for _, _, why in strip.blank:
        notes.append(f"grey: {why}")
    return notes


def _told(strip: Strip) -> str:
    """The chart in sentences."""
    said = [f"Along the axis: {strip.axis}."]
    said += [f"{row.label}: {'; '.join(row.told)}." for row in strip.rows[:_MOST_TOLD]]
    if len(strip.rows) > _MOST_TOLD:
        said.append(f"And {len(strip.rows) - _MOST_TOLD} more.")
    said += [f"{note}." if not note.endswith(".") else note for note in _notes(strip)]
    return " ".join(visible(" ".join(said)).split())


__all__ = ["Row", "Strip", "svg"]

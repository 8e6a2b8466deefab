"""How a diagnostic looks, as lines of styled pieces: the one layout behind text and colour.

Source text is made safe to print here: control characters become visible, a tab becomes four
blanks, and of a line wider than the window only the part around the span is shown.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from attrs import frozen

from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.text import Source, Span

Style = Literal[
    "", "error", "warning", "note", "title", "gutter", "place", "primary", "secondary", "help"
]  # fmt: skip
Line = list[tuple[Style, str]]

DEFAULT_WIDTH: Final = 120
_NARROWEST: Final = 40
_TAB: Final = "    "


@frozen
class _Mark:
    """One underline: columns [start, end) of the line's text, and what is said under it."""

    start: int
    end: int
    message: str
    primary: bool


def extent(source: Source, span: Span) -> tuple[int, int]:
    """The offsets of a span within its text; at the end of a file, just after its last word."""
    length = len(source.text)
    if span.start >= length:
        last = len(source.text.rstrip())
        return last, last
    start = max(span.start, 0)
    return start, min(max(span.end, start), length)


def lay_out(diagnostic: Diagnostic, sources: Mapping[str, Source], width: int) -> Iterator[Line]:
    """The lines of one diagnostic."""
    shown = [label for label in diagnostic.labels if label.span.source in sources]
    numbers = [n for label in shown for n in _line_numbers(label, sources)]
    gutter = max([2, *(len(str(number)) for number in numbers)])
    yield [
        (diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]"),
        ("title", f": {_safe_text(diagnostic.message)}"),
    ]
    if not diagnostic.labels and diagnostic.path:
        yield [("gutter", " " * gutter + "--> "), ("place", _safe_text(diagnostic.path))]
    names = list(dict.fromkeys(label.span.source for label in diagnostic.labels))
    for name in names:
        labels = [label for label in diagnostic.labels if label.span.source == name]
        arrow = "-->" if name == names[0] else ":::"
        if name in sources:
            yield from _block(diagnostic, labels, sources[name], arrow, gutter, width)
        elif name:
            yield [("gutter", f"{' ' * gutter}{arrow} "), ("place", _safe_text(name))]
    footer: list[tuple[str, str]] = [
        ("note", label.message)
        for label in diagnostic.labels
        if label.span.source not in sources and label.message
    ]
    footer += [("help", diagnostic.help)] if diagnostic.help else []
    footer += [("note", note) for note in diagnostic.notes]
    if footer and shown:
        yield [("gutter", " " * gutter + " |")]
    for word, text in footer:
        first, *rest = _safe_text(text).split("\n")
        yield [("gutter", " " * gutter + " = "), ("help", f"{word}: "), ("", first)]
        for line in rest:
            yield [("", " " * (gutter + 3 + len(word) + 2) + line)]


def _line_numbers(label: Label, sources: Mapping[str, Source]) -> tuple[int, int]:
    source = sources[label.span.source]
    start, end = extent(source, label.span)
    return source.position(start).line, source.position(max(start, end - 1)).line


def _block(
    diagnostic: Diagnostic, labels: Sequence[Label], source: Source, arrow: str, gutter: int,
    width: int,
) -> Iterator[Line]:  # fmt: skip
    """The place and the source lines of the labels in one source."""
    at = source.position(extent(source, labels[0].span)[0])
    blank: Line = [("gutter", " " * gutter + " |")]
    yield [
        ("gutter", f"{' ' * gutter}{arrow} "),
        ("place", f"{_safe_text(source.name)}:{at.line}:{at.column}"),
    ]
    yield blank
    marks = _marks(diagnostic, labels, source)
    previous = None
    for number in sorted(marks):
        if previous is not None and number == previous + 2:
            yield _source_line(source, number - 1, gutter, width, 0)[0]
        elif previous is not None and number > previous + 1:
            yield [("gutter", "...")]
        here = sorted(marks[number], key=lambda mark: (not mark.primary, mark.start))
        line, from_column = _source_line(source, number, gutter, width, here[0].start)
        yield line
        text = source.line(number)
        for mark in here:
            left = _cells(text[from_column : max(mark.start, from_column)])
            if from_column:
                left += 1  # the ellipsis
            long = _cells(text[max(mark.start, from_column) : mark.end][:width])
            room = max(1, width - gutter - 3 - left)
            under = ("^" if mark.primary else "-") * max(1, min(long, room))
            style: Style = "primary" if mark.primary else "secondary"
            said = f" {_safe_text(mark.message)}" if mark.message else ""
            yield [("gutter", " " * gutter + " | "), (style, f"{' ' * left}{under}{said}")]
        previous = number


def _marks(
    diagnostic: Diagnostic, labels: Sequence[Label], source: Source
) -> dict[int, list[_Mark]]:
    """The underlines by line number; a span over several lines marks its first and last line."""
    marks: dict[int, list[_Mark]] = {}
    for label in labels:
        primary = label is diagnostic.labels[0]
        start, end = extent(source, label.span)
        first = source.position(start)
        last = source.position(max(start, end - 1))
        if first.line == last.line:
            stop = first.column - 1 + max(end - start, 1)
            mark = _Mark(first.column - 1, stop, label.message, primary)
            marks.setdefault(first.line, []).append(mark)
            continue
        whole = max(len(source.line(first.line)), first.column)
        marks.setdefault(first.line, []).append(_Mark(first.column - 1, whole, "", primary))
        text = source.line(last.line)[: last.column]
        indent = len(text) - len(text.lstrip())
        mark = _Mark(min(indent, last.column - 1), last.column, label.message, primary)
        marks.setdefault(last.line, []).append(mark)
    return marks


def _source_line(
    source: Source, number: int, gutter: int, width: int, focus: int
) -> tuple[Line, int]:
    """The line as shown, and the column that the window starts at."""
    text = source.line(number)
    room = max(_NARROWEST, width - gutter - 3)
    start = 0
    if len(text) > room or _cells(text) > room:
        # the window starts early enough to see what is before the span, and shows most of it
        start = max(0, focus - room // 3)
        while start and len(text) - start < room and _cells(text[start - 1 :]) < room:
            start -= 1
        text = _fit(text[start : start + room + 1], room - (1 if start else 0))
    prefix = "…" if start else ""
    return [("gutter", f"{number:>{gutter}} | "), ("", prefix + _safe(text))], start


def _fit(text: str, room: int) -> str:
    """As much of the text as fits, with an ellipsis where some does not."""
    if _cells(text) <= room:
        return text
    used = 1
    for index, char in enumerate(text):
        used += _width(char)
        if used > room:
            return text[:index] + "…"
    return text


def _width(char: str) -> int:
    if char == "\t":
        return len(_TAB)
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _cells(text: str) -> int:
    """How many columns the text takes once shown."""
    return len(text) + 3 * text.count("\t") if text.isascii() else sum(map(_width, text))


def _safe(text: str) -> str:
    """The text with nothing in it that a terminal would obey; each character keeps its width."""
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    if char == "\t":
        return _TAB
    if char < " ":
        return chr(0x2400 + ord(char))
    return " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"


def _safe_text(text: str) -> str:
    return "\n".join(map(_safe, text.split("\n")))

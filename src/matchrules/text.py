"""Source text, spans, and the line index."""

from bisect import bisect_right

from attrs import field, frozen

from matchrules.lazy import cached_property


@frozen(init=False)
class Span:
    """A half-open range of code points in one named source.

    `source` is the name under which the text was loaded (a path for a file), `start` and `end` are
    offsets into its text.
    """

    source: str
    start: int
    end: int

    def __init__(self, source: str, start: int, end: int) -> None:
        # There are more of these than of anything else, and this is the quickest way to fill one.
        _set_source(self, source)
        _set_start(self, start)
        _set_end(self, end)

    def to(self, other: "Span") -> "Span":
        """The smallest span from the start of this one to the end of `other`."""
        return Span(self.source, self.start, max(self.end, other.end))


# Of the slots themselves, which setting an attribute of a frozen object would look up.
_set_source, _set_start, _set_end = (
    vars(Span)[name].__set__ for name in ("source", "start", "end")
)


@frozen
class Position:
    """A place for people: line and column, both from 1, the column in code points."""

    line: int
    column: int


@frozen(slots=False)
class Source:
    """A named text with its line index."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> list[int]:
        """Offsets at which lines start; lines end at a line feed."""
        starts = [0]
        find = self.text.find
        at = find("\n")
        while at != -1:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return starts

    def position(self, offset: int) -> Position:
        """The line and column of an offset."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of line `number` (from 1) without its line end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] - 1 if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

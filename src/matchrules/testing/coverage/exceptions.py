"""What authors write down as not covered: `# not covered: REASON`, at the end of the line of a
condition, a row or a rule, or on a line of its own above that line."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define

from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.testing.coverage.places import Texts
from matchrules.text import Source, Span

_DIRECTIVE: Final = re.compile(r"#\s*not covered\s*(?::\s*(?P<reason>.*?))?\s*$", re.IGNORECASE)


@define
class Excepted:
    """A reason why something is not covered, for everything on one line."""

    reason: str
    span: Span
    line: int
    used: bool = False


class Exceptions:
    """Those of a book, by file and line."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self.found: dict[tuple[str, int], list[Excepted]] = {}
        for name, comments in texts.comments.items():
            for one in _read(texts.sources[name], comments):
                self.found.setdefault((name, one.line), []).append(one)

    def reason(self, span: Span) -> str | None:
        """Why what is written there is not covered, where a reason is given."""
        here = self.found.get((span.source, self.texts.line(span)), [])
        for one in here:
            one.used = True
        return "; ".join(one.reason for one in here) or None

    def faults(self) -> Iterator[Diagnostic]:
        """Those without a reason, and those with nothing to except."""
        for lines in self.found.values():
            for one in lines:
                if not one.reason:
                    yield Diagnostic(
                        "MR720", "an exception from coverage gives no reason",
                        (Label(one.span, "why not?"),),
                        help="write `# not covered: ` and why no case can show it",
                    )  # fmt: skip
                elif not one.used:
                    yield Diagnostic(
                        "MR721", "an exception from coverage excepts nothing",
                        (Label(one.span, "all on its line is covered, or nothing is there"),),
                        help="take the comment out",
                    )  # fmt: skip


def _read(source: Source, comments: Iterable[Span]) -> Iterator[Excepted]:
    alone = set()
    last = len(source.line_starts)
    for span in comments:
        line = source.position(span.start).line
        text = source.text[source.line_starts[line - 1] : span.start]
        if not text.strip():
            alone.add(line)
    for span in comments:
        found = _DIRECTIVE.match(source.text[span.start : span.end])
        if found is None:
            continue
        line = source.position(span.start).line
        if line in alone:
            while line in alone or (line <= last and not source.line(line).strip()):
                line += 1
        yield Excepted(found["reason"] or "", span, line)

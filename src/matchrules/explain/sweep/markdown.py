"""A sweep in Markdown: a table of the spans, and what changes at each threshold."""

from collections.abc import Iterator

from matchrules.explain.sweep.model import Sweep, SweepSpan
from matchrules.explain.sweep.text import heading, summary
from matchrules.explain.what_if.markdown import turns_markdown
from matchrules.explain.what_if.model import Turn
from matchrules.explain.writing import escaped


def markdown(answer: Sweep) -> str:
    """The whole answer."""
    return "\n".join(_lines(answer))


def _lines(answer: Sweep) -> Iterator[str]:
    yield f"# {escaped(heading(answer))}"
    yield ""
    yield escaped(summary(answer))
    yield ""
    yield "| values | comes | goes | changes |"
    yield "|---|---|---|---|"
    for span in answer.spans:
        yield f"| {escaped(span.label)} | {' | '.join(_cells(span))} |"
    for span in answer.spans:
        if span.difference is not None and span.difference.turns:
            yield ""
            yield f"## {escaped(span.label)}"
            yield from turns_markdown(span.difference, "###", whole=False)


def _cells(span: SweepSpan) -> tuple[str, str, str]:
    if span.faults:
        return f"*there can be no such case: {escaped(span.faults[0].message)}*", "", ""
    found = span.difference
    if found is None:
        count = len(span.advice)
        return f"*{count} {'piece' if count == 1 else 'pieces'} of advice*", "", ""
    return _named(found.added), _named(found.withdrawn), _named(found.changed)


def _named(turns: tuple[Turn, ...]) -> str:
    return "<br>".join(escaped(turn.name) for turn in turns)


__all__ = ["markdown"]

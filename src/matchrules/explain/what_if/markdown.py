"""What changed facts would change, in Markdown."""

from collections.abc import Iterator

from matchrules.explain.what_if.model import Difference, WhatIf
from matchrules.explain.what_if.text import (
    HEADINGS,
    derived_told,
    details,
    fields_told,
    grouped,
    summary,
)
from matchrules.explain.writing import escaped


def markdown(answer: WhatIf) -> str:
    """The whole answer."""
    return "\n".join(_lines(answer))


def _lines(answer: WhatIf) -> Iterator[str]:
    yield "# What if"
    yield ""
    for shift in answer.changes:
        yield f"- {escaped(str(shift))}"
    if answer.changes:
        yield ""
    yield f"**{escaped(summary(answer))}**"
    yield from turns_markdown(answer.difference)
    told = derived_told(answer.derived)
    if told:
        yield ""
        yield "## Follows otherwise"
        yield ""
        yield from (f"- {escaped(said)}" for said in told)


def turns_markdown(found: Difference, level: str = "##", whole: bool = True) -> Iterator[str]:
    """What comes, goes and changes, what has the same reasons together; if `whole`, with what it
    says."""
    for what, heading in HEADINGS.items():
        turns = [turn for turn in found.turns if turn.what == what]
        for number, (because, together) in enumerate(grouped(turns)):
            yield ""
            if not number:
                yield f"{level} {heading}"
                yield ""
            if because:
                yield f"*{escaped('; '.join(because))}*"
                yield ""
            for turn in together:
                yield f"- **{escaped(turn.name)}**"
                told = details(turn) if whole else fields_told(turn)
                yield from (f"  - {escaped(said)}" for said in told)


__all__ = ["markdown", "turns_markdown"]

"""What changed facts would change, in Markdown."""

import re
from collections.abc import Iterator
from typing import Final

from matchrules.explain.what_if.model import Difference, WhatIf
from matchrules.explain.what_if.text import (
    HEADINGS,
    derived_told,
    details,
    fields_told,
    grouped,
    summary,
)

# Of these each could begin markup, or end what it stands in.
_MARKUP: Final = re.compile(r"[\\`*_\[\]<>#|~]|&(?=#?\w+;)")
_START: Final = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")


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


def escaped(words: str) -> str:
    """The text on one line, with nothing in it that Markdown would take for markup."""
    line = _MARKUP.sub(lambda match: f"\\{match[0]}", " ".join(words.split()))
    return _START.sub(lambda m: f"{m[1]}\\" if m[1].isdigit() else f"\\{m[1]}", line)


__all__ = ["escaped", "markdown", "turns_markdown"]

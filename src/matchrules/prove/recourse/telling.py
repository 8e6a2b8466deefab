"""The answer as a text for a terminal, and as Markdown."""

from collections.abc import Iterator
from typing import Final

from matchrules.explain.what_if.text import HEADINGS
from matchrules.explain.writing import NARROWEST, escaped, filled, hung
from matchrules.prove.recourse.model import Recourse
from matchrules.prove.recourse.sentences import Sentences

MOST_TURNS: Final = 12  # of advice that comes, goes or changes with it


def text(told: Recourse, width: int) -> str:
    """The whole answer, in lines at most so wide."""
    width = max(width, NARROWEST)
    said = Sentences(told)
    lines = filled(said.goal(), width)
    for step in said.steps():
        lines += hung(step, width, 2)
    lines += ["", *filled(said.verdict(), width)]
    if told.obstacles:
        lines += ["", IN_THE_WAY]
        for obstacle in said.obstacles():
            lines += hung(obstacle, width, 2)
    for heading, names in _turns(told):
        lines += ["", heading]
        for name in names:
            lines += hung(name, width, 2)
    return "\n".join(line.rstrip() for line in lines)


def markdown(told: Recourse) -> str:
    """The whole answer in Markdown."""
    said = Sentences(told)
    lines = [f"# {escaped(said.goal())}", ""]
    steps = list(said.steps())
    lines += [f"- {escaped(step)}" for step in steps]
    lines += [""] if steps else []
    lines.append(f"**{escaped(said.verdict())}**")
    if told.obstacles:
        lines += ["", f"## {IN_THE_WAY}", ""]
        lines += [f"- {escaped(obstacle)}" for obstacle in said.obstacles()]
    for heading, names in _turns(told):
        lines += ["", f"## {heading}", "", *(f"- {escaped(name)}" for name in names)]
    return "\n".join(lines)


IN_THE_WAY: Final = "What stands in the way"


def _turns(told: Recourse) -> Iterator[tuple[str, list[str]]]:
    """What comes, goes and changes with the change of facts."""
    if told.difference is None:
        return
    for what, heading in HEADINGS.items():
        names = [turn.name for turn in told.difference.turns if turn.what == what]
        rest = len(names) - MOST_TURNS
        if names:
            more = [f"and {rest} more"] if rest > 0 else []
            yield heading, [*names[:MOST_TURNS], *more]


__all__ = ["markdown", "text"]

"""A comparison in Markdown, to stand under a pull request."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matchrules.cli.advice_markdown import escaped

if TYPE_CHECKING:
    from matchrules.cli.diff_story import Story
    from matchrules.prove.difference import Region
    from matchrules.prove.difference.model import EraDifference, SubjectDifference


def markdown(story: "Story") -> str:
    """The whole answer."""
    return "\n".join(_page(story)).rstrip()


def _page(story: "Story") -> Iterator[str]:
    yield "## Whom this change affects"
    yield ""
    yield f"{_code(story.sides[0].label)} → {_code(story.sides[1].label)}"
    yield ""
    yield f"**{escaped(story.summary())}**"
    several = len(story.difference.eras) > 1
    for era in story.difference.eras:
        if several and (era.changes or era.subjects):
            yield ""
            yield f"### {story.days(era).capitalize()}"
        yield from _changes(story, era)
        for subject in era.subjects:
            if subject.answer == "affected":
                yield ""
                yield from _subject(story, subject)
    if story.counted is not None:
        yield ""
        yield "### In the cohort"
        yield ""
        yield from (f"- {_ticked(line)}" for line in story.counts())
    rest = story.rest()
    if rest and any(era.changes for era in story.difference.eras):
        yield ""
        yield "### Everything else"
        yield ""
        yield from (f"- {_ticked(line)}" for line in rest)


def _changes(story: "Story", era: "EraDifference") -> Iterator[str]:
    for change in era.changes:
        lines = story.lines(change)
        yield ""
        yield f"- {_ticked(story.change(change))} {_code(story.place(change))}".rstrip()
        if lines:
            yield ""
            yield from _fenced("diff", lines, "  ")
    if era.notes:
        yield ""
        yield from (f"- not compared: {_ticked(note)}" for note in era.notes)


def _subject(story: "Story", subject: "SubjectDifference") -> Iterator[str]:
    described = story.described(subject.kind, subject.subject)
    yield f"### {_code(subject.name) if subject.kind else subject.name.capitalize()}"
    if described:
        yield ""
        yield escaped(described)
    for shift in subject.shifts:
        yield ""
        told = _ticked(story.effect(shift))
        yield f"{told[0].upper()}{told[1:]}."
        for region in shift.regions:
            yield ""
            yield from _region(story, region)
        if shift.more:
            yield ""
            yield "There may be further cases."


def _region(story: "Story", region: "Region") -> Iterator[str]:
    yield f"- **who:** {'; '.join(map(escaped, story.who(region)))}"
    yield f"- **before:** {'; '.join(map(escaped, story.said(region.before)))}"
    yield f"- **now:** {'; '.join(map(escaped, story.said(region.after)))}"
    yield ""
    yield "<details><summary>such as</summary>"
    yield ""
    yield from _fenced("yaml", region.document.splitlines(), "")
    yield ""
    yield "</details>"


def _fenced(language: str, lines: "tuple[str, ...] | list[str]", indent: str) -> Iterator[str]:
    """A block of code, its fence longer than any in it."""
    longest = max((len(run) for line in lines for run in _ticks(line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{indent}{fence}{language}"
    yield from (f"{indent}{line}" for line in lines)
    yield f"{indent}{fence}"


def _ticks(text: str) -> list[str]:
    import re

    return re.findall(r"`+", text)


def _code(text: str) -> str:
    """Text as code, whatever ticks are in it."""
    if not text:
        return ""
    fence = "`" * (max(map(len, _ticks(text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _ticked(text: str) -> str:
    """A sentence with names in ticks, everything else shown as it is."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escaped(text)
    return "".join(_code(p) if number % 2 else _edged(p) for number, p in enumerate(parts))


def _edged(part: str) -> str:
    """A part of a sentence, the blanks at its ends kept."""
    inside = escaped(part)
    before = " " if part[:1] == " " and inside[:1] != " " else ""
    after = " " if part[-1:] == " " and inside[-1:] != " " and part.strip() else ""
    return f"{before}{inside}{after}"

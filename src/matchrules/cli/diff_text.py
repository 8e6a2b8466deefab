"""A comparison for the terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from matchrules.cli.diff_story import Story
    from matchrules.prove.difference import Region
    from matchrules.prove.difference.model import EraDifference, SubjectDifference


def text(story: "Story", colour: bool = False) -> str:
    """The whole answer."""
    return "\n".join(_Page(story, colour).lines()).rstrip()


class _Page:
    def __init__(self, story: "Story", colour: bool) -> None:
        self._story, self._colour = story, colour

    def _style(self, said: str, colour: str | None = None, bold: bool = False) -> str:
        return click.style(said, fg=colour, bold=bold) if self._colour else said

    def lines(self) -> Iterator[str]:
        story = self._story
        yield self._style(story.title, bold=True)
        yield story.summary()
        several = len(story.difference.eras) > 1
        for era in story.difference.eras:
            if several and (era.changes or era.subjects):
                yield ""
                yield self._style(story.days(era), bold=True)
            yield from self._changes(era)
            for subject in era.subjects:
                if subject.answer == "affected":
                    yield ""
                    yield from self._subject(subject)
        if story.counted is not None:
            yield ""
            yield self._style("cohort", bold=True)
            yield from (f"  {line}" for line in story.counts())
            for name, faults in story.counted.unread[:5]:
                first = faults.diagnostics[0]
                yield f"    {name}: {first.message}"
        rest = story.rest()
        if rest and any(era.changes for era in story.difference.eras):
            yield ""
            yield from rest

    def _changes(self, era: "EraDifference") -> Iterator[str]:
        if era.changes or era.notes:
            yield ""
        for change in era.changes:
            yield f"{self._story.change(change)}   {self._story.place(change)}".rstrip()
            for line in self._story.lines(change):
                yield "  " + self._style(line, "red" if line.startswith("-") else "green")
        yield from (f"not compared: {note}" for note in era.notes)

    def _subject(self, subject: "SubjectDifference") -> Iterator[str]:
        story = self._story
        described = story.described(subject.kind, subject.subject)
        yield self._style(subject.name, bold=True) + (f"  {described}" if described else "")
        for number, shift in enumerate(subject.shifts):
            if number:
                yield ""
            yield f"  {story.effect(shift)}"
            for place, region in enumerate(shift.regions):
                if place:
                    yield ""
                yield from self._region(region)
            if shift.more:
                yield "    there may be further cases"

    def _region(self, region: "Region") -> Iterator[str]:
        story = self._story
        yield from _hung("    who     ", story.who(region))
        yield from _hung("    before  ", story.said(region.before))
        yield from _hung("    now     ", story.said(region.after))
        yield "    such as"
        yield from (f"      | {line}" for line in region.document.splitlines())


def _hung(head: str, several: tuple[str, ...]) -> Iterator[str]:
    for number, line in enumerate(several):
        yield (head if number == 0 else " " * len(head)) + line

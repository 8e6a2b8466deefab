"""`matchrules diff`: whom a change of rules affects."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matchrules.cli.options import EXISTING, MORE_THAN_NO_SECONDS, format_option
from matchrules.cli.report import in_colour, reporting

if TYPE_CHECKING:
    from matchrules.rulebook import Book


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option(
    "--rules", "paths", multiple=True, metavar="PATH",
    help="Where the rules are, if both sides are revisions alone; may be repeated.  "
    "[default: rules]",
)  # fmt: skip
@click.option("--cohort", type=EXISTING, metavar="FILE",
              help="Cases to count: a folder of case files, a list of cases (YAML, JSON), or a "
              "case a line (.ndjson).")  # fmt: skip
@click.option("--subject", "subjects", multiple=True, metavar="KIND[.SUBJECT]",
              help="Look at this subject or kind only; may be repeated.")  # fmt: skip
@click.option("--time", "seconds", type=MORE_THAN_NO_SECONDS, default=10.0,
              show_default=True, metavar="SECONDS",
              help="How long to look at one subject of advice.")  # fmt: skip
@click.option("--instances", type=click.IntRange(min=0, max=20), default=2, metavar="N",
              show_default=True,
              help="How many of each many-fact a case has, where that matters.")  # fmt: skip
@click.option("--exit-code", "tell", is_flag=True,
              help="Exit with 1 where somebody is affected, or that is undecided.")  # fmt: skip
@format_option("text", "markdown", "json")
@reporting
def command(
    old: str, new: str, paths: tuple[str, ...], cohort: Path | None, subjects: tuple[str, ...],
    seconds: float, instances: int, tell: bool, format_: str,
) -> None:  # fmt: skip
    """Whom the change from OLD to NEW affects: for each subject of advice which cases, what they
    got and what they get now, or that nobody is affected, proved.

    OLD and NEW are .rules files, folders of them, a path in a git revision (`main:rules`), or a
    revision alone (`main`): then the other side's path as it was.
    """
    from matchrules.cli.diff_story import Story
    from matchrules.cli.revisions import read_sides
    from matchrules.prove.difference import compare

    sides = read_sides(old, new, paths)
    books = [_book(side.sources) for side in sides]
    _check_subjects(subjects, books)
    members = None
    if cohort is not None:
        from matchrules.case.cohort import cohort as read_cohort

        members = list(read_cohort(cohort))
    progress = _Progress()
    difference = compare(
        books[0].bases, books[1].bases, seconds=seconds, instances=instances, subjects=subjects,
        told=progress.on, processes=2,
    )  # fmt: skip
    counted = None
    if members is not None and not difference.interrupted:
        from matchrules.prove.difference.counting import count

        counted = count(books[0].bases, books[1].bases, members, subjects, progress.on)
    progress.done()
    story = Story(difference, sides, (books[0].bases[-1], books[1].bases[-1]), counted)
    if format_ == "json":
        from matchrules.cli.diff_json import plain

        click.echo(json.dumps(plain(story), ensure_ascii=False, indent=2))
    elif format_ == "markdown":
        from matchrules.cli.diff_markdown import markdown

        click.echo(markdown(story))
    else:
        from matchrules.cli.diff_text import text

        colour = in_colour(sys.stdout)
        click.echo(text(story, colour), color=colour)
    interrupted = difference.interrupted or (counted is not None and not counted.complete)
    if interrupted:
        click.echo("\ninterrupted: what is said above was done by then", err=True)
        raise click.exceptions.Exit(130)
    if tell and (difference.affected or difference.undecided or (counted and counted.affected)):
        raise click.exceptions.Exit(1)


def _book(sources: object) -> "Book":
    from matchrules.rulebook import load_sources

    return load_sources(sources)  # type: ignore[arg-type]  # a mapping of sources


def _check_subjects(subjects: tuple[str, ...], books: "list[Book]") -> None:
    """A subject that neither side knows is a mistake, not one that nothing happens to."""
    from matchrules.cli.report import Refused
    from matchrules.diagnostics.suggest import did_you_mean

    known = {
        name for book in books for base in book.bases for kind in base.advice.values()
        for name in (kind.name, *(f"{kind.name}.{subject}" for subject in kind.subjects))
    }  # fmt: skip
    for subject in subjects:
        if subject not in known:
            near = did_you_mean(subject, sorted(known))
            hint = f"; {near}" if near else ""
            raise Refused(f"neither side has advice on `{subject}`{hint}")


class _Progress:
    """Says on a terminal what is looked at."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def on(self, name: str) -> None:
        if self._shown:
            click.echo(f"\r\x1b[K{name}", nl=False, err=True)

    def done(self) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)

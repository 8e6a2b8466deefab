"""What `matchrules test` says of coverage, and where."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from matchrules.cli.report import in_colour

if TYPE_CHECKING:
    from matchrules.rulebook import Book
    from matchrules.testing.coverage import Coverage
    from matchrules.testing.coverage.measure import Item

_COLOURS: dict[str, Any] = {
    "good": {"fg": "green"},
    "partly": {"fg": "yellow"},
    "bad": {"fg": "red"},
    "place": {},
}


def show(coverage: "Coverage") -> None:
    """The report on standard output."""
    from matchrules.testing.coverage.listing import lines

    colour = in_colour(sys.stdout)
    click.echo("")
    for line in lines(coverage, lambda text, kind: click.style(text, **_COLOURS[kind])):
        click.echo(line, color=colour)


def enough(coverage: "Coverage", least: float | None) -> bool:
    """Whether coverage is as asked for; says so on standard error where it is not."""
    from matchrules.testing.coverage.listing import percent

    if least is None or coverage.percent >= least:
        return True
    click.echo(
        f"error: coverage is {percent(coverage.percent)}, and {percent(least)} is asked for",
        err=True,
    )
    return False


def propose(book: "Book", coverage: "Coverage") -> None:
    """Examples that would show what is missing, each as soon as it is found."""
    from matchrules.testing.coverage.listing import what
    from matchrules.testing.coverage.suggest import suggest

    click.echo("")
    shown: Counter[int] = Counter()
    for found in suggest(book, coverage):
        shown.update(map(id, found.shows))
        for item in _once(found.shows):
            click.echo(f"# {coverage.place(item.span)}  {what(item)}")
        click.echo(f"# to be put into {found.file}")
        click.echo(found.text)
    left = [item for item in coverage.items if item.missing and shown[id(item)] < item.lacking]
    if left:
        click.echo("# nothing near the examples that there are shows")
    for item in left:
        click.echo(f"#   {coverage.place(item.span)}  {what(item)}")


def suggested(book: "Book", coverage: "Coverage") -> Iterator[dict[str, Any]]:
    """The same for JSON."""
    from matchrules.testing.coverage.listing import what
    from matchrules.testing.coverage.suggest import suggest

    for found in suggest(book, coverage):
        shows = [{"place": coverage.place(i.span), "missing": what(i)} for i in _once(found.shows)]
        yield {"example": found.text, "file": found.file, "shows": shows}


def _once(items: "Iterable[Item]") -> "list[Item]":
    return list({id(item): item for item in items}.values())

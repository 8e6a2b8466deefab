"""What `matchrules test` says of coverage, and where."""

import sys
from typing import TYPE_CHECKING, Any

import click

from matchrules.cli.report import in_colour

if TYPE_CHECKING:
    from matchrules.testing.coverage import Coverage

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

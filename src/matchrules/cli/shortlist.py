"""`matchrules shortlist`: from a case file and a catalogue to a balanced list of programs."""

import sys
from datetime import date
from pathlib import Path

import click

from matchrules.cli.options import (
    as_of_option,
    book_of,
    case_argument,
    format_option,
    rules_option,
)
from matchrules.cli.report import in_colour, print_faults, reporting, terminal_width


@click.command("shortlist")
@case_argument
@click.option(
    "--programs", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The catalogue: a CSV file, or a Parquet file.",
)  # fmt: skip
@click.option(
    "--size", type=click.IntRange(1, 4000), metavar="N",
    help="How many places the list has; without it, as many as the record asks for at least.",
)  # fmt: skip
@rules_option
@as_of_option
@click.option(
    "--skip-bad-rows",
    is_flag=True,
    help="Leave out the rows of the catalogue that have faults, and say which.",
)
@format_option("text", "json", "csv")
@reporting
def command(
    case: Path,
    programs: Path,
    size: int | None,
    rules: tuple[Path, ...],
    as_of: date | None,
    skip_bad_rows: bool,
    format_: str,
) -> None:
    """A balanced list of programs for the applicant in CASE, out of a catalogue.

    Programs are sorted into reach, target, safety-ish and not open, by thresholds; no chance of
    matching is computed.
    """
    from matchrules.residency.listing import shortlist

    found = shortlist(
        case, programs, size=size, as_of=as_of, book=book_of(rules),
        skip_bad_rows=skip_bad_rows,
    )  # fmt: skip
    if format_ == "json":
        click.echo(found.to_json(indent=2))
        return
    left_out = [fault for faults in found.left_out.values() for fault in faults]
    if found.catalogue_warnings or left_out:
        print_faults([*found.catalogue_warnings, *left_out], found.sources, sys.stderr)
    if format_ == "csv":
        click.echo(found.to_csv(), nl=False)
        for note in (*found.closed_because, *found.notes):
            click.echo(f"note: {note}", err=True)
        return
    from matchrules.cli.shortlist_text import text

    colour = in_colour(sys.stdout)
    width = max(60, min(terminal_width(), 120))
    click.echo(text(found, str(case), width=width, colour=colour), color=colour)

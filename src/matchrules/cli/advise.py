"""`matchrules advise`: from a case file to advice."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matchrules.cli.options import ENGINE, as_day, format_option, or_packs, rules_option
from matchrules.cli.report import in_colour, reporting, terminal_width

if TYPE_CHECKING:
    from matchrules.rulebook import Engine


@click.command("advise")
@click.argument("case", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@rules_option
@click.option(
    "--as-of",
    callback=as_day,
    metavar="YYYY-MM-DD",
    help="The day to advise for; the case file may say it instead.",
)
@format_option("text", "json", "markdown")
@ENGINE
@reporting
def command(
    case: Path,
    rules: tuple[Path, ...],
    as_of: date | None,
    format_: str,
    engine: "Engine",
) -> None:
    """Advice for the facts in CASE, a YAML, JSON or TOML file."""
    from matchrules.rulebook import load

    book = load(*or_packs(rules))
    decision = book.decide(case, as_of=as_of, engine=engine)
    if format_ == "json":
        click.echo(decision.to_json(indent=2))
        return
    base = book.base_on(decision.as_of)
    if format_ == "markdown":
        from matchrules.cli.advice_markdown import markdown

        click.echo(markdown(decision, base, str(case)))
        return
    from matchrules.cli.advice_text import text

    colour = in_colour(sys.stdout)
    width = min(terminal_width(), 100)
    click.echo(text(decision, base, str(case), width=width, colour=colour), color=colour)

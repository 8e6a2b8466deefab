"""`matchrules advise`: from a case file to advice."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matchrules.cli.options import (
    as_of_option,
    book_of,
    case_argument,
    engine_option,
    format_option,
    rules_option,
)
from matchrules.cli.report import in_colour, reporting, terminal_width

if TYPE_CHECKING:
    from matchrules.rulebook import Engine

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("advise")
@case_argument
@rules_option
@as_of_option
@click.option(
    "--record",
    type=_FILE,
    metavar="FILE",
    help="Write all that is needed to check this decision later to FILE, as JSON.",
)
@click.option(
    "--log",
    type=_FILE,
    metavar="FILE",
    help="Add the record to a log of decisions, each chained to the one before.",
)
@click.option("--salt-file", type=_FILE, metavar="FILE",
              help="Hash private facts with the text in FILE, and keep it out of the record; a "
              "random one is put there if FILE is not there.")  # fmt: skip
@format_option("text", "json", "markdown")
@engine_option("interpreter")
@reporting
def command(
    case: Path,
    rules: tuple[Path, ...],
    as_of: date | None,
    record: Path | None,
    log: Path | None,
    salt_file: Path | None,
    format_: str,
    engine: "Engine",
) -> None:
    """Advice for the facts in CASE, a YAML, JSON or TOML file."""

    if salt_file is not None and record is None and log is None:
        raise click.UsageError("`--salt-file` is for a record: say `--record` or `--log` too")
    book = book_of(rules)
    decision = book.decide(case, as_of=as_of, engine=engine)
    if record is not None or log is not None:
        from matchrules.cli.keeping import keep

        keep(decision, case, record, log, salt_file)
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

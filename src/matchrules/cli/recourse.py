"""`matchrules recourse`: the smallest change of facts that gives advice, or takes it away."""

import json
from datetime import date
from pathlib import Path

import click

from matchrules.cli.items import seen
from matchrules.cli.options import (
    MORE_THAN_NO_SECONDS,
    as_of_option,
    book_of,
    case_argument,
    format_option,
    rules_option,
)
from matchrules.cli.report import reporting, terminal_width


@click.command("recourse")
@case_argument
@click.option(
    "--to-have",
    metavar="SUBJECT",
    help="The advice that is wanted: `kind.subject`, or a rule by its id or name.",
)
@click.option("--to-lose", metavar="SUBJECT", help="The advice that is not wanted.")
@rules_option
@as_of_option
@click.option("--time", "seconds", type=MORE_THAN_NO_SECONDS, default=30.0, show_default=True,
              metavar="SECONDS", help="How long to look.")  # fmt: skip
@format_option("text", "json", "markdown")
@reporting
def command(
    case: Path,
    to_have: str | None,
    to_lose: str | None,
    rules: tuple[Path, ...],
    as_of: date | None,
    seconds: float,
    format_: str,
) -> None:
    """The smallest change of the facts in CASE, of those that can change, with which advice is
    given that is not, or is not given that is; or why there is none.

    Needs the extra `matchrules[prove]`.
    """

    if (to_have is None) == (to_lose is None):
        raise click.UsageError("say what is wanted: either `--to-have` or `--to-lose`, once")
    book = book_of(rules)
    decision = book.decide(case, as_of=as_of, engine="compiled")
    answer = decision.recourse(to_have=to_have, to_lose=to_lose, seconds=seconds)
    if format_ == "json":
        click.echo(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2))
    elif format_ == "markdown":
        click.echo(seen(answer.to_markdown()))
    else:
        click.echo(seen(answer.to_text(min(terminal_width(), 100))))

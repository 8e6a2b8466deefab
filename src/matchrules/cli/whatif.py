"""`matchrules whatif`: what would be advised if some facts were other ones."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matchrules.cli.options import (
    as_of_option,
    book_of,
    case_argument,
    format_option,
    rules_option,
)
from matchrules.cli.report import Refused, reporting, terminal_width

if TYPE_CHECKING:
    from matchrules.decision import Decision
    from matchrules.explain.sweep import Sweep
    from matchrules.explain.what_if import Shift, WhatIf


@click.command("whatif")
@case_argument
@click.option(
    "--set", "settings", multiple=True, metavar="FACT.ATTRIBUTE=VALUE",
    help="Another value; may be repeated. Of a fact that is listed, `letter[2].state=received` is "
    "the second one, `program[P1].region=west` the one with that key, `letter[+].state=planned` "
    "one more.",
)  # fmt: skip
@click.option(
    "--unset", "unsettings", multiple=True, metavar="FACT[.ATTRIBUTE]",
    help="Leave a value out, or a whole fact; may be repeated.",
)  # fmt: skip
@click.option(
    "--sweep", "sweeps", multiple=True, metavar="FACT.ATTRIBUTE[=VALUES]",
    help="Try many values: `200..260`, `2026-01-01..2026-12-31`, `passed,failed`; without VALUES "
    "all that there are.",
)  # fmt: skip
@rules_option
@as_of_option
@format_option("text", "json", "markdown", "svg")
@reporting
def command(
    case: Path,
    settings: tuple[str, ...],
    unsettings: tuple[str, ...],
    sweeps: tuple[str, ...],
    rules: tuple[Path, ...],
    as_of: date | None,
    format_: str,
) -> None:
    """What would be advised for the facts in CASE if some of them were other ones: what comes, goes
    and changes, and why.

    With --sweep, at which values of a fact that is, as a table and as a picture.
    """
    from matchrules.cli.whatif_changes import Listing, swept

    if not (settings or unsettings or sweeps):
        raise Refused("say what is to be otherwise: `--set fact.attribute=value`, or `--sweep`")
    if len(sweeps) > 1:
        raise Refused("one sweep at a time: give `--sweep` once")
    if format_ == "svg" and not sweeps:
        raise Refused("there is a picture of a sweep only: give `--sweep fact.attribute=values`")
    book = book_of(rules)
    decision = book.decide(case, as_of=as_of, engine="interpreter")
    listing = Listing(book, case, book.base_on(decision.as_of))
    changes = listing.changes(settings, unsettings)
    answer = decision.what_if(changes) if changes else None
    if not sweeps:
        assert answer is not None
        _print_what_if(answer, format_)
        return
    changed: Decision = decision if answer is None else answer.decision
    found = swept(listing, changed, sweeps[0])
    _print_sweep(found, () if answer is None else answer.changes, format_)


def _print_what_if(answer: "WhatIf", format_: str) -> None:
    if format_ == "json":
        _print_json(answer.to_dict())
    else:
        _print(answer.to_markdown() if format_ == "markdown" else answer.to_text(_width()))


def _print_sweep(found: "Sweep", changes: "Iterable[Shift]", format_: str) -> None:
    """The answer, after what was changed before the sweep."""
    if format_ == "json":
        told = found.to_dict()
        first = {"format": told.pop("format"), "changes": [shift.to_dict() for shift in changes]}
        _print_json({**first, **told})
        return
    if format_ == "svg":
        click.echo(found.to_svg(), nl=False)
        return
    text = found.to_markdown() if format_ == "markdown" else found.to_text(_width())
    said = [f"- {shift}" if format_ == "markdown" else f"with {shift}" for shift in changes]
    if said:
        text = "\n".join([*said, "", text])
    _print(text)


def _print(text: str) -> None:
    from matchrules.cli.items import seen

    click.echo(seen(text))


def _print_json(told: object) -> None:
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _width() -> int:
    return min(terminal_width(), 100)

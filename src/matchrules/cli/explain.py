"""`matchrules explain`: why something is advised, and why not."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchrules.cli.items import seen
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
    from matchrules.explain.why import Why
    from matchrules.explain.why_not import WhyNot

PICTURES = ("mermaid", "svg")


@click.command("explain")
@case_argument
@click.argument("subject", required=False)
@rules_option
@as_of_option
@click.option(
    "--about",
    metavar="KEY",
    help="The one of many that is asked about, by its key; several values are joined by commas.",
)
@click.option("--whole", is_flag=True, help="Tell all that was looked at, not only what mattered.")
@format_option("text", "markdown", "json", *PICTURES)
@reporting
def command(
    case: Path,
    subject: str | None,
    rules: tuple[Path, ...],
    as_of: date | None,
    about: str | None,
    whole: bool,
    format_: str,
) -> None:
    """Why SUBJECT is advised for the facts in CASE, or why it is not.

    SUBJECT is advice (`kind.subject`), a rule (its id or name) or a fact (`fact.name`). Without
    it, a short reason for all the advice.
    """

    book = book_of(rules)
    decision = book.decide(case, as_of=as_of, engine="interpreter")
    width = min(terminal_width(), 100)
    if subject is None:
        _refuse_without_subject(about, whole, format_)
        from matchrules.cli.explain_all import as_dict, markdown, text

        if format_ == "json":
            _print_json(as_dict(decision))
        elif format_ == "markdown":
            click.echo(seen(markdown(decision, str(case))))
        else:
            click.echo(seen(text(decision, str(case), width)))
        return
    answer, why = _answer(decision, subject, about, whole)
    if format_ == "json":
        _print_json({"question": "why" if why else "why_not", **answer.to_dict()})
    elif format_ in PICTURES:
        click.echo(_picture(answer, subject, format_))
    elif format_ == "markdown":
        click.echo(seen(answer.to_markdown()))
    else:
        click.echo(seen(answer.to_text(width)))


def _refuse_without_subject(about: str | None, whole: bool, format_: str) -> None:
    if format_ in PICTURES:
        raise Refused(f"a picture shows why one thing is advised: name it, for --format {format_}")
    if about is not None or whole:
        option = "--whole" if about is None else "--about"
        raise Refused(f"{option} needs a SUBJECT: name the advice, rule or fact that you ask about")


def _answer(
    decision: "Decision", subject: str, about: str | None, whole: bool
) -> "tuple[Why | WhyNot, bool]":
    """Why, where it is advised or its value is known; else why not."""
    assert decision.reach is not None  # a book's decision has it
    grounds = decision.reach.grounds
    asked = grounds.asked(subject)
    key: Any = None
    if about is not None:
        from matchrules.explain.why_not.keys import key_of_words

        key = key_of_words(grounds, asked, about)
    if asked.what == "value":
        from matchrules.diagnostics.model import UsageError

        try:
            found = decision.why_not(subject, about=key)
        except UsageError:
            return decision.why(subject, about=key, whole=whole), True
        if any(lack.known for lack in found.value):
            return decision.why(subject, about=key, whole=whole), True
        return found, False
    rules = {rule.full_name for rule in grounds.rules_for(asked)}
    if any(
        advice.rule in rules
        and (asked.what == "rule" or f"{advice.kind}.{advice.subject}" == asked.name)
        and (key is None or advice.about == key)
        for advice in decision
    ):
        return decision.why(subject, about=key, whole=whole), True
    return decision.why_not(subject, about=key), False


def _picture(answer: "Why | WhyNot", subject: str, format_: str) -> str:
    from matchrules.explain.why import Why

    if not isinstance(answer, Why):
        raise Refused(
            f"there is a picture of why only, and `{subject}` is not advised: "
            "take --format text, markdown or json"
        )
    diagram = answer.diagram()
    if format_ == "svg":
        from matchrules.pictures.svg import svg

        return svg(diagram)
    from matchrules.pictures.mermaid import mermaid

    return mermaid(diagram)


def _print_json(tree: dict[str, Any]) -> None:
    click.echo(json.dumps(tree, ensure_ascii=False, indent=2))

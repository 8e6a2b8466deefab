"""`matchrules schema`: what a case file may hold, for editors and other programs."""

import json
from pathlib import Path

import click

from matchrules.cli.options import book_of, format_option, rules_option
from matchrules.cli.report import reporting


@click.command("schema")
@rules_option
@format_option("json")
@reporting
def command(rules: tuple[Path, ...], format_: str) -> None:
    """Write the JSON Schema of a case to standard output."""
    from matchrules.case.schema import schema

    book = book_of(rules)
    click.echo(json.dumps(schema(book.bases[-1]), ensure_ascii=False, indent=2))

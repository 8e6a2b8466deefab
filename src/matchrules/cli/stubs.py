"""`matchrules stubs`: the facts of a rule base as a typed Python module."""

import json
from pathlib import Path

import click

from matchrules.cli.options import book_of, format_option, rules_option
from matchrules.cli.report import reporting


@click.command("stubs")
@rules_option
@format_option("text", "json")
@reporting
def command(rules: tuple[Path, ...], format_: str) -> None:
    """Write the fact classes of the rules as a Python module to standard output."""
    from matchrules.case.stubs import stubs

    module = stubs(book_of(rules).bases[-1])
    if format_ == "json":
        click.echo(json.dumps({"format": 1, "module": module}, ensure_ascii=False, indent=2))
    else:
        click.echo(module, nl=not module.endswith("\n"))

"""`matchrules new`: a small rule set to start from."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Final

import click

from matchrules.cli.options import format_option
from matchrules.cli.report import Refused, reporting

STARTER: Final = ("vocabulary.rules", "walk.rules", "case.yaml")


@click.command("new")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@format_option("text", "json")
@reporting
def command(directory: Path, format_: str) -> None:
    """Start a rule set in DIR: a vocabulary, rules with examples, and a case.

    DIR is made if it is not there; if it is, it must be empty.
    """
    if directory.exists() and any(directory.iterdir()):
        raise Refused(f"`{directory}` is not empty; name a new folder")
    directory.mkdir(parents=True, exist_ok=True)
    starter = files("matchrules.cli") / "starter"
    written = []
    for name in STARTER:
        path = directory / name
        path.write_bytes((starter / name).read_bytes())
        written.append(str(path))
    if format_ == "json":
        click.echo(json.dumps({"format": 1, "written": written}, ensure_ascii=False, indent=2))
        return
    for name in written:
        click.echo(f"wrote {name}")
    click.echo(f"\nnext: matchrules test {directory}")
    click.echo(f"      matchrules advise {directory / 'case.yaml'} --rules {directory}")

"""`matchrules check`: every fault of rule files."""

import sys
from pathlib import Path

import click

from matchrules.cli.options import format_option, or_packs, paths_argument
from matchrules.cli.report import print_faults, reporting


@click.command("check")
@paths_argument
@format_option("text", "json")
@reporting
def command(paths: tuple[Path, ...], format_: str) -> None:
    """Look for faults in rule files, without running them.

    PATHS are .rules files and folders of them; without any, the packs that come with matchrules.
    All files given are checked together, as one rule base.
    """
    from matchrules.rulebook import check_sources, read

    sources = read(*or_packs(paths))
    found = check_sources(sources)
    if format_ == "json":
        print_faults(found, sources, sys.stdout, as_json=True)
    elif found:
        print_faults(found, sources, sys.stderr)
    else:
        click.echo(f"no faults in {len(sources)} file{'s' if len(sources) != 1 else ''}")
    if any(diagnostic.severity == "error" for diagnostic in found):
        raise click.exceptions.Exit(1)

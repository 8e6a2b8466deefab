"""`matchrules check`: every fault of rule files."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matchrules.cli.options import format_option, or_packs, paths_argument
from matchrules.cli.report import print_faults, reporting

if TYPE_CHECKING:
    from matchrules.diagnostics.model import Diagnostic
    from matchrules.text import Source


@click.command("check")
@paths_argument
@format_option("text", "json", "sarif")
@reporting
def command(paths: tuple[Path, ...], format_: str) -> None:
    """Look for faults in rule files, without running them.

    PATHS are .rules files and folders of them; without any, the packs that come with matchrules.
    All files given are checked together, as one rule base. What the check of tables cannot tell is
    asked of the prover, for a few seconds, if it is installed.
    """
    from matchrules.rulebook import check_sources, read

    sources = read(*or_packs(paths))
    found = check_sources(sources)
    if any(one.code == "MR206" for one in found):
        found = _proved(found, sources)
    if format_ == "sarif":
        from matchrules.diagnostics.sarif import to_sarif_json

        click.echo(to_sarif_json(found, sources))
    elif format_ == "json":
        print_faults(found, sources, sys.stdout, as_json=True)
    elif found:
        print_faults(found, sources, sys.stderr)
    else:
        click.echo(f"no faults in {len(sources)} file{'s' if len(sources) != 1 else ''}")
    if any(diagnostic.severity == "error" for diagnostic in found):
        raise click.exceptions.Exit(1)


def _proved(
    found: "tuple[Diagnostic, ...]", sources: "Mapping[str, Source]"
) -> "tuple[Diagnostic, ...]":
    """The findings, with what of tables was left to the prover answered by it."""
    from matchrules.prove.left import settled
    from matchrules.rulebook import load_text

    if any(one.severity == "error" for one in found):
        return found  # first things first: with an error there is no rule base to ask about
    book = load_text({name: source.text for name, source in sources.items()})
    return settled(book.bases, found, sources)

"""`matchrules replay`: a record decided anew."""

import json
from pathlib import Path

import click

from matchrules.cli.options import EXISTING_FILE, book_of, format_option, rules_option, salt_option
from matchrules.cli.report import reporting


@click.command("replay")
@click.argument("record", type=EXISTING_FILE)
@rules_option
@click.option(
    "--facts",
    type=EXISTING_FILE,
    metavar="CASE",
    help="The case that the record was made of, where private facts are needed.",
)
@salt_option
@click.option("--line", type=click.IntRange(min=0), metavar="N",
              help="RECORD is a log of decisions: take the one in this line, from 0.")  # fmt: skip
@format_option("text", "json")
@reporting
def command(
    record: Path, rules: tuple[Path, ...], facts: Path | None, salt_file: Path | None,
    line: int | None, format_: str,
) -> None:  # fmt: skip
    """Decide the facts in RECORD anew with the rules at hand: the same byte for byte, or what
    differs, and because of which rule.

    RECORD is what `matchrules advise --record` wrote, or with --line a log that `--log` wrote.
    """
    from matchrules.cli.items import seen
    from matchrules.records import Log, Record, replay

    kept = Record.read(_content(record)) if line is None else Log(record).record(line)
    salt = None
    if salt_file is not None:
        from matchrules.cli.salt import read_salt

        salt = read_salt(salt_file)
    found = replay(kept, book_of(rules), facts, salt)
    if format_ == "json":
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(seen(str(found)))
    if not found.same:
        raise click.exceptions.Exit(1)


def _content(file: Path) -> bytes:
    from matchrules.records.reading import MOST_BYTES

    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)

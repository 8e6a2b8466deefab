"""`matchrules verify`: a record, or a log of them, checked step by step."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchrules.cli.options import EXISTING, EXISTING_FILE, format_option, salt_option
from matchrules.cli.report import reporting

if TYPE_CHECKING:
    from matchrules.records.verify import Verification


@click.command("verify")
@click.argument("record", type=EXISTING_FILE)
@click.option(
    "--rules", multiple=True, type=EXISTING, metavar="DIR",
    help="Also see whether the rules in RECORD are these: a folder of .rules files, or one file; "
    "may be repeated. Without it the record's own rules are taken as they are.",
)  # fmt: skip
@click.option(
    "--facts",
    type=EXISTING_FILE,
    metavar="CASE",
    help="The case that the record was made of: private facts are checked against it.",
)
@salt_option
@click.option(
    "--head",
    metavar="HASH",
    help="RECORD is a log whose last line has this hash: one cut at its end is found so only.",
)
@format_option("text", "json")
@reporting
def command(
    record: Path, rules: tuple[Path, ...], facts: Path | None, salt_file: Path | None,
    head: str | None, format_: str,
) -> None:  # fmt: skip
    """Check a record, or a log of them: every step of its proof worked out again.

    RECORD is what `matchrules advise --record` or `--log` wrote. What checks it shares no code with
    what decides, so a record that was changed is found, and one that was wrong from the start.
    """
    from matchrules.cli.items import seen

    salt = None
    if salt_file is not None:
        from matchrules.cli.salt import read_salt

        salt = read_salt(salt_file)
    found = _verified(record, rules, facts, salt, head)
    if format_ == "json":
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(seen(str(found)))
    if not found.ok:
        raise click.exceptions.Exit(1)


def _verified(
    file: Path, rules: tuple[Path, ...], facts: Path | None, salt: str | None, head: str | None
) -> "Verification":
    from matchrules.diagnostics.model import UsageError
    from matchrules.records.verify import verify, verify_log
    from matchrules.records.verify.log import is_log
    from matchrules.records.verify.strict import MOST_BYTES

    content = _content(file)
    log = is_log(content)
    if facts is not None and log:
        raise UsageError("a case is one of a single record: leave --facts out for a log")
    at_hand = None
    if rules:
        from matchrules.ir.json import to_json
        from matchrules.rulebook import load

        at_hand = [to_json(base) for base in load(*rules).bases]
    if log:
        del content  # a log may be larger than what is held of it
        with file.open("rb") as lines:
            each = iter(partial(lines.readline, MOST_BYTES + 1), b"")
            return verify_log(each, rules=at_hand, salt=salt, head=head)
    given = None if facts is None else _given(content, facts)
    return verify(content, rules=at_hand, facts=given, salt=salt, head=head)


def _given(content: bytes, facts: Path) -> Any:
    """The case in full, read by the rules of the record, which say what its facts are."""
    from matchrules.case.codec import read_case
    from matchrules.case.document import open_document
    from matchrules.case.writing import case_facts_plain
    from matchrules.diagnostics.model import RecordErrors
    from matchrules.records import Record

    try:
        kept = Record.read(content)
        rules = kept.rules
    except RecordErrors:
        return None  # what is wrong with the record is told where it is checked
    document = open_document(str(facts), facts.read_bytes())
    base, case = read_case([rules], document, kept.as_of)
    return case_facts_plain(base, case)


def _content(file: Path) -> bytes:
    from matchrules.records.verify.strict import MOST_BYTES

    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)

"""`matchrules ask`: an interview that asks what could change the advice."""

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from matchrules.cli.options import as_of_option, book_of, format_option, rules_option
from matchrules.cli.report import reporting

if TYPE_CHECKING:
    from matchrules.case.model import Case
    from matchrules.cli.ask_talk import Talk
    from matchrules.ir import RuleBase
    from matchrules.rulebook import Book


@click.command("ask")
@click.argument("case", type=click.Path(dir_okay=False, path_type=Path))
@rules_option
@as_of_option
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Keep the answers in FILE, and leave CASE as it is.",
)  # fmt: skip
@click.option(
    "--answers", type=click.File("r", encoding="utf-8"), metavar="FILE",
    help="Take the answers from FILE, one a line, instead of from the terminal.",
)  # fmt: skip
@format_option("text", "json")
@reporting
def command(
    case: Path,
    rules: tuple[Path, ...],
    as_of: date | None,
    output: Path | None,
    answers: TextIO | None,
    format_: str,
) -> None:
    """Ask for what is not known of CASE and could change the advice, and keep the answers.

    CASE is a case file, or the name of one that is not there yet. What is most worth asking comes
    first; after each answer the file is written anew. With --format json the talk goes to standard
    error, and the advice comes at the end as JSON.
    """
    from matchrules.cli.ask_file import CaseFile
    from matchrules.cli.ask_state import Interview
    from matchrules.cli.ask_talk import Ended, Talk, interview

    file = CaseFile.at(output or case)
    talk = Talk(answers or sys.stdin, err=format_ == "json")
    book = book_of(rules)
    try:
        base, begun = _begun(book, case, as_of, talk)
    except Ended:
        raise click.exceptions.Exit(0) from None
    held = Interview.of(book, base, begun)
    code = interview(held, file, talk, new=not case.exists())
    if format_ == "json":
        click.echo(held.now.decision.to_json(indent=2))
    if code:
        raise click.exceptions.Exit(code)


def _begun(book: "Book", path: Path, as_of: date | None, talk: "Talk") -> "tuple[RuleBase, Case]":
    """The case in the file, or one without facts; the day is asked for where nothing says it."""
    from matchrules.case.document import open_document

    if not path.exists() or _is_blank(path):
        return book.case({}, as_of or talk.day())
    if as_of is None:
        tree = open_document(str(path), path.read_bytes()).tree
        if isinstance(tree, Mapping) and "as_of" not in tree:
            as_of = talk.day()
    return book.case(path, as_of)


def _is_blank(path: Path) -> bool:
    """Whether a file holds nothing, or comments only."""
    lines = path.read_bytes().split(b"\n") if path.is_file() else [b"?"]
    comments = path.suffix.lower() != ".json"
    return not any(line.strip() for line in lines if not (comments and line.startswith(b"#")))

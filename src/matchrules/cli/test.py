"""`matchrules test`: the examples that stand in rule files."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchrules.cli.coverage_options import enough, propose, show, suggested
from matchrules.cli.options import PERCENT, book_of, engine_option, format_option, paths_argument
from matchrules.cli.report import in_colour, reporting
from matchrules.text import Span

if TYPE_CHECKING:
    from matchrules.rulebook import Book, Engine
    from matchrules.testing.examples import ExampleResult


@click.command("test")
@paths_argument
@format_option("text", "json")
@engine_option("compiled")
@click.option(
    "--cov", is_flag=True, help="Say which rules, rows of tables and conditions the examples cover."
)
@click.option(
    "--cov-fail-under", "least", type=PERCENT, metavar="PERCENT",
    help="Exit with 1 where less of the rules, rows or conditions is covered. Implies --cov.",
)  # fmt: skip
@click.option(
    "--cov-html", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Write the rules, coloured by what is covered, to DIR/index.html. Implies --cov.",
)  # fmt: skip
@click.option(
    "--suggest", is_flag=True,
    help="Propose an example for each thing that none covers yet. Implies --cov.",
)  # fmt: skip
@reporting
def command(
    paths: tuple[Path, ...], format_: str, engine: "Engine", cov: bool, least: float | None,
    folder: Path | None, suggest: bool,
) -> None:  # fmt: skip
    """Run the examples that stand in rule files.

    PATHS are .rules files and folders of them; without any, the packs that come with matchrules.
    """
    from matchrules.testing.examples import run_examples

    book = book_of(paths)
    results = run_examples(book, engine)
    failed = sum(not result.passed for result in results)
    coverage = None
    if cov or suggest or folder is not None or least is not None:
        from matchrules.testing.coverage import measure

        coverage = measure(book)
        if folder is not None:
            from matchrules.testing.coverage.page import write

            write(coverage, folder)
    if format_ == "json":
        told: dict[str, Any] = {
            "format": 1,
            "passed": len(results) - failed,
            "failed": failed,
            "examples": [_plain(result, book) for result in results],
        }
        if coverage is not None:
            from matchrules.testing.coverage.document import document

            told["coverage"] = document(coverage)
            if suggest:
                told["coverage"]["suggestions"] = list(suggested(book, coverage))
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        colour = in_colour(sys.stdout)
        for line in _lines(results, book):
            click.echo(line, color=colour)
        examples = f"{len(results)} example{'s' if len(results) != 1 else ''}"
        click.echo(f"\n{examples}: {len(results) - failed} passed, {failed} failed")
        if coverage is not None:
            show(coverage)
            if suggest:
                propose(book, coverage)
    short = coverage is not None and not enough(coverage, least)
    if failed or short or (coverage is not None and coverage.faults):
        raise click.exceptions.Exit(1)


def _lines(results: "tuple[ExampleResult, ...]", book: "Book") -> Iterator[str]:
    places = [_place(result.example.span, book) for result in results]
    column = max((len(place) for place in places), default=0)
    for result, place in zip(results, places, strict=True):
        word = click.style("ok    ", "green") if result.passed else click.style("failed", "red")
        yield f"{word}  {place:<{column}}  {result.name}"
        for fault in result.faults:
            about = f"{fault.path}: " if fault.path else ""
            yield f"          its case has a fault: {about}{fault.message}"
        for check in result.checks:
            if not check.holds:
                yield f"          expected {check.expected}   ({_place(check.span, book)})"
                yield f"          came     {check.came}"


def _place(span: Span, book: "Book") -> str:
    return f"{span.source}:{book.sources[span.source].position(span.start).line}"


def _plain(result: "ExampleResult", book: "Book") -> dict[str, Any]:
    from matchrules.diagnostics.json import to_dict

    return {
        "name": result.name,
        "place": _place(result.example.span, book),
        "passed": result.passed,
        "checks": [
            {
                "expected": check.expected,
                "came": check.came,
                "holds": check.holds,
                "place": _place(check.span, book),
            }
            for check in result.checks
        ],
        "faults": to_dict(result.faults, book.sources)["diagnostics"],
    }

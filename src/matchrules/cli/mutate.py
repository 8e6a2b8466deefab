"""`matchrules mutate`: which changes of the rules no example and no property notices."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from matchrules.cli.options import PERCENT, SECONDS, book_of, format_option, paths_argument
from matchrules.cli.report import Failed, in_colour, reporting
from matchrules.text import Span

if TYPE_CHECKING:
    from matchrules.rulebook import Book
    from matchrules.testing.mutation.report import Fate, Report, Score
    from matchrules.testing.mutation.run import Progress

INTERRUPTED: Final = 130  # what a shell gives a command that an interrupt ended
MOST_SHOWN: Final = 2  # examples named with a survivor


@click.command("mutate")
@paths_argument
@format_option("text", "json")
@click.option(
    "--only", multiple=True, metavar="NAME",
    help="Change only this rule (name or id), table, define, parameter, section or fact; may be "
    "repeated.",
)  # fmt: skip
@click.option(
    "--sample", type=click.IntRange(1), metavar="N", help="Try only N of the mutants, picked by "
    "--seed.",
)  # fmt: skip
@click.option(
    "--seed", type=int, default=0, show_default=True, metavar="N", help="Which sample to pick.",
)  # fmt: skip
@click.option(
    "--cases", type=click.IntRange(1), default=20, show_default=True, metavar="N",
    help="Try each property on N generated cases.",
)  # fmt: skip
@click.option("--no-properties", is_flag=True, help="Try examples only.")
@click.option(
    "--time", "seconds", type=SECONDS, default=5.0, show_default=True, metavar="SECONDS",
    help="What the prover gets to show that a survivor is the same rules; 0 to leave it out.",
)  # fmt: skip
@click.option(
    "--processes", type=click.IntRange(1, 64), default=2, show_default=True, metavar="N",
    help="How many mutants to work on at once.",
)  # fmt: skip
@click.option(
    "--fail-under", type=PERCENT, metavar="PERCENT",
    help="Exit with 1 where fewer than PERCENT are noticed.",
)  # fmt: skip
@reporting
def command(
    paths: tuple[Path, ...], format_: str, only: tuple[str, ...], sample: int | None, seed: int,
    cases: int, no_properties: bool, seconds: float, processes: int, fail_under: float | None,
) -> None:  # fmt: skip
    """Change one thing in the rules at a time, and tell which changes no example and no property
    notices.

    PATHS are .rules files and folders of them; without any, the packs that come with matchrules.
    """
    from importlib.util import find_spec

    from matchrules.diagnostics.model import UsageError
    from matchrules.prove.running import has_solver
    from matchrules.testing.mutation import mutate

    if not no_properties and find_spec("hypothesis") is None:
        raise UsageError(
            'properties need Hypothesis: install it with `pip install "matchrules[test]"`, or '
            "say --no-properties"
        )
    book = book_of(paths)
    with _progress() as progress:
        report = mutate(
            book, only=only, sample=sample, seed=seed, cases=0 if no_properties else cases,
            seconds=seconds, processes=processes, progress=progress,
        )  # fmt: skip
    if format_ == "json":
        click.echo(json.dumps(_plain(report, book), ensure_ascii=False, indent=2))
    else:
        colour = in_colour(sys.stdout)
        for line in _lines(report, book):
            click.echo(line, color=colour)
        if seconds and report.survivors and not has_solver():
            click.echo(
                "no survivor was asked whether it is the same rules: that needs z3; install it "
                'with: pip install "matchrules[prove]"'
            )
    if report.interrupted:
        raise click.exceptions.Exit(INTERRUPTED)
    percent = report.score.percent
    if fail_under is not None and percent is not None and percent < fail_under:
        raise Failed(f"{_percent(report.score)} of the mutants were noticed, not {fail_under:g} %")


@contextmanager
def _progress() -> Iterator["Progress | None"]:
    """A bar on the terminal for what is being tried; nothing where there is none."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=of)
            bars.update(tasks[what], completed=done, total=of)

        yield progress


# Text --------------------------------------------------------------------------------------------


def _lines(report: "Report", book: "Book") -> Iterator[str]:
    for fate in report.survivors:
        yield from _survivor(fate, book)
        yield ""
    files = report.files
    width = max((len(score.file) for score in files), default=0)
    for score in (*files, *([report.score] if len(files) > 1 else [])):
        yield f"{score.file or 'all':<{width}}  {_said(score)}"
    if not files:
        yield "there is nothing to change"
    if report.refused:
        they = "it is" if report.refused == 1 else "they are"
        yield f"{report.refused} more that a check of tables refuses: {they} not counted"
    if report.interrupted:
        yield click.style("interrupted: the rest was not tried", "yellow")


def _survivor(fate: "Fate", book: "Book") -> Iterator[str]:
    mutant, trial = fate.mutant, fate.trial
    source = book.sources[mutant.span.source]
    at = source.position(mutant.span.start)
    end = source.position(mutant.span.end)
    line = source.line(at.line)
    last = end.column if end.line == at.line else len(line) + 1
    marks = " " * (at.column - 1) + "^" * max(1, last - at.column)
    margin = " " * len(str(at.line))
    place = f"{mutant.span.source}:{at.line}:{at.column}"
    yield f"{click.style('survived', 'red')}  {place}  {mutant.statement}: {mutant.change}"
    yield f"  {at.line} | {line}"
    yield f"  {margin} | {click.style(marks, 'red')}"
    if not trial.reached:
        none = "the one example does not come" if trial.examples == 1 else (
            f"none of the {trial.examples} examples comes" if trial.examples else "no example comes"
        )  # fmt: skip
        yield f"  {none} to where it makes a difference"
        if fate.nearby is not None:
            what = ", ".join(f"`{name}`" for name in fate.nearby.what[:MOST_SHOWN])
            yield f"  one that would: {fate.nearby} ({_place(fate.nearby.span, book)}): {what}"
        return
    many = "one example, which expects" if trial.reached == 1 else (
        f"{trial.reached} examples, which expect"
    )  # fmt: skip
    yield f"  it makes a difference in {many} nothing of it:"
    for one in trial.sightings[:MOST_SHOWN]:
        what = ", ".join(f"`{name}`" for name in (one.rules or one.names)[:MOST_SHOWN])
        yield f"    “{one.example}” ({_place(one.span, book)}): {what}"


def _said(score: "Score") -> str:
    said = f"{score.made} mutant{'' if score.made == 1 else 's'}: {score.killed} noticed"
    said += f", {score.survived} survived"
    if score.equivalent:
        said += f", {score.equivalent} the same rules"
    if score.untried:
        said += f", {score.untried} not tried to the end"
    return f"{said}; {_percent(score)}" if score.percent is not None else said


def _percent(score: "Score") -> str:
    assert score.percent is not None
    # rounded down: what is not all is not said to be 100
    return f"{int(score.percent * 10) / 10:.1f}".removesuffix(".0") + " %"


def _place(span: Span, book: "Book") -> str:
    return f"{span.source}:{book.sources[span.source].position(span.start).line}"


# JSON --------------------------------------------------------------------------------------------


def _plain(report: "Report", book: "Book") -> dict[str, Any]:
    return {
        "format": 1,
        **_counts(report.score),
        "refused": report.refused,
        "interrupted": report.interrupted,
        "properties": report.properties,
        "files": [{"file": score.file, **_counts(score)} for score in report.files],
        "mutants": [_fate(fate, book) for fate in report.fates],
    }


def _counts(score: "Score") -> dict[str, Any]:
    percent = score.percent
    return {
        "made": score.made, "killed": score.killed, "survived": score.survived,
        "equivalent": score.equivalent, "untried": score.untried,
        "percent": None if percent is None else int(percent * 10) / 10,
    }  # fmt: skip


def _fate(fate: "Fate", book: "Book") -> dict[str, Any]:
    mutant, trial = fate.mutant, fate.trial
    at = book.sources[mutant.span.source].position(mutant.span.start)
    killer = trial.killer
    return {
        "file": mutant.span.source, "line": at.line, "column": at.column,
        "kind": mutant.kind, "statement": mutant.statement, "change": mutant.change,
        "answer": fate.answer,
        "noticed_by": None if killer is None else {
            "kind": killer.by, "name": killer.name, "place": _place(killer.span, book),
        },
        "reached": trial.reached,
        "nearby": None if fate.nearby is None else {
            "example": str(fate.nearby), "place": _place(fate.nearby.span, book),
            "what": list(fate.nearby.what),
        },
        "differs_in": [
            {
                "example": one.example, "place": _place(one.span, book),
                "rules": list(one.rules), "names": list(one.names),
            }
            for one in trial.sightings
        ],
    }  # fmt: skip

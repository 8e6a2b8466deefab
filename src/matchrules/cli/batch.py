"""`matchrules batch`: a file of cases in, a file of advice out."""

import json
import sys
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import evolve

from matchrules.cli.options import as_day, book_of, format_option, or_packs, rules_option
from matchrules.cli.report import reporting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matchrules.cohort.batch import Summary
    from matchrules.diagnostics.model import Diagnostic

_FILE = click.Path(path_type=Path)
_ROWS: Final = {"long": ("piece of advice", "pieces of advice"), "wide": ("row", "rows")}


def _facts(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, Path]:
    """`FACT=FILE`, each fact once."""
    found: dict[str, Path] = {}
    for value in values:
        fact, equals, file = value.partition("=")
        if not (fact and equals and file):
            raise click.BadParameter(f"`{value}`: write FACT=FILE, such as letter=letters.parquet")
        if fact in found:
            raise click.BadParameter(f"`{fact}` is given twice")
        found[fact] = Path(file)
    return found


@click.command("batch")
@click.argument("cases", type=_FILE)
@click.option("-o", "--output", "out", type=_FILE, required=True, metavar="ADVICE",
              help="Where the advice goes: .parquet, .csv or .ndjson.")  # fmt: skip
@rules_option
@click.option("--as-of", callback=as_day, metavar="YYYY-MM-DD",
              help="The day to advise for; a column `as_of` may say it for each case "
              "instead.")  # fmt: skip
@click.option("--key", metavar="COLUMN",
              help="What tells cases apart.  [default: id, or their number in the file where "
              "there is none]")  # fmt: skip
@click.option("--fact", "facts", multiple=True, callback=_facts, metavar="FACT=FILE",
              help="Further facts (.parquet, .csv), each row with the key of its case; may be "
              "repeated.")  # fmt: skip
@click.option("--errors", type=_FILE, metavar="FILE",
              help="Where the errors go.  [default: beside ADVICE, as "
              "ADVICE.errors.parquet]")  # fmt: skip
@click.option("--derived", is_flag=True, help="Write the derived facts too, beside ADVICE.")
@click.option("--wide", is_flag=True,
              help="A row for each case and a column for each subject, instead of a row for each "
              "piece of advice.")  # fmt: skip
@click.option("--texts", is_flag=True, help="Write the text of each piece of advice too.")
@click.option("--ignore-extra", is_flag=True,
              help="Pass over columns, and names in lines of JSON, that the rules do not "
              "know.")  # fmt: skip
@click.option("--piece", type=click.IntRange(min=1, max=10_000_000), default=250_000,
              show_default=True, metavar="N",
              help="How many cases to decide at a time.")  # fmt: skip
@click.option("--explain", type=click.IntRange(min=0), default=1000, show_default=True, metavar="N",
              help="How many cases at fault to tell about in words.")  # fmt: skip
@click.option("--restart", is_flag=True, help="Throw away what an earlier run has done.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@format_option("text", "json")
@reporting
def command(
    cases: Path, out: Path, rules: tuple[Path, ...], as_of: date | None, key: str | None,
    facts: dict[str, Path], errors: Path | None, derived: bool, wide: bool, texts: bool,
    ignore_extra: bool, piece: int, explain: int, restart: bool, force: bool, format_: str,
) -> None:  # fmt: skip
    """Decide every case in CASES, a Parquet, CSV or NDJSON file.

    What is done is kept in the folder ADVICE.partial. Where a run is broken off, the same command
    goes on with it. ADVICE is there only once it is whole.

    Exits with 1 where cases have errors; the others are decided all the same. Needs the extra
    `matchrules[frames]`.
    """
    from matchrules.cohort.batch import Asked, decide_file
    from matchrules.diagnostics.model import CaseErrors

    asked = Asked(
        cases, out, errors, derived, facts, key, as_of, "wide" if wide else "long", texts,
        "ignore" if ignore_extra else "refuse", explain, piece, restart, force,
    )  # fmt: skip
    book = book_of(or_packs(rules))
    progress, started = _Progress(out), perf_counter()
    try:
        summary = decide_file(book, asked, progress.told)
    except KeyboardInterrupt:
        progress.done()
        _interrupted(asked.partial)
        raise click.exceptions.Exit(130) from None
    except CaseErrors as faults:
        raise CaseErrors(_as_options(faults.diagnostics)) from None
    finally:
        progress.done()
    seconds = perf_counter() - started
    if format_ == "json":
        click.echo(json.dumps(_plain(summary, seconds), ensure_ascii=False, indent=2))
    else:
        click.echo(_text(summary, seconds))
    if summary.errors:
        raise click.exceptions.Exit(1)


def _as_options(faults: "Iterable[Diagnostic]") -> "list[Diagnostic]":
    """Help on a call in Python, as help on the command."""
    return [
        fault if fault.help is None
        else evolve(fault, help=fault.help.replace('`extra="ignore"`', "`--ignore-extra`"))
        for fault in faults
    ]  # fmt: skip


def _interrupted(folder: Path) -> None:
    kept = f": what is done is kept in `{folder}`; run the same again to go on"
    click.echo(f"interrupted{kept if folder.exists() else ''}", err=True)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _text(summary: "Summary", seconds: float) -> str:
    said = [
        _counted(summary.cases, "case", "cases"),
        _counted(summary.advice, *_ROWS[summary.output]),
        f"{_counted(summary.faulty, 'case', 'cases')} with errors" if summary.faulty
        else _counted(summary.errors, "error", "errors") if summary.errors else "no errors",
    ]  # fmt: skip
    lines = [", ".join(said)]
    lines += [f"{what}: {path}" for what, path in summary.files.items()]
    rate = (summary.cases - summary.before) / max(seconds, 1e-6)  # of this run
    lines.append(f"in {seconds:,.1f} s: {rate:,.0f} cases/s")
    return "\n".join(lines)


def _plain(summary: "Summary", seconds: float) -> dict[str, Any]:
    return {
        "cases": summary.cases,
        "advice": summary.advice,
        "errors": summary.errors,
        "faulty": summary.faulty,
        "before": summary.before,
        "seconds": round(seconds, 3),
        "files": {what: str(path) for what, path in summary.files.items()},
    }


class _Progress:
    """A bar on a terminal; elsewhere only a line on what an earlier run had done."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._bar: Any = None
        self._begun = False

    def told(self, far: int, whole: int, cases: int) -> None:
        if not self._begun:
            self._begin(far, whole, cases)
        if self._bar is not None:
            self._bar.update(0, completed=far, cases=f"{cases:,}")

    def _begin(self, far: int, whole: int, before: int) -> None:
        self._begun = True
        if before:
            click.echo(f"going on after {_counted(before, 'case', 'cases')}", err=True)
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.fields[cases]} cases"), BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._bar.add_task("", total=max(whole, 1), completed=far, cases=f"{before:,}")
        self._bar.start()

    def done(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

"""`matchrules prove`: what holds for every case there can be."""

import errno
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import click

from matchrules.cli.options import book_of, format_option, paths_argument
from matchrules.cli.report import Refused, in_colour, reporting
from matchrules.prove.running import INSTANCES

if TYPE_CHECKING:
    from matchrules.cli.proofs import Proofs
    from matchrules.prove.running import Asked
    from matchrules.prove.verdicts import Verdict
    from matchrules.rulebook import Book

INTERRUPTED: Final = 130
TERMINATED: Final = 143


def _seconds(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not (isfinite(value) and 0 < value <= 86_400):
        raise click.BadParameter("give a number of seconds above 0, a day at most")
    return value


@click.command("prove")
@paths_argument
@click.option(
    "--time", "seconds", type=float, default=30.0, show_default=True, metavar="SECONDS",
    callback=_seconds, help="How long to look for the answer to one question.",
)  # fmt: skip
@click.option(
    "--within", type=float, metavar="SECONDS", callback=_seconds,
    help="Stop after so long in all, and tell what is done.",
)  # fmt: skip
@click.option(
    "--instances", type=click.IntRange(1, 20), default=INSTANCES, show_default=True, metavar="N",
    help="How many of each many-fact a case has at most, where their number matters.",
)  # fmt: skip
@click.option(
    "--processes", type=click.IntRange(1, 64), default=2, show_default=True, metavar="N",
    help="How many questions to work on at once.",
)  # fmt: skip
@click.option(
    "--only", multiple=True, metavar="NAME",
    help="Only what asks about this property, table, define or rule (its name or id); may be "
    "repeated.",
)  # fmt: skip
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND",
    help="Only questions of this kind: property, gap, overlap, row, range, contradiction, fires, "
    "unless, condition or same; may be repeated.",
)  # fmt: skip
@click.option(
    "--save", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Write each case that refutes something as an example, a file each, into DIR.",
)  # fmt: skip
@format_option("text", "json", "sarif")
@reporting
def command(
    paths: tuple[Path, ...],
    seconds: float,
    within: float | None,
    instances: int,
    processes: int,
    only: tuple[str, ...],
    kinds: tuple[str, ...],
    save: Path | None,
    format_: str,
) -> None:
    """Prove what holds for every case, or show a case in which it does not.

    PATHS are .rules files and folders of them; without any, the packs that come with matchrules.
    Asked are the properties, and of tables, ranges and rules what every rule file promises: no gap,
    no overlap, no contradiction, nothing that can never come about.
    """
    from matchrules.cli.proofs import Proofs, text
    from matchrules.prove.running import answers, asked_of, need_solver

    need_solver()
    book = book_of(paths)
    asked = _chosen(book, asked_of(book.bases), only, kinds)
    if save is not None:
        _made(save)
    began = monotonic()
    came = answers(
        book.bases, asked, seconds=seconds, instances=instances, processes=processes, within=within
    )
    got, code = _gathered(came, len(asked))
    proofs = Proofs(book, asked, got, instances, processes, monotonic() - began, code != 0)
    saved = _saved(proofs, save)
    if format_ == "json":
        click.echo(json.dumps({**proofs.plain(), "saved": saved}, ensure_ascii=False, indent=2))
    elif format_ == "sarif":
        from matchrules.diagnostics.sarif import to_sarif_json

        click.echo(to_sarif_json(proofs.diagnostics, book.sources, proofs.complete))
    else:
        colour = in_colour(sys.stdout)
        for part in text(proofs, colour=colour):
            click.echo(part, color=colour)
        for path in saved:
            click.echo(f"wrote {path}")
    if code or proofs.faulty:
        raise click.exceptions.Exit(code or 1)


def _chosen(
    book: "Book", asked: Sequence["Asked"], only: Sequence[str], kinds: Sequence[str]
) -> tuple["Asked", ...]:
    """The questions of these kinds about these names; all of them without any."""
    from matchrules.diagnostics.suggest import closest
    from matchrules.prove.questions import KINDS

    def refuse(what: str, name: str, known: Sequence[str], otherwise: str) -> None:
        near = closest(name, known)
        raise Refused(f"there is no {what} `{name}`; " + (
            f"did you mean `{near}`?" if near else otherwise
        ))  # fmt: skip

    for kind in kinds:
        if kind not in KINDS:
            refuse("kind of question", kind, KINDS, f"the kinds are {', '.join(KINDS)}")
    names = [_names(book, one) for one in asked]
    known = sorted({name for each in names for name in each})
    for name in only:
        if name not in known:
            refuse("property, table, define or rule", name, known, "nothing of that name is asked")
    found = tuple(
        one
        for one, mine in zip(asked, names, strict=True)
        if (not kinds or one.question.kind in kinds) and (not only or mine & {*only})
    )
    if not found and (only or kinds):
        raise Refused("no question is of that kind and about that name")
    return found


def _names(book: "Book", asked: "Asked") -> set[str]:
    """What a question can be called by."""
    base, question = book.bases[asked.era], asked.question
    found = {question.name}
    if question.kind in ("contradiction", "same"):
        found.add(question.part)
    for name in list(found):
        if question.kind == "property":
            found.add(base.properties[name].id or name)
        elif name in base.rules:
            rule = base.rules[name]
            found |= {rule.id or name, rule.full_name}
    return found


def _gathered(
    came: Iterator[tuple["Asked", "Verdict"]], of: int
) -> tuple[list[tuple["Asked", "Verdict"]], int]:
    """The answers, and the exit code of an end from outside, 0 where there was none: what was
    answered before it stands."""
    got: list[tuple[Asked, Verdict]] = []
    code = 0
    with _terminable() as terminated, _progress(of) as step:
        try:
            for one in came:
                got.append(one)
                step(one[1].answer)
        except KeyboardInterrupt:
            code = TERMINATED if terminated else INTERRUPTED
        finally:
            came.close()  # type: ignore[attr-defined]  # a generator, which ends its processes
    return got, code


@contextmanager
def _terminable() -> Iterator[list[int]]:
    """Within it a request to end is an interrupt; the list then says that it was one."""
    asked: list[int] = []

    def interrupt(number: int, _: Any) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _progress(of: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal; what is called for each answer."""
    if not sys.stderr.isatty():
        yield lambda answer: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    counts: dict[str, int] = {}
    columns = (
        BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=of)

        def step(answer: str) -> None:
            counts[answer] = counts.get(answer, 0) + 1
            said = ", ".join(f"{n} {a}" for a, n in counts.items() if a != "proved")
            bar.update(task, advance=1, description=said)

        yield step


def _made(folder: Path) -> None:
    """The folder to save into, before any time goes into what is to be saved there."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _saved(proofs: "Proofs", folder: Path | None) -> list[str]:
    if folder is None:
        return []
    from matchrules.cli.witnesses import save

    return save(proofs, folder)

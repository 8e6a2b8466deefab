"""Options that several commands share."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from matchrules.rulebook import Book, Engine

_Command = TypeVar("_Command", bound=Callable[..., Any])


def as_day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """The date that an option gives as YYYY-MM-DD."""
    try:
        if value is not None and len(value) != len("YYYY-MM-DD"):
            raise ValueError
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"`{value}` is not a date; write one such as 2026-11-01") from None


class NumberRange(click.FloatRange):
    """A number within a range; `nan`, which is in any range for click, is none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if number != number:
            self.fail(f"{value!r} is not a valid float.", param, ctx)
        return number


# a day at most: longer waits are more than what waits for an answer can be told to wait
SECONDS = NumberRange(0, 86_400)
MORE_THAN_NO_SECONDS = NumberRange(0, 86_400, min_open=True)
PERCENT = NumberRange(0, 100)

EXISTING = click.Path(exists=True, path_type=Path)
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def engine_option(default: "Engine") -> Callable[[_Command], _Command]:
    """`--engine`; the default is what takes least for what the command does: one decision is read
    off the rules as they stand, many are worth compiling them."""
    return click.option(
        "--engine", type=click.Choice(["rete", "compiled", "interpreter"]), default=default,
        show_default=True, help="What works the advice out; all give the same.",
    )  # fmt: skip


def case_argument(command: _Command) -> _Command:
    """`CASE`, a file."""
    return click.argument("case", type=EXISTING_FILE)(command)


def as_of_option(command: _Command) -> _Command:
    """`--as-of`, the day of a decision."""
    return click.option(
        "--as-of", callback=as_day, metavar="YYYY-MM-DD",
        help="The day to advise for; the case file may say it instead.",
    )(command)  # fmt: skip


def salt_option(command: _Command) -> _Command:
    """`--salt-file`, for what reads a record."""
    return click.option(
        "--salt-file", type=EXISTING_FILE, metavar="FILE",
        help="The salt of private facts, where it was kept out of the record.",
    )(command)  # fmt: skip


def rules_option(command: _Command) -> _Command:
    """`--rules DIR`, which may be given several times."""
    return click.option(
        "--rules", multiple=True, type=EXISTING, metavar="DIR",
        help="A folder of .rules files, or one file; may be repeated. Without it, the rule packs "
        "that come with matchrules.",
    )(command)  # fmt: skip


def paths_argument(command: _Command) -> _Command:
    """`[PATHS]...`"""
    return click.argument("paths", nargs=-1, type=EXISTING)(command)


def format_option(*formats: str) -> Callable[[_Command], _Command]:
    """`--format`, the first being the default."""
    return click.option(
        "--format", "format_", type=click.Choice(formats), default=formats[0], show_default=True,
        help="How to write the answer.",
    )  # fmt: skip


def book_of(paths: Sequence[Path]) -> "Book":
    """The book of the paths given, or of the packs: out of the cache, if its files were loaded
    before and `--no-cache` was not said."""
    from matchrules.rulebook import load

    context = click.get_current_context(silent=True)
    anew = context is not None and context.find_root().params.get("no_cache", False)
    return load(*paths, cache=not anew)


def or_packs(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The paths given, or where the packs are."""
    if paths:
        return tuple(paths)
    from matchrules.rulebook import packs

    return (packs(),)

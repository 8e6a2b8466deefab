"""Options that several commands share."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Day(click.ParamType):
    """A date written as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        if isinstance(value, date):
            return value
        try:
            if len(value) != 10:
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"`{value}` is not a date; write one such as 2026-11-01", param, ctx)


EXISTING = click.Path(exists=True, path_type=Path)


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


def or_packs(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The paths given, or where the packs are."""
    if paths:
        return tuple(paths)
    from matchrules.rulebook import packs

    return (packs(),)

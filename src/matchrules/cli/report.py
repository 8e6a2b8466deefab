"""Faults on the way out: what is printed where, and with which exit code."""

import errno
import functools
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO, TypeVar

import click

from matchrules.diagnostics.model import (
    Diagnostic,
    DiagnosticsError,
    MatchrulesError,
    UsageError,
)
from matchrules.text import Source

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Refused(click.ClickException):
    """Wrong usage, told in one line."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"error: {self.message}", err=True)


class Failed(Refused):
    """Any other error of one line."""

    exit_code = 1


def reporting(command: _Command) -> _Command:
    """Every error that the library raises on purpose, told without a traceback. Faults go to
    standard error, as JSON where the command was asked for JSON. SARIF is a list of faults, so
    there they are the answer itself."""

    @functools.wraps(command)
    def told(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except DiagnosticsError as error:
            if options.get("format_") == "sarif":
                from matchrules.diagnostics.sarif import to_sarif_json

                click.echo(to_sarif_json(error.diagnostics, error.sources))
            else:
                print_faults(
                    error.diagnostics, error.sources, sys.stderr, options.get("format_") == "json"
                )
            raise click.exceptions.Exit(1) from None
        except UsageError as error:
            raise Refused(str(error)) from None
        except MatchrulesError as error:
            raise Failed(str(error)) from None
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # click ends in silence
            reason = (error.strerror or "no reason given").lower()
            if error.filename is None:
                raise Failed(f"cannot write the answer: {reason}") from None
            raise Refused(f"cannot open `{error.filename}`: {reason}") from None

    return told  # type: ignore[return-value]


def print_faults(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    out: TextIO,
    as_json: bool = False,
) -> None:
    """The diagnostics, and how many there are."""
    found = tuple(diagnostics)
    if as_json:
        from matchrules.diagnostics.json import to_json

        click.echo(to_json(found, sources), file=out)
        return
    from matchrules.diagnostics.terminal import render, summary

    colour = in_colour(out)
    click.echo(
        render(found, sources, color=colour, width=terminal_width() if out.isatty() else None),
        file=out,
        color=colour,
    )
    click.echo(f"\n{summary(found)}", file=out)


def in_colour(out: TextIO) -> bool:
    """Colour goes to a terminal only, and not where NO_COLOR asks for none."""
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """The columns of the terminal; 80 where there is none."""
    from shutil import get_terminal_size

    return get_terminal_size((80, 24)).columns

"""The command itself: its subcommands by name, each imported only when it is called."""

import sys
from importlib import import_module
from typing import Any, Final

import click

COMMANDS: Final = {
    "advise": "advice for one case",
    "explain": "why something is advised for one case, and why not",
    "whatif": "what would be advised if some facts were other ones",
    "recourse": "the smallest change of facts that gives advice, or takes it away",
    "ask": "an interview: what could change the advice for one case",
    "batch": "advice for a whole file of cases",
    "shortlist": "a balanced list of programs for one case",
    "check": "look for faults in rule files",
    "diff": "whom a change of rules affects",
    "test": "run the examples that stand in rule files",
    "mutate": "tell which changes of rules their tests do not notice",
    "prove": "prove what holds for every case, or show one where it does not",
    "replay": "decide a record anew: the same, or what differs and why",
    "verify": "check a record or a log of decisions, step by step",
    "graph": "draw how facts, rules and advice hang together",
    "stubs": "write the facts of rule files as typed Python classes",
    "schema": "write the JSON Schema of a case",
    "new": "start a rule set of your own",
}

INTERRUPTED: Final = 130  # what a shell gives a command that an interrupt ended


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = import_module(f"matchrules.cli.{name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"there is no command `{name}`{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BaseException as error:
            if not _is_interrupt(error):
                raise
            # where a command has nothing to tell of what was done by then
            click.echo("interrupted", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _is_interrupt(error: BaseException) -> bool:
    """Also one that came while an argument was handed to the solver, which wraps it."""
    if isinstance(error, KeyboardInterrupt):
        return True
    from ctypes import ArgumentError

    return isinstance(error, ArgumentError) and "KeyboardInterrupt" in str(error)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"matchrules {version('matchrules')}")
        ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="exit codes: 0 fine, 1 the rules or the case have faults, 2 wrong usage, "
    "130 interrupted",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Show the version and exit.",
)  # fmt: skip
@click.option(
    "--no-cache", is_flag=True,
    help="Check rule files anew, and keep nothing of it; also: set MATCHRULES_CACHE to `off`.",
)  # fmt: skip
def app(no_cache: bool) -> None:  # what loads rules asks the context for it
    """Advice from decision rules, with reasons.

    Rules are written in .rules files, facts in a case file (YAML, JSON or TOML).
    """
    # a character that the terminal's encoding lacks is no reason to fail
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")

"""The command line: one module a command, imported when it is called."""


def main() -> None:
    """The console script `matchrules`."""
    from matchrules.cli.app import app

    app(prog_name="matchrules")

"""Diagnostics for people: the place, the line, what is wrong there, and a way out."""

from collections.abc import Iterable, Mapping
from typing import Final

from matchrules.diagnostics.layout import DEFAULT_WIDTH, Line, lay_out
from matchrules.diagnostics.model import Diagnostic
from matchrules.text import Source

_COLOURS: Final = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "title": "bold",
    "gutter": "blue",
    "place": "",
    "primary": "bold red",
    "secondary": "blue",
    "help": "bold green",
}


def plain(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    width: int = DEFAULT_WIDTH,
) -> str:
    """The diagnostics as text without colour, a blank line between two."""
    return "\n\n".join(
        "\n".join(_joined(line) for line in lay_out(diagnostic, sources, width))
        for diagnostic in diagnostics
    )


def render(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    *,
    color: bool = False,
    width: int | None = None,
) -> str:
    """The diagnostics as text, with terminal colours if `color`.

    `width` is the terminal's; longer source lines are cut to the part around the span.
    """
    columns = DEFAULT_WIDTH if width is None else width
    if not color:
        return plain(diagnostics, sources, columns)
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    out = StringIO()
    console = Console(
        file=out, force_terminal=True, color_system="standard", width=10**6, legacy_windows=False
    )
    for index, diagnostic in enumerate(diagnostics):
        if index:
            console.print()
        for line in lay_out(diagnostic, sources, columns):
            styled = ((text, _COLOURS[style] if style else "") for style, text in line)
            console.print(Text.assemble(*styled), soft_wrap=True)
    return out.getvalue().rstrip("\n")


def _joined(line: Line) -> str:
    return "".join(text for _, text in line).rstrip()


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`; empty where there is nothing to say."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    counted = ((word, severities.count(word)) for word in ("error", "warning", "note"))
    return ", ".join(f"{n} {word}{'s' if n > 1 else ''}" for word, n in counted if n)


__all__ = ["plain", "render", "summary"]

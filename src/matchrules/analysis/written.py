"""What is written at a place, as it is shown again."""

from matchrules.analysis.scope import Scope
from matchrules.syntax import ast
from matchrules.text import Span


def plain(text: ast.TextLiteral | None) -> str:
    """A text that holds no holes: a title, a label, a description."""
    return "" if text is None else text.plain


def normalised(scope: Scope, span: Span) -> str:
    """What is written at a place, on one line, without comments."""
    lines = scope.sources[span.source].text[span.start : span.end].splitlines()
    return " ".join(" ".join(uncommented(line).split()) for line in lines).strip()


def uncommented(line: str) -> str:
    """A line without its comment."""
    if "#" not in line:
        return line
    within = False
    for at, letter in enumerate(line):
        if letter == '"' and (at == 0 or line[at - 1] != "\\"):
            within = not within
        elif letter == "#" and not within:
            return line[:at]
    return line

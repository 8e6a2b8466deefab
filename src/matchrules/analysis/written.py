"""What is written at a place, as it is shown again."""

from matchrules.analysis.scope import Scope
from matchrules.syntax import ast
from matchrules.text import Span


def plain(scope: Scope, text: ast.TextLiteral | None, what: str) -> str:
    """A text that may hold no holes: a title, a label, a description."""
    if text is None:
        return ""
    if text.has_holes:
        hole = next(part for part in text.parts if isinstance(part, ast.TextHole))
        scope.report.error(
            "MR317", f"{what} cannot have holes", hole.span, "a hole",
            help="only the text of an advice or a reject has holes; double a brace to print it",
        )  # fmt: skip
    return text.plain


def normalised(scope: Scope, span: Span) -> str:
    """What is written at a place, on one line, without comments."""
    lines = scope.sources[span.source].text[span.start : span.end].splitlines()
    return " ".join(" ".join(_uncommented(line).split()) for line in lines).strip()


def _uncommented(line: str) -> str:
    within = False
    for at, letter in enumerate(line):
        if letter == '"' and (at == 0 or line[at - 1] != "\\"):
            within = not within
        elif letter == "#" and not within:
            return line[:at]
    return line

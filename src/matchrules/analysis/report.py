"""Where the analysis puts its diagnostics."""

from difflib import get_close_matches
from typing import Final

from attrs import define, field

from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.ir import Constant
from matchrules.text import Span
from matchrules.types import Unknown

FAULTY: Final = Constant(None, Unknown())
"""Stands for an expression with a fault; its type meets every other, so that nothing follows."""

_LONGEST_NAME = 60  # longer ones get no suggestion: closeness is quadratic in length


@define
class Report:
    """Collects diagnostics, each once (a file is analysed anew in each era that it is in)."""

    found: dict[Diagnostic, None] = field(factory=dict)

    def error(
        self, code: str, message: str, span: Span, label: str = "", *,
        help: str | None = None, also: tuple[Label, ...] = (), notes: tuple[str, ...] = (),
    ) -> Constant:  # fmt: skip
        """Note an error; gives the faulty expression, to be returned in place of a result."""
        labels = (Label(span, label), *also)
        self.found[Diagnostic(code, message, labels, help, notes=notes)] = None
        return FAULTY

    def warning(
        self, code: str, message: str, span: Span, label: str = "", *, help: str | None = None
    ) -> None:
        """Note a warning."""
        diagnostic = Diagnostic(code, message, (Label(span, label),), help, severity="warning")
        self.found[diagnostic] = None

    @property
    def has_errors(self) -> bool:
        return any(diagnostic.severity == "error" for diagnostic in self.found)

    def in_order(self) -> tuple[Diagnostic, ...]:
        """Every diagnostic, by file and place."""
        return tuple(sorted(self.found, key=_place))


def _place(diagnostic: Diagnostic) -> tuple[object, ...]:
    if not diagnostic.labels:
        return ("", 0, 0, diagnostic.code, diagnostic.message)
    span = diagnostic.labels[0].span
    return (span.source, span.start, span.end, diagnostic.code, diagnostic.message)


def did_you_mean(name: str, candidates: "list[str] | tuple[str, ...]") -> str | None:
    """A help that names the closest candidate, if one is close."""
    if len(name) > _LONGEST_NAME:
        return None
    short = [candidate for candidate in candidates if len(candidate) <= _LONGEST_NAME]
    close = get_close_matches(name, short, n=1, cutoff=0.7)
    return f"did you mean `{close[0]}`?" if close else None


def listed(names: "list[str] | tuple[str, ...]", limit: int = 8) -> str:
    """`a`, `b` and 3 more."""
    shown = [f"`{name}`" for name in names[:limit]]
    if len(names) > limit:
        return f"{', '.join(shown)} and {len(names) - limit} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else "none"

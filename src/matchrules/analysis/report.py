"""Where the analysis puts its diagnostics."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from attrs import define, field

from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.ir import Constant
from matchrules.text import Span
from matchrules.types import Unknown

FAULTY: Final = Constant(None, Unknown())
"""Stands for an expression with a fault; its type meets every other, so that nothing follows."""

_MISSING = ("MR101", "MR102")
_LONGEST_NAME = 60  # longer ones get no suggestion: closeness is quadratic in length
_MOST_SUGGESTED = 100  # faults that are looked into for what was meant: that takes time
_MOST_COMPARED = 2000  # names that one is compared with
_MOST = 1000  # faults that are kept: no one reads more


@define
class Report:
    """Collects diagnostics, each once (a file is analysed anew in each era that it is in).

    `incomplete` are the sources of rulesets that use one which is not there: that names are missing
    in them is an echo.
    """

    found: dict[Diagnostic, None] = field(factory=dict)
    incomplete: frozenset[str] = frozenset()
    counts: dict[str, int] = field(factory=lambda: {"error": 0, "warning": 0})

    def add(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Take over what others found."""
        for diagnostic in diagnostics:
            self._keep(diagnostic)

    def error(
        self, code: str, message: str, span: Span, label: str = "", *,
        help: str | None = None, also: tuple[Label, ...] = (), notes: tuple[str, ...] = (),
    ) -> Constant:  # fmt: skip
        """Note an error; gives the faulty expression, to be returned in place of a result."""
        if code in _MISSING and span.source in self.incomplete:
            return FAULTY
        labels = (Label(span, label), *also)
        self._keep(Diagnostic(code, message, labels, help, notes=notes))
        return FAULTY

    def warning(
        self, code: str, message: str, span: Span, label: str = "", *, help: str | None = None
    ) -> None:
        """Note a warning."""
        diagnostic = Diagnostic(code, message, (Label(span, label),), help, severity="warning")
        self._keep(diagnostic)

    def _keep(self, diagnostic: Diagnostic) -> None:
        if diagnostic not in self.found and self.counts[diagnostic.severity] < _MOST:
            self.counts[diagnostic.severity] += 1
            self.found[diagnostic] = None

    @property
    def suggests(self) -> bool:
        """Whether there is time left to look for what was meant."""
        return len(self.found) < _MOST_SUGGESTED

    @property
    def has_errors(self) -> bool:
        return self.counts["error"] > 0

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
    some = candidates[:_MOST_COMPARED]
    short = [candidate for candidate in some if len(candidate) <= _LONGEST_NAME]
    close = get_close_matches(name, short, n=1, cutoff=0.7)
    return f"did you mean `{close[0]}`?" if close else None


def listed(names: "list[str] | tuple[str, ...]", limit: int = 8) -> str:
    """`a`, `b` and 3 more."""
    shown = [f"`{name}`" for name in names[:limit]]
    if len(names) > limit:
        return f"{', '.join(shown)} and {len(names) - limit} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else "none"

"""What a fault is: a stable code, a sentence, places, and a way out."""

from collections.abc import Iterable, Mapping
from typing import Literal

from attrs import frozen

from matchrules.text import Source, Span

Severity = Literal["error", "warning", "note"]


@frozen
class Label:
    """A place in a source, with what is to be said of it."""

    span: Span
    message: str = ""


@frozen
class Diagnostic:
    """One fault.

    `code` is registered in `matchrules.diagnostics.codes`. `labels` holds the places, the main one
    first; it is empty for faults of a case that has no file. `path` names the fact of a case
    (`letter[2].state`), the rule or the define that the fault is about. `notes` are further lines.
    """

    code: str
    message: str
    labels: tuple[Label, ...] = ()
    help: str | None = None
    path: str | None = None
    notes: tuple[str, ...] = ()
    severity: Severity = "error"


class MatchrulesError(Exception):
    """The root of every error that the library raises on purpose."""


class DiagnosticsError(MatchrulesError):
    """An error made of diagnostics; `str()` of it lists them all.

    `diagnostics` holds them in order; `sources` the texts that their labels point into, by name.
    """

    def __init__(
        self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source] | None = None
    ) -> None:
        self.diagnostics = tuple(diagnostics)
        self.sources: Mapping[str, Source] = dict(sources or {})
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        from matchrules.diagnostics.terminal import plain

        return plain(self.diagnostics, self.sources)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.diagnostics, self.sources))


class RuleErrors(DiagnosticsError):
    """The rules have faults; none of them was loaded."""


class CaseErrors(DiagnosticsError):
    """The case has faults, or the rules say something impossible of it."""


class RecordErrors(DiagnosticsError):
    """A record, or a log of them, cannot be read, or is not what it says."""


class UsageError(MatchrulesError):
    """A call that cannot be meant, such as a name that the book does not have."""


__all__ = [
    "CaseErrors", "Diagnostic", "DiagnosticsError", "Label", "MatchrulesError", "RecordErrors",
    "RuleErrors", "Severity", "UsageError",
]

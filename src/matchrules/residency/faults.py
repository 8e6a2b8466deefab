"""What is wrong with a catalogue, collected: every fault with its row and its column."""

from collections.abc import Mapping
from typing import Final

import attrs
from attrs import define, field

from matchrules.diagnostics.model import Diagnostic, DiagnosticsError, Label
from matchrules.text import Source, Span

MOST_FAULTS: Final = 200  # are shown; the rest is counted


class CatalogueErrors(DiagnosticsError):
    """A catalogue cannot be read, or rows of it cannot."""


@define
class Faults:
    """Gathers faults and warnings. `source` is the text, where there is one to point into."""

    name: str
    source: Source | None = None
    errors: list[Diagnostic] = field(factory=list)
    warnings: list[Diagnostic] = field(factory=list)
    uncounted: int = 0

    @property
    def sources(self) -> Mapping[str, Source]:
        return {} if self.source is None else {self.source.name: self.source}

    def fault(
        self, code: str, message: str, help: str | None = None, *,
        row: int | None = None, column: str | None = None, span: Span | None = None,
    ) -> Diagnostic:  # fmt: skip
        """A fault that says its row and its column."""
        words = [f"row {row}"] if row is not None else []
        words += [f"column `{column}`"] if column is not None else []
        where = ", ".join(words)
        return Diagnostic(
            code, f"{where}: {message}" if where else message,
            (Label(span),) if span is not None else (), help,
            ": ".join([self.name, where.replace("`", "")] if where else [self.name]),
        )  # fmt: skip

    def add(self, *found: Diagnostic) -> None:
        """Count faults, and keep as many as are shown."""
        for fault in found:
            if len(self.errors) < MOST_FAULTS:
                self.errors.append(fault)
            else:
                self.uncounted += 1

    def warn(self, found: Diagnostic) -> None:
        self.warnings.append(attrs.evolve(found, severity="warning"))

    def raise_if_any(self) -> None:
        """Raise `CatalogueErrors` with all of them, if there are any."""
        if not self.errors:
            return
        found = list(self.errors)
        if self.uncounted:
            found.append(
                self.fault(
                    "MR802",
                    f"the first {MOST_FAULTS} faults are shown, {self.uncounted} more are not",
                    "mend these first",
                )
            )
        raise CatalogueErrors([*found, *self.warnings], self.sources)

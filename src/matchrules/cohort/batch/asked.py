"""What is asked of a batch, and what came of it."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from matchrules.cohort.asked import EXPLAINED, PIECE
from matchrules.cohort.batch.output import format_of
from matchrules.diagnostics.model import UsageError

if TYPE_CHECKING:
    from matchrules.cohort.asked import Extra, Output

Told = Callable[[int, int, int], None]  # how far of how much has been read, and cases so far


@frozen
class Asked:
    """A file of cases, what to write about them, and how.

    `cases` is Parquet, CSV or NDJSON by its name, and so is `out`; errors go to `errors`, or beside
    `out`. `facts` has further files, by fact, whose rows belong to the case with their key. Without
    `key`, the column `id` tells cases apart, or their number in the file where there is none.
    """

    cases: Path
    out: Path
    errors: Path | None = None
    derived: bool = False
    facts: Mapping[str, Path] = field(factory=dict)
    key: str | None = None
    as_of: date | str | None = None
    output: "Output" = "long"
    texts: bool = False
    extra: "Extra" = "refuse"
    explain: int = EXPLAINED
    piece: int = PIECE
    restart: bool = False
    force: bool = False

    def check(self) -> None:
        """Raise `UsageError` where this cannot be meant."""
        for name in ("cases", "out", *(["errors"] if self.errors else [])):
            path = getattr(self, name)
            if str(path) == "-":
                raise UsageError(
                    "a batch goes on where it was broken off, so it reads and writes files, not "
                    "`-`: name a file"
                )
            format_of(path)
        for path in (self.cases, *self.facts.values()):
            if path.exists() and not (path.is_file() or path.is_dir()):
                raise UsageError(f"`{path}` is no regular file")

    @property
    def partial(self) -> Path:
        """The folder in which work is kept until all is done."""
        return self.out.with_name(self.out.name + ".partial")

    def options(self) -> dict[str, object]:
        """Those that decide what is written; with others, what is done is of no use."""
        return {
            "as-of": None if self.as_of is None else str(self.as_of),
            "derived": self.derived,
            "explain": self.explain,
            "extra": self.extra,
            "fact": sorted(self.facts),
            "key": self.key,
            "piece": self.piece,
            "texts": self.texts,
            "wide": self.output == "wide",
        }


@frozen
class Summary:
    """What came of a batch. `advice` and `errors` count rows, `faulty` the cases with errors,
    `before` the cases that an earlier run had done. `files` are those written, by what is in
    them."""

    cases: int
    advice: int
    errors: int
    faulty: int
    before: int
    files: Mapping[str, Path]
    output: "Output" = "long"


__all__ = ["Asked", "Summary", "Told"]

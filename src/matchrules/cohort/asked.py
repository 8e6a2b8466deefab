"""What is asked of a cohort, checked."""

from datetime import date, datetime
from typing import Any, Final, Literal, get_args

from attrs import frozen

from matchrules.diagnostics.model import UsageError
from matchrules.diagnostics.suggest import did_you_mean

Output = Literal["long", "wide"]
Extra = Literal["refuse", "ignore"]
FrameEngine = Literal["columnar", "compiled"]

# columns that come out beside the key
TAKEN: Final = (
    "about", "code", "fields", "help", "kind", "path", "place", "provisional", "reason", "rule",
    "rule_id", "strength", "subject", "text",
)  # fmt: skip
EXPLAINED: Final = 1000  # cases at fault are decided again, one by one, for their words
PIECE: Final = 250_000  # cases at a time


@frozen
class Asked:
    """The arguments of `Book.decide_frame`.

    `as_of` is a day, the name of a column, or None: the column `as_of`, where there is one.
    """

    key: str = "id"
    as_of: date | str | None = None
    output: Output = "long"
    derived: bool = False
    texts: bool = False
    explain: int = EXPLAINED
    extra: Extra = "refuse"
    engine: FrameEngine = "columnar"

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.key, str) or not self.key:
            raise UsageError(f"`key` is the name of a column, not {self.key!r}")
        if self.key in TAKEN:
            raise UsageError(
                f"the key cannot be called `{self.key}`, as a column that comes out is: rename it"
            )
        if isinstance(self.as_of, datetime) or not isinstance(self.as_of, date | str | None):
            raise UsageError(
                f"`as_of` is a day (a `date`) or the name of a column, not {self.as_of!r}"
            )
        _one_of("output", self.output, Output)
        _one_of("extra", self.extra, Extra)
        _one_of("engine", self.engine, FrameEngine)
        if isinstance(self.explain, bool) or not isinstance(self.explain, int) or self.explain < 0:
            raise UsageError(f"`explain` is a number of cases, not {self.explain!r}")
        if self.output == "wide" and self.texts:
            raise UsageError('texts are told a row each: they need `output="long"`')


def _one_of(name: str, given: Any, known: Any) -> None:
    choices = get_args(known)
    if given not in choices:
        listed = " or ".join(f"`{choice}`" for choice in choices)
        near = did_you_mean(given, choices) if isinstance(given, str) else None
        raise UsageError(f"`{name}` is {listed}, not {given!r}" + (f": {near}" if near else ""))

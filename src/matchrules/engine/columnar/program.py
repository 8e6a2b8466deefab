"""What a rule base says of any cohort: worked out once, for each span of parameter values."""

from typing import TYPE_CHECKING

from matchrules.ir import RuleBase

if TYPE_CHECKING:
    from .columns import Columns
    from .result import Result


class Program:
    """A rule base ready for cohorts. `columnar(base)` makes one, and keeps it."""

    def __init__(self, base: RuleBase) -> None:
        self.base = base

    @property
    def obstacle(self) -> str | None:
        """Why this base cannot be decided in columns, None where it can."""
        raise NotImplementedError

    def decide(self, columns: "Columns") -> "Result":
        """What stands for each of those cases; worked out when it is asked for."""
        raise NotImplementedError

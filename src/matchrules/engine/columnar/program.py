"""What a rule base says of any cohort: worked out once, for each span of parameter values."""

from datetime import date
from typing import TYPE_CHECKING

from matchrules.diagnostics.model import UsageError
from matchrules.ir import RuleBase

if TYPE_CHECKING:
    from .asked import Asked
    from .columns import Columns
    from .result import Result


class Program:
    """A rule base ready for cohorts. `columnar(base)` makes one, and keeps it."""

    def __init__(self, base: RuleBase) -> None:
        self.base = base
        self._plans: dict[int, Asked | str] = {}

    @property
    def obstacle(self) -> str | None:
        """Why this base cannot be decided in columns, None where it can."""
        return self.obstacle_on(self.base.start)

    def obstacle_on(self, day: date) -> str | None:
        """Why it cannot be with the values of parameters of that day, None where it can."""
        found = self.asked(day)
        return found if isinstance(found, str) else None

    def decide(self, columns: "Columns") -> "Result":
        """What stands for each of those cases; worked out when it is asked for."""
        from .result import Result

        day = columns.as_of[0] if columns.cases else self.base.start
        found = self.asked(day)
        if isinstance(found, str):
            raise UsageError(f"this book cannot be decided in columns: {found}")
        return Result(found, columns)

    def span(self, day: date) -> int:
        """Which stretch of days without another value of a parameter a day is in."""
        from .parameters import Parameters

        return Parameters(self.base).span(day)

    def asked(self, day: date) -> "Asked | str":
        """The columns that can be asked for on that day, or why there are none."""
        from .asked import ask
        from .forms import ObstacleError

        span = self.span(day)
        if span not in self._plans:
            try:
                self._plans[span] = ask(self.base, day)
            except ObstacleError as error:
                self._plans[span] = str(error)
        return self._plans[span]

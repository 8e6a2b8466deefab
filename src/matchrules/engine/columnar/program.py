"""What a rule base says of any cohort: worked out once, for each span of parameter values."""

from bisect import bisect_right
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from matchrules.diagnostics.model import UsageError
from matchrules.ir import RuleBase

if TYPE_CHECKING:
    from .asked import Asked
    from .columns import Columns
    from .result import Result

LARGE: Final = 10**9
UNASKED: Final = object()


class Program:
    """A rule base ready for cohorts. `columnar(base)` makes one, and keeps it."""

    def __init__(self, base: RuleBase) -> None:
        self.base = base
        self.starts = sorted(  # of values of parameters
            {r.start for p in base.parameters.values() for r in p.rows if r.start is not None}
        )
        self._obstacle: object = UNASKED
        self._plans: dict[int, Asked | str] = {}

    @property
    def obstacle(self) -> str | None:
        """Why this base cannot be decided in columns, None where it can.

        Another span of days differs in the values of parameters only. That can matter where
        numbers are large, and then every span is looked at.
        """
        if self._obstacle is UNASKED:
            self._obstacle = self.obstacle_on(self.base.start)
            if self._obstacle is None and self._large():
                days = (self.base.start, *self.starts)
                self._obstacle = next(filter(None, map(self.obstacle_on, days)), None)
        assert self._obstacle is None or isinstance(self._obstacle, str)
        return self._obstacle

    def obstacle_on(self, day: date) -> str | None:
        """Why it cannot be with the values of parameters of that day, None where it can."""
        found = self.asked(day)
        return found if isinstance(found, str) else None

    def _large(self) -> bool:
        """Whether another value of a parameter could make a number too long for a column."""
        asked = self.asked(self.base.start)
        assert not isinstance(asked, str)
        return asked.large or any(
            max(abs(value.numerator), value.denominator) > LARGE
            for parameter in self.base.parameters.values()
            for value in (row.value for row in parameter.rows)
            if isinstance(value, int | Fraction)
        )

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
        return bisect_right(self.starts, day)

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

"""The values of parameters: those in force on a day, and all of them with their dates."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import Any

from matchrules.ir import ParameterDeclaration, RuleBase

Dated = tuple[list[date], list[Any]]  # first days, earliest first, and the values from them on


def dated(parameter: ParameterDeclaration) -> Mapping[Any, Dated]:
    """The values by key (None where the parameter has none)."""
    found: dict[Any, Dated] = {}
    for row in parameter.rows:
        days, values = found.setdefault(row.key, ([], []))
        days.append(row.start or date.min)
        values.append(row.value)
    return found


def in_force(table: Mapping[Any, Dated], key: Any, day: date) -> Any:
    """The value for the key on the day; unknown where there is none."""
    rows = table.get(key)
    place = 0 if rows is None else bisect_right(rows[0], day)
    return None if rows is None or place == 0 else rows[1][place - 1]


class Parameters:
    """Every parameter of a rule base, by its name."""

    def __init__(self, base: RuleBase) -> None:
        self.dated = {name: dated(parameter) for name, parameter in base.parameters.items()}
        self._keyed = {name for name, p in base.parameters.items() if p.key is not None}
        self._days = sorted(
            {day for table in self.dated.values() for days, _ in table.values() for day in days}
        )

    def span(self, day: date) -> int:
        """Which stretch of days without a change the day is in."""
        return bisect_right(self._days, day)

    def on(self, day: date) -> dict[str, Any]:
        """The value of each on the day; of one with a key, a mapping from the key."""
        return {
            name: {key: in_force(table, key, day) for key in table}
            if name in self._keyed else in_force(table, None, day)
            for name, table in self.dated.items()
        }  # fmt: skip

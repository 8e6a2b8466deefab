"""Deciding on plain mappings again and again: a bit index, and one function for a whole decision.

`Repeated` is what a book keeps: for each day the `Plan` of the rules in force. Facts are read in
bulk (`reading`), values looked up in columns of masks (`columns`, `bits`), and what masks do not
know is worked out by code (`fused`, `ruling`).
Which advice stands, and that nothing is at fault, is known then; all else is told when it is read
(`found`). Whatever is unusual, and every fault, is left to the general way: `Plan.decide` gives
None, so that meaning and errors have one place.

A session takes the same, with instances of facts that stay as columns: see `joins`.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from matchrules.decision import Decision, Reaching, told_later
from matchrules.ir import RuleBase

from .bits import Index
from .found import Found
from .plan import UNUSUAL, Plan

MOST_DAYS: Final = 1_000

Way = tuple[Callable[..., Found | None], date]


class Repeated:
    """The plans of a book, by day."""

    def __init__(self, bases: Sequence[RuleBase], reaching: Reaching | None = None) -> None:
        self._bases = bases
        self._reaching = reaching
        self._days: dict[Any, Way] = {}

    def decide(self, facts: Any, as_of: Any) -> Decision | None:
        """The decision on a plain mapping; None where the general way has to be taken."""
        try:
            if type(facts) is dict and as_of in self._days and "as_of" not in facts:
                function, day = self._days[as_of]
                found = function(facts, day)
            else:
                found = self._find(facts, as_of)
        except UNUSUAL:
            return None
        return None if found is None else told_later(found, self._reaching)

    def _find(self, facts: Any, as_of: Any) -> Found | None:
        if type(facts) is not dict:
            return None
        if "as_of" in facts:
            given = facts["as_of"]
            if as_of is None:
                as_of = given
            elif given is not None and (type(given) is not type(as_of) or given != as_of):
                return None
        kind = type(as_of)
        if kind is not date and kind is not str:
            return None
        way = self._days.get(as_of) or self._way(as_of)
        return None if way is None else way[0](facts, way[1])

    def _way(self, as_of: date | str) -> Way | None:
        if isinstance(as_of, date):
            day = as_of
        elif len(as_of) == 10 and as_of.isascii():
            try:
                day = date.fromisoformat(as_of)
            except ValueError:
                return None
            if day.isoformat() != as_of:  # Python reads weeks as well: 2026-W23-1
                return None
        else:
            return None
        for base in self._bases:
            if base.start <= day and (base.end is None or day < base.end):
                from matchrules.engine.compiled import compiled

                try:
                    way = compiled(base).repeated(day).function, day
                except (SyntaxError, RecursionError):  # nested deeper than Python can read
                    way = _give_up, day
                if len(self._days) >= MOST_DAYS:
                    self._days.clear()
                self._days[as_of] = way
                return way
        return None


def _give_up(facts: Any, day: date) -> None:
    """The general way has to be taken."""


__all__ = ["Found", "Index", "Plan", "Repeated"]

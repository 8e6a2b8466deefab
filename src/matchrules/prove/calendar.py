"""Days as numbers, and what months and years do to them.

A day is its number, counted from 1 for 0001-01-01; days and weeks are added to it as they are.
Where months or years are added the day is taken apart: three integers year, month and day of the
month are bound to it by the rule of the Gregorian calendar, which fixes them. A choice between
constants is worked out without that, constant by constant.
"""

from datetime import date
from typing import Any, Final

import z3

from matchrules.prove.terms import (
    LAST_DAY,
    TRUE,
    Term,
    all_of,
    any_of,
    choose,
    chosen,
    leaves,
    neg,
)
from matchrules.types import add_time, on_day

CUMULATIVE: Final = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Calendar:
    """Takes days apart, each once. `facts` are the formulas that bind the parts to their days; they
    leave every value of the day possible."""

    def __init__(self) -> None:
        self.facts: list[Any] = []
        self._parts: dict[int, tuple[Any, Any, Any, Any]] = {}
        self._spoken_of: dict[int, tuple[Any, tuple[Any, ...]]] = {}

    def facts_for(self, formula: Any) -> tuple[Any, ...]:
        """The facts that bind the parts which a formula speaks of. All others leave every value of
        their day possible, and cost the solver dearly."""
        key = formula.get_id()
        if key not in self._spoken_of:
            found: dict[int, Any] = {}
            waiting = [formula]
            while waiting:
                one = waiting.pop()
                for number, (_, *parts) in enumerate(self._parts.values()):
                    # the solver's own walk through a formula is far faster than one from here
                    zeros = [(part, z3.IntVal(0)) for part in parts]
                    if number not in found and not z3.substitute(one, *zeros).eq(one):
                        found[number] = self.facts[number]
                        waiting.append(self.facts[number])
            # the formula is kept, or its number could be given to another one
            self._spoken_of[key] = (formula, tuple(found.values()))
        return self._spoken_of[key][1]

    def parts(self, day: Any) -> tuple[Any, Any, Any]:
        """Year, month and day of the month of a day."""
        found = self._parts.get(day.get_id())
        if found is None:
            number = len(self._parts)
            year, month, of_month = (
                z3.FreshInt(f"{part}_of_{number}") for part in ("year", "month", "day")
            )
            fits = all_of([
                year >= 1, year <= 9999, month >= 1, month <= 12, of_month >= 1,
                of_month <= length_of(year, month), day == day_number(year, month, of_month),
            ])  # fmt: skip
            # Where the day is none of the calendar it is unknown, and the parts are not read.
            self.facts.append(z3.Implies(z3.And(day >= 1, day <= LAST_DAY), fits))
            # the term is kept, or its number could be given to another one
            found = self._parts[day.get_id()] = (day, year, month, of_month)
        return found[1:]

    def add(self, day: Term, amount: Term, unit: str, sign: int) -> Term:
        """The day so many units later (`sign` 1) or earlier (-1)."""
        known = all_of([day.known, amount.known])
        if unit in ("days", "weeks"):
            moved = day.term + amount.term * (sign * (7 if unit == "weeks" else 1))
            return _in_calendar(z3.simplify(moved) if _constant(day, amount) else moved, known)
        days, amounts = leaves(day.term), leaves(amount.term)
        if days is not None and amounts is not None and len(days) * len(amounts) <= 400:
            return _worked_out(
                [(all_of([c, k]), _moved(d, sign * a, unit)) for c, d in days for k, a in amounts],
                known,
            )
        year, month, of_month = self.parts(day.term)
        if unit == "years":
            new_year, new_month = year + amount.term * sign, month
        else:
            months = year * 12 + (month - 1) + amount.term * sign
            new_year, new_month = months / 12, months % 12 + 1
        length = length_of(new_year, new_month)
        moved = day_number(new_year, new_month, choose(of_month <= length, of_month, length))
        return Term(moved, all_of([known, new_year >= 1, new_year <= 9999]))

    def on_day(self, day: Term, year: Term) -> Term:
        """A day of the year in that year; 29 February is the 28th in a common year."""
        known = all_of([day.known, year.known])
        days, years = leaves(day.term), leaves(year.term)
        if days is not None and years is not None and len(days) * len(years) <= 400:
            return _worked_out(
                [(all_of([c, k]), _number(on_day(y, d // 32, d % 32)))
                 for c, d in days for k, y in years], known,
            )  # fmt: skip
        known = all_of([known, year.term >= 1, year.term <= 9999])
        if days is not None:
            options = [(c, _day_in(year.term, d // 32, d % 32)) for c, d in days]
            return Term(chosen(options), known)
        month, of_month = day.term / 32, day.term % 32
        length = length_of(year.term, month)
        of_month = choose(of_month <= length, of_month, length)
        return Term(day_number(year.term, month, of_month), known)


def day_number(year: Any, month: Any, of_month: Any) -> Any:
    """The number of a day from its parts."""
    days: Any = z3.IntVal(CUMULATIVE[11])
    for number in range(11, 0, -1):
        days = z3.If(month <= number, z3.IntVal(CUMULATIVE[number - 1]), days)
    after_february = z3.If(z3.And(month > 2, leap(year)), z3.IntVal(1), z3.IntVal(0))
    return before_year(year) + days + after_february + of_month


def before_year(year: Any) -> Any:
    """How many days lie before the first of January."""
    earlier = year - 1
    return earlier * 365 + earlier / 4 - earlier / 100 + earlier / 400


def leap(year: Any) -> Any:
    """Whether a year has a 29 February."""
    return z3.And(year % 4 == 0, z3.Or(year % 100 != 0, year % 400 == 0))


def length_of(year: Any, month: Any) -> Any:
    """How many days a month has."""
    february = z3.If(leap(year), z3.IntVal(29), z3.IntVal(28))
    short = any_of([month == n for n in (4, 6, 9, 11)])
    return z3.If(month == 2, february, z3.If(short, z3.IntVal(30), z3.IntVal(31)))


def _day_in(year: Any, month: int, of_month: int) -> Any:
    """The number of a day of the year, which is fixed, in a year."""
    if (month, of_month) == (2, 29):
        return before_year(year) + 59 + z3.If(leap(year), z3.IntVal(1), z3.IntVal(0))
    start = before_year(year) + CUMULATIVE[month - 1] + of_month
    return start if month <= 2 else start + z3.If(leap(year), z3.IntVal(1), z3.IntVal(0))


def _moved(day: int, amount: int, unit: str) -> int | None:
    if not 1 <= day <= LAST_DAY:
        return None
    return _number(add_time(date.fromordinal(day), amount, unit))


def _number(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _worked_out(options: list[tuple[Any, int | None]], known: Any) -> Term:
    """A choice between days, unknown where it is none of the calendar."""
    outside = any_of([condition for condition, day in options if day is None])
    inside = [(condition, z3.IntVal(day)) for condition, day in options if day is not None]
    if not inside:
        return Term(z3.IntVal(0), neg(TRUE))
    return Term(chosen(inside), all_of([known, neg(outside)]))


def _in_calendar(day: Any, known: Any) -> Term:
    if z3.is_int_value(day):
        return Term(day, known if 1 <= day.as_long() <= LAST_DAY else neg(TRUE))
    return Term(day, all_of([known, day >= 1, day <= LAST_DAY]))


def _constant(*terms: Term) -> bool:
    return all(z3.is_int_value(term.term) for term in terms)

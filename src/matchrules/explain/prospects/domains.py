"""The values that an unknown attribute could have, and how they are taken apart: the unknown first,
then at the values with which the rules compare it, then in the middle."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from attrs import field, frozen

from matchrules.case.model import Case
from matchrules.explain.prospects.frame import Frame
from matchrules.explain.prospects.model import Unknown
from matchrules.explain.prospects.values import NO, OPEN, YES, Many, Members, anything
from matchrules.lazy import cached_property
from matchrules.regions.possible import UNKNOWN, Possible, Range
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    Value,
    YesNo,
    exact,
)

FRESH: Final = ("…", "……", "………")  # texts that no rule names
LEAP_YEAR: Final = 2024
FEW: Final = 20  # values of an enum


@frozen(slots=False, eq=False)
class Domains:
    """The unknown attributes of a case that something in force reads, and their values."""

    frame: Frame = field(repr=False)
    case: Case
    unknown: tuple[Unknown, ...]

    @cached_property
    def whole(self) -> dict[Unknown, Many]:
        """For each of them all values, the unknown too; those that no valid case has are taken out
        as soon as that is seen."""
        return {u: self._all(self.type_of(u)) for u in self.unknown}

    def type_of(self, unknown: Unknown) -> Type:
        return self.frame.base.facts[unknown.fact].attributes[unknown.name].type

    def _all(self, type_: Type) -> Many:
        if isinstance(type_, Text):
            return Possible(frozenset((*self.frame.texts, *FRESH)), True)
        if isinstance(type_, AnyDayOfYear):
            days = (date(LEAP_YEAR, 1, 1) + timedelta(days=n) for n in range(366))
            return Possible(frozenset(DayOfYear(d.month, d.day) for d in days), True)
        return anything(type_)

    def trim(self, unknown: Unknown, refused: Callable[[Many], bool]) -> None:
        """Take out values that are refused: single ones, and what is at the ends of a range."""
        whole: Any = self.whole[unknown]
        if isinstance(whole, int):
            self.whole[unknown] = OPEN | sum(b for b in (YES, NO) if whole & b and not refused(b))
        elif isinstance(whole.known, Range):
            low, high = whole.known.low, whole.known.high
            cuts = [c for c in self.starts(unknown) if low < c <= high]
            while cuts and refused(_span(low, self._before(cuts[0], self.type_of(unknown)))):
                low = cuts.pop(0)
            while cuts and refused(_span(cuts[-1], high)):
                high = self._before(cuts.pop(), self.type_of(unknown))
            gone = not cuts and refused(_span(low, high))
            self.whole[unknown] = UNKNOWN if gone else _span(low, high).but(True)
        elif isinstance(whole.known, frozenset) and len(whole.known) <= FEW:
            kept = (v for v in whole.known if not refused(Possible(frozenset({v}))))
            self.whole[unknown] = Possible(frozenset(kept), True)
        elif isinstance(whole.known, frozenset):
            classes = self._classes(unknown, whole.known)
            days = (c for c in classes if not refused(Possible(frozenset(c))))
            self.whole[unknown] = Possible(frozenset().union(*days), True)

    # Cuts -----------------------------------------------------------------------------------------

    def split(self, unknown: Unknown, many: Many) -> list[Many]:
        """The domain in parts, none empty, the likeliest to decide something first; nothing of one
        that is a single value."""
        type_ = self.type_of(unknown)
        if isinstance(many, int):
            return [bit for bit in (YES, NO, OPEN) if many & bit] if many & (many - 1) else []
        parts: list[Many] = []
        known: Any = many.known
        if many.unknown:
            if known == frozenset():
                return []
            return [many.but(False), Possible(frozenset(), True)]
        if isinstance(known, Members):
            return self._split_set(unknown, known)
        if isinstance(known, Range):
            return self._split_range(unknown, known, type_)
        if len(known) > FEW and isinstance(type_, AnyDayOfYear):
            return self._split_days(unknown, known)
        if len(known) > 1:
            order = self._ordered(known, type_)
            parts = [Possible(frozenset({value})) for value in order]
        return parts

    def _split_days(self, unknown: Unknown, known: frozenset[Any]) -> list[Many]:
        classes = self._classes(unknown, known)
        days = [day for one in classes for day in one]
        half = sum(map(len, classes[: len(classes) // 2])) or len(days) // 2
        return [Possible(frozenset(days[:half])), Possible(frozenset(days[half:]))]

    def _classes(self, unknown: Unknown, known: frozenset[Any]) -> list[list[Any]]:
        """Many values in order, those that are compared in the same way together."""
        named = self._values.get((unknown.fact, unknown.name), frozenset())
        found: list[list[Any]] = []
        apart = True
        for value in self._ordered(known, self.type_of(unknown)):
            if apart or value in named:
                found.append([value])
            else:
                found[-1].append(value)
            apart = value in named
        return found

    def _split_set(self, unknown: Unknown, known: Members) -> list[Many]:
        open_ = known.may - known.must
        if not open_:
            return []
        type_ = self.type_of(unknown)
        assert isinstance(type_, SetOf)
        named = self._values.get((unknown.fact, unknown.name), frozenset())
        if not known.must and len(open_) == len(type_.of.members):
            first = next((m for m in type_.of.members if m in named), type_.of.members[0])
        else:
            rest = [m for m in type_.of.members if m in open_]
            first = next((m for m in rest if m in named), rest[0])
        made: list[Any] = [
            Members(known.must | {first}, known.may), Members(known.must, known.may - {first})
        ]  # fmt: skip
        return [Possible(part) for part in made]

    def _split_range(self, unknown: Unknown, known: Range, type_: Type) -> list[Many]:
        low, high = known.low, known.high
        if low == high:
            return []
        inside = [c for c in self.starts(unknown) if low < c <= high]
        start = inside[len(inside) // 2] if inside else self._middle(low, high, type_)
        before = self._before(start, type_)
        return [_span(low, before), _span(start, high)]

    def starts(self, unknown: Unknown) -> list[Any]:
        """Where something may be other than just before, in order: each value that the attribute is
        compared with, and the one after it."""
        found = self._starts.get(unknown)
        if found is None:
            found = self._starts[unknown] = self._starts_of(unknown)
        return found

    def _starts_of(self, unknown: Unknown) -> list[Any]:
        type_ = self.type_of(unknown)
        at: set[Any] = set()
        if isinstance(type_, Number):
            step = Fraction(1, 10 ** (type_.places or 0))
            for value in self._values.get((unknown.fact, unknown.name), ()):
                if isinstance(value, int | Fraction) and not isinstance(value, bool):
                    at |= {exact(value // step * step), exact((value // step + 1) * step)}
        else:
            for day in self._days:
                at |= {day, day + timedelta(days=1)} if day < date.max else {day}
        return sorted(at)

    @cached_property
    def _starts(self) -> dict[Unknown, list[Any]]:
        return {}

    @cached_property
    def _values(self) -> Mapping[tuple[str, str], frozenset[Value]]:
        """What each attribute is compared with: values that the rules name, and those that the case
        gives to attributes that it meets."""
        given: dict[tuple[str, str], set[Value]] = {}
        for fact, instances in self.case.facts.items():
            for one in instances:
                for name, value in one.items():
                    if value is not None:
                        given.setdefault((fact, name), set()).add(value)
        return {
            place: frozenset(cuts.values).union(*(given.get(near, ()) for near in cuts.near))
            for place, cuts in self.frame.cuts.attributes.items()
        }

    @cached_property
    def _days(self) -> frozenset[date]:
        found = self.frame.cuts
        near = {self.case.as_of} | {
            value
            for instances in self.case.facts.values() for one in instances
            for value in one.values() if isinstance(value, date)
        }  # fmt: skip
        days = set(found.days) | near
        for day in near:
            for lag in found.lags:
                for by in (-lag, lag):
                    if 1 <= day.toordinal() + by <= date.max.toordinal():
                        days.add(day + timedelta(days=by))
        return frozenset(days)

    def _middle(self, low: Any, high: Any, type_: Type) -> Any:
        if isinstance(type_, Date):
            return low + timedelta(days=((high - low).days + 1) // 2)
        step = Fraction(1, 10 ** (getattr(type_, "places", 0) or 0))
        return exact(low + (high - low + step) / 2 // step * step)

    def _before(self, start: Any, type_: Type) -> Any:
        if isinstance(type_, Date):
            return start - timedelta(days=1)
        return exact(start - Fraction(1, 10 ** (getattr(type_, "places", 0) or 0)))

    def ordered(self, unknown: Unknown, known: frozenset[Any]) -> list[Any]:
        return self._ordered(known, self.type_of(unknown))

    def _ordered(self, known: frozenset[Any], type_: Type) -> list[Any]:
        if isinstance(type_, Enum):
            return [m for m in type_.members if m in known]
        return sorted(known)

    # Single values --------------------------------------------------------------------------------

    def some(self, unknown: Unknown, many: Many) -> Any:
        """A value of a domain: unknown where it may be."""
        if isinstance(many, int):
            return None if many & OPEN else bool(many & YES)
        known: Any = many.known
        if many.unknown:
            return None
        if isinstance(known, Members):
            return known.must
        if isinstance(known, Range):
            return self._plain_one(known)
        return self._ordered(known, self.type_of(unknown))[0]

    def _plain_one(self, known: Range) -> Any:
        """A value within: the day of the case where it is inside, else one that is not too far
        away."""
        low, high = known.low, known.high
        if isinstance(low, date):
            return min(max(self.case.as_of, low), high)
        return low

    def points(self, unknown: Unknown) -> list[Value]:
        """A few values, on both sides of where answers may change."""
        type_ = self.type_of(unknown)
        if isinstance(type_, YesNo):
            return [True, False]
        if isinstance(type_, Enum):
            return list(type_.members)
        whole: Any = self.whole[unknown]
        if isinstance(type_, SetOf):
            named = self._values.get((unknown.fact, unknown.name), frozenset())
            members = [m for m in type_.of.members if m in named] or [type_.of.members[0]]
            rest = [m for m in type_.of.members if m not in members][:1]
            singles = [frozenset({m}) for m in (*members, *rest)]
            return [frozenset(), *singles, frozenset(type_.of.members)]
        if isinstance(whole.known, Range):
            low, high = whole.known.low, whole.known.high
            starts = [low, *(c for c in self.starts(unknown) if low < c <= high)]
            return list(dict.fromkeys([*starts, high]))
        if len(whole.known) > FEW and isinstance(type_, AnyDayOfYear):
            classes = self._classes(unknown, whole.known)
            return list(dict.fromkeys(end for c in classes for end in (c[0], c[-1])))
        return self._ordered(whole.known, type_)


def _span(low: Any, high: Any) -> Possible:
    return Possible(frozenset({low})) if low == high else Possible(Range(low, high))


__all__ = ["NO", "Domains"]

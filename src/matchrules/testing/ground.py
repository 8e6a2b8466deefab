"""What cases of a rule base are drawn from: days, values, and whole cases to start from."""

import weakref
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from attrs import evolve, field, frozen

from matchrules.ir import AttributeDeclaration, Expression, FactDeclaration, RuleBase
from matchrules.lazy import cached_property
from matchrules.regions.cutpoints import CutPoints, Place, cut_points, pool
from matchrules.types import Value, on_day

Facts = dict[str, list[dict[str, Value | None]]]  # asserted instances by fact; single ones too

INSTANCES = 3  # instances of a many-fact whose attributes are drawn one by one
AWAY = (20, 100, 400, 1500)  # days from the day of the case, where nothing closer is known
MOST_LAGS = 12
SPAN = timedelta(days=1500)  # of an era without end, what cases are drawn from


@frozen
class Slot:
    """An attribute of one instance that may be asserted. `weight` is how often it is changed."""

    fact: str
    index: int
    attribute: AttributeDeclaration
    weight: int

    def at(self, index: int) -> "Slot":
        """The same attribute of another instance."""
        return evolve(self, index=index)

    @property
    def place(self) -> Place:
        return self.fact, self.attribute.name


@frozen
class Start:
    """Facts to start from, and the day that they are right on. `twin` is what is asserted in the
    second case of a pair instead: fact, index, attribute, value."""

    day: date | None
    facts: Facts
    twin: tuple[tuple[str, int, str, Value | None], ...] = ()

    @property
    def size(self) -> int:
        """How many values are asserted."""
        return sum(len(i) for instances in self.facts.values() for i in instances)

    def copy(self) -> "Start":
        """The same, to be changed."""
        facts = {name: [dict(i) for i in instances] for name, instances in self.facts.items()}
        return Start(self.day, facts, self.twin)


@frozen(slots=False)
class Ground:
    """A rule base prepared for drawing. `moves` holds slots as often as their weight; the last
    `aimed` of the `starts` are those that are to be started from mostly."""

    base: RuleBase
    cuts: CutPoints
    days: tuple[date, ...]
    slots: tuple[Slot, ...]
    moves: tuple[Slot, ...]
    starts: tuple[Start, ...]
    _pools: dict[Place, tuple[Value, ...]]
    _dates: dict[tuple[Place, date], tuple[Value, ...]] = field(factory=dict)
    aimed: int = 0

    def aimed_at(self, starts: Sequence[Start]) -> "Ground":
        """The same ground, to start from those cases mostly."""
        return evolve(self, starts=(*self.starts, *starts), aimed=len(starts))

    def day_of(self, start: Start | None) -> date:
        """The day of a case to start from, where it is in force."""
        day = None if start is None else start.day
        if day is None or day < self.base.start or (self.base.end and day >= self.base.end):
            return self.days[0]
        return day

    @cached_property
    def many(self) -> list[FactDeclaration]:
        """The facts of which there may be many."""
        return [fact for fact in self.base.facts.values() if fact.many]

    def values(self, place: Place, as_of: date) -> Sequence[Value]:
        """Values worth drawing for an attribute, the plainest first."""
        found = self._pools[place]
        if found:
            return found
        key = (place, as_of)
        if key not in self._dates:
            self._dates[key] = self._days_near(place, as_of)
        return self._dates[key]

    def _days_near(self, place: Place, as_of: date) -> tuple[Value, ...]:
        cuts = self.cuts
        lags = sorted(cuts.lags)[:MOST_LAGS]
        steps = [sign * n for n in AWAY for sign in (-1, 1)] + [0, -1, 1]
        steps += [sign * n + edge for n in lags for sign in (-1, 1) for edge in (0, -1, 1)]
        days: list[date | None] = [_moved(as_of, step) for step in steps]
        named = [v for v in cuts.attributes[place].values if isinstance(v, date)]
        for day in cuts.days_of_year:
            in_years = (on_day(as_of.year + n, day.month, day.day) for n in (-1, 0, 1))
            named += [day for day in in_years if day is not None]
        days += [_moved(day, edge) for day in sorted(set(named)) for edge in (0, -1, 1)]
        return tuple(dict.fromkeys(day for day in days if day is not None))

    def close_to(self, day: date, number: int) -> date:
        """A day close to another one: the same, next to it, or a known number of days away."""
        lags = sorted(self.cuts.lags)[:MOST_LAGS]
        steps = [0, 1, -1, *(sign * n + e for n in lags for sign in (1, -1) for e in (0, 1, -1))]
        return _moved(day, steps[number % len(steps)]) or day


def ground_of(base: RuleBase) -> Ground:
    """The ground of a rule base, prepared once."""
    known = _GROUNDS.get(id(base))
    if known is None:
        known = _GROUNDS[id(base)] = prepare(base)
        weakref.finalize(base, _GROUNDS.pop, id(base), None)
    return known


_GROUNDS: dict[int, Ground] = {}


def prepare(
    base: RuleBase, further: Iterable[Expression] = (), focus: Iterable[Place] = ()
) -> Ground:
    """The ground of a rule base; `further` expressions give cut points too, and the attributes in
    `focus` are changed often."""
    cuts = cut_points(base, further)
    pools = {
        place: pool(base.facts[place[0]].attributes[place[1]].type, cut)
        for place, cut in cuts.attributes.items()
    }
    focus = frozenset(focus)
    slots = tuple(
        Slot(fact.name, index, attribute, _weight(cuts, (fact.name, attribute.name), focus))
        for fact in base.facts.values()
        for index in range(min(INSTANCES, fact.bound) if fact.bound is not None else 1)
        for attribute in fact.attributes.values()
    )
    moves = tuple(slot for slot in slots for _ in range(slot.weight))
    starts = tuple(
        Start(
            example.as_of,
            {name: [dict(i) for i in instances] for name, instances in example.facts.items()},
        )
        for example in base.examples
        if _known(base, example.facts)
    )
    return Ground(base, cuts, _days(base, cuts), slots, moves, starts, pools)


def _weight(cuts: CutPoints, place: Place, focus: frozenset[Place]) -> int:
    return 1 + 3 * cuts.attributes[place].read + 24 * (place in focus)


def _known(base: RuleBase, facts: Mapping[str, Sequence[Mapping[str, Value | None]]]) -> bool:
    """Whether the rule base has all that an example names (another version may not)."""
    return all(
        name in base.facts and all(a in base.facts[name].attributes for i in instances for a in i)
        for name, instances in facts.items()
    )


def _days(base: RuleBase, cuts: CutPoints) -> tuple[date, ...]:
    """Days in force worth drawing: within the era, at its ends, around every date that the rules
    name, and around days of the year."""
    last = base.end - timedelta(days=1) if base.end is not None else _moved(base.start, SPAN.days)
    last = last or date.max
    named = {base.start, last, *cuts.days}
    named |= {example.as_of for example in base.examples if example.as_of is not None}
    for year in range(base.start.year, min(last.year, base.start.year + 4) + 1):
        named |= {d for day in cuts.days_of_year if (d := on_day(year, day.month, day.day))}
    around = {_moved(day, step) for day in named for step in (-1, 0, 1)}
    inside = sorted(day for day in around if day is not None and base.start <= day <= last)
    middle = [_moved(base.start, (last - base.start).days * n // 7) for n in range(1, 7)]
    return tuple(dict.fromkeys([*(day for day in middle if day), *inside]))


def _moved(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


__all__ = ["Facts", "Ground", "Slot", "ground_of", "prepare"]

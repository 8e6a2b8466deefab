"""The second case of a pair: the first one, but for what may differ."""

from collections.abc import Sequence
from datetime import date

from attrs import frozen

from matchrules.case.model import Case
from matchrules.ir import RuleBase
from matchrules.regions.cutpoints import Place
from matchrules.testing.ground import Facts, Ground, Slot
from matchrules.testing.mending import mended, valid_case
from matchrules.testing.sketch import change, complete
from matchrules.types import Value

Change = tuple[int, int]  # which slot, which value
Asserted = tuple[str, int, str, Value | None]  # fact, index, attribute, value


@frozen
class Difference:
    """What may differ: the attributes in `places` (None: all), or one more instance of `adding`."""

    places: frozenset[Place] | None = None
    adding: str | None = None

    @property
    def free(self) -> bool:
        return self.places is None and self.adding is None

    def slots(self, ground: Ground, facts: Facts) -> Sequence[Slot]:
        """The slots that may differ, `facts` being those of the first case."""
        if self.adding is not None:
            index = len(facts.get(self.adding, ()))
            mine = [s for s in ground.slots if (s.fact, s.index) == (self.adding, 0)]
            return [slot.at(index) for slot in mine]
        if self.places is None:
            return ground.moves
        return [at for slot in ground.slots for at in self._at(ground.base, slot, facts)]

    def _at(self, base: RuleBase, slot: Slot, facts: Facts) -> list[Slot]:
        """In instances that are there, and in a single fact that can come to be there without
        attributes that may not differ."""
        if self.places is None or slot.place not in self.places or slot.index:
            return []
        declared, there = base.facts[slot.fact], facts.get(slot.fact, ())
        if there or declared.many:
            return [slot.at(index) for index in range(len(there))]
        required = [name for name, a in declared.attributes.items() if a.required]
        return [slot] if all((slot.fact, name) in self.places for name in required) else []


def make_room(base: RuleBase, facts: Facts, difference: Difference) -> None:
    """Leave out instances, so that another one may be there."""
    if difference.adding is not None:
        bound = base.facts[difference.adding].bound
        assert bound is not None
        del facts.get(difference.adding, [])[bound - 1 :]


def _own_key(instances: list[dict[str, Value | None]], keys: Sequence[str]) -> None:
    """Take the key from the last instance if another one has it."""
    last = instances[-1]
    if keys and any(all(i.get(k) == last.get(k) for k in keys) for i in instances[:-1]):
        last.update(dict.fromkeys(keys))


def second_case(
    ground: Ground, base: RuleBase, day: date, first: Facts, difference: Difference,
    asserted: Sequence[Asserted], changes: Sequence[Change], seed: int,
) -> tuple[Case, tuple[Asserted, ...]] | None:  # fmt: skip
    """The second case, with what differs in it; None where it is not valid."""
    slots = difference.slots(ground, first)
    facts = {name: [dict(i) for i in instances] for name, instances in first.items()}
    if difference.adding is not None:
        facts.setdefault(difference.adding, []).append({})
    places = {(slot.fact, slot.index, slot.attribute.name) for slot in slots}
    for fact, index, name, value in asserted:
        at = len(facts[fact]) - 1 if fact == difference.adding else index
        if (fact, at, name) in places:
            instances = facts.setdefault(fact, [])
            instances += [{} for _ in range(at + 1 - len(instances))]
            instances[at][name] = value
    for number, value in changes if slots else ():
        change(ground, day, facts, slots[number % len(slots)], value)
    if difference.adding is not None:
        _own_key(facts[difference.adding], base.facts[difference.adding].keys)
    complete(ground, day, facts, seed)
    if difference.free:
        case = mended(base, day, facts)
        return None if case is None else (case, ())
    case = valid_case(base, day, facts)
    differing = tuple(
        (s.fact, s.index, s.attribute.name, facts[s.fact][s.index].get(s.attribute.name))
        for s in slots
        if s.index < len(facts.get(s.fact, ()))
    )
    # An instance with the key and the values of another one is nothing new.
    if case is None or (
        difference.adding is not None
        and len(case.facts[difference.adding]) == len(first.get(difference.adding, ()))
    ):
        return None
    return case, differing

"""From a few numbers to the facts of a case.

A case is drawn as a `Sketch`: how much is known at all, and what differs. Zeros mean nothing
known, so a sketch shrinks to a case that asserts little.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from attrs import frozen

from matchrules.testing.ground import INSTANCES, Facts, Ground, Slot
from matchrules.types import Date, Number, Text, Value, add_time

LEFT_OUT = 1  # of 255


@frozen
class Sketch:
    """`day` is 0 for the day of the case to start from, or the number of a day in force. `start`
    is 0 for nothing, or the number of a case to start from, of which `kept` has a byte an asserted
    attribute: it is left out where the byte is hardly more than 0. `known` has a bit a slot;
    `seed` picks the values there; `counts` are the numbers of instances of each many-fact;
    `changes` are (move, number of the value)."""

    day: int
    start: int
    known: int
    seed: int
    counts: Sequence[int]
    changes: Sequence[tuple[int, int]]
    kept: bytes = b""

    @property
    def all_kept(self) -> bool:
        return not self.kept or min(self.kept) > LEFT_OUT


def facts_of(
    ground: Ground, sketch: Sketch, as_of: date | None = None
) -> tuple[date, Facts]:
    """The day and the facts of a sketch: well typed and complete, perhaps in conflict."""
    start = ground.starts[sketch.start - 1].copy() if sketch.start else None
    as_of = as_of or (ground.days[sketch.day - 1] if sketch.day else ground.day_of(start))
    facts: Facts = {} if start is None else start.facts
    if not sketch.all_kept:
        facts = _part(facts, sketch.kept)
    for fact, count in zip(ground.many, sketch.counts, strict=True):
        there = facts.setdefault(fact.name, [])
        while len(there) < count:
            there.append({})
    for number in _ones(sketch.known, len(ground.slots)):
        slot = ground.slots[number]
        if _may_fill(slot, sketch.seed + number):
            instances = facts.setdefault(slot.fact, [])
            if not instances and not ground.base.facts[slot.fact].many:
                instances.append({})
            for instance in instances[slot.index :: INSTANCES]:
                instance.setdefault(
                    slot.attribute.name, _value(ground, as_of, slot, sketch.seed, number)
                )
    for move, number in sketch.changes:
        change(ground, as_of, facts, ground.moves[move % len(ground.moves)], number)
    complete(ground, as_of, facts, sketch.seed)
    return as_of, facts


def change(ground: Ground, as_of: date, facts: Facts, slot: Slot, number: int) -> None:
    """Assert another value in a slot, or (in one case of a few) make it unknown."""
    instances = facts.setdefault(slot.fact, [])
    while len(instances) <= slot.index:
        instances.append({})
    instance = instances[slot.index]
    values = ground.values(slot.place, as_of)
    if number % (len(values) + 1) == len(values) and not slot.attribute.required:
        instance[slot.attribute.name] = None
        return
    value = values[number % len(values)]
    near = ground.cuts.attributes[slot.place].near
    if isinstance(value, date) and near and number % 2:
        anchors = [day for place in sorted(near) if (day := _day(facts, place, slot)) is not None]
        if anchors:
            value = ground.close_to(anchors[number // 2 % len(anchors)], number // 2)
    instance[slot.attribute.name] = value


def complete(ground: Ground, as_of: date, facts: Facts, seed: int) -> None:
    """Add what is required where a fact is there, and give instances keys of their own."""
    for name, instances in facts.items():
        fact = ground.base.facts[name]
        for index, instance in enumerate(instances):
            for number, attribute in enumerate(fact.attributes.values()):
                if attribute.required and instance.get(attribute.name) is None:
                    values = ground.values((name, attribute.name), as_of)
                    value = values[_mixed(seed, number + 7 * index) % len(values)]
                    if attribute.key:
                        others = {i.get(attribute.name) for i in instances}
                        keys = (nth_key(attribute.type, index + n, value) for n in range(50))
                        value = next((key for key in keys if key not in others), value)
                    instance[attribute.name] = value


def nth_key(type_: object, index: int, value: Value) -> Value:
    """A value for the key of the instance with that index."""
    match type_:
        case Text():
            return f"{'abcdefghijklmnopqrstuvwxyz'[index % 26]}{index // 26 or ''}"
        case Number(low=low, high=high):
            assert low is not None and high is not None
            return low + index % (int(high - low) + 1)
        case Date():
            assert isinstance(value, date)
            return add_time(value, index, "days") or value
    members = getattr(type_, "members", None)
    return members[index % len(members)] if members else value


def _ones(bits: int, most: int) -> Iterator[int]:
    """The places of the bits that are set, below `most`."""
    bits &= (1 << most) - 1
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def _part(facts: Facts, kept: bytes) -> Facts:
    """What is kept of the facts."""
    number, found = 0, {}
    for fact, instances in facts.items():
        parts = []
        for instance in instances:
            part = {}
            for name, value in instance.items():
                if number >= len(kept) or kept[number] > LEFT_OUT:
                    part[name] = value
                number += 1
            parts += [part] if part else []
        found[fact] = parts
    return found


def _may_fill(slot: Slot, number: int) -> bool:
    """What has a default is asserted too now and then: mostly it would be in conflict."""
    return slot.attribute.default is None or _mixed(number, 3) % 4 == 0


def _value(ground: Ground, as_of: date, slot: Slot, seed: int, number: int) -> Value:
    values = ground.values(slot.place, as_of)
    value = values[_mixed(seed, number) % len(values)]
    return nth_key(slot.attribute.type, slot.index, value) if slot.attribute.key else value


def _mixed(seed: int, number: int) -> int:
    """Any number, but 0 for the seed 0."""
    return (seed * 2654435761 * (2 * number + 1) >> 9) & 0xFFFF


def _day(facts: Facts, place: tuple[str, str], slot: Slot) -> date | None:
    fact, name = place
    instances = facts.get(fact, [])
    index = slot.index if fact == slot.fact else 0
    value = instances[index].get(name) if index < len(instances) else None
    return value if isinstance(value, date) else None

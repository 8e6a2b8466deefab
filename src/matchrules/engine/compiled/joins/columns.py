"""The values that the instances of a fact have in one attribute, and who has which."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matchrules.engine.compiled.index.columns import BITS, bits
from matchrules.lazy import cached_property
from matchrules.types import Enum, Type, Value


class Places(int):
    """A set of instances: a number with a bit for each."""

    __slots__ = ()

    def __iter__(self) -> Iterator[int]:
        """Their places, ascending."""
        return iter(places_of(self))

    def __contains__(self, place: int) -> bool:
        return bool(self >> place & 1)


class Column(list[Any]):
    """The values of one attribute, one for each instance; None where it is unknown. It is not
    changed: what is worked out of it stays as long as the instances do."""

    def __init__(self, values: Sequence[Value | None], type_: Type) -> None:
        super().__init__(values)
        self.type = type_

    @cached_property
    def equal(self) -> Mapping[Any, int]:
        """For each value those that have it."""
        places: dict[Any, list[int]] = {}
        for place, value in enumerate(self):
            if value is not None:
                places.setdefault(value, []).append(place)
        return {value: bits(found) for value, found in places.items()}

    @cached_property
    def known(self) -> int:
        """Those that have one."""
        found = 0
        for places in self.equal.values():
            found |= places
        return found

    @cached_property
    def _ranks(self) -> Mapping[Any, int] | None:
        if isinstance(self.type, Enum):
            return {member: rank for rank, member in enumerate(self.type.members)}
        return None

    @cached_property
    def _sorted(self) -> tuple[list[Any], list[int]]:
        """The values in order; and for each, and past the last, those with a lower one."""
        ranks = self._ranks
        values = sorted(self.equal, key=None if ranks is None else ranks.__getitem__)
        below, lower = [0], 0
        for value in values:
            lower |= self.equal[value]
            below.append(lower)
        return values if ranks is None else [ranks[value] for value in values], below

    def compared(self, op: str, value: Any) -> int:
        """Those for which it is true that their value compares so with that one."""
        if value is None:
            return 0
        if op == "==":
            return self.equal.get(value, 0)
        if op == "!=":
            return self.known & ~self.equal.get(value, 0)
        values, below = self._sorted
        rank = value if self._ranks is None else self._ranks[value]
        if op == "<":
            return below[bisect_left(values, rank)]
        if op == "<=":
            return below[bisect_right(values, rank)]
        if op == ">":
            return self.known ^ below[bisect_right(values, rank)]
        return self.known ^ below[bisect_left(values, rank)]

    def among(self, values: Sequence[Any]) -> int:
        """Those for which it is true that their value is one of these."""
        if None in values:
            return 0
        found = 0
        for value in {*values}:
            found |= self.equal.get(value, 0)
        return found

    def besides(self, values: Sequence[Any]) -> int:
        """Those for which that is false."""
        return 0 if None in values else self.known & ~self.among(values)


def places_of(mask: int) -> list[int]:
    """The places of the bits that are set, ascending."""
    found: list[int] = []
    for at, byte in enumerate(mask.to_bytes((mask.bit_length() + 7) // 8, "little")):
        if byte:
            found += [at * 8 + bit for bit in BITS[byte]]
    return found


__all__ = ["Column", "Places", "places_of"]

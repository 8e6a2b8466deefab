"""The values that the instances of a fact have in one attribute, and who has which."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from matchrules.types import Enum, Type, Value


class Column:
    """The values of one attribute, one for each instance; None where it is unknown."""

    def __init__(self, values: Sequence[Value | None], type_: Type) -> None:
        self.values = values
        self.type = type_

    @cached_property
    def equal(self) -> Mapping[Any, int]:
        """For each value those that have it."""
        places: dict[Any, list[int]] = {}
        for place, value in enumerate(self.values):
            if value is not None:
                places.setdefault(value, []).append(place)
        return {value: _bits(found) for value, found in places.items()}

    @cached_property
    def known(self) -> int:
        """Those that have one."""
        found = 0
        for bits in self.equal.values():
            found |= bits
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
        """Those whose known value compares so with a known one."""
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


class Columns:
    """The instances of one fact. `column` makes a column when it is first asked for."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.all = (1 << count) - 1
        self._columns: dict[int, tuple[Any, Column]] = {}

    def column(self, cell: int, values: Sequence[Value | None], type_: Type) -> Column:
        """The column of a cell that holds those values: the one made before, where it holds the
        very same ones."""
        found = self._columns.get(cell)
        if found is None or found[0] is not values:
            found = self._columns[cell] = (values, Column(values, type_))
        return found[1]


def _bits(places: Sequence[int]) -> int:
    """The number with those bits; `places` are ascending."""
    if len(places) < 8:
        found = 0
        for place in places:
            found |= 1 << place
        return found
    held = bytearray(places[-1] // 8 + 1)
    for place in places:
        held[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(held, "little")


def places_of(bits: int) -> list[int]:
    """The places of the bits that are set, ascending."""
    found: list[int] = []
    for at, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if byte:
            found += [at * 8 + bit for bit in _SET[byte]]
    return found


_SET = [tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)]

__all__ = ["Column", "Columns", "places_of"]

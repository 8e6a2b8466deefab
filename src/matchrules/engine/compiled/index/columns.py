"""For each value of a cell, the items that may still hold: one bit each.

A column is a mapping that fills itself: the first time that a value is seen its mask is worked out
from what the items demand of the cell, and kept. What is kept is bounded.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import floor, lcm
from typing import Any, Final

MOST_KEPT: Final = 4_096  # values of one column
LONGEST_KEPT: Final = 100  # characters of a text that is kept
BYTE: Final = 8
MOST_BYTES: Final = 2**20  # of the masks of one order; beyond, constants share them

Test = Callable[[Any], bool]


def bits(items: Iterable[int]) -> int:
    """The mask of those items."""
    numbers = list(items)
    if not numbers:
        return 0
    found = bytearray(max(numbers) // 8 + 1)
    for number in numbers:
        found[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(found, "little")


class Ordered:
    """What items demand of the order of a value: `sign` and a constant."""

    def __init__(self, sign: str, wanted: dict[Any, list[int]]) -> None:
        self.constants = sorted(wanted)
        # Fractions are slow to compare: integers stand for them, and for what is compared.
        self._scale = lcm(*(c.denominator for c in wanted if isinstance(c, Fraction)))
        self._keys: list[Any] = (
            self.constants if self._scale == 1 else [int(c * self._scale) for c in self.constants]
        )
        # Those with `<` fail from their constant on, those with `>` up to it.
        self.fails_from = sign in ("<", "<=")
        self._place = bisect_right if sign in ("<", ">=") else bisect_left
        single = [bits(wanted[constant]) for constant in self.constants]
        self._single = single if self.fails_from else single[::-1]
        size = len(single) * max((one.bit_length() for one in single), default=0) // 8
        self._stride = stride = 1 + size // MOST_BYTES
        self._whole = [0]
        for start in range(0, len(single), stride):
            mask = self._whole[-1]
            for one in self._single[start : start + stride]:
                mask |= one
            self._whole.append(mask)

    def failing(self, value: Any) -> int:
        """The items whose demand the value does not meet."""
        place = self._find(value)
        count = place if self.fails_from else len(self.constants) - place
        mask, stride = self._whole[count // self._stride], self._stride
        for one in self._single[count - count % stride : count]:
            mask |= one
        return mask

    def _find(self, value: Any) -> int:
        if self._scale == 1:
            return self._place(self._keys, value)
        scaled = value * self._scale
        if isinstance(scaled, Fraction) and scaled.denominator != 1:
            return bisect_right(self._keys, floor(scaled))  # it equals none of them
        return self._place(self._keys, int(scaled))


class Column(dict[Any, int]):
    """From a value of a cell to the mask of the items that it leaves open.

    `read` turns a key into the value of the language (or raises): the keys of a column of asserted
    values are those values as they were given.
    """

    __slots__ = (
        "_among", "_any_equal", "_asked", "_equal", "_kept", "_known", "_needs_known", "_orders",
        "_raw", "_sets", "_tests", "_unequal", "full", "read",
    )  # fmt: skip

    def __init__(self, read: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        self.read = read
        self.full = 0
        self._raw: dict[str, dict[Any, list[int]]] = {}
        self._among: dict[frozenset[Any], list[int]] = {}
        self._tests: dict[Any, tuple[Test, list[int]]] = {}
        self._known: set[int] = set()

    # Demands --------------------------------------------------------------------------------------

    def compare(self, item: int, sign: str, constant: Any) -> None:
        """The item demands a known value that compares so with the constant."""
        self._known.add(item)
        if sign in ("==", "!="):
            already = self._raw.setdefault("twice" + sign, {})
            if sign == "==" and item in already:  # it can be one only
                self.demand(item, ("==", constant), lambda value: value == constant)
                return
            already[item] = []
        self._raw.setdefault(sign, {}).setdefault(constant, []).append(item)

    def among(self, item: int, values: frozenset[Any]) -> None:
        """The item demands one of these values, None standing for the unknown."""
        self._among.setdefault(values, []).append(item)

    def demand(self, item: int, name: Any, test: Test) -> None:
        """The item demands a value, known or not, that passes the test of that name."""
        self._tests.setdefault(name, (test, []))[1].append(item)

    def ready(self, full: int) -> None:
        """All demands are made; `full` is the mask of all items."""
        self.full = full
        raw = self._raw
        self._orders = [Ordered(sign, raw[sign]) for sign in ("<", "<=", ">", ">=") if sign in raw]
        self._equal = {value: bits(items) for value, items in raw.get("==", {}).items()}
        self._any_equal = 0
        for mask in self._equal.values():
            self._any_equal |= mask
        self._unequal = {value: bits(items) for value, items in raw.get("!=", {}).items()}
        self._sets = [(values, bits(items)) for values, items in self._among.items()]
        self._asked = [(test, bits(items)) for test, items in self._tests.values()]
        self._needs_known = bits(self._known)
        self._kept: dict[int, int] = {}
        self._raw, self._among, self._tests, self._known = {}, {}, {}, set()

    # Masks ----------------------------------------------------------------------------------------

    def mask(self, value: Any) -> int:
        """The items that a value of the language leaves open."""
        failing = 0
        for values, mask in self._sets:
            if value not in values:
                failing |= mask
        for test, mask in self._asked:
            if not test(value):
                failing |= mask
        if value is None:
            failing |= self._needs_known
        else:
            for order in self._orders:
                failing |= order.failing(value)
            failing |= self._any_equal & ~self._equal.get(value, 0)
            failing |= self._unequal.get(value, 0)
        return self.full & ~failing

    def __missing__(self, key: Any) -> int:
        mask = self.mask(key if self.read is None else self.read(key))
        mask = self._kept.setdefault(mask, mask)  # many values have the same
        if not isinstance(key, str) or len(key) <= LONGEST_KEPT:
            if len(self) >= MOST_KEPT:
                self.clear()
                self._kept.clear()
            self[key] = mask
        return mask


class Opened(dict[int, int]):
    """From a byte of the bits of derived facts to the items that it leaves open."""

    __slots__ = ("_for", "_full", "_not_for")

    def __init__(self, full: int, needed: list[int], barred: list[int]) -> None:
        super().__init__()
        self._full = full
        self._for, self._not_for = needed, barred  # for each bit: who needs it, who is barred by it

    def __missing__(self, byte: int) -> int:
        failing = 0
        for place, (needed, barred) in enumerate(zip(self._for, self._not_for, strict=True)):
            failing |= barred if byte >> place & 1 else needed
        mask = self[byte] = self._full & ~failing
        return mask


BITS: Final = tuple(
    tuple(place for place in range(BYTE) if byte >> place & 1) for byte in range(256)
)


class Part(dict[int, tuple[Any, ...]]):
    """Of eight items those that a byte names."""

    __slots__ = ("_items",)

    def __init__(self, items: Sequence[Any]) -> None:
        super().__init__()
        self._items = items

    def __missing__(self, byte: int) -> tuple[Any, ...]:
        found = self[byte] = tuple(self._items[bit] for bit in BITS[byte])
        return found


def parts_of(items: Sequence[Any]) -> list[Part]:
    """Eight items at a time."""
    return [Part(items[start : start + BYTE]) for start in range(0, len(items), BYTE)]


def named_by(mask: int, parts: Sequence[Part]) -> list[Any]:
    """The items whose bits are set, a byte at a time."""
    found: list[Any] = []
    for part, byte in zip(parts, mask.to_bytes(len(parts), "little"), strict=True):
        if byte:
            found += part[byte]
    return found


__all__ = ["Column", "Opened", "Part", "bits", "named_by", "parts_of"]

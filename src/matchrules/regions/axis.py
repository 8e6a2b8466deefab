"""One column of a table: its values cut into cells, tests as masks of cells, and words for them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations, count
from math import ceil, floor
from typing import Literal

from attrs import frozen

from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Type,
    Value,
    YesNo,
    exact,
)

Key = int | Fraction
Tested = Literal["==", "!=", "<", "<=", ">", ">="]
_RANGES = 6  # that are written out
_LEAP = 2000  # a day of the year counts as its place in a leap year


@frozen
class Cell:
    """Values that no test parts: keys `low` to `high`, both in unless `open`; None is no end."""

    low: Key | None
    high: Key | None
    open: bool = False

    @property
    def single(self) -> bool:
        return self.low is not None and self.low == self.high


@frozen
class Axis:
    """The cells of one column, in order; `unknown` is the mask of the cell "unknown" (0: none).

    `keys` are the cuts in order; `starts[p]` is the number of cells before position p, where
    position 2i+1 is the i-th cut itself and 2i what lies between it and the one before.
    """

    name: str
    type: Type
    cells: tuple[Cell, ...]
    keys: tuple[Key, ...]
    starts: tuple[int, ...]
    constants: tuple[Value, ...]  # of texts and sets: key i is constants[i], the last key any other
    unknown: int

    @property
    def known(self) -> int:
        """The mask of every known value."""
        return (1 << len(self.cells)) - 1

    @property
    def whole(self) -> int:
        return self.known | self.unknown

    def mask(self, op: Tested, value: Value) -> int:
        """The known values v for which `v op value` holds; `value` must be one of the cuts."""
        if op == "!=":
            return self.known & ~self.mask("==", value)
        key = key_of(value, self.type, self.constants)
        at = bisect_left(self.keys, key)
        assert at < len(self.keys) and self.keys[at] == key
        last = 2 * len(self.keys)
        first, final = {
            "==": (2 * at + 1, 2 * at + 1), "<": (0, 2 * at), "<=": (0, 2 * at + 1),
            ">": (2 * at + 2, last), ">=": (2 * at + 1, last),
        }[op]  # fmt: skip
        return (1 << self.starts[final + 1]) - (1 << self.starts[first])

    def span(self, mask: int) -> tuple[Value | None, Value | None]:
        """The smallest and the largest known value of a mask, None where there is no bound; an open
        end counts as in."""
        runs = self._runs(mask)
        low, high = runs[0][0], runs[-1][1]
        return (
            None if low is None else value_of(low, self.type),
            None if high is None else value_of(high, self.type),
        )

    def members(self, mask: int) -> frozenset[Value]:
        """The known values of a mask of a column that is no range, with one for all others."""
        keys = [int(c.low or 0) for n, c in enumerate(self.cells) if mask >> n & 1]
        return frozenset(
            _another(self.type, self.constants) if self._other(key)
            else value_of(key, self.type, self.constants)
            for key in keys
        )  # fmt: skip

    @property
    def ranged(self) -> bool:
        """Whether its values are numbers or days, so that neighbours make a range."""
        return isinstance(self.type, Number | Date | AnyDayOfYear)

    def _runs(self, mask: int) -> list[tuple[Key | None, Key | None, bool, bool]]:
        """Neighbouring cells of a mask as (low, high, low is out, high is out)."""
        runs: list[tuple[Key | None, Key | None, bool, bool]] = []
        previous = -2
        for number, cell in enumerate(self.cells):
            if not mask >> number & 1:
                continue
            if number == previous + 1 and self._touch(self.cells[previous], cell):
                low, _, low_out, _ = runs.pop()
                runs.append((low, cell.high, low_out, cell.open))
            else:
                runs.append((cell.low, cell.high, cell.open, cell.open))
            previous = number
        return runs

    def _touch(self, one: Cell, other: Cell) -> bool:
        if one.high is None or other.low is None:
            return False
        return one.high == other.low or (_discrete(self.type) and one.high + 1 == other.low)

    def subject(self, mask: int) -> str:
        """The values after the column's name: `step2ck.score 233`."""
        return f"{self.name} {self._words(mask, subject=True)}"

    def condition(self, mask: int) -> str:
        """The values as a condition: `step2ck.status is passed`."""
        return f"{self.name} {self._words(mask, subject=False)}"

    def _words(self, mask: int, subject: bool) -> str:
        known = mask & self.known
        found = self._known_words(known, subject) if known else []
        if known and known == self.known and self.unknown:
            found = ["known"] if subject else ["is known"]
        if mask & self.unknown:
            found.append("unknown" if subject or found else "is unknown")
        return " or ".join(found)

    def _known_words(self, mask: int, subject: bool) -> list[str]:
        if self.ranged:
            ranges = self._ranges(mask, subject)
            if len(ranges) > _RANGES:
                ranges = [*ranges[: _RANGES - 1], f"{len(ranges) - _RANGES + 1} more ranges"]
            return ranges
        names, rest = [], False
        for number, cell in enumerate(self.cells):
            if mask >> number & 1:
                assert isinstance(cell.low, int)
                if self._other(cell.low):
                    rest = True
                else:
                    names.append(self._show(cell.low))
        if rest:
            missing = [
                self._show(key)
                for number, cell in enumerate(self.cells)
                if not mask >> number & 1 and not self._other(key := int(cell.low or 0))
            ]
            if len(missing) > 1:
                return [f"other than {', '.join(missing)}" if subject
                        else f"is none of {', '.join(missing)}"]  # fmt: skip
            return [f"other than {missing[0]}" if subject else f"is not {missing[0]}"]
        if subject:
            return names
        return [f"is {names[0]}"] if len(names) == 1 else [f"in ({', '.join(names)})"]

    def _other(self, key: int) -> bool:
        return not isinstance(self.type, Enum | YesNo) and key == len(self.constants)

    def _show(self, key: Key) -> str:
        return shown(value_of(key, self.type, self.constants), self.type)

    def _ranges(self, mask: int, subject: bool) -> list[str]:
        found = []
        for low, high, low_out, high_out in self._runs(mask):
            if low is None and high is None:
                found.append("any" if subject else "is known")
            elif low is None or high is None:
                end = self._show(high if low is None else low)  # type: ignore[arg-type]
                out = high_out if low is None else low_out
                sign = ("<" if low is None else ">") + ("" if out else "=")
                found.append(f"{sign} {end}")
            elif low == high:
                found.append(self._show(low) if subject else f"is {self._show(low)}")
            elif low_out or high_out:
                signs = (">" if low_out else ">=", "<" if high_out else "<=")
                found.append(f"{signs[0]} {self._show(low)} and {signs[1]} {self._show(high)}")
            else:
                both = f"{self._show(low)}..{self._show(high)}"
                found.append(both if subject else f"in {both}")
        return found


def axis(
    name: str,
    type_: Type,
    cuts: Iterable[Value],
    unknown: bool = True,
    low: Value | None = None,
    high: Value | None = None,
    only: frozenset[Value] | None = None,
) -> Axis:
    """The column of a head of that type, cut at the values that its tests name.

    `low` and `high` narrow the range of its type, `only` the values of an enum or yes_no.
    """
    constants: tuple[Value, ...] = ()
    bounds = _bounds(type_)
    if not isinstance(type_, Number | Date | AnyDayOfYear | Enum | YesNo):
        constants = tuple(sorted(set(cuts), key=_name))
        full = isinstance(type_, SetOf) and len(constants) == 2 ** len(type_.of.members)
        bounds = (0, len(constants) - (1 if full else 0))
    keys = {key_of(cut, type_, constants) for cut in (constants or cuts)}
    if isinstance(type_, Enum | YesNo):
        keys |= {*range(int(bounds[1] or 0) + 1)}
    if low is not None:
        narrow = key_of(low, type_)
        bounds = (narrow if bounds[0] is None else max(bounds[0], narrow), bounds[1])
    if high is not None:
        narrow = key_of(high, type_)
        bounds = (bounds[0], narrow if bounds[1] is None else min(bounds[1], narrow))
    if _discrete(type_):
        bounds = (
            None if bounds[0] is None else ceil(bounds[0]),
            None if bounds[1] is None else floor(bounds[1]),
        )
    else:  # a bound of a dense column is a cut, so that no cell lies across it
        keys |= {bound for bound in bounds if bound is not None}
    wanted = None if only is None else {key_of(value, type_) for value in only}
    ordered = sorted(keys)
    cells: list[Cell] = []
    starts = []
    for place in range(2 * len(ordered) + 1):
        starts.append(len(cells))
        cell = _cell(place, ordered, bounds, _discrete(type_))
        if cell is not None and (wanted is None or cell.low in wanted):
            cells.append(cell)
    starts.append(len(cells))
    return Axis(
        name, type_, tuple(cells), tuple(ordered), tuple(starts), constants,
        1 << len(cells) if unknown else 0,
    )  # fmt: skip


def _cell(
    place: int, keys: Sequence[Key], bounds: tuple[Key | None, Key | None], discrete: bool
) -> Cell | None:
    """What lies at a position inside the bounds, None where there is nothing."""
    low, high = bounds
    if place % 2:
        key = keys[place // 2]
        outside = (low is not None and key < low) or (high is not None and key > high)
        return None if outside or (discrete and key != floor(key)) else Cell(key, key)
    after = keys[place // 2 - 1] if place else None
    before = keys[place // 2] if place // 2 < len(keys) else None
    if discrete:
        first = _most(low, None if after is None else floor(after) + 1, max)
        last = _most(high, None if before is None else ceil(before) - 1, min)
        if first is not None and last is not None and first > last:
            return None
        return Cell(first, last)
    if after is not None and high is not None and after >= high:
        return None
    if before is not None and low is not None and before <= low:
        return None
    return Cell(after, before, open=True)


def _most(one: Key | None, other: Key | None, of: Callable[[Key, Key], Key]) -> Key | None:
    if one is None or other is None:
        return other if one is None else one
    return of(one, other)


def _bounds(type_: Type) -> tuple[Key | None, Key | None]:
    if isinstance(type_, Number):
        if type_.places is None:
            return (None, None)
        scale = 10**type_.places
        return (
            None if type_.low is None else exact(Fraction(type_.low * scale)),
            None if type_.high is None else exact(Fraction(type_.high * scale)),
        )
    if isinstance(type_, Date):
        return (date.min.toordinal(), date.max.toordinal())
    if isinstance(type_, AnyDayOfYear):
        return (1, 366)
    return (0, len(type_.members) - 1 if isinstance(type_, Enum) else 1)


def _discrete(type_: Type) -> bool:
    return not (isinstance(type_, Number) and type_.places is None)


def key_of(value: Value, type_: Type, constants: Sequence[Value] = ()) -> Key:
    """A number that stands for the value in its column, in the order of the type."""
    if isinstance(type_, Number):
        assert isinstance(value, int | Fraction)
        return value if type_.places is None else exact(Fraction(value * 10**type_.places))
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, DayOfYear):
        return date(_LEAP, value.month, value.day).toordinal() - date(_LEAP, 1, 1).toordinal() + 1
    if isinstance(type_, Enum):
        assert isinstance(value, str)
        return type_.members.index(value)
    if isinstance(value, bool):
        return int(value)
    return constants.index(value)


def value_of(key: Key, type_: Type, constants: Sequence[Value] = ()) -> Value:
    """The value that a key stands for; the "other" of texts and sets is no value."""
    if isinstance(type_, Number):
        return key if type_.places is None else exact(Fraction(key) / 10**type_.places)
    whole = int(key)
    if isinstance(type_, Date):
        return date.fromordinal(whole)
    if isinstance(type_, AnyDayOfYear):
        day = date.fromordinal(date(_LEAP, 1, 1).toordinal() + whole - 1)
        return DayOfYear(day.month, day.day)
    if isinstance(type_, Enum):
        return type_.members[whole]
    return bool(whole) if isinstance(type_, YesNo) else constants[whole]


def _another(type_: Type, constants: Sequence[Value]) -> Value:
    """A text or set that is none of those."""
    if isinstance(type_, SetOf):
        members = type_.of.members
        sets = (combinations(members, size) for size in range(len(members) + 1))
        return next(
            found for some in sets for one in some if (found := frozenset(one)) not in constants
        )
    return next(text for n in count(1) if (text := "…" * n) not in constants)


def shown(value: Value, type_: Type) -> str:
    """A value as an author writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return f"({', '.join(sorted(value))})"
    if isinstance(value, int | Fraction) and isinstance(type_, Number):
        places = type_.places
        if places is None:
            return f"{float(value):g}" if not isinstance(value, int) else str(value)
        scaled = int(value * 10**places)
        whole, part = divmod(abs(scaled), 10**places)
        return f"{'-' if scaled < 0 else ''}{whole}" + (f".{part:0{places}}" if places else "")
    if isinstance(value, str) and not isinstance(type_, Enum):
        return f'"{value}"'
    return str(value)


def _name(value: Value) -> list[str]:
    return sorted(value) if isinstance(value, frozenset) else [str(value)]

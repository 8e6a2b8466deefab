"""Plain mappings read in bulk. What is in any way unusual is not read here: `Unusual` is raised,
and the general way of reading a case, which knows all forms and tells all faults, is taken instead.

The checks on types come first, since values that are equal need not mean the same: `True == 1`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from operator import contains, itemgetter, lt
from typing import Any, Final

from matchrules.case.values import read_value
from matchrules.ir import FactDeclaration
from matchrules.types import (
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    YesNo,
    sort_key,
)

from .columns import LONGEST_KEPT, MOST_KEPT, Column

MOST_SIGNATURES: Final = 1_024
EXACT: Final = 2**53  # from here on equal numbers need not be written alike

_NOTHING: Final = type(None)


class Unusual(Exception):
    """Not for reading in bulk."""


def forms(type_: Type) -> frozenset[type]:
    """The Python types in which values of a type are usually given."""
    match type_:
        case YesNo():
            return frozenset({bool})
        case Number(places=0):
            return frozenset({int})
        case Number():
            return frozenset({int, float, str})
        case Date():
            return frozenset({date, str})
        case AnyDayOfYear():
            return frozenset({DayOfYear, str})
        case SetOf():
            return frozenset({list, tuple, set, frozenset})
    return frozenset({str})


def is_itself(type_: Type) -> bool:
    """Whether a value so given is the value of the language."""
    return isinstance(type_, YesNo | Text | Enum) or (
        isinstance(type_, Number) and type_.places == 0
    )


def frozen_set(given: Any) -> Any:
    """A set as it is given, as a key: a list may name a member twice."""
    if given is None:
        return None
    return tuple(given) if isinstance(given, list | tuple) else frozenset(given)


class Values(dict[Any, Any]):
    """From values as given, of the usual types, to those of the language."""

    __slots__ = ("type",)

    def __init__(self, type_: Type) -> None:
        super().__init__()
        self.type = type_

    def __missing__(self, given: Any) -> Any:
        value = _read(given, self.type)
        _keep(self, given, value)
        return value


class Scaled(Values):
    """From decimals as given to integers, so many of the last place."""

    def __missing__(self, given: Any) -> Any:
        value = _read(given, self.type)
        assert isinstance(self.type, Number)
        if value is not None:
            value = int(value * 10 ** (self.type.places or 0))
        _keep(self, given, value)
        return value


class Masks:
    """From values as given, of the usual types, to the masks of a column. What is in `kept`, a
    plain `dict`, is found there more quickly."""

    def __init__(self, type_: Type, column: Column) -> None:
        self.type, self.column = type_, column
        self.kept: dict[Any, int] = {}

    def __getitem__(self, given: Any) -> int:
        mask = self.kept.get(given)
        if mask is None:
            mask = self.column[_read(given, self.type)]
            _keep(self.kept, given, mask)
        return mask


def _keep(kept: dict[Any, Any], given: Any, found: Any) -> None:
    if isinstance(given, str | tuple) and len(given) > LONGEST_KEPT:
        return
    if isinstance(given, DayOfYear):  # one that cannot be read may be equal to one that can
        return
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[given] = found


def _read(given: Any, type_: Type) -> Any:
    if type(given) is float and not -EXACT < given < EXACT:
        raise Unusual
    if isinstance(type_, Number) and type_.places != 0 and type(given) is int and (
        not -EXACT < given < EXACT
    ):  # fmt: skip
        raise Unusual
    if isinstance(given, tuple | frozenset) and any(type(one) is not str for one in given):
        raise Unusual
    return read_value(given, type_)  # a `Misread` is told by the general way


class Single:
    """Reads a fact that is there once at most, as a row of its attributes."""

    def __init__(self, declaration: FactDeclaration) -> None:
        attributes = declaration.attributes
        self.declaration = declaration
        self.names = tuple(attributes)
        self.known = frozenset(attributes)
        self.nothing = (None,) * len(attributes)
        self.values = [Values(attribute.type) for attribute in attributes.values()]
        self.whole: Callable[[Mapping[str, Any]], Any] | None = (
            itemgetter(*self.names) if len(self.names) > 1 else None
        )
        self._forms = [_allowed(a.type, a.required) for a in attributes.values()]
        self.seen: set[tuple[type, ...]] = set()

    def usual(self, row: tuple[Any, ...], signature: tuple[type, ...]) -> tuple[Any, ...]:
        """The row, where the types of its values are the usual ones; a `Decimal` as text, since it
        can be equal to a float that means another number."""
        if Decimal in signature:
            row = tuple(
                str(one) if type(one) is Decimal and float in allowed else one
                for one, allowed in zip(row, self._forms, strict=True)
            )
            signature = tuple(map(type, row))
        if not all(map(contains, self._forms, signature)):
            raise Unusual
        if len(self.seen) < MOST_SIGNATURES:
            self.seen.add(signature)
        return row

    def instance(self, row: Sequence[Any] | None) -> tuple[dict[str, Any], ...]:
        """The fact as a case has it."""
        if row is None:
            return ()
        return ({
            name: values[given] for name, values, given in zip(
                self.names, self.values, row, strict=True
            )
        },)  # fmt: skip


class Many:
    """Reads the instances of a many-fact, as columns in canonical order."""

    def __init__(self, declaration: FactDeclaration) -> None:
        attributes = declaration.attributes
        self.declaration = declaration
        self.names = tuple(attributes)
        self.known = frozenset(attributes)
        self._whole = itemgetter(*self.names) if len(self.names) > 1 else None
        self._readers = [_column_reader(a.type, a.required) for a in attributes.values()]
        self._keys = [self.names.index(key) for key in declaration.keys]
        order = sorted(attributes.values(), key=lambda a: a.never_read)
        self._order = [(self.names.index(a.name), a.type) for a in order]
        # Decimals that are wanted as integers as well: their columns follow the others.
        self.scaled: dict[str, int] = {}
        self._integers = {
            name: Scaled(a.type) for name, a in attributes.items() if isinstance(a.type, Number)
        }

    @property
    def nothing(self) -> tuple[Any, ...]:
        """The columns where there are none."""
        return ((),) * (len(self.names) + len(self.scaled))

    def __call__(self, given: Any) -> Sequence[Sequence[Any]]:
        """The columns."""
        if type(given) is not list and type(given) is not tuple:
            raise Unusual
        if not given:
            return self.nothing
        given = list(given)
        if not self.names or set(map(type, given)) != {dict}:
            raise Unusual
        count, width = len(given), len(self.names)
        if self._whole is not None and set(map(len, given)) == {width}:
            rows: Iterable[Any] = map(self._whole, given)  # a `KeyError` is told by the general way
        else:
            if not all(map(self.known.issuperset, given)):
                raise Unusual
            rows = (tuple(map(one.get, self.names)) for one in given)
        values = list(chain.from_iterable(rows))
        raw = [values[place::width] for place in range(width)]
        columns = [read(column) for read, column in zip(self._readers, raw, strict=True)]
        for name in self.scaled:
            integers = self._integers[name]
            columns.append([integers[one] for one in raw[self.names.index(name)]])
        if count > (self.declaration.bound or 0):
            raise Unusual
        if self._keys:
            keys = [columns[place] for place in self._keys]
            if len(set(keys[0] if len(keys) == 1 else zip(*keys, strict=True))) != count:
                raise Unusual
        return self._in_order(columns, count)

    def _in_order(self, columns: list[Sequence[Any]], count: int) -> list[Sequence[Any]]:
        first, type_ = self._order[0]
        column = columns[first]
        if isinstance(type_, Number | Text | Date) and None not in column:
            if all(map(lt, column, column[1:])):
                return columns
            if len(set(column)) == count:
                places = sorted(range(count), key=column.__getitem__)
                return [[one[place] for place in places] for one in columns]
        ranked = []
        for place, type_ in self._order:
            ranks = {value: sort_key(value, type_) for value in set(columns[place])}
            ranked.append([ranks[value] for value in columns[place]])
        keys = list(zip(*ranked, strict=True))
        places = sorted(range(count), key=keys.__getitem__)
        return [[one[place] for place in places] for one in columns]

    def instances(self, columns: Sequence[Sequence[Any]]) -> tuple[dict[str, Any], ...]:
        """The facts as a case has them."""
        names = self.names
        rows = zip(*columns[: len(names)], strict=True)
        return tuple([dict(zip(names, row, strict=True)) for row in rows])


def _allowed(type_: Type, required: bool) -> frozenset[type]:
    return forms(type_) if required else forms(type_) | {_NOTHING}


def _column_reader(type_: Type, required: bool) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Reads all values of an attribute."""
    allowed, values = _allowed(type_, required), Values(type_)
    members = frozenset(type_.members) | {None} if isinstance(type_, Enum) else frozenset()
    low, high = (type_.low, type_.high) if isinstance(type_, Number) else (None, None)
    whole = isinstance(type_, Number) and type_.places == 0
    few: frozenset[int] = frozenset()
    if whole and low is not None and high is not None and high - low < MOST_KEPT:
        few = frozenset(range(int(low), int(high) + 1))

    def read(column: Sequence[Any]) -> Sequence[Any]:
        found = set(map(type, column))
        if not found <= allowed:
            raise Unusual
        if isinstance(type_, YesNo):
            return column
        if isinstance(type_, Enum):
            if not members.issuperset(column):
                raise Unusual
            return column
        if whole and _NOTHING not in found:
            if few:
                if not few.issuperset(column):
                    raise Unusual
            elif (low is not None and min(column) < low) or (
                high is not None and max(column) > high
            ):
                raise Unusual
            return column
        if isinstance(type_, Text) and _NOTHING not in found and all(map(str.isascii, column)):
            return column
        if isinstance(type_, SetOf):
            column = [frozen_set(one) for one in column]
        return [values[one] for one in column]

    return read


__all__ = ["Many", "Single", "Unusual", "Values", "frozen_set", "is_itself"]

"""Rule bases as JSON that is quick to read back, with examples, properties and places in files.

Unlike the trees of `ir.json`, everything is in one list, each thing after what it is made of: first
strings, numbers, yes, no and none as they are, then groups of things of one kind. A group has a
column for each field, and a column holds the places of values in the list; one of a field that is
declared `int` holds the numbers themselves. A column, but for the first, that is the same all the
way down is that one number. So a group is read by a few calls of `map`, and nothing is done in
Python for one node alone.

Types, places in files, dates and tuples are kept once. Anything else stands for itself, as often as
it did: what is told of one node is never told of another that only reads the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from hashlib import sha256
from itertools import repeat
from operator import attrgetter
from typing import Any, Final, get_args

from attrs import fields

from matchrules import ir
from matchrules.ir.collecting import collecting_later
from matchrules.text import Span
from matchrules.types import DayOfYear, Type

_ONCE: Final = (*get_args(Type), Span, DayOfYear, ir.Cite)
_NODES: Final[Mapping[str, Any]] = {
    one.__name__: one
    for one in (*vars(ir).values(), *_ONCE)
    if isinstance(one, type) and hasattr(one, "__attrs_attrs__")
}
_OWN: Final = {"mapping", *_NODES} - {one.__name__ for one in _ONCE}  # never taken for another
_SCALARS: Final = frozenset({str, int, bool, type(None)})


class NoRuleBases(ValueError):
    """What is read was not written by `to_columns`."""


def to_columns(bases: tuple[ir.RuleBase, ...]) -> dict[str, Any]:
    """The rule bases as plain lists; the same ones give the same lists in every process."""
    return _Writer().written(bases)


@collecting_later()
def from_columns(tree: Any) -> tuple[ir.RuleBase, ...]:
    """The rule bases that `to_columns` made this of.

    Raises `NoRuleBases` where it plainly made it of none. That all fits together is not checked
    again: whoever keeps such lists makes sure by a hash that they are what was written.
    """
    try:
        made = list(tree["scalars"])
        get = made.__getitem__
        for kind, *columns in tree["groups"]:
            made.extend(_reader(kind)(get, columns))
        bases = made[tree["bases"]]
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as fault:
        raise NoRuleBases(str(fault)) from None
    if not (isinstance(bases, tuple) and bases and all(isinstance(b, ir.RuleBase) for b in bases)):
        raise NoRuleBases("there are no rule bases in it")
    return bases


@cache
def shape() -> str:
    """A hash of what rule bases are made of, another one as soon as a node has another field."""
    made = {name: [one.name for one in fields(node)] for name, node in sorted(_NODES.items())}
    return sha256(repr(made).encode()).hexdigest()[:16]


_Get = Callable[[int], Any]
_Columns = Sequence[list[int] | int]


def _values(get: _Get, column: list[int] | int) -> Iterable[Any]:
    return map(get, column) if isinstance(column, list) else repeat(get(column))


def _found(get: _Get, columns: _Columns) -> list[Iterable[Any]]:
    return [_values(get, column) for column in columns]


def _tuples(get: _Get, columns: _Columns) -> list[Any]:
    # the first of the columns is a list, and all of them as long, or without end
    return list(zip(*_found(get, columns), strict=False)) if columns else [()]


def _mappings(get: _Get, columns: _Columns) -> list[Any]:
    return list(map(dict, map(zip, *_found(get, columns))))


@cache
def _reader(kind: str) -> Callable[[_Get, _Columns], list[Any]]:
    """What makes a group of one kind of its columns."""
    if kind == "tuple":
        return _tuples
    if kind == "mapping":
        return _mappings
    if kind in _MADE:
        make = _MADE[kind]
        return lambda get, columns: list(map(make, *_found(get, columns)))
    node = _NODES[kind]
    size, plain = len(fields(node)), _plain(node)

    def nodes(get: _Get, columns: _Columns) -> list[Any]:
        if len(columns) != size:
            raise NoRuleBases(f"a {kind} has {size} fields, not {len(columns)}")
        if not columns:
            return [node()]
        values = (
            (one if isinstance(one, list) else repeat(one)) if at in plain else _values(get, one)
            for at, one in enumerate(columns)
        )
        return list(map(node, *values))

    return nodes


_MADE: Final[Mapping[str, Callable[..., Any]]] = {
    "date": date.fromisoformat,
    "fraction": Fraction,
    "set": frozenset,
}


@cache
def _plain(node: Any) -> frozenset[int]:
    """The fields, by place, whose columns hold the numbers themselves."""
    return frozenset(at for at, one in enumerate(fields(node)) if one.type is int)


@cache
def _parts(node: Any) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of the fields of a node."""
    names = [one.name for one in fields(node)]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


class _Writer:
    """Numbers everything in the order in which it is come across, what is inside first."""

    def __init__(self) -> None:
        self._known: dict[Any, int] = {}  # by value, or by what it is made of
        self._seen: dict[int, int] = {}  # by identity
        self._kept: list[Any] = []  # so that identities stay its own
        # of each thing: how deep it is, its kind, and what it is made of
        self._depth: list[int] = []
        self._kind: list[str] = []
        self._made_of: list[tuple[Any, ...]] = []

    def written(self, bases: tuple[ir.RuleBase, ...]) -> dict[str, Any]:
        self._number(bases)
        scalars: list[Any] = []
        groups: dict[tuple[int, str, int], list[int]] = {}
        place = [0] * len(self._kind)
        for n, kind in enumerate(self._kind):
            if kind:
                key = (self._depth[n], kind, len(self._made_of[n]))
                groups.setdefault(key, []).append(n)
            else:
                place[n] = len(scalars)
                scalars.append(self._made_of[n][0])
        last = len(scalars)
        written = []
        for key in sorted(groups):
            for last, n in enumerate(groups[key], last):  # noqa: B020 - numbers go on
                place[n] = last
            last += 1
            written.append([key[1], *self._columns(key[1], groups[key], place)])
        return {"scalars": scalars, "groups": written, "bases": place[self._seen[id(bases)]]}

    def _columns(self, kind: str, group: list[int], place: list[int]) -> list[list[int] | int]:
        columns = zip(*(self._made_of[n] for n in group), strict=True)
        plain = _plain(_NODES[kind]) if kind in _NODES else ()
        written: list[list[int] | int] = []
        for at, column in enumerate(columns):
            numbers = list(column) if at in plain else [place[n] for n in column]
            same = at > 0 and len(set(numbers)) == 1
            written.append(numbers[0] if same else numbers)
        return written

    def _number(self, top: Any) -> None:
        # a stack of its own: rules may nest deeper than calls can
        seen = self._seen
        stack: list[tuple[Any, str | None, tuple[Any, ...]]] = [(top, None, ())]
        while stack:
            value, kind, inside = stack.pop()
            if kind is None:
                if id(value) in seen:
                    continue
                kind, inside = self._taken_apart(value)
                open_ = [
                    (one, None, ()) for one in inside
                    if type(one) not in _SCALARS and id(one) not in seen
                ]  # fmt: skip
                if open_:
                    stack.append((value, kind, inside))
                    stack.extend(reversed(open_))
                    continue
            seen[id(value)] = self._placed(kind, inside)
            self._kept.append(value)

    def _taken_apart(self, value: Any) -> tuple[str, tuple[Any, ...]]:
        kind: Any = type(value)
        if kind.__name__ in _NODES:
            return kind.__name__, _parts(kind)(value)
        if kind is tuple:
            return "tuple", value
        if isinstance(value, Mapping):
            found: tuple[Any, ...] = (tuple(value), tuple(value.values()))
            kind_name = "mapping"
        elif kind is frozenset:
            found, kind_name = (tuple(sorted(value)),), "set"
        elif kind is Fraction:
            found, kind_name = (value.numerator, value.denominator), "fraction"
        else:
            assert kind is date, f"{kind.__name__} is nothing that rules are made of"
            found, kind_name = (value.isoformat(),), "date"
        self._kept.append(found)
        return kind_name, found

    def _scalar(self, value: Any) -> int:
        # yes is 1 and no is 0 to a mapping
        key = value if type(value) is str else (type(value), value)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._new(0, "", (value,))
        return found

    def _placed(self, kind: str, inside: tuple[Any, ...]) -> int:
        seen, scalar, depth = self._seen, self._scalar, self._depth
        plain = _plain(_NODES[kind]) if kind in _NODES else ()
        refer = [one for at, one in enumerate(inside) if at not in plain] if plain else inside
        found = [scalar(one) if type(one) in _SCALARS else seen[id(one)] for one in refer]
        below = max([depth[n] for n in found], default=0)
        if plain:
            rest = iter(found)
            found = [one if at in plain else next(rest) for at, one in enumerate(inside)]
        numbers = tuple(found)
        if kind in _OWN:
            return self._new(below + 1, kind, numbers)
        known = self._known.get((kind, numbers))
        if known is None:
            known = self._known[kind, numbers] = self._new(below + 1, kind, numbers)
        return known

    def _new(self, depth: int, kind: str, made_of: tuple[Any, ...]) -> int:
        self._depth.append(depth)
        self._kind.append(kind)
        self._made_of.append(made_of)
        return len(self._kind) - 1


__all__ = ["NoRuleBases", "from_columns", "shape", "to_columns"]

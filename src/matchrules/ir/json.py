"""A rule base as JSON, and back: for records, which carry the rules that they were made with.

A node is an array of the name of its class and its fields in order of declaration; fields that take
no part in equality (where something is written) are left out. Types are listed once and referred to
by number. Examples and properties decide nothing and are left out.
"""

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from attrs import fields, has

from matchrules.diagnostics.model import Diagnostic, RecordErrors
from matchrules.ir.base import RuleBase
from matchrules.ir.closed import undeclared
from matchrules.types import DayOfYear, Type

_TYPES: Final = get_args(Type)
_LEFT_OUT: Final = {RuleBase: ("properties", "examples")}
_FRACTION: Final = re.compile(r"-?[0-9]{1,200}/[1-9][0-9]{0,199}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def to_json(base: RuleBase) -> dict[str, Any]:
    """The rule base as plain lists and mappings; equal bases give equal ones."""
    types: dict[Type, int] = {}
    written: list[Any] = []

    def plain(value: Any) -> Any:
        if value is None or isinstance(value, str | bool | int):
            return value
        if isinstance(value, _TYPES):
            if value not in types:
                node = _node(value, plain)  # before the number: what is inside comes first
                types[value] = len(written)
                written.append(node)
            return {"type": types[value]}
        if isinstance(value, DayOfYear):
            return {"day": [value.month, value.day]}
        if has(type(value)):
            return _node(value, plain)
        if isinstance(value, tuple):
            return [plain(item) for item in value]
        if isinstance(value, Mapping):
            return {name: plain(item) for name, item in value.items()}
        if isinstance(value, date):
            return {"date": value.isoformat()}
        if isinstance(value, Fraction):
            return value.numerator if value.denominator == 1 else {"fraction": str(value)}
        assert isinstance(value, frozenset)
        return {"set": sorted(value)}

    whole = plain(base)
    return {"types": written, "base": whole}


def _node(value: Any, plain: Any) -> list[Any]:
    cls: Any = type(value)
    return [cls.__name__, *(plain(getattr(value, name)) for name in _fields(cls))]


def from_json(tree: Any) -> RuleBase:
    """The rule base that `to_json` made this of, without places in files.

    Raises `RecordErrors` where it is none, or does not declare what it names. That types fit is
    not checked again: it was before the rules were written.
    """
    try:
        if not isinstance(tree, Mapping) or set(tree) != {"types", "base"}:
            raise _Unread("rules are an object with `types` and `base`")
        base = _Reader(tree["types"]).base(tree["base"])
        name = undeclared(base)
        if name is None:
            return base
        message = f"cannot read the rules of a record: `{name[:60]}` is not declared in them"
    except _Unread as fault:
        message = f"cannot read the rules of a record: {fault}"
    except RecursionError:
        message = "cannot read the rules of a record: they nest too deep"
    raise RecordErrors([
        Diagnostic("MR904", message, help="get the record anew from where it was made: rules in a "
                   "record are written by matchrules, not by hand")
    ])  # fmt: skip


class _Unread(Exception):
    """What is wrong with the tree."""


class _Reader:
    """Reads trees by the declared types of the fields that they are for."""

    def __init__(self, types: Any) -> None:
        self._types: list[Type] = []
        if not isinstance(types, list):
            raise _Unread("`types` is no list")
        for tree in types:
            self._types.append(self._node(tree, _TYPES, "types"))

    def base(self, tree: Any) -> RuleBase:
        found: RuleBase = self._node(tree, (RuleBase,), "base")
        return found

    def _node(self, tree: Any, classes: tuple[Any, ...], where: str) -> Any:
        names = {cls.__name__: cls for cls in classes}
        if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
            raise _Unread(f"`{where}` holds no node")
        cls = names.get(tree[0])
        if cls is None:
            raise _Unread(f"`{where}` cannot be {_short(tree[0])}")
        declared = _fields(cls)
        if len(tree) != len(declared) + 1:
            raise _Unread(f"a {cls.__name__} has {len(declared)} fields, not {len(tree) - 1}")
        return cls(**{
            name: self._value(part, options, f"{cls.__name__}.{name}")
            for (name, options), part in zip(declared.items(), tree[1:], strict=True)
        })  # fmt: skip

    def _value(self, tree: Any, options: tuple[Any, ...], where: str) -> Any:
        if tree is None or isinstance(tree, bool | int | str):
            if type(tree) in options or _named(tree, options):
                return tree
        elif isinstance(tree, list):
            for option in options:
                if get_origin(option) is tuple:
                    parts = get_args(option)
                    if len(tree) and isinstance(tree[0], str) and _class_of(tree[0], options):
                        break
                    return self._items(tree, parts, where)
            return self._node(tree, _classes(options), where)
        elif isinstance(tree, dict):
            for option in options:
                if get_origin(option) is Mapping:
                    inside = _options(get_args(option)[1])
                    return {name: self._value(item, inside, where) for name, item in tree.items()}
            return self._tagged(tree, options, where)
        raise _Unread(f"`{where}` cannot be {_short(tree)}")

    def _items(self, tree: list[Any], parts: tuple[Any, ...], where: str) -> tuple[Any, ...]:
        if parts[-1] is Ellipsis:
            options = _options(parts[0])
            return tuple(self._value(item, options, where) for item in tree)
        if len(tree) != len(parts):
            raise _Unread(f"`{where}` needs {len(parts)} items")
        pairs = zip(tree, parts, strict=True)
        return tuple(self._value(item, _options(part), where) for item, part in pairs)

    def _tagged(self, tree: dict[str, Any], options: tuple[Any, ...], where: str) -> Any:
        match tree:
            case {"type": int(number)} if 0 <= number < len(self._types) and number is not True:
                if isinstance(self._types[number], _classes(options)):
                    return self._types[number]
            case {"date": str(day)} if date in options and _DAY.fullmatch(day):
                try:
                    return date.fromisoformat(day)
                except ValueError:
                    pass
            case {"fraction": str(ratio)} if Fraction in options and _FRACTION.fullmatch(ratio):
                found = Fraction(ratio)
                if str(found) == ratio:
                    return found
            case {"day": [int(month), int(day)]} if DayOfYear in options:
                if 1 <= month <= 12 and 1 <= day <= 31:
                    return DayOfYear(month, day)
            case {"set": [*members]} if all(isinstance(m, str) for m in members):
                if any(get_origin(option) is frozenset for option in options):
                    return frozenset(members)
        raise _Unread(f"`{where}` cannot be {_short(tree)}")


@cache
def _fields(cls: Any) -> dict[str, tuple[Any, ...]]:
    """The fields of a node that are written, each with what it may hold."""
    hints = get_type_hints(cls)
    return {
        field.name: _options(hints[field.name])
        for field in fields(cls)
        if field.eq and field.name not in _LEFT_OUT.get(cls, ())
    }


@cache
def _options(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) in (Union, UnionType):
        return tuple(option for part in get_args(hint) for option in _options(part))
    return (NoneType,) if hint is None else (hint,)


@cache
def _classes(options: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(option for option in options if isinstance(option, type) and has(option))


def _class_of(name: str, options: tuple[Any, ...]) -> bool:
    return any(cls.__name__ == name for cls in _classes(options))


def _named(tree: Any, options: tuple[Any, ...]) -> bool:
    """Whether it is one of the values that a `Literal` lists."""
    return any(
        get_origin(option) is Literal
        and any(tree == one and type(tree) is type(one) for one in get_args(option))
        for option in options
    )


def _short(tree: Any) -> str:
    if isinstance(tree, str):
        return f"`{tree[:40]}`"
    if tree is None or isinstance(tree, bool | int):
        return f"`{str(tree)[:40]}`"
    return "a list" if isinstance(tree, list) else "an object"


__all__ = ["from_json", "to_json"]

"""Values as texts print them, and as JSON has them."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from matchrules.ir import RuleBase, Segment, Template
from matchrules.types import DayOfYear, SetOf, Type, Value, python_value

Key = tuple[Value, ...]  # of an instance: the values of its key attributes; () for a single fact


def render_value(value: Value | None, type_: Type, base: RuleBase) -> str | None:
    """A value as texts print it (language.md 2.13); None stays None."""
    if value is None:
        return None
    if isinstance(value, frozenset):
        assert isinstance(type_, SetOf)
        labels = base.enums[type_.of.name].labels
        names = [labels[m] for m in type_.of.members if m in value]
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        enum = base.enums.get(getattr(type_, "name", ""))
        return enum.labels[value] if enum is not None else value
    if isinstance(value, date):
        return value.isoformat()
    return str(python_value(value, type_))


def render_text(template: Template, values: Sequence[str | None]) -> str:
    """The text with its holes filled: `values` of `template.holes`, in their order. An unknown
    prints as not known, or leaves out the segment that it is in (13)."""
    rest = iter(values)
    said: list[str] = []
    for part in template.parts:
        if isinstance(part, Segment):
            inside = [p if isinstance(p, str) else next(rest) for p in part.parts]
            if None not in inside:
                said += filter(None, inside)
        elif isinstance(part, str):
            said.append(part)
        else:
            value = next(rest)
            said.append("not known" if value is None else value)
    return "".join(said)


def plain_value(value: Value | None, type_: Type | None) -> Any:
    """A value as JSON has it."""
    return as_plain(value if type_ is None else python_value(value, type_))


def about_of(key: Key | None) -> Any:
    """A key as users see it: the value itself where it is one, else the tuple."""
    return key[0] if key is not None and len(key) == 1 else key


def as_plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {
            key
            if isinstance(key, str)
            else json.dumps(as_plain(key), ensure_ascii=False): as_plain(item)
            for key, item in value.items()
        }
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [as_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, Decimal | Fraction | DayOfYear)
    return str(value)

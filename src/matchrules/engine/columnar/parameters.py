"""Values of parameters: constants of a span of days, or looked up by a date or a key."""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

import polars as pl

from matchrules.ir import ParameterDeclaration
from matchrules.types import Enum, Number, Type, Value, YesNo

from .forms import EPOCH, WIDTHS, Form, Scaled, form_of, inner, scaled, whole
from .nodes import Graph, Node
from .numbers import shape

Dated = tuple[list[date], list[Value]]


def looked_up(
    graph: Graph,
    declared: ParameterDeclaration,
    today: date,
    on: Node | None,
    key: Node | None,
    change: Callable[[Any], Any] | None = None,
) -> Node:
    """The value of a parameter for the key on the day of the node `on`, or `today`; `change` is
    applied to each value first."""
    starts = [date.min]
    if on is not None:
        starts = sorted({r.start or date.min for r in declared.rows} | {date.min})
    keys: list[Value | None] = list({r.key: None for r in declared.rows}) if key else [None]
    entries = [
        [_value(declared, k, today if on is None else start, change) for start in starts]
        for k in keys
    ]
    form, values = _column([v for row in entries for v in row], declared.type)
    if on is None and key is None:
        return graph.constant(values[0], form)
    days = [(start.toordinal() - EPOCH) for start in starts[1:]]
    table = pl.Series(values, dtype=form.dtype)
    width = len(starts)
    places = None if key is None else _places(keys, declared.key, key)

    def make(*parts: pl.Expr) -> pl.Expr:
        index = pl.lit(0, dtype=pl.UInt32)
        rest = list(parts)
        if places is not None:
            index = places(rest.pop(0)).cast(pl.UInt32) * pl.lit(width, dtype=pl.UInt32)
        if rest:
            for day in days:
                index = index + (rest[0] >= pl.lit(day, dtype=pl.Int32)).cast(pl.UInt32)
            if not days:
                index = pl.when(rest[0].is_not_null()).then(index)
        return pl.lit(table).gather(index)

    given = [n for n in (key, on) if n is not None]
    return graph.step(
        ("parameter", declared.name, today if on is None else None, change is not None), make,
        given, form, sure=False, twice=(len(given) - 1,) * len(days),
    )  # fmt: skip


def _value(
    declared: ParameterDeclaration, key: Value | None, day: date, change: Any
) -> Value | None:
    rows = [r for r in declared.rows if r.key == key and (r.start is None or r.start <= day)]
    if not rows:
        return None
    return change(rows[-1].value) if change is not None else rows[-1].value


def _column(values: Sequence[Value | None], type_: Type) -> tuple[Form, list[Any]]:
    """Known values, and unknown ones, in one form."""
    if not isinstance(type_, Number):
        return form_of(type_), [None if v is None else inner(v, type_)[1] for v in values]
    numbers = [None if v is None else Fraction(v) for v in values]  # type: ignore[arg-type]  # of a number
    known = [n for n in numbers if n is not None]
    den = lcm(1, *(n.denominator for n in known))
    whole = [None if n is None else int(n * den) for n in numbers]
    ends = [n for n in whole if n is not None] or [0]
    return scaled(den, min(ends), max(ends)), whole


def _places(
    keys: Sequence[Value | None], type_: Type | None, node: Node
) -> Callable[[pl.Expr], pl.Expr]:
    """Which of the keys a value is, null if none."""
    assert type_ is not None
    if isinstance(type_, Enum):
        place = {k: n for n, k in enumerate(keys)}
        members = pl.Series([place.get(m) for m in type_.members], dtype=pl.UInt32)
        return lambda e: pl.lit(members).gather(e.cast(pl.UInt32))
    held: list[Any] = []
    places: list[int] = []
    for place_of, key in enumerate(keys):
        assert key is not None
        if isinstance(node.form, Scaled):
            number = Fraction(key) * shape(node).den  # type: ignore[arg-type]  # of a number
            if number.denominator != 1 or not _fits(int(number), node.form.dtype):
                continue
            held.append(int(number))
        else:
            held.append(inner(key, type_)[1])
        places.append(place_of)
    if isinstance(type_, YesNo):
        found = dict(zip(held, places, strict=True))
        both = pl.Series([found.get(False), found.get(True)], dtype=pl.UInt32)
        return lambda e: pl.lit(both).gather(e.cast(pl.UInt32))
    if not held:
        return lambda e: pl.lit(None, dtype=pl.UInt32)
    of = pl.Series(held, dtype=node.form.dtype)
    return lambda e: e.replace_strict(of, pl.Series(places, dtype=pl.UInt32), default=None,
                                      return_dtype=pl.UInt32)  # fmt: skip


def _fits(number: int, dtype: Any) -> bool:
    return WIDTHS.index(whole(number, number)) <= WIDTHS.index(dtype)


__all__ = ["looked_up"]

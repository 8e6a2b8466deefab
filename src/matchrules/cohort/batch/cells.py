"""Values of JSON as columns. A value that is not plainly of its declared type is left to the strict
reader of single cases, which knows what else may be meant, and the words for what is not."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from matchrules.types import Number, SetOf, Type, YesNo

if TYPE_CHECKING:
    import polars as pl

_EXACT: Final = 2**53  # up to here a float holds every whole number
_WHOLE: Final = 2**63
_NONE: Final = frozenset({type(None)})


def misfits(values: Sequence[Any], type_: Type) -> list[int]:
    """The places of those values that are not plainly of that type; None is of every type."""
    wanted = _plain_types(type_)
    fine = set(map(type, values)) - _NONE <= wanted
    if fine and isinstance(type_, Number):
        # the extremes are all that needs a look
        known = [value for value in values if value is not None]
        fine = not known or (_fits(min(known), type_, wanted) and _fits(max(known), type_, wanted))
    elif fine and isinstance(type_, SetOf):
        members = chain.from_iterable(value for value in values if value is not None)
        fine = set(map(type, members)) <= {str}
    if fine:
        return []
    return [i for i, value in enumerate(values) if not _fits(value, type_, wanted)]


def _plain_types(type_: Type) -> frozenset[type]:
    if isinstance(type_, YesNo):
        return frozenset({bool})
    if isinstance(type_, Number):
        return frozenset({int}) if type_.places == 0 else frozenset({int, float})
    if isinstance(type_, SetOf):
        return frozenset({list})
    return frozenset({str})


def _fits(value: Any, type_: Type, wanted: frozenset[type]) -> bool:
    if value is None:
        return True
    if type(value) not in wanted:
        return False
    if isinstance(type_, Number):
        return bool(abs(value) < (_WHOLE if type_.places == 0 else _EXACT))
    if isinstance(type_, SetOf):
        return all(type(member) is str for member in value)
    return True


def column(name: str, values: Sequence[Any], type_: Type) -> "pl.Series":
    """A column of values that fit, or that were told as plain by the reader of single cases: there
    decimals are texts."""
    import polars as pl

    if isinstance(type_, YesNo):
        return pl.Series(name, values, pl.Boolean)
    if isinstance(type_, SetOf):
        return pl.Series(name, values, pl.List(pl.String))
    if not isinstance(type_, Number):
        return pl.Series(name, values, pl.String)
    if type_.places == 0:
        large = any(value is not None and abs(value) >= _WHOLE for value in values)
        return pl.Series(name, values, pl.Int128 if large else pl.Int64)
    if str in set(map(type, values)):
        return pl.Series(name, [None if v is None else _digits(v) for v in values], pl.String)
    return pl.Series(name, values, pl.Float64, strict=False)  # whole numbers among them


def text_of_day(value: Any) -> Any:
    """A day in the form of files."""
    return value.isoformat() if isinstance(value, date) else value


def _digits(value: float | int | str) -> str:
    """A number in digits: of a float, those that its author wrote."""
    return value if isinstance(value, str) else format(Decimal(repr(value)), "f")


__all__ = ["column", "misfits", "text_of_day"]

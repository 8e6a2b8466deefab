"""Valid cases as columns."""

from collections.abc import Mapping

import polars as pl
from attrs import field, frozen

from matchrules.types import AnyDayOfYear, Date, Enum, Number, SetOf, Type, YesNo

THERE = "@there"
CASE = "@case"


@frozen(eq=False)
class Columns:
    """Valid cases, all under one rule base and one span of parameter values.

    `as_of` has one day for each case, in case order; no value of a parameter starts between two of
    them. `facts` has every declared fact:

    - of a single fact one row a case, in case order, with the Boolean column `@there`;
    - of a many-fact one row an instance, with `@case` (UInt32, the row of its case), sorted by it,
      those of one case in canonical order, each key once.

    Every declared attribute is a column of its name, null where unknown, in the form that
    `dtype_of` tells: an enum's members by their place, a number times 10 to its places, a day of
    the year as month * 100 + day, a set as bits by the places of its members.
    """

    as_of: pl.Series
    facts: Mapping[str, pl.DataFrame] = field(repr=False)

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return len(self.as_of)


def dtype_of(type_: Type) -> pl.DataType:
    """The form in which columns of a type go in and come out."""
    match type_:
        case YesNo():
            return pl.Boolean()
        case Number():
            ends = [end for end in (type_.low, type_.high) if end is not None]
            wide = any(abs(end) * 10 ** (type_.places or 0) >= 2**63 for end in ends)
            return pl.Int128() if wide else pl.Int64()
        case Date():
            return pl.Date()
        case AnyDayOfYear() | Enum():
            return pl.Int16()
        case SetOf():
            return pl.UInt64()
    return pl.String()


__all__ = ["CASE", "THERE", "Columns", "dtype_of"]

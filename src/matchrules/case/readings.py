"""Values that were read before, kept for the next time."""

from datetime import date
from typing import Any, Final

from matchrules.case.values import read_value
from matchrules.types import Type, Value

MOST_KEPT: Final = 4_096  # for one attribute
LONGEST_KEPT: Final = 1_000  # characters of a text
# Not `Decimal`: 1 and 1.0 are equal, and only one of them is an integer as written.
_OWN: Final = (int, str, bool, float, date, type(None))


class Readings(dict[tuple[type, Any], Value | None]):
    """From the class of what was given, and itself, to the value that it means for one type; read
    by `read_value` when it is met first. Raises what that raises, and `TypeError` for what cannot
    be a key."""

    __slots__ = ("type",)

    def __init__(self, type_: Type) -> None:
        self.type = type_

    def __missing__(self, given: tuple[type, Any]) -> Value | None:
        value = read_value(given[1], self.type)
        # Equal things of one of these classes mean the same.
        if given[0] in _OWN and len(self) < MOST_KEPT and not (
            given[0] is str and len(given[1]) > LONGEST_KEPT
        ):  # fmt: skip
            self[given] = value
        return value

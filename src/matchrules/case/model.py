"""A validated case, as every evaluator reads it."""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from matchrules.types import Value

Instance = Mapping[str, Value | None]


@frozen
class Case:
    """Facts and the day.

    `facts` has every declared fact type, in the order of the vocabulary's names: for a single fact
    one instance or none, for a many-fact any number. An instance has every declared attribute: the
    asserted value, or None where not asserted (defaults are the evaluator's work). Equal instances
    of a keyed fact are there once; instances are in canonical order (`case.validation`), so that
    nothing depends on the order of assertion.
    """

    as_of: date
    facts: Mapping[str, tuple[Instance, ...]]

"""Rule bases in which parameters have other values than those listed."""

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import evolve

from matchrules.ir import ParameterDeclaration, ParameterRow, RuleBase
from matchrules.types import Enum, Number, Value

MOST_KEYS: Final = 10_000


def with_parameters(base: RuleBase, values: Mapping[str, Value | None]) -> RuleBase:
    """The rule base in which each of these parameters has one value, on every day and for every
    key; one whose value is None stays as it is."""
    changed = {
        name: evolve(
            base.parameters[name],
            rows=tuple(ParameterRow(value, key) for key in _keys(base.parameters[name])),
        )
        for name, value in values.items()
        if value is not None
    }
    return evolve(base, parameters={**base.parameters, **changed})


def _keys(parameter: ParameterDeclaration) -> Iterable[Value | None]:
    match parameter.key:
        case None:
            return [None]
        case Enum(members=members):
            return members
        case Number(places=0, low=low, high=high) if low is not None and high is not None:
            return range(int(low), min(int(high), int(low) + MOST_KEYS) + 1)
    return sorted({row.key for row in parameter.rows}, key=repr)

"""Units: known by the types that name them, plural as declared, singular after 1."""

from collections.abc import Iterable, Iterator
from typing import Final

from matchrules.syntax import ast
from matchrules.types import TIME_UNITS

_ES: Final = ("sses", "shes", "ches", "xes", "zes")


def singular(unit: str) -> str:
    """The unit as it is written after 1."""
    if unit.endswith("ies") and len(unit) > 4:
        return unit[:-3] + "y"
    if unit.endswith(_ES):
        return unit[:-2]
    if unit.endswith("s") and not unit.endswith("ss"):
        return unit[:-1]
    return unit


def units_of(files: Iterable[ast.RuleFile]) -> dict[str, str]:
    """Every unit that a type names, and the time units, by their singular."""
    found = {singular(unit): unit for unit in TIME_UNITS}
    for file in files:
        for statement in file.statements:
            for type_ in types_in(statement):
                if type_.unit is not None:
                    found.setdefault(singular(type_.unit.text), type_.unit.text)
    return found


def types_in(statement: ast.Statement) -> Iterator[ast.TypeExpr]:
    """The types that a statement writes."""
    match statement:
        case ast.FactStatement():
            yield from (attribute.type for attribute in statement.attributes)
        case ast.AdviceStatement():
            for subject in statement.subjects:
                yield from (field.type for field in subject.fields)
        case ast.ParameterStatement():
            yield statement.type
            if statement.key is not None:
                yield statement.key
        case ast.DefineStatement() | ast.TableStatement():
            yield statement.type


def is_time(unit: str | None) -> bool:
    """Whether it is days, weeks, months or years."""
    return unit in TIME_UNITS


__all__ = ["is_time", "singular", "types_in", "units_of"]

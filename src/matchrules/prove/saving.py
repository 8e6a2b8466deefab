"""A case as an `example`, as an author would write it."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from matchrules.case.model import Case
from matchrules.case.values import singular
from matchrules.ir import RuleBase
from matchrules.types import TIME_UNITS, Enum, Number, SetOf, Type, Value, decimal_of

WIDTH = 100


def example(base: RuleBase, case: Case, title: str, expects: Sequence[str] = ()) -> str:
    """The statement: all that the case asserts, its day, and what is expected of it."""
    lines = [f"example {quoted(title)}"]
    groups = [(name, instance) for name, instances in case.facts.items() for instance in instances]
    for number, (name, instance) in enumerate(groups):
        attributes = base.facts[name].attributes
        given = [
            f"{key} = {literal(value, attributes[key].type)}"
            for key, value in instance.items()
            if value is not None
        ]
        lines += _wrapped(f"{'  given ' if number == 0 else '        '}{name}:", given)
    lines.append(f"  as of {case.as_of.isoformat()}")
    lines += [f"  expect {expect}" for expect in expects]
    return "\n".join(lines) + "\n"


def _wrapped(start: str, parts: Sequence[str]) -> list[str]:
    """The parts behind the start, on as many lines as they take."""
    lines = [start]
    for number, part in enumerate(parts):
        piece = f" {part}{',' if number + 1 < len(parts) else ''}"
        if len(lines[-1]) + len(piece) > WIDTH and lines[-1] != start:
            lines.append(" " * 11)
        lines[-1] += piece
    return lines


def literal(value: Value | None, type_: Type) -> str:
    """A value as it is written in a rule file; times with their unit, other numbers without."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Fraction):
        places = type_.places if isinstance(type_, Number) else 0
        number = str(decimal_of(value, places or 0))
        unit = type_.unit if isinstance(type_, Number) else None
        if unit not in TIME_UNITS:
            return number
        return f"{number} {singular(unit) if abs(value) == 1 else unit}"
    if isinstance(value, frozenset):
        assert isinstance(type_, SetOf)
        return f"({', '.join(member for member in type_.of.members if member in value)})"
    if isinstance(value, str):
        return value if isinstance(type_, Enum) else quoted(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def quoted(text: str) -> str:
    """A text on one line, between quotes."""
    for letter, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("{", "{{"), ("}", "}}")):
        text = text.replace(letter, written)
    return f'"{text}"'


__all__ = ["example", "literal", "quoted"]

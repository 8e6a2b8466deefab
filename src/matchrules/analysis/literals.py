"""Literals."""

from typing import TYPE_CHECKING

from matchrules import ir
from matchrules.analysis.environment import Environment
from matchrules.analysis.report import FAULTY, did_you_mean, listed
from matchrules.analysis.typenames import describe, exact_of
from matchrules.analysis.units import is_time, singular
from matchrules.syntax import ast
from matchrules.types import AnyDayOfYear, Date, Number, SetOf, Type, Unknown, YesNo

if TYPE_CHECKING:
    from matchrules.analysis.lower import Lowering


def number(
    lowering: "Lowering", node: ast.NumberLiteral, hint: Type | None, env: Environment,
    sign: int = 1,
) -> ir.Expression:  # fmt: skip
    """A number; without a unit it takes the one that its place has, but for a unit of time."""
    value = exact_of(node.value) * sign
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    unit = None
    if node.unit is not None:
        unit = _unit(lowering, node.unit, abs(value) == 1, env)
        if unit is None:
            return FAULTY
    elif isinstance(hint, Number) and hint.unit is not None:
        unit = hint.unit
        if is_time(unit):
            word = singular(unit) if abs(value) == 1 else unit
            return lowering.report.error(
                "MR305", f"`{node.value}` needs its unit: a number of {unit} is expected",
                node.span, "which unit?", help=f"write `{node.value} {word}`",
            )  # fmt: skip
    return ir.Constant(value, Number(places, value, value, unit))


def _unit(lowering: "Lowering", name: ast.Name, one: bool, env: Environment) -> str | None:
    """The plural of a unit after a number; a fault where it is written otherwise, or is none."""
    units = lowering.scope.units
    wanted = None
    if name.text in units and (one or units[name.text] == name.text):
        return units[name.text]
    if name.text in units:
        wanted = units[name.text]
    elif units.get(singular(name.text)) == name.text:
        if not one:
            return name.text
        wanted = singular(name.text)
    if wanted is not None:
        lowering.report.error(
            "MR306", f"a unit is {'singular' if one else 'plural'} here: `{wanted}`", name.span,
            f"{'after' if one else 'singular only after'} 1", help=f"write `{wanted}`",
        )  # fmt: skip
        return None
    known = sorted({*units, *units.values()})
    lowering.report.error(
        "MR306", f"there is no unit `{name.text}`", name.span, "in no type",
        help=did_you_mean(name.text, known)
        or f"the units are {listed(sorted(set(units.values())), 12)}",
    )  # fmt: skip
    return None


def date(
    lowering: "Lowering", node: ast.DateLiteral, hint: Type | None, env: Environment
) -> ir.Expression:
    """A day."""
    return ir.Constant(node.value, Date())


def day_of_year(
    lowering: "Lowering", node: ast.DayOfYearLiteral, hint: Type | None, env: Environment
) -> ir.Expression:
    """A day of any year."""
    return ir.Constant(node.value, AnyDayOfYear())


def yes_no(
    lowering: "Lowering", node: ast.YesNoLiteral, hint: Type | None, env: Environment
) -> ir.Expression:
    """`yes`, `no`."""
    return ir.Constant(node.value, YesNo())


def unknown(
    lowering: "Lowering", node: ast.UnknownLiteral, hint: Type | None, env: Environment
) -> ir.Expression:
    """`unknown`, of the type that its place expects."""
    return ir.Constant(None, Unknown() if hint is None else hint)


def as_of(
    lowering: "Lowering", node: ast.AsOfExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    """The day of the case."""
    return ir.AsOf()


def set_(
    lowering: "Lowering", node: ast.SetLiteral, hint: Type | None, env: Environment
) -> ir.Expression:
    """`(a, b)`: members of the enum that the place expects a set of."""
    if isinstance(hint, Unknown):
        return FAULTY
    if not isinstance(hint, SetOf):
        expected = f"{describe(hint)} is expected" if hint is not None else "no set is expected"
        return lowering.report.error(
            "MR313", f"{expected}, not a set", node.span, "a set",
            help="to test a value against several, write `in (…)`",
        )  # fmt: skip
    members = set()
    faulty = False
    for item in node.members:
        found = lowering.lower(item, hint.of, env)
        if isinstance(found, ir.Constant) and isinstance(found.value, str):
            members.add(found.value)
            continue
        faulty = True
        if found is not FAULTY:
            lowering.report.error(
                "MR313", "a set is written with members of its enum only", item.span,
                f"not a member of `{hint.of.name}`",
            )  # fmt: skip
    return FAULTY if faulty else ir.Constant(frozenset(members), hint)

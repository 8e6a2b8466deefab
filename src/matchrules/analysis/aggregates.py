"""Aggregates over many-facts, and picks of one instance."""

from typing import TYPE_CHECKING

from attrs import evolve

from matchrules import ir
from matchrules.analysis import numbers
from matchrules.analysis.environment import Environment
from matchrules.analysis.meeting import order_help, ordered
from matchrules.analysis.report import FAULTY, did_you_mean, listed
from matchrules.analysis.resolve import read
from matchrules.analysis.scope import Value
from matchrules.analysis.typenames import describe
from matchrules.analysis.written import normalised
from matchrules.diagnostics.model import Label
from matchrules.syntax import ast
from matchrules.types import Number, SetOf, Type, Unknown, YesNo

if TYPE_CHECKING:
    from matchrules.analysis.lower import Lowering

_OF_INSTANCES = ("count", "any", "all")


def aggregate(
    lowering: "Lowering", node: ast.AggregateExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    """`op(FACT[.value] [last N by B] [where C])`."""
    parts = node.subject.parts
    if parts[0] in env.cases and len(parts) > 1:
        rest = evolve(node, subject=ast.Name(".".join(parts[1:]), node.subject.span))
        found = aggregate(lowering, rest, hint, evolve(env, case=parts[0]))
        return found if found is FAULTY else ir.InCase(parts[0], found, found.type)
    if env.cases and env.case is None:
        return lowering.report.error(
            "MR120", f"`{node.subject.text}` of which case?", node.subject.span,
            "two cases are compared", help=f"write `{env.cases[0]}.{node.subject.text}`",
        )  # fmt: skip
    fact = _fact(lowering, ast.Name(parts[0], node.subject.span), env)
    if fact is None:
        return FAULTY
    inner = evolve(env, bound=env.bound | {fact.name.text}, counted=fact.name.text)
    where = None if node.where is None else lowering.condition(node.where, inner)
    value = _value(lowering, node, fact, inner)
    by = _by(lowering, node, fact, inner)
    if value is FAULTY or where is FAULTY or by is FAULTY:
        return FAULTY
    assert not isinstance(by, ir.Constant)
    if node.take == 0:
        return lowering.report.error("MR316", "`last 0` takes none", node.span)
    bound = fact.bound or 0
    if node.take is not None:
        bound = min(bound, node.take)
    type_ = _type(lowering, node, value, bound)
    if type_ is None:
        return FAULTY
    source = normalised(lowering.scope, node.span)
    return ir.Aggregate(node.op, fact.name.text, type_, value, where, by, node.take, source)


def _fact(lowering: "Lowering", name: ast.Name, env: Environment) -> ast.FactStatement | None:
    fact = lowering.scope.fact(name, env.ruleset)
    if fact is not None and not fact.many:
        lowering.report.error(
            "MR315", f"there is only one `{name.text}`: nothing to count or pick", name.span,
            "a single fact", help="read its attributes by name",
            also=(Label(fact.name.span, "declared here"),),
        )  # fmt: skip
        return None
    return fact


def _named(
    lowering: "Lowering", fact: ast.FactStatement, name: str, at: ast.Name, env: Environment
) -> Value | None:
    """The attribute or define of the counted fact."""
    scope = lowering.scope
    found = scope.values.get(f"{fact.name.text}.{name}")
    if found is None:
        known = scope.inside(fact.name.text)
        scope.report.error(
            "MR101", f"`{fact.name.text}` has no `{name}`", at.span, "not declared",
            help=did_you_mean(name, known) or f"it has {listed(known, 12)}",
        )  # fmt: skip
        return None
    return found if scope.check_reach(found, "fact", at, env.ruleset) else None


def _value(
    lowering: "Lowering", node: ast.AggregateExpr, fact: ast.FactStatement, env: Environment
) -> ir.Expression | None:
    parts = node.subject.parts
    if node.op in _OF_INSTANCES:
        if len(parts) == 1:
            if node.op == "all" and node.where is None:
                return lowering.report.error(
                    "MR315", f"all of `{parts[0]}` what?", node.span, "no condition",
                    help=f"write `all({parts[0]} where …)`",
                )  # fmt: skip
            return None
        rest = ".".join(parts[1:])
        return lowering.report.error(
            "MR315", f"`{node.op}` is of instances, not of values", node.subject.span, "a value",
            help=f"write `{node.op}({parts[0]} where {rest} …)`",
        )  # fmt: skip
    if len(parts) == 1:
        return lowering.report.error(
            "MR315", f"`{node.op.replace('_', ' ')}` of which value of `{parts[0]}`?",
            node.subject.span, "no value", help=f"write `{parts[0]}.` and an attribute",
        )  # fmt: skip
    found = _named(lowering, fact, ".".join(parts[1:]), node.subject, env)
    return FAULTY if found is None else read(lowering, found, node.subject, env)


def _by(
    lowering: "Lowering", node: ast.AggregateExpr, fact: ast.FactStatement, env: Environment
) -> str | ir.Constant | None:
    """The attribute that a pick orders by."""
    if node.by is None:
        return None
    name = node.by.text.removeprefix(f"{fact.name.text}.")
    found = _named(lowering, fact, name, node.by, env)
    if found is None or read(lowering, found, node.by, env) is FAULTY:
        return FAULTY
    also = (Label(found.span, "declared here"),)
    if found.attribute is None:
        return lowering.report.error(
            "MR316", f"a pick orders by an attribute, and `{found.name}` is a define", node.by.span,
            "derived", help="order by a required attribute", also=also,
        )  # fmt: skip
    if found.attribute.optional or found.attribute.default is not None:
        return lowering.report.error(
            "MR316", f"a pick orders by a required attribute, and `{found.name}` may be unknown",
            node.by.span, "may be unknown", help="take `optional` or `default` out where it is"
            " declared, or order by another", also=also,
        )  # fmt: skip
    if not ordered(found.type):
        return lowering.report.error(
            "MR316", f"a pick needs an order, and {describe(found.type)} has none", node.by.span,
            help=order_help(found.type), also=also,
        )  # fmt: skip
    return name


def _type(
    lowering: "Lowering", node: ast.AggregateExpr, value: ir.Expression | None, bound: int
) -> Type | None:
    """The type of the whole; None after a fault."""
    if value is None:
        return Number(0, 0, bound) if node.op == "count" else YesNo()
    type_ = value.type
    if isinstance(type_, Unknown) or node.op in ("last", "last_but_one"):
        return type_
    wanted = None
    if node.op == "sum":
        if isinstance(type_, Number):
            return numbers.summed(type_, bound)
        wanted = "numbers"
    elif node.op == "union":
        if isinstance(type_, SetOf):
            return type_
        wanted = "sets"
    elif not ordered(type_):
        wanted = "values that have an order"
    if wanted is None:
        return type_
    lowering.report.error(
        "MR315", f"`{node.op}` is of {wanted}, not of {describe(type_)}", node.subject.span,
        f"this is {describe(type_)}", help=order_help(type_) if node.op in ("min", "max") else None,
    )  # fmt: skip
    return None

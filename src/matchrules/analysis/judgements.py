"""What properties and examples ask about a decision."""

from typing import TYPE_CHECKING

from matchrules import ir
from matchrules.analysis.environment import Environment
from matchrules.analysis.report import FAULTY, did_you_mean, listed
from matchrules.syntax import ast
from matchrules.text import Span
from matchrules.types import Type, Unknown

if TYPE_CHECKING:
    from matchrules.analysis.lower import Lowering


def fires(
    lowering: "Lowering", node: ast.FiresExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    """`fires RULE [in a]`."""
    if not _allowed(lowering, "fires", node.span, env):
        return FAULTY
    rule = lowering.scope.rule(node.rule, env.ruleset)
    found = None if rule is None else ir.Fires(rule.name)
    return _in_case(lowering, found, node.case, node.span, env)


def none_fires(
    lowering: "Lowering", node: ast.NoneFiresExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    """`no rule fires [except R] [in a]`."""
    if not _allowed(lowering, "no rule fires", node.span, env):
        return FAULTY
    besides = _rules(lowering, node.besides, env)
    found = None if besides is None else ir.NoneFire(besides)
    return _in_case(lowering, found, node.case, node.span, env)


def advised(
    lowering: "Lowering", node: ast.AdvisedExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    """`advised [against] KIND.SUBJECT[.FIELD] [in a]`."""
    if not _allowed(lowering, "advised", node.span, env):
        return FAULTY
    parts = node.target.parts
    with_field = len(parts) == 3
    subject = lowering.scope.subject(node.target, parts[:2] if with_field else parts, env.ruleset)
    if subject is None:
        return FAULTY
    if not with_field:
        asked = ir.Advised(subject.kind, subject.name, node.against)
        return _in_case(lowering, asked, node.case, node.span, env)
    if node.against:
        return lowering.report.error(
            "MR116", "`advised against` is yes or no, and has no field", node.target.span,
            help=f"write `advised {node.target.text}` for the field",
        )  # fmt: skip
    type_ = subject.fields.get(parts[2])
    if type_ is None:
        known = list(subject.fields)
        return lowering.report.error(
            "MR116", f"`{subject.kind}.{subject.name}` has no field `{parts[2]}`", node.target.span,
            "not declared", help=did_you_mean(parts[2], known) or f"its fields are {listed(known)}",
        )  # fmt: skip
    if isinstance(type_, Unknown):
        return FAULTY
    field = ir.AdvisedField(subject.kind, subject.name, parts[2], type_)
    return _in_case(lowering, field, node.case, node.span, env)


def how_many(
    lowering: "Lowering", node: ast.HowManyExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    """`exactly one of (…)`, `at most one of (…)`."""
    if not _allowed(lowering, "one of", node.span, env):
        return FAULTY
    return ir.HowMany(node.op, tuple(lowering.condition(one, env) for one in node.operands))


def same_advice(
    lowering: "Lowering", node: ast.SameAdviceExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    """`same advice [except R]`."""
    if not _allowed(lowering, "same advice", node.span, env):
        return FAULTY
    besides = _rules(lowering, node.besides, env)
    if not env.cases:
        return lowering.report.error(
            "MR120", "`same advice` compares two cases", node.span, "there is only one",
            help="add `compare a, b` to the property",
        )  # fmt: skip
    return FAULTY if besides is None else ir.SameAdvice(besides)


def _allowed(lowering: "Lowering", what: str, span: Span, env: Environment) -> bool:
    if env.decisions:
        return True
    lowering.report.error(
        "MR119", f"`{what}` can be asked in properties and examples only", span,
        "depends on the decision", help="a rule reads facts: put what both share into a `define`",
    )  # fmt: skip
    return False


def _rules(
    lowering: "Lowering", names: tuple[ast.Name, ...], env: Environment
) -> tuple[str, ...] | None:
    found = [lowering.scope.rule(name, env.ruleset) for name in names]
    return None if None in found else tuple(rule.name for rule in found if rule is not None)


def _in_case(
    lowering: "Lowering", found: ir.Expression | None, case: ast.Name | None, span: Span,
    env: Environment,
) -> ir.Expression:  # fmt: skip
    if case is not None and case.text not in env.cases:
        return lowering.report.error(
            "MR120", f"there is no case `{case.text}`", case.span, "not compared",
            help=f"the cases are {listed(env.cases)}" if env.cases
            else "add `compare a, b` to the property, or take `in` out",
        )  # fmt: skip
    if case is None and env.cases:
        return lowering.report.error(
            "MR120", "in which case?", span, "two cases are compared",
            help=f"add `in {env.cases[0]}` or `in {env.cases[1]}`",
        )  # fmt: skip
    if found is None:
        return FAULTY
    return found if case is None else ir.InCase(case.text, found, found.type)

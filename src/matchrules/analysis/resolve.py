"""Names: values, parameters, fields and members."""

from typing import TYPE_CHECKING

from matchrules import ir
from matchrules.analysis.environment import Environment
from matchrules.analysis.meeting import check_store
from matchrules.analysis.report import FAULTY, did_you_mean, listed
from matchrules.analysis.scope import Value
from matchrules.diagnostics.model import Label
from matchrules.syntax import ast
from matchrules.types import Date, Enum, SetOf, Type, Unknown

if TYPE_CHECKING:
    from matchrules.analysis.lower import Lowering


def name(
    lowering: "Lowering", node: ast.NameExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    """A name as a value."""
    if "." not in node.name.text:
        return _bare(lowering, node, hint, env)
    if not env.cases:
        return _dotted(lowering, node.name, env)
    parts = node.name.parts
    if parts[0] in env.cases:
        if env.case is not None:
            return lowering.report.error(
                "MR120", f"`{node.name.text}` stands where case `{env.case}` is meant already",
                node.span, help=f"leave out `{parts[0]}.`",
            )  # fmt: skip
        from attrs import evolve

        inner = ast.Name(".".join(parts[1:]), node.name.span)
        found = _dotted(lowering, inner, evolve(env, case=parts[0]))
        return found if found is FAULTY else ir.InCase(parts[0], found, found.type)
    return _dotted(lowering, node.name, env)


def _dotted(lowering: "Lowering", name: ast.Name, env: Environment) -> ir.Expression:
    value = lowering.scope.values.get(name.text)
    if value is None:
        return _no_value(lowering, name, env)
    if not lowering.scope.check_reach(value, "fact", name, env.ruleset):
        return FAULTY
    if env.cases and env.case is None:
        return lowering.report.error(
            "MR120", f"`{name.text}` of which case?", name.span, "two cases are compared",
            help=f"write `{env.cases[0]}.{name.text}` or `{env.cases[1]}.{name.text}`",
        )  # fmt: skip
    return read(lowering, value, name, env)


def read(lowering: "Lowering", value: Value, name: ast.Name, env: Environment) -> ir.Expression:
    """The value of an attribute or define, where it may be read."""
    if value.never_read:
        return lowering.report.error(
            "MR109", f"`{value.name}` is declared `never read`", name.span, "read here",
            help="no rule may depend on it: take it out",
            also=(Label(value.span, "declared here"),),
        )  # fmt: skip
    if value.many and value.fact not in env.bound:
        return lowering.report.error(
            "MR108", f"there are many of `{value.fact}`: `{name.text}` of which one?", name.span,
            "not in an aggregate, nor said for each",
            help=f"count or pick, as in `any({value.fact} where …)`, or say it"
            f" `for each {value.fact}`",
        )  # fmt: skip
    if isinstance(value.type, Unknown):
        return FAULTY
    if value.attribute is not None:
        assert value.fact is not None
        return ir.Attribute(value.fact, value.short, value.type)
    return ir.Derived(value.name, value.type, value.fact)


def _no_value(lowering: "Lowering", name: ast.Name, env: Environment) -> ir.Expression:
    scope = lowering.scope
    prefix = name.parts[0]
    if prefix in env.bound and prefix not in scope.names["fact"]:
        return FAULTY  # that there is no such fact was said at its `for each`
    known = scope.visible(scope.values, env.ruleset)
    same_fact = [value for value in known if value.startswith(f"{prefix}.")]
    if same_fact:
        help_ = did_you_mean(name.text, same_fact) or f"there are {listed(same_fact, 12)}"
        scope.report.error(
            "MR101", f"`{prefix}` has no `{'.'.join(name.parts[1:])}`", name.span, "not declared",
            help=help_,
        )  # fmt: skip
    else:
        scope.not_declared("fact", name, known, "declare it with `fact` or `define`")
    return FAULTY


def has_value(lowering: "Lowering", name: ast.Name, env: Environment) -> bool:
    """Whether a bare name stands for a value of its own, not for a member of some enum."""
    if env.counted is not None and f"{env.counted}.{name.text}" in lowering.scope.values:
        return True
    return name.text in env.fields or _parameter(lowering, name, env)


def _parameter(lowering: "Lowering", name: ast.Name, env: Environment) -> bool:
    found = lowering.scope.names["parameter"].get(name.text)
    return found is not None and lowering.scope.sees(env.ruleset, found.ruleset)


def _bare(
    lowering: "Lowering", node: ast.NameExpr, hint: Type | None, env: Environment
) -> ir.Expression:
    text = node.name.text
    scope = lowering.scope
    counted = scope.values.get(f"{env.counted}.{text}") if env.counted is not None else None
    field = env.fields.get(text)
    parameter = _parameter(lowering, node.name, env)
    enum = hint.of if isinstance(hint, SetOf) else hint
    member = isinstance(enum, Enum) and text in enum.members
    if (counted is not None) + (field is not None) + parameter + member > 1:
        of = enum if member else None
        return _ambiguous(lowering, node, counted, field is not None, parameter, of)
    if counted is not None:
        if not scope.check_reach(counted, "fact", node.name, env.ruleset):
            return FAULTY
        return read(lowering, counted, node.name, env)
    if field is not None:
        return field
    if parameter:
        return parameter_value(lowering, node.name, None, None, env)
    if member:
        assert isinstance(enum, Enum)
        return _member(lowering, node, enum, hint)
    return FAULTY if isinstance(hint, Unknown) else _no_bare(lowering, node.name, enum, env)


def _member(
    lowering: "Lowering", node: ast.NameExpr, enum: Enum, hint: Type | None
) -> ir.Expression:
    if not isinstance(hint, SetOf):
        return ir.Constant(node.name.text, enum)
    # `(a)` is a set of one member where a set is expected; the tree does not keep parentheses
    text = lowering.scope.sources[node.span.source].text
    before = _before(text, node.span.start)
    after = text[node.span.end : node.span.end + 200].lstrip()[:1]
    if text[node.span.start] == "(" or (before == "(" and after == ")"):
        return ir.Constant(frozenset({node.name.text}), hint)
    return lowering.report.error(
        "MR313", f"a set of `{enum.name}` is expected, not one member", node.span, "a member",
        help=f"write `({node.name.text})` for the set of it, or `has {node.name.text}` to test"
        " for it",
    )  # fmt: skip


def _before(text: str, at: int) -> str:
    """The last character before a place that is no blank."""
    while at > 0:
        at -= 1
        if not text[at].isspace():
            return text[at]
    return ""


def _ambiguous(
    lowering: "Lowering", node: ast.NameExpr, counted: Value | None, field: bool, parameter: bool,
    enum: Type | None,
) -> ir.Expression:  # fmt: skip
    text = node.name.text
    also = []
    meanings = []
    if counted is not None:
        meanings.append(f"`{counted.name}`")
        also.append(Label(counted.span, "declared here"))
    if field:
        meanings.append("the field of the advice")
    if parameter:
        meanings.append("the parameter")
        also.append(Label(lowering.scope.names["parameter"][text].span, "the parameter"))
    if isinstance(enum, Enum):
        meanings.append(f"the member of `{enum.name}`")
        also.append(Label(lowering.scope.names["enum"][enum.name].span, "the enum"))
    help_ = f"write `{counted.name}` for that one, or rename" if counted else "rename one of them"
    return lowering.report.error(
        "MR104", f"`{text}` could be {' or '.join(meanings)}", node.span, "which one?", help=help_,
        also=tuple(also),
    )  # fmt: skip


def _no_bare(
    lowering: "Lowering", name: ast.Name, enum: Type | None, env: Environment
) -> ir.Expression:
    scope = lowering.scope
    text = name.text
    outside = scope.names["parameter"].get(text)
    if outside is not None:
        scope.check_reach(outside, "parameter", name, env.ruleset)
        return FAULTY
    parameters = scope.visible(scope.names["parameter"], env.ruleset)
    if isinstance(enum, Enum):
        close = did_you_mean(text, [*enum.members, *parameters])
        return scope.report.error(
            "MR101", f"`{enum.name}` has no member `{text}`", name.span,
            f"a value of `{enum.name}` is expected",
            help=close or f"its members are {listed(enum.members, 12)}",
        )  # fmt: skip
    here: list[str] = list(env.fields)
    if env.counted is not None:
        here += scope.inside(env.counted)
    values = scope.visible(scope.values, env.ruleset)
    ends = [value for value in values if value.endswith(f".{text}")]
    help_ = did_you_mean(text, [*here, *parameters])
    if ends:
        help_ = f"a fact is written in full: {listed(ends, 4)}"
    elif help_ is None and any(text in known.members for known in scope.enums.values()):
        help_ = "a member can stand only where a value of its enum is expected"
    what = f"there is no parameter `{text}`"
    if env.counted is not None:
        what = f"`{env.counted}` has no `{text}`, and {what}"
    return scope.report.error("MR101", what, name.span, "not declared", help=help_)


# Parameters --------------------------------------------------------------------------------------


def parameter_at(
    lowering: "Lowering", node: ast.Binary, hint: Type | None, env: Environment
) -> ir.Expression:
    """`PARAM for KEY`, `PARAM on DATE`, or both."""
    at: dict[str, ast.Expr] = {}
    inner: ast.Expr = node
    while isinstance(inner, ast.Binary) and inner.op in ("for", "on"):
        if inner.op in at:
            return lowering.report.error(
                "MR118", f"`{inner.op}` is said twice of one parameter", inner.op_span
            )
        at[inner.op] = inner.right
        inner = inner.left
    if not isinstance(inner, ast.NameExpr) or len(inner.name.parts) > 1:
        return lowering.report.error(
            "MR320", f"only a parameter has a value `{node.op}` something", inner.span,
            "not a parameter", help="put in parentheses what follows, if it belongs elsewhere",
        )  # fmt: skip
    if lowering.scope.find("parameter", inner.name, env.ruleset) is None:
        return FAULTY
    return parameter_value(lowering, inner.name, at.get("for"), at.get("on"), env)


def parameter_value(
    lowering: "Lowering", name: ast.Name, key: ast.Expr | None, on: ast.Expr | None,
    env: Environment,
) -> ir.Expression:  # fmt: skip
    """A parameter that is in reach, with its key and date."""
    type_, key_type = lowering.scope.parameters[name.text]
    declared = Label(lowering.scope.names["parameter"][name.text].span, "declared here")
    day = _date(lowering, on, env) if on is not None else None
    if key_type is None and key is not None:
        return lowering.report.error(
            "MR118", f"parameter `{name.text}` has no key", key.span, "not needed",
            help=f"write `{name.text}` alone", also=(declared,),
        )  # fmt: skip
    if key_type is not None and key is None:
        return lowering.report.error(
            "MR118", f"parameter `{name.text}` has a value for each key", name.span,
            "for which key?", help=f"write `{name.text} for …`", also=(declared,),
        )  # fmt: skip
    found = None
    if key is not None and key_type is not None:
        found = lowering.lower(key, key_type, env)
        if not check_store(lowering.report, found, key_type, key.span):
            return FAULTY
    if day is FAULTY or found is FAULTY or isinstance(type_, Unknown):
        return FAULTY
    return ir.ParameterValue(name.text, type_, day, found)


def _date(lowering: "Lowering", node: ast.Expr, env: Environment) -> ir.Expression:
    found = lowering.lower(node, Date(), env)
    return found if check_store(lowering.report, found, Date(), node.span) else FAULTY

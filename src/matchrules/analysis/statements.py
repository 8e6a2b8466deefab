"""Statements that work: defines, tables, rules, rejects."""

from collections.abc import Iterable, Mapping

from attrs import evolve

from matchrules import ir
from matchrules.analysis import texts
from matchrules.analysis.declarations import cites
from matchrules.analysis.environment import Environment
from matchrules.analysis.lower import Lowering
from matchrules.analysis.report import FAULTY, did_you_mean, listed
from matchrules.analysis.scope import Subject
from matchrules.analysis.tables import table
from matchrules.analysis.written import plain
from matchrules.diagnostics.model import Label
from matchrules.syntax import ast
from matchrules.text import Span
from matchrules.types import Number, Type, Unknown


def define(
    lowering: Lowering, node: ast.DefineStatement | ast.TableStatement, ruleset: str
) -> ir.Define:
    """A define or a table."""
    value = lowering.scope.values[node.name.text]
    if value.span != node.name.span:  # declared twice: its own type is not known here
        value = evolve(value, type=Unknown())
    fact = value.fact if node.for_each is not None else None
    env = Environment(ruleset, bound=frozenset({fact} if fact else ()))
    body: ir.Expression | ir.Table
    if isinstance(node, ast.TableStatement):
        body = table(lowering, node, value.type, env)
    else:
        body = lowering.store(node.body, value.type, env)
    provisional = None if node.provisional is None else lowering.condition(node.provisional, env)
    return ir.Define(
        node.name.text, value.type, body, fact, provisional,
        cites(lowering, node.cites, ruleset),
        plain(node.description), ruleset, node.name.span,
    )  # fmt: skip


def for_each(
    lowering: Lowering, name: ast.Name | None, ruleset: str, keyed: bool
) -> tuple[str | None, Environment]:
    """The fact of a `for each` (None after a fault) and the environment inside it."""
    env = Environment(ruleset)
    if name is None:
        return None, env
    fact = lowering.scope.each(name, ruleset, keyed)
    # after a fault the instance is bound all the same, so that its attributes are none too
    return fact.name.text if fact else None, evolve(env, bound=frozenset({name.text}))


def rule(
    lowering: Lowering, node: ast.RuleStatement, ruleset: str, section: str,
    guards: tuple[ir.Expression, ...],
) -> ir.Rule:  # fmt: skip
    """A rule with its advice."""
    fact, env = for_each(lowering, node.for_each, ruleset, keyed=True)
    when = None if node.when is None else lowering.condition(node.when, env)
    unless = tuple(lowering.condition(one, env) for one in node.unless)
    provisional = None if node.provisional is None else lowering.condition(node.provisional, env)
    thens = []
    looked_at = reasons([*guards, *([] if when is None else [when]), *unless])
    for clause in node.thens:
        then, holes = _then(lowering, clause, env)
        if then is not None:
            thens.append(then)
        for value, span in holes:
            _warn_of_unknown(lowering, value, span, looked_at)
    if not node.cites:
        lowering.report.error(
            "MR124", f"rule `{node.name.text}` cites nothing", node.name.span, "no source",
            help="say where it comes from: `cite` and a source",
        )  # fmt: skip
    read = [*([] if when is None else [when]), *unless]
    for then in thens:
        read += [*then.fields.values(), *then.text.holes]
    return ir.Rule(
        node.name.text, ruleset, tuple(thens), None if node.id is None else node.id.text,
        plain(node.title), section, fact, guards, when, unless,
        provisional, _overridden(lowering, node, ruleset), cites(lowering, node.cites, ruleset),
        reasons(read), node.name.span,
    )  # fmt: skip


def reasons(expressions: Iterable[ir.Expression]) -> Mapping[str, ir.Expression]:
    """Every fact named outside of aggregates, and every aggregate as a whole, by name."""
    found: dict[str, ir.Expression] = {}
    open_ = list(expressions)
    while open_:
        one = open_.pop()
        if isinstance(one, ir.Attribute):
            found[f"{one.fact}.{one.name}"] = one
        elif isinstance(one, ir.Derived):
            found[one.name] = one
        elif isinstance(one, ir.Aggregate):
            found[one.source] = one
        elif not isinstance(one, ir.Constant):
            open_.extend(ir.children(one))
    return {name: found[name] for name in sorted(found)}


def _warn_of_unknown(
    lowering: Lowering, value: ir.Expression, span: Span, looked_at: Mapping[str, ir.Expression]
) -> None:
    """Warn of a hole with an attribute that may be unknown, and that no condition reads."""
    value = value.value if isinstance(value, ir.Format) else value
    if not isinstance(value, ir.Attribute) or f"{value.fact}.{value.name}" in looked_at:
        return
    found = lowering.scope.values[f"{value.fact}.{value.name}"]
    assert found.attribute is not None
    if found.attribute.default is None and (found.attribute.optional or not found.many):
        lowering.report.warning(
            "MR125", f"`{found.name}` may be unknown, and would print as `not known`", span,
            "no condition of the rule looks at it",
            help=f'say what to print then: `{{{found.name} if known else "…"}}`; or put what is to'
            " be left out then in `[…]`",
        )  # fmt: skip


def _overridden(lowering: Lowering, node: ast.RuleStatement, ruleset: str) -> tuple[str, ...]:
    names = []
    for name in node.overrides:
        found = lowering.scope.rule(name, ruleset)
        if found is None:
            continue
        other: ast.RuleStatement = found.node
        also = (Label(found.span, "the rule to be overridden"),)
        theirs = other.for_each.text if other.for_each else None
        own = node.for_each.text if node.for_each else None
        if found.ruleset == ruleset:
            lowering.report.error(
                "MR114", f"`{name.text}` is a rule of this ruleset", name.span,
                "only rules of other rulesets are overridden",
                help="change the rule itself, or add an `unless`", also=also,
            )  # fmt: skip
        elif own is not None and own != theirs:
            what = f"for each `{theirs}`" if theirs else "once"
            lowering.report.error(
                "MR114", f"`{name.text}` is said {what}, this rule for each `{own}`", name.span,
                "not for the same instances", help=f"write `for each {theirs}`, or take `for each`"
                " out" if theirs else "take `for each` out", also=also,
            )  # fmt: skip
        elif found.name not in names:
            names.append(found.name)
    return tuple(names)


def _then(
    lowering: Lowering, clause: ast.ThenClause, env: Environment
) -> tuple[ir.Then | None, texts.Holes]:
    subject = lowering.scope.subject(clause.target, clause.target.parts, env.ruleset)
    fields, shown = _fields(lowering, clause, subject, env)
    text, holes = texts.template(lowering, clause.text, evolve(env, fields=shown))
    if subject is None:
        return None, holes
    then = ir.Then(clause.strength, subject.kind, subject.name, text, fields, clause.target.span)
    return then, holes


def _fields(
    lowering: Lowering, clause: ast.ThenClause, subject: Subject | None, env: Environment
) -> tuple[dict[str, ir.Expression], dict[str, ir.Expression]]:
    """The fields in order of declaration, and the same as the text prints them."""
    fields: dict[str, ir.Expression] = {}
    if subject is None:
        # its fields are not known, but the text may name those that are given
        return {}, {one.name.text: FAULTY for one in clause.fields}
    given: dict[str, ast.Assignment] = {}
    for one in clause.fields:
        name = one.name.text
        if name in given:
            lowering.report.error(
                "MR116", f"field `{name}` is given twice", one.name.span, "the second one",
                help="say it once", also=(Label(given[name].name.span, "the first one"),),
            )  # fmt: skip
        elif name not in subject.fields:
            known = list(subject.fields)
            lowering.report.error(
                "MR116", f"`{clause.target.text}` has no field `{name}`", one.name.span,
                "not declared", help=did_you_mean(name, known) or
                (f"its fields are {listed(known)}" if known else "it has no fields"),
            )  # fmt: skip
        given.setdefault(name, one)
    missing = [name for name in subject.fields if name not in given]
    if missing:
        lowering.report.error(
            "MR116", f"`{clause.target.text}` needs {listed(missing)}", clause.target.span,
            "a field is left out" if len(missing) == 1 else "fields are left out",
            help=f"write `{clause.target.text}({', '.join(f'{name} = …' for name in missing)})`",
        )  # fmt: skip
    for name, type_ in subject.fields.items():
        fields[name] = lowering.store(given[name].value, type_, env) if name in given else FAULTY
    shown: dict[str, ir.Expression] = dict.fromkeys(given, FAULTY)
    for name, value in fields.items():
        shown[name] = _with_places(value, subject.fields[name])
    return fields, shown


def _with_places(value: ir.Expression, type_: Type) -> ir.Expression:
    """The value as a text prints it: with the places of its field, if it has fewer."""
    if not isinstance(type_, Number) or not isinstance(value.type, Number):
        return value
    if type_.places is None or type_.places == value.type.places:
        return value
    return ir.Round(value, "nearest", type_.places, type_)


def reject(lowering: Lowering, node: ast.RejectStatement, ruleset: str) -> ir.Reject:
    """An input error over several facts."""
    fact, env = for_each(lowering, node.for_each, ruleset, keyed=False)
    when = lowering.condition(node.when, env)
    text, _ = texts.template(lowering, node.text, env)
    source = lowering.scope.sources[node.text.span.source].text
    name = source[node.text.span.start : node.text.span.end].strip('"')
    return ir.Reject(name, text, when, fact, ruleset, node.text.span)

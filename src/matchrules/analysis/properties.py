"""Properties: what must hold for every valid case."""

from attrs import evolve

from matchrules import ir
from matchrules.analysis.declarations import cites
from matchrules.analysis.environment import Environment
from matchrules.analysis.lower import Lowering
from matchrules.analysis.statements import for_each
from matchrules.analysis.written import plain
from matchrules.diagnostics.model import Label
from matchrules.syntax import ast


def property_(lowering: Lowering, node: ast.PropertyStatement, ruleset: str) -> ir.Property:
    """A property of one case, or of two that are compared."""
    fact, env = for_each(lowering, node.for_each, ruleset, keyed=True)
    env = evolve(env, decisions=True)
    cases: tuple[str, ...] = ()
    adding = None
    differing = None
    if node.compare is not None:
        cases = tuple(name.text for name in node.compare.cases)
        _check_cases(lowering, node.compare)
        env = evolve(env, cases=cases)
        if node.compare.adding is not None:
            adding = _added(lowering, node.compare.adding, ruleset)
        if node.compare.differing_only_in is not None:
            differing = _differing(lowering, node.compare.differing_only_in, env)
    whatever = tuple(
        name.text
        for name in node.whatever
        if lowering.scope.find("parameter", name, ruleset) is not None
    )
    when = None if node.when is None else lowering.condition(node.when, env)
    then = lowering.condition(node.then, env)
    return ir.Property(
        node.name.text, then, when, None if node.id is None else node.id.text,
        plain(node.title), fact, cases, differing, adding, whatever,
        cites(lowering, node.cites, ruleset), ruleset, node.name.span,
    )  # fmt: skip


def _check_cases(lowering: Lowering, compare: ast.CompareClause) -> None:
    first, second = compare.cases
    if first.text == second.text:
        lowering.scope.twice(f"case `{first.text}`", second.span, first.span)
    for name in compare.cases:
        taken = lowering.scope.names["fact"].get(name.text)
        if taken is not None:
            lowering.report.error(
                "MR104", f"case `{name.text}` has the name of a fact", name.span,
                help="name the cases otherwise, such as `a` and `b`",
                also=(Label(taken.span, "the fact"),),
            )  # fmt: skip


def _added(lowering: Lowering, name: ast.Name, ruleset: str) -> str | None:
    fact = lowering.scope.fact(name, ruleset)
    if fact is None:
        return None
    if not fact.many:
        lowering.report.error(
            "MR120", f"there is only one `{name.text}`: none can be added", name.span,
            "a single fact", help=f"write `differing only in {name.text}`",
            also=(Label(fact.name.span, "declared here"),),
        )  # fmt: skip
        return None
    return name.text


def _differing(
    lowering: Lowering, names: tuple[ast.Name, ...], env: Environment
) -> tuple[tuple[str, str], ...]:
    """The attributes that may differ; a whole fact stands for all of its attributes."""
    scope = lowering.scope
    found: dict[tuple[str, str], None] = {}
    for name in names:
        if len(name.parts) == 1:
            fact = scope.fact(name, env.ruleset)
            if fact is not None:
                found.update({(name.text, a.name.text): None for a in fact.attributes})
            continue
        value = scope.values.get(name.text)
        if value is None:
            known = scope.visible(scope.values, env.ruleset)
            asserted = [one for one in known if scope.values[one].attribute is not None]
            scope.not_declared("attribute", name, asserted)
        elif value.attribute is None or value.fact is None:
            scope.report.error(
                "MR120", f"`{name.text}` is derived: cases differ in what is asserted", name.span,
                "a define", help="name the attributes that it is worked out from",
                also=(Label(value.span, "declared here"),),
            )  # fmt: skip
        elif scope.check_reach(value, "fact", name, env.ruleset):
            found[value.fact, value.short] = None
    return tuple(found)

"""What an example can expect of the statement that it is about."""

from matchrules import ir
from matchrules.case.model import Case
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import RuleBase
from matchrules.prove.saving import literal, quoted
from matchrules.testing.coverage.blocks import reachable
from matchrules.testing.coverage.plan import Home
from matchrules.types import Type, Value, YesNo


def expectations(base: RuleBase, case: Case, home: Home, ruleset: str) -> list[str]:
    """What holds of that statement in a case, each as written after `expect` in that ruleset; none
    where its name cannot be used there."""
    reach = reachable(base, ruleset)
    if _ruleset(base, home) not in reach:
        return []
    run = Interpretation(base, case)
    try:
        run.outcome()
    except CaseErrors as error:
        messages = dict.fromkeys(fault.message for fault in error.diagnostics)
        return [f"rejected {quoted(message)}" for message in messages]
    match home.statement:
        case ir.Rule() as rule:
            fired = any(run.stands(rule, bound) for bound in run.each(rule.fact))
            return [f"{'' if fired else 'no '}fires {rule.id or rule.name}"]
        case ir.Define() as defined:
            return _values(base, run, defined.name, defined.type, defined.fact)
        case ir.AttributeDeclaration() as attribute:
            name = home.name.removeprefix("default of ")
            return _values(base, run, name, attribute.type, home.fact)
    return _accepted(run, reach)


def _values(
    base: RuleBase, run: Interpretation, name: str, type_: Type, fact: str | None
) -> list[str]:
    """The value of a define or attribute, of each instance where there are several."""
    prefix, _, short = name.partition(".")

    def value(bound: dict[str, int]) -> Value | None:
        if name in base.defines:
            return run.derived(base.defines[name], bound)  # type: ignore[no-any-return]  # a value
        return run.attribute(prefix, short, bound)  # type: ignore[no-any-return]  # a value

    if fact is None:
        return [_is(name, value({}), type_)]
    said = []
    for bound in run.each(fact):
        keys = base.facts[fact].keys
        instance = run.case.facts[fact][bound[fact]]
        which = [_is(key, instance[key], base.facts[fact].attributes[key].type) for key in keys]
        tests = " and ".join([*which, _is(short, value(dict(bound)), type_)])
        said.append(f"any({fact} where {tests})")
    return list(dict.fromkeys(said)) or [f"not any({fact})"]


def _is(name: str, value: Value | None, type_: Type) -> str:
    if value is None:
        return f"{name} is unknown"
    if isinstance(type_, YesNo):
        return name if value else f"not {name}"
    if value == frozenset():
        return f"{name} is empty"
    return f"{name} is {literal(value, type_)}"


def _accepted(run: Interpretation, reach: set[str]) -> list[str]:
    """That the case is not rejected, which any expectation says: one of a rule, if there is one."""
    rules = [rule for rule in run.base.rules.values() if rule.ruleset in reach]
    fired = {r.name for r in rules if any(run.stands(r, bound) for bound in run.each(r.fact))}
    rules.sort(key=lambda rule: rule.name not in fired)
    for rule in rules:
        return [f"{'' if rule.name in fired else 'no '}fires {rule.id or rule.name}"]
    for fact in run.base.facts.values():
        for name, attribute in fact.attributes.items():
            if not fact.many and fact.ruleset in reach and not attribute.never_read:
                path = f"{fact.name}.{name}"
                return _values(run.base, run, path, attribute.type, None)
    return ["nothing else"]


def _ruleset(base: RuleBase, home: Home) -> str:
    statement = home.statement
    if isinstance(statement, ir.AttributeDeclaration):
        return base.facts[home.name.removeprefix("default of ").partition(".")[0]].ruleset
    return statement.ruleset

"""From facts drawn at random to a valid case: what is in conflict is left out."""

import weakref
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar

from matchrules.case.model import Case, Instance
from matchrules.case.validation import assemble, canonical
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.compiled import Run as CompiledRun
from matchrules.engine.faults import checked_range
from matchrules.ir import (
    AGAINST,
    Advised,
    AdvisedField,
    Aggregate,
    Attribute,
    Derived,
    Expression,
    Fires,
    Reject,
    Rule,
    RuleBase,
    walk,
)
from matchrules.regions.cutpoints import Place
from matchrules.testing.ground import Facts
from matchrules.testing.runs import Run, run_of
from matchrules.types import Type, Value

ROUNDS = 12

_Instance = TypeVar("_Instance", bound=Instance)


def valid_case(base: RuleBase, as_of: date, facts: Facts) -> Case | None:
    """The case of those facts if it is valid as it is (language.md 2.14)."""
    try:
        case = assemble(base, as_of, facts)
    except CaseErrors:
        return None
    return case if _valid(run_of(base, case)) else None


def mended(base: RuleBase, as_of: date, facts: Facts) -> Case | None:
    """The valid case nearest to those facts: where an asserted value is in conflict with its
    default, or facts are rejected, something is left out. None where that does not help."""
    _part_keys(base, facts)
    for turn in range(ROUNDS):
        given = _as_given(base, as_of, facts)
        run = run_of(base, given)
        if _valid(run):
            return _in_order(base, given)
        conflicts = _conflicts(run, facts)
        for number, (instance, name, type_, default) in enumerate(conflicts):
            fits = checked_range(default, type_)
            instance[name] = default if fits and (turn + number) % 2 else None
        if conflicts:
            continue
        reject = next(_rejecting(run), None)
        if reject is None:  # a default out of its range: the rules are wrong, the case is not
            break
        _leave_out(base, facts, reject, turn)
    return valid_case(base, as_of, facts)


def _part_keys(base: RuleBase, facts: Facts) -> None:
    """Keep the first of several instances with one key."""
    for name, instances in facts.items():
        keys = base.facts[name].keys
        if base.facts[name].many and keys:
            first = {tuple(i.get(k) for k in keys): i for i in reversed(instances)}
            facts[name] = [i for i in instances if first[tuple(i.get(k) for k in keys)] is i]


def _as_given(base: RuleBase, as_of: date, facts: Facts) -> Case:
    """The facts in the order in which they are given, so that their indexes are known."""
    given = {
        fact.name: tuple(
            {name: instance.get(name) for name in fact.attributes}
            for instance in facts.get(fact.name, ())
        )
        for fact in base.facts.values()
    }
    return Case(as_of, given)


def _in_order(base: RuleBase, given: Case) -> Case:
    """The case with the instances of many-facts in the one order that the language knows."""
    several = {name: instances for name, instances in given.facts.items() if len(instances) > 1}
    ordered = {name: tuple(canonical(base.facts[name], i)) for name, i in several.items()}
    return Case(given.as_of, {**given.facts, **ordered})


def _valid(run: Run) -> bool:
    """No value in conflict with its default, and nothing rejected."""
    if isinstance(run, CompiledRun):
        return run.valid
    facts = {name: [*instances] for name, instances in run.case.facts.items()}
    return not _conflicts(run, facts) and next(_rejecting(run), None) is None


def _conflicts(
    run: Run, facts: Mapping[str, Sequence[_Instance]]
) -> list[tuple[_Instance, str, Type, Value]]:
    """Asserted values that differ from their default: the instance, the attribute, its type, the
    default."""
    found = []
    for fact, instances in facts.items():
        for name, attribute in run.base.facts[fact].attributes.items():
            if attribute.default is None:
                continue
            for index, instance in enumerate(instances):
                asserted = instance.get(name)
                if asserted is None:
                    continue
                bound = {fact: index}
                default = run.value(attribute.default, bound)
                if default is None or default == asserted:
                    continue
                if attribute.unless is None or run.value(attribute.unless, bound) is not True:
                    found.append((instance, name, attribute.type, default))
    return found


def _rejecting(run: Run) -> Iterator[Reject]:
    """What rejects the case."""
    for reject in run.base.rejects:
        if any(run.value(reject.when, bound) is True for bound in run.each(reject.fact)):
            yield reject


def _leave_out(base: RuleBase, facts: Facts, reject: Reject, turn: int) -> None:
    """Leave out something that the reject reads: what is optional first, then whole facts."""
    read = _read_by(base, reject)
    optional = [
        (instance, name)
        for fact, name in read
        if not base.facts[fact].attributes[name].required
        for instance in facts.get(fact, ())
        if instance.get(name) is not None
    ]
    if optional:
        instance, name = optional[turn % len(optional)]
        instance[name] = None
        return
    there = sorted({fact for fact, _ in read if facts.get(fact)})
    if there:
        facts[there[turn % len(there)]].pop()


_READS: dict[int, dict[int, tuple[Place, ...]]] = {}  # by the identity of the rule base


def _read_by(base: RuleBase, reject: Reject) -> tuple[Place, ...]:
    """What a reject reads, worked out once."""
    known = _READS.get(id(base))
    if known is None:
        known = _READS[id(base)] = {}
        weakref.finalize(base, _READS.pop, id(base), None)
    if id(reject) not in known:
        known[id(reject)] = tuple(sorted(reads(base, reject.when)))
    return known[id(reject)]


def reads(base: RuleBase, expression: Expression) -> set[Place]:
    """The attributes that an expression reads, through defines, defaults and rules too."""
    found: set[Place] = set()
    seen: set[str] = set()
    stack = [expression]
    while stack:
        for node in walk(stack.pop()):
            if isinstance(node, Attribute) and (node.fact, node.name) not in found:
                found.add((node.fact, node.name))
                attribute = base.facts[node.fact].attributes[node.name]
                stack += [e for e in (attribute.default, attribute.unless) if e is not None]
            elif isinstance(node, Derived) and node.name not in seen:
                seen.add(node.name)
                stack += base.defines[node.name].expressions()
            elif isinstance(node, Aggregate):  # the instances count, whatever is read of them
                declared = base.facts[node.fact].attributes.values()
                found |= {(node.fact, a.name) for a in declared if a.required}
            for rule in rules_behind(base, node):
                stack += [*rule.guards, *rule.unless, *([rule.when] if rule.when else [])]
    return found


def rules_behind(base: RuleBase, node: Expression) -> list[Rule]:
    """The rules that `fires` and `advised` ask for."""
    if isinstance(node, Fires):
        return [base.rules[node.rule]]
    if not isinstance(node, Advised | AdvisedField):
        return []
    against = isinstance(node, Advised) and node.against
    return [
        rule
        for rule in base.rules.values()
        if any(
            (then.kind, then.subject) == (node.kind, node.subject)
            and (then.strength in AGAINST) is against
            for then in rule.thens
        )
    ]

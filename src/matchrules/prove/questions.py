"""What there is to decide about a rule base. Needs no solver."""

from collections.abc import Iterator
from itertools import combinations

from matchrules import ir
from matchrules.dependencies import dependencies, expressions_of, reachable
from matchrules.ir import AGAINST, Define, Expression, Rule, RuleBase, Table, children
from matchrules.prove.verdicts import Kind, Question
from matchrules.types import Number, YesNo


def questions(base: RuleBase) -> tuple[Question, ...]:
    """Everything to decide of the rules of one era, in a fixed order."""
    return (
        *_properties(base), *_tables(base), *_ranges(base), *_contradictions(base),
        *_rules(base), *_conditions(base), *_same(base),
    )  # fmt: skip


def _properties(base: RuleBase) -> Iterator[Question]:
    for said in base.properties.values():
        yield Question("property", said.name, span=said.span)


def _tables(base: RuleBase) -> Iterator[Question]:
    for define in base.defines.values():
        if not isinstance(define.body, Table):
            continue
        if define.body.hit != "collect":
            yield Question("gap", define.name, span=define.span)
        if define.body.hit == "unique":
            yield Question("overlap", define.name, span=define.span)
        for number, row in enumerate(define.body.rows, 1):
            yield Question("row", define.name, str(number), row.span)


def _ranges(base: RuleBase) -> Iterator[Question]:
    for define in base.defines.values():
        if isinstance(define.type, Number):
            yield Question("range", define.name, span=define.span)
    for fact in base.facts.values():
        for attribute in fact.attributes.values():
            if attribute.default is not None and isinstance(attribute.type, Number):
                name = f"{fact.name}.{attribute.name}"
                yield Question("range", name, "default", attribute.span)
    for rule in base.rules.values():
        for place, then in enumerate(rule.thens):
            declared = base.advice[then.kind].subjects[then.subject].fields
            for name in then.fields:
                if isinstance(declared[name], Number):
                    yield Question("range", rule.name, f"{place}.{name}", then.span)


def _contradictions(base: RuleBase) -> Iterator[Question]:
    """Pairs of rules that could speak against one another, by subject."""
    by_subject: dict[tuple[str, str], list[tuple[Rule, ir.Then]]] = {}
    for rule in base.rules.values():
        for then in rule.thens:
            by_subject.setdefault((then.kind, then.subject), []).append((rule, then))
    seen = set()
    for (kind, subject), said in sorted(by_subject.items()):
        unique = base.advice[kind].subjects[subject].unique
        for (one, then), (two, other) in combinations(said, 2):
            opposite = (then.strength in AGAINST) != (other.strength in AGAINST)
            pair = (one.name, two.name)
            if one.fact != two.fact:
                continue  # of different instances nothing is said twice
            if (opposite or (unique and then.fields)) and pair not in seen:
                seen.add(pair)
                yield Question("contradiction", one.name, two.name, two.span)


def _rules(base: RuleBase) -> Iterator[Question]:
    for rule in base.rules.values():
        yield Question("fires", rule.name, span=rule.span)
        for number in range(1, len(rule.unless) + 1):
            yield Question("unless", rule.name, str(number), rule.span)


def _conditions(base: RuleBase) -> Iterator[Question]:
    for rule in base.rules.values():
        for number in range(1, len(conditions_of(rule)) + 1):
            yield Question("condition", rule.name, str(number), rule.span)
    for define in base.defines.values():
        for number in range(1, len(conditions_of(define)) + 1):
            yield Question("condition", define.name, str(number), define.span)


def conditions_of(said: Rule | Define) -> tuple[Expression, ...]:
    """The conditions that a rule's `when` and `unless` are made of, or a define's yes/no and the
    tests of its conditionals: each operand of `and`, `or` and `not`, and the whole."""
    tops: list[Expression] = []
    if isinstance(said, Rule):
        tops = [*([] if said.when is None else [said.when]), *said.unless]
    elif not isinstance(said.body, Table):
        tops = [said.body] if isinstance(said.type, YesNo) else [*_tests(said.body)]
    found: dict[Expression, None] = {}
    for top in tops:
        for condition in _parts(top):
            if not isinstance(condition, ir.Constant):
                found.setdefault(condition)
    return tuple(found)


def _tests(expression: Expression) -> Iterator[Expression]:
    """The conditions of conditionals in an expression."""
    if isinstance(expression, ir.Aggregate):
        return  # within, a condition is one of each instance
    if isinstance(expression, ir.If):
        yield expression.condition
    for child in children(expression):
        yield from _tests(child)


def _parts(condition: Expression) -> Iterator[Expression]:
    yield condition
    match condition:
        case ir.And(operands) | ir.Or(operands):
            for operand in operands:
                yield from _parts(operand)
        case ir.Not(operand) | ir.Shown(operand):
            yield from _parts(operand)
        case ir.If(test, then, otherwise) if isinstance(condition.type, YesNo):
            for part in (test, then, otherwise):
                yield from _parts(part)


def _same(base: RuleBase) -> Iterator[Question]:
    """Pairs of rules that say the same, of which one may be enough."""
    by_saying: dict[tuple[object, ...], list[Rule]] = {}
    for rule in base.rules.values():
        said = tuple((t.strength, t.kind, t.subject, tuple(sorted(t.fields))) for t in rule.thens)
        by_saying.setdefault((said, rule.fact), []).append(rule)
    for rules in by_saying.values():
        for one, two in combinations(rules, 2):
            yield Question("same", one.name, two.name, two.span)


def touched_by(
    base: RuleBase, places: frozenset[tuple[str, str]] | None, adding: str | None
) -> frozenset[str] | None:
    """The names that may differ between two cases that differ in those attributes, or by one more
    instance of `adding` (then `F.*` too); None: all of them."""
    if places is None and adding is None:
        return None
    graph = dependencies(base)
    changed = {f"{fact}.{name}" for fact, name in places or ()}
    # a single fact may come to be there with its attributes
    changed |= {f"{fact}.*" for fact, _ in places or () if not base.facts[fact].many}
    if adding is not None:
        changed |= {f"{adding}.*", *(f"{adding}.{name}" for name in base.facts[adding].attributes)}
        changed |= {name for name, said in _said(base) if _counts(said, adding)}
    return frozenset(name for name in graph if reachable(graph, [name]) & changed) | changed


def _said(base: RuleBase) -> Iterator[tuple[str, list[Expression]]]:
    for define in base.defines.values():
        yield define.name, [*expressions_of(define)]
    for fact in base.facts.values():
        for attribute in fact.attributes.values():
            said = [e for e in (attribute.default, attribute.unless) if e is not None]
            yield f"{fact.name}.{attribute.name}", said


def _counts(expressions: list[Expression], fact: str) -> bool:
    return any(
        isinstance(node, ir.Aggregate) and node.fact == fact
        for expression in expressions for node in ir.walk(expression)
    )  # fmt: skip


KINDS: tuple[Kind, ...] = (
    "property", "gap", "overlap", "row", "range", "contradiction", "fires", "unless", "condition",
    "same",
)  # fmt: skip

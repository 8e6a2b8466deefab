"""Whether a rule base that was read from elsewhere declares all that it names."""

from collections.abc import Iterator, Mapping
from typing import Any

from matchrules.ir.base import RuleBase
from matchrules.ir.expressions import (
    Aggregate,
    Attribute,
    Constant,
    Derived,
    ParameterValue,
    walk,
)
from matchrules.types import Enum


def undeclared(base: RuleBase) -> str | None:
    """The first name that stands for nothing, or stands under another one; None if there is
    none."""
    return next((name for name, found in _names(base) if not found), None)


def _names(base: RuleBase) -> Iterator[tuple[str, bool]]:
    tables: tuple[Mapping[str, Any], ...] = (
        base.rulesets, base.facts, base.parameters, base.advice, base.defines, base.rules,
        *(fact.attributes for fact in base.facts.values()),
        *(kind.subjects for kind in base.advice.values()),
    )  # fmt: skip
    for declared in tables:
        for name, one in declared.items():
            yield name, one.name == name
    for name, enum in base.enums.items():
        type_ = enum.type
        same = isinstance(type_, Enum) and set(enum.labels) == set(type_.members)
        yield name, same and getattr(type_, "name", None) == name
    facts = [define.fact for define in base.defines.values()]
    facts += [rule.fact for rule in base.rules.values()]
    facts += [reject.fact for reject in base.rejects]
    for fact in facts:
        if fact is not None:
            yield fact, fact in base.facts
    for rule in base.rules.values():
        yield rule.ruleset, rule.ruleset in base.rulesets
        yield from ((name, name in base.rules) for name in rule.overrides)
        for then in rule.thens:
            kind = base.advice.get(then.kind)
            subject = None if kind is None else kind.subjects.get(then.subject)
            known = set() if subject is None else set(subject.fields)
            yield f"{then.kind}.{then.subject}", subject is not None and set(then.fields) <= known
    for top in base.expressions():
        for node in walk(top):
            yield from _inside(base, node)


def _inside(base: RuleBase, node: Any) -> Iterator[tuple[str, bool]]:
    match node:
        case Attribute(fact, name):
            yield f"{fact}.{name}", fact in base.facts and name in base.facts[fact].attributes
        case Derived(name):
            yield name, name in base.defines
        case ParameterValue(name):
            yield name, name in base.parameters
        case Aggregate(fact=fact, by=by):
            declared = base.facts.get(fact)
            known = declared is not None and (by is None or by in declared.attributes)
            yield fact, known
        case Constant(value, type_):
            yield str(value), not isinstance(type_, Enum) or value in (None, *type_.members)

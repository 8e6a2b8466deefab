"""Firings as advice, in the order of language.md 2.13."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from matchrules.ir import STRENGTHS, Rule, RuleBase
from matchrules.types import Type, python_value, sort_key

from .model import Advice, Firing
from .values import Key, about_of, plain_value


def order(base: RuleBase, firing: Firing) -> tuple[object, ...]:
    rule = base.rules[firing.rule]
    return (
        *rank(base, rule, firing.place), key_order(base, rule.fact, firing.about), firing.place
    )  # fmt: skip


def rank(base: RuleBase, rule: Rule, place: int) -> tuple[object, ...]:
    """Where the advice of a `then` comes, whatever the case."""
    then = rule.thens[place]
    return (
        -base.advice[then.kind].salience, STRENGTHS.index(then.strength), then.kind, then.subject,
        rule.full_name,
    )  # fmt: skip


def key_order(base: RuleBase, fact: str | None, key: Key | None) -> tuple[object, ...]:
    """A sort key for the keys of instances of one fact."""
    if fact is None or key is None:
        return ()
    declaration = base.facts[fact]
    return tuple(
        sort_key(value, declaration.attributes[name].type)
        for name, value in zip(declaration.keys, key, strict=True)
    )


def advice(base: RuleBase, firing: Firing) -> Advice:
    rule: Rule = base.rules[firing.rule]
    return Advice(
        about=about_of(firing.about), **always(base, rule, firing.place), **said(base, firing)
    )


def always(base: RuleBase, rule: Rule, place: int) -> dict[str, Any]:
    """What the advice of a `then` is whatever the case."""
    then = rule.thens[place]
    return {
        "kind": then.kind, "subject": then.subject, "strength": then.strength, "id": rule.id,
        "rule": rule.full_name, "cites": tuple(map(str, rule.cites)),
        "salience": base.advice[then.kind].salience,
    }  # fmt: skip


def said(base: RuleBase, firing: Firing) -> dict[str, Any]:
    """What depends on the case."""
    rule = base.rules[firing.rule]
    then = rule.thens[firing.place]
    declared = base.advice[then.kind].subjects[then.subject].fields
    return {
        "text": firing.text,
        "fields": {n: python_value(v, declared[n]) for n, v in sorted(firing.fields.items())},
        "reasons": {
            n: python_value(v, rule.reasons[n].type) for n, v in sorted(firing.reasons.items())
        },
        "provisional": firing.provisional,
    }  # fmt: skip


def shown_derived(value: Any, type_: Type) -> Any:
    if isinstance(value, Mapping):
        return {about_of(key): python_value(item, type_) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(python_value(item, type_) for item in value)
    return python_value(value, type_)


def stale_parameters(base: RuleBase, as_of: date) -> tuple[str, ...]:
    """Sentences on the parameter values in force on `as_of` that were checked longer ago than
    their ruleset's `stale after`, one for all that were checked on one day."""
    found: dict[tuple[date, int], list[str]] = {}
    for name, parameter in base.parameters.items():
        limit = base.rulesets[parameter.ruleset].stale_after
        in_force = {r.key: r for r in parameter.rows if r.start is None or r.start <= as_of}
        for row in in_force.values():
            if limit is None or row.checked is None or (as_of - row.checked).days <= limit:
                continue
            which = name if row.key is None else f"{name} for {plain_value(row.key, None)}"
            found.setdefault((row.checked, limit), []).append(f"`{which}`")
    return tuple(
        f"these values were last checked on {checked}, {(as_of - checked).days} days before "
        f"{as_of}, and are to be checked again after {limit} days: {', '.join(names)}"
        for (checked, limit), names in sorted(found.items())
    )

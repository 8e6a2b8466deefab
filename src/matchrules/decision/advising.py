"""Firings as advice, in the order of language.md 2.13."""

from collections.abc import Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, Final

from matchrules.ir import STRENGTHS, Rule, RuleBase
from matchrules.ir.kept import Kept
from matchrules.types import Type, python_value, sort_key

from .model import Advice, Firing, advice_told_later
from .values import Key, about_of, plain_value


class Sayings(dict[tuple[str, int], tuple[tuple[object, ...], dict[str, Any]]]):
    """What is always so of the advice of each `then` of a rule base: where it comes, and what it
    says. Found when it is first asked for."""

    def __init__(self, base: RuleBase) -> None:
        super().__init__()
        self.base = base

    def __missing__(self, then: tuple[str, int]) -> tuple[tuple[object, ...], dict[str, Any]]:
        rule, place = self.base.rules[then[0]], then[1]
        found = rank(self.base, rule, place), {**always(self.base, rule, place), "about": None}
        return self.setdefault(then, found)


_sayings: Final = Kept(Sayings)


class Told:
    """What is left to be told of advice: what its firing says, as users see it."""

    def __init__(self, base: RuleBase, firings: Sequence[Firing]) -> None:
        self._base = base
        self._firings = firings

    def said(self, advice: Advice) -> Mapping[str, Any]:
        return said(self._base, self._firings[advice._index])


def advised(base: RuleBase, firings: Sequence[Firing]) -> Sequence[Advice]:
    """The advice of firings, in order."""
    sayings, rows = _sayings(base), list[Any]()
    for index, firing in enumerate(firings):
        place, known = sayings[firing.rule, firing.place]
        among: tuple[object, ...] = ()
        if firing.about is not None:
            among = key_order(base, base.rules[firing.rule].fact, firing.about)
            known = {**known, "about": about_of(firing.about)}
        rows.append((place, among, firing.place, index, known))
    rows.sort(key=itemgetter(0, 1, 2))
    told = Told(base, firings)
    return advice_told_later([row[4] for row in rows], told, [row[3] for row in rows])


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

"""A witness without what it does not need: one fact or attribute after the other is left out, as
long as the interpreter still sees in it what it shows."""

from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Final, TypeVar

from matchrules.ir import RuleBase
from matchrules.prove.scene import Difference
from matchrules.prove.witness import Facts

SECONDS: Final = 5.0  # at most, for one witness

Step = tuple[str, int | None, str | None]  # a fact, an instance of it, an attribute of that
_T = TypeVar("_T")


def smallest(
    base: RuleBase, facts: Mapping[str, Facts], difference: Difference | None,
    believed: Callable[[Mapping[str, Facts]], _T | None], found: _T, deadline: float,
) -> _T:  # fmt: skip
    """What `believed` makes of the smallest facts that it believes; `found` is what it made of all.
    The cases of a `compare` stay as they have to differ."""
    deadline = max(deadline, monotonic()) + SECONDS
    changed = True
    while changed:
        changed = False
        for names, step in list(_steps(base, facts, difference)):
            if monotonic() > deadline:
                return found
            fewer = {n: _without(own, step) if n in names else own for n, own in facts.items()}
            if fewer == facts:
                continue
            smaller = believed(fewer)
            if smaller is not None:
                facts, found, changed = fewer, smaller, True
    return found


def _steps(
    base: RuleBase, facts: Mapping[str, Facts], difference: Difference | None
) -> Iterator[tuple[tuple[str, ...], Step]]:
    """What can be left out, the largest first, and in which cases."""
    every = tuple(facts)
    free = difference is not None and difference.places is None and difference.adding is None
    groups = [(name,) for name in every] if free else [every]
    for names in groups:
        whole = facts[names[-1]]
        adding = None if difference is None else difference.adding  # its last instance stays
        for fact in whole:
            if fact != adding:
                yield names, (fact, None, None)
        for fact, instances in whole.items():
            for index in reversed(range(len(instances) - (fact == adding))):
                yield names, (fact, index, None)
        for fact, instances in whole.items():
            for index in reversed(range(len(instances))):
                for attribute in list(instances[index]):
                    if base.facts[fact].attributes[attribute].required:
                        continue
                    yield names, (fact, index, attribute)
                    if (fact, attribute) in (difference.places or () if difference else ()):
                        yield from (((name,), (fact, index, attribute)) for name in names)


def _without(facts: Facts, step: Step) -> Facts:
    fact, index, attribute = step
    instances = facts.get(fact, [])
    if index is None:
        return {name: own for name, own in facts.items() if name != fact}
    if index >= len(instances):
        return facts
    kept = list(instances)
    if attribute is None:
        del kept[index]
    else:
        kept[index] = {name: v for name, v in kept[index].items() if name != attribute}
    if not kept:
        return {name: own for name, own in facts.items() if name != fact}
    return {**facts, fact: kept}

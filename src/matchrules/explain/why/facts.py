"""The facts that a proof lists, as a case of their own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matchrules.case.model import Case, Instance
from matchrules.explain.why.node import Unit
from matchrules.ir import FactDeclaration, RuleBase


def reduced(base: RuleBase, case: Case, units: Iterable[Unit]) -> tuple[Case, dict[Any, int]]:
    """The case with those facts only, and where each of its instances stands in it.

    An instance keeps its key and what is required of it; what else is not listed is unknown.
    """
    kept: dict[str, dict[int, set[str]]] = {}
    for fact, index, name in units:
        names = kept.setdefault(fact, {}).setdefault(index, set())
        if name is not None:
            names.add(name)
    facts: dict[str, tuple[Instance, ...]] = dict.fromkeys(case.facts, ())
    places: dict[Any, int] = {}
    for fact, instances in kept.items():
        declared = base.facts[fact]
        found = []
        for index in sorted(instances):
            places[fact, index] = len(found)
            found.append(_instance(declared, case.facts[fact][index], instances[index]))
        facts[fact] = tuple(found)
    return Case(case.as_of, facts), places


def _instance(declared: FactDeclaration, instance: Instance, names: set[str]) -> Instance:
    many = declared.many
    return {
        name: instance[name]
        if name in names or (many and (attribute.key or attribute.required)) else None
        for name, attribute in declared.attributes.items()
    }  # fmt: skip


def together(each: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Facts of several proofs of one case in one mapping, each instance once."""
    found: dict[str, Any] = {}
    for facts in each:
        for name, given in facts.items():
            if not isinstance(given, list):
                found[name] = {**found.get(name, {}), **given}
                continue
            known = found.setdefault(name, [])
            known += [instance for instance in given if instance not in known]
    return dict(sorted(found.items()))

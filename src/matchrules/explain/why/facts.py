"""The facts that a proof lists, as a case of their own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matchrules.case.model import Case, Instance
from matchrules.explain.why.node import Unit
from matchrules.ir import RuleBase


class Reduced:
    """A case with some of its facts only."""

    def __init__(self, base: RuleBase, case: Case) -> None:
        self.base = base
        self.case = case
        self._nothing: dict[str, tuple[Instance, ...]] = dict.fromkeys(case.facts, ())
        self._bare: dict[tuple[str, int], dict[str, Any]] = {}

    def __call__(self, units: Iterable[Unit]) -> tuple[Case, dict[Any, int]]:
        """The case with those facts only, and where each of its instances stands in it.

        An instance keeps its key and what is required of it; what else is not listed is unknown.
        """
        kept: dict[str, dict[int, dict[str, Any]]] = {}
        for fact, index, name in units:
            instances = kept.setdefault(fact, {})
            if index not in instances:
                instances[index] = self._instance(fact, index)
            if name is not None:
                instances[index][name] = self.case.facts[fact][index][name]
        facts = self._nothing.copy()
        places: dict[Any, int] = {}
        for fact, instances in kept.items():
            order = sorted(instances)
            facts[fact] = tuple([instances[index] for index in order])
            places.update(((fact, index), place) for place, index in enumerate(order))
        return Case(self.case.as_of, facts), places

    def _instance(self, fact: str, index: int) -> dict[str, Any]:
        """An instance of which no more is known than has to be."""
        bare = self._bare.get((fact, index))
        if bare is None:
            declared, whole = self.base.facts[fact], self.case.facts[fact][index]
            bare = self._bare[fact, index] = {
                name: whole[name] if declared.many and (a.key or a.required) else None
                for name, a in declared.attributes.items()
            }
        return bare.copy()


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

"""A case as it is, some of it open: the attributes that may have another value, instances that may
come and go. All the rest is constants."""

from collections.abc import Mapping
from typing import Any

import z3

from matchrules.case.model import Case
from matchrules.ir import FactDeclaration, RuleBase
from matchrules.prove.recourse.places import Place, Slots, plainest
from matchrules.prove.scene import Ground, Scene
from matchrules.prove.terms import (
    FALSE,
    TRUE,
    Encoded,
    Term,
    Truth,
    any_of,
    constant,
    neg,
    open_term,
    unknown,
)
from matchrules.prove.witness import Facts, value_of
from matchrules.types import Value, YesNo

At = tuple[str, int, str]  # an attribute of an instance


class Around(Scene):
    """The cases around one. `open_places` may have another value, known as before; `relaxed`: it
    may be known or not. `slots` more instances of each many-fact may be there, those of `removable`
    facts may be gone, single facts of `loose` may be given or not."""

    def __init__(
        self, base: RuleBase, case: Case, open_places: Mapping[At, Place], slots: Slots,
        removable: frozenset[str], loose: frozenset[str] = frozenset(), relaxed: bool = False,
        open_facts: frozenset[str] | None = None,
    ) -> None:  # fmt: skip
        ground = Ground(base, None if open_facts is not None else 0)
        ground.formulas.clear()
        ground.as_of = Term(z3.IntVal(case.as_of.toordinal()), TRUE)
        super().__init__(ground)
        self.case = case
        self.places = open_places
        self.slots = slots
        self.removable = removable
        self.loose = loose
        self.relaxed = relaxed
        self.open_facts = open_facts or frozenset()  # of these any number of any kind

    def existing(self, fact: str, index: int) -> bool:
        """Whether the instance is one of the case, and not any other."""
        return fact not in self.open_facts and index < len(self.case.facts[fact])

    def indices(self, fact: str) -> range:
        if not self.base.facts[fact].many:
            return range(1)
        return range(len(self.case.facts[fact]) + self.slots.get(fact, 0))

    def _present(self, declared: FactDeclaration, index: int) -> Any:
        name = declared.name
        free = z3.Bool(f"{name}[{index}]")
        if not declared.many:
            if name in self.loose:
                return free
            return TRUE if self.case.facts[name] else FALSE
        if self.existing(name, index):
            return free if name in self.removable else TRUE
        return free

    def _count(self, declared: FactDeclaration) -> None:
        """New instances are there from the first on, no more than there can be, and each with a
        key of its own, which is that of none that was there."""
        name = declared.name
        if name in self._counted:
            return
        self._counted.add(name)
        there = len(self.case.facts[name])
        new = range(there, len(self.indices(name)))
        formulas = self.ground.formulas
        for index in new[1:]:
            earlier = self.present(name, index - 1)
            formulas.append(z3.Implies(self.present(name, index), earlier))
        assert declared.bound is not None
        if len(self.indices(name)) > declared.bound:
            every = [(self.present(name, index), 1) for index in self.indices(name)]
            formulas.append(z3.PbLe(every, declared.bound))
        for index in new if declared.keys else ():
            for other in range(index):
                apart = [self._key_differs(name, key, index, other) for key in declared.keys]
                needed = [self.present(name, index)]
                if other >= there:
                    needed.append(self.present(name, other))
                formulas.append(z3.Implies(z3.And(*needed), any_of(apart)))

    def _key_differs(self, fact: str, name: str, one: int, other: int) -> Any:
        first, second = (self.attribute(fact, name, index) for index in (one, other))
        if isinstance(first, Truth) and isinstance(second, Truth):
            return neg(first.yes == second.yes)
        assert isinstance(first, Term) and isinstance(second, Term)
        return first.term != second.term

    def attribute(self, fact: str, name: str, index: int) -> Encoded:
        key = (fact, index, name)
        if key not in self.asserted:
            self.asserted[key] = self._asserted(fact, name, index)
        return self.asserted[key]

    def _asserted(self, fact: str, name: str, index: int) -> Encoded:
        declared = self.base.facts[fact].attributes[name]
        if not self.existing(fact, index):
            if not (self.base.facts[fact].many or fact in self.loose):
                return unknown(declared.type)
            return self._open(fact, declared, index)
        place = self.places.get((fact, index, name))
        if place is None:
            value = self.case.facts[fact][index][name]
            return constant(value, declared.type, self.ground.texts)
        if self.relaxed:
            return self._open(fact, declared, index)
        said = f"{fact}[{index}].{name}"
        if isinstance(declared.type, YesNo):
            variable = z3.Bool(said)
            return Truth(variable, neg(variable))
        found, formula = open_term(said, declared.type, TRUE)
        self.ground.formulas.append(formula)
        return found

    # What a model says --------------------------------------------------------------------------

    def facts(self, model: Any) -> Facts:
        """The facts that a model describes: those of the case, with what the model makes other."""
        found: Facts = {}
        for name, declared in self.base.facts.items():
            instances = []
            for index in self.indices(name):
                there = self.there.get((name, index))
                if index < len(self.case.facts[name]):
                    if there is None or _holds(model, there):
                        instances.append(self._kept(model, name, index))
                elif there is not None and _holds(model, there):
                    instances.append(self.new(model, declared, index))
            if instances:
                found[name] = instances
        return found

    def _kept(self, model: Any, fact: str, index: int) -> dict[str, Value | None]:
        values = dict(self.case.facts[fact][index])
        for name in values:
            if (fact, index, name) in self.places:
                value = self.value(model, fact, name, index)
                values[name] = values[name] if value is None else value
        return values

    def new(self, model: Any, declared: FactDeclaration, index: int) -> dict[str, Value | None]:
        """An instance that a model adds; what no formula speaks of is the plainest value."""
        values: dict[str, Value | None] = {}
        for attribute in declared.attributes.values():
            value = self.value(model, declared.name, attribute.name, index)
            if value is None and attribute.required:
                value = plainest(attribute, self.case.as_of)
            values[attribute.name] = value
        return values

    def value(self, model: Any, fact: str, name: str, index: int) -> Value | None:
        """A value of a model; None where it is not known, or no formula speaks of it."""
        found = self.asserted.get((fact, index, name))
        type_ = self.base.facts[fact].attributes[name].type
        return None if found is None else value_of(model, found, type_, self.ground.texts)


def _holds(model: Any, formula: Any) -> bool:
    return bool(z3.is_true(model.eval(formula, model_completion=True)))


__all__ = ["Around", "At"]

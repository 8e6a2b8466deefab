"""The cases that there can be, as variables of the solver.

Each attribute of each fact has a value and a bit that says whether it was asserted; each instance
has a bit that says whether it is there. Many-facts have up to so many instances, or are left open:
then what is worked out over all of them is any value of its type (`encoding`).
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import z3
from attrs import define, field, frozen

from matchrules.ir import AttributeDeclaration, FactDeclaration, RuleBase, walk
from matchrules.ir.expressions import Constant
from matchrules.prove.calendar import Calendar
from matchrules.prove.terms import (
    LAST_DAY,
    TRUE,
    Encoded,
    Term,
    Texts,
    Truth,
    all_of,
    neg,
    open_term,
    same_term,
)
from matchrules.types import Text, YesNo

Place = tuple[str, str]


@frozen
class Difference:
    """How the second case of a `compare` differs from the first: in the attributes in `places`
    (None: in any), or by one more instance of `adding`."""

    places: frozenset[Place] | None = None
    adding: str | None = None


@define(eq=False)
class Ground:
    """What the cases of one question share: the day, texts, the calendar, and the formulas that
    make the variables values of their types."""

    base: RuleBase
    instances: int | None
    texts: Texts = field(factory=Texts)
    calendar: Calendar = field(factory=Calendar)
    formulas: list[Any] = field(factory=list)
    numbers: Iterator[int] = field(factory=count)  # of what is left open: a name is given once
    as_of: Term = field(init=False)

    def __attrs_post_init__(self) -> None:
        day = z3.Int("as_of")
        last = LAST_DAY if self.base.end is None else self.base.end.toordinal() - 1
        self.as_of = Term(day, TRUE)
        self.formulas += [day >= self.base.start.toordinal(), day <= last]
        for expression in self.base.expressions():
            for node in walk(expression):
                if isinstance(node, Constant) and isinstance(node.type, Text) and node.value:
                    self.texts.number_of(str(node.value))


class Scene:
    """One case. `first` and `difference` make it the second case of a `compare`: what may not
    differ is the first one's."""

    def __init__(
        self, ground: Ground, label: str = "",
        first: "Scene | None" = None, difference: Difference | None = None,
    ) -> None:  # fmt: skip
        self.ground = ground
        self.base = ground.base
        self.label = label
        self.first = first
        self.difference = difference or Difference()
        self.asserted: dict[tuple[str, int, str], Encoded] = {}
        self.there: dict[tuple[str, int], Any] = {}
        self._counted: set[str] = set()

    @property
    def open(self) -> bool:
        """Whether many-facts are left open."""
        return self.ground.instances is None

    def indices(self, fact: str) -> range:
        """The instances that a many-fact may have (one of a single fact)."""
        declared = self.base.facts[fact]
        if not declared.many:
            return range(1)
        assert self.ground.instances is not None
        assert declared.bound is not None
        most = min(self.ground.instances, declared.bound)
        if self.first is not None and self.difference.adding == fact:
            return range(len(self.first.indices(fact)) + 1)
        if self.adds_to == fact:
            most = min(most, declared.bound - 1)
        return range(most)

    adds_to: str | None = None  # the fact that the second case has one more of

    def present(self, fact: str, index: int) -> Any:
        """Whether that instance is there."""
        declared = self.base.facts[fact]
        key = (fact, index)
        if key not in self.there:
            self.there[key] = self._present(declared, index)
            if declared.many and not self.open:
                self._count(declared)
        return self.there[key]

    def _present(self, declared: FactDeclaration, index: int) -> Any:
        if self.first is not None and not self._may_come_and_go(declared):
            if not self.open and index not in self.first.indices(declared.name):
                return TRUE  # the one that is added
            return self.first.present(declared.name, index)
        return z3.Bool(f"{self.label}{declared.name}[{index}]")

    def _may_come_and_go(self, declared: FactDeclaration) -> bool:
        """Whether the fact may be in one case of a `compare` and not in the other."""
        if self.difference.adding is not None:
            return False
        places = self.difference.places
        if places is None:
            return True
        if declared.many:
            return False
        mine = [n for n in declared.attributes if (declared.name, n) in places]
        held = [n for n, a in declared.attributes.items() if a.required and n not in mine]
        return bool(mine) and not held

    def _count(self, declared: FactDeclaration) -> None:
        """Instances are there from the first on, and those with a key have each its own."""
        name = declared.name
        if name in self._counted:
            return
        self._counted.add(name)
        indices = self.indices(name)
        own = self.first is None or self._may_come_and_go(declared)
        for index in indices[1:] if own else ():
            later, earlier = self.present(name, index), self.present(name, index - 1)
            self.ground.formulas.append(z3.Implies(later, earlier))
        for one in indices if declared.keys else ():
            for other in range(one):
                same = [
                    same_term(*(self._key(name, k, i) for i in (one, other)))
                    for k in declared.keys
                ]  # fmt: skip
                both = [self.present(name, one), self.present(name, other)]
                self.ground.formulas.append(neg(all_of([*both, *same])))

    def _key(self, fact: str, name: str, index: int) -> Any:
        value = self.attribute(fact, name, index)
        return value.yes if isinstance(value, Truth) else value.term

    def attribute(self, fact: str, name: str, index: int) -> Encoded:
        """The asserted value of an attribute; unknown where there is none."""
        key = (fact, index, name)
        if key not in self.asserted:
            declared = self.base.facts[fact].attributes[name]
            if self.first is not None and self._is_firsts(fact, name, index):
                found = self.first.attribute(fact, name, index)
                self._belongs(fact, index, found)
            else:
                found = self._open(fact, declared, index)
            self.asserted[key] = found
        return self.asserted[key]

    def value_made(self, fact: str, name: str, index: int) -> Encoded | None:
        """The asserted value of an attribute that some formula speaks of, here or in the first
        case; None of any other."""
        found = self.asserted.get((fact, index, name))
        if found is None and self.first is not None and self._is_firsts(fact, name, index):
            return self.first.value_made(fact, name, index)
        return found

    def presence_made(self, fact: str, index: int) -> Any:
        """Whether an instance that some formula speaks of is there; None of any other."""
        found = self.there.get((fact, index))
        if found is None and self.first is not None:
            declared = self.base.facts[fact]
            if not self.open and index not in self.first.indices(fact):
                return TRUE
            if not self._may_come_and_go(declared):
                return self.first.presence_made(fact, index)
        return found

    def _is_firsts(self, fact: str, name: str, index: int) -> bool:
        assert self.first is not None
        if self.difference.adding is not None:
            many = self.base.facts[fact].many
            return not many or self.open or index in self.first.indices(fact)
        return self.difference.places is not None and (fact, name) not in self.difference.places

    def _open(self, fact: str, declared: AttributeDeclaration, index: int) -> Encoded:
        name = f"{self.label}{fact}[{index}].{declared.name}"
        present = self.present(fact, index)
        known = present if declared.required else z3.Bool(f"{name}?")
        found: Encoded
        if isinstance(declared.type, YesNo):
            value = z3.Bool(name)
            found = Truth(all_of([known, value]), all_of([known, neg(value)]))
        else:
            found, formula = open_term(name, declared.type, known)
            self.ground.formulas.append(formula)
        if not declared.required:
            self._belongs(fact, index, found)
        return found

    def _belongs(self, fact: str, index: int, value: Encoded) -> None:
        """Only an instance that is there has values."""
        self.ground.formulas.append(z3.Implies(value.known, self.present(fact, index)))

    @property
    def as_of(self) -> Term:
        return self.ground.as_of


def whatever(base: RuleBase, names: tuple[str, ...], ground: Ground) -> Mapping[str, Encoded]:
    """Parameters that have any value of their type, the same on every day and for every key."""
    found: dict[str, Encoded] = {}
    for name in names:
        type_ = base.parameters[name].type
        if isinstance(type_, YesNo):
            value = z3.Bool(f"whatever {name}")
            found[name] = Truth(value, neg(value))
            continue
        found[name], formula = open_term(f"whatever {name}", type_, TRUE)
        ground.formulas.append(formula)
    return found


__all__ = ["Difference", "Ground", "Place", "Scene", "whatever"]

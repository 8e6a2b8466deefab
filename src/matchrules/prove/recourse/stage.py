"""One search: the cases around one, what is asked of them, and what it costs to get there."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import z3

from matchrules.engine.interpreter import Interpretation
from matchrules.ir import Aggregate, AttributeDeclaration, FactDeclaration, Rule, RuleBase, walk
from matchrules.prove.recourse.encoding import Partial, Reading
from matchrules.prove.recourse.measures import how_far, moves_as_marked, on_or_after, other_than
from matchrules.prove.recourse.places import (
    Place,
    Slots,
    may_add,
    may_remove,
    places,
    scale,
)
from matchrules.prove.recourse.scene import Around, At
from matchrules.prove.terms import Encoded, all_of, any_of, constant, equal, neg
from matchrules.types import Date

Aim = Literal["have", "lose"]
Assigned = Mapping[tuple[Any, ...], Any]


class Question:
    """What every search about one goal shares: the rules, the case, whose advice is to stand or
    not, and what of the case has to do with it."""

    def __init__(
        self, base: RuleBase, run: Interpretation, rules: tuple[Rule, ...], aim: Aim
    ) -> None:
        self.base, self.case, self.run = base, run.case, run
        self.rules, self.aim = rules, aim
        self.reading = Reading(base)
        self.places = tuple(places(base, self.case))
        self.summed_up = frozenset(
            fact.name for fact in base.facts.values()
            if fact.many and not self.case.facts[fact.name] and any(
                f"{fact.name}.*" in self.reading.name(place.name)
                for place in self.places
                if place.value is not None and place.attribute.default is not None
            )
        )  # fmt: skip

    def may_add(self, fact: FactDeclaration) -> bool:
        """Whether there can be more of a fact. Of one that is summed up, and not listed, there is
        no telling what one more makes of the sum: the first one would be all there is."""
        return may_add(fact) and fact.name not in self.summed_up

    def reached(self, changeable: frozenset[str]) -> frozenset[str]:
        """The names, of those that may change, that the goal rests on, or that may have to change
        with one of these for the case to be valid."""
        found = frozenset[str]().union(*map(self.reading.rule, self.rules)) & changeable
        linked = [names & changeable for names in self.reading.constraints()]
        waiting = True
        while waiting:
            waiting = False
            for names in linked:
                if not names.isdisjoint(found) and not names <= found:
                    found, waiting = found | names, True
        return found

    def changeable(self, relaxed: bool = False) -> frozenset[str]:
        """Attributes and facts (`F.*`) that marks let change; `relaxed`: all that there are."""
        names = {place.name for place in self.places if relaxed or is_open(place)}
        for fact in self.base.facts.values():
            if self.may_add(fact) or may_remove(fact) or relaxed:
                names.add(f"{fact.name}.*")
            if relaxed and not fact.many and not self.case.facts[fact.name]:
                names |= {f"{fact.name}.{name}" for name in fact.attributes}
        return frozenset(names)

    def does(self, run: Interpretation) -> bool:
        """Whether the interpreter sees in a case what is asked for."""
        stands = any(
            run.stands(rule, bound) for rule in self.rules for bound in run.each(rule.fact)
        )
        return stands is (self.aim == "have")

    def most_slots(self, fact: str) -> int:
        """How many more of a many-fact there can be."""
        declared = self.base.facts[fact]
        there = 0 if may_remove(declared) else len(self.case.facts[fact])
        return (declared.bound or 0) - there


def is_open(place: Place) -> bool:
    """Whether the place may have another value as it is marked."""
    return place.change != "fixed" and place.value is not None


class Stage:
    """The cases around the one of a question in which names of `moved` may be other than they are,
    with `slots` more of many-facts; `counted` False: with any number of these. `relaxed`: as if
    nothing were marked."""

    def __init__(
        self, question: Question, moved: frozenset[str], slots: Slots,
        relaxed: bool = False, counted: bool = True,
    ) -> None:  # fmt: skip
        self.question, self.moved, self.slots = question, moved, slots
        base = question.base
        self.open: Mapping[At, Place] = {
            (place.fact, place.index, place.attribute.name): place
            for place in question.places
            if place.name in moved and (relaxed or is_open(place))
        }
        many = [fact for fact in base.facts.values() if fact.many and f"{fact.name}.*" in moved]
        self.removable = frozenset(f.name for f in many if relaxed or may_remove(f))
        self.loose = frozenset(
            fact.name for fact in base.facts.values()
            if relaxed and not fact.many and not moved.isdisjoint(
                {f"{fact.name}.*", *(f"{fact.name}.{name}" for name in fact.attributes)}
            )
        )  # fmt: skip
        self.scene = Around(
            base, question.case, self.open, slots, self.removable, self.loose, relaxed,
            None if counted else self._uncounted(),
        )  # fmt: skip
        self.encoding = Partial(base, self.scene, question.reading, moved, question.run)
        for fact, index in self.new():
            for attribute in self.attributes(fact):
                self.scene.attribute(fact, attribute.name, index)

    def _uncounted(self) -> frozenset[str]:
        """The many-facts of which something may be other than it is, or of which something is
        counted that may."""
        question = self.question
        found = {
            f.name for f in question.base.facts.values() if f.many and f"{f.name}.*" in self.moved
        }
        found |= {fact for fact, _, _ in self.open if question.base.facts[fact].many}
        for expression in question.base.expressions():
            for node in walk(expression):
                if isinstance(node, Aggregate) and not self.moved.isdisjoint(
                    question.reading.expression(node)
                ):
                    found.add(node.fact)
        return frozenset(found)

    def formulas(self, faultless: bool = False) -> list[Any]:
        """That a case is valid and is what is asked for; `faultless`: and the rules show no
        fault."""
        encoding = self.encoding
        stands = any_of(encoding.stands_somewhere(self.question.rules))
        goal = stands if self.question.aim == "have" else neg(stands)
        found = [goal, *encoding.valid()]
        return [*found, *encoding.faultless()] if faultless else found

    def value(self, place: Place) -> Encoded:
        return self.scene.attribute(place.fact, place.attribute.name, place.index)

    def present(self, place: Place) -> Encoded:
        return constant(place.value, place.attribute.type, self.scene.ground.texts)

    def moved_from(self, place: Place) -> Any:
        """Whether a value that is known is another one."""
        return other_than(self.value(place), self.present(place))

    def ahead(self, fact: str, index: int, attribute: AttributeDeclaration) -> list[Any]:
        """That a day is not before that of the case."""
        if not isinstance(attribute.type, Date):
            return []
        value = self.scene.attribute(fact, attribute.name, index)
        return [on_or_after(value, self.scene.ground.as_of)]

    def marks(self) -> list[Any]:
        """That values move only as they are marked, and no day to before that of the case; of an
        instance that is gone none moves."""
        found = []
        for place in self.open.values():
            found += moves_as_marked(
                self.value(place), self.present(place), place.attribute.type, place.change
            )
            if place.fact in self.removable:
                there = self.scene.present(place.fact, place.index)
                found.append(any_of([there, neg(self.moved_from(place))]))
            found += self.ahead(place.fact, place.index, place.attribute)
        for fact, index in self.new():
            for attribute in self.attributes(fact):
                found += self.ahead(fact, index, attribute)
        return found

    def attributes(self, fact: str) -> list[AttributeDeclaration]:
        """Those that rules may read."""
        every = self.question.base.facts[fact].attributes.values()
        return [attribute for attribute in every if not attribute.never_read]

    def bits(self) -> list[tuple[Any, int]]:
        """What is done, with what it costs: values changed, instances removed, instances added, in
        the order of the vocabulary."""
        found = []
        for fact in self.question.base.facts.values():
            mine = [place for place in self.open.values() if place.fact == fact.name]
            found += [(self.moved_from(p), p.attribute.cost) for p in mine]
            there = len(self.question.case.facts[fact.name])
            if fact.name in self.removable:
                for index in range(there):
                    found.append((neg(self.scene.present(fact.name, index)), fact.cost))
            for index in range(there, there + self.slots.get(fact.name, 0)):
                found.append((self.scene.present(fact.name, index), fact.cost))
        return found

    def distances(self) -> Iterator[tuple[Place, Any]]:
        """How far each value moves, in whole numbers of one scale."""
        every = list(self.open.values())
        factor = scale(place.attribute.type for place in every)
        for place in every:
            yield (
                place,
                how_far(self.value(place), self.present(place), place.attribute.type, factor),
            )

    def new(self) -> Iterator[tuple[str, int]]:
        """The instances that may be added."""
        for fact, slots in self.slots.items():
            there = len(self.question.case.facts[fact])
            yield from ((fact, index) for index in range(there, there + slots))

    def assigned(self, model: Any) -> Assigned:
        """What a model says of all that is open, to be found again in another stage."""
        scene = self.scene
        there: dict[tuple[Any, ...], Any] = {
            key: bool(z3.is_true(model.eval(formula, model_completion=True)))
            for key, formula in scene.there.items()
        }
        return there | {
            (fact, index, name): scene.value(model, fact, name, index)
            for fact, index, name in scene.asserted
        }

    def otherwise(self, assigned: Assigned) -> Any:
        """That something is not as it was there."""
        scene, same = self.scene, []
        for fact, index in self.new():
            scene.present(fact, index)
        for key, formula in scene.there.items():
            same.append(formula if assigned.get(key, False) else neg(formula))
        for (fact, index, name), value in scene.asserted.items():
            was = assigned.get((fact, index, name))
            if was is None:
                same.append(neg(value.known))
            else:
                type_ = self.question.base.facts[fact].attributes[name].type
                present = constant(was, type_, scene.ground.texts)
                same += [value.known, equal(value, present)]
        return neg(all_of(same))


__all__ = ["Assigned", "Question", "Stage", "is_open"]

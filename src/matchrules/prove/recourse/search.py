"""The search for the smallest change.

Costs come first, then fewer changes, then the smallest moves; what is left open after that is
settled in the order of the vocabulary, so that equal cases get equal answers. What the solver finds
is shown to the interpreter before it is believed; and that it finds nothing below a cost is the
proof that there is nothing.
"""

from typing import Any, Final

import z3
from attrs import frozen

from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import AttributeDeclaration
from matchrules.prove.aggregates import NeedsInstances
from matchrules.prove.recourse.asking import Asking, Deadline, Stopped
from matchrules.prove.recourse.measures import how_far, rank
from matchrules.prove.recourse.places import plainest, scale
from matchrules.prove.recourse.stage import Assigned, Question, Stage
from matchrules.prove.terms import Unsupported, choose, constant
from matchrules.prove.witness import assembled
from matchrules.types import Enum, SetOf, Text

MOST_ADDED: Final = 8  # of each many-fact: beyond that nothing is looked at
MOST_TRIES: Final = 20  # at what the interpreter does not see as the solver does


@frozen(eq=False)
class Found:
    """What the search came to. `run` is None where nothing was found; `proved`: that is the
    smallest, or there is none; `within` is up to how many more of each fact was looked, None where
    that does not matter."""

    run: Interpretation | None = None
    stage: Stage | None = None
    model: Any = None
    cost: int | None = None
    proved: bool = False
    within: int | None = None
    reason: str = ""


class Search:
    """Looks for the smallest change within a time limit."""

    def __init__(self, question: Question, deadline: Deadline) -> None:
        self.question, self._deadline = question, deadline
        self.moved = question.reached(question.changeable())
        self._faultless = False
        self._tries = 0
        self._at_least = 0  # what it is proved to cost
        self._asking: tuple[Stage, Asking] | None = None
        self._refused: list[Assigned] = []
        self.slots = self._slots(1)

    def found(self) -> Found:
        """The smallest change; never raises for want of time."""
        try:
            return self._found()
        except (Unsupported, z3.Z3Exception) as error:
            return self._unproved(f"the solver gave up: {error}")
        except Stopped as why:
            return self._unproved(str(why))

    def _found(self) -> Found:
        slots = 1
        while True:
            self.slots = self._slots(slots)
            stage, asking, cost = self._least()
            if cost is None:
                if not self.slots or self._none_at_all():
                    return Found(proved=True)
                if self.slots == self._slots(MOST_ADDED):
                    return Found(proved=self._all_slots(), within=max(self.slots.values()))
                slots = min(2 * slots, MOST_ADDED)
                continue
            needed = self._needed(cost)
            if any(needed[fact] > have for fact, have in self.slots.items()) and (
                self.slots != self._slots(MOST_ADDED)
            ):
                slots = min(max(2 * slots, *needed.values()), MOST_ADDED)
                continue
            self._at_least = cost
            run = self._refined(stage, asking)
            if run is not None:
                proved = all(needed[fact] <= have for fact, have in self.slots.items())
                within = None if proved else max(self.slots.values())
                return Found(run, stage, asking.model, cost, proved, within)

    def _least(self) -> tuple[Stage, Asking, int | None]:
        """The least cost with so many more of many-facts."""
        stage = Stage(self.question, self.moved, self.slots)
        asking = Asking(stage.scene, self._deadline)
        self._asking = (stage, asking)
        asking.add(*stage.formulas(self._faultless), *stage.marks())
        bits = stage.bits()
        asking.add(*(stage.otherwise(assigned) for assigned in self._refused))
        return stage, asking, asking.least_cost(bits, self._at_least)

    def _refined(self, stage: Stage, asking: Asking) -> Interpretation | None:
        """The case to which the least change leads; None where the interpreter does not take it,
        which is remembered."""
        bits = [bit for bit, _ in stage.bits()]
        asking.least_cost([(bit, 1) for bit in bits], 0)
        same = z3.And(*(bit if asking.holds(bit) else z3.Not(bit) for bit in bits))
        if asking.possible(z3.Not(same)):  # as many others do it: those that move less
            asking.least(z3.Sum([far for _, far in stage.distances()]), 0)
        asking.fewest(bits)
        moved = [(p, d) for p, d in stage.distances() if asking.holds(stage.moved_from(p))]
        if moved:
            asking.least(z3.Sum([far for _, far in moved]), 0)
        for place, far in moved:
            asking.least(far, 0)
            self._lowest(asking, stage, place.fact, place.index, place.attribute)
        for fact, index in stage.new():
            if asking.holds(stage.scene.present(fact, index)):
                self._plainest(asking, stage, fact, index)
        run, valid = self._interpreted(stage, asking)
        if run is not None:
            return run
        if not valid and not self._faultless:
            self._faultless = True
            self.moved = self.question.changeable()
            return None
        self._tries += 1
        if self._tries == MOST_TRIES:
            raise Stopped("the interpreter does not see what the solver found")
        self._refused.append(stage.assigned(asking.model))
        return None

    def _plainest(self, asking: Asking, stage: Stage, fact: str, index: int) -> None:
        """What is new says no more than it takes, and that as plainly as can be."""
        case, scene = self.question.case, stage.scene
        attributes = [
            a for a in self.question.base.facts[fact].attributes.values()
            if (fact, index, a.name) in scene.asserted
        ]  # fmt: skip
        optional = [a for a in attributes if not a.required]
        asking.fewest([scene.attribute(fact, a.name, index).known for a in optional])
        for attribute in attributes:
            value = scene.attribute(fact, attribute.name, index)
            if not asking.holds(value.known):
                continue
            if not isinstance(attribute.type, Text):
                plain = plainest(attribute, case.as_of)
                present = constant(plain, attribute.type, scene.ground.texts)
                asking.least(how_far(value, present, attribute.type, scale([attribute.type])), 0)
            self._lowest(asking, stage, fact, index, attribute)

    def _lowest(
        self, asking: Asking, stage: Stage, fact: str, index: int, attribute: AttributeDeclaration
    ) -> None:
        """Of several values as good as one another the first; a text that no rule names, if that
        will do."""
        value = stage.scene.attribute(fact, attribute.name, index)
        term = rank(value, attribute.type)
        if isinstance(attribute.type, Text):
            named = stage.scene.ground.texts.count
            asking.least(choose(term < named, z3.IntVal(1), z3.IntVal(0)), 0)
            asking.least(term, named if asking.number(term) >= named else 0)
        elif isinstance(attribute.type, Enum | SetOf):
            asking.least(term, 0)
        else:
            asking.lower(term)

    def _interpreted(self, stage: Stage, asking: Asking) -> tuple[Interpretation | None, bool]:
        """What the interpreter makes of the case of the model, and whether it takes it at all."""
        base, scene = self.question.base, stage.scene
        case = assembled(base, self.question.case.as_of, scene.facts(asking.model))
        if case is None:
            return None, False
        run = Interpretation(base, case)
        try:
            run.outcome()
        except CaseErrors:
            return None, False
        return (run, True) if self.question.does(run) else (None, True)

    def _unproved(self, reason: str) -> Found:
        """What there is when nothing more can be asked: the last change that was seen, which may
        not be the smallest."""
        if self._asking is not None and self._asking[1].model is not None:
            stage, asking = self._asking
            run, _ = self._interpreted(stage, asking)
            if run is not None:
                cost = sum(cost for bit, cost in stage.bits() if asking.holds(bit))
                return Found(run, stage, asking.model, cost, reason=reason)
        return Found(reason=reason)

    # Many-facts ---------------------------------------------------------------------------------

    def _slots(self, most: int) -> dict[str, int]:
        """How many more of each many-fact are looked at."""
        base = self.question.base
        every = {
            fact.name: min(most, self.question.most_slots(fact.name))
            for fact in base.facts.values()
            if f"{fact.name}.*" in self.moved and self.question.may_add(fact)
        }
        return {fact: slots for fact, slots in every.items() if slots > 0}

    def _needed(self, cost: int) -> dict[str, int]:
        """How many more of each many-fact one can have at that cost."""
        question = self.question
        found = {}
        for fact in self.slots:
            own, most = question.base.facts[fact].cost, question.most_slots(fact)
            found[fact] = min(most, cost // own) if own else most
        return found

    def _all_slots(self) -> bool:
        """Whether there cannot be more of any many-fact than was looked at."""
        return all(have == self.question.most_slots(fact) for fact, have in self.slots.items())

    def _none_at_all(self) -> bool:
        """Whether there is nothing with any number of many-facts either."""
        try:
            stage = Stage(self.question, self.moved, {}, counted=False)
            asking = Asking(stage.scene, self._deadline)
            asking.add(*stage.formulas(), *stage.marks())
            return not asking.possible()
        except (NeedsInstances, Unsupported):
            return False


__all__ = ["Found", "Search"]

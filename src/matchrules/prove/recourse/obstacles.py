"""Why nothing does it: of all that holds a case where it is, a part that is enough by itself."""

from collections.abc import Iterator
from typing import Any

import z3

from matchrules.prove.aggregates import NeedsInstances
from matchrules.prove.decisions import instances
from matchrules.prove.encoding import Encoding
from matchrules.prove.recourse.asking import Asking, Deadline
from matchrules.prove.recourse.instances import instance
from matchrules.prove.recourse.measures import moves_as_marked
from matchrules.prove.recourse.model import Obstacle, Stands
from matchrules.prove.recourse.places import Place, may_add, may_remove
from matchrules.prove.recourse.stage import Question, Stage
from matchrules.prove.scene import Ground, Scene
from matchrules.prove.terms import TRUE, Term, Unsupported, all_of, any_of, neg

Pinned = tuple[Obstacle, list[Any]]


def no_case(question: Question, deadline: Deadline) -> bool:
    """Whether no valid case of that day at all is what is asked for, with any number of facts."""
    ground = Ground(question.base, None)
    ground.as_of = Term(z3.IntVal(question.case.as_of.toordinal()), TRUE)
    ground.formulas.clear()
    encoding = Encoding(question.base, Scene(ground))
    try:
        stands = any_of([
            encoding.stands(rule, bound)
            for rule in question.rules for bound in instances(encoding, rule, {})
        ])  # fmt: skip
        goal = stands if question.aim == "have" else neg(stands)
        formulas = [goal, *encoding.valid()]
        solver = z3.SimpleSolver()
        solver.set("timeout", deadline.milliseconds())
        solver.add(*formulas, *ground.formulas, *ground.calendar.facts)
        return bool(solver.check() == z3.unsat)
    except (NeedsInstances, Unsupported):
        return False


def obstacles(
    question: Question, most: int, deadline: Deadline
) -> tuple[tuple[Obstacle, ...] | None, bool]:
    """What stands in the way, none of it too much; None where there is no such case whatever the
    facts, with up to so many more of each many-fact. And whether there cannot be more of any."""
    moved = question.reached(question.changeable(relaxed=True))
    room = {
        fact.name: fact.bound or 0
        for fact in question.base.facts.values()
        if fact.many and f"{fact.name}.*" in moved
    }
    slots = {fact: min(most, bound) for fact, bound in room.items() if bound}
    every = all(bound <= most for bound in room.values())
    stage = Stage(question, moved, slots, relaxed=True)
    asking = Asking(stage.scene, deadline)
    asking.add(*stage.formulas())
    if not asking.possible():
        return None, every
    held = list(_pins(stage))
    switches = [asking.switch(all_of(formulas)) for _, formulas in held]
    kept = dict(enumerate(switches))
    if asking.possible(*kept.values()):
        return (), every
    core = _members(asking, kept)
    # which of several parts is told rests on this order alone, not on what the solver finds first
    for number in sorted(kept, key=lambda n: _order(held[n][0], n)):
        if number not in core:
            del kept[number]
            continue
        rest = {n: switch for n, switch in kept.items() if n != number}
        if not asking.possible(*rest.values()):
            kept, core = rest, _members(asking, rest)
    return tuple(held[number][0] for number in sorted(kept)), every


def _members(asking: Asking, kept: dict[int, Any]) -> set[int]:
    names = {switch.get_id() for switch in asking.core()}
    return {number for number, switch in kept.items() if switch.get_id() in names}


def _order(obstacle: Obstacle, number: int) -> tuple[int, int]:
    """What is rather left out: what is not known before what cannot be, later before earlier."""
    ranks = (
        "known", "given", "absent", "unknown", "summed_up", "no_more", "no_fewer", "ahead", "new",
        "up", "down", "fixed", "past",
    )  # fmt: skip
    return ranks.index(obstacle.why), -number


def _pins(stage: Stage) -> Iterator[Pinned]:
    """Each thing that holds the case where it is, in the order of the vocabulary."""
    question, scene = stage.question, stage.scene
    for fact in question.base.facts.values():
        there = question.case.facts[fact.name]
        if fact.name in stage.loose:
            present = scene.present(fact.name, 0)
            if there:
                yield Obstacle("given", fact.name), [present]
            else:
                yield Obstacle("absent", fact.name), [neg(present)]
        for place in stage.open.values():
            if place.fact == fact.name:
                yield from _held(stage, place)
        new = range(len(there), len(scene.indices(fact.name))) if fact.many else ()
        may = question.may_add(fact)
        if new and not may:
            none = [neg(scene.present(fact.name, index)) for index in new]
            why: Stands = "summed_up" if may_add(fact) else "no_more"
            yield Obstacle(why, fact.name, number=len(there)), none
        for attribute in stage.attributes(fact.name) if new and may else ():
            day = [f for index in new for f in stage.ahead(fact.name, index, attribute)]
            if day:
                yield Obstacle("new", fact.name, attribute.name), day
        if there and fact.name in stage.removable and not may_remove(fact):
            all_stay = [scene.present(fact.name, index) for index in range(len(there))]
            yield Obstacle("no_fewer", fact.name, number=len(there)), all_stay


def _held(stage: Stage, place: Place) -> Iterator[Pinned]:
    question, value = stage.question, stage.value(place)
    which = None
    if question.base.facts[place.fact].many:
        which = instance(question.base, question.case, place.fact, place.index)
    name = place.attribute.name
    if place.value is None:
        yield Obstacle("unknown", place.fact, name, which), [neg(value.known)]
        return
    why: Stands = "past" if place.past else "known" if place.change == "free" else place.change
    held = moves_as_marked(value, stage.present(place), place.attribute.type, place.change)
    pin = all_of([value.known, *held])
    # of an instance that is gone nothing is held
    gone = [] if which is None else [neg(stage.scene.present(place.fact, place.index))]
    yield Obstacle(why, place.fact, name, which, place.value), [any_of([*gone, pin])]
    if place.change in ("free", "down"):
        for day in stage.ahead(place.fact, place.index, place.attribute):
            yield Obstacle("ahead", place.fact, name, which, place.value), [any_of([*gone, day])]


__all__ = ["no_case", "obstacles"]

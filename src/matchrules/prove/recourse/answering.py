"""What the search came to, as an answer."""

from typing import Any

import z3
from attrs import evolve

from matchrules.decision import Decision, decide
from matchrules.engine.interpreter import Interpretation
from matchrules.explain.grounds import Asked, Grounds
from matchrules.explain.what_if.answer import difference
from matchrules.explain.what_if.shifts import Comparison
from matchrules.prove.recourse.asking import Deadline, Stopped
from matchrules.prove.recourse.instances import instance
from matchrules.prove.recourse.model import Added, Changed, Instance, Recourse
from matchrules.prove.recourse.obstacles import no_case, obstacles
from matchrules.prove.recourse.search import MOST_ADDED, Found, Search
from matchrules.prove.recourse.stage import Aim, Question, Stage
from matchrules.prove.terms import Unsupported


def answer(
    grounds: Grounds, decision: Decision, asked: Asked, aim: Aim, seconds: float
) -> Recourse:
    """The smallest change, or why there is none."""
    base = grounds.base
    question = Question(base, grounds.interpretation, grounds.rules_for(asked), aim)
    told = Recourse(asked.name, aim, "undecided", base, decision)
    if question.does(grounds.interpretation):
        return evolve(told, answer="already", cost=0, proved=True)
    deadline = Deadline(seconds)
    search = Search(question, deadline)
    found = search.found()
    told = evolve(
        told, cost=found.cost, proved=found.proved, within=found.within, reason=found.reason
    )
    if found.run is not None:
        return _with_change(told, grounds, found, found.run)
    if found.reason:
        return told
    return _with_obstacles(told, question, deadline)


def _with_change(told: Recourse, grounds: Grounds, found: Found, run: Interpretation) -> Recourse:
    base, stage = grounds.base, found.stage
    assert stage is not None
    after = decide(base, run.outcome(), run.case, told.before.reaching)
    comparison = Comparison(grounds, grounds.interpretation, run)
    changed, added, removed = _moves(stage, found.model)
    return evolve(
        told, answer="found", after=after, changed=changed, added=added, removed=removed,
        difference=difference(comparison, told.before, after),
    )  # fmt: skip


def _moves(
    stage: Stage, model: Any
) -> tuple[tuple[Changed, ...], tuple[Added, ...], tuple[Instance, ...]]:
    """What the model does to the case."""
    scene, base, case = stage.scene, stage.question.base, stage.question.case
    removed = {
        (fact, index)
        for fact in stage.removable for index in range(len(case.facts[fact]))
        if z3.is_false(model.eval(scene.present(fact, index), model_completion=True))
    }  # fmt: skip
    changed = []
    for place in stage.open.values():
        value = scene.value(model, place.fact, place.attribute.name, place.index)
        if (place.fact, place.index) in removed or value in (None, place.value):
            continue
        assert value is not None and place.value is not None
        which = None
        if base.facts[place.fact].many:
            which = instance(base, case, place.fact, place.index)
        changed.append(Changed(place.fact, place.attribute.name, which, place.value, value))
    added = [
        Added(fact, {n: v for n, v in scene.new(model, base.facts[fact], index).items()
                     if v is not None and not base.facts[fact].attributes[n].never_read})
        for fact, index in stage.new()
        if z3.is_true(model.eval(scene.present(fact, index), model_completion=True))
    ]  # fmt: skip
    gone = [instance(base, case, fact, index) for fact, index in sorted(removed)]
    return tuple(changed), tuple(added), tuple(gone)


def _with_obstacles(told: Recourse, question: Question, deadline: Deadline) -> Recourse:
    """Why nothing does it: if not that there is no such case at all, what stands in the way."""
    told = evolve(told, answer="nothing")
    try:
        if no_case(question, deadline):
            return evolve(told, answer="no_case", proved=True, within=None)
        most = 1
        while True:
            found, every = obstacles(question, most, deadline)
            if found is not None:
                reason = "" if found else "only a case in which the rules show a fault does it"
                return evolve(told, obstacles=found, reason=reason)
            if every:
                return evolve(told, answer="no_case", proved=True, within=None)
            if most >= MOST_ADDED:
                return told
            most *= 2
    except (Stopped, Unsupported, z3.Z3Exception):
        return evolve(told, reason="there was no time left to find out why")


__all__ = ["answer"]

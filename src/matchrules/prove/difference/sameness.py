"""Whether two rule bases decide every case alike."""

from collections.abc import Iterator
from typing import Any

import z3

from matchrules.decision import Decision
from matchrules.prove.aggregates import NeedsInstances
from matchrules.prove.decisions import same_or_both_unknown
from matchrules.prove.difference.cases import Judged
from matchrules.prove.difference.cones import Cones
from matchrules.prove.difference.pair import Deadline, Pair, Solver, Stopped
from matchrules.prove.difference.tasks import Task, Tasks
from matchrules.prove.difference.vocabulary import Shared
from matchrules.prove.terms import Unsupported, all_of, any_of, neg
from matchrules.prove.witness import case_of

_TRIES = 5


def decided_alike(
    both: Shared, cones: tuple[Cones, Cones], seconds: float, instances: int
) -> bool | None:
    """Whether valid cases, derived values, faults and advice are all the same."""
    bases = (both.old, both.new)
    tasks = list(Tasks(bases, cones, ()).all().values())
    flat = [task for several in tasks for task in several]
    deadline = Deadline(seconds)
    try:
        pair = Pair(both, cones, None)
        if all(_never(pair, part, deadline) for part in _parts(pair, cones, flat)):
            return True
    except (NeedsInstances, Unsupported):
        pass
    except (Stopped, z3.Z3Exception):
        return None
    try:
        pair = Pair(both, cones, instances)
        solver = Solver(pair, deadline)
        solver.add(any_of([all_of(part) for part in _parts(pair, cones, flat)]))
        for _ in range(_TRIES):
            if not solver.satisfiable():
                return None  # with more instances there may be a difference
            model = solver.z3.model()
            case = case_of(model, pair.scene)
            if case is not None and _shown(Judged(bases, case)):
                return False
            solver.add(any_of([v() != model[v] for v in model.decls() if v.arity() == 0]))
    except (NeedsInstances, Unsupported, Stopped, z3.Z3Exception):
        pass
    return None


def _never(pair: Pair, part: list[Any], deadline: Deadline) -> bool:
    solver = Solver(pair, deadline)
    solver.add(*part)
    return not solver.satisfiable()


def _parts(pair: Pair, cones: tuple[Cones, Cones], tasks: list[Task]) -> Iterator[list[Any]]:
    """The formulas of each way to differ."""
    valid = pair.valid()
    for name, define in pair.old.base.defines.items():
        if cones[0].name(name) != cones[1].name(name) and pair.has_room(define.fact):
            bound = {} if define.fact is None else {define.fact: 0}
            there = [] if define.fact is None else [pair.scene.present(define.fact, 0)]
            now = pair.new.base.defines[name]
            values = pair.old.derived(define, bound), pair.new.derived(now, bound)
            yield [*valid, *there, neg(same_or_both_unknown(*values))]
    for task in tasks:
        if task.bounded and pair.scene.open and any(bound for _, _, bound in task.roots):
            raise NeedsInstances("a reject of many-facts is not what it was")
        formula = task.formula(pair)
        yield [formula] if task.any_case else [*valid, formula]


def _shown(judged: Judged) -> bool:
    """Whether the interpreter decides the case otherwise on the two sides."""
    if not judged.fits:
        return False
    one, two = judged.results
    if not isinstance(one, Decision) or not isinstance(two, Decision):
        return isinstance(one, Decision) != isinstance(two, Decision)
    if one.derived != two.derived:
        return True
    bags = [
        sorted(repr((a.rule, a.kind, a.subject, a.strength, sorted(a.fields.items()), a.about))
               for a in result.advice)
        for result in (one, two)
    ]  # fmt: skip
    return bags[0] != bags[1]


__all__ = ["decided_alike"]

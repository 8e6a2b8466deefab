"""Whom a change affects: cases are looked for, each is made into a region, until there are none."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final

import z3
from attrs import evolve, frozen

from matchrules.case.model import Case
from matchrules.case.writing import write_case
from matchrules.engine.interpreter import Interpretation
from matchrules.explain import Wording
from matchrules.ir import RuleBase
from matchrules.prove.aggregates import NeedsInstances
from matchrules.prove.difference.atoms import Descent
from matchrules.prove.difference.cases import Judged
from matchrules.prove.difference.cones import Cones
from matchrules.prove.difference.literals import Literal, exact
from matchrules.prove.difference.model import Region, Shift, SubjectDifference
from matchrules.prove.difference.pair import Deadline, Pair, Solver, Stopped
from matchrules.prove.difference.tasks import Subject, Task
from matchrules.prove.difference.vocabulary import Shared
from matchrules.prove.difference.widening import Generalising
from matchrules.prove.terms import Unsupported, all_of, any_of, neg
from matchrules.prove.witness import case_of

MOST_REGIONS: Final = 3  # of one rule and subject
MOST_TRIES: Final = 5  # at a case that the interpreter does not see as the solver does


@frozen
class Found:
    """Regions of one task, before they are told: their literals and a case each. `bound` is set
    where it took a number of instances to see that there are no more."""

    regions: tuple[tuple[tuple[Literal, ...], Case], ...] = ()
    more: bool = False
    bound: int | None = None
    reason: str = ""


class Search:
    """Looks for the cases of tasks, within `seconds` for each subject. `originals` are the rule
    bases that a case is shown to; with a vocabulary in common they are those of `both`."""

    def __init__(
        self, both: Shared, originals: tuple[RuleBase, RuleBase], cones: tuple[Cones, Cones],
        seconds: float, instances: int,
    ) -> None:  # fmt: skip
        self.both, self.originals, self.cones = both, originals, cones
        self.seconds, self.instances = seconds, instances
        self._pairs: dict[int | None, Pair] = {}
        self._wordings = [Wording(base) for base in (both.old, both.new)]
        self._descent = Descent((both.old, both.new), cones)
        self._known: dict[tuple[int, ...], tuple[Any, Found]] = {}
        self._judged: dict[int, tuple[Case, Judged]] = {}
        self._deadline = Deadline(seconds)

    def subject(self, subject: Subject, tasks: Sequence[Task]) -> SubjectDifference:
        """What the tasks of one subject find."""
        self._deadline = Deadline(self.seconds)
        shifts: list[Shift] = []
        bounds: list[int] = []
        reasons: list[str] = []
        for task in tasks:
            found = self.task(task)
            if found.regions:
                shifts.append(self._shift(task, found))
            elif found.reason:
                reasons.append(found.reason)
            elif found.bound is not None:
                bounds.append(found.bound)
        kind, name = subject
        bound = max(bounds, default=None)
        if shifts:
            more = [s if not reasons else evolve(s, more=True) for s in shifts]
            return SubjectDifference(
                kind, name, "affected", tuple(more), bound, "".join(reasons[:1])
            )
        if reasons:
            return SubjectDifference(kind, name, "undecided", (), bound, reasons[0])
        return SubjectDifference(kind, name, "unaffected", (), bound)

    def task(self, task: Task) -> Found:
        """The regions of a task."""
        try:
            return self._task(task)
        except Stopped as why:
            return Found(reason=str(why))
        except (Unsupported, NeedsInstances) as error:
            return Found(reason=str(error) or "it takes instances")
        except z3.Z3Exception as error:
            return Found(reason=f"the solver failed: {error}")

    # Is there anybody? ----------------------------------------------------------------------

    def _task(self, task: Task) -> Found:
        if not task.bounded and self._nobody(task, valid=False):
            return Found()
        pair = self.pair(self.instances)
        formula = task.formula(pair)
        if z3.is_false(formula):
            return Found(bound=self.instances)
        key = (formula.get_id(), *sorted(set(self._numbers(task))))
        if key not in self._known:
            found = self._regions(task, pair, formula)
            nobody = not (found.regions or found.reason or task.bounded or task.any_case)
            if nobody and self._nobody(task, valid=True):
                found = Found()  # with any number of instances
            # the formula is kept, or its number could be given to another one
            self._known[key] = (formula, found)
        return self._known[key][1]

    def _numbers(self, task: Task) -> Iterator[int]:
        for side, e, _ in task.roots:
            yield self.cones[side].expression(e)

    def _nobody(self, task: Task, valid: bool) -> bool:
        """Whether even with many-facts left open there is no such case; with `valid`, none that is
        valid as far as that can be seen. Asked for last: mostly there is somebody."""
        try:
            pair = self.pair(None)
            formula = task.formula(pair)
            if z3.is_false(formula):
                return True
            solver = Solver(pair, self._deadline)
            solver.add(formula, *(pair.valid() if valid else ()))
            return not solver.satisfiable()
        except (NeedsInstances, Unsupported):
            return False

    def pair(self, instances: int | None) -> Pair:
        if instances not in self._pairs:
            self._pairs[instances] = Pair(self.both, self.cones, instances)
        return self._pairs[instances]

    # Who is it? -----------------------------------------------------------------------------

    def _regions(self, task: Task, pair: Pair, formula: Any) -> Found:
        solver = Solver(pair, self._deadline)
        solver.add(formula)
        if not task.any_case:
            solver.add(*pair.valid())
        regions: list[tuple[tuple[Literal, ...], Case]] = []
        tries = 0
        try:
            while solver.satisfiable():
                if len(regions) == MOST_REGIONS:
                    return Found(tuple(regions), more=True, bound=self.instances)
                case = self._small(solver)
                if case is None or not self._shows(task, case):
                    tries += 1
                    if tries == MOST_TRIES:
                        raise Stopped("the interpreter does not see what the solver found")
                    self._exclude(solver, task)
                    continue
                if not regions:
                    general = self._generalising(task)
                literals = None if general is None else general.region(self._literals(task, case))
                if literals is None:  # this one case is all that can be told
                    regions.append(((), case))
                    return Found(tuple(regions), more=True, bound=self.instances)
                regions.append((literals, case))
                solver.add(neg(all_of([literal.formula(pair) for literal in literals])))
        except Stopped as why:
            if not regions:
                raise
            return Found(tuple(regions), more=True, reason=str(why))
        return Found(tuple(regions), bound=self.instances)

    def _small(self, solver: Solver) -> Case | None:
        """A case that says little: what can be left out is."""
        scene = solver.pair.scene
        absent = [neg(there) for there in scene.there.values()]
        for (fact, _, name), value in scene.asserted.items():
            if not scene.base.facts[fact].attributes[name].required:
                absent.append(neg(value.known))
        wanted = {f.get_id(): f for f in absent if not (z3.is_true(f) or z3.is_false(f))}
        day = scene.as_of.term == z3.IntVal(self._day().toordinal())
        chosen = {}
        for number, formula in enumerate([day, *wanted.values()]):
            switch = z3.Bool(f"left out {number}")
            chosen[switch] = formula
        with solver.aside():
            solver.add(*(z3.Implies(switch, formula) for switch, formula in chosen.items()))
            kept = dict.fromkeys(chosen)
            today = next(iter(kept))
            dropped = []
            while not solver.satisfiable(*kept):
                core = solver.z3.unsat_core()
                for switch in [s for s in core if not s.eq(today)] or core:
                    dropped.append(next(k for k in kept if k.eq(switch)))
                    kept.pop(dropped[-1])
            model = solver.z3.model()
            with suppress(Stopped):  # a case that says too much is better than none
                for switch in dropped:  # mostly one of a core had to go, and not all
                    if z3.is_true(model.eval(chosen[switch], model_completion=True)):
                        kept[switch] = None
                    elif solver.satisfiable(*kept, switch):
                        kept[switch] = None
                        model = solver.z3.model()
            return case_of(model, scene)

    def _day(self) -> date:
        """The latest day from which a parameter has a value: a day of which one may think."""
        ground = self.both.ground
        starts = [
            row.start for base in (self.both.old, self.both.new)
            for p in base.parameters.values() for row in p.rows if row.start is not None
        ]  # fmt: skip
        inside = [s for s in starts if s >= ground.start and (not ground.end or s < ground.end)]
        return max(inside, default=ground.start)

    def _exclude(self, solver: Solver, task: Task) -> None:
        """Another case, please: one without any fault, where faults are not what is looked for."""
        model = solver.z3.model() if solver.satisfiable() else None
        pair = solver.pair
        if task.subject != ("", ""):
            for encoding in pair.sides:
                for define in encoding.base.defines.values():
                    for bound in pair.each(define.fact):
                        encoding.derived(define, bound)
            solver.add(*(neg(f) for encoding in pair.sides for f in encoding.faults.values()))
        if model is not None:
            solver.add(_another(model, pair))

    def _shows(self, task: Task, case: Case) -> bool:
        """Whether the interpreter shows on both sides what was looked for."""
        judged = self.judged(case)
        if not judged.fits:
            return False
        before, after = judged.in_order
        if task.effect == "invalid":
            return before and not after
        if task.effect == "valid":
            return after and not before
        return all(judged.valid) and (before or after) and judged.differs(*task.subject)

    def judged(self, case: Case) -> Judged:
        found = self._judged.get(id(case))
        if found is None:
            # the case is kept, or its identity could be that of another one
            found = self._judged[id(case)] = (case, Judged(self.originals, case))
        return found[1]

    # What do they have in common? -----------------------------------------------------------

    def _generalising(self, task: Task) -> Generalising | None:
        if task.any_case:
            return None
        pair = self.pair(None if self._opens(task) else self.instances)
        return Generalising(pair, task.formula(pair), self._deadline)

    def _literals(self, task: Task, case: Case) -> list[Literal]:
        """All that is so of a case, of what the change rests on and is there."""
        runs = [Interpretation(base, case) for base in (self.both.old, self.both.new)]
        there = [
            atom for atom in self._descent.atoms(task.roots)
            if all(index < len(case.facts[fact]) for fact, index in atom.bound)
        ]  # fmt: skip
        return [
            literal for atom in there
            for literal in exact(
                atom, runs[atom.where].value(atom.expression, dict(atom.bound))
            )
        ]  # fmt: skip

    def _opens(self, task: Task) -> bool:
        try:
            task.formula(self.pair(None))
        except (NeedsInstances, Unsupported):
            return False
        return True

    # How it is told -------------------------------------------------------------------------

    def _shift(self, task: Task, found: Found) -> Shift:
        regions = tuple(self._region(task, *region) for region in found.regions)
        return Shift(task.effect, task.rule, task.causes, regions, found.more)

    def _region(self, task: Task, literals: tuple[Literal, ...], case: Case) -> Region:
        judged = self.judged(case)
        base = 0 if task.effect == "invalid" else 1
        return Region(
            tuple(literal.words(self._wordings) for literal in literals),
            judged.cases[base],
            write_case(self.originals[base], judged.cases[base]),
            judged.said(0, *task.subject),
            judged.said(1, *task.subject),
            literals,
        )


def _another(model: Any, pair: Pair) -> Any:
    """Some variable has another value than in the model."""
    return any_of([
        variable() != model[variable] for variable in model.decls()
        if variable.arity() == 0 and not variable.name().startswith(("left out", "literal"))
    ])  # fmt: skip


__all__ = ["Found", "Search"]

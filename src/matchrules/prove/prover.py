"""The answers to questions about a rule base, one after the other.

A question is put as a search for a case. First many-facts are left open: where even then there is
no such case there is none with any number of instances. Else they have up to so many instances, and
a case that is found is shown to the interpreter before it is believed.
"""

from collections.abc import Mapping
from time import monotonic
from typing import Any, Final

import z3
from attrs import define, evolve, frozen

from matchrules.case.model import Case
from matchrules.case.validation import assemble
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import Property, RuleBase
from matchrules.prove.aggregates import NeedsInstances
from matchrules.prove.claims import Sought, sought
from matchrules.prove.encoding import Encoding
from matchrules.prove.questions import touched_by
from matchrules.prove.scene import Difference, Ground, Scene, whatever
from matchrules.prove.shrinking import smallest
from matchrules.prove.terms import TRUE, Unsupported, all_of, neg
from matchrules.prove.verdicts import Question, Verdict
from matchrules.prove.whatever import with_parameters
from matchrules.prove.witness import (
    Facts,
    assembled,
    day_of,
    facts_of,
    interpreted,
    is_valid,
    value_of,
)
from matchrules.types import Value

INSTANCES: Final = 3
SECONDS: Final = 30.0
MOST_TRIES: Final = 5  # at a case that the interpreter does not see as the solver does
Cases = tuple[tuple[str, Case], ...]
Values = tuple[tuple[str, Value | None], ...]


@frozen
class Found:
    """What came of a search: `cases` if there are, `nothing` if there are none, else neither and
    why."""

    nothing: bool = False
    cases: Cases = ()
    bound: int | None = None
    reason: str = ""
    parameters: Values = ()


@define(eq=False)
class Stage:
    """One rule base in the cases of one question."""

    ground: Ground
    encodings: Mapping[str, Encoding]
    parameters: Mapping[str, Any]

    @property
    def main(self) -> Encoding:
        return next(iter(self.encodings.values()))


class Prover:
    """Answers questions about the rules of one era, within `seconds` for each, with up to
    `instances` of each many-fact where their number matters."""

    def __init__(
        self, base: RuleBase, seconds: float = SECONDS, instances: int = INSTANCES
    ) -> None:
        self.base = base
        self.seconds = seconds
        self.instances = instances
        self._stages: dict[int | None, Stage] = {}
        self._pool: list[Interpretation] | None = None
        self._deadline = 0.0

    def answer(self, question: Question) -> Verdict:
        """The verdict on a question of `questions(base)`."""
        if question.kind in ("fires", "unless", "row", "condition", "same", "property"):
            _ = self.pool  # worked out once, at the cost of no question
        started = monotonic()
        self._deadline = started + self.seconds
        try:
            if question.kind == "property":
                verdict = self._property(question, self.base.properties[question.name])
            else:
                verdict = self._searched(question)
        except (Unsupported, NeedsInstances) as error:
            verdict = self._verdict(question, "undecided", reason=str(error))
        except z3.Z3Exception as error:
            verdict = self._verdict(question, "undecided", reason=f"the solver failed: {error}")
        return evolve(verdict, seconds=monotonic() - started)

    def _verdict(self, question: Question, answer: Any, **rest: Any) -> Verdict:
        return Verdict(question, answer, self.base.start, **rest)

    # Properties -----------------------------------------------------------------------------------

    def _property(self, question: Question, said: Property) -> Verdict:
        against = self._search_property(said, refuting=True)
        if against.cases:
            return self._verdict(
                question, "refuted", cases=against.cases, reason=against.reason,
                parameters=against.parameters,
            )  # fmt: skip
        if not against.nothing:
            return self._verdict(question, "undecided", reason=against.reason)
        if said.when is not None:
            met = self._search_property(said, refuting=False)
            if met.nothing:
                return self._verdict(
                    question, "vacuous", bound=met.bound, reason="no case satisfies its premise"
                )
            if not met.cases:
                reason = f"nothing refutes it, but whether its premise can be met: {met.reason}"
                return self._verdict(question, "undecided", reason=reason)
        return self._verdict(question, "proved", bound=against.bound)

    def _search_property(self, said: Property, refuting: bool) -> Found:
        """Look for a case that meets the premise, and breaks what is said if `refuting`."""

        def formula(stage: Stage) -> Any:
            bound = {} if said.fact is None else {said.fact: 0}
            there = []
            if said.fact is not None:
                there = [e.scene.present(said.fact, 0) for e in stage.encodings.values()]
            premise = TRUE if said.when is None else stage.main.true(said.when, bound)
            broken = neg(stage.main.true(said.then, bound)) if refuting else TRUE
            return all_of([*there, premise, broken])

        def shows(runs: Mapping[str, Interpretation]) -> bool:
            run = next(iter(runs.values()))
            for bound in run.each(said.fact):
                met = said.when is None or run.value(said.when, bound) is True
                if met and not (refuting and run.value(said.then, bound) is True):
                    return True
            return False

        if not refuting and not said.cases and not said.whatever:
            for run in self.pool:
                if shows({"": run}):
                    return Found(cases=(("", run.case),))
        return self._search(said, formula, shows)

    # Everything else ------------------------------------------------------------------------------

    def _searched(self, question: Question) -> Verdict:
        """A case that is looked for refutes, or is what there has to be."""
        bound: int | None = None
        for one in sought(self.base, question):
            found = self._find(one)
            if found.cases and one.refutes:
                return self._verdict(question, "refuted", cases=found.cases, reason=one.what)
            if found.nothing:
                bound = found.bound if bound is None else bound
                if not one.refutes:
                    return self._verdict(question, "refuted", bound=found.bound, reason=one.what)
            elif not found.cases:
                return self._verdict(question, "undecided", reason=found.reason)
        return self._verdict(question, "proved", bound=bound)

    def _find(self, one: Sought) -> Found:
        """Look for the case; at first among those at hand, where any will do."""

        def formula(stage: Stage) -> Any:
            if one.fact is None:
                return one.formula(stage.main, {})
            there = stage.main.scene.present(one.fact, 0)
            return all_of([there, one.formula(stage.main, {one.fact: 0})])

        def shows(runs: Mapping[str, Interpretation]) -> bool:
            run = next(iter(runs.values()))
            return any(one.shows(run, bound) for bound in run.each(one.fact))

        if not one.refutes:
            for run in self.pool:
                if shows({"": run}):
                    return Found(cases=(("", run.case),))
        found = self._search(None, formula, shows)
        if found.cases and not one.refutes:
            self.pool.append(Interpretation(self.base, found.cases[0][1]))
        return found

    @property
    def pool(self) -> list[Interpretation]:
        """Valid cases that are at hand: those of the examples, and those found before."""
        if self._pool is None:
            self._pool = [run for run in map(self._run, self.base.examples) if run is not None]
        return self._pool

    def _run(self, example: Any) -> Interpretation | None:
        day = example.as_of or self.base.start
        if day < self.base.start or (self.base.end is not None and day >= self.base.end):
            return None
        try:
            run = Interpretation(self.base, assemble(self.base, day, example.facts))
        except CaseErrors:
            return None
        return run if is_valid(run) else None

    # The search -----------------------------------------------------------------------------------

    def _search(self, said: Property | None, formula: Any, shows: Any) -> Found:
        """Look for a case, many-facts left open at first."""
        if not (said is not None and said.adding):
            try:
                stage = self._stage(said, None)
                if self._solver(stage, formula(stage)).check() == z3.unsat:
                    return Found(nothing=True)
            except (NeedsInstances, Unsupported):
                pass  # worked out instance by instance below, or told there
        stage = self._stage(said, self.instances)
        solver = self._solver(stage, formula(stage))
        for _ in range(MOST_TRIES):
            result = solver.check()
            if result == z3.unsat:
                return Found(nothing=True, bound=self.instances)
            if result != z3.sat:
                break
            model = solver.model()
            cases = self._cases(model, stage, said, shows)
            if cases is not None:
                return Found(cases=cases, parameters=self._whatever(model, stage))
            solver.add(_another(model, stage))
        else:
            return Found(reason="the interpreter does not see what the solver found")
        if monotonic() >= self._deadline:
            return Found(reason=f"not decided within {self.seconds:g} seconds")
        return Found(reason=f"not decided: {solver.reason_unknown()}")

    def _whatever(self, model: Any, stage: Stage) -> Values:
        """The values of a model for the parameters that a property says `whatever` of."""
        texts = stage.ground.texts
        return tuple(
            (name, value_of(model, value, self.base.parameters[name].type, texts))
            for name, value in stage.parameters.items()
        )

    def _solver(self, stage: Stage, formula: Any) -> Any:
        left = self._deadline - monotonic()
        solver = z3.SimpleSolver()
        solver.set("timeout", max(1, int(left * 1000)))
        for encoding in stage.encodings.values():
            solver.add(*encoding.valid())
        solver.add(formula)
        solver.add(*stage.ground.formulas, *stage.ground.calendar.facts)
        return solver

    def _stage(self, said: Property | None, instances: int | None) -> Stage:
        if said is not None and (said.cases or said.whatever):
            return self._own_stage(said, instances)
        if instances not in self._stages:
            ground = Ground(self.base, instances)
            self._stages[instances] = Stage(ground, {"": Encoding(self.base, Scene(ground))}, {})
        return self._stages[instances]

    def _own_stage(self, said: Property, instances: int | None) -> Stage:
        """The cases of a `compare`, and parameters said `whatever`."""
        ground = Ground(self.base, instances)
        parameters = whatever(self.base, said.whatever, ground)
        scene = Scene(ground)
        first = Encoding(self.base, scene, parameters)
        if not said.cases:
            return Stage(ground, {"": first}, parameters)
        places = said.differing_only_in
        difference = Difference(None if places is None else frozenset(places), said.adding)
        scene.adds_to = said.adding
        free = difference.places is None and difference.adding is None
        other = Scene(ground, f"{said.cases[1]}.", None if free else scene, difference)
        touched = touched_by(self.base, difference.places, difference.adding)
        second = Encoding(self.base, other, parameters, None if free else first, touched)
        encodings = dict(zip(said.cases, (first, second), strict=True))
        first.cases = second.cases = encodings
        return Stage(ground, encodings, parameters)

    def _cases(self, model: Any, stage: Stage, said: Property | None, shows: Any) -> Cases | None:
        """The cases of a model, made as small as can be, if the interpreter sees in them what is
        looked for."""
        base = self.base
        if stage.parameters:
            base = with_parameters(base, dict(self._whatever(model, stage)))

        def believed(facts: Mapping[str, Facts]) -> Cases | None:
            made = {name: assembled(base, day, own) for name, own in facts.items()}
            cases = {name: case for name, case in made.items() if case is not None}
            runs = interpreted(base, cases) if len(cases) == len(made) else None
            return tuple(cases.items()) if runs is not None and shows(runs) else None

        day = day_of(model, stage.main.scene)
        facts = {name: facts_of(model, e.scene) for name, e in stage.encodings.items()}
        found = believed(facts)
        if found is None:
            return None
        difference = None
        if said is not None and said.cases:
            difference = list(stage.encodings.values())[1].scene.difference
        return smallest(base, facts, difference, believed, found, self._deadline)


def _another(model: Any, stage: Stage) -> Any:
    """That some variable has another value than in the model."""
    own = [d() for d in model.decls() if d.arity() == 0]
    return z3.Or(*(variable != model.eval(variable) for variable in own))

"""A mutant held against the examples and properties of its book: who notices it first."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from matchrules.case.validation import assemble
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import interpret
from matchrules.ir import Example, ExpectCondition, ExpectRejected, Expression, Property, RuleBase
from matchrules.lazy import cached_property
from matchrules.testing.examples import Seen, run_example
from matchrules.testing.mutation.mutants import Edit, Mutant
from matchrules.testing.mutation.reading import Reading, Spread, parameters_in
from matchrules.testing.mutation.refusals import refused
from matchrules.testing.mutation.reruns import Rerun, Run, run_of
from matchrules.text import Span

if TYPE_CHECKING:
    from matchrules.rulebook import Book

MOST_SIGHTINGS = 5


@frozen
class Killer:
    """What noticed a mutant first."""

    by: Literal["example", "property"]
    name: str
    span: Span


@frozen
class Sighting:
    """An example in which a mutant makes a difference that nobody expects anything of: the rules
    that say something else, and the names that have another value."""

    example: str
    span: Span
    rules: tuple[str, ...]
    names: tuple[str, ...]


@frozen
class Trial:
    """How a mutant fared: what noticed it; in how many examples it made a difference, some of
    them; on how many examples and properties it was tried. `refused`: a check finds it."""

    killer: Killer | None
    examples: int = 0
    reached: int = 0
    sightings: tuple[Sighting, ...] = ()
    properties: int = 0
    refused: bool = False


@frozen(slots=False)
class _Ready:
    """An example, worked out without a mutant; `run` is None where its case is rejected."""

    example: Example
    era: int
    run: Run | None
    parameters: frozenset[str]

    @property
    def name(self) -> str:
        return self.example.title or self.example.name or "example"


class Bench:
    """A book with its examples worked out, ready to try mutants on."""

    def __init__(self, book: "Book", properties: bool = True) -> None:
        self.book = book
        self.readings = [Reading(base) for base in book.bases]
        self.with_properties = properties

    @cached_property
    def ready(self) -> tuple[_Ready, ...]:
        """The examples that expect something."""
        return tuple(self._prepared(e) for e in self.book.examples if e.expects)

    def _prepared(self, example: Example) -> _Ready:
        assert example.as_of is not None, "an example that expects something has a day"
        conditions = [e.condition for e in example.expects if isinstance(e, ExpectCondition)]
        parameters = frozenset(parameters_in(conditions))
        base = self.book.base_on(example.as_of)
        era = next(n for n, one in enumerate(self.book.bases) if one is base)
        if any(isinstance(e, ExpectRejected) for e in example.expects):
            return _Ready(example, era, None, parameters)
        case = assemble(base, example.as_of, example.facts)
        return _Ready(example, era, run_of(base, case, self.readings[era]), parameters)

    @cached_property
    def cones(self) -> list[list[tuple[Property, frozenset[str], frozenset[str], frozenset[str]]]]:
        """For each era the properties of one case: names and rules behind them, their own
        parameters."""
        return [
            [
                (said, *reading.cone(said), frozenset(parameters_in(_tops(said))))
                for said in reading.base.properties.values()
                if not said.cases and not said.whatever
            ]
            for reading in self.readings
        ]

    def try_on_examples(self, mutant: Mutant) -> Trial:
        """Examples first, then properties on the cases of the examples that the mutant reaches."""
        sources = self.book.sources
        if any(refused(self.book.bases[e], edit, sources) for e, edit in mutant.edits.items()):
            return Trial(None, refused=True)
        spreads = {era: self.readings[era].spread(edit) for era, edit in mutant.edits.items()}
        bases = {era: edit.of(self.book.bases[era]) for era, edit in mutant.edits.items()}
        tried, reached = 0, []
        for one in self.ready:
            if one.era not in spreads:
                continue
            spread = spreads[one.era]
            tried += 1
            if one.run is None:
                if (
                    self._rejections(one, spread)
                    and not run_example(mutant.of(self.book), one.example, "interpreter").passed
                ):
                    return Trial(Killer("example", one.name, one.example.span), tried)
                continue
            run = Rerun(bases[one.era], one.run)
            run.settle_after(self.readings[one.era], spread)
            if run.differs or spread.parameters & one.parameters:
                if not as_expected(one.example, run):
                    return Trial(Killer("example", one.name, one.example.span), tried)
                reached.append((one, run))
        sightings = tuple(
            Sighting(one.name, one.example.span, tuple(sorted(run.touched)),
                     tuple(sorted(run.changed)))
            for one, run in sorted(reached, key=lambda pair: not pair[1].touched)[:MOST_SIGHTINGS]
        )  # fmt: skip
        killer, properties = self._try_properties(reached, spreads)
        return Trial(killer, tried, len(reached), sightings, properties)

    def _rejections(self, one: _Ready, spread: Spread) -> bool:
        """Whether a change may matter to a case that is rejected: what is not valid stays so
        while nothing that is looked at for it changes."""
        reading = self.readings[one.era]
        reached = spread.reached
        return bool(
            spread.rejects
            or any(not read.isdisjoint(reached) for read in reading.rejects)
            or any(name not in reading.base.defines for name in reached)
            or self._at_fault(one)
        )

    def _at_fault(self, one: _Ready) -> bool:
        """Whether it is the rules that such an example expects to fail, not its case."""
        known = self.__dict__.setdefault("at_fault", {})
        key = id(one)
        if key not in known:
            example = one.example
            base = self.book.bases[one.era]
            codes: set[str] = set()
            try:
                assert example.as_of is not None
                interpret(base, assemble(base, example.as_of, example.facts))
            except CaseErrors as error:
                codes = {fault.code for fault in error.diagnostics}
            known[key] = any(code.startswith("MR6") and code not in _OF_CASES for code in codes)
        return bool(known[key])

    def _try_properties(
        self, reached: Sequence[tuple[_Ready, Rerun]], spreads: Mapping[int, Spread]
    ) -> tuple[Killer | None, int]:
        tried = 0
        if not self.with_properties:
            return None, 0
        for era, spread in spreads.items():
            runs = [run for one, run in reached if one.era == era]
            for said, names, rules, parameters in self.cones[era] if runs else ():
                if not (
                    spread.reached & names or spread.rules & rules or spread.parameters & parameters
                ):
                    continue
                tried += 1
                if any(refutes(said, {"": run}) for run in runs):
                    return Killer("property", said.id or said.name, said.span), tried
        return None, tried


_OF_CASES = ("MR601", "MR605")


@frozen(slots=False)
class Item:
    """A case, or two, that a property was tried on, worked out without a mutant."""

    base: RuleBase
    runs: Mapping[str, Run]


class PropertyBench:
    """A property and the cases that it is tried on."""

    def __init__(self, reading: Reading, said: Property, cases: int) -> None:
        from matchrules.testing.properties import cases_for

        self.reading = reading
        self.said = said
        self.parameters = parameters_in(_tops(said))
        self.items: list[Item] = []
        for base, given in cases_for(reading.base, said, cases):
            item = Item(base, {name: run_of(base, case, reading) for name, case in given.items()})
            bad = any(run.faults for run in item.runs.values())
            if not bad and not refutes(said, item.runs):
                self.items.append(item)

    def notices(self, edit: Edit) -> bool:
        """Whether one of the cases refutes the property, once the rules are changed so."""
        said, spread = self.said, self.reading.spread(edit)
        if edit.part == "parameters" and set(edit.stated) & set(said.whatever):
            return False
        changed: dict[int, RuleBase] = {}
        for item in self.items:
            base = changed.get(id(item.base))
            if base is None:
                base = changed[id(item.base)] = edit.of(item.base)
            runs = {name: Rerun(base, run) for name, run in item.runs.items()}
            for run in runs.values():
                run.settle_after(self.reading, spread)
            differs = any(run.differs for run in runs.values())
            if (differs or spread.parameters & self.parameters) and refutes(said, runs):
                return True
        return False


def as_expected(example: Example, run: Run) -> bool:
    """Whether a case comes out as the example expects."""
    if run.faults:
        return False
    seen = Seen(run.base, run, run.seen)
    return all(
        seen.check(expect, example.expects[:number])[0]
        for number, expect in enumerate(example.expects)
    )


def refutes(said: Property, runs: Mapping[str, Run]) -> bool:
    """Whether a case (or two) shows that a property does not hold."""
    if any(run.invalid for run in runs.values()):
        return False
    run = next(iter(runs.values()))
    run.cases = runs
    met = [
        bound
        for bound in run.each(said.fact)
        if said.when is None or run.value(said.when, bound) is True
    ]
    if met and any(one.broken for one in runs.values()):
        return True
    return any(run.value(said.then, bound) is not True for bound in met)


def _tops(said: Property) -> list[Expression]:
    return [e for e in (said.when, said.then) if e is not None]

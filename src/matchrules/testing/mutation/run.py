"""All mutants of a book tried: on examples, on properties, and whether they are the same rules."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from matchrules.diagnostics.model import Diagnostic, MatchrulesError, RuleErrors, UsageError
from matchrules.diagnostics.suggest import did_you_mean
from matchrules.testing.examples import run_example
from matchrules.testing.mutation.crew import Crew
from matchrules.testing.mutation.equivalence import has_prover
from matchrules.testing.mutation.mutants import Mutant, mutants, named
from matchrules.testing.mutation.report import Answer, Fate, Report
from matchrules.testing.mutation.suggestions import Nearby
from matchrules.testing.mutation.trials import Bench, Killer, Trial, as_expected
from matchrules.testing.mutation.worker import (
    Equivalence,
    Failure,
    Job,
    OnExamples,
    OnProperty,
    Search,
    Task,
    Workshop,
)

if TYPE_CHECKING:
    from matchrules.rulebook import Book

Progress = Callable[[str, int, int], None]

CHUNK: Final = 20  # mutants that a worker tries on the examples at a time
ROUND: Final = 6  # properties that are tried side by side
GRACE: Final = 60.0  # seconds beside those of the solver: to write the question out


def mutate(
    book: "Book",
    *,
    only: Iterable[str] = (),
    sample: int | None = None,
    seed: int = 0,
    cases: int = 20,
    seconds: float = 5.0,
    processes: int = 2,
    progress: Progress | None = None,
) -> Report:
    """Try the mutants of a book, of the statements named in `only` (a rule by its name or id), or a
    `sample` of so many of them.

    Each is held against the examples, then against the properties: on the cases of those examples,
    then on `cases` generated cases each (with 0, properties are left out). The prover, where it is
    there, gets `seconds` to show of each survivor that it is the same rules (with 0 it is not
    asked). Raises `RuleErrors` where the book fails an example of its own. An interrupt ends the
    run; what is known by then is reported. The same book and arguments give the same report, but
    for what the prover has no time to show.
    """
    task = Task(book, cases > 0, cases, seconds)
    workshop = Workshop(task, mutants(book))
    chosen = _chosen(workshop.mutants, tuple(only), sample, seed)
    _check(workshop.bench)
    trying = _Trying(workshop, chosen, progress or _silent)
    try:
        with Crew(workshop, processes) as crew:
            trying.examples(crew)
            if cases:
                trying.properties(crew)
            if seconds and has_prover():
                trying.equivalents(crew)
            trying.search(crew)
            trying.finish()
    except KeyboardInterrupt:
        return trying.report(interrupted=True)
    return trying.report()


def _silent(what: str, done: int, of: int) -> None:
    pass


def _chosen(
    all_: tuple[Mutant, ...], only: Sequence[str], sample: int | None, seed: int
) -> list[int]:
    """The numbers of the mutants to try."""
    numbers = list(range(len(all_)))
    if only:
        wanted: set[int] = set()
        place = {id(mutant): number for number, mutant in enumerate(all_)}
        for name in only:
            found = [place[id(mutant)] for mutant in named(all_, name)]
            if not found:
                known = {word for m in all_ for word in (m.name, *m.statement.split("`")[1::2])}
                near = did_you_mean(name, sorted(known))
                raise UsageError(
                    f"nothing that can be changed is called `{name}`"
                    + (f"; {near}" if near else "")
                )
            wanted.update(found)
        numbers = sorted(wanted)
    if sample is not None and sample < len(numbers):
        numbers = sorted(Random(seed).sample(numbers, sample))
    return numbers


def _check(bench: Bench) -> None:
    """Rules that fail an example of their own tell nothing of their mutants."""
    failed: list[Diagnostic] = []
    for one in bench.ready:
        if one.run is None or not as_expected(one.example, one.run):
            result = run_example(bench.book, one.example, "interpreter")
            if not result.passed:
                failed += result.diagnostics
    if failed:
        raise RuleErrors(failed, bench.book.sources)


class _Trying:
    """What is known of the mutants so far."""

    def __init__(self, workshop: Workshop, chosen: list[int], progress: Progress) -> None:
        self.workshop = workshop
        self.chosen = chosen
        self.progress = progress
        self.trials: dict[int, Trial] = {}
        self.answers: dict[int, Answer] = {}
        self.nearby: dict[int, Nearby | None] = {}
        self.tried_properties = 0

    @property
    def left(self) -> list[int]:
        """The mutants that nothing noticed yet."""
        return [
            n for n, trial in sorted(self.trials.items())
            if n not in self.answers and not trial.refused
        ]  # fmt: skip

    def examples(self, crew: Crew) -> None:
        """Try all of them on the examples."""
        chunks = [tuple(self.chosen[at : at + CHUNK]) for at in range(0, len(self.chosen), CHUNK)]
        jobs = [OnExamples(chunk) for chunk in chunks]
        self.progress("examples", 0, len(self.chosen))
        for number, trials in self._come(crew, jobs):
            for mutant, trial in zip(chunks[number], trials, strict=True):
                self._enter(mutant, trial)
            self.progress("examples", len(self.trials), len(self.chosen))

    def _enter(self, mutant: int, trial: Trial) -> None:
        self.trials[mutant] = trial
        if trial.killer is not None:
            self.answers[mutant] = "killed"

    def properties(self, crew: Crew) -> None:
        """Try the rest on every property, some at a time: of those that notice a mutant in one
        round it is the first that counts, so that nothing depends on which of them was quicker."""
        bases = self.workshop.task.book.bases
        all_ = [(era, said) for era, base in enumerate(bases) for said in base.properties.values()]
        for at in range(0, len(all_), ROUND):
            left = tuple(self.left)
            if not left:
                return
            self.progress("properties", at, len(all_))
            some = all_[at : at + ROUND]
            jobs = [OnProperty(era, said.name, left) for era, said in some]
            came = dict(self._come(crew, jobs))
            for number, (_, said) in enumerate(some):
                noticed, tried = came[number]
                self.tried_properties += tried
                killer = Killer("property", said.id or said.name, said.span)
                for mutant in noticed:
                    if mutant not in self.answers:
                        self._enter(mutant, evolve(self.trials[mutant], killer=killer))
        self.progress("properties", len(all_), len(all_))

    def equivalents(self, crew: Crew) -> None:
        """Ask of the rest, where no example shows a difference, whether they can be noticed."""
        asked = [n for n in self.left if not self.trials[n].reached]
        jobs = [Equivalence(n) for n in asked]
        self.progress("equivalence", 0, len(asked))
        came = crew.answers(jobs, self.workshop.task.seconds + GRACE)
        for done, (number, shown) in enumerate(came, 1):
            if shown is True:
                self.answers[asked[number]] = "equivalent"
            self.progress("equivalence", done, len(asked))

    def search(self, crew: Crew) -> None:
        """Find cases in which what is left makes a difference."""
        asked = [n for n in self.left if not self.trials[n].reached]
        self.progress("cases for survivors", 0, len(asked))
        came = self._come(crew, [Search(n) for n in asked])
        for done, (number, found) in enumerate(came, 1):
            self.nearby[asked[number]] = found
            self.progress("cases for survivors", done, len(asked))

    def finish(self) -> None:
        """What is left has survived."""
        for mutant in self.left:
            self.answers[mutant] = "survived"

    def _come(self, crew: Crew, jobs: Sequence[Job]) -> Iterable[tuple[int, Any]]:
        for number, answer in crew.answers(jobs):
            if isinstance(answer, Failure):
                raise MatchrulesError(f"mutants cannot be tried: {answer.reason}")
            yield number, answer

    def report(self, interrupted: bool = False) -> Report:
        """What is known by now."""
        made = self.workshop.mutants
        nothing = Trial(None)
        trials = {n: self.trials.get(n, nothing) for n in self.chosen}
        fates = tuple(
            Fate(made[n], self.answers.get(n, "untried"), trial, self.nearby.get(n))
            for n, trial in trials.items()
            if not trial.refused
        )
        refused = len(trials) - len(fates)
        return Report(fates, self.tried_properties, refused, interrupted)

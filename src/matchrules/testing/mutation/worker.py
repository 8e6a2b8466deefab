"""A process that tries mutants, job after job, until it is told no more.

It makes the mutants itself, the same ones in the same order; jobs name them by their number.
"""

import os
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from attrs import frozen

from matchrules.prove.worker import unpacked, write
from matchrules.testing.mutation.mutants import Mutant, mutants
from matchrules.testing.mutation.suggestions import nearby
from matchrules.testing.mutation.trials import Bench, PropertyBench, Trial

if TYPE_CHECKING:
    from matchrules.rulebook import Book


@frozen
class Task:
    """What a worker is told once: the book, whether properties are tried and on how many cases,
    and the seconds that the prover gets for a mutant."""

    book: "Book"
    properties: bool
    cases: int
    seconds: float


@frozen
class OnExamples:
    """Try these mutants on the examples. The answer is a `Trial` of each."""

    mutants: tuple[int, ...]


@frozen
class OnProperty:
    """Try these mutants on a property of an era. The answer is those that it notices, and whether
    it has cases to be tried on."""

    era: int
    name: str
    mutants: tuple[int, ...]


@frozen
class Equivalence:
    """Show that this mutant is equivalent. The answer is whether that is shown."""

    mutant: int


@frozen
class Search:
    """Find a case near an example in which this mutant makes a difference."""

    mutant: int


Job = OnExamples | OnProperty | Equivalence | Search


@frozen
class Failure:
    """There is no answer."""

    reason: str


class Workshop:
    """Does jobs."""

    def __init__(self, task: Task, made: tuple[Mutant, ...] | None = None) -> None:
        self.task = task
        self.mutants = mutants(task.book) if made is None else made
        self.bench = Bench(task.book, task.properties)

    def work(self, job: Job) -> Any:
        """The answer to a job."""
        match job:
            case OnExamples(numbers):
                return [self.bench.try_on_examples(self.mutants[n]) for n in numbers]
            case OnProperty(era, name, numbers):
                return self._on_property(era, name, numbers)
            case Equivalence(number):
                from matchrules.testing.mutation.equivalence import shown_equivalent

                readings = self.bench.readings
                return shown_equivalent(self.mutants[number], readings, self.task.seconds)
            case Search(number):
                edits = self.mutants[number].edits
                found = (nearby(self.bench.readings[era], edits[era]) for era in sorted(edits))
                return next((one for one in found if one is not None), None)

    def _on_property(
        self, era: int, name: str, numbers: tuple[int, ...]
    ) -> tuple[tuple[int, ...], bool]:
        reading = self.bench.readings[era]
        bench = PropertyBench(reading, reading.base.properties[name], self.task.cases)
        edits = ((n, self.mutants[n].edits.get(era)) for n in numbers)
        noticed = tuple(n for n, edit in edits if edit is not None and bench.notices(edit))
        return noticed, bool(bench.items)


def main() -> None:
    """Read the task, then jobs; write the answer to each."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no message
    messages: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_read, args=(messages,), daemon=True).start()
    workshop = Workshop(messages.get())
    while True:
        job = messages.get()
        try:
            answer = workshop.work(job)
        except Exception as error:
            answer = Failure(f"{type(error).__name__}: {error}"[:300])
        write(out, answer)


def _read(messages: "SimpleQueue[Any]") -> None:
    """Pass on what comes. At its end nobody waits for an answer any more: the process ends, even
    if that which started it was killed."""
    received = bytearray()
    while part := os.read(0, 1 << 16):
        received += part
        for message in unpacked(received):
            messages.put(message)
    os._exit(0)


__all__ = ["Equivalence", "Failure", "Job", "OnExamples", "OnProperty", "Search", "Task", "Trial",
           "Workshop", "main"]  # fmt: skip

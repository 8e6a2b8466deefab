"""What came of the mutants of a book."""

from collections.abc import Iterator
from typing import Literal

from attrs import field, frozen

from matchrules.testing.mutation.mutants import Mutant
from matchrules.testing.mutation.suggestions import Nearby
from matchrules.testing.mutation.trials import Trial

Answer = Literal["killed", "survived", "equivalent", "untried"]


@frozen
class Fate:
    """What came of a mutant. `trial` tells who noticed it, or where it makes a difference that
    nobody noticed; where no example comes to that, `nearby` is a case that would, if one was
    found. `untried`: the run was interrupted before all had looked at it."""

    mutant: Mutant
    answer: Answer
    trial: Trial
    nearby: Nearby | None = None


@frozen
class Score:
    """How many mutants there are of each answer, of one file or of all."""

    file: str
    killed: int = 0
    survived: int = 0
    equivalent: int = 0
    untried: int = 0

    @property
    def made(self) -> int:
        """How many were made."""
        return self.killed + self.survived + self.equivalent + self.untried

    @property
    def percent(self) -> float | None:
        """How many of those that can be noticed were; None where there are none."""
        counted = self.killed + self.survived
        return 100 * self.killed / counted if counted else None


@frozen
class Report:
    """The fates of all mutants, in the order in which they are written; how many properties they
    were tried on, and how many more were `refused` by the check of tables."""

    fates: tuple[Fate, ...] = field(repr=False)
    properties: int = 0
    refused: int = 0
    interrupted: bool = False

    @property
    def score(self) -> Score:
        """Of all files."""
        return _score("", self.fates)

    @property
    def files(self) -> tuple[Score, ...]:
        """The score of each file."""
        names = sorted({fate.mutant.span.source for fate in self.fates})
        return tuple(_score(name, self.of(name)) for name in names)

    def of(self, file: str) -> tuple[Fate, ...]:
        """The fates of the mutants of a file."""
        return tuple(fate for fate in self.fates if fate.mutant.span.source == file)

    @property
    def survivors(self) -> Iterator[Fate]:
        """The mutants that nothing noticed."""
        return (fate for fate in self.fates if fate.answer == "survived")


def _score(file: str, fates: tuple[Fate, ...]) -> Score:
    count = dict.fromkeys(("killed", "survived", "equivalent", "untried"), 0)
    for fate in fates:
        count[fate.answer] += 1
    return Score(file, **count)

"""Mutation testing of rules: change one thing, and see whether an example or a property notices."""

from matchrules.testing.mutation.mutants import Mutant, mutants
from matchrules.testing.mutation.report import Fate, Report, Score
from matchrules.testing.mutation.run import mutate
from matchrules.testing.mutation.suggestions import Nearby
from matchrules.testing.mutation.trials import Killer, Sighting, Trial

__all__ = [
    "Fate",
    "Killer",
    "Mutant",
    "Nearby",
    "Report",
    "Score",
    "Sighting",
    "Trial",
    "mutants",
    "mutate",
]

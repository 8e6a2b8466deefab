"""Whether a mutant says the same as the rules that it was made of: then nothing can notice it."""

from typing import TYPE_CHECKING

from matchrules.testing.mutation.mutants import Mutant
from matchrules.testing.mutation.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence


def has_prover() -> bool:
    """Whether there is a solver to ask."""
    from matchrules.prove.running import has_solver

    return has_solver()


def shown_equivalent(mutant: Mutant, readings: "Sequence[Reading]", seconds: float) -> bool:
    """Whether the prover shows, in every era, that the same cases are valid, and that each gets
    the same derived facts, faults and advice."""
    from matchrules.prove.difference import equivalent

    bases = ((readings[era].base, edit) for era, edit in mutant.edits.items())
    return all(equivalent(base, edit.of(base), seconds) is True for base, edit in bases)

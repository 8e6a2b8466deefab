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
    """Whether the prover shows that no valid case gets other advice, in any era. Not, where a
    derived fact that no rule reads may be another one: it comes out with the decision, and only
    the advice is compared."""
    from matchrules.prove.difference import equivalent

    for era, edit in mutant.edits.items():
        reading = readings[era]
        if reading.spread(edit).reached & reading.ends:
            return False
    return all(
        equivalent(readings[era].base, edit.of(readings[era].base), seconds) is True
        for era, edit in mutant.edits.items()
    )

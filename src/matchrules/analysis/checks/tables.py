"""Tables: every valid case has a row, with `unique` only one, and every row has a case."""

from collections.abc import Iterator, Mapping

from matchrules.analysis.checks.columns import read
from matchrules.analysis.checks.findings import Findings, examine
from matchrules.analysis.checks.scene import World
from matchrules.analysis.checks.table_words import TableWords, head_names
from matchrules.diagnostics.model import Diagnostic
from matchrules.ir import Table
from matchrules.text import Source


def check(world: World, sources: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """Gaps, overlaps and hidden rows of every table."""
    for words, found in _examined(world, sources):
        yield from words.faults(found)


def left_to_prover(world: World, sources: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """What `check` could not tell, and so did not report."""
    for words, found in _examined(world, sources):
        yield from words.left(found)


def _examined(world: World, sources: Mapping[str, Source]) -> Iterator[tuple[TableWords, Findings]]:
    for define in world.base.defines.values():
        if isinstance(define.body, Table):
            columns = read(world, define, head_names(define, sources))
            yield TableWords(columns, sources), examine(world, columns)

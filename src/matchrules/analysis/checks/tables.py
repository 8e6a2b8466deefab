"""Tables: every valid case has a row, with `unique` only one, and every row has a case."""

from collections.abc import Mapping

from matchrules.analysis.checks.columns import read
from matchrules.analysis.checks.findings import examine
from matchrules.analysis.checks.scene import World
from matchrules.analysis.checks.table_words import TableWords, head_names
from matchrules.diagnostics.model import Diagnostic
from matchrules.ir import Table
from matchrules.text import Source


def check(world: World, sources: Mapping[str, Source]) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Gaps, overlaps and hidden rows of every table; and what of it could not be told, and so was
    not reported."""
    faults: list[Diagnostic] = []
    left: list[Diagnostic] = []
    for define in world.base.defines.values():
        if isinstance(define.body, Table):
            columns = read(world, define, head_names(define, sources))
            words, found = TableWords(columns, sources), examine(world, columns)
            faults.extend(words.faults(found))
            left.extend(words.left(found))
    return faults, left

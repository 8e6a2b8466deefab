"""Mutants that `matchrules check` refuses: they never come to be run, and are not counted."""

from collections.abc import Mapping

from matchrules.analysis.checks.columns import read
from matchrules.analysis.checks.findings import examine
from matchrules.analysis.checks.scene import World
from matchrules.analysis.checks.table_words import head_names
from matchrules.dependencies import dependencies
from matchrules.ir import RuleBase, Table
from matchrules.testing.mutation.mutants import Edit
from matchrules.text import Source


def refused(base: RuleBase, edit: Edit, sources: Mapping[str, Source]) -> bool:
    """Whether a table that is changed has a gap or an overlap now."""
    if edit.part != "defines":
        return False
    tables = [define for define in edit.stated.values() if isinstance(define.body, Table)]
    if not tables:
        return False
    changed = edit.of(base)
    world = World(changed, dependencies(changed))
    for table in tables:
        found = examine(world, read(world, table, head_names(table, sources)))
        if found.gaps or found.overlaps:
            return True
    return False

"""Checks of a whole rule base, one a file: what must hold before any case is looked at."""

from collections.abc import Mapping

from matchrules.diagnostics.model import Diagnostic
from matchrules.ir import RuleBase
from matchrules.text import Source


def run(base: RuleBase, sources: Mapping[str, Source]) -> tuple[Diagnostic, ...]:
    """Every fault that the checks find in the rules of one era, in the order of their places."""
    return ()

"""From syntax trees to rule bases: names resolved, types and units checked, everything lowered.

`analyse` collects every fault that it finds; one fault gives one diagnostic, never a train of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from attrs import frozen

from matchrules import ir
from matchrules.analysis.build import build
from matchrules.analysis.eras import split, start_of
from matchrules.analysis.report import Report
from matchrules.diagnostics.model import Diagnostic
from matchrules.syntax import ast
from matchrules.text import Source

__all__ = ["Analysis", "analyse"]


@frozen
class Analysis:
    """What the analysis found: a rule base for each era, earliest first (none where there are
    errors), the diagnostics by file and place, and notes on what of the tables cannot be checked
    without a solver."""

    bases: tuple[ir.RuleBase, ...]
    diagnostics: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...] = ()


def analyse(files: Sequence[ast.RuleFile], sources: Mapping[str, Source]) -> Analysis:
    """Analyse parsed files together. `sources` holds their texts by name."""
    report = Report()
    eras = split(files, report)
    ends = _ends(files)
    bases = tuple(build(era, sources, ends, report) for era in eras)
    left: list[Diagnostic] = []
    if not report.has_errors:
        from matchrules.analysis import checks

        for base in bases:
            checked = checks.run(base, sources)
            report.add(checked.faults)
            left.extend(checked.left)
    if report.has_errors:
        return Analysis((), report.in_order())
    return Analysis(bases, report.in_order(), tuple(left))


def _ends(files: Sequence[ast.RuleFile]) -> dict[str, date | None]:
    """For each file, the day on which its version gives way to the next, None if it does not."""
    starts: dict[str, list[date]] = {}
    for file in files:
        if file.header is not None:
            starts.setdefault(file.header.name.text, []).append(start_of(file.header))
    ends: dict[str, date | None] = {}
    for file in files:
        if file.header is not None:
            own = start_of(file.header)
            later = [day for day in starts[file.header.name.text] if day > own]
            ends[file.source] = min(later, default=None)
    return ends

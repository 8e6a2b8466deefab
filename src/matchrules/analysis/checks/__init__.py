"""Checks of a whole rule base, one a file: what must hold before any case is looked at."""

from collections.abc import Mapping

from attrs import frozen

from matchrules.analysis.checks import cycles, limits, never, tables
from matchrules.analysis.checks.scene import World
from matchrules.dependencies import Graph, dependencies, order
from matchrules.diagnostics.model import Diagnostic
from matchrules.ir import RuleBase
from matchrules.text import Source


@frozen
class Checked:
    """What the checks found, each in the order of the places: `faults`, and as `left` a warning on
    everything in tables that they cannot tell without a solver."""

    faults: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...] = ()


def run(base: RuleBase, sources: Mapping[str, Source]) -> Checked:
    """Check the rules of one era. Where there are cycles, or limits are passed, that is all that
    is found: the rest looks through names, which needs an end."""
    graph = dependencies(base)
    structure = _structure(base, graph)
    if structure:
        return Checked(_sorted(structure))
    world = World(base, graph)
    faults, left = tables.check(world, sources)
    return Checked(_sorted([*faults, *never.check(world)]), _sorted(left))


def _structure(base: RuleBase, graph: Graph) -> list[Diagnostic]:
    return [*cycles.check(base, graph), *limits.check(base, graph)]


def _sorted(found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=_place))


def _place(diagnostic: Diagnostic) -> tuple[str, int, str, str]:
    span = diagnostic.labels[0].span if diagnostic.labels else None
    where = ("", 0) if span is None else (span.source, span.start)
    return (*where, diagnostic.code, diagnostic.message)


__all__ = ["Checked", "dependencies", "order", "run"]

"""Checks of a whole rule base, one a file: what must hold before any case is looked at."""

from collections.abc import Iterator, Mapping

from matchrules.analysis.checks import cycles, limits, never, tables
from matchrules.analysis.checks.scene import World
from matchrules.dependencies import Graph, dependencies, order
from matchrules.diagnostics.model import Diagnostic
from matchrules.ir import RuleBase
from matchrules.text import Source


def run(base: RuleBase, sources: Mapping[str, Source]) -> tuple[Diagnostic, ...]:
    """Every fault that the checks find in the rules of one era, in the order of their places."""
    graph = dependencies(base)
    return tuple(sorted(_found(base, graph, sources), key=_place))


def left_to_prover(
    base: RuleBase, sources: Mapping[str, Source] | None = None
) -> tuple[Diagnostic, ...]:
    """What the table checks cannot tell without a solver, a warning each; nothing of a rule base
    that has cycles or passes the limits."""
    graph = dependencies(base)
    if any(True for _ in _structure(base, graph)):
        return ()
    return tuple(sorted(tables.left_to_prover(World(base, graph), sources or {}), key=_place))


def _found(base: RuleBase, graph: Graph, sources: Mapping[str, Source]) -> Iterator[Diagnostic]:
    structure = [*_structure(base, graph)]
    yield from structure
    if structure:  # the rest looks through names, which needs an end
        return
    world = World(base, graph)
    yield from tables.check(world, sources)
    yield from never.check(world)


def _structure(base: RuleBase, graph: Graph) -> Iterator[Diagnostic]:
    yield from cycles.check(base, graph)
    yield from limits.check(base, graph)


def _place(diagnostic: Diagnostic) -> tuple[str, int, str, str]:
    span = diagnostic.labels[0].span if diagnostic.labels else None
    where = ("", 0) if span is None else (span.source, span.start)
    return (*where, diagnostic.code, diagnostic.message)


__all__ = ["dependencies", "left_to_prover", "order", "run"]

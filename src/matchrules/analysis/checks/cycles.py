"""Cycles: a name that is worked out from itself, a rule that overrides itself."""

from collections.abc import Iterator

from matchrules import dependencies
from matchrules.dependencies import Graph, names_in
from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.ir import RuleBase
from matchrules.text import Span


def check(base: RuleBase, graph: Graph) -> Iterator[Diagnostic]:
    """One diagnostic for each knot of defines, tables and defaults, and of overrides."""
    for cycle in dependencies.cycles(graph):
        yield _cycle(
            "MR401", "depends on itself", cycle,
            [(_place(base, name), _step(base, name, after)) for name, after in _steps(cycle)],
            "let one of them be asserted, or work it out from something else",
        )  # fmt: skip
    for cycle in dependencies.cycles(overrides(base)):
        yield _cycle(
            "MR402", "overrides itself", cycle,
            [(base.rules[n].span, f"`{n}` overrides `{after}`") for n, after in _steps(cycle)],
            "take one `overrides` away, so that one of the rules has the last word",
        )  # fmt: skip


def overrides(base: RuleBase) -> Graph:
    """For every rule the rules that it overrides, by bare name."""
    return {
        name: tuple(sorted({other for other in rule.overrides if other in base.rules}))
        for name, rule in base.rules.items()
    }


def _cycle(
    code: str, what: str, cycle: tuple[str, ...], steps: list[tuple[Span, str]], help_: str
) -> Diagnostic:
    way = " -> ".join(f"`{name}`" for name in (*cycle, cycle[0]))
    return Diagnostic(
        code,
        f"`{cycle[0]}` {what}: {way}",
        tuple(Label(span, message) for span, message in steps if span.source),
        help_,
        cycle[0],
    )


def _steps(cycle: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from zip(cycle, (*cycle[1:], cycle[0]), strict=True)


def _place(base: RuleBase, name: str) -> Span:
    if name in base.defines:
        return base.defines[name].span
    fact, _, attribute = name.partition(".")
    return base.facts[fact].attributes[attribute].span


def _step(base: RuleBase, name: str, after: str) -> str:
    """How one name reads the next: by name, or where a pick may have to break a tie."""
    if name in base.defines:
        expressions = [*dependencies.expressions_of(base.defines[name])]
        said = f"`{name}` reads `{after}`"
    else:
        fact, _, attribute = name.partition(".")
        declared = base.facts[fact].attributes[attribute]
        expressions = [e for e in (declared.default, declared.unless) if e is not None]
        said = f"the default of `{name}` reads `{after}`"
    named = names_in(base, expressions, ties=False)
    return said if after in named else f"{said} to break ties of a pick"

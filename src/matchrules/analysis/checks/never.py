"""Rules that can never fire: a `when` that no case meets, whatever the parameters."""

from collections.abc import Iterator

from matchrules.analysis.checks.scene import Scene, World
from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.ir import And, Rule


def check(world: World) -> Iterator[Diagnostic]:
    """Every rule whose own `when` no case meets, whichever values its parameters had."""
    for rule in world.base.rules.values():
        if rule.when is not None and not _scene(world, rule).of(rule.when).may(True):
            part = _dead_part(world, rule)
            yield Diagnostic(
                "MR407",
                f"rule `{rule.name}` can never fire: its `when` is true of no case",
                (Label(rule.span, part),) if rule.span.source else (),
                "mend the condition, or remove the rule",
                rule.full_name,
                severity="warning",
            )


def _scene(world: World, rule: Rule) -> Scene:
    if rule.fact is None:
        return world.any_parameter
    return Scene(world, present=(rule.fact,), parameters_as_listed=False)


def _dead_part(world: World, rule: Rule) -> str:
    """Which part of an `and` is never true by itself, if one is."""
    if isinstance(rule.when, And):
        scene = _scene(world, rule)
        for number, operand in enumerate(rule.when.operands, 1):
            if not scene.of(operand).may(True):
                return f"part {number} of its `and` is never true"
    return ""

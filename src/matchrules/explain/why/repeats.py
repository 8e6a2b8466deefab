"""What a proof would say more than once."""

from collections.abc import Sequence
from typing import Any

from attrs import evolve

from matchrules.explain.why.model import Step
from matchrules.explain.why.node import worked


def told_once(root: Step) -> Step:
    """The proof with what a step rests on told where it first comes."""
    seen: set[int] = set()

    def mark(step: Step) -> Any:
        if step.what in ("derived", "default"):
            if id(step) in seen:
                return evolve(step, steps=(), again=True)
            seen.add(id(step))
        steps = []
        for inner in step.steps:
            steps.append((yield mark(inner)) if inner.steps else inner)
        same = all(new is old for new, old in zip(steps, step.steps, strict=True))
        return step if same else evolve(step, steps=tuple(steps))

    found: Step = worked(mark(root))
    return found


def says(sentence: str, other: str) -> bool:
    """Whether a sentence on a value says all that the other does, or what follows from it."""
    name, _, value = other.partition(": ")
    value = value.split(", which is ne")[0].split(", which is no")[0]
    return sentence == other or f"{sentence},".startswith(f"{name}: {value},")


def once(steps: Sequence[Step]) -> list[Step]:
    """The steps, each once."""
    found: dict[tuple[str, str, str], Step] = {}
    more: list[Step] = []
    for step in steps:
        key = (step.what, step.sentence, step.path)
        earlier = found.get(key)
        if earlier is None:
            found[key] = step
        if earlier is None or (step.steps and step is not earlier and step != earlier):
            more.append(step)
    return more

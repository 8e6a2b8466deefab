"""A case as an `example` block, ready to be pasted into a rule file."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from attrs import frozen

from matchrules.ir import Example, FactDeclaration, RuleBase
from matchrules.prove.saving import literal, quoted
from matchrules.types import Value

WIDTH: Final = 100
Instances = Sequence[Mapping[str, Value | None]]
Given = Mapping[str, Instances]


@frozen
class _Group:
    fact: str
    values: Mapping[str, Value | None]


def block(
    base: RuleBase, ruleset: str, title: str, as_of: date, facts: Given, expects: Iterable[str],
    starts: Container[str],
) -> str:  # fmt: skip
    """An example in that ruleset. It builds on the one that leaves least to be said, of those with
    a name in `starts`."""
    start, groups = _shortest(base, ruleset, facts, starts)
    lines = [f"example {quoted(title)}"]
    lead = "  given "
    if start is not None:
        lead += start.name or ""
        if groups:
            lead += " with "
    body = [line for group in groups for line in _group(base.facts[group.fact], group.values)]
    if start is not None or body:
        lines.append((lead + (body[0] if body else "")).rstrip())
        lines += [f"        {line}" for line in body[1:]]
    if start is None or start.as_of != as_of:
        lines.append(f"  as of {as_of}")
    return "\n".join([*lines, *(f"  expect {said}" for said in expects)]) + "\n"


def _group(fact: FactDeclaration, values: Mapping[str, Value | None]) -> Iterator[str]:
    """`fact: a = 1, b = 2`, on as many lines as it takes."""
    lead = f"{fact.name}:"
    line = lead
    for number, (name, value) in enumerate(values.items()):
        said = f" {name} = {literal(value, fact.attributes[name].type)}"
        comma = "," if number + 1 < len(values) else ""
        if len(line) + len(said) > WIDTH - 10 and line.strip():
            yield line
            line = " " * (len(lead))
        line += said + comma
    yield line


def _shortest(
    base: RuleBase, ruleset: str, facts: Given, starts: Container[str]
) -> tuple[Example | None, Sequence[_Group]]:
    """The example to build on, if any, and what is to be said beside it."""
    best: tuple[Example | None, Sequence[_Group]] = (None, list(_all(base, facts)))
    size = sum(len(group.values) + 1 for group in best[1])
    reach = reachable(base, ruleset)
    for example in base.examples:
        if example.name not in starts or example.ruleset not in reach:
            continue
        groups = _beside(base, example, facts)
        if groups is not None and sum(len(g.values) + 1 for g in groups) < size:
            best, size = (example, groups), sum(len(g.values) + 1 for g in groups)
    return best


def reachable(base: RuleBase, ruleset: str) -> set[str]:
    """The rulesets whose names can be used in that one."""
    found, open_ = {ruleset}, [ruleset]
    while open_:
        for used in base.rulesets[open_.pop()].uses:
            if used not in found:
                found.add(used)
                open_.append(used)
    return found


def _all(base: RuleBase, facts: Given) -> Iterator[_Group]:
    for name, instances in facts.items():
        for instance in map(_asserted, instances):
            if instance or base.facts[name].many:
                yield _Group(name, instance)


def _asserted(instance: Mapping[str, Value | None]) -> dict[str, Value | None]:
    return {name: value for name, value in instance.items() if value is not None}


def _beside(base: RuleBase, example: Example, facts: Given) -> list[_Group] | None:
    """What makes the facts of an example these facts; None where nothing does."""
    groups: list[_Group] = []
    for name in {**example.facts, **facts}:
        before = [_asserted(one) for one in example.facts.get(name, ())]
        after = [_asserted(one) for one in facts.get(name, ())]
        if base.facts[name].many:
            for instance in before:
                if instance not in after:
                    return None
                after.remove(instance)
            groups += [_Group(name, instance) for instance in after]
            continue
        if before and not after:
            return None
        old, new = (one[0] if one else {} for one in (before, after))
        changes = {a: v for a, v in new.items() if old.get(a) != v}
        changes |= {a: None for a in old if a not in new}
        if changes:
            groups.append(_Group(name, changes))
    return groups

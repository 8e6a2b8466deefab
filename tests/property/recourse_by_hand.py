"""Changes of a small case by brute force: every case there is, with what it costs to get there.

Written against the meaning, not against the search: instances are matched in every way there is,
and the cheapest counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations, permutations
from random import Random
from typing import Any

from attrs import evolve, frozen

from matchrules import ir
from matchrules.case.model import Case
from matchrules.dependencies import dependencies
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import walk
from matchrules.prove.recourse import Obstacle
from matchrules.types import DayOfYear, Enum, SetOf, Text, Type, YesNo

Instance = Mapping[str, Any]


@frozen(order=True)
class Effort:
    """What a change takes: its cost, how many changes it is, how far values move in all."""

    cost: int = 0
    count: int = 0
    moved: Fraction = Fraction(0)

    def __add__(self, other: "Effort") -> "Effort":
        return Effort(self.cost + other.cost, self.count + other.count, self.moved + other.moved)


def marked(base: ir.RuleBase, rng: Random) -> ir.RuleBase:
    """The rule base with marks drawn at random."""
    facts = {}
    for fact in base.facts.values():
        attributes = {
            name: evolve(
                attribute,
                change=rng.choice(
                    ("free",) * 4 + ("fixed", "up", "down")
                    if _ordered(attribute.type) else ("free", "fixed")
                ),
                cost=rng.randint(1, 4),
            )
            for name, attribute in fact.attributes.items()
        }  # fmt: skip
        ways = ("free", "free", "fixed", "up", "down") if fact.many else ("free",) * 5 + ("fixed",)
        facts[fact.name] = evolve(
            fact, attributes=attributes, change=rng.choice(ways), cost=rng.randint(1, 4)
        )
    return evolve(base, facts=facts)


def least(base: ir.RuleBase, start: Case, runs: Iterable[Interpretation]) -> Effort | None:
    """The least effort with which a case becomes one of the given ones; None where none does."""
    efforts = [
        effort for run in runs
        if run.case.as_of == start.as_of
        and (effort := between(base, start, run.case)) is not None
    ]  # fmt: skip
    return min(efforts, default=None)


def held(base: ir.RuleBase, case: Case, one: Obstacle) -> bool:
    """Whether a case is where an obstacle on a single fact holds it."""
    there = case.facts[one.fact]
    if one.attribute is None:
        return bool(there) is (one.why == "given")
    value = there[0][one.attribute] if there else None
    if value is None or one.why in ("known", "unknown"):
        return (value is None) is (one.why == "unknown")
    if one.why == "ahead":
        return bool(value >= case.as_of)
    if one.why in ("fixed", "past") or value == one.value:
        return bool(value == one.value)
    return _right_way(base.facts[one.fact].attributes[one.attribute], one.value, value)


def between(base: ir.RuleBase, one: Case, two: Case) -> Effort | None:
    """What it takes to get from one case to another; None where the marks do not allow it."""
    total = Effort()
    for fact in base.facts.values():
        effort = _of_fact(fact, one.facts[fact.name], two.facts[fact.name], one.as_of)
        if effort is None:
            return None
        if fact.many and len(two.facts[fact.name]) > len(one.facts[fact.name]) == 0 and (
            _summed_up(base, fact.name, one)
        ):  # fmt: skip
            return None
        total += effort
    return total


def _of_fact(
    fact: ir.FactDeclaration, one: Sequence[Instance], two: Sequence[Instance], day: date
) -> Effort | None:
    if not fact.many:
        if len(one) != len(two):
            return None
        return _of_instance(fact, one[0], two[0], day) if one else Effort()
    efforts = []
    for kept in range(min(len(one), len(two)) + 1):
        removed, added = len(one) - kept, len(two) - kept
        if (removed and fact.change not in ("free", "down")) or (
            added and fact.change not in ("free", "up")
        ):
            continue
        edge = Effort(fact.cost * (removed + added), removed + added)
        for mine in combinations(range(len(one)), kept):
            for theirs in permutations(range(len(two)), kept):
                if fact.keys and _takes_a_key(fact, one, two, theirs):
                    continue
                if any(_is_past(two[j], day) for j in range(len(two)) if j not in theirs):
                    continue
                each = [
                    _of_instance(fact, one[i], two[j], day)
                    for i, j in zip(mine, theirs, strict=True)
                ]
                if None not in each:
                    efforts.append(sum(filter(None, each), edge))
    return min(efforts, default=None)


def _takes_a_key(
    fact: ir.FactDeclaration, one: Sequence[Instance], two: Sequence[Instance], kept: Sequence[int]
) -> bool:
    """Whether an instance that is new has the key of one that was there."""
    old = {tuple(i[k] for k in fact.keys) for i in one}
    return any(tuple(i[k] for k in fact.keys) in old for n, i in enumerate(two) if n not in kept)


def _summed_up(base: ir.RuleBase, many: str, case: Case) -> bool:
    """Whether a case asserts what it would work out of the instances of a fact."""
    graph = dependencies(base)
    return any(
        value is not None and base.facts[fact].attributes[name].default is not None
        and _counts(base, graph, f"{fact}.{name}", many, set())
        for fact, there in case.facts.items() for one in there for name, value in one.items()
    )  # fmt: skip


def _counts(
    base: ir.RuleBase, graph: Mapping[str, Iterable[str]], name: str, many: str, seen: set[str]
) -> bool:
    if name in seen:
        return False
    seen.add(name)
    if name in base.defines:
        define = base.defines[name]
        texts, own = [*define.expressions()], define.fact
    else:
        fact, _, short = name.partition(".")
        attribute, own = base.facts[fact].attributes[short], None
        texts = [e for e in (attribute.default, attribute.unless) if e is not None]
    counted = {n.fact for e in texts for n in walk(e) if isinstance(n, ir.Aggregate)} | {own}
    return many in counted or any(_counts(base, graph, n, many, seen) for n in graph[name])


def _is_past(new: Instance, day: date) -> bool:
    return any(isinstance(value, date) and value < day for value in new.values())


def _of_instance(
    fact: ir.FactDeclaration, one: Instance, two: Instance, day: date
) -> Effort | None:
    total = Effort()
    for name, attribute in fact.attributes.items():
        before, after = one[name], two[name]
        if before == after:
            continue
        fixed = fact.change == "fixed" or attribute.change == "fixed" or attribute.key
        if fixed or before is None or after is None:
            return None
        if isinstance(before, date) and min(before, after) < day:
            return None
        if not _right_way(attribute, before, after):
            return None
        total += Effort(attribute.cost, 1, _far(attribute.type, before, after))
    return total


def _right_way(attribute: ir.AttributeDeclaration, before: Any, after: Any) -> bool:
    if attribute.change == "free":
        return True
    more, less = (after, before) if attribute.change == "up" else (before, after)
    if isinstance(attribute.type, Enum):
        members = attribute.type.members
        return members.index(more) > members.index(less)
    return bool(more > less)  # of sets: with all that the other has


def _far(type_: Type, before: Any, after: Any) -> Fraction:
    if isinstance(type_, SetOf):
        return Fraction(len(before ^ after))
    if isinstance(type_, Enum) and type_.ordered:
        return Fraction(abs(type_.members.index(before) - type_.members.index(after)))
    if isinstance(type_, Text | Enum | YesNo):
        return Fraction(1)
    if isinstance(before, DayOfYear):
        return Fraction(abs(32 * (before.month - after.month) + before.day - after.day))
    if isinstance(before, date):
        return Fraction(abs((before - after).days))
    return abs(Fraction(before) - Fraction(after))


def _ordered(type_: Type) -> bool:
    return not isinstance(type_, Text) and not (isinstance(type_, Enum) and not type_.ordered)

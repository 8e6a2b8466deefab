"""Two rule bases as formulas over the same cases."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import z3

from matchrules.ir import Expression, Rule, RuleBase, Then
from matchrules.prove.decisions import clashes, same_or_both_unknown
from matchrules.prove.difference.cones import Cones
from matchrules.prove.difference.vocabulary import Shared
from matchrules.prove.encoding import NOTHING, Encoding
from matchrules.prove.scene import Ground, Scene
from matchrules.prove.terms import FALSE, Encoded, Truth, all_of, any_of, in_bounds, neg
from matchrules.types import Number

Bound = dict[str, int]


class Side(Encoding):
    """One side. What has one number on both sides is worked out once, and is the same: above all
    an aggregate that is left open, which else would be any value here and any value there."""

    def __init__(
        self, base: RuleBase, scene: Scene, cones: Cones, both: dict[Any, Encoded]
    ) -> None:
        super().__init__(base, scene)
        self._cones, self._both = cones, both
        self.aggregates = _Numbered(cones, both)

    def value(self, expression: Expression, bound: Mapping[str, int] = NOTHING) -> Encoded:
        key = ("value", self._cones.expression(expression), *sorted(bound.items()))
        found = self._both.get(key)
        if found is None:
            found = self._both[key] = super().value(expression, bound)
        return found

    def attribute(self, fact: str, name: str, bound: Mapping[str, int]) -> Encoded:
        index = bound[fact] if self.base.facts[fact].many else 0
        key = ("attribute", self._cones.name(f"{fact}.{name}"), index)
        found = self._both.get(key)
        if found is None:
            found = self._both[key] = super().attribute(fact, name, bound)
        return found


class _Numbered(dict[Any, Encoded]):
    """Aggregates that are left open, by what they rest on."""

    def __init__(self, cones: Cones, both: dict[Any, Encoded]) -> None:
        super().__init__()
        self._cones, self._both = cones, both

    def _key(self, key: Any) -> Any:
        node, about = key
        return "aggregate", self._cones.expression(node), about

    def __contains__(self, key: Any) -> bool:
        return self._key(key) in self._both

    def __getitem__(self, key: Any) -> Encoded:
        return self._both[self._key(key)]

    def __setitem__(self, key: Any, value: Encoded) -> None:
        self._both[self._key(key)] = value


class Pair:
    """Both sides in one scene: with any number of instances (`instances` None), or up to so many of
    each many-fact."""

    def __init__(self, both: Shared, cones: tuple[Cones, Cones], instances: int | None) -> None:
        self.ground = Ground(both.ground, instances)
        self.scene = Scene(self.ground)
        values: dict[Any, Encoded] = {}
        self._valid: dict[int, list[Any]] = {}  # by how many instances were spoken of
        self.old = Side(both.old, self.scene, cones[0], values)
        self.new = Side(both.new, self.scene, cones[1], values)

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.old, self.new

    def valid(self) -> list[Any]:
        """That both sides take the case."""
        looked_at = len(self.scene.there) if self.scene.open else 0
        if looked_at not in self._valid:
            found = [*self.old.valid(), *self.new.valid()]
            unique = {formula.get_id(): formula for formula in found}
            self._valid[looked_at] = list(unique.values())
        return self._valid[looked_at]

    def stands(self, side: int, rule: Rule | None) -> Any:
        """Where a rule's advice stands, for any one instance of its `for each`."""
        if rule is None or not self.has_room(rule.fact):
            return FALSE
        return self.sides[side].stands(rule, bound_of(rule))

    def has_room(self, fact: str | None) -> bool:
        """Whether there can be an instance of the fact at all."""
        many = fact is not None and self.scene.base.facts[fact].many
        return not many or self.scene.open or len(self.scene.indices(fact or "")) > 0

    def each(self, fact: str | None) -> list[Bound]:
        """The instances that a `for each` of a fact can be said of."""
        if fact is None:
            return [{}]
        if not self.scene.base.facts[fact].many or self.scene.open:
            return [{fact: 0}]
        return [{fact: index} for index in self.scene.indices(fact)]

    def same_said(self, one: Rule, then: Then, other: Rule, now: Then) -> Any:
        """Where both sides say it with the same strength and fields."""
        if then.strength != now.strength or set(then.fields) != set(now.fields):
            return FALSE
        return all_of([
            same_or_both_unknown(
                self.old.value(e, bound_of(one)), self.new.value(now.fields[name], bound_of(other))
            )
            for name, e in then.fields.items()
        ])  # fmt: skip


def bound_of(rule: Rule) -> Bound:
    """The instance that stands for any of those of a `for each`."""
    return {} if rule.fact is None else {rule.fact: 0}


def contradicted(encoding: Encoding, kind: str, subject: str) -> Any:
    """Where one instance is advised both for and against the subject, or a `unique` one with two
    values."""
    said = [
        (rule, then) for rule in encoding.base.rules.values() for then in rule.thens
        if (then.kind, then.subject) == (kind, subject)
    ]  # fmt: skip
    found = []
    for place, (rule, then) in enumerate(said):
        for other, earlier in said[:place]:
            if rule.fact != other.fact:
                continue
            bound = bound_of(rule)
            both = [encoding.stands(rule, bound), encoding.stands(other, bound)]
            found.append(all_of([*both, clashes(encoding, then, earlier, bound)]))
    return any_of(found)


def out_of_range(encoding: Encoding, kind: str, subject: str) -> Any:
    """Where a field of advice on the subject is not within the range of its type."""
    declared = encoding.base.advice[kind].subjects[subject].fields
    found = []
    for rule in encoding.base.rules.values():
        bound = bound_of(rule)
        for then in rule.thens:
            for name, e in (
                then.fields.items() if (then.kind, then.subject) == (kind, subject) else ()
            ):
                type_, value = declared[name], encoding.value(e, bound)
                if not isinstance(type_, Number) or isinstance(value, Truth):
                    continue
                outside = neg(in_bounds(value, type_))
                found.append(all_of([encoding.stands(rule, bound), value.known, outside]))
    return any_of(found)


class Stopped(Exception):
    """The solver gave no answer; the reason is its text."""


class Solver:
    """z3 over the facts of a pair, asked again and again within one time limit."""

    def __init__(self, pair: Pair, deadline: "Deadline") -> None:
        self.pair, self.deadline = pair, deadline
        # without the tactics of `Solver`, which cost more here than they save
        self.z3 = z3.SimpleSolver()
        self._told = 0
        self._calendar: set[int] = set()

    def add(self, *formulas: Any) -> None:
        self.z3.add(*formulas)
        for formula in formulas:
            for fact in self.pair.ground.calendar.facts_for(formula):
                if fact.get_id() not in self._calendar:
                    self._calendar.add(fact.get_id())
                    self.z3.add(fact)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is added inside is taken back at the end."""
        told, calendar = self._told, set(self._calendar)
        self.z3.push()
        try:
            yield
        finally:
            self.z3.pop()
            self._told, self._calendar = told, calendar

    def satisfiable(self, *assumptions: Any) -> bool:
        """Whether some case meets all that was added; raises `Stopped`."""
        ground = self.pair.ground
        told, self._told = self._told, len(ground.formulas)
        self.add(*ground.formulas[told:])
        self.z3.set("timeout", self.deadline.milliseconds())
        answer = self.z3.check(*assumptions)
        if answer == z3.unknown:
            reason = self.z3.reason_unknown()
            if "interrupted" in reason:  # z3 has taken the signal for itself
                raise KeyboardInterrupt
            raise Stopped("the time was up" if self.deadline.over else f"the solver says: {reason}")
        return bool(answer == z3.sat)


class Deadline:
    """A moment after which nothing more is asked."""

    def __init__(self, seconds: float) -> None:
        from time import monotonic

        self._now = monotonic
        self._end = monotonic() + seconds

    @property
    def over(self) -> bool:
        return self._now() >= self._end

    def milliseconds(self) -> int:
        """What is left; raises `Stopped` where nothing is."""
        left = int((self._end - self._now()) * 1000)
        if left <= 0:
            raise Stopped("the time was up")
        return left


__all__ = [
    "Deadline",
    "Pair",
    "Side",
    "Solver",
    "Stopped",
    "bound_of",
    "contradicted",
    "out_of_range",
]

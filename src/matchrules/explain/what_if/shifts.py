"""Values of two cases under the same rules, side by side: what is another one, in words.

Instances of a fact without a key have no name that lasts: one is taken for another where most of
what is known of both is alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from attrs import evolve, field, frozen

from matchrules.case.model import Instance
from matchrules.decision import about_of, plain_value
from matchrules.dependencies import names_in, order
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation
from matchrules.explain.grounds import Grounds
from matchrules.explain.names import spoken
from matchrules.ir import Aggregate, Expression, FactDeclaration, walk
from matchrules.lazy import cached_property
from matchrules.types import SetOf, Type, Value, YesNo, python_value

MOST_PAIRS: Final = 100_000  # looked at to tell which instance of a bag has become which
Pair = tuple[int | None, int | None]  # the place of an instance in the one case and in the other


@frozen
class Shift:
    """A value that is another one in another case.

    `name` is an attribute or derived fact, `about` the key of the instance where it is one of a
    keyed fact. For an instance that is in one of the cases only `name` is the fact, and its
    attributes are `before` or `after`. `title` is what it is called, `was` and `now` are the values
    in words, empty for an instance; `step` is the way from the one to the other. `instance` is the
    end of the title that says whose value it is.
    """

    name: str
    about: Any
    before: Any
    after: Any
    title: str
    was: str
    now: str
    step: str = ""
    instance: str = ""
    types: Mapping[str, Type] = field(factory=dict, repr=False, eq=False)

    def __str__(self) -> str:
        return f"{self.title}: {self.step}" if self.step else self.title

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "name": self.name, "about": plain_value(self.about, None),
            "before": self._plain(self.before), "after": self._plain(self.after),
            "said": str(self),
        }  # fmt: skip

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: plain_value(v, self.types[name]) for name, v in value.items()}
        return plain_value(value, None)


class Comparison:
    """Two cases under one rule base. `names` are those whose values can differ, all if not given;
    every value is worked out when it is first looked at."""

    def __init__(
        self,
        grounds: Grounds,
        before: Interpretation,
        after: Interpretation,
        names: Iterable[str] | None = None,
    ) -> None:
        self.grounds, self.before, self.after = grounds, before, after
        self.base = grounds.base
        self._names = grounds.wording.names
        self._looked_at = None if names is None else frozenset(names)
        self._found: dict[str, tuple[tuple[Pair, Shift], ...]] = {}
        self._pairs: dict[str, tuple[Pair, ...]] = {}

    # What differs ---------------------------------------------------------------------------------

    @cached_property
    def asserted(self) -> tuple[Shift, ...]:
        """What the cases assert otherwise, in the order of the vocabulary."""
        return tuple(
            shift for fact in self.base.facts.values() for shift in self._asserted_of(fact)
        )

    @cached_property
    def derived(self) -> tuple[Shift, ...]:
        """What follows otherwise: derived facts, and attributes worked out by default, each after
        what it rests on."""
        asserted = {(shift.name, str(shift)) for shift in self.asserted}
        return tuple(
            shift for name in order(self.grounds.graph) for _, shift in self.of(name)
            if (shift.name, str(shift)) not in asserted
        )  # fmt: skip

    def of(self, name: str) -> tuple[tuple[Pair, Shift], ...]:
        """How an attribute or derived fact differs, for each instance that both cases have."""
        if self._looked_at is not None and name not in self._looked_at:
            return ()
        if name not in self._found:
            self._found[name] = tuple(self._compared(name))
        return self._found[name]

    def pairs(self, fact: str) -> tuple[Pair, ...]:
        """The instances of a fact in the one case and in the other."""
        if fact not in self._pairs:
            declaration = self.base.facts[fact]
            one, two = self.before.case.facts[fact], self.after.case.facts[fact]
            self._pairs[fact] = tuple(_paired(declaration, one, two))
        return self._pairs[fact]

    # What led to a difference ---------------------------------------------------------------------

    def behind(self, expressions: Sequence[Expression], pair: Mapping[str, Pair]) -> list[Shift]:
        """The values named there that differ. In the place of a yes or no stands what made it
        differ, where that is something else; `pair` tells which instance is meant."""
        found: dict[str, Shift] = {}
        seen: set[str] = set()
        names = list(names_in(self.base, expressions, ties=False))
        while names:
            name = names.pop(0)
            if name in seen:
                continue
            seen.add(name)
            fact = self._fact_of(name)
            shifts = [
                shift for at, shift in self.of(name)
                if fact is None or fact not in pair or pair[fact] == at
            ]  # fmt: skip
            if not shifts:
                continue
            deeper = self.grounds.graph[name] if self._is_verdict(name) else ()
            if any(self.of(other) for other in deeper):
                names += deeper
            else:
                found.update((str(shift), shift) for shift in shifts)
        for name in self._counted(expressions):
            found.update((str(shift), shift) for shift in self._come_or_gone(name))
        return list(found.values())

    def _is_verdict(self, name: str) -> bool:
        define = self.base.defines.get(name)
        return define is not None and isinstance(define.type, YesNo)

    def _counted(self, expressions: Sequence[Expression]) -> list[str]:
        facts = {n.fact for e in expressions for n in walk(e) if isinstance(n, Aggregate)}
        return sorted(facts)

    # Values ---------------------------------------------------------------------------------------

    def _compared(self, name: str) -> Iterable[tuple[Pair, Shift]]:
        fact, type_ = self._fact_of(name), self._type_of(name)
        for pair in [(0, 0)] if fact is None else self.pairs(fact):
            one, two = pair
            if one is None or two is None:
                continue
            was = self._value(self.before, name, fact, one)
            now = self._value(self.after, name, fact, two)
            if was != now:
                yield pair, self._shift(name, fact, pair, was, now, type_)

    def _value(self, run: Interpretation, name: str, fact: str | None, index: int) -> Any:
        bound: Bound = NOTHING if fact is None else {fact: index}
        define = self.base.defines.get(name)
        if define is not None:
            return run.derived(define, bound)
        owner, _, attribute = name.partition(".")
        return run.attribute(owner, attribute, bound)

    def _shift(
        self, name: str, fact: str | None, pair: Pair, was: Any, now: Any, type_: Type
    ) -> Shift:
        one, two = (
            "not known" if value is None else self._names.literal(value, type_)
            for value in (was, now)
        )
        instance = self._of(fact, pair)
        return Shift(
            name, self._about(fact, pair), python_value(was, type_), python_value(now, type_),
            f"{self._names.value(name)}{instance}", one, two,
            self._step(was, now, type_) or f"{one} → {two}", instance,
        )  # fmt: skip

    def _step(self, was: Any, now: Any, type_: Type) -> str:
        """What a set has lost and won."""
        if not (isinstance(type_, SetOf) and was and now):
            return ""
        lost, won = was - now, now - was
        parts = [
            f"{words} {self._names.literal(members, type_)}"
            for words, members in (("no longer", lost), ("now also", won)) if members
        ]  # fmt: skip
        return ", ".join(parts)

    def _fact_of(self, name: str) -> str | None:
        """The fact of which there is a value for each instance."""
        define = self.base.defines.get(name)
        if define is not None:
            return define.fact
        fact = name.partition(".")[0]
        return fact if self.base.facts[fact].many else None

    def _type_of(self, name: str) -> Type:
        define = self.base.defines.get(name)
        if define is not None:
            return define.type
        fact, _, attribute = name.partition(".")
        return self.base.facts[fact].attributes[attribute].type

    # Assertions -----------------------------------------------------------------------------------

    def _asserted_of(self, fact: FactDeclaration) -> Iterable[Shift]:
        one, two = self.before.case.facts[fact.name], self.after.case.facts[fact.name]
        if one == two:
            return
        if fact.many:
            yield from self._come_or_gone(fact.name)
        for at, to in self.pairs(fact.name) if fact.many else [(0, 0)]:
            if at is None or to is None:
                continue
            before, after = one[at] if at < len(one) else {}, two[to] if to < len(two) else {}
            for name, attribute in fact.attributes.items():
                was, now = before.get(name), after.get(name)
                if was == now:
                    continue
                dotted, type_ = f"{fact.name}.{name}", attribute.type
                many = fact.name if fact.many else None
                shift = self._shift(dotted, many, (at, to), was, now, type_)
                if attribute.default is not None and None in (was, now):
                    # what is not asserted follows from the rest, so that it may stay the same
                    ends = (
                        self._asserted(dotted, many, was, self.before, at, type_),
                        self._asserted(dotted, many, now, self.after, to, type_),
                    )
                    shift = evolve(shift, was=ends[0], now=ends[1], step=" → ".join(ends))
                yield shift

    def _asserted(
        self, name: str, fact: str | None, value: Any, run: Interpretation, index: int, type_: Type
    ) -> str:
        if value is not None:
            return self._names.literal(value, type_)
        found = self._value(run, name, fact, index)
        if found is None:
            return "not known"
        return f"{self._names.literal(found, type_)}, which follows from the rest"

    def _come_or_gone(self, fact: str) -> Iterable[Shift]:
        """Instances that only one of the cases has."""
        declaration = self.base.facts[fact]
        if not declaration.many:
            return
        types = {name: a.type for name, a in declaration.attributes.items()}
        one, two = self.before.case.facts[fact], self.after.case.facts[fact]
        for at, to in self.pairs(fact):
            if at is not None and to is not None:
                continue
            gone = to is None
            instance = one[at] if at is not None else two[to or 0]
            known = {name: value for name, value in instance.items() if value is not None}
            inside = "; ".join(
                f"{self._names.value(f'{fact}.{name}')}: {self._names.literal(value, types[name])}"
                for name, value in known.items()
            )
            values = {name: python_value(value, types[name]) for name, value in known.items()}
            said = f"one {spoken(fact)} {'less' if gone else 'more'}" + (inside and f" ({inside})")
            yield Shift(
                fact, self._about(fact, (at, to)), values if gone else None,
                None if gone else values, said, "", "", types=types,
            )  # fmt: skip

    # Instances in words ---------------------------------------------------------------------------

    def _about(self, fact: str | None, pair: Pair) -> Any:
        if fact is None or not self.base.facts[fact].keys:
            return None
        run, index = (self.before, pair[0]) if pair[0] is not None else (self.after, pair[1])
        instance = run.case.facts[fact][index or 0]
        return about_of(tuple(instance[k] for k in self.base.facts[fact].keys))  # type: ignore[misc]  # keys are known

    def _of(self, fact: str | None, pair: Pair) -> str:
        if fact is None or not self.base.facts[fact].many:
            return ""
        about = self._about(fact, pair)
        if about is None:
            return f", of {self._names.one(fact)}"
        return f", of {named_instance(self.grounds, fact, about)}"


def named_instance(grounds: Grounds, fact: str, about: Any) -> str:
    """An instance by its key, in words: `program “P1”`."""
    declaration = grounds.base.facts[fact]
    if not declaration.keys:
        return spoken(fact)
    keys = about if len(declaration.keys) > 1 else (about,)
    said = [
        grounds.wording.names.literal(key, declaration.attributes[name].type)
        for name, key in zip(declaration.keys, keys, strict=True)
    ]
    return f"{spoken(fact)} {', '.join(said)}"


def _paired(
    declaration: FactDeclaration, before: Sequence[Instance], after: Sequence[Instance]
) -> Iterable[Pair]:
    if not declaration.many:
        return [(0 if before else None, 0 if after else None)]
    if declaration.keys:
        return _by_key(declaration.keys, before, after)
    return _by_likeness(before, after)


def _by_key(
    keys: Sequence[str], before: Sequence[Instance], after: Sequence[Instance]
) -> Iterable[Pair]:
    places = {tuple(i[k] for k in keys): n for n, i in enumerate(after)}
    for at, instance in enumerate(before):
        yield at, places.pop(tuple(instance[k] for k in keys), None)
    yield from ((None, to) for to in places.values())


def _by_likeness(before: Sequence[Instance], after: Sequence[Instance]) -> list[Pair]:
    same: dict[tuple[Value | None, ...], list[int]] = {}
    for to, instance in enumerate(after):
        same.setdefault(tuple(instance.values()), []).append(to)
    found: dict[int, int | None] = {}
    for at, instance in enumerate(before):
        waiting = same.get(tuple(instance.values()))
        found[at] = waiting.pop(0) if waiting else None
    left = sorted(to for waiting in same.values() for to in waiting)
    lost = [at for at, to in found.items() if to is None]
    if len(left) * len(lost) <= MOST_PAIRS:
        # the most alike first, the earlier where two are alike as much
        ranked = sorted(
            (-_likeness(before[at], after[to]), at, to) for at in lost for to in left
        )  # fmt: skip
        for score, at, to in ranked:
            if score <= -0.5 and found[at] is None and to in left:
                found[at] = to
                left.remove(to)
    return [*found.items(), *((None, to) for to in left)]


def _likeness(one: Instance, two: Instance) -> float:
    """How much of what is known of either is alike in both."""
    known = [name for name in one if one[name] is not None or two[name] is not None]
    return sum(one[n] == two[n] for n in known) / len(known) if known else 1.0


__all__ = ["Comparison", "Pair", "Shift", "named_instance"]

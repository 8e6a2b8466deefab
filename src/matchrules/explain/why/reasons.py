"""Why the advice of a rule stands, or a fact has its value: the proof, and the facts that are
enough for it."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from matchrules import ir
from matchrules.case.writing import case_facts_plain
from matchrules.engine.compiled import Run
from matchrules.engine.interpreter import NOTHING, Bound
from matchrules.explain.grounds import Grounds
from matchrules.explain.why.facts import Reduced
from matchrules.explain.why.node import IS, UNTRUE, Node, Unit, Work, join, worked
from matchrules.explain.why.proving import Prover
from matchrules.explain.why.reading import Reading
from matchrules.explain.why.sufficing import firm, least, without
from matchrules.ir import Expression, Rule
from matchrules.lazy import cached_property

Units = frozenset[Unit]


@frozen
class Part:
    """One of the things that a proof shows: a condition, a field, what did not block."""

    what: str
    name: str
    node: Node


@frozen
class Reason:
    """A proof. `units` are the facts that it lists; what is in `beside` the steps name too, though
    it follows without."""

    parts: tuple[Part, ...]
    units: Units
    beside: Units


@frozen(slots=False)
class Reasons:
    """The proofs on one case."""

    grounds: Grounds = field(repr=False)
    whole: bool
    told: dict[Any, Any] = field(factory=dict, repr=False)  # the steps that were told
    _before: dict[Any, tuple[int, Units]] = field(factory=dict, repr=False)

    @cached_property
    def reading(self) -> Reading:
        return Reading(self.grounds.base, self.grounds.case, self.grounds.compiled)

    @cached_property
    def reduced(self) -> Reduced:
        return Reduced(self.grounds.base, self.grounds.case)

    @cached_property
    def first(self) -> Prover:
        """The prover to which all facts are equal. What it found serves every proof."""
        return Prover(self.reading, whole=self.whole)

    def of_rule(self, rule: Rule, index: int, place: int) -> Reason:
        """Why a `then` of a rule stands for an instance."""
        bound = NOTHING if rule.fact is None else {rule.fact: index}
        fields = rule.thens[place].fields
        if self.whole:
            return self._whole(self._rule(self.first, rule, bound, place))
        values = {name: self.reading.value(e, bound) for name, e in fields.items()}

        def enough(units: Units) -> bool:
            run, places = self._run(units)
            if rule.fact is not None and (rule.fact, index) not in places:
                return False
            at = NOTHING if rule.fact is None else {rule.fact: places[rule.fact, index]}
            return run.stands(rule, at) and all(
                isinstance(e, ir.Constant) or run.value(e, at) == values[name]
                for name, e in fields.items()
            )

        start = self.first
        made = [start.prove(e, bound) for e in fields.values() if not isinstance(e, ir.Constant)]
        if made:
            # What the fields need is listed anyway.
            start = start.among(frozenset().union(*(node.units for node in made)))
        return self._least(
            lambda prover: self._rule(prover, rule, bound, place), enough, start,
            ((rule.name, place), rule.fact, index),
        )  # fmt: skip

    def of_value(self, named: Expression, fact: str | None, index: int) -> Reason:
        """Why an attribute or define has its value."""
        bound = NOTHING if fact is None else {fact: index}

        def parts(prover: Prover) -> list[Part]:
            node = prover.prove(named, bound)
            if fact is not None:
                node = join("derived" if node.kind == "derived" else node.kind, node.e, node.bound,
                            node.value, IS, node.parts, node.units | prover.presence(fact, bound),
                            node.pending)  # fmt: skip
            return [Part("value", "", node)]

        if self.whole:
            return self._whole(parts(self.first))
        value = self.reading.value(named, bound)

        def enough(units: Units) -> bool:
            run, places = self._run(units)
            if fact is not None and (fact, index) not in places:
                return False
            at = NOTHING if fact is None else {fact: places[fact, index]}
            return bool(run.value(named, at) == value)

        return self._least(parts, enough, self.first, (named, fact, index))

    # Proofs ---------------------------------------------------------------------------------------

    def _rule(self, prover: Prover, rule: Rule, bound: Bound, place: int) -> list[Part]:
        when = [] if rule.when is None else [rule.when]
        then = rule.thens[place]
        found = [Part("when", "", prover.prove(e, bound)) for e in when]
        found += [Part("field", n, prover.prove(e, bound)) for n, e in then.fields.items()]
        found += [Part("guard", "", prover.prove(e, bound)) for e in rule.guards]
        found += [
            Part("unless", "", prover.prove(e, bound, IS if self.whole else UNTRUE))
            for e in rule.unless
        ]
        for other in self.reading.base.overriders.get(rule.name, ()):
            at = bound if other.fact else NOTHING
            found.append(Part("overrider", other.name, worked(self._not_held(prover, other, at))))
        if self.whole:
            found += [Part("text", "", prover.prove(e, bound)) for e in then.text.holes]
        if rule.fact is not None:
            there = Node(
                "instance", rule.fact, bound, True, IS, (), prover.presence(rule.fact, bound)
            )
            found.append(Part("about", "", there))
        return found

    def _not_held(self, prover: Prover, other: Rule, bound: Bound) -> Work:
        """Why the conditions of a rule do not all hold."""
        needed = [*other.guards] if other.when is None else [*other.guards, other.when]
        if prover.whole:
            parts = [(e, IS) for e in (*needed, *other.unless)]
            return (yield prover.all_of(other, bound, IS, parts))
        value = prover.reading.value
        failed = [(e, UNTRUE) for e in needed if value(e, bound) is not True]
        failed += [(e, IS) for e in other.unless if value(e, bound) is True]
        return (yield prover.best_of(bound, failed))

    def _listed(self, prover: Prover, parts: list[Part]) -> tuple[list[Part], Units]:
        """The proof, and what has to be shown besides of instances that are listed."""
        units: Units = frozenset().union(*(part.node.units for part in parts))
        open_ = {pending for part in parts for pending in part.node.pending}
        more: dict[Any, Node] = {}
        while due := sorted((p for p in open_ if p.unit in units), key=lambda p: p.order):
            for pending in due:
                for e, goal in pending.aims:
                    node = prover.prove(e, pending.bound, goal)
                    units |= node.units
                    open_ |= node.pending
                    more.setdefault((pending.unit, id(e)), join(
                        "instance", pending.unit[0], pending.bound, True, goal, [node]
                    ))  # fmt: skip
            open_ -= set(due)
        found = [Part("besides", "", more[key]) for key in sorted(more, key=lambda key: key[0][:2])]
        return [*parts, *found], units

    def _whole(self, parts: list[Part]) -> Reason:
        units: Units = frozenset().union(*(part.node.units for part in parts))
        return Reason(tuple(parts), units, frozenset())

    def _least(
        self, prove: Callable[[Prover], list[Part]], enough: Callable[[Units], bool],
        start: Prover, alike: tuple[Any, str | None, int],
    ) -> Reason:  # fmt: skip
        """The proof that lists as little as can be: what can be left out is found by trying, and
        the proof is then looked for among what is left."""
        parts: list[Part] = []
        named: Units = frozenset()
        guess = self._alike(*alike)
        if guess and enough(guess):
            units = least(guess, enough)
        else:
            parts, named = self._listed(start, prove(start))
            units = least(self._enough(parts, named, enough), enough)
        while units != named or not parts:
            prover = self.first.among(units)
            parts, named = self._listed(prover, prove(prover))
            if not named < units or not enough(named):
                break
            units = least(named, enough)
        self._before[alike[0]] = (alike[2], units)
        more = [
            Part("besides", "", self.first.listed(unit)) for unit in sorted(
                units - named, key=lambda unit: (unit[0], unit[1], unit[2] or "")
            )
        ]  # fmt: skip
        return Reason((*parts, *more), units, named - units)

    def _alike(self, what: Any, fact: str | None, index: int) -> Units:
        """What was enough for another instance, said of this one."""
        if fact is None or what not in self._before:
            return frozenset()
        before, units = self._before[what]
        case = self.reading.case.facts
        said = frozenset(
            (of, index if (of, at) == (fact, before) else at, name) for of, at, name in units
        )
        if all(name is None or case[of][at][name] is not None for of, at, name in said):
            return said
        return frozenset()

    def _enough(self, parts: list[Part], named: Units, enough: Callable[[Units], bool]) -> Units:
        """Facts that are enough: those that the proof lists, fewer where that is found at once."""
        less = without(named, named - firm(part.node for part in parts))
        if less != named and enough(less):
            return less
        return named if enough(named) else self._everything()

    def _run(self, units: Units) -> tuple[Run, Mapping[Any, int]]:
        case, places = self.reduced(units)
        return self.grounds.compiled.run(case), places

    def _everything(self) -> Units:
        """All that the case says."""
        found: list[Unit] = []
        for fact, declared in self.reading.base.facts.items():
            for index, instance in enumerate(self.reading.case.facts[fact]):
                found.append((fact, index, None))
                found += [
                    (fact, index, name) for name, a in declared.attributes.items()
                    if instance[name] is not None
                    and not (declared.many and (a.key or a.required))
                ]  # fmt: skip
        return frozenset(found)

    def facts(self, reason: Reason) -> dict[str, Any]:
        """What a proof lists, in the shape of a case file."""
        return case_facts_plain(self.reading.base, self.reduced(reason.units)[0])

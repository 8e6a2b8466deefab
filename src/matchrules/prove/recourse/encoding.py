"""The rules around a case: what nothing open reaches is what the interpreter makes of it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from matchrules import ir
from matchrules.dependencies import dependencies, names_in
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import Define, Expression, Rule, RuleBase, walk
from matchrules.prove.decisions import clashes, open_instance
from matchrules.prove.encoding import NOTHING, Bound, Encoding
from matchrules.prove.recourse.scene import Around
from matchrules.prove.terms import FALSE, TRUE, Encoded, Truth, all_of, constant, in_bounds, neg
from matchrules.types import Number

Reads = Mapping[str, frozenset[str]]


class Reading:
    """What everything in a rule base reads, directly or through others: attributes, defines, and as
    `F.*` the facts whose number matters."""

    def __init__(self, base: RuleBase) -> None:
        self.base = base
        self._direct = {name: set(needs) for name, needs in dependencies(base).items()}
        for fact in base.facts.values():
            for attribute in fact.attributes.values():
                texts = [e for e in (attribute.default, attribute.unless) if e is not None]
                self._direct[f"{fact.name}.{attribute.name}"] |= _counted(texts)
        for define in base.defines.values():
            own = {f"{define.fact}.*"} if define.fact else set()
            self._direct[define.name] |= _counted(define.expressions()) | own
        self._whole: dict[str, frozenset[str]] = {}
        self._expressions: dict[int, tuple[Expression, frozenset[str]]] = {}

    def name(self, name: str) -> frozenset[str]:
        """All that a name rests on, itself too."""
        if name not in self._whole:
            found, waiting = {name}, [name]
            while waiting:
                for need in self._direct.get(waiting.pop(), ()):
                    if need not in found:
                        found.add(need)
                        waiting.append(need)
            self._whole[name] = frozenset(found)
        return self._whole[name]

    def expression(self, expression: Expression) -> frozenset[str]:
        """All that an expression rests on."""
        known = self._expressions.get(id(expression))
        if known is None:
            names = {*names_in(self.base, [expression]), *_counted([expression])}
            found = frozenset().union(*map(self.name, sorted(names)))
            # the expression is kept, or its identity could be that of another one
            known = self._expressions[id(expression)] = (expression, found)
        return known[1]

    def rule(self, rule: Rule) -> frozenset[str]:
        """All on which it rests whether the advice of a rule stands."""
        found: set[str] = set()
        for one in (rule, *self.base.overriders.get(rule.name, ())):
            conditions = [*one.guards, *one.unless, *([] if one.when is None else [one.when])]
            found.update(*map(self.expression, conditions))
            found |= {f"{one.fact}.*"} if one.fact else set()
        return frozenset(found)

    def constraints(self) -> Iterator[frozenset[str]]:
        """What each condition of a valid case rests on."""
        for fact in self.base.facts.values():
            for attribute in fact.attributes.values():
                if attribute.default is not None:
                    yield self.name(f"{fact.name}.{attribute.name}")
        for reject in self.base.rejects:
            own = {f"{reject.fact}.*"} if reject.fact else set()
            yield self.expression(reject.when) | own


def _counted(expressions: Iterable[Expression]) -> set[str]:
    return {
        f"{node.fact}.*" for e in expressions for node in walk(e) if isinstance(node, ir.Aggregate)
    }


class Partial(Encoding):
    """The rules in the cases around one. `moved` are the attributes and facts (`F.*`) that may be
    other than they are."""

    scene: Around

    def __init__(
        self, base: RuleBase, scene: Around, reading: Reading, moved: frozenset[str],
        run: Interpretation,
    ) -> None:  # fmt: skip
        super().__init__(base, scene)
        self._reading, self._moved, self._run = reading, moved, run

    def _still(self, names: frozenset[str], bound: Bound) -> bool:
        """Whether what rests on these names is what it is in the case."""
        return self._moved.isdisjoint(names) and all(
            self.scene.existing(fact, index) for fact, index in bound.items()
        )

    def _attribute(self, fact: str, name: str, index: int) -> Encoded:
        declared = self.base.facts[fact].attributes[name]
        bound = {fact: index}
        many = self.base.facts[fact].many
        if declared.default is not None and self._still(
            self._reading.name(f"{fact}.{name}"), bound if many else NOTHING
        ):
            value = self._run.attribute(fact, name, bound)
            return constant(value, declared.type, self.scene.ground.texts)
        return super()._attribute(fact, name, index)

    def _derived(self, define: Define, bound: Bound) -> Encoded:
        if self._still(self._reading.name(define.name), bound):
            value = self._run.derived(define, bound)
            return constant(value, define.type, self.scene.ground.texts)
        return super()._derived(define, bound)

    def _value(self, expression: Expression, bound: Bound) -> Encoded:
        if isinstance(expression, ir.Aggregate | ir.ParameterValue) and self._still(
            self._reading.expression(expression), bound
        ):
            value = self._run.value(expression, bound)
            return constant(value, expression.type, self.scene.ground.texts)
        return super()._value(expression, bound)

    # What is asked ------------------------------------------------------------------------------

    def each(self, rule: Rule) -> list[Bound]:
        """The instances that a rule can be said of; one for all where their number is open."""
        fact = rule.fact
        if fact is None:
            return [NOTHING]
        if fact in self.scene.open_facts:
            return [{fact: open_instance(self.base, rule)}]
        return [{fact: index} for index in self.scene.indices(fact)]

    def valid(self) -> list[Any]:
        """No reject and no conflict. What nothing open reaches is as in the case, which has none;
        where the number of instances is open, single facts alone are looked at."""
        formulas = []
        for fact in self.base.facts.values():
            for attribute in fact.attributes.values():
                if attribute.default is None:
                    continue
                reads = self._reading.name(f"{fact.name}.{attribute.name}")
                for bound in self._bounds(fact.name):
                    if not self._still(reads, bound):
                        index = bound[fact.name]
                        there = self.scene.present(fact.name, index) if fact.many else TRUE
                        conflict = self.conflict(fact.name, attribute.name, index)
                        formulas.append(neg(all_of([there, conflict])))
        for reject in self.base.rejects:
            reads = self._reading.expression(reject.when)
            for bound in [NOTHING] if reject.fact is None else self._bounds(reject.fact):
                if not self._still(reads, bound):
                    there = [self.scene.present(name, index) for name, index in bound.items()]
                    formulas.append(neg(all_of([*there, self.true(reject.when, bound)])))
        return formulas

    def _bounds(self, fact: str) -> list[Bound]:
        if fact in self.scene.open_facts:
            return []
        return [{fact: index} for index in self.scene.indices(fact)]

    def faultless(self) -> list[Any]:
        """That the rules show no fault: no gap or overlap, nothing out of range, nothing
        contradicted."""
        for define in self.base.defines.values():
            for bound in [NOTHING] if define.fact is None else self._bounds(define.fact):
                self.derived(define, bound)
        for fact in self.base.facts.values():
            for name in fact.attributes:
                for bound in self._bounds(fact.name):
                    self.attribute(fact.name, name, bound)
        formulas = [neg(fault) for fault in self.faults.values()]
        said = [(rule, then) for rule in self.base.rules.values() for then in rule.thens]
        for number, (rule, then) in enumerate(said):
            declared = self.base.advice[then.kind].subjects[then.subject].fields
            for bound in self.each(rule):
                stands = self.stands(rule, bound)
                for name, expression in then.fields.items():
                    value, type_ = self.value(expression, bound), declared[name]
                    if isinstance(type_, Number) and not isinstance(value, Truth):
                        outside = [value.known, neg(in_bounds(value, type_))]
                        formulas.append(neg(all_of([stands, *outside])))
                for other, earlier in said[:number]:
                    if rule.fact == other.fact and (then.kind, then.subject) == (
                        earlier.kind, earlier.subject
                    ):  # fmt: skip
                        both = [stands, self.stands(other, bound)]
                        formulas.append(neg(all_of([*both, clashes(self, then, earlier, bound)])))
        return [formula for formula in formulas if not formula.eq(TRUE)]

    def stands_somewhere(self, rules: Iterable[Rule]) -> list[Any]:
        """Where the advice of each of the rules stands, of each instance."""
        return [
            formula for rule in rules for bound in self.each(rule)
            if not (formula := self.stands(rule, bound)).eq(FALSE)
        ]  # fmt: skip


__all__ = ["Partial", "Reading"]

"""A case that was worked out, worked out again after a change: only what the change reaches.

A value is worked out again where something that it reads has another value now; everything else is
as before. What comes is the interpreter's answer, but for texts, which no example or property
reads.
"""

from typing import Any

from matchrules.case.model import Case
from matchrules.decision import Firing, Outcome
from matchrules.engine.faults import rejected
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation
from matchrules.ir import Rule, RuleBase
from matchrules.lazy import cached_property
from matchrules.testing.mutation.reading import Reading, Spread

CASE_FAULTS = ("MR601", "MR605")  # faults of the case: with them it is not valid


class Run(Interpretation):
    """A case worked out as a whole."""

    def settle(self, reading: Reading) -> None:
        """Work out everything that may have a fault."""
        for name in reading.order:
            for key in self.keys(name):
                self.known(key)
        for number in range(len(self.base.rejects)):
            self.reject(number)
        if not self.faults and self.firings:
            self.faults.extend(self._contradictions())

    def keys(self, name: str) -> list[tuple[Any, ...]]:
        """The keys under which the values of a define or attribute are kept, one an instance."""
        define = self.base.defines.get(name)
        if define is not None:
            bounds = self.each(define.fact)
            return [("define", name, *bound.values()) for bound in bounds]
        fact, _, attribute = name.partition(".")
        many = self.base.facts[fact].many
        count = len(self.case.facts[fact]) if many else 1
        return [("attribute", fact, attribute, index) for index in range(count)]

    def known(self, key: tuple[Any, ...]) -> Any:
        """The value that is kept under a key."""
        if key[0] == "define":
            define = self.base.defines[key[1]]
            return self.derived(define, {} if define.fact is None else {define.fact: key[2]})
        return self.attribute(key[1], key[2], {key[1]: key[3]})

    def reject(self, number: int) -> None:
        """Look whether a reject holds."""
        one = self.base.rejects[number]
        for bound in self.each(one.fact):
            if self.value(one.when, bound) is True:
                text, where = self.text(one.text, bound), self._place(one.fact, bound)
                self.faults.append(rejected(one, text, where))

    def fired(self, rule: Rule) -> tuple[Firing, ...]:
        """The firings of a rule."""
        return tuple(
            self._firing(rule, place, bound)
            for bound in self.each(rule.fact)
            if self.stands(rule, bound)
            for place in range(len(rule.thens))
        )

    def _firing(self, rule: Rule, place: int, bound: Bound) -> Firing:
        """Without texts, and what is for showing only."""
        then = rule.thens[place]
        values: dict[str, Any] = {}
        if then.fields:
            values = {name: self.value(e, bound) for name, e in then.fields.items()}
            declared = self.base.advice[then.kind].subjects[then.subject].fields
            for name, value in values.items():
                self._in_range(value, declared[name], f"{rule.full_name}.{name}", then.span)
        return Firing(rule.name, place, self._key(rule.fact, bound), values, {}, "", False)

    @cached_property
    def by_rule(self) -> dict[str, tuple[Firing, ...]]:
        """What each rule says."""
        return {name: self.fired(rule) for name, rule in self.base.rules.items()}

    @cached_property
    def firings(self) -> tuple[Firing, ...]:
        return tuple(firing for fired in self.by_rule.values() for firing in fired)

    @property
    def seen(self) -> Outcome:
        """What an expectation is held against."""
        return Outcome({}, self.firings, frozenset())

    @property
    def broken(self) -> bool:
        """Whether it shows a fault of the rules, which no valid case may."""
        return any(fault.code not in CASE_FAULTS for fault in self.faults)

    @property
    def invalid(self) -> bool:
        """Whether the case is no valid one."""
        return any(fault.code in CASE_FAULTS for fault in self.faults)

    def kept(self, key: tuple[object, ...]) -> Any:
        """The value that is kept under a key, which has been worked out."""
        return self._known[key]

    def has(self, key: tuple[object, ...]) -> bool:
        return key in self._known


class Rerun(Run):
    """A case after a change. `before` is the case without it, `changed` the names that have other
    values, `touched` the rules that say something else."""

    def __init__(self, base: RuleBase, before: Run) -> None:
        super().__init__(base, before.case)
        self.before = before
        self.changed: set[str] = set()
        self.touched: set[str] = set()

    def settle_after(self, reading: Reading, spread: Spread) -> None:
        """Work out again what the change reaches."""
        changed = self.changed
        for name in spread.after:
            if name in spread.names or not changed.isdisjoint(reading.needs[name]):
                self._again(name)
        rejects = range(len(reading.rejects)) if changed else sorted(spread.rejects)
        for number in rejects:
            if number in spread.rejects or not changed.isdisjoint(reading.rejects[number]):
                self.reject(number)
        by_rule = self.before.by_rule
        for name in reading.rules if changed else sorted(spread.rules):
            if name in spread.rules or not changed.isdisjoint(reading.rules[name]):
                fired = self.fired(self.base.rules[name])
                if fired != by_rule[name] or (fired and self._says_otherwise(name)):
                    self.touched.add(name)
                    if by_rule is self.before.by_rule:
                        by_rule = dict(by_rule)
                    by_rule[name] = fired
        self.__dict__["by_rule"] = by_rule
        if not self.faults and self.touched:
            self.faults.extend(self._contradictions())

    def _says_otherwise(self, name: str) -> bool:
        """Whether the strength of a rule's advice is another one."""
        one, two = self.base.rules[name], self.before.base.rules[name]
        return one is not two and [t.strength for t in one.thens] != [t.strength for t in two.thens]

    def _again(self, name: str) -> None:
        define = self.base.defines.get(name)
        for key in self.before.keys(name):
            if define is not None:
                bound = NOTHING if define.fact is None else {define.fact: key[2]}
                value = self._derived(define, bound)
            else:
                value = self._attribute(key[1], key[2], key[3])
            self._known[key] = value
            if value != self.before.known(key):
                self.changed.add(name)

    @property
    def differs(self) -> bool:
        """Whether the change makes any difference to this case."""
        return bool(self.changed or self.touched or self.faults)

    def _once(self, key: tuple[object, ...], work: Any, *arguments: Any) -> Any:
        if key in self._known:
            return self._known[key]
        if self.before.has(key):
            return self.before.kept(key)
        return super()._once(key, work, *arguments)


def run_of(base: RuleBase, case: Case, reading: Reading) -> Run:
    """A case worked out as a whole."""
    run = Run(base, case)
    run.settle(reading)
    return run

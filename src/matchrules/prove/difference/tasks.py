"""What is asked of a solver: for each rule and subject that a change can reach, who gets the advice
now and did not, does not and did, or gets it otherwise; and which cases are no longer in order."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final

from attrs import field, frozen

from matchrules.dependencies import dependencies
from matchrules.dependencies import order as dependency_order
from matchrules.ir import Expression, Reject, Rule, RuleBase, Then
from matchrules.prove.difference.atoms import Bound
from matchrules.prove.difference.changes import paired
from matchrules.prove.difference.cones import Cones, read_by
from matchrules.prove.difference.model import Change, Effect
from matchrules.prove.difference.pair import Pair, bound_of, contradicted, out_of_range
from matchrules.prove.difference.reach import VALIDITY, Subject, same_rule
from matchrules.prove.terms import all_of, any_of, neg

Root = tuple[int, Expression, Bound]
# Which side is content, and which is not.
_WAYS: Final[tuple[tuple[Effect, int, int], ...]] = (("invalid", 0, 1), ("valid", 1, 0))


@frozen
class Task:
    """One search for cases. `roots` are the expressions that decide, with their side; `rule` tells
    whose advice it is. Both sides take the case, unless `any_case`."""

    subject: Subject
    effect: Effect
    rule: str
    formula: Callable[[Pair], Any] = field(repr=False)
    roots: tuple[Root, ...] = field(repr=False)
    causes: tuple[Change, ...] = field(default=(), repr=False)
    any_case: bool = False
    bounded: bool = False


class Tasks:
    """The tasks of two rule bases over one vocabulary. `changes` are their differences as they are
    written."""

    def __init__(
        self, bases: tuple[RuleBase, RuleBase], cones: tuple[Cones, Cones],
        changes: Sequence[Change],
    ) -> None:  # fmt: skip
        self.bases, self.cones = bases, cones
        self._changes = [change for change in changes if change.how != "words"]
        self._read: dict[int, tuple[frozenset[str], frozenset[str]]] = {}

    def all(self) -> dict[Subject, list[Task]]:
        """The tasks by subject, those on validity first."""
        found: dict[Subject, list[Task]] = {}
        for task in self.of_rules():
            found.setdefault(task.subject, []).append(task)
        validity = list(self.of_validity(sorted(found)))
        return {**({VALIDITY: validity} if validity else {}), **dict(sorted(found.items()))}

    # Rules ----------------------------------------------------------------------------------

    def of_rules(self) -> Iterator[Task]:
        """What each rule says otherwise."""
        for old, new in paired(*self.bases):
            if old is not None and new is not None:
                if same_rule(self.cones, old, new):
                    continue
                if old.fact == new.fact:
                    yield from self._changed(old, new)
                    continue
            if old is not None:
                yield from self._alone(old, "lost", 0)
            if new is not None:
                yield from self._alone(new, "gained", 1)

    def _alone(self, rule: Rule, effect: Effect, side: int) -> Iterator[Task]:
        for subject in dict.fromkeys((then.kind, then.subject) for then in rule.thens):
            yield self._task(
                subject, effect, (rule,), (side,), lambda pair: pair.stands(side, rule)
            )

    def _changed(self, old: Rule, new: Rule) -> Iterator[Task]:
        before, after = _by_subject(old), _by_subject(new)
        for subject in dict.fromkeys((*before, *after)):
            one, two = before.get(subject, []), after.get(subject, [])
            rules = (old, new)
            if len(one) != len(two):
                if one:
                    yield self._task(subject, "lost", rules, (0, 1), lambda p: p.stands(0, old))
                if two:
                    yield self._task(subject, "gained", rules, (0, 1), lambda p: p.stands(1, new))
                continue
            if self.cones[0].stands(old) != self.cones[1].stands(new):
                yield self._task(
                    subject, "gained", rules, (0, 1),
                    lambda p: all_of([neg(p.stands(0, old)), p.stands(1, new)]),
                )  # fmt: skip
                yield self._task(
                    subject, "lost", rules, (0, 1),
                    lambda p: all_of([p.stands(0, old), neg(p.stands(1, new))]),
                )  # fmt: skip
            pairs = [(a, b) for a, b in zip(one, two, strict=True) if not self._says_same(a, b)]
            if pairs:
                fields = [(s, e) for a, b in pairs for s, then in ((0, a), (1, b))
                          for e in then.fields.values()]  # fmt: skip
                formula = _said_otherwise(old, new, pairs)
                yield self._task(subject, "changed", rules, (0, 1), formula, fields)

    def _says_same(self, one: Then, two: Then) -> bool:
        return one.strength == two.strength and (
            {n: self.cones[0].expression(e) for n, e in one.fields.items()}
            == {n: self.cones[1].expression(e) for n, e in two.fields.items()}
        )

    def _task(
        self, subject: Subject, effect: Effect, rules: Sequence[Rule], sides: Sequence[int],
        formula: Callable[[Pair], Any], fields: Sequence[tuple[int, Expression]] = (),
    ) -> Task:  # fmt: skip
        roots: list[Root] = []
        for side, rule in zip(sides, rules, strict=True):
            bound = tuple(bound_of(rule).items())
            roots += [(side, e, bound) for e in self._conditions(side, rule)]
            roots += [(side, e, bound) for s, e in fields if s == side]
        return Task(
            subject, effect, rules[-1].full_name, formula, tuple(roots),
            self._causes(sides, rules, roots),
        )  # fmt: skip

    def _conditions(self, side: int, rule: Rule) -> list[Expression]:
        others = self.bases[side].overriders.get(rule.name, ())
        return [e for r in (rule, *others) for e in (*r.guards, r.when, *r.unless) if e is not None]

    def _causes(
        self, sides: Sequence[int], rules: Sequence[Rule], roots: Sequence[Root]
    ) -> tuple[Change, ...]:
        """The changes that can be behind it."""
        named: set[tuple[str, str]] = set()
        for side, rule in zip(sides, rules, strict=True):
            for one in (rule, *self.bases[side].overriders.get(rule.name, ())):
                named.add(("rule", one.id or one.full_name))
        for side, e, _ in roots:
            named |= self.names(side, e)
        return tuple(c for c in self._changes if (_family(c.kind), c.name) in named)

    def names(self, side: int, e: Expression) -> set[tuple[str, str]]:
        """What an expression rests on, as kinds and names of statements."""
        number = self.cones[side].expression(e)
        if number not in self._read:
            self._read[number] = read_by(self.bases[side], [e])
        names, parameters = self._read[number]
        return {("value", name) for name in names} | {("parameter", name) for name in parameters}

    # Validity -------------------------------------------------------------------------------

    def of_validity(self, subjects: Sequence[Subject]) -> Iterator[Task]:
        """Cases that one side takes and the other refuses, or finds at fault."""
        values, rejects = self._values(), self._rejects()
        every = tuple(self._changes)  # any of them may be behind it
        refusing: list[Root] = [(side, r.when, _bound(r.fact)) for side, r in rejects]
        for side, name in values:
            fact, _, attribute = name.partition(".")
            if name not in self.bases[side].defines:
                declared = self.bases[side].facts[fact].attributes[attribute]
                bound = _bound(fact if self.bases[side].facts[fact].many else None)
                texts = (declared.default, declared.unless)
                refusing += [(side, e, bound) for e in texts if e is not None]
        if refusing:
            for effect, one, two in _WAYS:
                yield Task(
                    VALIDITY, effect, "", _refused(one, two), tuple(refusing), every, True, True
                )
        faulty = list(self._faulty(values, subjects))
        if faulty:
            for effect, one, two in _WAYS:
                formula = self._at_fault(one, two, values, subjects)
                yield Task(VALIDITY, effect, "", formula, tuple(faulty), every)

    def _faulty(
        self, values: Sequence[tuple[int, str]], subjects: Sequence[Subject]
    ) -> Iterator[Root]:
        """What can be at fault."""
        for side, name in values:
            define = self.bases[side].defines.get(name)
            if define is not None:
                yield from ((side, e, _bound(define.fact)) for e in define.expressions())
        for side, base in enumerate(self.bases):
            for rule in base.rules.values():
                if any((t.kind, t.subject) in subjects for t in rule.thens):
                    bound = tuple(bound_of(rule).items())
                    fields = [e for t in rule.thens for e in t.fields.values()]
                    for e in (*self._conditions(side, rule), *fields):
                        yield side, e, bound

    def _at_fault(
        self, one: int, two: int, values: Sequence[tuple[int, str]], subjects: Sequence[Subject]
    ) -> Callable[[Pair], Any]:
        """Where the one side finds no fault, and the other does: in a value that changed, or in
        what is said on one of the subjects."""
        names = dict.fromkeys(name for _, name in values)

        def formula(pair: Pair) -> Any:
            fine, wrong = (self._faults(pair, side, names, subjects) for side in (one, two))
            return all_of([neg(fine), wrong])

        return formula

    def _faults(
        self, pair: Pair, side: int, names: Collection[str], subjects: Sequence[Subject]
    ) -> Any:
        encoding, base = pair.sides[side], self.bases[side]
        for name in names:
            fact, _, attribute = name.partition(".")
            if name in base.defines:
                for bound in pair.each(base.defines[name].fact):
                    encoding.derived(base.defines[name], bound)
            elif fact in base.facts and attribute in base.facts[fact].attributes:
                for bound in pair.each(fact):
                    encoding.attribute(fact, attribute, bound)
        found = [f for (_, name), f in encoding.faults.items() if name in names]
        for kind, subject in subjects:
            declared = base.advice.get(kind)
            if declared is not None and subject in declared.subjects:
                found.append(contradicted(encoding, kind, subject))
                found.append(out_of_range(encoding, kind, subject))
        return any_of(found)

    def _values(self) -> list[tuple[int, str]]:
        """Defines and attributes with a default that are not what they were, with their side."""
        return [
            (side, name)
            for side, base in enumerate(self.bases)
            for name in dependency_order(dependencies(base))
            if self.cones[side].name(name) not in self.cones[1 - side].seen
        ]

    def _rejects(self) -> list[tuple[int, Reject]]:
        found = []
        numbers = [
            {(r.fact, self.cones[side].expression(r.when)) for r in base.rejects}
            for side, base in enumerate(self.bases)
        ]
        for side, base in enumerate(self.bases):
            for r in base.rejects:
                if (r.fact, self.cones[side].expression(r.when)) not in numbers[1 - side]:
                    found.append((side, r))
        return found


def _refused(one: int, two: int) -> Callable[[Pair], Any]:
    """Where the one side takes the case, and the other refuses it."""

    def formula(pair: Pair) -> Any:
        return all_of([*pair.sides[one].valid(), neg(all_of(pair.sides[two].valid()))])

    return formula


def _said_otherwise(
    old: Rule, new: Rule, pairs: Sequence[tuple[Then, Then]]
) -> Callable[[Pair], Any]:
    """Where the rule speaks on both sides, and does not say the same."""

    def formula(pair: Pair) -> Any:
        same = [pair.same_said(old, then, new, now) for then, now in pairs]
        return all_of([pair.stands(0, old), pair.stands(1, new), neg(all_of(same))])

    return formula


def _by_subject(rule: Rule) -> dict[Subject, list[Then]]:
    found: dict[Subject, list[Then]] = {}
    for then in rule.thens:
        found.setdefault((then.kind, then.subject), []).append(then)
    return found


def _family(kind: str) -> str:
    return "value" if kind in ("define", "table", "attribute") else kind


def _bound(fact: str | None) -> Bound:
    return () if fact is None else ((fact, 0),)


__all__ = ["Subject", "Task", "Tasks"]

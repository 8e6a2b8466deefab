"""What is asked of a solver: for each rule and subject that a change can reach, who gets the advice
now and did not, does not and did, or gets it otherwise; and which cases are no longer in order."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from attrs import field, frozen

from matchrules import ir
from matchrules.dependencies import order as dependency_order
from matchrules.dependencies import dependencies
from matchrules.ir import Define, Expression, Reject, Rule, RuleBase, Then
from matchrules.prove.difference.atoms import Bound
from matchrules.prove.difference.changes import paired
from matchrules.prove.difference.cones import Cones, read_by
from matchrules.prove.difference.model import Change, Effect
from matchrules.prove.difference.pair import Pair, bound_of, contradicted, out_of_range
from matchrules.prove.difference.reach import VALIDITY, Subject, same_rule
from matchrules.prove.terms import FALSE, all_of, any_of, neg
from matchrules.types import Number

Root = tuple[int, Expression, Bound]


@frozen
class Task:
    """One search for cases. `roots` are the expressions that decide, with their side; `rule` tells
    whose advice it is. Both sides take the case, unless `any_case`."""

    subject: Subject
    effect: Effect
    rule: str
    formula: Callable[[Pair], Any] = field(repr=False)
    roots: tuple[Root, ...] = field(repr=False)
    symbolic: tuple[str, ...] = ()
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
            for rule, effect, side in ((old, "lost", 0), (new, "gained", 1)):
                if rule is not None:
                    yield from self._alone(rule, effect, side)  # type: ignore[arg-type]

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
                yield self._task(
                    subject, "changed", rules, (0, 1),
                    lambda p, pairs=pairs: all_of([
                        p.stands(0, old), p.stands(1, new),
                        neg(all_of([p.same_said(old, a, new, b) for a, b in pairs])),
                    ]), fields,
                )  # fmt: skip

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
        fact = rules[-1].fact
        return Task(
            subject, effect, rules[-1].full_name, formula, tuple(roots),
            () if fact is None else (fact,), self._causes(sides, rules, roots),
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
        values = self._values()
        rejects = self._rejects()
        defaults = [(s, e) for s, x in values if not isinstance(x, Define) for e in x[1]]
        refusing = [(side, r.when, _bound(r.fact)) for side, r in rejects] + [
            (side, e, _bound(fact)) for side, x in values if not isinstance(x, Define)
            for fact, several in (x,) for e in several
        ]  # fmt: skip
        if rejects or defaults:
            causes = self._validity_causes([r for r in refusing], rejects)
            many = [fact for side, r in rejects for fact in ([r.fact] if r.fact else [])]
            for effect, one, two in (("invalid", 0, 1), ("valid", 1, 0)):
                yield Task(
                    VALIDITY, effect, "",  # type: ignore[arg-type]
                    lambda p, one=one, two=two: all_of([
                        *p.sides[one].valid(), neg(all_of(p.sides[two].valid())),
                    ]),
                    tuple(refusing), tuple(dict.fromkeys(many)), causes, True, True,
                )  # fmt: skip
        faulty: list[Root] = [
            (side, e, _bound(x.fact)) for side, x in values if isinstance(x, Define)
            for e in x.expressions()
        ]  # fmt: skip
        spoken = [s for s in subjects if self._can_contradict(s) or self._has_numbers(s)]
        for side, base in enumerate(self.bases):
            faulty += [
                (side, e, tuple(bound_of(rule).items())) for rule in base.rules.values()
                if any((t.kind, t.subject) in spoken for t in rule.thens)
                for e in (*self._conditions(side, rule),
                          *(e for t in rule.thens for e in t.fields.values()))
            ]  # fmt: skip
        if faulty:
            causes = self._validity_causes(faulty, ())
            for effect, one, two in (("invalid", 0, 1), ("valid", 1, 0)):
                yield Task(
                    VALIDITY, effect, "",  # type: ignore[arg-type]
                    lambda p, one=one, two=two: all_of([
                        neg(self._faults(p, one, values, spoken)),
                        self._faults(p, two, values, spoken),
                    ]),
                    tuple(faulty), (), causes,
                )  # fmt: skip

    def _faults(
        self, pair: Pair, side: int, values: Sequence[Any], spoken: Sequence[Subject]
    ) -> Any:
        """Where that side finds a fault in one of the values that changed, or a contradiction on
        one of the subjects."""
        encoding = pair.sides[side]
        names = set()
        for _, x in values:
            if isinstance(x, Define) and x.name in self.bases[side].defines:
                define = self.bases[side].defines[x.name]
                names.add(x.name)
                if not pair.has_room(define.fact):
                    continue
                many = define.fact is not None and pair.scene.base.facts[define.fact].many
                indices = range(1) if not many or pair.scene.open else (
                    pair.scene.indices(define.fact or ""))  # fmt: skip
                for index in indices:
                    encoding.derived(define, {} if define.fact is None else {define.fact: index})
        found = [f for (kind, name), f in encoding.faults.items() if name in names]
        for kind, subject in spoken:
            declared = self.bases[side].advice.get(kind)
            if declared is not None and subject in declared.subjects:
                found.append(contradicted(encoding, kind, subject))
                found.append(out_of_range(encoding, kind, subject))
        return any_of(found) if found else FALSE

    def _values(self) -> list[tuple[int, Any]]:
        """Defines, and defaults (their fact, their expressions), that are not what they were."""
        found: list[tuple[int, Any]] = []
        for side, base in enumerate(self.bases):
            mine, others = self.cones[side], self.cones[1 - side]
            graph = dependencies(base)
            for name in dependency_order(graph):
                if mine.name(name) in others.seen:
                    continue
                if name in base.defines:
                    found.append((side, base.defines[name]))
                    continue
                fact, _, attribute = name.partition(".")
                declared = base.facts[fact].attributes[attribute]
                texts = tuple(e for e in (declared.default, declared.unless) if e is not None)
                found.append((side, (fact if base.facts[fact].many else None, texts)))
        return found

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

    def _can_contradict(self, subject: Subject) -> bool:
        for base in self.bases:
            declared = base.advice.get(subject[0])
            if declared is None or subject[1] not in declared.subjects:
                continue
            signs = [
                then.strength in ir.AGAINST for rule in base.rules.values() for then in rule.thens
                if (then.kind, then.subject) == subject
            ]  # fmt: skip
            if len(set(signs)) > 1 or (declared.subjects[subject[1]].unique and len(signs) > 1):
                return True
        return False

    def _has_numbers(self, subject: Subject) -> bool:
        return any(
            isinstance(type_, Number)
            for base in self.bases
            if subject[0] in base.advice and subject[1] in base.advice[subject[0]].subjects
            for type_ in base.advice[subject[0]].subjects[subject[1]].fields.values()
        )

    def _validity_causes(
        self, roots: Sequence[Root], rejects: Sequence[tuple[int, Reject]]
    ) -> tuple[Change, ...]:
        named = {("reject", r.name) for _, r in rejects}
        for side, e, _ in roots:
            named |= self.names(side, e)
        rules = {c.name for c in self._changes if c.kind == "rule"}
        return tuple(
            c for c in self._changes
            if (_family(c.kind), c.name) in named or (not rejects and c.name in rules)
            or ("value", c.name) in named or c.kind in ("define", "table")
        )  # fmt: skip


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

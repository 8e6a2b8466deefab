"""The right answers about a small rule base: every case is looked at, by the interpreter alone.

A valid case may still show a fault (a gap, a contradiction); what else is asked of it is asked all
the same, with the value that the fault is about unknown.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any

from attrs import define, field, frozen
from random_expressions import COUNT
from small_books import SmallBook

from matchrules import ir
from matchrules.case.model import Case
from matchrules.decision import Firing
from matchrules.diagnostics.model import CaseErrors, Diagnostic
from matchrules.engine.faults import checked_range
from matchrules.engine.interpreter import Bound, Interpretation, kleene_and
from matchrules.prove.questions import conditions_of
from matchrules.prove.verdicts import Answer, Question
from matchrules.prove.whatever import with_parameters

NOT_VALID = frozenset({"MR601", "MR605"})  # a conflict, a reject
Pair = tuple["Run", "Run"]


@frozen(eq=False)
class Run:
    """A valid case, what the interpreter makes of it, and the faults it shows."""

    case: Case
    said: Interpretation
    shown: tuple[Diagnostic, ...] = ()


@define(eq=False)
class Judge:
    """Knows every valid case of a small book, with at most so many instances of a many-fact."""

    book: SmallBook
    instances: int = 2
    _varied: dict[tuple[str, ...], list[list[Run]]] = field(factory=dict)

    @property
    def base(self) -> ir.RuleBase:
        return self.book.base

    @cached_property
    def runs(self) -> list[Run]:
        return list(valid(self.base, self.cases()))

    def cases(self) -> Iterator[Case]:
        for case in self.book.cases():
            if all(len(there) <= self.instances for there in case.facts.values()):
                yield case

    def varied(self, whatever: Sequence[str]) -> list[list[Run]]:
        """The valid cases for each value of the parameters that may have any (they are counts)."""
        key = tuple(whatever)
        if not key:
            return [self.runs]
        if key not in self._varied:
            assert all(self.base.parameters[name].type == COUNT for name in key)
            bases = [
                with_parameters(self.base, dict(zip(key, values, strict=True)))
                for values in product(range(10), repeat=len(key))
            ]
            self._varied[key] = [list(valid(base, self.cases())) for base in bases]
        return self._varied[key]

    def answer(self, question: Question) -> Answer:
        """The right answer."""
        name, part = question.name, question.part
        match question.kind:
            case "property":
                return self.property(self.base.properties[name])
            case "gap":
                return _unless(self.gap(name))
            case "overlap":
                return _unless(self.overlap(name))
            case "row":
                return _if(self.row(name, int(part)))
            case "range":
                return _unless(self.leaves_range(name, part))
            case "fires":
                return _if(self.fires(name))
            case "condition":
                return _if(self.both_ways(name, int(part)))
            case "unless":
                return _if(self.blocks(name, int(part)))
            case "contradiction":
                return _unless(self.contradict(name, part))
            case "same":
                return _unless(self.same(name, part))

    # Properties ----------------------------------------------------------------------------------

    def property(self, said: ir.Property) -> Answer:
        """Refuted where the premise is true and what is said is not (language.md 2.14)."""
        met = False
        for runs in self.varied(said.whatever):
            groups: Iterable[Sequence[Run]] = ((run,) for run in runs)
            if said.cases:
                groups = pairs(said, runs, self.base)
            for group in groups:
                first = group[0].said
                first.cases = dict(zip(said.cases, (r.said for r in group), strict=False))
                for bound in first.each(said.fact):
                    if said.when is None or first.value(said.when, bound) is True:
                        met = True
                        if first.value(said.then, bound) is not True:
                            return "refuted"
        return "proved" if met or said.when is None else "vacuous"

    def refuted_by(self, said: ir.Property, cases: Sequence[Case]) -> bool:
        """Whether these cases are against a property, and valid, and a pair that it speaks of."""
        runs = list(valid(self.base, cases))
        if len(runs) < len(cases):
            return False
        if said.cases and not any(True for _ in pairs(said, runs, self.base)):
            return False
        first = runs[0].said
        first.cases = dict(zip(said.cases, (r.said for r in runs), strict=False))
        return any(
            (said.when is None or first.value(said.when, bound) is True)
            and first.value(said.then, bound) is not True
            for bound in first.each(said.fact)
        )

    # What each of the other questions asks -------------------------------------------------------

    def somewhere(self, fact: str | None) -> Iterator[tuple[Run, Bound]]:
        """Every valid case, for each instance of the fact."""
        for run in self.runs:
            for bound in run.said.each(fact):
                yield run, bound

    def hits(self, define: ir.Define) -> Iterator[tuple[Run, list[bool | None]]]:
        """For each case (and instance), what became of the rows of a table."""
        assert isinstance(define.body, ir.Table)
        for run, bound in self.somewhere(define.fact):
            yield (
                run,
                [
                    kleene_and([run.said.value(t, bound) for t in row.tests])
                    for row in define.body.rows
                ],
            )

    def gap(self, name: str) -> bool:
        """Some valid case has no candidate."""
        return any(not any(h is not False for h in hits) for _, hits in self.hits(self.table(name)))

    def overlap(self, name: str) -> bool:
        """Some valid case has two rows known to hit."""
        return any(hits.count(True) > 1 for _, hits in self.hits(self.table(name)))

    def row(self, name: str, number: int) -> bool:
        """The row, counted from 1, is known to hit in some case, and no row above it where the
        first one decides."""
        define = self.table(name)
        first = isinstance(define.body, ir.Table) and define.body.hit == "first"
        return any(
            hits[number - 1] is True and not (first and True in hits[: number - 1])
            for _, hits in self.hits(define)
        )

    def table(self, name: str) -> ir.Define:
        return self.base.defines[name]

    def fires(self, name: str) -> bool:
        rule = self.base.rules[name]
        return any(run.said.stands(rule, bound) for run, bound in self.somewhere(rule.fact))

    def leaves_range(self, name: str, part: str) -> bool:
        """A value breaks the promise of its range: that of a define, of a default (even where it is
        not used), of a field of advice that is given."""
        if part == "default":
            fact, _, attribute = name.partition(".")
            declared = self.base.facts[fact].attributes[attribute]
            assert declared.default is not None
            values = self.values(declared.default, fact, absent=not self.base.facts[fact].many)
            return any(not checked_range(v, declared.type) for v in values)
        if not part:
            start, _, end = name.partition(".")
            mine = re.compile(rf"{start}(\[.*\])?\.{end}")
            faults = [f for run in self.runs for f in run.shown if f.code == "MR604"]
            return any(mine.fullmatch(f.path or "") for f in faults)
        rule, (place, _, field) = self.base.rules[name], part.partition(".")
        then = rule.thens[int(place)]
        type_ = self.base.advice[then.kind].subjects[then.subject].fields[field]
        return any(
            run.said.stands(rule, bound)
            and not checked_range(run.said.value(then.fields[field], bound), type_)
            for run, bound in self.somewhere(rule.fact)
        )

    def both_ways(self, name: str, number: int) -> bool:
        """The condition is true in some case, and not true in another one."""
        said = self.base.rules.get(name) or self.base.defines[name]
        values = self.values(conditions_of(said)[number - 1], said.fact)
        return True in values and bool(values - {True})

    def blocks(self, name: str, number: int) -> bool:
        """That `unless` is true where guards and `when` are."""
        rule = self.base.rules[name]
        needed = [*rule.guards, rule.unless[number - 1], *([rule.when] if rule.when else [])]
        return any(
            all(run.said.value(e, bound) is True for e in needed)
            for run, bound in self.somewhere(rule.fact)
        )

    def contradict(self, name: str, other: str) -> bool:
        """Both rules stand for one instance, and clash."""
        one, two = self.base.rules[name], self.base.rules[other]
        return any(
            a.rule == name and b.rule == other and a.about == b.about and self.clash(a, b)
            for run in self.runs
            if run.said.firings
            for a in run.said.firings
            for b in run.said.firings
            if one.fact == two.fact
        )

    def clash(self, a: Firing, b: Firing) -> bool:
        one = self.base.rules[a.rule].thens[a.place]
        two = self.base.rules[b.rule].thens[b.place]
        if (one.kind, one.subject) != (two.kind, two.subject):
            return False
        if (one.strength in ir.AGAINST) != (two.strength in ir.AGAINST):
            return True
        return self.base.advice[one.kind].subjects[one.subject].unique and any(
            None not in (a.fields[n], b.fields[n]) and a.fields[n] != b.fields[n] for n in a.fields
        )

    def same(self, name: str, other: str) -> bool:
        """The rules stand in the same cases, and say the same there."""
        one, two = self.base.rules[name], self.base.rules[other]
        for run, bound in self.somewhere(one.fact):
            stand = [run.said.stands(rule, bound) for rule in (one, two)]
            said = [
                [run.said.value(e, bound) for t in rule.thens for _, e in sorted(t.fields.items())]
                for rule in (one, two)
            ]
            if stand[0] != stand[1] or (stand[0] and said[0] != said[1]):
                return False
        return True

    def values(self, expression: ir.Expression, fact: str | None, absent: bool = False) -> set[Any]:
        """Every value of an expression; `absent`: of a single fact, be it there or not."""
        if absent:
            return {run.said.value(expression, {}) for run in self.runs}
        return {run.said.value(expression, bound) for run, bound in self.somewhere(fact)}


def _if(so: bool) -> Answer:
    return "proved" if so else "refuted"


def _unless(wrong: bool) -> Answer:
    return "refuted" if wrong else "proved"


def valid(base: ir.RuleBase, cases: Iterable[Case]) -> Iterator[Run]:
    """Those of the cases that are valid."""
    for case in cases:
        run = Interpretation(base, case)
        try:
            run.outcome()
        except CaseErrors as error:
            codes = frozenset(d.code for d in error.diagnostics)
            if not codes & NOT_VALID:
                yield Run(case, run, error.diagnostics)
        else:
            yield Run(case, run)


def pairs(said: ir.Property, runs: Sequence[Run], base: ir.RuleBase) -> Iterator[Pair]:
    """The pairs of a `compare`: two valid cases with one day, that differ only as it says."""
    if said.adding is not None:
        yield from _added(said.adding, runs)
        return
    places = said.differing_only_in
    groups: dict[object, list[Run]] = {}
    for run in runs:
        key = run.case.as_of if places is None else _kept(run.case, frozenset(places), base)
        groups.setdefault(key, []).append(run)
    for group in groups.values():
        yield from product(group, group)


def _kept(case: Case, places: frozenset[tuple[str, str]], base: ir.RuleBase) -> object:
    """All that may not differ. A single fact may come and go with its attributes that may differ,
    where it has no others."""
    kept: list[object] = [case.as_of]
    for name, instances in sorted(case.facts.items()):
        rest = [
            [(k, v) for k, v in _sorted(i) if (name, k) not in places] for i in instances
        ]  # fmt: skip
        if base.facts[name].many or not any(fact == name for fact, _ in places):
            kept.append((name, sorted(map(repr, rest))))
        else:
            kept.append((name, [(k, v) for i in rest for k, v in i if v != "None"]))
    return repr(kept)


def _added(fact: str, runs: Sequence[Run]) -> Iterator[Pair]:
    """The second case is the first one with one more of the fact."""
    by_content: dict[object, Run] = {_content(run.case): run for run in runs}
    for larger in runs:
        instances = larger.case.facts[fact]
        smaller = {
            _content(Case(larger.case.as_of, {**larger.case.facts, fact: rest}))
            for n in range(len(instances))
            for rest in [(*instances[:n], *instances[n + 1 :])]
        }
        for content in sorted(smaller):
            if content in by_content:
                yield by_content[content], larger


def _content(case: Case) -> str:
    return repr((case.as_of, sorted((n, list(map(_sorted, i))) for n, i in case.facts.items())))


def _sorted(instance: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((k, _plain(v)) for k, v in instance.items())


def _plain(value: Any) -> str:
    return repr(sorted(value)) if isinstance(value, frozenset) else repr(value)

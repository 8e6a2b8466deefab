"""Validated cases as columns, and what is said of them held against the interpreter."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from matchrules.case.model import Case
from matchrules.decision import Firing
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.columnar import Columns, Program, Result
from matchrules.engine.columnar.columns import dtype_of
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import AGAINST, RuleBase
from matchrules.types import AnyDayOfYear, DayOfYear, Enum, Number, SetOf, Type, exact


def held(value: Any, type_: Type) -> Any:
    """A value in the form of a column."""
    if value is None:
        return None
    match type_:
        case Number():
            return int(Fraction(value) * 10 ** (type_.places or 0))
        case Enum():
            return type_.members.index(value)
        case SetOf(of):
            return sum(1 << of.members.index(member) for member in value)
    return value.month * 100 + value.day if isinstance(value, DayOfYear) else value


def told(value: Any, type_: Type) -> Any:
    """The value that a column holds."""
    if value is None:
        return None
    match type_:
        case Number():
            return exact(Fraction(value, 10 ** (type_.places or 0)))
        case Enum():
            return type_.members[value]
        case SetOf(of):
            return frozenset(m for place, m in enumerate(of.members) if value >> place & 1)
        case AnyDayOfYear():
            return DayOfYear(value // 100, value % 100)
    return value


def columns_of(base: RuleBase, cases: Sequence[Case]) -> Columns:
    """The cases as columns."""
    facts = {}
    for fact in base.facts.values():
        rows = [
            (n, instance)
            for n, case in enumerate(cases)
            for instance in (case.facts[fact.name] or ([] if fact.many else [None]))
        ]
        owner = (
            pl.Series("@case", [n for n, _ in rows], dtype=pl.UInt32)
            if fact.many
            else pl.Series("@there", [i is not None for _, i in rows], dtype=pl.Boolean)
        )
        values = [
            pl.Series(
                a.name,
                [None if i is None else held(i[a.name], a.type) for _, i in rows],
                dtype=dtype_of(a.type),
            )
            for a in fact.attributes.values()
        ]
        facts[fact.name] = pl.DataFrame([owner, *values])
    return Columns(pl.Series([c.as_of for c in cases], dtype=pl.Date), facts)


def agree(base: RuleBase, cases: Sequence[Case], program: Program | None = None) -> None:
    """The columns say of each case what the interpreter does."""
    program = program or Program(base)
    spans: dict[int, list[Case]] = {}
    for case in cases:
        spans.setdefault(program.span(case.as_of), []).append(case)
    for together in spans.values():
        assert program.obstacle_on(together[0].as_of) is None
        Answers(base, together, program.decide(columns_of(base, together))).hold()


class Answers:
    """What the columns say, by case."""

    def __init__(self, base: RuleBase, cases: Sequence[Case], result: Result) -> None:
        self.base, self.cases = base, cases
        self.rows = {fact: result.rows(fact).to_list() for fact in (None, *base.facts)}
        self.faulty = result.faulty.to_list()
        assert None not in self.faulty
        self.derived = {name: s.to_list() for name, s in result.derivations().items()}
        self.standing = {name: s.to_list() for name, s in result.standings().items()}
        self.holding = {name: result.holds(name).to_list() for name in base.rules}
        self.unknown = {f"{f}.{a}": s.to_list() for (f, a), s in result.unknown().items()}
        self.advised = {
            side: {name: s.to_list() for name, s in result.advised(against=side).items()}
            for side in (None, True, False)
        }
        self.advice = self._advice(result)

    def _advice(self, result: Result) -> dict[int, list[tuple[Any, ...]]]:
        found: dict[int, list[tuple[Any, ...]]] = {n: [] for n in range(len(self.cases))}
        for said in result.advice():
            rule = self.base.rules[said.rule]
            types = self.base.advice[said.then.kind].subjects[said.then.subject].fields
            fields = {name: s.to_list() for name, s in said.fields.items()}
            assert list(said.case) == sorted(said.case)
            for place, n in enumerate(said.case):
                about = None if rule.fact is None else ()
                if said.row is not None and rule.fact is not None:
                    first = self.rows[rule.fact].index(n)
                    instance = self.cases[n].facts[rule.fact][said.row[place] - first]
                    about = tuple(instance[key] for key in self.base.facts[rule.fact].keys)
                values = {name: told(v[place], types[name]) for name, v in fields.items()}
                marked = said.provisional[place]
                found[n].append((said.rule, said.place, about, sorted(values.items()), marked))
        return found

    def hold(self) -> None:
        """Compare with the interpreter."""
        for n, case in enumerate(self.cases):
            run = Interpretation(self.base, case)
            try:
                outcome = run.outcome()
            except CaseErrors as error:
                assert self.faulty[n], error
                outcome = None
            else:
                assert not self.faulty[n]
            for name, define in self.base.defines.items():
                expected = [run.derived(define, bound) for bound in run.each(define.fact)]
                found = [told(v, define.type) for v in self._of(n, define.fact, self.derived[name])]
                assert found == expected, name
            for name, rule in self.base.rules.items():
                each = run.each(rule.fact)
                holding = self._of(n, rule.fact, self.holding[name])
                assert holding == [run.holds(rule, b) for b in each], name
                standing = self._of(n, rule.fact, self.standing[name])
                assert standing == [run.stands(rule, b) for b in each], name
            if outcome is not None:
                assert {name for name, s in self.unknown.items() if s[n]} == outcome.unknown
                expected = [
                    (f.rule, f.place, f.about, sorted(f.fields.items()), f.provisional)
                    for f in outcome.firings
                ]
                assert sorted(self.advice[n], key=repr) == sorted(expected, key=repr)
                self._hold_advised(n, outcome.firings)
            else:
                assert self.advice[n] == []

    def _hold_advised(self, n: int, firings: Sequence[Firing]) -> None:
        thens = [self.base.rules[f.rule].thens[f.place] for f in firings]
        for side, columns in self.advised.items():
            expected = {
                (then.kind, then.subject)
                for then in thens
                if side in (None, then.strength in AGAINST)
            }
            assert {name for name, s in columns.items() if s[n]} == expected

    def _of(self, n: int, fact: str | None, values: list[Any]) -> list[Any]:
        return [v for row, v in zip(self.rows[fact], values, strict=True) if row == n]

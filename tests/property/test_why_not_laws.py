"""What keeps a rule from speaking is told in full, and nothing that held is ever among it."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))

from books_and_cases import examples, loaded, packs
from hypothesis import given
from hypothesis import strategies as st
from random_bases import random_base
from residency_applicants import applicants
from test_compiled_rules import drawn_case

from matchrules import ir
from matchrules.case.model import Case
from matchrules.case.validation import assemble
from matchrules.decision import Decision, about_of, decide
from matchrules.diagnostics.model import CaseErrors, UsageError
from matchrules.engine.interpreter import Interpretation
from matchrules.explain.grounds import Grounds
from matchrules.explain.why_not import Lack, WhyNot, why_not
from matchrules.explain.why_not.needs import YES, Truths
from matchrules.ir import AGAINST, Expression, Rule, RuleBase
from matchrules.testing import books, cases
from matchrules.types import YesNo

Bound = Mapping[str, int]


def conjuncts(e: Expression | None) -> Iterator[Expression]:
    if isinstance(e, ir.And):
        for operand in e.operands:
            yield from conjuncts(operand)
    elif e is not None:
        yield e


class Checked:
    """A case that is valid, and what is to be so of every answer on it."""

    def __init__(self, base: RuleBase, case: Case) -> None:
        self.grounds = Grounds(base, case, {})
        self.base, self.run = base, Interpretation(base, case)
        self.words = self.grounds.wording.condition
        self.decision = decided(base, case)

    def ask(self, subject: str, about: Any = None) -> WhyNot | None:
        """The answer; None where there is nothing to tell."""
        try:
            answer = why_not(self.grounds, self.decision, subject, about)
        except UsageError:
            return None
        again = Grounds(self.base, self.grounds.case, {})
        assert why_not(again, self.decision, subject, about) == answer
        tree = json.dumps(answer.to_dict(), ensure_ascii=False)
        assert tree and answer.to_markdown()
        told = str(answer)
        assert "frozenset" not in told and "Fraction(" not in told and "True" not in told
        assert told == answer.to_text(80) and " ".join(told.split())
        for rule in answer.rules:
            for lack in (*rule.lacks, *rule.exceptions):
                self.truthful(lack)
        for lack in (*(guard.lack for guard in answer.guards), *answer.value):
            self.truthful(lack)
        return answer

    def truthful(self, top: Lack) -> None:
        """Nothing that is as it would have to be is named, however deep."""
        for lack in top.walk():
            if lack.basis is None:
                assert not lack.parts and "the case has none" in lack.text
                continue
            e, bound, need = lack.basis.expression, lack.basis.bound, lack.basis.need
            value = self.run.value(e, bound)
            assert not need.accepts(value, self.base), lack.text
            assert "not known" in lack.text.lower() or value is not None or lack.parts, lack.text
            if isinstance(e, ir.Or) and need == Truths(YES):
                named = [o for o in e.operands if not isinstance(o, ir.Constant)]
                assert not named or lack.needs == "any"
                assert len(lack.parts) + lack.more == len(named)

    def rule(self, rule: Rule, bound: Bound) -> None:
        """All that failed at the top is named, and where nothing is the rule speaks."""
        about = None
        if rule.fact is not None:
            keys = self.base.facts[rule.fact].keys
            instance = self.grounds.case.facts[rule.fact][bound[rule.fact]]
            about = about_of(tuple(instance[name] for name in keys))  # type: ignore[misc]
            if about == ():
                about = None
        answer = self.ask(rule.name, about)
        assert (answer is None) is self.run.stands(rule, bound)
        if answer is None:
            return
        (only,) = answer.rules
        value = self.run.value
        failed = [self.words(e) for e in conjuncts(rule.when) if value(e, bound) is not True]
        assert [lack.condition for lack in only.lacks] == failed
        guards = [
            self.words(e) for guard in rule.guards for e in conjuncts(guard)
            if value(e, bound) is not True
        ]  # fmt: skip
        named = {answer.guards[n].lack.condition for n in only.guards}
        assert named == set(guards) == {guard.lack.condition for guard in answer.guards}
        blocking = [e for e in rule.unless if value(e, bound) is True]
        assert [lack.condition for lack in only.exceptions] == [
            self.words(ir.Not(ir.Shown(e))) for e in blocking
        ]
        over = [
            other.full_name for other in self.base.overriders.get(rule.name, ())
            if self.run.holds(other, bound if other.fact else {})
        ]  # fmt: skip
        assert [withdrawal.rule for withdrawal in only.withdrawn] == over
        assert failed or guards or blocking or over
        for part in (*failed, *guards):
            assert part in json.dumps(answer.to_dict(), ensure_ascii=False) or '"' in part

    def advice(self, kind: str, subject: str) -> None:
        """Every rule that could have said it and does not is there, nearest first."""
        answer = self.ask(f"{kind}.{subject}")
        said = [
            advice for advice in self.decision
            if (advice.kind, advice.subject) == (kind, subject) and advice.strength not in AGAINST
        ]  # fmt: skip
        assert (answer is None) is bool(said)
        if answer is None:
            return
        silent = {
            rule.full_name: count for rule in self.base.rules.values()
            if any((then.kind, then.subject) == (kind, subject) for then in rule.thens)
            and (count := sum(not self.run.stands(rule, b) for b in self.run.each(rule.fact))
                 or not self.run.each(rule.fact))
        }  # fmt: skip
        told = [rule.rule for rule in answer.rules]
        assert set(told) == set(silent)
        for name, count in silent.items():
            assert told.count(name) + answer.left_out.get(name, 0) == count
        assert [rule.missing for rule in answer.rules] == sorted(r.missing for r in answer.rules)

    def value(self, name: str, e: Expression) -> None:
        answer = self.ask(name)
        each = self.run.each(getattr(e, "fact", None)) if self.many(e) else [{}]
        values = [self.run.value(e, bound) for bound in each]
        fine = [v is True if isinstance(e.type, YesNo) else v is not None for v in values]
        assert (answer is None) is all(fine)
        if answer is not None:
            assert len(answer.value) + answer.left_out.get(name, 0) == fine.count(False)

    def many(self, e: Expression) -> bool:
        if isinstance(e, ir.Derived):
            return e.fact is not None
        return isinstance(e, ir.Attribute) and self.base.facts[e.fact].many

    def everything(self, rng: Random, most: int) -> None:
        rules = list(self.base.rules.values())
        for rule in rng.sample(rules, min(most, len(rules))):
            for bound in self.run.each(rule.fact)[:3]:
                self.rule(rule, bound)
        subjects = [(k.name, s) for k in self.base.advice.values() for s in k.subjects]
        for kind, subject in rng.sample(subjects, min(most, len(subjects))):
            self.advice(kind, subject)
        values: dict[str, Expression] = {
            d.name: ir.Derived(d.name, d.type, d.fact) for d in self.base.defines.values()
        }
        for fact in self.base.facts.values():
            for a in fact.attributes.values():
                values[f"{fact.name}.{a.name}"] = ir.Attribute(fact.name, a.name, a.type)
        for name in rng.sample(sorted(values), min(most, len(values))):
            if self.grounds.asked(name).what == "value":  # else advice has the same name
                self.value(name, values[name])


def decided(base: RuleBase, case: Case) -> Decision:
    return decide(base, Interpretation(base, case).outcome(), case)


def all_is_told(base: RuleBase, case: Case, rng: Random, most: int) -> None:
    try:
        checked = Checked(base, case)
    except CaseErrors:
        return
    checked.everything(rng, most)


@given(st.integers(0, 2**32))
@examples(40)
def test_of_random_bases(seed: int) -> None:
    base, rng = random_base(seed), Random(seed)
    for _ in range(2):
        all_is_told(base, drawn_case(base, rng), rng, 12)


@given(books(), st.data())
@examples(12)
def test_of_random_books(texts: dict[str, str], data: st.DataObject) -> None:
    book = loaded(texts)
    base, case = book.case(data.draw(cases(book)))
    all_is_told(base, case, Random(0), 12)


def test_of_the_examples_of_the_packs() -> None:
    book, rng = packs(), Random(5)
    worked = [e for e in book.examples if e.as_of is not None]
    for example in rng.sample(worked, 25):
        base = book.base_on(example.as_of)  # type: ignore[arg-type]  # it has a day
        try:
            case = assemble(base, example.as_of, example.facts)  # type: ignore[arg-type]  # as above
        except CaseErrors:
            continue
        all_is_told(base, case, rng, 8)


@given(applicants(), st.integers(0, 2**32))
@examples(8)
def test_of_applicants(applicant: Any, seed: int) -> None:
    as_of, facts = applicant
    try:
        base, case = packs().case(facts, as_of)
    except CaseErrors:
        return
    all_is_told(base, case, Random(seed), 8)

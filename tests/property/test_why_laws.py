"""What `why` lists is enough by itself to give the advice, and none of it can be left out: of
random rule bases, and of everything that the packs advise in the examples. The interpreter
judges."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))

import json

import pytest
from books_and_cases import examples, packs
from hypothesis import given
from hypothesis import strategies as st
from random_bases import random_base
from test_compiled_rules import drawn_case

from matchrules import ir
from matchrules.case.codec import read_case
from matchrules.case.model import Case
from matchrules.case.writing import case_facts_plain
from matchrules.decision import Advice, Decision, about_of, decide
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation
from matchrules.explain.why import Proof
from matchrules.ir import Rule, RuleBase
from matchrules.reach import Reach
from matchrules.types import python_value

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
Facts = Mapping[str, tuple[Mapping[str, Any], ...]]


def decided(base: RuleBase, case: Case) -> Decision | None:
    try:
        outcome = Interpretation(base, case).outcome()
    except CaseErrors:
        return None
    return decide(base, outcome, case, lambda base, case: Reach(base, case, {}))


def listed(base: RuleBase, case: Case, proof: Proof) -> Case:
    """The case of the facts that a proof lists, which have to be facts of the case; what is
    required of single facts may be missing."""
    loose = _without_required(base)
    found = read_case((loose,), dict(proof.facts), case.as_of)[1]
    for name, instances in found.facts.items():
        whole = list(case.facts[name])
        for instance in instances:
            same = next(
                other for other in whole
                if all(value in (None, other[key]) for key, value in instance.items())
            )  # fmt: skip
            whole.remove(same)
    return found


def _without_required(base: RuleBase) -> RuleBase:
    from attrs import evolve

    facts = {
        name: fact if fact.many else evolve(fact, attributes={
            key: evolve(a, optional=a.default is None) for key, a in fact.attributes.items()
        })
        for name, fact in base.facts.items()
    }  # fmt: skip
    return evolve(base, facts=facts)


def less(base: RuleBase, case: Case) -> Iterator[Case]:
    """The case without one of its facts: an instance, or an attribute that may be missing."""
    for name, instances in case.facts.items():
        declared = base.facts[name]
        for index, instance in enumerate(instances):
            others = (*instances[:index], *instances[index + 1 :])
            known = [key for key, value in instance.items() if value is not None]
            # A single fact is there with its attributes, or, where it has none, by itself.
            if declared.many or not known:
                yield Case(case.as_of, {**case.facts, name: others})
            for key in known:
                a = declared.attributes[key]
                if not (declared.many and (a.key or a.required)):
                    cut = {**instance, key: None}
                    changed = (*instances[:index], cut, *instances[index + 1 :])
                    yield Case(case.as_of, {**case.facts, name: changed})


def gives(base: RuleBase, case: Case, rule: Rule, place: int, said: Advice) -> bool:
    """Whether that `then` of the rule gives the advice on the case, with the same fields."""
    run = Interpretation(base, case)
    for bound in run.each(rule.fact):
        if rule.fact is not None:
            instance = case.facts[rule.fact][bound[rule.fact]]
            if about_of(tuple(instance[k] for k in base.facts[rule.fact].keys)) != said.about:
                continue
        if run.stands(rule, bound):
            return fields_of(base, run, rule, place, bound) == said.fields
    return False


def fields_of(
    base: RuleBase, run: Interpretation, rule: Rule, place: int, bound: Mapping[str, int]
) -> dict[str, Any]:
    then = rule.thens[place]
    types = base.advice[then.kind].subjects[then.subject].fields
    return {
        name: python_value(run.value(e, bound), types[name]) for name, e in then.fields.items()
    }  # fmt: skip


def place_of(base: RuleBase, case: Case, rule: Rule, said: Advice) -> int:
    """Which `then` of the rule says it."""
    run = Interpretation(base, case)
    return next(
        place for bound in run.each(rule.fact) if run.stands(rule, bound)
        for place, then in enumerate(rule.thens)
        if (then.kind, then.subject, then.strength) == (said.kind, said.subject, said.strength)
        and run.text(then.text, bound) == said.text
        and fields_of(base, run, rule, place, bound) == said.fields
    )  # fmt: skip


def check_advice(base: RuleBase, case: Case, decision: Decision) -> int:
    """Both laws of every piece of advice; how many facts were listed."""
    count = 0
    for name in dict.fromkeys(advice.rule for advice in decision.advice):
        rule = base.rules[name.rpartition(".")[2]]
        answer = decision.why(name)
        assert [proof.advice for proof in answer.proofs] == [
            advice for advice in decision.advice if advice.rule == name
        ]
        for proof in answer.proofs:
            said = proof.advice
            assert said is not None
            alone, place = listed(base, case, proof), place_of(base, case, rule, said)
            assert gives(base, alone, rule, place, said), (name, proof.facts)
            for cut in less(base, alone):
                count += 1
                assert not gives(base, cut, rule, place, said), (name, proof.facts, cut)
        check_form(answer.proofs)
        json.dumps(answer.to_dict())
    return count


def check_form(proofs: tuple[Proof, ...]) -> None:
    """Every step says something; what is told again was told in full; what is listed is told."""
    for proof in proofs:
        steps = list(proof.root.walk())
        assert all(step.sentence.strip() for step in steps)
        told = {step.name for step in steps if not step.again}
        assert {step.name for step in steps if step.again} <= told
        assert paths(proof.facts) <= {step.path for step in steps if step.needed}


def paths(facts: Mapping[str, Any]) -> set[str]:
    """The single facts that are listed."""
    return {
        f"{name}.{attribute}" for name, listed_of_it in facts.items()
        if isinstance(listed_of_it, dict) for attribute in listed_of_it
    }  # fmt: skip


def each(listed_of_it: Any) -> list[dict[str, Any]]:
    return [listed_of_it] if isinstance(listed_of_it, dict) else listed_of_it


@examples(40)
@given(st.integers(0, 2**32))
def test_random_bases(seed: int) -> None:
    base, rng = random_base(seed), Random(seed)
    for _ in range(2):
        case = drawn_case(base, rng)
        decision = decided(base, case)
        if decision is None:
            continue
        check_advice(base, case, decision)
        for name, define in base.defines.items():
            check_value(base, case, decision, name, define)


def check_value(
    base: RuleBase, case: Case, decision: Decision, name: str, define: ir.Define
) -> None:
    """The laws of the value of a define, where it is one of the whole case."""
    if define.fact is not None:
        return
    value = Interpretation(base, case).derived(define, {})
    [proof] = decision.why(name).proofs
    alone = listed(base, case, proof)
    assert Interpretation(base, alone).derived(define, {}) == value
    for cut in less(base, alone):
        assert Interpretation(base, cut).derived(define, {}) != value


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples(path: Path) -> None:
    book = packs()
    decision = book.decide(path, engine="compiled")
    base, case = book.case(path)
    assert check_advice(base, case, decision) > len(decision.advice) / 2


@examples(15)
@given(st.integers(0, 2**32))
def test_the_whole_is_all_that_was_read(seed: int) -> None:
    """What the short form lists the long form lists too."""
    base, rng = random_base(seed), Random(seed)
    case = drawn_case(base, rng)
    decision = decided(base, case)
    for advice in decision or ():
        short = decision.why(advice.rule)  # type: ignore[union-attr]  # there is one
        whole = decision.why(advice.rule, whole=True)  # type: ignore[union-attr]  # the same
        for one, two in zip(short.proofs, whole.proofs, strict=True):
            assert one.advice == two.advice
            for fact, listed_of_it in one.facts.items():
                among = each(two.facts[fact])
                for instance in each(listed_of_it):
                    assert any(instance.items() <= other.items() for other in among)
        check_form(whole.proofs)


@examples(15)
@given(st.integers(0, 2**32))
def test_equal_cases_give_equal_text(seed: int) -> None:
    """Whatever the order in which facts come."""
    base, rng = random_base(seed), Random(seed)
    case = drawn_case(base, rng)
    one = decided(base, case)
    if one is None:
        return
    turned = {name: tuple(reversed(given)) for name, given in case.facts.items()}
    plain = case_facts_plain(base, Case(case.as_of, turned))
    two = decided(base, read_case((base,), plain, case.as_of)[1])
    assert two is not None
    for name in dict.fromkeys(advice.rule for advice in one.advice):
        assert str(one.why(name)) == str(two.why(name))
        assert one.why(name).to_dict() == two.why(name).to_dict()
        assert one.why(name).diagram() == two.why(name).diagram()

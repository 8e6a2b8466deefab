"""The compiled rules give exactly the interpreter's outcome, or exactly its faults, and answer what
properties ask as it does."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))

from books_and_cases import examples, loaded, packs
from hypothesis import given
from hypothesis import strategies as st
from random_bases import random_base
from random_expressions import DAY, value_of
from residency_applicants import applicants

from matchrules import ir
from matchrules.case.model import Case
from matchrules.case.validation import assemble
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.compiled import Compiled, Run, compiled
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import Expression, RuleBase
from matchrules.testing import books, cases
from matchrules.testing.examples import run_examples
from matchrules.types import YesNo

NO_CASE = {"MR601", "MR605"}  # a conflict, a reject
SUBJECTS = ("one", "two", "three")
Both = tuple[Interpretation, Run]


def found(run: Interpretation | Run) -> Any:
    """The outcome, or every fault."""
    try:
        return run.outcome()
    except CaseErrors as error:
        return error.diagnostics


def agree(base: RuleBase, case: Case, code: Compiled) -> None:
    expected = found(Interpretation(base, case))
    assert found(code.run(case)) == expected
    rejected = isinstance(expected, tuple) and any(f.code in NO_CASE for f in expected)
    assert code.run(case).valid is not rejected


def answers(runs: Both, expression: Expression, bound: Mapping[str, int]) -> None:
    expected, value = (run.value(expression, bound) for run in runs)
    assert (value, type(value)) == (expected, type(expected)), expression


def both_of(base: RuleBase, code: Compiled, named: Mapping[str, Case]) -> dict[str, Both]:
    """Both evaluators on each case, which know one another by these names."""
    found = {name: (Interpretation(base, case), code.run(case)) for name, case in named.items()}
    for one, two in found.values():
        one.cases = {name: pair[0] for name, pair in found.items()}
        two.cases = {name: pair[1] for name, pair in found.items()}
    return found


# Random bases -------------------------------------------------------------------------------------


def drawn_case(base: RuleBase, rng: Random) -> Case:
    facts = {}
    for fact in base.facts.values():
        facts[fact.name] = [
            {
                name: n if a.key else value_of(rng, a.type)
                for name, a in fact.attributes.items()
                if a.required or rng.random() < (0.7 if a.optional else 0.1)
            }
            for n in range(rng.randrange(5) if fact.many else rng.random() < 0.8)
        ]
    return assemble(base, DAY, facts)


def questions(base: RuleBase, rng: Random) -> Iterator[Expression]:
    """What a property can ask of a decision, and of the other case."""
    rules = sorted(base.rules)
    some = tuple(rng.sample(rules, rng.randrange(len(rules))))
    fires = [ir.Fires(rule) for rule in rules]
    yield from fires
    yield ir.NoneFire(some)
    yield ir.SameAdvice(some)
    for subject in SUBJECTS:
        yield from (ir.Advised("plan", subject, against) for against in (False, True))
        declared = base.advice["plan"].subjects[subject].fields
        yield from (ir.AdvisedField("plan", subject, n, type_) for n, type_ in declared.items())
    unknown = ir.Constant(None, YesNo())
    truths = rng.sample([*fires, unknown, unknown, ir.Advised("plan", "one")], 3)
    yield ir.HowMany("exactly", tuple(truths))
    yield ir.HowMany("at_most", tuple(truths))
    yield ir.InCase("b", fires[0], YesNo())
    yield ir.Aggregate("any", "keyed", YesNo(), where=ir.And((fires[-1], fires[0])))
    for define in base.defines.values():
        if define.fact is None:
            yield ir.InCase("b", ir.Derived(define.name, define.type), define.type)


@examples(50)
@given(st.integers(0, 2**32))
def test_random_bases(seed: int) -> None:
    rng, base = Random(seed), random_base(seed)
    code = Compiled(base)
    one, two = drawn_case(base, rng), drawn_case(base, rng)
    agree(base, one, code)
    agree(base, two, code)
    runs = both_of(base, code, {"a": one, "b": two})["a"]
    for expression in questions(base, rng):
        for fact in (None, "keyed", "alone"):
            if fact is None or not isinstance(expression, ir.InCase):
                for bound in runs[0].each(fact):
                    answers(runs, expression, bound)
    for rule in base.rules.values():
        for bound in runs[0].each(rule.fact):
            assert runs[1].holds(rule, bound) == runs[0].holds(rule, bound)
            assert runs[1].stands(rule, bound) == runs[0].stands(rule, bound)


# Random books, the packs --------------------------------------------------------------------------


def properties_agree(base: RuleBase, code: Compiled, drawn: Sequence[Case]) -> None:
    for said in base.properties.values():
        named = dict(zip(said.cases or ("",), drawn, strict=False))
        if len({case.as_of for case in named.values()}) > 1:
            continue
        if said.fact is not None and said.cases:  # instances pair only in a drawn pair
            continue
        runs = next(iter(both_of(base, code, named).values()))
        for bound in runs[0].each(said.fact):
            for expression in (said.when, said.then):
                if expression is not None:
                    answers(runs, expression, bound)


@examples(20)
@given(st.data())
def test_random_books(data: st.DataObject) -> None:
    book = loaded(data.draw(books()))
    by_base: dict[int, list[Case]] = {}
    for _ in range(5):
        base, case = book.case(data.draw(cases(book)))
        agree(base, case, compiled(base))
        by_base.setdefault(id(base), []).append(case)
    for base in book.bases:
        drawn = by_base.get(id(base), [])
        if len(drawn) > 1:
            properties_agree(base, compiled(base), drawn)


@examples(6, long=750)
@given(applicants(), applicants())
def test_applicants(one: Any, two: Any) -> None:
    book, drawn = packs(), []
    for as_of, facts in (one, two):
        try:
            base, case = book.case(facts, one[0] if drawn else as_of)
        except CaseErrors:
            return
        agree(base, case, compiled(base))
        drawn.append(case)
    properties_agree(base, compiled(base), drawn)


def test_the_examples_of_the_packs() -> None:
    results = run_examples(packs(), "compiled")
    assert len(results) > 200
    assert [result.name for result in results if not result.passed] == []

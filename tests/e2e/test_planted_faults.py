"""Faults planted in the packs are found by the question that is to find them, with a case that the
interpreter confirms; without them the same question is answered otherwise."""

import os
from functools import cache

import pytest
from planted_faults import FAULTS, Fault, bases, pack_texts

from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import RuleBase
from matchrules.prove.prover import Prover
from matchrules.prove.questions import questions
from matchrules.prove.verdicts import Question, Verdict

SECONDS = 120.0
LONG = os.environ.get("MATCHRULES_PROFILE") == "long"
SAMPLE = (
    "two letters are too few, and enough",
    "no row for a policy that is silent",
    "against sitting, for those who are safe",
    "for and against a home letter",
    "a score is out before the exam",
    "a rule that cannot fire",
)
FAULT_CODES = {"gap": "MR602", "overlap": "MR603", "range": "MR604"}


def question_of(fault: Fault, base: RuleBase) -> Question:
    """The question that finds a fault."""
    name = fault.name
    if fault.kind == "property":
        name = next(s.name for s in base.properties.values() if fault.name in (s.id, s.name))
    asked = [
        q for q in questions(base) if (q.kind, q.name, q.part) == (fault.kind, name, fault.part)
    ]
    assert len(asked) == 1, f"there is no such question: {fault}"
    return asked[0]


def answer_to(fault: Fault, base: RuleBase) -> Verdict:
    return Prover(base, SECONDS).answer(question_of(fault, base))


@cache
def packs() -> RuleBase:
    (base,) = bases(pack_texts())
    return base


@cache
def answer_of_packs(kind: str, name: str, part: str) -> str:
    """What is answered without a fault."""
    fault = next(f for f in FAULTS if (f.kind, f.name, f.part) == (kind, name, part))
    return answer_to(fault, packs()).answer


def confirmed(base: RuleBase, verdict: Verdict) -> bool:
    """Whether the interpreter sees the fault in the cases of a verdict."""
    question = verdict.question
    runs = {name: Interpretation(base, case) for name, case in verdict.cases}
    run = next(iter(runs.values()))
    run.cases = runs
    codes: set[str] = set()
    for one in runs.values():
        try:
            one.outcome()
        except CaseErrors as error:
            codes |= {d.code for d in error.diagnostics}
    if codes & {"MR601", "MR605"}:
        return False  # it is no valid case
    if question.kind != "property":
        return bool(codes & {FAULT_CODES.get(question.kind, "MR606"), "MR607"})
    said = base.properties[question.name]
    return any(
        (said.when is None or run.value(said.when, bound) is True)
        and run.value(said.then, bound) is not True
        for bound in run.each(said.fact)
    )


def test_there_are_many() -> None:
    assert len(FAULTS) >= 40
    assert len({fault.what for fault in FAULTS}) == len(FAULTS)
    assert {fault.what for fault in FAULTS} >= set(SAMPLE)


@pytest.mark.parametrize(
    "fault", [f for f in FAULTS if LONG or f.what in SAMPLE], ids=lambda f: f.what
)
def test_planted_fault_is_found(fault: Fault) -> None:
    (base,) = bases(fault.planted(pack_texts()))
    verdict = answer_to(fault, base)
    assert verdict.answer == fault.answer, verdict
    if fault.kind in ("property", "contradiction", *FAULT_CODES) and fault.answer == "refuted":
        assert verdict.cases
        assert confirmed(base, verdict)
    if LONG or fault.what == SAMPLE[0]:
        assert answer_of_packs(fault.kind, fault.name, fault.part) != fault.answer

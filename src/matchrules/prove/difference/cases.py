"""A case on both sides: what the interpreter says of it."""

from collections import Counter
from typing import Any

from matchrules.case.model import Case
from matchrules.case.validation import assemble
from matchrules.decision import Decision, decide
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import interpret
from matchrules.ir import RuleBase
from matchrules.prove.difference.model import Said
from matchrules.prove.witness import INVALID

Result = Decision | tuple[str, ...]  # the decision, or the faults


class Judged:
    """One case as both sides decide it. `fits` is false where it is no case of one of them."""

    def __init__(self, bases: tuple[RuleBase, RuleBase], case: Case) -> None:
        self.bases = bases
        self.results: list[Result] = []
        self.valid: list[bool] = []
        self.cases: list[Case] = []
        try:
            self.cases = [fitting(base, case) for base in bases]
        except CaseErrors:
            return
        for base, mine in zip(bases, self.cases, strict=True):
            result, valid = decided(base, mine)
            self.results.append(result)
            self.valid.append(valid)

    @property
    def fits(self) -> bool:
        return len(self.results) == 2

    @property
    def in_order(self) -> tuple[bool, ...]:
        """Whether each side decides the case."""
        return tuple(isinstance(result, Decision) for result in self.results)

    def said(self, side: int, kind: str, subject: str) -> tuple[Said | str, ...]:
        """The advice of one side on a subject, or the faults that it finds."""
        result = self.results[side]
        if not isinstance(result, Decision):
            return result
        if not kind:
            return ()
        return tuple(
            Said(d["strength"], d["rule"], d["id"], d["fields"], d["about"], d["text"])
            for d in (a.to_dict() for a in result.advice if (a.kind, a.subject) == (kind, subject))
        )  # fmt: skip

    def differs(self, kind: str, subject: str) -> bool:
        """Whether the advice on the subject is other than it was, its texts left out."""
        before, after = (advice_of(result, kind, subject) for result in self.results)
        return bool(before != after)


def decided(base: RuleBase, case: Case) -> tuple[Result, bool]:
    """What a rule base makes of a case, and whether it is a valid one."""
    try:
        outcome = interpret(base, case)
    except CaseErrors as error:
        codes = {fault.code for fault in error.diagnostics}
        return tuple(fault.message for fault in error.diagnostics), not INVALID & codes
    return decide(base, outcome, case), True


def advice_of(result: Result, kind: str, subject: str) -> Any:
    """The advice on a subject for comparison: a bag of rule, strength, fields and key."""
    if not isinstance(result, Decision):
        return result
    return Counter(
        (a.rule, a.strength, tuple(sorted(a.fields.items())), a.about)
        for a in result.advice if (a.kind, a.subject) == (kind, subject)
    )  # fmt: skip


def fitting(base: RuleBase, case: Case) -> Case:
    """The case with the facts as a rule base declares them."""
    facts = {
        name: [{a: v for a, v in instance.items() if v is not None} for instance in instances]
        for name, instances in case.facts.items() if instances
    }  # fmt: skip
    return assemble(base, case.as_of, facts)


__all__ = ["Judged", "Result", "advice_of", "decided", "fitting"]

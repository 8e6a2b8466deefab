"""A short reason for each piece of advice, in the order of the decision."""

from collections.abc import Iterator
from typing import Any, Final

from attrs import frozen

from matchrules.cli.items import STRENGTHS
from matchrules.decision import Advice, Decision
from matchrules.explain.why import Step
from matchrules.explain.writing import escaped, hung

MOST_INSTANCES: Final = 3  # of one rule


@frozen
class Short:
    """A piece of advice, and what made its rule speak, in a few clauses; `more` counts the advice
    of that rule on other instances that is not told one by one."""

    advice: Advice
    because: tuple[str, ...]
    more: int = 0

    @property
    def reason(self) -> str:
        """A sentence."""
        if not self.because:
            return "It is said in every case."
        return f"Because: {'; '.join(self.because)}."


def text(decision: Decision, what: str, width: int) -> str:
    """One paragraph for each piece of advice, in lines of `width`."""
    written = hung(f"Advice for {what}, as of {decision.as_of}, and why", width, 0)
    for one in shorts(decision):
        advice = one.advice
        lead = f"{STRENGTHS[advice.strength]}: {advice.text} ({advice.id or advice.rule})"
        written += ["", *hung(lead, width, 0), *hung(one.reason, width, 2)]
        if one.more:
            written += hung(f"So too of {one.more} more.", width, 2)
    if not decision.advice:
        written += ["", "No advice: no rule applies to what is known of this case."]
    return "\n".join(written)


def markdown(decision: Decision, what: str) -> str:
    """The same as a list in Markdown."""
    written = [f"# {escaped(f'Advice for {what}, as of {decision.as_of}, and why')}", ""]
    for one in shorts(decision):
        advice = one.advice
        more = f" So too of {one.more} more." if one.more else ""
        written.append(
            f"- **{STRENGTHS[advice.strength]}.** {escaped(advice.text)} "
            f"({escaped(advice.id or advice.rule)})  \n  {escaped(one.reason)}{more}"
        )
    if not decision.advice:
        written.append("No advice: no rule applies to what is known of this case.")
    return "\n".join(written)


def as_dict(decision: Decision) -> dict[str, Any]:
    """All the advice as JSON-ready values, each with its reason."""
    return {
        "question": "why",
        "as_of": decision.as_of.isoformat(),
        "advice": [
            {**one.advice.to_dict(), "because": list(one.because), "more": one.more}
            for one in shorts(decision)
        ],
    }


def shorts(decision: Decision) -> Iterator[Short]:
    """The advice in order, each with its reason; of what a rule says of many instances, the first
    few."""
    told: dict[str, list[Advice]] = {}
    for advice in decision:
        if advice.about is not None:
            told.setdefault(advice.rule, []).append(advice)
    reasons: dict[tuple[str, str], tuple[str, ...]] = {}
    for advice in decision:
        many = told.get(advice.rule, [])
        if advice.about is not None and advice not in many[:MOST_INSTANCES]:
            continue
        key = (advice.rule, repr(advice.about))
        if key not in reasons:
            proof = decision.why(advice.rule, about=advice.about).proofs[0]
            reasons[key] = tuple(dict.fromkeys(_clauses(proof.root)))
        last = bool(many) and advice == many[:MOST_INSTANCES][-1]
        yield Short(advice, reasons[key], max(0, len(many) - MOST_INSTANCES) if last else 0)


def _clauses(root: Step) -> list[str]:
    """What is said right below the conditions of the rule itself; where it has none, below the
    guards."""
    for kinds in (("when", "unless"), ("guard",)):
        found = [s.sentence for step in root.steps if step.what in kinds for s in step.steps]
        if found:
            return found
    return []

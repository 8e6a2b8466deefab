"""What would be advised if some facts were other ones: the two cases decided and compared."""

from collections.abc import Callable, Mapping
from typing import Any

from matchrules.decision import Advice, Decision, decide
from matchrules.engine.interpreter import Interpretation
from matchrules.explain.grounds import Grounds
from matchrules.explain.what_if.changes import changed_case, outcome_of
from matchrules.explain.what_if.model import Difference, Turn, What, WhatIf
from matchrules.explain.what_if.reasons import Reason, Reasons
from matchrules.explain.what_if.shifts import Comparison, named_instance
from matchrules.ir import RuleBase, Then

Identity = tuple[Any, ...]


def what_if(grounds: Grounds, decision: Decision, changes: Mapping[str, Any]) -> WhatIf:
    """What comes, goes and changes with those changes of facts, and why.

    Raises `CaseErrors` where the changed case is not valid, `UsageError` where nothing is changed.
    """
    base = grounds.base
    case = changed_case(grounds, changes)
    after = Interpretation(base, case)
    outcome = outcome_of(grounds, after, changes)
    changed = decide(base, outcome, case, decision.reaching)
    comparison = Comparison(grounds, grounds.interpretation, after)
    found = difference(comparison, decision, changed)
    return WhatIf(comparison.asserted, found, changed)


def difference(
    comparison: Comparison,
    before: Decision,
    after: Decision,
    alike: Callable[[Advice, Advice], bool] | None = None,
) -> Difference:
    """How the advice differs between two cases, each with its decision. `alike` tells whether what
    a rule gives both times is the same; without it, whether its text and fields are."""
    base, reasons = comparison.base, Reasons(comparison)
    old, new = by_identity(before.advice), by_identity(after.advice)

    def turn(what: What, advice: Advice, found: tuple[Reason, ...], was: Advice | None) -> Turn:
        return Turn(what, advice, was, title_of(comparison.grounds, advice), found)

    changed = []
    for key, advice in new.items():
        was = old.get(key)
        if was is not None and not (alike or _alike)(was, advice):
            found = reasons.of_changed(was, advice, then_of(base, key))
            changed.append(turn("changed", advice, found, was))
    return Difference(
        added=tuple(
            turn("added", advice, reasons.of_added(advice), None)
            for key, advice in new.items() if key not in old
        ),
        withdrawn=tuple(
            turn("withdrawn", advice, reasons.of_withdrawn(advice), None)
            for key, advice in old.items() if key not in new
        ),
        changed=tuple(changed),
        same=len(new.keys() & old.keys()) - len(changed),
        derived=comparison.derived,
    )  # fmt: skip


def by_identity(advice: tuple[Advice, ...]) -> dict[Identity, Advice]:
    """Each piece of advice by its rule, the `then` that it comes from, and the instance that it
    speaks of. A rule gives all of its advice or none, so alike ones are told apart by their
    order."""
    found: dict[Identity, Advice] = {}
    for one in advice:
        key: Identity = (one.rule, one.about, one.kind, one.subject, one.strength)
        count = 0
        while (*key, count) in found:
            count += 1
        found[*key, count] = one
    return found


def then_of(base: RuleBase, key: Identity) -> Then:
    """The `then` that advice of that identity comes from."""
    rule, _, kind, subject, strength, count = key
    thens = base.rules[rule.rpartition(".")[2]].thens
    alike = [t for t in thens if (t.kind, t.subject, t.strength) == (kind, subject, strength)]
    return alike[count]


def title_of(grounds: Grounds, advice: Advice) -> str:
    """What advice is on, in the vocabulary's words, with the instance that it speaks of."""
    declared = grounds.base.advice[advice.kind].subjects[advice.subject]
    title = declared.description or declared.name.replace("_", " ").capitalize()
    fact = grounds.base.rules[advice.rule.rpartition(".")[2]].fact
    if fact is None or not grounds.base.facts[fact].many:
        return title
    return f"{title}, {named_instance(grounds, fact, advice.about)}"


def _alike(one: Advice, two: Advice) -> bool:
    return (one.text, one.fields, one.provisional) == (two.text, two.fields, two.provisional)


__all__ = ["by_identity", "difference", "title_of", "what_if"]

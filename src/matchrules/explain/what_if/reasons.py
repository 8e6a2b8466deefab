"""Why a rule gives its advice in one of two cases and not in the other: the conditions that part
them, and the values behind these."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from attrs import frozen

from matchrules.decision import Advice, about_of
from matchrules.engine.interpreter import Bound, Interpretation
from matchrules.explain.what_if.shifts import Comparison, Pair, Shift, named_instance
from matchrules.ir import And, Expression, Not, Or, Rule, Shown, Then

How = Literal[
    "now so", "no longer so", "no longer known", "now in the way", "no longer in the way",
    "now given instead", "no longer given instead", "new", "gone", "other values",
]  # fmt: skip


@frozen
class Reason:
    """One condition in which two cases part, or what else made the difference.

    `how` it did, `said` what is meant in the vocabulary's words, and `shifts` the values that it
    names and that are other ones.
    """

    how: How
    said: str
    shifts: tuple[Shift, ...]

    def __str__(self) -> str:
        return f"{self.how}: {self.said}" if self.said else self.how

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "how": self.how, "said": self.said,
            "values": [shift.to_dict() for shift in self.shifts],
        }  # fmt: skip


class Reasons:
    """The reasons for what differs between two cases."""

    def __init__(self, comparison: Comparison) -> None:
        self._both = comparison
        self._base = comparison.base
        self._wording = comparison.grounds.wording

    def of_added(self, advice: Advice) -> tuple[Reason, ...]:
        """Why it is given now."""
        return tuple(self._parted(advice, added=True))

    def of_withdrawn(self, advice: Advice) -> tuple[Reason, ...]:
        """Why it is not given any more."""
        return tuple(self._parted(advice, added=False))

    def of_changed(self, before: Advice, after: Advice, then: Then) -> tuple[Reason, ...]:
        """Why its fields or its text are other ones."""
        rule = self._rule(after)
        pair = self._pair(rule, after)
        changed = [e for n, e in then.fields.items() if before.fields[n] != after.fields[n]]
        expressions = [*changed, *then.text.holes]
        if before.provisional != after.provisional:
            expressions += rule.expressions()
            expressions += [rule.provisional] if rule.provisional is not None else []
        shifts = self._both.behind(expressions, pair)
        return (Reason("other values", "", tuple(shifts)),) if shifts else ()

    # Conditions -----------------------------------------------------------------------------------

    def _parted(self, advice: Advice, added: bool) -> Iterator[Reason]:
        rule = self._rule(advice)
        pair = self._pair(rule, advice)
        if rule.fact is not None and None in pair[rule.fact]:
            yield Reason("new" if added else "gone", self._instance(rule.fact, advice.about), ())
            return
        yield from self._of_rule(rule, pair, added)
        for other in self._base.overriders.get(rule.name, ()):
            mine = pair if other.fact else {}
            holds = [run.holds(other, bound) for run, bound in self._runs(other, mine)]
            if holds[0] is holds[1]:
                continue
            how: How = "no longer given instead" if added else "now given instead"
            inside = tuple(self._of_rule(other, mine, not added))
            shifts = {str(shift): shift for reason in inside for shift in reason.shifts}
            yield Reason(how, self._wording.names.rule(other.name), tuple(shifts.values()))

    def _of_rule(self, rule: Rule, pair: Mapping[str, Pair], added: bool) -> Iterator[Reason]:
        """The conditions that keep the rule's own conditions from holding in one of the cases."""
        before, after = self._runs(rule, pair)
        lacks, has = (before, after) if added else (after, before)
        if lacks[0].holds(rule, lacks[1]):
            return
        for condition in (*rule.guards, *([] if rule.when is None else [rule.when])):
            for part in parted(condition, lacks, has):
                value = lacks[0].value(part, lacks[1])
                how: How = "now so" if added else "no longer so"
                if not added and value is None:
                    how = "no longer known"
                yield self._reason(how, part, pair)
        for condition in rule.unless:
            for part in parted(condition, has, lacks):
                yield self._reason(
                    "no longer in the way" if added else "now in the way", part, pair
                )

    def _reason(self, how: How, part: Expression, pair: Mapping[str, Pair]) -> Reason:
        shifts = self._both.behind([part], pair)
        return Reason(how, self._wording.condition(part), tuple(shifts))

    # Instances ------------------------------------------------------------------------------------

    def _rule(self, advice: Advice) -> Rule:
        return self._base.rules[advice.rule.rpartition(".")[2]]

    def _pair(self, rule: Rule, advice: Advice) -> Mapping[str, Pair]:
        """Where the instance that the advice speaks of is in each case."""
        if rule.fact is None:
            return {}
        keys = self._base.facts[rule.fact].keys
        found = []
        for run in (self._both.before, self._both.after):
            instances = run.case.facts[rule.fact]
            places = [
                n for n, i in enumerate(instances)
                if about_of(tuple(i[k] for k in keys)) == advice.about  # type: ignore[misc]  # keys are known
            ]  # fmt: skip
            found.append(places[0] if places else None)
        return {rule.fact: (found[0], found[1])}

    def _runs(
        self, rule: Rule, pair: Mapping[str, Pair]
    ) -> tuple[tuple[Interpretation, Bound], tuple[Interpretation, Bound]]:
        at, to = pair[rule.fact] if rule.fact is not None else (None, None)
        one: Bound = {} if rule.fact is None or at is None else {rule.fact: at}
        two: Bound = {} if rule.fact is None or to is None else {rule.fact: to}
        return (self._both.before, one), (self._both.after, two)

    def _instance(self, fact: str, about: Any) -> str:
        return named_instance(self._both.grounds, fact, about)


At = tuple[Interpretation, Bound]  # a case, and which instance is meant


def parted(condition: Expression, lacks: At, has: At) -> Iterable[Expression]:
    """The parts of a condition that is true in the second case and not in the first by which it is
    so; none of one that is not."""
    if lacks[0].value(condition, lacks[1]) is True or has[0].value(condition, has[1]) is not True:
        return []
    match condition:
        case And(operands) | Or(operands):
            return [part for one in operands for part in parted(one, lacks, has)]
        case Not(And(operands)) | Not(Or(operands)):
            return [part for one in operands for part in parted(_not(one), lacks, has)]
        case Shown(operand):
            return parted(operand, lacks, has)
    return [condition]


def _not(condition: Expression) -> Expression:
    return condition.operand if isinstance(condition, Not) else Not(condition)


__all__ = ["Reason", "Reasons", "parted"]

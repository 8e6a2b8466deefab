"""What can be asked of a cohort, as columns of the graph: made once for a span of days."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
from attrs import field, frozen

from matchrules.ir import AGAINST, Rule, RuleBase, Then
from matchrules.lazy import cached_property

from . import logic
from .forms import TRUTH
from .nodes import Node
from .statements import Plan
from .work import Queries


@frozen(slots=False, eq=False)
class Asked:
    """The columns of what can be asked, by name of the rule or define."""

    base: RuleBase
    day: date
    plan: Plan
    faulty: Node
    holds: Mapping[str, Node]
    standing: Mapping[str, Node]
    derived: Mapping[str, Node]
    fields: Mapping[tuple[str, int], Mapping[str, Node]]
    provisional: Mapping[str, Node]
    queries: Queries = field(factory=dict, repr=False)  # that were asked, to be asked again

    def advised(self, kind: str, subject: str, against: bool | None) -> Node:
        """For each case whether it is advised, for or against, of any instance."""
        graph, found = self.plan.graph, list[Node]()
        for rule, then in self.speaking.get((kind, subject), ()):
            if against is None or (then.strength in AGAINST) is against:
                stands = self.standing[rule.name]
                if rule.fact is not None:
                    stands = graph.gathered("any", rule.fact, stands, None, TRUTH, sure=True)
                found.append(stands)
        return logic.either(graph, found)

    @property
    def large(self) -> bool:
        """Whether a number in it needs a wide column."""
        return any(node.form.dtype == pl.Int128 for node in self.plan.graph.nodes)

    @cached_property
    def speaking(self) -> Mapping[tuple[str, str], Sequence[tuple[Rule, Then]]]:
        """By kind and subject what speaks of it."""
        found: dict[tuple[str, str], list[tuple[Rule, Then]]] = {}
        for rule in self.base.rules.values():
            for then in rule.thens:
                found.setdefault((then.kind, then.subject), []).append((rule, then))
        return found

    def unknown(self, fact: str, attribute: str) -> Node:
        """For each case whether the attribute is unknown, of any instance."""
        graph = self.plan.graph
        missing = logic.negated(graph, logic.known(graph, self.plan.attribute(fact, attribute)))
        if self.base.facts[fact].many and missing is not graph.false:
            return graph.gathered("any", fact, missing, None, TRUTH, sure=True)
        return missing


def ask(base: RuleBase, day: date) -> Asked:
    """The columns of a rule base on the days of a span. Finds every obstacle there is."""
    plan = Plan(base, day)
    rules = base.rules.values()

    def outward(fact: str | None, node: Node) -> Node:
        return plan.graph.spread(node, plan.scope(fact))

    def value(rule: Rule, then: Then, name: str) -> Node:
        type_ = base.advice[then.kind].subjects[then.subject].fields[name]
        return outward(rule.fact, plan.outward(plan.value(then.fields[name]), type_))

    return Asked(
        base, day, plan,
        faulty=plan.faulty(),
        holds={r.name: outward(r.fact, plan.holds(r)) for r in rules},
        standing={r.name: plan.stands(r) for r in rules},
        derived={
            name: outward(d.fact, plan.outward(plan.derived(name), d.type))
            for name, d in base.defines.items()
        },
        fields={
            (rule.name, place): {name: value(rule, then, name) for name in then.fields}
            for rule in rules for place, then in enumerate(rule.thens)
        },
        provisional={r.name: outward(r.fact, plan.marked(r)) for r in rules},
    )  # fmt: skip


__all__ = ["Asked", "ask"]

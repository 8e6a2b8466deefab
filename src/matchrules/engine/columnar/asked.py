"""What can be asked of a cohort, as columns of the graph: made once for a span of days."""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from matchrules.ir import AGAINST, RuleBase, Then
from matchrules.types import Type

from . import logic
from .forms import TRUTH
from .nodes import Node
from .statements import Plan


@frozen(eq=False)
class Asked:
    """The columns of a rule base. Making it finds every obstacle there is."""

    base: RuleBase
    day: date
    plan: Plan
    faulty: Node
    holds: Mapping[str, Node]
    standing: Mapping[str, Node]
    derived: Mapping[str, Node]
    fields: Mapping[tuple[str, int], Mapping[str, Node]]
    provisional: Mapping[str, Node]

    def __init__(self, base: RuleBase, day: date) -> None:
        plan = Plan(base, day)
        graph = plan.graph

        def outward(fact: str | None, node: Node) -> Node:
            return graph.spread(node, plan.scope(fact))

        rules = base.rules.values()
        self.__attrs_init__(  # type: ignore[attr-defined]  # attrs writes it
            base, day, plan,
            faulty=plan.faulty(),
            holds={r.name: outward(r.fact, plan.holds(r)) for r in rules},
            standing={r.name: plan.stands(r) for r in rules},
            derived={
                name: outward(d.fact, plan.outward(plan.derived(name), d.type))
                for name, d in base.defines.items()
            },
            fields={
                (r.name, place): {
                    name: outward(r.fact, plan.outward(plan.value(e), field_type(base, then, name)))
                    for name, e in then.fields.items()
                }
                for r in rules for place, then in enumerate(r.thens)
            },
            provisional={r.name: outward(r.fact, plan.marked(r)) for r in rules},
        )  # fmt: skip

    def advised(self, kind: str, subject: str, against: bool | None) -> Node:
        """For each case whether it is advised, for or against, of any instance."""
        graph, found = self.plan.graph, list[Node]()
        for rule in self.base.rules.values():
            for then in rule.thens:
                if (then.kind, then.subject) == (kind, subject) and (
                    against is None or (then.strength in AGAINST) is against
                ):
                    stands = self.standing[rule.name]
                    if rule.fact is not None:
                        stands = graph.gathered("any", rule.fact, stands, None, TRUTH, sure=True)
                    found.append(stands)
        return logic.either(graph, found)

    def unknown(self, fact: str, attribute: str) -> Node:
        """For each case whether the attribute is unknown, of any instance."""
        graph = self.plan.graph
        missing = logic.negated(graph, logic.known(graph, self.plan.attribute(fact, attribute)))
        if self.base.facts[fact].many and missing is not graph.false:
            return graph.gathered("any", fact, missing, None, TRUTH, sure=True)
        return missing


def field_type(base: RuleBase, then: Then, name: str) -> Type:
    """The declared type of a field."""
    return base.advice[then.kind].subjects[then.subject].fields[name]


__all__ = ["Asked"]

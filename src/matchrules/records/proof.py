"""The proof in a record: the value of every name and the verdict on every rule, each after all that
it is worked out from, so that each step can be checked by itself."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from matchrules.case.values import plain
from matchrules.dependencies import order
from matchrules.ir import Aggregate, RuleBase, walk
from matchrules.records.private import Hiding

if TYPE_CHECKING:
    from matchrules.explain.grounds import Grounds

Step = list[Any]  # what, name, index of the instance, value


def proof(grounds: "Grounds", hiding: Hiding) -> list[Step]:
    """Every step: attributes and defines by what they depend on, then rejects, then rules."""
    base, found = grounds.base, grounds.interpretation
    told = attributes_told(base)
    steps: list[Step] = []
    for name in order(grounds.graph):
        define = base.defines.get(name)
        if define is not None:
            for bound in found.each(define.fact):
                value = plain(found.derived(define, bound), define.type)
                index = None if define.fact is None else bound[define.fact]
                steps.append(["define", name, index, hiding.define(name, value)])
            continue
        fact, _, attribute = name.partition(".")
        if (fact, attribute) not in told:
            continue
        declaration = base.facts[fact]
        for bound in found.each(fact if declaration.many else None):
            value = plain(
                found.attribute(fact, attribute, bound), declaration.attributes[attribute].type
            )
            hidden = hiding.attribute(fact, attribute, value)
            steps.append(["attribute", name, bound.get(fact), hidden])
    for number, reject in enumerate(base.rejects):
        for bound in found.each(reject.fact):
            holds = found.value(reject.when, bound) is True
            index = None if reject.fact is None else bound[reject.fact]
            steps.append(["reject", str(number), index, holds])
    for rule in base.rules.values():
        for bound in found.each(rule.fact):
            index = None if rule.fact is None else bound[rule.fact]
            steps.append(["rule", rule.name, index, found.holds(rule, bound)])
    return steps


def attributes_told(base: RuleBase) -> set[tuple[str, str]]:
    """The attributes that have a step: all of single facts, and those of many-facts that something
    in force reads, by a pick that breaks ties too, or that have a default."""
    told = set(base.attributes_read)
    picked = set(_picked(base))
    for fact in base.facts.values():
        for name, attribute in fact.attributes.items():
            tie = fact.name in picked and not attribute.never_read
            if not fact.many or tie or attribute.default is not None:
                told.add((fact.name, name))
    return told


def _picked(base: RuleBase) -> Iterator[str]:
    for top in base.expressions():
        for node in walk(top):
            if isinstance(node, Aggregate) and node.by is not None:
                yield node.fact

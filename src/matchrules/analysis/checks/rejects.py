"""What the rejects of a rule base read and compare, worked out once for all its tables."""

from typing import Final

from matchrules import ir
from matchrules.dependencies import Graph, names_in, reachable
from matchrules.ir import Expression, RuleBase

DAY: Final = "as_of"


class Rejects:
    """`reads` are the rejects with their leaves, `tests` the comparisons in them, directly or in
    what they read, by what is compared (for the values, so the operator is no matter)."""

    def __init__(self, base: RuleBase, graph: Graph) -> None:
        self.reads = [(r.when, leaves(base, graph, r.when)) for r in base.rejects]
        self.tests: dict[Expression, list[Expression]] = {}
        seen: set[str] = set()
        for reject in base.rejects:
            names = reachable(graph, names_in(base, [reject.when])) & base.defines.keys()
            texts = [reject.when]
            for name in names - seen:
                texts.extend(base.defines[name].expressions())
            seen |= names
            for node in (node for text in texts for node in ir.walk(text)):
                if isinstance(node, ir.Compare):
                    self._add(node.left, node)
                    self._add(node.right, ir.Compare("==", node.right, node.left))
                elif isinstance(node, ir.In | ir.InRange):
                    self._add(node.value, node)

    def _add(self, subject: Expression, test: Expression) -> None:
        self.tests.setdefault(subject, []).append(test)


def leaves(base: RuleBase, graph: Graph, expression: Expression) -> frozenset[str]:
    """What an expression reads in the end: attributes (`letter.state`), many-facts that it counts
    or picks from (`letter`), the day."""
    names = reachable(graph, names_in(base, [expression]))
    found = set()
    texts = [expression]
    for name in names:
        define = base.defines.get(name)
        if define is not None:
            texts.extend(define.expressions())
            continue
        fact, _, attribute = name.partition(".")
        found.add(name)
        declared = base.facts[fact].attributes[attribute]
        texts.extend(e for e in (declared.default, declared.unless) if e is not None)
    for text in texts:
        for node in ir.walk(text):
            if isinstance(node, ir.Aggregate):
                found.add(node.fact)
            elif isinstance(node, ir.AsOf):
                found.add(DAY)
    return frozenset(found)

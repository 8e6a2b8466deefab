"""Why an expression has its value: the steps and facts that make it so, and no more than needed.

A proof reaches a goal: that the value is what it is, or only that a condition is not true or not
false, or that a number is at least or at most some bound. Where there are several ways, that which
lists the fewest facts is taken, of equals the first as written. What is not listed may as well not
be known, and instances that are not listed may as well not be there: a proof holds regardless.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from matchrules import ir
from matchrules.engine.interpreter import NOTHING, Bound
from matchrules.explain.why.counting import Counting
from matchrules.explain.why.node import (
    IS,
    NONE,
    UNFALSE,
    UNTRUE,
    Goal,
    Node,
    Unit,
    Work,
    gathered,
    join,
    worked,
)
from matchrules.explain.why.reading import Reading
from matchrules.explain.why.rows import table
from matchrules.ir import Expression, children
from matchrules.types import Number

DEEPEST: Final = 40  # what lies deeper is worked out without recursion
_FLIPPED: dict[Goal, Goal] = {UNTRUE: UNFALSE, UNFALSE: UNTRUE}
_BOUNDS = {"<": ("le", "ge"), "<=": ("le", "ge"), ">": ("ge", "le"), ">=": ("ge", "le")}


class Prover:
    """Proofs about one case. Facts in `free` cost nothing: they are listed anyway. With `whole`
    everything that was read is part of a proof."""

    def __init__(
        self, reading: Reading, free: frozenset[Unit] = frozenset(), whole: bool = False
    ) -> None:
        self.reading = reading
        self.base = reading.base
        self.free = free
        self.whole = whole
        self._before: tuple[dict[Any, Node], ...] = ()
        self._others: dict[Any, Node] = {}  # what was found among some facts, last
        self._shared: dict[Any, Node] | None = None
        self._done: dict[tuple[Any, ...], Node] = {}
        self._deep = 0

    def prove(self, expression: Expression, bound: Bound = NOTHING, goal: Goal = IS) -> Node:
        """A proof. Nothing recurses: a chain of defines may be as long as it likes."""
        found: Node = worked(self.goal(expression, bound, goal))
        return found

    def cost(self, node: Node) -> int:
        return len(node.units - self.free) if self.free else len(node.units)

    def all_of(
        self, e: Any, bound: Bound, goal: Goal, parts: Iterable[tuple[Expression, Goal]],
        kind: str = "join", value: Any = None,
    ) -> Any:  # fmt: skip
        """A proof out of proofs of all parts."""
        return gathered(
            (self.goal(part, bound, wanted) for part, wanted in parts),
            lambda nodes: join(kind, e, bound, value, goal, nodes),
        )

    def best_of(self, bound: Bound, parts: Sequence[tuple[Expression, Goal]]) -> Any:
        """The cheapest proof of some part."""
        if len(parts) == 1:
            return self.goal(parts[0][0], bound, parts[0][1])
        return self.cheapest(self.goal(part, bound, wanted) for part, wanted in parts)

    def cheapest(self, proofs: Iterable[Any]) -> Any:
        """The first of those that list the fewest facts; none is looked for once one lists none
        that is not free."""
        best: Node | None = None
        left = iter(proofs)
        for node in left:
            if type(node) is not Node:
                return self._cheapest_later(best, node, left)
            if best is None or self.cost(node) < self.cost(best):
                best = node
            if self.cost(best) == 0:
                break
        assert best is not None
        return best.chosen()

    def _cheapest_later(self, best: Node | None, work: Work, left: Iterable[Any]) -> Work:
        nodes = [(yield work)] if best is None else [best, (yield work)]
        for more in left:
            if min(map(self.cost, nodes)) == 0:
                break
            nodes.append(more if type(more) is Node else (yield more))
        return min(nodes, key=self.cost).chosen()

    def goal(self, e: Expression, bound: Bound, goal: Goal) -> Any:
        """The proof, or where it lies too deep for that, the work that makes it."""
        key = (id(e), goal, *bound.items()) if bound else (id(e), goal)
        done = self._known(key)
        if done is not None:
            return done
        if self._deep == DEEPEST:
            return self._later(key, e, bound, goal)
        self._deep += 1
        try:
            node = self._work(e, bound, goal)
            if type(node) is not Node:
                node = worked(node)
        finally:
            self._deep -= 1
        return self._found(key, node)

    def _later(self, key: tuple[Any, ...], e: Expression, bound: Bound, goal: Goal) -> Work:
        work = self._work(e, bound, goal)
        node: Node = work if type(work) is Node else (yield work)
        return self._found(key, node)

    def _found(self, key: tuple[Any, ...], node: Node) -> Node:
        self._done[key] = node
        if self._shared is not None:
            self._shared[key] = node
        return node

    def _known(self, key: tuple[Any, ...]) -> Node | None:
        """What was proved before; for another proof too, where it was no choice, or lists only
        what is free."""
        done = self._done.get(key)
        if done is None and self.free:
            for before in self._before:
                done = before.get(key)
                if done is not None and (done.fixed or done.units <= self.free):
                    return done
            return None
        return done

    def among(self, free: frozenset[Unit]) -> "Prover":
        """One that looks for proofs among those facts first."""
        other = Prover(self.reading, free)
        other._before = (self._done, self._others)
        other._shared = self._others
        return other

    # What there is to prove -----------------------------------------------------------------------

    def _work(self, e: Expression, bound: Bound, goal: Goal) -> Any:
        value = self.reading.value(e, bound)
        match e:
            case ir.Constant():
                return Node("constant", e, bound, value, goal)
            case ir.Attribute():
                return self._attribute(e, bound, goal, value)
            case ir.Derived():
                return self._derived(e, bound, goal, value)
            case ir.Compare():
                return self._strict(e, [e.left, e.right], bound, goal, value, "atom")
            case ir.And(operands):
                return self._connected(e, operands, False, bound, goal, value)
            case ir.Or(operands):
                return self._connected(e, operands, True, bound, goal, value)
            case ir.Not(operand):
                turned = _FLIPPED.get(goal, goal)
                return self.all_of(e, bound, goal, [(operand, turned)], "not", value)
            case ir.Shown(operand):
                wanted = IS if value else UNTRUE
                return self.all_of(e, bound, goal, [(operand, wanted)], "shown", value)
            case ir.IsKnown(operand):
                return self.all_of(e, bound, goal, [(operand, IS)], "atom", value)
            case ir.If():
                return self._conditional(e, bound, goal, value)
            case ir.IfKnown(operand, otherwise):
                return self._if_known(e, operand, otherwise, bound, goal)
            case ir.Aggregate():
                return Counting(self, e, bound, goal, value).work()
            case ir.ParameterValue(_, _, on, key):
                return self._strict(e, [x for x in (on, key) if x], bound, goal, value, "parameter")
            case ir.AsOf():
                return Node("day", e, bound, value, goal)
        return self._strict(e, list(children(e)), bound, goal, value, "atom")

    def _if_known(
        self, e: Expression, operand: Expression, otherwise: Expression, bound: Bound, goal: Goal
    ) -> Any:
        parts: list[tuple[Expression, Goal]] = [(operand, IS), (otherwise, goal)]
        if self.whole:
            parts = [(operand, IS), (otherwise, IS)]
        elif self.reading.value(operand, bound) is not None:
            parts = [(operand, goal)]
        return self.all_of(e, bound, goal, parts, "known")

    def _connected(
        self, e: Expression, operands: tuple[Expression, ...], decider: bool, bound: Bound,
        goal: Goal, value: Any,
    ) -> Any:  # fmt: skip
        """`or`, which one true operand decides; and `and`, which one false does."""
        truths = [self.reading.value(x, bound) for x in operands]
        if self.whole:
            return self.all_of(e, bound, goal, [(x, IS) for x in operands], "connected", value)
        away = UNTRUE if decider else UNFALSE  # that no operand decides
        if goal == away or (goal == IS and value is (not decider)):
            return self.all_of(e, bound, goal, [(x, goal) for x in operands])
        if goal == IS and value is None:
            return self.all_of(e, bound, goal, [(x, IS) for x in operands])
        # One operand does it: true of an `or` (unknown too, where it is only not to be false).
        good = [
            (x, goal) for x, truth in zip(operands, truths, strict=True)
            if truth is decider or (goal != IS and truth is None)
        ]  # fmt: skip
        return self.best_of(bound, good)

    def _strict(
        self, e: Expression, operands: list[Expression], bound: Bound, goal: Goal, value: Any,
        kind: str,
    ) -> Any:  # fmt: skip
        """Operators that an unknown makes unknown."""
        if value is None and not self.whole:
            unknown = [(x, IS) for x in operands if self.reading.value(x, bound) is None]
            if unknown:
                return self._one_of(e, bound, goal, unknown, kind)
        goals = [(x, IS) for x in operands]
        if isinstance(e, ir.Compare) and e.op in _BOUNDS and value is not None and not self.whole:
            goals = self._ends(e, bound, value)
        if isinstance(e, ir.Extreme) and goal != IS and not self.whole:
            goals = self._end(e, bound, goal)
        return self.all_of(e, bound, goal, goals, kind, value)

    def _one_of(self, e: Expression, bound: Bound, goal: Goal, parts: list[Any], kind: str) -> Any:
        return gathered(
            [self.best_of(bound, parts)], lambda best: join(kind, e, bound, None, goal, best)
        )

    def _ends(self, e: ir.Compare, bound: Bound, value: bool) -> list[Any]:
        """Of what is counted only as much as the comparison needs."""
        left, right = self.reading.value(e.left, bound), self.reading.value(e.right, bound)
        whole = isinstance(left, int) and isinstance(right, int)
        if not isinstance(e.left.type, Number) or not whole:
            return [(e.left, IS), (e.right, IS)]
        one, two = _BOUNDS[e.op] if value else tuple(reversed(_BOUNDS[e.op]))
        strict = e.op in ("<", ">") if value else e.op in ("<=", ">=")
        step = 1 if strict else 0
        if self._constant(e.right):
            limit = right - step if one == "le" else right + step
            return [(e.left, (one, limit)), (e.right, IS)]
        if self._constant(e.left):
            limit = left - step if two == "le" else left + step
            return [(e.left, IS), (e.right, (two, limit))]
        return [(e.left, IS), (e.right, IS)]

    def _constant(self, e: Expression) -> bool:
        """Whether no fact can make it another."""
        return isinstance(e, ir.Constant) or (
            isinstance(e, ir.ParameterValue) and e.key is None and e.on is None
        )

    def _end(self, e: ir.Extreme, bound: Bound, goal: Any) -> list[Any]:
        """The larger of two is at least what one of them is, but both have to be known."""
        sides = [e.left, e.right]
        values = [self.reading.value(x, bound) for x in sides]
        way, limit = goal
        if (e.op == "max") is (way == "le"):
            return [(x, goal) for x in sides]  # both have to
        enough = [v is not None and (v >= limit if way == "ge" else v <= limit) for v in values]
        for n in (0, 1):
            if enough[n] and self._constant(sides[1 - n]):
                return [(x, goal if m == n else IS) for m, x in enumerate(sides)]
        return [(x, IS) for x in sides]

    def _conditional(self, e: ir.If, bound: Bound, goal: Goal, value: Any) -> Any:
        test = self.reading.value(e.condition, bound)
        if self.whole:
            parts = [(e.condition, IS), (e.then, IS), (e.otherwise, IS)]
            return self.all_of(e, bound, goal, parts)
        one, two = self.reading.value(e.then, bound), self.reading.value(e.otherwise, bound)
        if test is None:
            if goal == UNTRUE and value is not True:
                # Whatever the condition, one branch that is not true leaves it at that or unknown.
                branch = e.then if one is not True else e.otherwise
                both = [(e.then, UNTRUE), (e.otherwise, UNTRUE)]
                if one is True or two is True:
                    return self.all_of(e, bound, goal, [(e.condition, IS), (branch, UNTRUE)])
                return self.all_of(e, bound, goal, both)
            parts = [(e.then, IS), (e.otherwise, IS)]
            if one is None or two is None or one != two:
                parts = [(e.condition, IS), *parts]
            return self.all_of(e, bound, goal, parts)
        taken = e.then if test else e.otherwise
        return self._branch(e, bound, goal, taken, one == two)

    def _branch(self, e: ir.If, bound: Bound, goal: Goal, taken: Expression, same: bool) -> Any:
        if not same:
            return self.all_of(e, bound, goal, [(e.condition, IS), (taken, goal)], "if")
        ways: list[list[tuple[Expression, Goal]]] = [
            [(e.condition, IS), (taken, goal)], [(e.then, IS), (e.otherwise, IS)]
        ]  # fmt: skip
        return self.cheapest(
            self.all_of(e, bound, goal, way, kind)
            for way, kind in zip(ways, ("if", "join"), strict=True)
        )

    def listed(self, unit: Unit) -> Node:
        """A fact that no step leads to."""
        fact, index, name = unit
        declared = self.base.facts[fact]
        bound = {fact: index}
        if name is None:
            return Node("instance", fact, bound, True, IS, (), frozenset({unit}))
        e = ir.Attribute(fact, name, declared.attributes[name].type)
        value = self.reading.asserted(fact, name, bound)
        return Node("fact", e, bound, value, IS, (), frozenset({unit}))

    # Facts ----------------------------------------------------------------------------------------

    def presence(self, fact: str, bound: Bound) -> frozenset[Unit]:
        """That the instance which is bound is there."""
        return frozenset({(fact, bound[fact], None)}) if fact in bound else frozenset()

    def _attribute(self, e: ir.Attribute, bound: Bound, goal: Goal, value: Any) -> Any:
        declared = self.base.facts[e.fact]
        attribute = declared.attributes[e.name]
        asserted = self.reading.asserted(e.fact, e.name, bound)
        units = self.presence(e.fact, bound) if declared.many else frozenset()
        if asserted is not None:
            if not (declared.many and (attribute.required or attribute.key)):
                index = bound[e.fact] if declared.many else 0
                units |= {(e.fact, index, e.name)}
            return Node("fact", e, bound, value, goal, (), units)
        if attribute.default is None:
            return Node("unknown", e, bound, value, goal, (), units)
        here = {e.fact: bound[e.fact]} if declared.many else NOTHING
        return self._default(e, bound, here, attribute, goal, value, units)

    def _default(
        self, e: ir.Attribute, bound: Bound, here: Bound, attribute: ir.AttributeDeclaration,
        goal: Goal, value: Any, units: frozenset[Unit],
    ) -> Any:  # fmt: skip
        key = ("default", e.fact, e.name, goal, *here.values())
        node = self._known(key)
        if node is not None:
            return node
        assert attribute.default is not None
        return gathered(
            [self.goal(attribute.default, here, goal)],
            lambda body: self._found(key, join("default", e, bound, value, goal, body, units)),
        )

    def _derived(self, e: ir.Derived, bound: Bound, goal: Goal, value: Any) -> Any:
        define = self.base.defines[e.name]
        here = {} if define.fact is None else {define.fact: bound[define.fact]}
        units = self.presence(define.fact, here) if define.fact is not None else NONE
        key = ("define", e.name, goal, *here.values())
        node = self._known(key)
        if node is not None:
            return node
        if isinstance(define.body, ir.Table):
            body = table(self, define.body, here, goal, value)
        else:
            body = self.goal(define.body, here, goal)
        return gathered(
            [body],
            lambda body: self._found(key, join("derived", e, here, value, goal, body, units)),
        )

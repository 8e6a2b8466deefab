"""Why an expression has its value: the steps and facts that make it so, and no more than needed.

A proof reaches a goal: that the value is what it is, or only that a condition is not true or not
false, or that a number is at least or at most some bound. Where there are several ways, that which
lists the fewest facts is taken, of equals the first as written. What is not listed may as well not
be known, and instances that are not listed may as well not be there: a proof holds regardless.
"""

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from matchrules import ir
from matchrules.engine.interpreter import NOTHING, Bound, kleene_and
from matchrules.explain.why.counting import Counting
from matchrules.explain.why.node import IS, UNFALSE, UNTRUE, Goal, Node, Unit, Work, join, worked
from matchrules.explain.why.reading import Reading
from matchrules.ir import Define, Expression, children
from matchrules.types import Number

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

    def prove(self, expression: Expression, bound: Bound = NOTHING, goal: Goal = IS) -> Node:
        """A proof. Nothing recurses: a chain of defines may be as long as it likes."""
        found: Node = worked(self.goal(expression, bound, goal))
        return found

    def cost(self, node: Node) -> int:
        return len(node.units - self.free)

    def cheapest(self, nodes: Sequence[Node]) -> Node:
        return min(nodes, key=self.cost)

    def all_of(
        self, e: Any, bound: Bound, goal: Goal, parts: Iterable[tuple[Expression, Goal]],
        kind: str = "join", value: Any = None,
    ) -> Work:  # fmt: skip
        """A proof out of proofs of all parts."""
        nodes = []
        for part, wanted in parts:
            node = self.goal(part, bound, wanted)
            nodes.append(node if isinstance(node, Node) else (yield node))
        return join(kind, e, bound, value, goal, nodes)

    def best_of(
        self, bound: Bound, parts: Iterable[tuple[Expression, Goal]]
    ) -> Generator[Any, Any, Node]:
        """The cheapest proof of some part."""
        best: Node | None = None
        for part, wanted in parts:
            node = self.goal(part, bound, wanted)
            node = node if isinstance(node, Node) else (yield node)
            if best is None or self.cost(node) < self.cost(best):
                best = node
            if self.cost(best) == 0:
                break
        assert best is not None
        return best

    def goal(self, e: Expression, bound: Bound, goal: Goal) -> Any:
        """The proof where it is there already, else the work that makes it."""
        key = (id(e), goal, *bound.items()) if bound else (id(e), goal)
        done = self._known(key)
        if done is not None:
            return done
        work = self._work(e, bound, goal)
        if isinstance(work, Node):
            self._done[key] = work
            return work
        return self._keep(key, work)

    def _keep(self, key: tuple[Any, ...], work: Work) -> Work:
        return self._found(key, (yield work))

    def _found(self, key: tuple[Any, ...], node: Node) -> Node:
        self._done[key] = node
        if self._shared is not None:
            self._shared[key] = node
        return node

    def _known(self, key: tuple[Any, ...]) -> Node | None:
        """What was proved before; for another proof too, where it lists only what is free."""
        done = self._done.get(key)
        if done is None and self.free:
            for before in self._before:
                done = before.get(key)
                if done is not None and done.units <= self.free:
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
    ) -> Work:
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

    def _one_of(self, e: Expression, bound: Bound, goal: Goal, parts: list[Any], kind: str) -> Work:
        best = yield self.best_of(bound, parts)
        return join(kind, e, bound, None, goal, [best])

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

    def _branch(self, e: ir.If, bound: Bound, goal: Goal, taken: Expression, same: bool) -> Work:
        node = yield self.all_of(e, bound, goal, [(e.condition, IS), (taken, goal)], "if")
        if same and self.cost(node):
            both = yield self.all_of(e, bound, goal, [(e.then, IS), (e.otherwise, IS)])
            return self.cheapest([node, both])
        return node

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
    ) -> Work:  # fmt: skip
        key = ("default", e.fact, e.name, goal, *here.values())
        node = self._known(key)
        if node is None:
            assert attribute.default is not None
            body = yield self.goal(attribute.default, here, goal)
            node = self._found(key, join("default", e, bound, value, goal, [body], units))
        return node

    def _derived(self, e: ir.Derived, bound: Bound, goal: Goal, value: Any) -> Work:
        define = self.base.defines[e.name]
        here = {} if define.fact is None else {define.fact: bound[define.fact]}
        units = self.presence(define.fact, here) if define.fact is not None else frozenset()
        key = ("define", e.name, goal, *here.values())
        node = self._known(key)
        if node is None:
            if isinstance(define.body, ir.Table):
                body = yield self._table(define, define.body, here, goal, value)
            else:
                body = yield self.goal(define.body, here, goal)
            node = self._found(key, join("derived", e, here, value, goal, [body], units))
        return node

    # Tables ---------------------------------------------------------------------------------------

    def _table(self, define: Define, table: ir.Table, bound: Bound, goal: Goal, value: Any) -> Any:
        hits = [kleene_and([self.reading.value(t, bound) for t in row.tests]) for row in table.rows]
        if self.whole:
            rows = range(len(hits))
            return self._rows(table, bound, goal, [(n, "hit", IS) for n in rows], value)
        outputs = [self.reading.value(row.output, bound) for row in table.rows]
        wanted: list[tuple[int, str, Goal]] = []
        if table.hit == "collect":
            for n, hit in enumerate(hits):
                if hit is True:
                    wanted.append((n, "hit", IS))
                elif value is not None and outputs[n] is not None and outputs[n] in value:
                    wanted.append((n, "output", IS))
                elif value is not None:
                    wanted.append((n, "miss", UNTRUE))
            if value is None:
                first = next(n for n, hit in enumerate(hits) if hit is True and outputs[n] is None)
                wanted = [(first, "hit", IS)]
            return self._rows(table, bound, goal, wanted, value)
        hit_at = next((n for n, hit in enumerate(hits) if hit is True), None)
        if table.hit == "unique" and hit_at is not None:
            return self._rows(table, bound, goal, [(hit_at, "hit", goal)], value)
        last = len(hits) if hit_at is None else hit_at
        for n in range(last):
            same = value is not None and outputs[n] == value and hit_at is not None
            wanted.append((n, "same" if same else "status", IS))
        if hit_at is not None:
            wanted.append((hit_at, "hit", goal if not any(h is None for h in hits[:last]) else IS))
        return self._rows(table, bound, goal, wanted, value)

    def _rows(
        self, table: ir.Table, bound: Bound, goal: Goal, wanted: list[tuple[int, str, Goal]],
        value: Any,
    ) -> Work:  # fmt: skip
        nodes = []
        for n, how, wish in wanted:
            node = yield self._row(table, n, how, wish, bound)
            if isinstance(node, Node):
                nodes.append(node)
        return join("table", table, bound, value, goal, nodes)

    def _row(self, table: ir.Table, n: int, how: str, wish: Goal, bound: Bound) -> Work:
        row = table.rows[n]
        truth = kleene_and([self.reading.value(t, bound) for t in row.tests])
        if self.whole:
            parts = [(t, IS) for t in row.tests] + [(row.output, IS)]
            node = yield self.all_of((n, row), bound, IS, parts, "row", truth)
            return node
        if how == "hit":
            hit: list[tuple[Expression, Goal]] = [*((t, IS) for t in row.tests), (row.output, wish)]
            node = yield self.all_of((n, row), bound, IS, hit, "row", True)
            return node
        if how == "output" or (how == "same" and truth is None):
            node = yield self.all_of((n, row), bound, IS, [(row.output, IS)], "row", truth)
            return node
        if truth is None and how != "miss":  # undecided: its status, and its output
            parts = [(t, IS) for t in row.tests] + [(row.output, IS)]
            node = yield self.all_of((n, row), bound, IS, parts, "row", None)
            return node
        open_ = [
            (t, UNTRUE if how == "miss" else IS) for t in row.tests
            if self.reading.value(t, bound) is False
            or (how == "miss" and self.reading.value(t, bound) is None)
        ]  # fmt: skip
        if open_:
            cell = yield self.best_of(bound, open_)
            node = join("row", (n, row), bound, truth, IS, [cell])
            if how == "same" and self.cost(node):
                output = yield self.goal(row.output, bound, IS)
                other = join("row", (n, row), bound, truth, IS, [output])
                node = self.cheapest([node, other])
            return node
        node = yield self.all_of((n, row), bound, IS, [(row.output, IS)], "row", truth)
        return node

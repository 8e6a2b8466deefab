"""Why an aggregate has its value: the instances that made it so.

Many-facts are closed: an instance that did not count need not be listed, for it would not count
either if it were not there. Only where it is listed for another reason has it to be shown that it
does not count here.
"""

from typing import TYPE_CHECKING, Any

from matchrules import ir
from matchrules.engine.interpreter import Bound
from matchrules.explain.why.node import (
    IS,
    NONE,
    UNFALSE,
    UNTRUE,
    Goal,
    Node,
    Pending,
    Work,
    gathered,
    join,
)
from matchrules.types import Number, order_key

if TYPE_CHECKING:
    from matchrules.explain.why.proving import Prover


class Counting:
    """The proof of one aggregate."""

    def __init__(
        self, prover: "Prover", e: ir.Aggregate, bound: Bound, goal: Goal, value: Any
    ) -> None:
        self.prover = prover
        self.reading = prover.reading
        self.e = e
        self.bound = bound
        self.goal = goal
        self.value = value
        self.each = self.reading.each(e.fact, bound)
        if e.take or e.op in ("last", "last_but_one"):
            self.each = sorted(self.each, key=lambda b: self.reading.pick_order(e, b))

    def work(self) -> Work:
        if self.prover.whole:
            nodes = []
            for b in self.each:
                nodes.append((yield self.instance(b, IS, True)))
            return join("count", self.e, self.bound, self.value, self.goal, nodes)
        if self.e.op in ("any", "all"):
            return (yield self._any_or_all())
        return (yield self._chosen())

    def test(self, b: Bound) -> Any:
        return True if self.e.where is None else self.reading.value(self.e.where, b)

    def item(self, b: Bound) -> Any:
        assert self.e.value is not None
        return self.reading.value(self.e.value, b)

    def instance(self, b: Bound, goal: Goal, value: bool) -> Any:
        """That an instance is there, and what it is."""
        parts = [] if self.e.where is None else [(self.e.where, goal)]
        if value and self.e.value is not None and (self.test(b) is True or self.prover.whole):
            parts.append((self.e.value, IS))
        units = frozenset({(self.e.fact, b[self.e.fact], None)})
        return gathered(
            (self.prover.goal(part, b, wanted) for part, wanted in parts),
            lambda nodes: join("instance", self.e, b, self.test(b), goal, nodes, units),
        )

    def pending(self, besides: Any, goal: Goal, value: bool = False) -> frozenset[Pending]:
        """What has to be so of the other instances, should they be listed."""
        taken = {b[self.e.fact] for b in besides}
        found = []
        for b in self.each:
            index = b[self.e.fact]
            if index in taken:
                continue
            aims = [] if self.e.where is None else [(self.e.where, goal)]
            if value and self.e.value is not None and self.test(b) is True:
                aims.append((self.e.value, IS))
            if aims:
                found.append(Pending((self.e.fact, index, None), b, aims))
        return frozenset(found)

    def shown(
        self, listed: Any, goal: Goal, value: bool, pending: frozenset[Pending], fixed: bool = True
    ) -> Any:
        return gathered(
            (self.instance(b, goal, value) for b in listed),
            lambda nodes: join("count", self.e, self.bound, self.value, self.goal, nodes, NONE,
                               pending, fixed),
        )  # fmt: skip

    # Some and every -------------------------------------------------------------------------------

    def _any_or_all(self) -> Work:
        decider = self.e.op == "any"
        each = self.each[-self.e.take :] if self.e.take else self.each
        tests = [self.test(b) for b in each]
        away = UNTRUE if decider else UNFALSE
        if self.goal == away or (self.goal == IS and self.value is (not decider)):
            wanted = self.goal
            return (yield self.shown([], wanted, False, self.pending([], wanted)))
        if self.goal == IS and self.value is None:
            open_ = [b for b, t in zip(each, tests, strict=True) if t is None]
            best = yield self._best(open_, IS)
            pending = self.pending([best], away)
            return (yield self.shown([best], IS, False, pending, len(open_) == 1))
        good = [
            b for b, t in zip(each, tests, strict=True)
            if t is decider or (self.goal != IS and t is None)
        ]  # fmt: skip
        best = yield self._best(good, self.goal)
        return (yield self.shown([best], self.goal, False, NONE, len(good) == 1))

    def _best(self, candidates: Any, goal: Goal) -> Any:
        """The instance that lists the fewest facts."""
        best, least = candidates[0], None
        for b in candidates:
            node = self.instance(b, goal, False)
            node = node if type(node) is Node else (yield node)
            cost = self.prover.cost(node)
            if least is None or cost < least:
                best, least = b, cost
            if least == 0:
                break
        return best

    # What is counted, summed, picked --------------------------------------------------------------

    def _chosen(self) -> Work:
        e = self.e
        tests = {b[e.fact]: self.test(b) for b in self.each}
        open_ = [b for b in self.each if tests[b[e.fact]] is None]
        if open_:
            best = yield self._best(open_, IS)
            return (yield self.shown([best], IS, False, NONE, len(open_) == 1))
        chosen = [b for b in self.each if tests[b[e.fact]]]
        if e.by is not None:
            count = {"last": 1, "last_but_one": 2}.get(e.op) or e.take
            chosen = chosen[-count:] if count else []
        if e.op == "count":
            return (yield self._counted(chosen))
        valued = chosen[:-1] if e.op == "last_but_one" else chosen
        unknown = [b for b in valued if self.item(b) is None]
        if unknown:
            listed = chosen if e.by is not None else unknown[:1]
            return (yield self.shown(listed, IS, True, self.pending(listed, IS)))
        others = self.pending
        if e.op in ("min", "max") and valued:
            pick = min if e.op == "min" else max
            extreme = pick(valued, key=lambda b: order_key(self.item(b), e.type))
            listed = chosen if e.take else [extreme]
            return (yield self.shown(listed, IS, True, others(listed, IS, value=True)))
        if e.op == "union" and not e.take:
            valued = self._covering(valued)
        if e.op == "sum" and not e.take:
            if isinstance(self.goal, tuple) and self._never_negative():
                valued = self._summed(valued, *self.goal)
            valued = [b for b in valued if self.item(b) != 0]
        listed = chosen if e.by is not None else valued
        return (yield self.shown(listed, IS, True, others(listed, IS, value=True)))

    def _counted(self, chosen: list[Bound]) -> Work:
        if self.goal == IS or self.e.take:
            return (yield self.shown(chosen, IS, False, self.pending(chosen, IS)))
        assert isinstance(self.goal, tuple)
        way, limit = self.goal
        if way == "le":
            exact = yield self.shown(chosen, IS, False, self.pending(chosen, IS))
            if self.prover.cost(exact) == 0:
                return exact.chosen()
            return (yield self.shown([], IS, False, self.pending([], IS), fixed=False))
        nodes = []
        for b in chosen:
            node = self.instance(b, IS, False)
            nodes.append((node if type(node) is Node else (yield node), b))
        nodes.sort(key=lambda pair: self.prover.cost(pair[0]))
        listed = [b for _, b in nodes[: max(limit, 0)]]
        listed.sort(key=lambda b: b[self.e.fact])
        all_ = len(listed) == len(chosen)
        return (yield self.shown(listed, IS, False, self.pending(listed, IS), all_))

    def _never_negative(self) -> bool:
        type_ = None if self.e.value is None else self.e.value.type
        return isinstance(type_, Number) and type_.low is not None and type_.low >= 0

    def _summed(self, valued: list[Bound], way: str, limit: Any) -> list[Bound]:
        """The largest values, until there is enough of them. None where it may be less."""
        found: list[Bound] = []
        for b in sorted(valued, key=self.item, reverse=True) if way == "ge" else ():
            if limit <= 0:
                break
            found.append(b)
            limit -= self.item(b)
        return sorted(found, key=lambda b: b[self.e.fact])

    def _covering(self, valued: list[Bound]) -> list[Bound]:
        """Instances that give every member, those that give the most first."""
        left, found = set(self.value), []
        while left:
            best = max(valued, key=lambda b: len(left & self.item(b)))
            left -= self.item(best)
            found.append(best)
        return sorted(found, key=lambda b: b[self.e.fact])


__all__ = ["Counting", "Node"]

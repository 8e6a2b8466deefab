"""What rests on known facts alone: what no unknown can change once it becomes known.

A value is *settled* when every way of giving values to what is unknown leaves it as it is. That is
worked out from the text of the rules and errs on one side only: what is called settled is.
"""

from collections.abc import Sequence

from matchrules import ir
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation, kleene_and
from matchrules.ir import Define, Expression, Rule
from matchrules.types import order_key

OPEN = "open"


class Resting:
    """What is settled in one case."""

    def __init__(self, run: Interpretation) -> None:
        self.run, self.base = run, run.base
        self._known: dict[tuple[object, ...], bool] = {}

    # Rules ---------------------------------------------------------------------------------------

    def stands(self, rule: Rule, bound: Bound = NOTHING) -> bool | None:
        """The rule's advice stands, or does not, whatever becomes known; None where it may turn."""
        own = self.holds(rule, bound)
        others = [
            self.holds(other, bound if other.fact else NOTHING)
            for other in self.base.overriders.get(rule.name, ())
        ]
        if own is False or True in others:
            return False
        return None if own is None or None in others else True

    def holds(self, rule: Rule, bound: Bound) -> bool | None:
        """The same of the rule's own conditions."""
        wanted = [*rule.guards] if rule.when is None else [*rule.guards, rule.when]
        tests = [(e, True) for e in wanted] + [(e, False) for e in rule.unless]
        everything = True
        for expression, needed in tests:
            if not self.settled(expression, bound):
                everything = False
            elif (self.run.value(expression, bound) is True) is not needed:
                return False
        return True if everything else None

    # Values --------------------------------------------------------------------------------------

    def settled(self, expression: Expression, bound: Bound = NOTHING) -> bool:
        """Whether the value of an expression, an unknown too, is what it will stay."""
        match expression:
            case ir.Attribute(fact, name):
                return self._attribute(fact, name, bound)
            case ir.Derived(name):
                return self.derived(self.base.defines[name], bound)
            case ir.And(operands):
                return self._kleene(operands, bound, False)
            case ir.Or(operands):
                return self._kleene(operands, bound, True)
            case ir.Shown(operand) | ir.IsKnown(operand):
                return self.settled(operand, bound)
            case ir.If(condition, then, otherwise):
                return self._conditional(condition, then, otherwise, bound)
            case ir.IfKnown(operand, otherwise):
                return self.settled(operand, bound) and (
                    self.run.value(operand, bound) is not None or self.settled(otherwise, bound)
                )
            case ir.Aggregate():
                return self._aggregate(expression, bound)
            case ir.InCase():
                return False
            case _ if isinstance(expression, ir.OfDecision):
                return False
        return self._strict([*ir.children(expression)], bound)

    def _strict(self, operands: Sequence[Expression], bound: Bound) -> bool:
        """An operator: all operands are settled, or one is unknown for good."""
        settled = [e for e in operands if self.settled(e, bound)]
        return len(settled) == len(operands) or any(
            self.run.value(e, bound) is None for e in settled
        )

    def _kleene(self, operands: Sequence[Expression], bound: Bound, deciding: bool) -> bool:
        settled = [e for e in operands if self.settled(e, bound)]
        return len(settled) == len(operands) or any(
            self.run.value(e, bound) is deciding for e in settled
        )

    def _conditional(
        self, condition: Expression, then: Expression, otherwise: Expression, bound: Bound
    ) -> bool:
        if self.settled(condition, bound):
            test = self.run.value(condition, bound)
            if test is not None:
                return self.settled(then if test else otherwise, bound)
        both = self.settled(then, bound) and self.settled(otherwise, bound)
        one, two = self.run.value(then, bound), self.run.value(otherwise, bound)
        return both and (self.settled(condition, bound) or one == two)

    def _attribute(self, fact: str, name: str, bound: Bound) -> bool:
        """Asserted; or known by a default that is settled. What is unknown may be asserted yet."""
        several = self.run.case.facts[fact]
        index = bound[fact] if self.base.facts[fact].many else 0
        if index < len(several) and several[index][name] is not None:
            return True
        default = self.base.facts[fact].attributes[name].default
        if default is None or self.run.attribute(fact, name, bound) is None:
            return False
        key = ("attribute", fact, name, index)
        if key not in self._known:
            inside = {fact: index} if index < len(several) else NOTHING
            self._known[key] = self.settled(default, inside)
        return self._known[key]

    def derived(self, define: Define, bound: Bound) -> bool:
        """Whether the value of a define or table is settled."""
        mine = {} if define.fact is None else {define.fact: bound[define.fact]}
        key = ("define", define.name, *mine.values())
        if key not in self._known:
            if isinstance(define.body, ir.Table):
                self._known[key] = self._table(define.body, mine)
            else:
                self._known[key] = self.settled(define.body, mine)
        return self._known[key]

    def _table(self, table: ir.Table, bound: Bound) -> bool:
        """A row that hits for good settles a table, and so do outputs that are all the same. That
        more rows come to hit would be an overlap, that none does a gap: both are faults."""
        rows = [(row.output, self._row(row, bound)) for row in table.rows]
        rows = [(output, hit) for output, hit in rows if hit is not False]
        if table.hit == "collect":
            hits = [output for output, hit in rows if hit is True]
            return all(hit != OPEN for _, hit in rows) and all(
                self.settled(output, bound) for output in hits
            )
        certain = next((n for n, (_, hit) in enumerate(rows) if hit is True), None)
        if certain is not None:
            rows = rows[certain : certain + 1] if table.hit == "unique" else rows[: certain + 1]
        if not rows or not all(self.settled(output, bound) for output, _ in rows):
            return False
        values = {self.run.value(output, bound) for output, _ in rows}
        same = len(values) == 1 and None not in values
        return same or all(hit != OPEN for _, hit in rows)

    def _row(self, row: ir.Row, bound: Bound) -> bool | str | None:
        """Whether a row hits for good, does not, is undecided for good, or may turn."""
        if not self._kleene(row.tests, bound, False):
            return OPEN
        return kleene_and([self.run.value(test, bound) for test in row.tests])

    # Aggregates ----------------------------------------------------------------------------------

    def _aggregate(self, aggregate: ir.Aggregate, bound: Bound) -> bool:
        run, where = self.run, aggregate.where
        each: Sequence[Bound] = run.each(aggregate.fact, bound)
        if aggregate.op in ("any", "all"):
            if where is None:
                return True
            settled = [b for b in each if self.settled(where, b)]
            if len(settled) == len(each) and not aggregate.take:
                return True
            if aggregate.take:
                return len(settled) == len(each) and self._in_order(aggregate, each)
            return any(run.value(where, b) is (aggregate.op == "any") for b in settled)
        if where is not None:
            settled = [b for b in each if self.settled(where, b)]
            if any(run.value(where, b) is None for b in settled):
                return True
            if len(settled) < len(each):
                return False
            each = [b for b in each if run.value(where, b) is True]
        if aggregate.by is not None:
            if not self._in_order(aggregate, each):
                return False
            each = self._picked(aggregate, each)
        value = aggregate.value
        if value is None:
            return True
        settled = [b for b in each if self.settled(value, b)]
        return len(settled) == len(each) or any(run.value(value, b) is None for b in settled)

    def _in_order(self, aggregate: ir.Aggregate, each: Sequence[Bound]) -> bool:
        """Whether the order of the instances is settled: no ties, or all that breaks them known."""
        assert aggregate.by is not None
        fact, attributes = aggregate.fact, self.base.facts[aggregate.fact].attributes
        by = [self.run.attribute(fact, aggregate.by, b) for b in each]
        if len(set(by)) == len(by):
            return True
        names = [name for name, declared in attributes.items() if not declared.never_read]
        return all(self._attribute(fact, name, b) for name in names for b in each)

    def _picked(self, aggregate: ir.Aggregate, each: Sequence[Bound]) -> Sequence[Bound]:
        """The instances picked, or more where there are ties."""
        assert aggregate.by is not None
        fact, by = aggregate.fact, aggregate.by
        type_ = self.base.facts[fact].attributes[by].type
        keys = [order_key(self.run.attribute(fact, by, b), type_) for b in each]
        if len({*keys}) < len(keys):
            return each
        count = {"last": 1, "last_but_one": 2}.get(aggregate.op, aggregate.take) or 0
        ordered = [each[n] for n in sorted(range(len(each)), key=keys.__getitem__)]
        chosen = ordered[-count:] if count else []
        return chosen[:1] if aggregate.op == "last_but_one" else chosen

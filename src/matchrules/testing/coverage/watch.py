"""What the evaluation of a case reaches, and what each decision was then decided on.

A guard is reached where those before it hold, a rule where its guards do, the condition of an
`if … else` where its branch is taken, a row's output where the row is a candidate, fields where the
rule's advice stands, a default's `unless` where what is asserted differs from it.
"""

from collections.abc import Callable
from functools import partial

from attrs import Factory, define

from matchrules import ir
from matchrules.case.model import Case
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation, kleene_and
from matchrules.ir import Define, Example, Expression, Row
from matchrules.testing.coverage.plan import Decision, Plan
from matchrules.testing.coverage.trees import Values, worth
from matchrules.text import Span

Evaluations = dict[Values, Example | None]  # the first example that led to each


@define
class Seen:
    """What was seen over any number of cases; things are named by where they are written."""

    fired: dict[Span, Example | None] = Factory(dict)
    hit: dict[Span, Example | None] = Factory(dict)
    decided: dict[tuple[str, Span, int], Evaluations] = Factory(dict)

    def copy(self) -> "Seen":
        """The same, to be added to."""
        decided = {known: dict(found) for known, found in self.decided.items()}
        return Seen(dict(self.fired), dict(self.hit), decided)


def key(decision: Decision) -> tuple[str, Span, int]:
    """What a decision is known by, in every era."""
    return decision.kind, decision.span, len(decision.conditions)


def watch(plan: Plan, case: Case, seen: Seen, example: Example | None = None) -> bool:
    """See what an evaluation of the case reaches; whether the case is valid. Where it is not, that
    is what leads to its rejection: rejects, defaults, and the defines behind them."""
    run = Interpretation(plan.base, case)
    watching = _Watching(plan, run, seen, example)
    if _rejected(run):
        watching.invalid()
        return False
    watching.valid()
    return True


def _rejected(run: Interpretation) -> bool:
    """Whether the case has a fault, before rules are asked about it."""
    for fact in run.base.facts.values():
        for name, attribute in fact.attributes.items():
            if attribute.default is not None:
                for bound in run.each(fact.name) if fact.many else [NOTHING]:
                    run.attribute(fact.name, name, bound)
    for one in run.base.defines.values():
        for bound in run.each(one.fact):
            run.derived(one, bound)
    return bool(run.faults) or any(
        run.value(reject.when, bound) is True
        for reject in run.base.rejects for bound in run.each(reject.fact)
    )  # fmt: skip


class _Watching:
    def __init__(self, plan: Plan, run: Interpretation, seen: Seen, example: Example | None):
        self.plan = plan
        self.base = plan.base
        self.run = run
        self.seen = seen
        self.example = example
        self.asked: set[int] = set()  # guards, which are asked once

    def valid(self) -> None:
        self.invalid()
        for name, one in self.base.defines.items():
            if name not in self.plan.behind:
                self._each(one.fact, self._define, one)
        for rule in self.base.rules.values():
            if self._guards_hold(rule):
                self._each(rule.fact, self._rule, rule)

    def invalid(self) -> None:
        for fact in self.base.facts.values():
            for attribute in fact.attributes.values():
                if attribute.default is not None:
                    many = fact.name if fact.many else None
                    self._each(many, self._default, fact.name, attribute)
        for name in sorted(self.plan.behind):
            one = self.base.defines[name]
            self._each(one.fact, self._define, one)
        for reject in self.base.rejects:
            self._each(reject.fact, self._decide, reject.when)

    def _each(self, fact: str | None, look: Callable[..., None], *about: object) -> None:
        for bound in self.run.each(fact):
            look(*about, bound)

    def _default(self, fact: str, attribute: ir.AttributeDeclaration, bound: Bound) -> None:
        instances = self.run.case.facts[fact]
        index = bound.get(fact, 0)
        bound = {fact: index} if index < len(instances) else NOTHING
        assert attribute.default is not None
        self._look(attribute.default, bound)
        if attribute.unless is None or index >= len(instances):
            return
        asserted = instances[index][attribute.name]
        default = self.run.value(attribute.default, bound)
        if asserted is not None and default is not None and asserted != default:
            self._decide(attribute.unless, bound)

    def _define(self, one: Define, bound: Bound) -> None:
        if isinstance(one.body, ir.Table):
            self._table(one.body, bound)
        elif id(one.body) in self.plan.at:
            self._decide(one.body, bound)
        else:
            self._look(one.body, bound)

    def _table(self, table: ir.Table, bound: Bound) -> None:
        """A row is hit where it alone decides the value: known to hit, with no other candidate."""
        run = self.run
        for head in table.heads:
            self._look(head, bound)
        hits = [kleene_and([run.value(t, bound) for t in row.tests]) for row in table.rows]
        known = [n for n, hit in enumerate(hits) if hit is True]
        undecided = [n for n, hit in enumerate(hits) if hit is None]
        if table.hit == "collect":
            candidates = alone = known
        else:
            if table.hit == "unique":
                candidates = known or undecided
            else:
                candidates = [n for n in undecided if not known or n < known[0]] + known[:1]
            alone = candidates if len(candidates) == 1 and candidates == known[:1] else []
        for n in alone:
            self.seen.hit.setdefault(table.rows[n].span, self.example)
        for row in table.rows:
            self._cells(table, row, bound)
        for n in candidates:
            self._look(table.rows[n].output, bound)

    def _cells(self, table: ir.Table, row: Row, bound: Bound) -> None:
        for head, test in zip(table.heads, row.tests, strict=True):
            for operand in ir.children(test):
                if operand is not head:
                    self._look(operand, bound)

    def _guards_hold(self, rule: ir.Rule) -> bool:
        """A guard is asked in every case, of whatever number of instances its rules are."""
        for guard in rule.guards:
            if id(guard) not in self.asked:
                self.asked.add(id(guard))
                self._record(self.plan.guards[id(guard)], NOTHING)
            if self.run.value(guard) is not True:
                return False
        return True

    def _rule(self, rule: ir.Rule, bound: Bound) -> None:
        decision = self.plan.rules.get(rule.name)
        if decision is not None:
            values = self._record(decision, bound)
            if worth(decision.tree, values) is not True:
                return
        if self.run.stands(rule, bound):
            self.seen.fired.setdefault(rule.span, self.example)
            for then in rule.thens:
                for value in then.fields.values():
                    self._look(value, bound)

    def _decide(self, expression: Expression, bound: Bound) -> None:
        self._record(self.plan.at[id(expression)], bound)

    def _record(self, decision: Decision, bound: Bound) -> Values:
        values = tuple(self.run.value(c.expression, bound) for c in decision.conditions)
        evaluations = self.seen.decided.setdefault(key(decision), {})
        evaluations.setdefault(values, self.example)
        for condition in decision.conditions:
            self._look(condition.expression, bound)
        return values

    def _look(self, e: Expression, bound: Bound) -> None:
        """The decisions inside of a value, as far as it depends on them."""
        if id(e) not in self.plan.holding:
            return
        match e:
            case ir.If(condition, then, otherwise):
                self._decide(condition, bound)
                test = self.run.value(condition, bound)
                if test is not False:
                    self._look(then, bound)
                if test is not True:
                    self._look(otherwise, bound)
            case ir.IfKnown(value, otherwise):
                self._look(value, bound)
                if self.run.value(value, bound) is None:
                    self._look(otherwise, bound)
            case ir.Aggregate():
                if e.where is not None:
                    for one in self._tested(e, bound):
                        self._decide(e.where, one)
            case _:
                for child in ir.children(e):
                    self._look(child, bound)

    def _tested(self, e: ir.Aggregate, bound: Bound) -> list[Bound]:
        """The instances that the `where` is asked of: of `any(… last 2 by …)` the last two."""
        each = self.run.each(e.fact, bound)
        if e.op not in ("any", "all") or not e.take:
            return each
        each.sort(key=partial(self.run.pick_order, e))
        return each[-e.take :]

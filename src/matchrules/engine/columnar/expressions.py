"""Expressions as columns: every operator of the language, what is unknown worked in."""

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from matchrules import ir
from matchrules.ir import Expression, RuleBase
from matchrules.types import Number, Unknown

from . import comparing, dates, logic, numbers
from .forms import (
    BITS,
    DAY,
    TEXT,
    TRUTH,
    Form,
    ObstacleError,
    Plain,
    Scaled,
    form_of,
    inner,
    scaled,
)  # fmt: skip
from .nodes import CASES, Constant, Graph, Node
from .parameters import looked_up
from .printing import printed


class Expressions:
    """The columns of the expressions of a rule base, on the days of one span."""

    def __init__(self, base: RuleBase, today: date) -> None:
        self.base = base
        self.today = today
        self.graph = Graph()

    def attribute(self, fact: str, name: str) -> Node:
        """The value of an attribute, after its default."""
        raise NotImplementedError

    def derived(self, name: str) -> Node:
        """The value of a define or table."""
        raise NotImplementedError

    def value(self, expression: Expression) -> Node:
        """The column of an expression, with the rows of the facts that it names."""
        graph = self.graph
        match expression:
            case ir.Constant(value, type_):
                return self.constant(value, type_)
            case ir.Attribute(fact, name):
                return self.attribute(fact, name)
            case ir.Derived(name):
                return self.derived(name)
            case ir.And(operands):
                return logic.both(graph, map(self.value, operands))
            case ir.Or(operands):
                return logic.either(graph, map(self.value, operands))
            case ir.Not(operand):
                return logic.negated(graph, self.value(operand))
            case ir.Shown(operand):
                return logic.shown(graph, self.value(operand))
            case ir.IsKnown(operand):
                return logic.known(graph, self.value(operand))
            case ir.If(condition, then, otherwise):
                one, two = comparing.alike(graph, [self.value(then), self.value(otherwise)])
                return logic.choose(graph, self.value(condition), one, two)
            case ir.IfKnown(operand, otherwise):
                one, two = comparing.alike(graph, [self.value(operand), self.value(otherwise)])
                return logic.or_else(graph, one, two)
            case ir.Aggregate():
                return self.aggregate(expression)
            case ir.AsOf():
                day = graph.given(CASES, "", "as_of", Plain("date", pl.Date), True)
                return as_days(graph, day)
            case ir.ParameterValue():
                return self.parameter(expression)
            case ir.Arithmetic("/", left, right):
                return numbers.multiply(graph, self.value(left), self.reciprocal(right))
        if isinstance(expression, ir.OfDecision | ir.InCase):
            raise ObstacleError("a rule in it asks what is advised")
        return self.operator(expression, [self.value(e) for e in ir.children(expression)])

    def operator(self, expression: Expression, values: list[Node]) -> Node:
        """An operator that an unknown makes unknown."""
        graph = self.graph
        match expression:
            case ir.Compare(op):
                return comparing.compare(graph, op, *comparing.alike(graph, values))
            case ir.In():
                return comparing.among(graph, values[0], values[1:])
            case ir.InRange():
                return comparing.within(graph, *values)
            case ir.Has():
                return comparing.has(graph, *values)
            case ir.IsEmpty():
                return comparing.is_empty(graph, values[0])
            case ir.Extreme(op):
                return comparing.extreme(graph, op, values[0], values[1])
            case ir.Arithmetic("*"):
                return numbers.multiply(graph, *values)
            case ir.Arithmetic(op):
                return numbers.add(graph, values[0], values[1], 1 if op == "+" else -1)
            case ir.Round(_, mode, places):
                return numbers.round_to(graph, values[0], places, mode)
            case ir.AddTime(_, _, unit, sign):
                return dates.add_time(graph, values[0], values[1], unit, sign)
            case ir.DaysBetween():
                return dates.between(graph, *values)
            case ir.DayOf():
                return dates.day_of(graph, *values)
            case ir.Format(operand):
                return printed(graph, values[0], operand.type, self.base)
        raise ObstacleError(f"`{type(expression).__name__}` has no form in columns")

    def constant(self, value: Any, type_: Any) -> Node:
        """A literal."""
        if value is None:
            return self.graph.constant(None, self.form(type_))
        form, held = inner(value, type_)
        return self.graph.constant(held, form)

    def form(self, type_: Any) -> Form:
        """A form for what is not known of a type."""
        if isinstance(type_, Unknown):
            return TRUTH
        if isinstance(type_, Number):
            return scaled(1, 0, 0)
        return form_of(type_)

    def parameter(self, expression: ir.ParameterValue, change: Any = None) -> Node:
        """The value of a parameter, `change` applied to it."""
        declared = self.base.parameters[expression.name]
        on = None if expression.on is None else self.value(expression.on)
        key = None if expression.key is None else self.value(expression.key)
        return looked_up(self.graph, declared, self.today, on, key, change)

    def reciprocal(self, divisor: Expression) -> Node:
        """1 over a literal, a parameter, or what is made of them."""
        match divisor:
            case ir.Constant(value, type_):
                return self.constant(None if value is None else 1 / Fraction(value), type_)  # type: ignore[arg-type]  # of a number
            case ir.ParameterValue():
                return self.parameter(divisor, lambda value: 1 / Fraction(value))
            case ir.Arithmetic("*", left, right):
                return numbers.multiply(self.graph, self.reciprocal(left), self.reciprocal(right))
            case ir.Arithmetic("/", left, right):
                return numbers.multiply(self.graph, self.reciprocal(left), self.value(right))
        found = self.value(divisor)
        if not isinstance(found, Constant):
            raise ObstacleError("a divisor in it is worked out from more than one parameter row")
        if found.value is None:
            return found
        assert isinstance(found.form, Scaled)
        return self.constant(Fraction(found.form.den, found.value), divisor.type)

    # Aggregates ----------------------------------------------------------------------------------

    def aggregate(self, aggregate: ir.Aggregate) -> Node:
        """Over the instances of a many-fact for which `where` is true."""
        graph, fact, op = self.graph, aggregate.fact, aggregate.op
        tests = None if aggregate.where is None else self.value(aggregate.where)
        ranks = None if aggregate.by is None else self.ranks(fact, aggregate.by)
        values = None if aggregate.value is None else self.value(aggregate.value)
        if tests is graph.true and op != "all":
            tests = None
        known = tests is None or tests.sure
        if op in ("any", "all"):
            return graph.gathered(
                op, fact, tests if tests is not None else graph.true, None, TRUTH, sure=known,
                ranks=ranks if aggregate.take else None, take=aggregate.take,
            )  # fmt: skip
        form = self._form(aggregate, values)
        picks = {"last": 1, "last_but_one": 2}.get(op, aggregate.take)
        if op == "count":  # how many are picked does not depend on which
            found = graph.gathered(op, fact, tests, None, form, sure=known)
            if aggregate.take is None:
                return found
            most = self.constant(aggregate.take, Number())
            return comparing.extreme(graph, "min", found, most)
        assert values is not None
        sure = known and values.sure and op in ("sum", "union")
        return graph.gathered(
            op, fact, tests, values, form, sure=sure, ranks=ranks,
            take=picks if aggregate.by is not None else None,
        )  # fmt: skip

    def _form(self, aggregate: ir.Aggregate, values: Node | None) -> Form:
        most = self.base.facts[aggregate.fact].bound or 1
        if aggregate.op == "count":
            return scaled(1, 0, most)
        assert values is not None
        form = values.form
        if aggregate.op == "sum":
            assert isinstance(form, Scaled)
            low, high = min(0, form.low * most), max(0, form.high * most)
            return scaled(form.den, low, high)
        return form

    def ranks(self, fact: str, by: str) -> Node:
        """The order of picks: by the attribute, ties by the others as they are declared."""
        attributes = self.base.facts[fact].attributes
        read = [n for n in attributes if not attributes[n].never_read]
        names = [by, *(n for n in read if n != by)]
        if all(attributes[n].default is None for n in read):
            # instances lie in the order of their attributes, and those that are equal stay in it
            if by != read[0]:
                return self.sortable(self.attribute(fact, by))
            names = []
        scope = frozenset({fact})
        columns = [self.graph.spread(self.sortable(self.attribute(fact, n)), scope) for n in names]
        return self.graph.ranked(fact, by, columns)

    def sortable(self, node: Node) -> Node:
        """A column that sorts as the language does: of sets as sorted lists."""
        if node.form != BITS:
            return node

        def make(bits: pl.Expr) -> pl.Expr:
            letters = [
                pl.when((bits & pl.lit(1 << n, dtype=pl.UInt64)) != 0)
                .then(pl.lit(chr(33 + n))).otherwise(pl.lit(""))
                for n in range(64)
            ]  # fmt: skip
            return pl.when(bits.is_not_null()).then(pl.concat_str(letters))

        return self.graph.step(("sorted list",), make, [node], TEXT, twice=(0,))


def as_days(graph: Graph, day: Node) -> Node:
    """A date as a number of days."""
    return graph.step(("days of",), lambda e: e.to_physical(), [day], DAY)


__all__ = ["Expressions", "as_days"]

"""Expressions as Python closures, each compiled once.

A closure takes the working memory and what is bound (the row of each many-fact that a `for each` or
an aggregate stands at) and gives the value, None where it is unknown. With it comes what it reads,
so that a change works out again only what it touches.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Protocol

from attrs import frozen

from matchrules.decision import render_value
from matchrules.ir import (
    AddTime,
    Aggregate,
    And,
    Arithmetic,
    AsOf,
    Attribute,
    Compare,
    Constant,
    DayOf,
    DaysBetween,
    Derived,
    Expression,
    Extreme,
    Format,
    Has,
    If,
    IfKnown,
    In,
    InRange,
    IsEmpty,
    IsKnown,
    Not,
    Or,
    ParameterValue,
    Round,
    RuleBase,
    Shown,
    children,
)
from matchrules.types import add_time, days_between, exact, on_day, order_key, round_to

from .rows import Memory, Row

Binding = Mapping[str, Row]
Evaluate = Callable[[Memory, Binding], Any]

UNBOUND: Binding = {}

_ORDERS = {"<": lt, "<=": le, ">": gt, ">=": ge}


@frozen
class Source:
    """Something that a value is worked out from.

    `cell`: the value in a slot; `own`: an attribute or define `name` of the bound row of `fact`;
    `all`: the same of every row; `rows`: which rows there are.
    """

    kind: str
    fact: str = ""
    name: str = ""
    slot: int = -1


@frozen
class Compiled:
    """A closure, and what it reads."""

    evaluate: Evaluate
    reads: frozenset[Source]


class Slots(Protocol):
    """Where values that stand for the whole case are kept."""

    def of_attribute(self, fact: str, name: str) -> int: ...

    def of_define(self, name: str) -> int: ...

    def of_aggregate(self, aggregate: Aggregate) -> int: ...


def many_facts(expression: Expression, base: RuleBase) -> frozenset[str]:
    """The many-facts of which the expression needs a bound row."""
    if isinstance(expression, Attribute | Derived):
        fact = expression.fact
        return frozenset() if fact is None or not base.facts[fact].many else frozenset({fact})
    found: frozenset[str] = frozenset()
    for child in children(expression):
        found |= many_facts(child, base)
    return found - {expression.fact} if isinstance(expression, Aggregate) else found


class Compiler:
    """Compiles expressions of one rule base; where values of the whole case live, `slots` knows."""

    def __init__(self, base: RuleBase, slots: Slots) -> None:
        self.base = base
        self.slots = slots

    def compile(self, expression: Expression) -> Compiled:
        reads: set[Source] = set()
        evaluate = self._compile(expression, reads)
        return Compiled(evaluate, frozenset(reads))

    def _compile(self, expression: Expression, reads: set[Source]) -> Evaluate:
        match expression:
            case Constant(value=value):
                return lambda m, b: value
            case AsOf():
                return lambda m, b: m.as_of
            case Attribute():
                return self._attribute(expression, reads)
            case Derived():
                return self._derived(expression, reads)
            case ParameterValue():
                return self._parameter(expression, reads)
            case Not(operand=operand):
                inner = self._compile(operand, reads)
                return lambda m, b: None if (v := inner(m, b)) is None else not v
            case And(operands=operands):
                return _all_of([self._compile(e, reads) for e in operands])
            case Or(operands=operands):
                return _any_of([self._compile(e, reads) for e in operands])
            case Shown(operand=operand):
                inner = self._compile(operand, reads)
                return lambda m, b: inner(m, b) is True
            case IsKnown(operand=operand):
                inner = self._compile(operand, reads)
                return lambda m, b: inner(m, b) is not None
            case If():
                return self._if(expression, reads)
            case IfKnown(value=value, otherwise=otherwise):
                first, second = self._compile(value, reads), self._compile(otherwise, reads)
                return lambda m, b: second(m, b) if (v := first(m, b)) is None else v
            case Aggregate():
                return self._aggregate(expression, reads)
        parts = [self._compile(e, reads) for e in children(expression)]
        return _strict(_operator(expression, self.base), parts)

    # Names ----------------------------------------------------------------------------------------

    def _attribute(self, attribute: Attribute, reads: set[Source]) -> Evaluate:
        fact, name = attribute.fact, attribute.name
        if self.base.facts[fact].many:
            reads.add(Source("own", fact, name))
            return lambda m, b: b[fact].values[name]
        return self._cell(self.slots.of_attribute(fact, name), reads)

    def _derived(self, derived: Derived, reads: set[Source]) -> Evaluate:
        fact, name = self.base.defines[derived.name].fact, derived.name
        if fact is None:
            return self._cell(self.slots.of_define(name), reads)
        if self.base.facts[fact].many:
            reads.add(Source("own", fact, name))
            return lambda m, b: b[fact].values[name]
        reads |= {Source("all", fact, name), Source("rows", fact)}
        return lambda m, b: next((row.values[name] for row in m.rows[fact].values()), None)

    def _cell(self, slot: int, reads: set[Source]) -> Evaluate:
        reads.add(Source("cell", slot=slot))
        return lambda m, b: m.cells[slot]

    def _parameter(self, parameter: ParameterValue, reads: set[Source]) -> Evaluate:
        dated: dict[Any, list[tuple[Any, Any]]] = {}
        for row in self.base.parameters[parameter.name].rows:
            dated.setdefault(row.key, []).append((row.start, row.value))
        on = None if parameter.on is None else self._compile(parameter.on, reads)
        key = None if parameter.key is None else self._compile(parameter.key, reads)

        def evaluate(m: Memory, b: Binding) -> Any:
            day = m.as_of if on is None else on(m, b)
            chosen = None if key is None else key(m, b)
            if day is None or (key is not None and chosen is None):
                return None
            found = None
            for start, value in dated.get(chosen, ()):
                if start is not None and start > day:
                    break
                found = value
            return found

        return evaluate

    # What looks past an unknown -------------------------------------------------------------------

    def _if(self, expression: If, reads: set[Source]) -> Evaluate:
        test = self._compile(expression.condition, reads)
        then = self._compile(expression.then, reads)
        otherwise = self._compile(expression.otherwise, reads)

        def evaluate(m: Memory, b: Binding) -> Any:
            truth = test(m, b)
            if truth is None:
                value = then(m, b)
                return value if value is not None and value == otherwise(m, b) else None
            return then(m, b) if truth else otherwise(m, b)

        return evaluate

    # Many-facts -----------------------------------------------------------------------------------

    def _aggregate(self, aggregate: Aggregate, reads: set[Source]) -> Evaluate:
        if not many_facts(aggregate, self.base):
            return self._cell(self.slots.of_aggregate(aggregate), reads)
        parts, inside = self.aggregate_parts(aggregate)
        for source in inside:
            mine = source.kind == "own" and source.fact == aggregate.fact
            reads.add(Source("all", source.fact, source.name) if mine else source)
        reads.add(Source("rows", aggregate.fact))
        fact, fold = aggregate.fact, Fold(aggregate, self.base)

        def evaluate(m: Memory, b: Binding) -> Any:
            found = []
            for row in m.rows[fact].values():
                found.append((row, *parts(m, {**b, fact: row})))
            return fold(found)

        return evaluate

    def aggregate_parts(self, aggregate: Aggregate) -> tuple[Evaluate, frozenset[Source]]:
        """What an aggregate needs of one row: whether it is selected, and the value then."""
        reads: set[Source] = set()
        where = None if aggregate.where is None else self._compile(aggregate.where, reads)
        value = None if aggregate.value is None else self._compile(aggregate.value, reads)
        if aggregate.by is not None:
            reads |= {
                Source("own", aggregate.fact, name)
                for name, a in self.base.facts[aggregate.fact].attributes.items()
                if not a.never_read or name == aggregate.by
            }

        def parts(m: Memory, b: Binding) -> tuple[bool | None, Any]:
            truth = True if where is None else where(m, b)
            return truth, value(m, b) if truth and value is not None else None

        return parts, frozenset(reads)


class Fold:
    """An aggregate over (row, selected, value) triples. Many-facts are closed: what is not asserted
    is not there."""

    def __init__(self, aggregate: Aggregate, base: RuleBase) -> None:
        self.op = aggregate.op
        self.by = aggregate.by
        self.last = {"last": 1, "last_but_one": 2}.get(aggregate.op, aggregate.take)
        self.type = aggregate.type
        self.fact = base.facts[aggregate.fact]

    def __call__(self, found: list[tuple[Row, bool | None, Any]]) -> Any:
        if self.op in ("any", "all"):
            decisive = self.op == "any"
            truths = [truth for _, truth, _ in self._picked(found)]
            return decisive if decisive in truths else None if None in truths else not decisive
        if any(truth is None for _, truth, _ in found):
            return None
        picked = self._picked([triple for triple in found if triple[1]])
        if self.op == "count":
            return len(picked)
        values = [value for _, _, value in picked]
        if self.op == "last_but_one":
            values = values[:1] if len(values) > 1 else []
        if any(value is None for value in values):
            return None
        if self.op == "sum":
            total: Any = sum(values)
            return exact(total)
        if self.op == "union":
            return frozenset(member for value in values for member in value)
        if not values:
            return None
        if self.op in ("last", "last_but_one"):
            return values[0]
        extreme = min if self.op == "min" else max
        return extreme(values, key=lambda value: order_key(value, self.type))

    def _picked(
        self, found: list[tuple[Row, bool | None, Any]]
    ) -> list[tuple[Row, bool | None, Any]]:
        if self.last is None or self.by is None:
            return found
        ordered = sorted(found, key=lambda triple: triple[0].order(self.fact, self.by))
        return ordered[-self.last :] if self.last else []


def _all_of(operands: list[Evaluate]) -> Evaluate:
    def evaluate(m: Memory, b: Binding) -> bool | None:
        found: bool | None = True
        for operand in operands:
            truth = operand(m, b)
            if truth is False:
                return False
            if truth is None:
                found = None
        return found

    return evaluate


def _any_of(operands: list[Evaluate]) -> Evaluate:
    def evaluate(m: Memory, b: Binding) -> bool | None:
        found: bool | None = False
        for operand in operands:
            truth = operand(m, b)
            if truth is True:
                return True
            if truth is None:
                found = None
        return found

    return evaluate


def _strict(operator: Callable[..., Any], operands: list[Evaluate]) -> Evaluate:
    """An operator on an unknown gives unknown, whatever its other operands."""
    if len(operands) == 1:
        (only,) = operands
        return lambda m, b: None if (v := only(m, b)) is None else operator(v)
    if len(operands) == 2:
        first, second = operands

        def binary(m: Memory, b: Binding) -> Any:
            one, two = first(m, b), second(m, b)
            return None if one is None or two is None else operator(one, two)

        return binary

    def evaluate(m: Memory, b: Binding) -> Any:
        values = [operand(m, b) for operand in operands]
        return None if any(value is None for value in values) else operator(*values)

    return evaluate


def _operator(expression: Expression, base: RuleBase) -> Callable[..., Any]:
    """The exact operation on known operands, in the order of `ir.children`."""
    match expression:
        case Compare(op="=="):
            return eq
        case Compare(op="!="):
            return ne
        case Compare(op=op, left=left, right=right):
            order = _ORDERS[op]
            return lambda one, two: order(order_key(one, left.type), order_key(two, right.type))
        case In():
            return lambda value, *items: value in items
        case InRange(value=value, low=low, high=high):
            return lambda v, least, most: (
                order_key(least, low.type) <= order_key(v, value.type) <= order_key(most, high.type)
            )
        case Has():
            return lambda members, member: member in members
        case IsEmpty():
            return lambda members: not members
        case Arithmetic(op="+"):
            return lambda one, two: exact(one + two)
        case Arithmetic(op="-"):
            return lambda one, two: exact(one - two)
        case Arithmetic(op="*"):
            return lambda one, two: exact(one * two)
        case Arithmetic():
            return lambda one, two: exact(Fraction(one) / two)
        case Round(mode=mode, places=places):
            return lambda value: round_to(value, places, mode)
        case AddTime(unit=unit, sign=sign):
            return lambda day, amount: add_time(day, sign * amount, unit)
        case DaysBetween():
            return days_between
        case DayOf():
            return lambda day, year: on_day(year, day.month, day.day)
        case Extreme(op="min", left=left):
            return lambda one, two: one if _key(one, left) <= _key(two, left) else two
        case Extreme(left=left):
            return lambda one, two: two if _key(one, left) <= _key(two, left) else one
        case Format(value=operand):
            return lambda value: render_value(value, operand.type, base)
    raise AssertionError(f"only properties and examples read this: {expression!r}")


def _key(value: Any, like: Expression) -> Any:
    return order_key(value, like.type)

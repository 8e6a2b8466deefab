"""Where answers change: the values with which a rule base compares each attribute.

What flows into a comparison is followed through defines, defaults and aggregates, so that the
attributes behind a define are drawn around the cut points of the define too.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from itertools import chain, pairwise

from attrs import Factory, define

from matchrules import ir
from matchrules.ir import Expression, RuleBase
from matchrules.types import AnyDayOfYear, Date, DayOfYear, Enum, Number, SetOf, Text, Type, Value

Place = tuple[str, str]  # fact, attribute

MOST_CUTS = 48


@define
class Cuts:
    """What one attribute is compared with: values; days from `as_of`, and from other dates."""

    values: set[Value] = Factory(set)
    near: set[Place] = Factory(set)
    read: bool = False


@define
class CutPoints:
    """The cut points of a rule base. `lags` are the numbers of days that dates are moved by or
    compared with; `days` the dates that it names, `days_of_year` the days of any year."""

    attributes: dict[Place, Cuts]
    lags: set[int] = Factory(set)
    days: set[date] = Factory(set)
    days_of_year: set[DayOfYear] = Factory(set)


@define
class _Flow:
    """What can flow into the value of an expression."""

    places: set[Place] = Factory(set)
    values: set[Value] = Factory(set)

    def take(self, other: "_Flow") -> None:
        self.places |= other.places
        self.values |= other.values


def cut_points(base: RuleBase, further: Iterable[Expression] = ()) -> CutPoints:
    """The cut points of everything in a rule base, and of further expressions about it."""
    return _Finder(base).find(further)


class _Finder:
    def __init__(self, base: RuleBase) -> None:
        self.base = base
        self.flows: dict[str, _Flow] = {}
        self.found = CutPoints(
            {
                (fact.name, attribute): Cuts()
                for fact in base.facts.values() for attribute in fact.attributes
            }
        )  # fmt: skip

    def find(self, further: Iterable[Expression]) -> CutPoints:
        for expression in chain(self.base.expressions(), further):
            for node in ir.walk(expression):
                self.look_at(node)
        for parameter in self.base.parameters.values():
            for row in parameter.rows:
                if isinstance(row.value, date):
                    self.found.days.add(row.value)
                if row.start is not None:
                    self.found.days.add(row.start)
                if isinstance(row.value, DayOfYear):
                    self.found.days_of_year.add(row.value)
        return self.found

    def look_at(self, node: Expression) -> None:
        match node:
            case ir.Attribute(fact, name):
                self.found.attributes[fact, name].read = True
            case ir.Constant(value) if isinstance(value, date):
                self.found.days.add(value)
            case ir.Constant(value) if isinstance(value, DayOfYear):
                self.found.days_of_year.add(value)
            case ir.Compare(_, left, right):
                self.meet([left, right])
            case ir.In(value, items):
                self.meet([value, *items])
            case ir.InRange(value, low, high):
                self.meet([value, low, high])
            case ir.Has(set_, member):
                self.meet([set_, member])
            case ir.ParameterValue(name, _, on, key):
                rows = self.base.parameters[name].rows
                if on is not None:
                    self.give(self.flow(on), {row.start for row in rows if row.start is not None})
                if key is not None:
                    self.give(self.flow(key), {row.key for row in rows if row.key is not None})
            case ir.AddTime(_, amount, unit):
                days = {"days": 1, "weeks": 7, "months": 30, "years": 365}[unit]
                self.lag({v * days for v in self.flow(amount).values if isinstance(v, int)})

    def meet(self, sides: list[Expression]) -> None:
        """A comparison of everything that flows into its sides."""
        flow = _Flow()
        for side in sides:
            flow.take(self.flow(side))
        dates = [e for side in sides for e in ir.walk(side) if isinstance(e, ir.DaysBetween)]
        if dates:
            self.lag({v for v in flow.values if isinstance(v, int)})
            flow = _Flow()
            for between in dates:
                flow.take(self.flow(between.start))
                flow.take(self.flow(between.end))
        self.give(flow, _combined(flow.values, sides))

    def give(self, flow: _Flow, values: set[Value]) -> None:
        for place in flow.places:
            cuts = self.found.attributes[place]
            cuts.values |= values
            cuts.near |= flow.places - {place}

    def lag(self, days: set[int]) -> None:
        self.found.lags |= {abs(n) for n in days if abs(n) < 10_000}

    # What flows into a value ---------------------------------------------------------------------

    def flow(self, expression: Expression) -> _Flow:
        """Attributes and constants that the value of an expression can come from."""
        found = _Flow()
        stack = [expression]
        while stack:
            node = stack.pop()
            match node:
                case ir.Constant(value):
                    if value is not None:
                        found.values.add(value)
                case ir.Attribute(fact, name):
                    found.places.add((fact, name))
                    default = self.base.facts[fact].attributes[name].default
                    if default is not None:
                        found.take(self.of_name(f"{fact}.{name}", [default]))
                case ir.Derived(name):
                    found.take(self.of_name(name, outputs(self.base.defines[name])))
                case ir.ParameterValue(name):
                    found.values |= {row.value for row in self.base.parameters[name].rows}
                case ir.If(_, then, otherwise):
                    stack += [then, otherwise]
                case ir.Aggregate(value=value):
                    stack += [] if value is None else [value]
                case _:
                    stack.extend(ir.children(node))
        return found

    def of_name(self, name: str, sources: list[Expression]) -> _Flow:
        if name not in self.flows:
            self.flows[name] = _Flow()  # for a name that reads itself, which no book may have
            flow = _Flow()
            for source in sources:
                flow.take(self.flow(source))
            self.flows[name] = flow
        return self.flows[name]


def outputs(define: ir.Define) -> list[Expression]:
    """The expressions whose value a define or table takes."""
    if isinstance(define.body, ir.Table):
        return [row.output for row in define.body.rows]
    return [define.body]


def _combined(values: set[Value], sides: list[Expression]) -> set[Value]:
    """The values, and where a side adds or multiplies their sums and quotients too: the cut point
    of `x` in `x - 3 >= 10` is 13."""
    numbers = [v for v in values if isinstance(v, int | Fraction) and not isinstance(v, bool)]
    ops = {e.op for side in sides for e in ir.walk(side) if isinstance(e, ir.Arithmetic)}
    if not ops or len(numbers) > 8:
        return values
    found = set(values)
    for a in numbers:
        for b in numbers:
            if ops & {"+", "-"}:
                found |= {a + b, a - b}
            if "*" in ops and b:
                found.add(Fraction(a) / b)
            if "/" in ops:
                found.add(a * b)
    return found


# Pools -------------------------------------------------------------------------------------------


def pool(type_: Type, cuts: Cuts) -> tuple[Value, ...]:
    """Values of a type worth drawing, the plainest first; none for dates, which depend on the
    day of the case."""
    match type_:
        case Number():
            return _numbers(type_, cuts)
        case Enum(members=members):
            return members
        case SetOf(of=of):
            whole = sorted((v for v in cuts.values if isinstance(v, frozenset)), key=sorted)
            named = [m for m in of.members if m in cuts.values]
            pairs = [frozenset(p) for p in pairwise(named)]
            singles = [frozenset({m}) for m in (named or of.members)]
            other = [frozenset({m}) for m in of.members if m not in named][:2]
            return _once([*singles, frozenset(), *pairs, *whole, *other, frozenset(of.members)])
        case Text():
            texts = sorted(v for v in cuts.values if isinstance(v, str))
            return _once([*texts, "a", "b", "", "Zoë {x}"])
        case Date():
            return ()
        case AnyDayOfYear():
            days = sorted(v for v in cuts.values if isinstance(v, DayOfYear))
            return _once([*days, DayOfYear(9, 1), DayOfYear(2, 29), DayOfYear(12, 31)])
    return (True, False)


def _numbers(type_: Number, cuts: Cuts) -> tuple[Value, ...]:
    grid = 10 ** (type_.places or 0)
    assert type_.low is not None and type_.high is not None
    low, high = int(type_.low * grid), int(type_.high * grid)
    near: set[int] = set()
    for value in cuts.values:
        if isinstance(value, int | Fraction) and not isinstance(value, bool):
            at = int(value * grid)
            near |= {at - 1, at, at + 1}
    chosen = _thinned(sorted(n for n in near if low <= n <= high))
    middle = [(low + high) // 2, low + 1, high - 1]
    return _once([_number(n, grid) for n in [*chosen, low, high, *middle] if low <= n <= high])


def _number(scaled: int, grid: int) -> int | Fraction:
    value = Fraction(scaled, grid)
    return value.numerator if value.denominator == 1 else value


def _thinned(values: list[int]) -> list[int]:
    step = -(-len(values) // MOST_CUTS) or 1
    return values[::step]


def _once(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))

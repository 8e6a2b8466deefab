"""What expressions can be in some of all cases: attributes held to values, days, facts left out."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from matchrules import ir
from matchrules.analysis.checks.rejects import Rejects
from matchrules.dependencies import Graph, names_in, order, reachable
from matchrules.engine.operators import operate
from matchrules.ir import Expression, RuleBase
from matchrules.lazy import cached_property
from matchrules.regions import possible
from matchrules.regions.possible import EITHER, NO, UNKNOWN, YES, Possible, Range, truth
from matchrules.types import Number, Value, YesNo, add_time, exact, round_to

Days = tuple[date, date]  # the first and the last


def days_of(base: RuleBase) -> Days:
    """The days that the rule base is in force."""
    return base.start, date.max if base.end is None else base.end - timedelta(days=1)


class World:
    """A rule base with its graph, and what is worked out of it once."""

    def __init__(self, base: RuleBase, graph: Graph) -> None:
        self.base = base
        self.graph = graph
        self.place = {name: number for number, name in enumerate(order(graph))}
        self.days = days_of(base)
        self.any_case = Scene(self)
        self.any_parameter = Scene(self, parameters_as_listed=False)
        self._scenes: dict[tuple[Days, str | None], Scene] = {(self.days, None): self.any_case}

    @cached_property
    def rejects(self) -> Rejects:
        return Rejects(self.base, self.graph)

    def scene(self, days: Days | None = None, present: str | None = None) -> "Scene":
        """The scene of those days where that fact is there, the same for all who ask for it."""
        key = (days or self.days, present)
        if key not in self._scenes:
            self._scenes[key] = Scene(self, key[0], present=() if present is None else (present,))
        return self._scenes[key]


class Scene:
    """Bounds on the values of expressions, in every case that is as said.

    `fixed` holds what heads of a table are held to; `sparse` cases assert nothing else but what
    they must: no fact but those in `present`, no attribute that may be left out. Attributes
    and many-facts that are `free` are as in any case.
    """

    def __init__(
        self,
        world: World,
        days: Days | None = None,
        fixed: Mapping[Expression, Possible] | None = None,
        present: Iterable[str] = (),
        sparse: bool = False,
        free: Iterable[str] = (),
        parameters_as_listed: bool = True,
    ) -> None:
        self.world = world
        self.base = world.base
        self.days = Possible(Range(*(days or world.days)))
        self.fixed = dict(fixed or {})
        self.present = frozenset(present)
        self.sparse = sparse
        self.free = frozenset(free)
        self.parameters_as_listed = parameters_as_listed
        self._named: dict[str, Possible] = {}

    def of(self, expression: Expression) -> Possible:
        """What the expression can be."""
        if self.fixed and expression in self.fixed:
            return self.fixed[expression]
        # Defines are worked out first, those that others depend on before them, so that only the
        # nesting of one expression is recursed into.
        names = names_in(self.base, [expression])
        if any(name not in self._named for name in names):
            graph, place = self.world.graph, self.world.place
            for name in sorted(reachable(graph, names), key=place.__getitem__):
                if name not in self._named:
                    self._named[name] = self._of_name(name)
        return self._of(expression)

    def _of_name(self, name: str) -> Possible:
        define = self.base.defines.get(name)
        if define is None:
            fact, _, attribute = name.partition(".")
            return self._of_attribute(fact, attribute)
        if isinstance(define.body, ir.Table):
            return possible.within(self._of_table(define.body), define.type)
        return possible.within(self._of(define.body), define.type)

    def _of_attribute(self, fact: str, name: str) -> Possible:
        declared = self.base.facts[fact]
        attribute = declared.attributes[name]
        there = declared.many or fact in self.present
        if not self.sparse or f"{fact}.{name}" in self.free or fact in self.free:
            return possible.anything(attribute.type, unknown=not (there and attribute.required))
        if attribute.default is not None:
            return possible.within(self._of(attribute.default), attribute.type)
        if there and attribute.required:
            return possible.anything(attribute.type)
        return UNKNOWN

    def _of_table(self, table: ir.Table) -> Possible:
        outputs = []
        undecided = unmatched = False
        for row in table.rows:
            hit = self._all([self._of(test) for test in row.tests])
            if hit.exact == (False,):
                continue
            outputs.append(self._of(row.output))
            undecided = undecided or hit.unknown
            if hit.exact == (True,) and table.hit == "first":
                break
        else:
            unmatched = table.hit == "collect"
        if table.hit == "collect":
            return Possible(None, undecided or any(output.unknown for output in outputs))
        found = possible.union(outputs)
        one_value = found.singles is not None and len(found.singles) <= 1
        return found.but(found.unknown or unmatched or (undecided and not one_value))

    def _of(self, expression: Expression) -> Possible:
        if self.fixed and expression in self.fixed:
            return self.fixed[expression]
        match expression:
            case ir.Constant(None):
                return UNKNOWN
            case ir.Constant(value):
                return Possible(frozenset({value}))  # type: ignore[arg-type]
            case ir.AsOf():
                low, high = self.days.known.low, self.days.known.high  # type: ignore[union-attr]
                return Possible(frozenset({low})) if low == high else self.days
            case ir.Attribute(fact, name):
                return self._named[f"{fact}.{name}"]
            case ir.Derived(name):
                return self._named[name]
            case ir.ParameterValue():
                return self._of_parameter(expression)
            case ir.And(operands):
                return self._all([self._of(operand) for operand in operands])
            case ir.Or(operands):
                return _not(self._all([_not(self._of(operand)) for operand in operands]))
            case ir.Not(operand):
                return _not(self._of(operand))
            case ir.Shown(operand):
                found = self._of(operand)
                return truth(found.may(True), found.may(False) or found.unknown)
            case ir.IsKnown(operand):
                found = self._of(operand)
                return truth(not found.never_known, found.unknown)
            case ir.If(condition, then, otherwise):
                test = self._of(condition)
                one, two = self._of(then), self._of(otherwise)
                both = [one] if test.may(True) else []
                both += [two] if test.may(False) else []
                if test.unknown:  # what both branches are, else unknown
                    both += [one] if one.exact is not None and one.exact == two.exact else [
                        UNKNOWN, one, two]  # fmt: skip
                return possible.union(both)
            case ir.IfKnown(operand, otherwise):
                found = self._of(operand)
                if not found.unknown:
                    return found
                return possible.union([found.but(False), self._of(otherwise)])
            case ir.Aggregate():
                return self._of_aggregate(expression)
            case ir.InRange(value, low, high):
                parts = [self._of(part) for part in (value, low, high)]
                if any(part.never_known for part in parts):
                    return UNKNOWN
                ends = (ir.Compare("<=", low, value), ir.Compare("<=", value, high))
                found = self._all([self._of(end) for end in ends])
                return found.but(any(part.unknown for part in parts))
            case ir.InCase() | ir.Format():
                return Possible(None, unknown=True)
            case _ if isinstance(expression, ir.OfDecision):
                return EITHER if isinstance(expression.type, YesNo) else Possible(None, True)
        return self._operator(expression)

    def _operator(self, expression: Expression) -> Possible:
        """An operator that is unknown where an operand is."""
        operands = [self._of(child) for child in ir.children(expression)]
        if any(operand.never_known for operand in operands):
            return UNKNOWN
        work: Callable[..., Value | None] = lambda *values: operate(  # noqa: E731
            expression, list(values), self.base
        )
        tried = possible.lift(work, *operands)
        if tried is not None:
            return tried
        unknown = any(operand.unknown for operand in operands)
        match expression:
            case ir.Compare(op):
                return possible.compare(op, *operands)
            case ir.In():
                tests = [possible.compare("==", operands[0], item) for item in operands[1:]]
                return _not(self._all([_not(test) for test in tests])).but(unknown)
            case ir.Arithmetic(op):
                return possible.arithmetic(op, *operands)
            case ir.Round(_, mode, places):
                return possible.monotone(lambda v: exact(round_to(v, places, mode)), operands[0])
            case ir.Extreme(op):
                return possible.extreme(op, *operands)
            case ir.AddTime(_, _, unit, sign) if (amount := operands[1].exact) is not None:
                days = operands[0].known
                if isinstance(days, Range) and isinstance(amount[0], int):
                    ends = [add_time(day, sign * amount[0], unit) for day in (days.low, days.high)]
                    low, high = ends[0] or date.min, ends[1] or date.max
                    return Possible(Range(low, high), unknown or None in ends)
            case ir.Has() | ir.IsEmpty():
                return EITHER.but(unknown)
        leaves = isinstance(expression, ir.AddTime | ir.DayOf)  # the calendar, perhaps
        return possible.anything(expression.type, unknown or leaves)

    def _all(self, operands: list[Possible]) -> Possible:
        """Kleene's `and` of conditions that are looked at one by one."""
        yes = all(operand.may(True) for operand in operands)
        unknown = any(operand.unknown for operand in operands) and all(
            operand.may(True) or operand.unknown for operand in operands
        )
        return truth(yes, any(operand.may(False) for operand in operands), unknown)

    def _of_parameter(self, node: ir.ParameterValue) -> Possible:
        declared = self.base.parameters[node.name]
        if not self.parameters_as_listed:
            return possible.anything(declared.type, unknown=True)
        days = self.days if node.on is None else self._of(node.on)
        key = None if node.key is None else self._of(node.key)
        if days.never_known or (key is not None and key.never_known):
            return UNKNOWN
        values: set[Value] = set()
        unknown = days.unknown or (key is not None and key.unknown)
        listed = {row.key for row in declared.rows}
        if key is not None and (key.singles is None or not key.singles <= listed):
            unknown = True
        for each in listed:
            if key is not None and (each is None or not key.may(each)):
                continue
            found, gap = _in_force([r for r in declared.rows if r.key == each], days)
            values |= found
            unknown = unknown or gap
        return Possible(frozenset(values), unknown)

    def _of_aggregate(self, node: ir.Aggregate) -> Possible:
        if self.sparse and node.fact not in self.present | self.free:
            return {
                "count": Possible(frozenset({0})), "sum": Possible(frozenset({0})),
                "any": NO, "all": YES, "union": Possible(frozenset({frozenset()})),
            }.get(node.op, UNKNOWN)  # fmt: skip
        # Inside, a name stands for some other instance than the one that is held to values.
        other = self.world.any_case if self.parameters_as_listed else self.world.any_parameter
        where = YES if node.where is None else other.of(node.where)
        if node.op in ("any", "all"):
            return truth(
                node.op == "all" or where.may(True), node.op == "any" or where.may(False),
                where.unknown,
            )  # fmt: skip
        bound = self.base.facts[node.fact].bound or 0
        if node.take is not None:
            bound = min(bound, node.take)
        if node.op == "count":
            return Possible(Range(0, bound), where.unknown)
        assert node.value is not None
        value = other.of(node.value)
        unknown = where.unknown or value.unknown
        if node.op == "union":
            return Possible(None, unknown)
        if node.op == "sum":
            ends = value.known if isinstance(value.known, Range) else _ends(value.singles)
            return Possible(Range(_times(ends.low, bound, min), _times(ends.high, bound, max)),
                            unknown)  # fmt: skip
        return value.but(True)  # none to pick from


def grid(expression: Expression) -> int | None:
    """The decimal places that a number has at most; None where there is no telling."""
    match expression:
        case ir.Arithmetic("+" | "-", left, right) | ir.Extreme(_, left, right):
            both = grid(left), grid(right)
        case ir.If(_, left, right) | ir.IfKnown(left, right):
            both = grid(left), grid(right)
        case ir.Arithmetic("*", left, right):
            both = grid(left), grid(right)
            return None if None in both else sum(filter(None, both))
        case ir.Aggregate() if expression.value is not None:
            return grid(expression.value)
        case ir.Constant(int()):
            return 0
        case _:
            return expression.type.places if isinstance(expression.type, Number) else None
    return None if None in both else max(filter(None, both), default=0)


def _in_force(rows: list[ir.ParameterRow], days: Possible) -> tuple[set[Value], bool]:
    """The values of rows of one key on any of the days, and whether there may be none."""
    if isinstance(days.known, frozenset):
        found, gap = set(), False
        for day in days.known:
            started = [r for r in rows if r.start is None or r.start <= day]  # type: ignore[operator]
            gap = gap or not started
            found |= {row.value for row in started[-1:]}
        return found, gap
    low, high = (days.known.low, days.known.high) if days.known else (date.min, date.max)
    found = set()
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        ended = after is not None and after.start is not None and after.start <= low
        if not ended and (row.start is None or row.start <= high):
            found.add(row.value)
    return found, rows[0].start is not None and rows[0].start > low


def _not(operand: Possible) -> Possible:
    return truth(operand.may(False), operand.may(True), operand.unknown)


def _ends(values: frozenset[Value] | None) -> Range:
    numbers: list[Any] = [*(values or ())]
    return Range(min(numbers), max(numbers)) if numbers else Range(0, 0)


def _times(end: Any, bound: int, of: Callable[[Any, Any], Any]) -> Any:
    return None if end is None else of(0, end * bound)

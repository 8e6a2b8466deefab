"""Random expressions over what a rule base declares so far."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from matchrules import ir
from matchrules.types import AnyDayOfYear, Date, DayOfYear, Enum, Number, SetOf, Type, YesNo

COLOUR = Enum("colour", ("red", "green", "blue"))
BAND = Enum("band", ("low", "middle", "high"), ordered=True)
COUNT = Number(places=0, low=0, high=9)
SHARE = Number(places=2, low=Fraction(-2), high=Fraction(5))
PLAIN = Number(places=None)
DAY = date(2026, 6, 1)
TYPES: tuple[Type, ...] = (
    YesNo(),
    COUNT,
    SHARE,
    COLOUR,
    BAND,
    Date(),
    SetOf(COLOUR),
    AnyDayOfYear(),
)


def value_of(rng: Random, type_: Type) -> Any:
    """A value of the type, near the others."""
    match type_:
        case YesNo():
            return rng.random() < 0.5
        case Number(places=0):
            return rng.randint(0, 4)
        case Number():
            found = Fraction(rng.randint(-4, 12), 4)
            return int(found) if found.denominator == 1 else found
        case Enum(members=members):
            return rng.choice(members)
        case Date():
            return DAY + timedelta(days=rng.randint(-2, 2))
        case SetOf(of=of):
            return frozenset(m for m in of.members if rng.random() < 0.4)
        case AnyDayOfYear():
            return rng.choice([DayOfYear(2, 29), DayOfYear(9, 1), DayOfYear(6, 1)])
    return rng.choice(["a", "b", "ab"])


class Expressions:
    """Draws expressions of a type, from the names declared so far."""

    counted: tuple[str, ...] = ("keyed", "bag")  # the many-facts of aggregates

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.facts: dict[str, ir.FactDeclaration] = {}
        self.defines: dict[str, ir.Define] = {}
        self.parameters: dict[str, ir.ParameterDeclaration] = {}
        self.hidden: set[tuple[str, str]] = set()  # nothing may name these yet

    def condition(self, fact: str | None, depth: int, bare: bool = False) -> ir.Expression:
        return self.expression(YesNo(), fact, depth, bare)

    def expression(
        self, type_: Type, fact: str | None, depth: int, bare: bool = False
    ) -> ir.Expression:
        """An expression of the type; `fact` is the bound one. `bare` names attributes only where
        no default can come to depend on itself."""
        rng = self.rng
        if depth <= 0 or rng.random() < 0.12:
            return self.leaf(type_, fact, bare)
        if rng.random() < 0.12:
            return ir.If(
                self.condition(fact, depth - 1, bare),
                self.expression(type_, fact, depth - 1, bare),
                self.expression(type_, fact, depth - 1, bare), type_,
            )  # fmt: skip
        if rng.random() < 0.1:
            return ir.IfKnown(
                self.expression(type_, fact, depth - 1, bare),
                self.expression(type_, fact, 0, bare),
                type_,
            )  # fmt: skip
        if not bare and rng.random() < 0.25 and (found := self.pick(type_, fact, depth)):
            return found
        match type_:
            case YesNo():
                return self.truth(fact, depth, bare)
            case Number():
                return self.number(type_, fact, depth, bare)
            case Date():
                kind = rng.randrange(3)
                if kind == 0:
                    return ir.DayOf(
                        self.expression(AnyDayOfYear(), fact, 0, bare),
                        ir.Constant(rng.choice([2024, 2025, 9999, 10000]), PLAIN),
                    )
                if kind == 1:
                    return ir.AddTime(
                        self.expression(type_, fact, depth - 1, bare),
                        self.expression(COUNT, fact, 0, bare),
                        rng.choice(["days", "weeks", "months", "years"]), rng.choice([1, -1]),
                    )  # fmt: skip
        if isinstance(type_, Date) or (isinstance(type_, Enum) and type_.ordered):
            return ir.Extreme(
                rng.choice(["min", "max"]), self.expression(type_, fact, depth - 1, bare),
                self.expression(type_, fact, 0, bare), type_,
            )  # fmt: skip
        return self.leaf(type_, fact, bare)

    def leaf(self, type_: Type, fact: str | None, bare: bool) -> ir.Expression:
        rng = self.rng
        names: list[ir.Expression] = []
        for declaration in self.facts.values():
            if declaration.many and declaration.name != fact:
                continue
            names += [
                ir.Attribute(declaration.name, a.name, a.type)
                for a in declaration.attributes.values()
                if a.type == type_ and not a.never_read
                and not (bare and declaration.name != "alone")
                and (declaration.name, a.name) not in self.hidden
            ]  # fmt: skip
        names += [
            ir.Derived(d.name, d.type, d.fact)
            for d in self.defines.values()
            if d.type == type_ and d.fact in (None, fact)
        ]
        if type_ == COUNT:
            names.append(ir.ParameterValue("limit", COUNT))
            names.append(ir.ParameterValue("limit", COUNT, on=self.leaf(Date(), fact, bare)))
            names.append(ir.ParameterValue("per_colour", COUNT, key=self.leaf(COLOUR, fact, bare)))
        if type_ == Date():
            names.append(ir.AsOf())
        if names and rng.random() < 0.8:
            return rng.choice(names)
        value = None if rng.random() < 0.1 else value_of(rng, type_)
        return ir.Constant(value, type_)

    def truth(self, fact: str | None, depth: int, bare: bool) -> ir.Expression:
        rng = self.rng
        below = depth - 1
        kind = rng.randrange(10)
        if kind < 3:
            operands = tuple(self.condition(fact, below, bare) for _ in range(rng.randint(2, 3)))
            return ir.And(operands) if rng.random() < 0.6 else ir.Or(operands)
        if kind == 3:
            return ir.Not(self.condition(fact, below, bare))
        if kind == 4:
            return ir.Shown(self.condition(fact, below, bare))
        type_ = rng.choice(TYPES)
        if kind == 5:
            return ir.IsKnown(self.expression(type_, fact, below, bare))
        if kind == 6:
            members = self.expression(SetOf(COLOUR), fact, below, bare)
            if rng.random() < 0.5:
                return ir.IsEmpty(members)
            return ir.Has(members, self.expression(COLOUR, fact, 0, bare))
        return self.comparison(self.expression(type_, fact, below, bare), fact, bare)

    def comparison(
        self, left: ir.Expression, fact: str | None, bare: bool = False
    ) -> ir.Expression:
        rng = self.rng
        ordered = isinstance(left.type, Number | Date | AnyDayOfYear) or (
            isinstance(left.type, Enum) and left.type.ordered
        )
        op = rng.choice(["==", "!=", "<", "<=", ">", ">="] if ordered else ["==", "!="])
        right: ir.Expression = ir.Constant(value_of(rng, left.type), left.type)
        if rng.random() < 0.3:
            right = self.leaf(left.type, fact, bare)
        if rng.random() < 0.1:
            left, right = right, left
        return ir.Compare(op, left, right)

    def number(self, type_: Number, fact: str | None, depth: int, bare: bool) -> ir.Expression:
        rng = self.rng
        kind = rng.randrange(5)
        if kind == 0:
            days = ir.DaysBetween(
                self.expression(Date(), fact, 0, bare), self.expression(Date(), fact, 0, bare)
            )
            return self.stored(days, type_)
        if kind == 1:
            return ir.Extreme(
                rng.choice(["min", "max"]), self.expression(type_, fact, depth - 1, bare),
                self.expression(type_, fact, 0, bare), type_,
            )  # fmt: skip
        op = rng.choice(["+", "-", "*", "/"])
        left = self.expression(type_, fact, depth - 1, bare)
        right: ir.Expression = self.expression(type_, fact, 0, bare)
        if op in ("*", "/"):
            right = ir.Constant(rng.choice([1, 2, 3, Fraction(1, 2)]), PLAIN)
        return self.stored(ir.Arithmetic(op, left, right, PLAIN), type_)  # type: ignore[arg-type]

    def stored(self, value: ir.Expression, type_: Number) -> ir.Expression:
        """Rounded, and nearly always bounded, as an author would."""
        rng = self.rng
        places = type_.places or 0
        value = ir.Round(value, rng.choice(["down", "up", "nearest"]), places, type_)
        if rng.random() < 0.05:
            return value
        low, high = ir.Constant(type_.low, type_), ir.Constant(type_.high, type_)
        return ir.Extreme("min", ir.Extreme("max", value, low, type_), high, type_)

    # Aggregates ----------------------------------------------------------------------------------

    def pick(self, type_: Type, fact: str | None, depth: int) -> ir.Expression | None:
        rng = self.rng
        ops: Sequence[str] = {
            YesNo(): ("any", "all", "last"), COUNT: ("count", "min", "max", "last"),
            SetOf(COLOUR): ("union", "last"),
        }.get(type_, ("min", "max", "last", "last_but_one"))  # fmt: skip
        if type_ in (COLOUR, AnyDayOfYear()):
            ops = ("last", "last_but_one")
        op = rng.choice(ops)
        over = rng.choice(self.counted)
        # Inside, the instance of the aggregate is bound, and the outer one still is.
        inner = self.bound(fact, over)
        where = inner(YesNo(), depth - 1) if rng.random() < 0.7 or op in ("any", "all") else None
        value = None if op in ("count", "any", "all") else inner(type_, depth - 1)
        by = take = None
        if op in ("last", "last_but_one"):
            by = "when"
        elif rng.random() < 0.2:
            by, take = "when", rng.randint(1, 3)
        return ir.Aggregate(
            op,
            over,
            type_,
            value,
            where,
            by,
            take,
            source=f"{op}({over} {rng.random()})",  # type: ignore[arg-type]
        )

    def bound(self, outer: str | None, over: str) -> Any:
        def expression(type_: Type, depth: int) -> ir.Expression:
            # Either names of the counted fact, or of the outer instance.
            both = outer is not None and outer != over and self.rng.random() < 0.3
            return self.expression(type_, outer if both else over, max(depth, 0))

        return expression

"""Small random rule bases whose cases can be counted out, one by one.

Every attribute has a few values. A type that has more of them (a date has no range at all) is cut
down by a `reject` of everything else, so that the list is complete whatever the type: a case with
any other value is not valid. The days of the era are few as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product
from math import comb, prod
from random import Random
from typing import Any

from attrs import evolve, frozen
from random_bases import Builder
from random_expressions import BAND, COLOUR, COUNT, DAY, SHARE, TYPES
from small_properties import properties

from matchrules import ir
from matchrules.case.model import Case
from matchrules.case.validation import canonical
from matchrules.types import AnyDayOfYear, Date, DayOfYear, Number, SetOf, Type, YesNo

Place = tuple[str, str]
Values = tuple[Any, ...]
MANY = 2  # instances of a many-fact

# Days that are near what is compared with, ends of months, leap days, the ends of the calendar.
DAYS = (
    *(DAY + timedelta(days=n) for n in (-2, -1, 0, 1, 2)),
    date(2024, 1, 31), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28),
    date(2025, 12, 31), date(2026, 3, 31), date(2000, 2, 29), date(1900, 2, 28), date(1, 1, 1),
    date(9999, 12, 31), date(9999, 12, 30), date(9999, 2, 28), date(2026, 8, 31), date(2026, 9, 1),
)  # fmt: skip
FOR = {"must_not": "must", "should_not": "should", "need_not": "may"}


@frozen
class SmallBook:
    """A rule base, and every value that each attribute has in a valid case."""

    base: ir.RuleBase
    values: Mapping[Place, Values]

    @property
    def days(self) -> list[date]:
        assert self.base.end is not None
        count = (self.base.end - self.base.start).days
        return [self.base.start + timedelta(days=n) for n in range(count)]

    def cases(self) -> Iterator[Case]:
        """Every case that may be valid."""
        names = list(self.base.facts)
        for facts in product(*(self.bags(self.base.facts[name]) for name in names)):
            for day in self.days:
                yield Case(day, dict(zip(names, facts, strict=True)))

    def bags(self, fact: ir.FactDeclaration) -> list[tuple[dict[str, Any], ...]]:
        """Every way in which a fact can be there."""
        one = self.instances(fact)
        found: list[Sequence[dict[str, Any]]] = [(), *((i,) for i in one)]
        if fact.many:
            pairs = combinations if fact.keys else combinations_with_replacement
            found += [
                canonical(fact, pair)  # type: ignore[misc]
                for pair in pairs(one, MANY)
                if not fact.keys or pair[0]["id"] != pair[1]["id"]
            ]
        return [tuple(bag) for bag in found]

    def instances(self, fact: ir.FactDeclaration) -> list[dict[str, Any]]:
        """Every instance that there can be, one of which nothing is known among them."""
        names = list(fact.attributes)
        choices = [choice(fact.attributes[n], self.values[fact.name, n]) for n in names]
        return [dict(zip(names, values, strict=True)) for values in product(*choices)]


def choice(attribute: ir.AttributeDeclaration, values: Values) -> Values:
    """The values, and the unknown where an attribute may be unknown."""
    return values if attribute.required else (None, *values)


def count(declarations: Mapping[str, ir.FactDeclaration], values: Mapping[Place, Values]) -> int:
    """How many cases there are on one day (no fewer)."""
    total = 1
    for fact in declarations.values():
        one = prod(len(choice(a, values[fact.name, n])) for n, a in fact.attributes.items())
        total *= 1 + one + (comb(one + 1, 2) if fact.many else 0)
    return total


def every(type_: Type) -> Values | None:
    """All values of a type that has few, no matter which."""
    match type_:
        case YesNo():
            return (False, True)
        case SetOf(of=of):
            members = of.members
            return tuple(
                frozenset(c) for n in range(len(members) + 1) for c in combinations(members, n)
            )
        case _ if type_ in (COLOUR, BAND):
            return type_.members  # type: ignore[union-attr]
        case Number(places=0):
            return tuple(range(10))
    return None


def some(rng: Random, type_: Type, least: int = 1) -> Values:
    """Two or three values of a type."""
    how_many = max(least, rng.choice((1, 2, 2, 3)))
    if isinstance(type_, Date):
        pool: Sequence[Any] = DAYS[:5] if rng.random() < 0.5 else DAYS
    elif type_ == SHARE:
        pool = [Fraction(n, 100) for n in (-200, -50, -25, -1, 0, 25, 50, 99, 100, 150, 500)]
        pool = [int(v) if v.denominator == 1 else v for v in pool]
    elif isinstance(type_, AnyDayOfYear):
        pool = [DayOfYear(2, 29), DayOfYear(9, 1), DayOfYear(6, 1), DayOfYear(12, 31)]
    else:
        pool = every(type_) or ()
        if type_ == COUNT and rng.random() < 0.7:
            pool = range(4)
    return tuple(rng.sample(list(pool), min(how_many, len(pool))))


class SmallBuilder(Builder):
    """Builds one small base of at most so many cases; `peaceful` bases seldom contradict."""

    def __init__(self, seed: int, most: int) -> None:
        super().__init__(seed)
        self.most = most
        self.values: dict[Place, Values] = {}
        self.whole: set[Place] = set()  # attributes that are not cut down
        self.peaceful = self.rng.random() < 0.6

    def small(self) -> SmallBook:
        rng = self.rng
        self.declare()
        days = rng.choice((1, 1, 2, 3))
        while days > 1 and days * count(self.facts, self.values) > self.most:
            days -= 1
        self.limits()
        self.many = [name for name, fact in self.facts.items() if fact.many]
        self.counted = tuple(self.many)
        keyed = [name for name in self.many if self.facts[name].keys]
        self.each = (None, None, "alone", *keyed, *keyed)
        for n in range(rng.randint(1, 4)):
            self.define(f"d.v{n}", None)
        for fact in ("alone", *self.many):
            if rng.random() < 0.6:
                self.define(f"{fact}.x", fact)
        for n in range(4, 4 + rng.randint(0, 2)):
            self.define(f"d.v{n}", None)
        self.defaults()
        rules = self.rules()
        if self.peaceful:
            rules = {name: peaceful(rule) for name, rule in rules.items()}
        rejects = tuple(self.rejects())
        start = DAY - timedelta(days=rng.randint(0, days - 1))
        subjects = {
            name: ir.SubjectDeclaration(name, {"a": COUNT, "b": COLOUR}, unique=unique)
            for name, unique in (("one", False), ("two", not self.peaceful), ("three", False))
        }
        base = ir.RuleBase(
            start=start, end=start + timedelta(days=days),
            rulesets={"r": ir.Ruleset("r", "1", start)}, sources={},
            enums={
                e.name: ir.EnumDeclaration(e, {m: m.upper() for m in e.members})
                for e in (BAND, COLOUR)
            },
            facts=dict(sorted(self.facts.items())), parameters=self.parameters,
            advice={"plan": ir.AdviceDeclaration("plan", subjects)},
            defines=dict(sorted(self.defines.items())), rules=rules, rejects=rejects,
        )  # fmt: skip
        self.hidden = set()
        return SmallBook(evolve(base, properties=properties(self, base)), self.values)

    # Declarations --------------------------------------------------------------------------------

    def declare(self) -> None:
        """Facts of few values, fewer until there are no more cases than asked for."""
        rng = self.rng
        self.fact("alone")
        self.fact("other")
        if rng.random() < 0.75:
            self.fact(*rng.choice([("keyed", MANY, True), ("bag", MANY, False)]))
        while count(self.facts, self.values) > self.most:
            many = sorted(p for p, v in self.values.items() if len(v) > 1 + (p[1] == "id"))
            if not many or rng.random() < 0.3:
                self.drop()
                continue
            place = rng.choice(many)
            self.values[place] = self.values[place][:-1]
            self.whole.discard(place)

    def drop(self) -> None:
        """One attribute less, one that nothing needs and that is not the last one of its fact."""
        free = [
            p
            for p in self.values
            if p[1] not in ("id", "when") and len(self.facts[p[0]].attributes) > 1
        ]
        if not free:
            return
        gone = self.rng.choice(sorted(free))
        del self.values[gone]
        fact = self.facts[gone[0]]
        rest = {n: a for n, a in fact.attributes.items() if n != gone[1]}
        self.facts[gone[0]] = evolve(fact, attributes=rest)

    def fact(self, name: str, bound: int | None = None, key: bool = False) -> None:
        rng = self.rng
        attributes = []
        if key:
            attributes.append(ir.AttributeDeclaration("id", COUNT, key=True))
        if bound is not None or rng.random() < 0.5:
            attributes.append(ir.AttributeDeclaration("when", Date(), optional=bound is None))
        for n in range(rng.randint(1, 2 if bound else 3)):
            attributes.append(
                ir.AttributeDeclaration(f"a{n}", rng.choice(TYPES), optional=rng.random() < 0.75)
            )
        for attribute in attributes:
            place, all_ = (name, attribute.name), every(attribute.type)
            if all_ is not None and len(all_) <= 4 and rng.random() < 0.8:
                self.values[place] = all_
                self.whole.add(place)
            else:
                self.values[place] = some(rng, attribute.type, 2 if attribute.key else 1)
        self.facts[name] = ir.FactDeclaration(
            name, {a.name: a for a in attributes}, bound, ruleset="r"
        )

    def limits(self) -> None:
        """Parameters, dated and by a key."""
        rng = self.rng
        for name, key in (("limit", None), ("per_colour", COLOUR)):
            keys = [None] if key is None else rng.sample(COLOUR.members, 2)
            starts = [None, DAY - timedelta(1), DAY, DAY + timedelta(1), date(2025, 3, 1)]
            rows = {(rng.choice(starts), k) for k in keys for _ in range(2)}
            self.parameters[name] = ir.ParameterDeclaration(
                name, COUNT,
                tuple(
                    ir.ParameterRow(rng.randint(0, 4), k, start)
                    for start, k in sorted(rows, key=lambda row: (row[0] or date.min, str(row[1])))
                ),
                key, ruleset="r",
            )  # fmt: skip

    def rejects(self) -> Iterator[ir.Reject]:
        """What keeps the cases few, and now and then another one."""
        for place, values in sorted(self.values.items()):
            fact, name = place
            if place in self.whole:
                continue
            attribute = ir.Attribute(fact, name, self.facts[fact].attributes[name].type)
            items = tuple(ir.Constant(v, attribute.type) for v in values)
            when = ir.Not(ir.In(attribute, items))
            yield ir.Reject(
                f"{fact}.{name}", ir.Template(("no",)), when,
                fact if self.facts[fact].many else None, "r",
            )  # fmt: skip
        if self.rng.random() < 0.3:
            over = self.rng.choice([None, *self.many])
            yield ir.Reject(
                "further", ir.Template(("no",)),
                ir.And((self.condition(over, 1), self.condition(over, 1))), over, "r",
            )  # fmt: skip

    # Expressions ---------------------------------------------------------------------------------

    def table(self, type_: Type, fact: str | None) -> ir.Table:
        """Without gaps and overlaps where the base is peaceful."""
        table = super().table(type_, fact)
        if not self.peaceful or table.hit == "collect":
            return table
        rows = table.rows
        if any(test != ir.TRUE for test in rows[-1].tests):
            rows = (*rows, ir.Row((ir.TRUE,) * len(table.heads), rows[-1].output))
        if table.hit == "first":
            return evolve(table, rows=rows)
        return self.parted(type_, fact)

    def parted(self, type_: Type, fact: str | None) -> ir.Table:
        """A table of rows that exclude one another and leave nothing out."""
        rng = self.rng
        head = self.expression(rng.choice((COLOUR, BAND, YesNo(), COUNT)), fact, 1)
        tests: list[ir.Expression] = []
        if isinstance(head.type, Number):
            cut = rng.randint(0, 4)
            bounds = (-1000, cut), (cut + 1, cut + 2), (cut + 3, 1000)
            tests = [
                ir.InRange(head, ir.Constant(low, COUNT), ir.Constant(high, COUNT))
                for low, high in bounds
            ]
        else:
            members = every(head.type) or ()
            tests = [
                ir.In(head, tuple(ir.Constant(m, head.type) for m in part))
                for part in (members[:1], members[1:])
            ]
        if rng.random() < 0.7:
            tests.append(ir.Not(ir.IsKnown(head)))
        rng.shuffle(tests)
        rows = tuple(ir.Row((test,), self.expression(type_, fact, 1)) for test in tests)
        return ir.Table("unique", (head,), rows)

    def stored(self, value: ir.Expression, type_: Number) -> ir.Expression:
        found = super().stored(value, type_)
        if isinstance(found, ir.Round) and self.peaceful:
            low, high = ir.Constant(type_.low, type_), ir.Constant(type_.high, type_)
            return ir.Extreme("max", ir.Extreme("min", found, high, type_), low, type_)
        return found

    def template(self, fact: str | None) -> ir.Template:
        """A text that reads nothing: texts are not proved."""
        return ir.Template(("it is",))

    def pick(self, type_: Type, fact: str | None, depth: int) -> ir.Expression | None:
        if not self.counted:
            return None
        if isinstance(type_, Number) and self.rng.random() < 0.25:
            over = self.rng.choice(self.counted)
            inner = self.bound(fact, over)
            where = inner(YesNo(), depth - 1) if self.rng.random() < 0.5 else None
            take = self.rng.choice((None, None, 1, 2))
            total = ir.Aggregate(
                "sum", over, type_, inner(type_, depth - 1), where,
                None if take is None else "when", take, source=f"sum({self.rng.random()})",
            )  # fmt: skip
            return self.stored(total, type_)
        return super().pick(type_, fact, depth)


def peaceful(rule: ir.Rule) -> ir.Rule:
    """The rule, never against anything."""
    return evolve(
        rule,
        thens=tuple(evolve(t, strength=FOR.get(t.strength, t.strength)) for t in rule.thens),
    )


def small_book(seed: int, most: int = 600) -> SmallBook:
    """The same base for a seed wherever it is drawn."""
    return SmallBuilder(seed, most).small()

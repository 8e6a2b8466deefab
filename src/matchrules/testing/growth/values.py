"""Dates, days of a year, members, sets and texts."""

from abc import ABC

from attrs import define

from matchrules.testing.growth.numbers import Numbers
from matchrules.testing.growth.soil import DAYS
from matchrules.testing.growth.world import ATOM, CONDITIONAL, LINK, LOGIC, PRODUCT, SUM, Piece
from matchrules.types import AnyDayOfYear, Date, Number, SetOf, Type, YesNo

TIMES = ("days", "weeks", "months", "years")


@define
class Values(Numbers, ABC):
    """Grows values that are no numbers."""

    def value(self, type_: Type, depth: int) -> Piece:
        if isinstance(type_, YesNo):
            return self.condition(depth)
        if isinstance(type_, Number):
            return self.number(type_.unit, depth)
        ways = [self.plain_value]
        if depth > 0:
            ways += [self.plain_value, self.value_if, self.value_if_known]
            if self.world.many and self.bound.inside is None:
                ways += [self.picked] * 2
            if isinstance(type_, Date):
                ways += [self.date_plus, self.date_plus, self.day_of, self.date_extreme]
        return self.draws.pick(ways)(type_, depth - 1)

    def read(self, type_: Type) -> Piece | None:
        """A name or a parameter of that type, if there is one."""
        named = self.world.names(self.bound, lambda t: t == type_)
        parameters = [p for p in self.world.parameters if p.type == type_]
        at = self.draws.below(len(named) + min(2, len(parameters)))
        if at < len(named):
            return self.named(named[at])
        return self.parameter(self.draws.pick(parameters).name) if parameters else None

    def plain_value(self, type_: Type, depth: int) -> Piece:
        if isinstance(type_, Date) and self.draws.chance(4):
            return Piece("as_of", type_)
        found = None if self.draws.chance(4) else self.read(type_)
        return self.literal(type_) if found is None else found

    def value_if(self, type_: Type, depth: int) -> Piece:
        left, right = self.value(type_, depth), self.value(type_, depth)
        text = f"{left.at(LOGIC)} if {self.condition(depth).at(LOGIC)} else {right.text}"
        return Piece(text, type_, CONDITIONAL)

    def value_if_known(self, type_: Type, depth: int) -> Piece:
        left = self.read(type_) or self.plain_value(type_, 0)
        right = "unknown" if self.draws.chance(4) else self.value(type_, depth).text
        return Piece(f"{left.at(LOGIC)} if known else {right}", type_, CONDITIONAL)

    def picked(self, type_: Type, depth: int) -> Piece:
        """Of a many-fact: the last one's, or for sets the union."""
        many = self.draws.pick(self.world.many)
        values = self.world.values_of(many.name, lambda t: t == type_)
        if not values:
            return self.plain_value(type_, depth)
        ops = ["last", "last but one"]
        if isinstance(type_, SetOf):
            ops = ["union", "last"]
        elif isinstance(type_, Date):
            ops += ["min", "max"]
        text = self.aggregate(
            self.draws.pick(ops), many, self.draws.pick(values).text, depth
        )
        return Piece(text, type_)

    def date_plus(self, type_: Type, depth: int) -> Piece:
        unit = self.draws.pick(TIMES)
        day = self.value(type_, depth)
        amounts = self.world.names(
            self.bound, lambda t: isinstance(t, Number) and t.unit == unit and t.places == 0
        )
        if amounts and self.draws.chance(2):
            amount = self.named(self.draws.pick(amounts))
        else:
            amount = self.literal(Number(0, 1, 28, unit))
        op = self.draws.pick("+-")
        return Piece(f"{day.at(SUM)} {op} {amount.at(PRODUCT)}", type_, SUM)

    def day_of(self, type_: Type, depth: int) -> Piece:
        day = self.read(AnyDayOfYear()) or self.literal(AnyDayOfYear())
        return Piece(f"{day.at(ATOM)} of {self.year().at(ATOM)}", type_, LINK)

    def date_extreme(self, type_: Type, depth: int) -> Piece:
        left, right = self.value(type_, depth), self.draws.pick(DAYS)
        return Piece(f"{self.draws.pick(('min', 'max'))}({left.text}, {right})", type_)

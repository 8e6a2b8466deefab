"""Numbers: with a unit, with the bounds of their values."""

from abc import ABC
from fractions import Fraction

from attrs import define, evolve

from matchrules.testing.growth.soil import Soil
from matchrules.testing.growth.world import (
    ATOM,
    BETWEEN,
    CONDITIONAL,
    LINK,
    LOGIC,
    PRODUCT,
    ROUNDED,
    SUM,
    ManyFact,
    Piece,
)
from matchrules.types import Date, Number, Type

LARGE = 10**6
YEAR = Number(0, 2020, 2030)


def bounds(type_: Type) -> tuple[Fraction, Fraction]:
    """The bounds of a number's values."""
    assert isinstance(type_, Number) and type_.low is not None and type_.high is not None
    return Fraction(type_.low), Fraction(type_.high)


def hull(left: Type, right: Type) -> Number:
    """The type of a value that comes from either."""
    assert isinstance(left, Number) and isinstance(right, Number)
    low = min(bounds(left)[0], bounds(right)[0])
    high = max(bounds(left)[1], bounds(right)[1])
    places = (
        None if left.places is None or right.places is None else max(left.places, right.places)
    )
    return Number(places, low, high, left.unit or right.unit)


@define
class Numbers(Soil, ABC):
    """Grows numbers."""

    def number(self, unit: str | None, depth: int) -> Piece:
        ways = [self.plain_number]
        if depth > 0:
            ways += [
                self.plain_number, self.sum_of, self.product, self.quotient, self.extreme,
                self.number_if, self.number_if_known, self.rounded,
            ]  # fmt: skip
            if self.world.many and self.bound.inside is None:
                ways += [self.aggregate_number] * 3
            if unit == "days":
                ways += [self.days_between] * 3
        return self.draws.pick(ways)(unit, depth - 1)

    def plain_number(self, unit: str | None, depth: int) -> Piece:
        """An attribute, define or parameter where there is one; else a literal."""
        named = self.world.names(self.bound, lambda t: isinstance(t, Number) and t.unit == unit)
        parameters = [
            p for p in self.world.parameters if isinstance(p.type, Number) and p.type.unit == unit
        ]
        at = self.draws.below(len(named) + min(2, len(parameters)) + 1)
        if at < len(named):
            return self.named(named[at])
        if at < len(named) + min(2, len(parameters)):
            return self.parameter(self.draws.pick(parameters).name)
        return self.literal(Number(0, 0 if unit is None else 1, 9, unit))

    def parameter(self, name: str) -> Piece:
        """A parameter: on `as_of`, `on` a date, `for` a key."""
        parameter = next(p for p in self.world.parameters if p.name == name)
        text = name
        if parameter.key is not None:
            key = self.year() if parameter.key == YEAR else self.value(parameter.key, 0)
            text += f" for {key.at(ATOM)}"
        if self.draws.chance(3):
            text += f" on {self.value(Date(), 0).at(ATOM)}"
        return Piece(text, parameter.type, ATOM if text == name else LINK)

    def sum_of(self, unit: str | None, depth: int) -> Piece:
        left, right = self.number(unit, depth), self.number(unit, depth)
        (low, high), (least, most) = bounds(left.type), bounds(right.type)
        op = self.draws.pick("+-")
        first, last = (low + least, high + most) if op == "+" else (low - most, high - least)
        type_ = evolve(hull(left.type, right.type), low=first, high=last)
        return self.kept(
            Piece(f"{left.at(SUM)} {op} {right.at(PRODUCT)}", type_, SUM), unit
        )

    def product(self, unit: str | None, depth: int) -> Piece:
        left, factor = self.number(unit, depth), self.draws.between(0, 4)
        (low, high), places = bounds(left.type), _places(left)
        text = f"{left.at(PRODUCT)} * {factor}"
        type_ = Number(places, low * factor, high * factor, unit)
        return self.kept(Piece(text, type_, PRODUCT), unit)

    def quotient(self, unit: str | None, depth: int) -> Piece:
        """By a plain number; or, for a plain quotient, by a literal of its own unit."""
        own, left = unit, self.number(unit, depth)
        with_unit = self.world.names(
            self.bound, lambda t: isinstance(t, Number) and t.unit is not None
        )
        if unit is None and with_unit and self.draws.chance(2):
            left = self.named(self.draws.pick(with_unit))
            assert isinstance(left.type, Number)
            own = left.type.unit
        divisor = self.draws.pick((2, 3, 7))
        low, high = bounds(left.type)
        word = f" {own}" if own is not None and unit is None else ""
        type_ = Number(None, low / divisor, high / divisor, unit)
        return Piece(f"{left.at(PRODUCT)} / {divisor}{word}", type_, PRODUCT)

    def rounded(self, unit: str | None, depth: int) -> Piece:
        inner = self.number(unit, depth)
        mode = self.draws.pick(("nearest", "down", "up"))
        low, high = bounds(inner.type)
        type_ = Number(0, int(low) - 1, int(high) + 1, unit)
        return Piece(f"{inner.at(SUM)} rounded {mode}", type_, ROUNDED)

    def extreme(self, unit: str | None, depth: int) -> Piece:
        left, right = self.number(unit, depth), self.number(unit, depth)
        op = self.draws.pick(("min", "max"))
        return Piece(f"{op}({left.text}, {right.text})", hull(left.type, right.type))

    def number_if(self, unit: str | None, depth: int) -> Piece:
        left, right = self.number(unit, depth), self.number(unit, depth)
        condition = self.condition(depth).at(LOGIC)
        text = f"{left.at(LOGIC)} if {condition} else {right.text}"
        return Piece(text, hull(left.type, right.type), CONDITIONAL)

    def number_if_known(self, unit: str | None, depth: int) -> Piece:
        left = self.number(unit, depth)
        if self.draws.chance(4):
            return Piece(f"{left.at(LOGIC)} if known else unknown", left.type, CONDITIONAL)
        right = self.number(unit, depth)
        text = f"{left.at(LOGIC)} if known else {right.text}"
        return Piece(text, hull(left.type, right.type), CONDITIONAL)

    def days_between(self, unit: str | None, depth: int) -> Piece:
        start, end = self.value(Date(), depth), self.value(Date(), depth)
        type_ = Number(0, -9999, 9999, "days")
        return Piece(f"days between {start.at(SUM)} and {end.at(SUM)}", type_, BETWEEN)

    def aggregate_number(self, unit: str | None, depth: int) -> Piece:
        """count, sum, min, max, last, last but one."""
        many = self.draws.pick(self.world.many)
        values = self.world.values_of(
            many.name, lambda t: isinstance(t, Number) and t.unit == unit
        )
        if not values or (unit is None and self.draws.chance(2)):
            if unit is not None:
                return self.plain_number(unit, depth)
            return Piece(self.aggregate("count", many, None, depth), Number(0, 0, many.bound))
        name = self.draws.pick(values)
        op = self.draws.pick(("sum", "sum", "max", "min", "last", "last but one"))
        low, high = bounds(name.type)
        if op == "sum":
            low, high = min(low * many.bound, Fraction(0)), max(high * many.bound, Fraction(0))
        assert isinstance(name.type, Number)
        type_ = Number(name.type.places, low, high, unit)
        return Piece(self.aggregate(op, many, name.text, depth), type_)

    def aggregate(self, op: str, many: ManyFact, value: str | None, depth: int) -> str:
        """`op(fact.value by … where …)`."""
        text = f"{op}({value or many.name}"
        if op.startswith("last"):
            text += f" by {many.by}"
        elif self.draws.chance(5):
            text += f" last {self.draws.between(1, 2)} by {many.by}"
        if op in ("any", "all") or not self.draws.chance(3):
            text += f" where {self.inside(many).condition(min(depth, 1)).text}"
        return text + ")"

    def year(self) -> Piece:
        """A year: for `D of YEAR`."""
        named = self.world.names(self.bound, lambda t: t == YEAR)
        if named and not self.draws.chance(3):
            return self.named(self.draws.pick(named))
        return Piece(str(self.draws.between(2023, 2027)), YEAR)

    def kept(self, piece: Piece, unit: str | None) -> Piece:
        """The piece, or something plain where its values grow too large."""
        low, high = bounds(piece.type)
        return piece if max(-low, high) <= LARGE else self.plain_number(unit, 0)


def _places(piece: Piece) -> int | None:
    assert isinstance(piece.type, Number)
    return piece.type.places

"""What every kind of expression grows on: choices, the world, and literals."""

from abc import abstractmethod
from datetime import date, timedelta
from fractions import Fraction

from attrs import define, evolve

from matchrules.prove.saving import quoted
from matchrules.testing.growth.draws import Draws
from matchrules.testing.growth.world import (
    ATOM,
    MINUS,
    Bound,
    ManyFact,
    Named,
    Piece,
    World,
    digits,
)
from matchrules.types import (
    MONTHS,
    TIME_UNITS,
    AnyDayOfYear,
    Date,
    DayOfYear,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    Value,
    YesNo,
)

NOWHERE = Bound()
DAYS = tuple(date(2024, 1, 1) + timedelta(days=n) for n in (0, 59, 121, 243, 365, 520, 730, 900))
DAYS_OF_YEAR = (DayOfYear(9, 1), DayOfYear(2, 29), DayOfYear(12, 31), DayOfYear(1, 1))
TEXTS = ("a", "b", "", "ä {x}", 'say "so"')


@define
class Soil:
    """Draws, the world so far, and which instances are bound."""

    draws: Draws
    world: World
    bound: Bound = NOWHERE

    @abstractmethod
    def condition(self, depth: int) -> Piece:
        """A yes_no expression."""

    @abstractmethod
    def number(self, unit: str | None, depth: int) -> Piece:
        """A number of that unit."""

    @abstractmethod
    def value(self, type_: Type, depth: int) -> Piece:
        """An expression of that type (of a number: only the unit counts)."""

    def inside(self, many: ManyFact) -> "Soil":
        """The same soil inside an aggregate over a many-fact."""
        return evolve(self, bound=evolve(self.bound, inside=many.name))

    def named(self, name: Named) -> Piece:
        return name.said(self.bound, bare=not self.draws.chance(3))

    def literal_value(self, type_: Type) -> Value:
        """A value of a type with bounds."""
        draws = self.draws
        match type_:
            case YesNo():
                return not draws.chance(2)
            case Number(places=places, low=low, high=high):
                assert low is not None and high is not None
                grid = 10 ** (places or 0)
                first, last = int(low * grid), int(high * grid)
                options = sorted({first, (first + last) // 2, first + 1, last - 1, last})
                return Fraction(draws.pick([n for n in options if first <= n <= last]), grid)
            case Text():
                return draws.pick(TEXTS)
            case Date():
                return draws.pick(DAYS)
            case AnyDayOfYear():
                return draws.pick(DAYS_OF_YEAR)
            case Enum(members=members):
                return draws.pick(members)
            case SetOf(of=of):
                return frozenset(draws.some(of.members))
        raise AssertionError(type_)

    def literal(self, type_: Type) -> Piece:
        """A literal of that type, as it is written."""
        return self.written(self.literal_value(type_), type_)

    def written(self, value: Value, type_: Type) -> Piece:
        """A value as a literal of the language."""
        match value:
            case bool():
                return Piece("yes" if value else "no", type_)
            case int() | Fraction():
                assert isinstance(type_, Number)
                exact = Number(type_.places, value, value, type_.unit)
                text = digits(value, type_.places or 0)
                unit = self.unit_word(text, type_.unit)
                return Piece(text + unit, exact, MINUS if value < 0 else ATOM)
            case DayOfYear():
                return Piece(f"{value.day} {MONTHS[value.month - 1]}", type_)
            case frozenset():
                members = type_.of.members if isinstance(type_, SetOf) else ()
                return Piece(f"({', '.join(m for m in members if m in value)})", type_)
            case str() if isinstance(type_, Text):
                return Piece(quoted(value), type_)
        return Piece(str(value), type_)

    def unit_word(self, number: str, unit: str | None) -> str:
        """The unit after a literal: time units always, others now and then."""
        if unit not in self.world.units() or (unit not in TIME_UNITS and self.draws.chance(2)):
            return ""
        assert unit is not None
        return f" {unit[:-1] if abs(Fraction(number)) == 1 else unit}"

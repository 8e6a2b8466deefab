"""What a growing book has declared so far, and how it is written."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from attrs import Factory, define, evolve, frozen

from matchrules.types import (
    TIME_UNITS,
    AnyDayOfYear,
    Date,
    Enum,
    Number,
    SetOf,
    Text,
    Type,
    YesNo,
)

# How tightly a piece of text binds; an operand that binds less is put in parentheses.
CONDITIONAL, LOGIC, NOT, COMPARE, BETWEEN, ROUNDED, SUM, PRODUCT, MINUS, LINK, ATOM = range(11)


@frozen
class Piece:
    """An expression as text. `type` of a number has the bounds of its values; `places` None is a
    quotient, which is stored only rounded."""

    text: str
    type: Type
    tight: int = ATOM

    def at(self, tight: int) -> str:
        """The text where something at least so tight is wanted."""
        return self.text if self.tight >= tight else f"({self.text})"


@frozen
class Bound:
    """The instances at hand: of `for each`, and of the aggregate around."""

    each: str | None = None
    inside: str | None = None


@frozen
class Named:
    """Something with a name that an expression may read: an attribute, a define."""

    text: str
    type: Type
    fact: str | None = None  # the many-fact that must be bound

    def said(self, bound: Bound, bare: bool) -> Piece:
        """The name where `bound` holds; `bare` where it may be."""
        short = bare and self.fact is not None and self.fact == bound.inside
        return Piece(self.text.partition(".")[2] if short else self.text, self.type)


@frozen
class ManyFact:
    """A many-fact: its bound, its key, and the required attribute that picks order by."""

    name: str
    bound: int
    keyed: bool
    by: str


@frozen
class ParameterName:
    name: str
    type: Type
    key: Type | None = None


@frozen
class Subject:
    """A subject of advice. `sign` is which way its rules speak (mostly)."""

    kind: str
    name: str
    fields: tuple[tuple[str, Type], ...]
    unique: bool
    favourable: bool


@frozen
class RuleName:
    name: str
    ruleset: str
    fact: str | None
    id: str | None


@define
class World:
    """Everything declared so far; later statements read only what is there, so no cycle arises."""

    enums: list[Enum] = Factory(list)
    many: list[ManyFact] = Factory(list)
    readable: list[Named] = Factory(list)
    parameters: list[ParameterName] = Factory(list)
    subjects: list[Subject] = Factory(list)
    rules: list[RuleName] = Factory(list)

    def copy(self) -> "World":
        """A world that grows apart from here on."""
        return evolve(
            self, enums=[*self.enums], many=[*self.many], readable=[*self.readable],
            parameters=[*self.parameters], subjects=[*self.subjects], rules=[*self.rules],
        )  # fmt: skip

    def units(self) -> set[str]:
        """The units that there are: of time, and those that a type has."""
        types = [n.type for n in self.readable] + [p.type for p in self.parameters]
        return {*TIME_UNITS, *(t.unit for t in types if isinstance(t, Number) and t.unit)}

    def names(self, bound: Bound, fits: Callable[[Type], bool]) -> list[Named]:
        """What can be read here, of the types that fit."""
        at_hand = (None, bound.each, bound.inside)
        return [name for name in self.readable if name.fact in at_hand and fits(name.type)]

    def values_of(self, fact: str, fits: Callable[[Type], bool]) -> list[Named]:
        """Attributes and defines of the instances of a many-fact."""
        return [name for name in self.readable if name.fact == fact and fits(name.type)]


def digits(value: int | Fraction, places: int) -> str:
    """An exact number with so many places, sign and all."""
    scaled = abs(int(value * 10**places))
    sign = "-" if value < 0 else ""
    if not places:
        return f"{sign}{scaled}"
    whole, rest = divmod(scaled, 10**places)
    return f"{sign}{whole}.{rest:0{places}d}"


def type_text(type_: Type) -> str:
    """A type as it is declared."""
    match type_:
        case YesNo():
            return "yes_no"
        case Text():
            return "text"
        case Date():
            return "date"
        case AnyDayOfYear():
            return "day_of_year"
        case Enum(name=name):
            return name
        case SetOf(of=of):
            return f"set of {of.name}"
        case Number(places=places, low=low, high=high, unit=unit):
            assert places is not None and low is not None and high is not None
            kind = "decimal" if places else "integer"
            span = f"{digits(low, places)}..{digits(high, places)}"
            return f"{kind} {span}" + (f" {unit}" if unit else "")
    raise AssertionError(type_)


def indented(lines: Iterator[str] | list[str]) -> str:
    """A statement: its first line, the others indented."""
    first, *rest = lines
    return "\n".join([first, *(f"  {line}" for line in rest)])

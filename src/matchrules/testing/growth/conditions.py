"""Conditions."""

from attrs import define

from matchrules.testing.growth.numbers import bounds
from matchrules.testing.growth.values import Values
from matchrules.testing.growth.world import (
    COMPARE,
    CONDITIONAL,
    LOGIC,
    NOT,
    Named,
    Piece,
)
from matchrules.types import Date, Enum, Number, SetOf, Type, YesNo

UNITS = (None, "points", "days", "months")
ORDER = ("<", "<=", ">", ">=")
OPERAND = COMPARE + 1


@define
class Grower(Values):
    """Grows expressions of every type."""

    def stored(self, type_: Type, depth: int) -> str:
        """An expression to be stored in that type: rounded where it must be, in range mostly."""
        if not isinstance(type_, Number):
            return self.value(type_, depth).text
        piece = self.number(type_.unit, depth)
        assert isinstance(piece.type, Number)
        (low, high), (least, most) = bounds(piece.type), bounds(type_)
        if low < least or high > most:
            return self.literal(type_).text
        elif type_.places == 0 and piece.type.places != 0:
            return f"({piece.text}) rounded nearest"
        return piece.text

    def condition(self, depth: int) -> Piece:
        ways = [self.test, self.test, self.plain_condition]
        if depth > 0:
            ways += [
                self.test, self.logical, self.logical, self.negated, self.shown, self.state,
                self.number_test, self.day_test, self.set_test, self.condition_if,
            ]  # fmt: skip
            if self.world.many and self.bound.inside is None:
                ways += [self.quantified] * 2
        return self.draws.pick(ways)(depth - 1)

    def plain_condition(self, depth: int) -> Piece:
        named = self.world.names(self.bound, lambda t: isinstance(t, YesNo))
        if not named:
            return self.number_test(depth)
        piece = self.named(self.draws.pick(named))
        if self.draws.chance(4):
            word = self.draws.pick(("is yes", "is no", "is not yes"))
            return Piece(f"{piece.text} {word}", YesNo(), COMPARE)
        return piece

    def some_name(self) -> Named | None:
        named = self.world.names(self.bound, lambda t: True)
        if self.bound.inside is not None:
            inner = [name for name in named if name.fact == self.bound.inside]
            named = inner or named
        return self.draws.pick(named) if named else None

    def test(self, depth: int) -> Piece:
        """Something with a name, tested as its type allows."""
        name = self.some_name()
        if name is None:
            return self.number_test(depth)
        said, draws, type_ = self.named(name).text, self.draws, name.type
        match type_:
            case YesNo():
                return Piece(said, type_)
            case Number():
                return self.tested_number(Piece(said, type_), depth)
            case Enum(ordered=ordered, members=members):
                if ordered and draws.chance(2):
                    right = self.plain_value(type_, 0)
                    return Piece(f"{said} {draws.pick(ORDER)} {right.text}", YesNo(), COMPARE)
                if draws.chance(2):
                    chosen = ", ".join(draws.some(members, least=1))
                    return Piece(f"{said} in ({chosen})", YesNo(), COMPARE)
                return self.equality(said, type_)
            case SetOf():
                return self.tested_set(said, type_)
            case Date():
                return self.tested_day(Piece(said, type_), depth)
        return self.equality(said, type_)

    def equality(self, said: str, type_: Type) -> Piece:
        op, right = self.draws.pick(("is", "is not")), self.plain_value(type_, 0)
        return Piece(f"{said} {op} {right.text}", YesNo(), COMPARE)

    def number_test(self, depth: int) -> Piece:
        return self.tested_number(self.number(self.draws.pick(UNITS), depth), depth)

    def tested_number(self, left: Piece, depth: int) -> Piece:
        """A number compared with a literal in its range, or with another number."""
        assert isinstance(left.type, Number)
        low, high = bounds(left.type)
        places = left.type.places or 0
        like = Number(places, int(low), max(int(low), int(high)), left.type.unit)
        way = self.draws.below(6)
        if way == 4:
            first, last = sorted(
                (self.literal(like) for _ in range(2)), key=lambda piece: bounds(piece.type)
            )
            text = f"{left.at(OPERAND)} in {first.text}..{last.text}"
            return Piece(text, YesNo(), COMPARE)
        if way == 5:
            items = ", ".join(self.literal(like).text for _ in range(self.draws.between(1, 3)))
            return Piece(f"{left.at(OPERAND)} in ({items})", YesNo(), COMPARE)
        op = self.draws.pick((*ORDER, "is", "is not"))
        right = self.number(left.type.unit, depth) if way == 3 else self.literal(like)
        text = f"{left.at(OPERAND)} {op} {right.at(OPERAND)}"
        return Piece(text, YesNo(), COMPARE)

    def set_test(self, depth: int) -> Piece:
        colours = SetOf(self.world.enums[0])
        tested = self.read(colours)
        if self.world.many and self.bound.inside is None:
            tested = self.picked(colours, depth)
        return self.number_test(depth) if tested is None else self.tested_set(tested.text, colours)

    def tested_set(self, said: str, type_: SetOf) -> Piece:
        if said.startswith("("):  # of a literal, nothing is asked
            return self.number_test(0)
        if self.draws.chance(3):
            return Piece(f"{said} is empty", YesNo(), COMPARE)
        if self.draws.chance(3):
            return Piece(f"{said} is {self.literal(type_).text}", YesNo(), COMPARE)
        return Piece(f"{said} has {self.plain_value(type_.of, 0).text}", YesNo(), COMPARE)

    def day_test(self, depth: int) -> Piece:
        return self.tested_day(self.value(Date(), depth), depth)

    def tested_day(self, left: Piece, depth: int) -> Piece:
        right = self.value(Date(), depth)
        op = self.draws.pick((*ORDER, "is"))
        text = f"{left.at(OPERAND)} {op} {right.at(OPERAND)}"
        return Piece(text, YesNo(), COMPARE)

    def logical(self, depth: int) -> Piece:
        op = self.draws.pick(("and", "or"))
        parts = [self.condition(depth).at(NOT) for _ in range(self.draws.between(2, 3))]
        return Piece(f" {op} ".join(parts), YesNo(), LOGIC)

    def negated(self, depth: int) -> Piece:
        return Piece(f"not {self.condition(depth).at(NOT)}", YesNo(), NOT)

    def shown(self, depth: int) -> Piece:
        return Piece(f"shown {self.condition(depth).at(NOT)}", YesNo(), NOT)

    def state(self, depth: int) -> Piece:
        name = self.some_name()
        if name is None:
            return self.number_test(depth)
        word = self.draws.pick(("known", "unknown"))
        return Piece(f"{self.named(name).text} is {word}", YesNo(), COMPARE)

    def condition_if(self, depth: int) -> Piece:
        left, right = self.condition(depth), self.condition(depth)
        text = f"{left.at(LOGIC)} if {self.condition(depth).at(LOGIC)} else {right.text}"
        return Piece(text, YesNo(), CONDITIONAL)

    def quantified(self, depth: int) -> Piece:
        many = self.draws.pick(self.world.many)
        op = self.draws.pick(("any", "all"))
        return Piece(self.aggregate(op, many, None, depth), YesNo())

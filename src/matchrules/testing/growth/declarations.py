"""Vocabulary: enums, facts, parameters, advice."""

from datetime import date

from attrs import Factory, define

from matchrules.testing.growth.conditions import Grower
from matchrules.testing.growth.numbers import YEAR
from matchrules.testing.growth.world import (
    Bound,
    ManyFact,
    Named,
    ParameterName,
    Subject,
    indented,
    type_text,
)
from matchrules.types import AnyDayOfYear, Date, Enum, Number, SetOf, Text, Type, YesNo

COLOURS = ("red", "green", "blue", "grey_green")
GRADES = ("poor", "fair", "good")
STARTS = (date(2024, 3, 1), date(2025, 3, 1), date(2025, 10, 1))
CITES = ("cite guide", 'cite guide "page {n}"', "cite guide B3a")


@define
class FactPlan:
    """A fact under way: attributes with a default come when something can be read."""

    name: str
    head: str
    lines: list[str] = Factory(list)

    def text(self) -> str:
        return indented([self.head, *self.lines])


@define
class Declarations(Grower):
    """Grows the vocabulary of a book."""

    facts: list[FactPlan] = Factory(list)

    def cite(self) -> str:
        return self.draws.pick(CITES).replace("{n}", str(self.draws.between(1, 9)))

    def types(self) -> dict[str, Type]:
        """Attribute names with their types."""
        colour, grade = self.world.enums
        return {
            "flag": YesNo(), "amount": Number(0, 0, 9), "won": Number(0, -3, 12, "points"),
            "shade": colour, "level": grade, "born": Date(), "likes": SetOf(colour),
            "share": Number(2, 0, 5), "wait": Number(0, 0, 60, "days"), "year": YEAR,
            "done": Number(1, 0, 9, "months"), "holiday": AnyDayOfYear(), "note": Text(),
        }  # fmt: skip

    def enums(self) -> list[str]:
        draws = self.draws
        colours = COLOURS[: draws.between(2, len(COLOURS))]
        self.world.enums = [Enum("colour", colours), Enum("grade", GRADES, ordered=True)]
        labels = ' "{} it is"' if draws.chance(3) else ""
        return [
            'enum colour "What it looks like"\n  '
            + "\n  ".join(member + labels.format(member) for member in colours),
            "ordered enum grade\n  " + " ".join(GRADES),
        ]

    def single_facts(self) -> None:
        for name in ("person", "exam")[: self.draws.between(1, 2)]:
            plan = FactPlan(name, f'fact {name} "About the {name}"')
            self.facts.append(plan)
            for attribute, type_ in self.draws.some(list(self.types().items()), least=2)[:6]:
                mark = self.draws.pick((" optional", " optional", ""))
                self.attribute(plan, attribute, type_, mark)
            if self.draws.chance(4):
                plan.lines.append("secret : text optional never read")

    def attribute(
        self, plan: FactPlan, name: str, type_: Type, mark: str, fact: str | None = None
    ) -> None:
        plan.lines.append(f"{name} : {type_text(type_)}{mark}{self.change(type_, mark)}")
        self.world.readable.append(Named(f"{plan.name}.{name}", type_, fact))

    def change(self, type_: Type, mark: str) -> str:
        """How the attribute can change, and whether it is private."""
        unordered = isinstance(type_, Text | AnyDayOfYear)
        ordered = type_.ordered if isinstance(type_, Enum) else not unordered
        ways = ("", "", "", " fixed", *((" only up", " only down cost 2") if ordered else ()))
        return ("" if " key" in mark else self.draws.pick(ways)) + (
            " private" if self.draws.chance(8) else ""
        )

    def many_facts(self) -> None:
        for name in ("visit", "paper")[: self.draws.pick((1, 1, 2, 0))]:
            bound, keyed = self.draws.between(2, 4), self.draws.chance(2)
            marked = self.draws.pick(("", "", " only up cost 2", " only down"))
            plan = FactPlan(name, f"fact {name} many up to {bound}{marked}")
            self.facts.append(plan)
            many = ManyFact(name, bound, keyed, self.draws.pick(("place", "held")))
            if keyed:
                key: Type = Text() if self.draws.chance(2) else Number(0, 1, 9)
                self.attribute(plan, "code", key, " key", name)
            by: Type = Date() if many.by == "held" else Number(0, 1, 20)
            self.attribute(plan, many.by, by, "", name)
            types = [(n, t) for n, t in self.types().items() if n != "year"]
            late = []
            for attribute, type_ in self.draws.some(types, least=1)[:4]:
                if self.draws.chance(6):
                    late.append((attribute, type_))
                else:
                    mark = self.draws.pick((" optional", ""))
                    self.attribute(plan, attribute, type_, mark, name)
            for attribute, type_ in late:
                self.default(plan, attribute, type_, name)
            self.world.many.append(many)

    def default(
        self, plan: FactPlan, name: str, type_: Type, fact: str | None = None, depth: int = 1
    ) -> None:
        """An attribute with a default, out of what is there already."""
        soil = self.bound_to(fact)
        value = soil.stored(type_, depth)
        unless = f" unless {soil.condition(0).text}" if self.draws.chance(3) else ""
        self.attribute(plan, name, type_, f" default {value}{unless}", fact)

    def bound_to(self, fact: str | None) -> "Grower":
        """A grower for statements said `for each` fact (None: for none)."""
        return Grower(self.draws, self.world, Bound(each=fact))

    def parameters(self, prefix: str) -> list[str]:
        colour = self.world.enums[0]
        types: dict[str, Type] = {
            "mark": Number(0, 0, 9), "least": Number(0, -3, 12, "points"), "opens": Date(),
            "pause": Number(0, 1, 60, "days"), "rate": Number(2, 0, 5), "tint": colour,
            "usual_day": AnyDayOfYear(), "open_to": SetOf(colour),
        }  # fmt: skip
        statements = []
        for name, type_ in self.draws.some(list(types.items()), least=1)[:3]:
            key: Type | None = None
            if self.draws.chance(3):
                key = YEAR if self.draws.chance(2) else colour
            statements.append(self.parameter_statement(prefix + name, type_, key))
            self.world.parameters.append(ParameterName(prefix + name, type_, key))
        return statements

    def parameter_statement(self, name: str, type_: Type, key: Type | None) -> str:
        by = f" by {type_text(key)}" if key is not None else ""
        lines = [f"parameter {name}{by} : {type_text(type_)}"]
        keys = [""]
        if isinstance(key, Enum):
            red, *others = key.members
            keys = [f"for {red} ", f"for {', '.join(others)} "]
        elif key is not None:
            keys = ["for 2024 ", "for 2025, 2026 "]
        for start_key in keys:
            dated = [""] if self.draws.chance(2) else []
            dated += [f"from {day} " for day in self.draws.some(STARTS, least=1 - len(dated))]
            for start in dated:
                checked = " checked 2025-01-01" if self.draws.chance(4) else ""
                grade = " grade solid" if self.draws.chance(6) else ""
                value = self.literal(type_).text
                lines.append(f"{start_key}{start}is {value} {self.cite()}{grade}{checked}")
        return indented(lines)

    def advice(self) -> list[str]:
        statements = []
        for kind in ("plan", "letters")[: self.draws.between(1, 2)]:
            salience = f" salience {self.draws.pick((5, 40))}" if self.draws.chance(2) else ""
            lines = [f'advice {kind} "What to do"{salience}']
            for name in ("first", "second", "third")[: self.draws.between(1, 3)]:
                fields = self.draws.pick(((), (), self.field(0), self.field(0) + self.field(1)))
                unique = bool(fields) and self.draws.chance(4)
                inside = ", ".join(f"{field}: {type_text(type_)}" for field, type_ in fields)
                mark = (f" ({inside})" if fields else "") + (" unique" if unique else "")
                lines.append(f'{name}{mark} "The {name}"')
                favourable = not self.draws.chance(3)
                self.world.subjects.append(Subject(kind, name, fields, unique, favourable))
            statements.append(indented(lines))
        return statements

    def field(self, number: int) -> tuple[tuple[str, Type], ...]:
        colour = self.world.enums[0]
        types: tuple[Type, ...] = (
            Number(0, -9999, 9999), Number(2, -9999, 9999, "points"), Date(), colour, YesNo(),
            SetOf(colour), Text(),
        )  # fmt: skip
        return ((("much", "more")[number], self.draws.pick(types)),)

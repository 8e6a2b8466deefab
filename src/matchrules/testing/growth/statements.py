"""Defines, tables, rules, rejects."""

from math import ceil, floor

from attrs import define

from matchrules.testing.growth.conditions import Grower
from matchrules.testing.growth.declarations import Declarations
from matchrules.testing.growth.numbers import bounds
from matchrules.testing.growth.tables import table_lines
from matchrules.testing.growth.world import (
    NOT,
    Named,
    RuleName,
    Subject,
    indented,
    type_text,
)
from matchrules.types import Date, Number, SetOf, Text, Type, YesNo

FOR = ("must", "should", "may")
AGAINST = ("must_not", "should_not", "need_not")


@define
class Statements(Declarations):
    """Grows what follows from the vocabulary."""

    def each(self, keyed: bool) -> str | None:
        """A many-fact to say something `for each` of, now and then."""
        many = [m.name for m in self.world.many if m.keyed or not keyed]
        return self.draws.pick(many) if many and self.draws.chance(3) else None

    def clauses(self, grower: Grower, fact: str | None) -> list[str]:
        lines = [f"for each {fact}"] if fact else []
        if self.draws.chance(4):
            lines.append(self.cite())
        if self.draws.chance(5):
            lines.append(f"provisional when {grower.condition(0).text}")
        return lines

    def derived(self, number: int, prefix: str) -> str:
        """A define or a table, readable from here on."""
        fact = self.each(keyed=False)
        grower = self.bound_to(fact)
        place = fact or self.draws.pick(("worked", "person"))
        name = f"{place}.{prefix}{number}"
        clauses = self.clauses(grower, fact)
        if self.draws.chance(3):
            type_, lines = table_lines(grower, name)
            head = f'table {name} : {type_text(type_)} "Read off a table"'
            statement = indented([head, *clauses, *lines])
        else:
            type_, body = self.define_body(grower)
            statement = indented([f"define {name} : {type_text(type_)}", *clauses, f"is {body}"])
        self.world.readable.append(Named(name, type_, fact))
        return statement

    def define_body(self, grower: Grower) -> tuple[Type, str]:
        draws = self.draws
        colour, grade = self.world.enums
        kinds: tuple[Type, ...] = (
            YesNo(), Number(), YesNo(), Number(), colour, grade, Date(), SetOf(colour), Text(),
        )  # fmt: skip
        type_ = draws.pick(kinds)
        if isinstance(type_, YesNo):
            return type_, grower.condition(2).text
        if not isinstance(type_, Number):
            return type_, grower.value(type_, 2).text
        piece = grower.number(draws.pick((None, "points", "days", "months")), 2)
        assert isinstance(piece.type, Number)
        places = draws.pick((0, 2)) if piece.type.places is None else piece.type.places
        body = piece.text
        if places == 0 and piece.type.places != 0:
            body = f"({body}) rounded {draws.pick(('nearest', 'down', 'up'))}"
        low, high = bounds(piece.type)
        if draws.chance(20):
            high = (low + high) / 2  # a promise that may be broken
        declared = Number(places, floor(low), max(floor(low) + 1, ceil(high)), piece.type.unit)
        return declared, body

    def rule(self, name: str, ruleset: str, overriding: list[RuleName]) -> str:
        draws = self.draws
        overridden = draws.pick(overriding) if overriding and draws.chance(2) else None
        fact = self.each(keyed=True)
        if overridden is not None:
            fact = overridden.fact if draws.chance(2) else None
        grower = self.bound_to(fact)
        lines = [f'rule {name} "The rule {name}"' if draws.chance(2) else f"rule {name}"]
        id_ = f"R-{name.upper()}" if draws.chance(2) else None
        if id_:
            lines.append(f"id {id_}")
        lines.append(self.cite())
        if overridden is not None:
            options = [overridden.name, f"{overridden.ruleset}.{overridden.name}"]
            lines.append(f"overrides {draws.pick([*options, overridden.id or options[0]])}")
        if fact:
            lines.append(f"for each {fact}")
        if not draws.chance(6):
            lines.append(f"when {grower.condition(2).text}")
        for _ in range(draws.pick((0, 0, 1, 2))):
            lines.append(f"unless {grower.condition(1).text}")
        if draws.chance(5):
            lines.append(f"provisional when {grower.condition(0).text}")
        for _ in range(draws.pick((1, 1, 2))):
            lines += self.then(grower, draws.pick(self.world.subjects))
        self.world.rules.append(RuleName(name, ruleset, fact, id_))
        return indented(lines)

    def then(self, grower: Grower, subject: Subject) -> list[str]:
        draws = self.draws
        favourable = subject.favourable != draws.chance(30)
        strength = draws.pick(FOR if favourable else AGAINST)
        fields = ", ".join(f"{name} = {grower.stored(type_, 1)}" for name, type_ in subject.fields)
        fields = f"({fields})" if fields else ""
        text = self.text(grower, [name for name, _ in subject.fields])
        return [f"then {strength} {subject.kind}.{subject.name}{fields}", f"  {text}"]

    def text(self, grower: Grower, fields: list[str]) -> str:
        """A text with holes, long now and then."""
        draws = self.draws
        holes = [f"{{{name}}}" for name in fields if draws.chance(2)]
        name = grower.some_name()
        if name is not None and draws.chance(2):
            said = grower.named(name).text
            condition = grower.condition(0).at(NOT)
            holes.append(
                draws.pick(
                    (
                        f"{{{said}}}",
                        f'{{{said} if known else "not said"}}',
                        f'{{"so" if {condition} else "not so"}}',
                        f"it[ of {{{said}}} at most]",
                    )
                )
            )
        words = " and ".join(["Say it", *holes])
        long = draws.chance(8)
        return f'"""\n    {words},\n      {{{{then}}}} go\n    """' if long else f'"{words}."'

    def reject(self, number: int) -> str:
        fact = self.each(keyed=False)
        grower = self.bound_to(fact)
        each = f" for each {fact}" if fact else ""
        tests = " and ".join(grower.test(0).at(NOT) for _ in range(3))
        return f'reject "case {number} cannot be"{each}\n  when {tests}'

    def section(self) -> str:
        guard = self.bound_to(None).condition(1).text
        return 'section "Later on"' + (f" applies when {guard}" if self.draws.chance(2) else "")

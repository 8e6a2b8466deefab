"""The rules said for each instance, where the instances stay while the rest of the case changes.

What a rule demands of an attribute of the instances is looked up in a column, for all at once; only
what no column knows is asked of those that are left.
"""

from collections.abc import Sequence

from matchrules.engine.compiled.index.columns import bits
from matchrules.engine.compiled.index.demands import DENIED, TURNED, Condition
from matchrules.engine.compiled.index.ruling import Ruling
from matchrules.engine.compiled.source import Code
from matchrules.engine.compiled.statements import conjuncts
from matchrules.ir import (
    TRUE,
    And,
    Attribute,
    Compare,
    Expression,
    In,
    InRange,
    IsKnown,
    Not,
    Or,
    Rule,
    Shown,
)

from .columns import Places


class Joining(Ruling):
    """Writes them so."""

    def _loops(self) -> None:
        for fact in {self.base.rules[name].fact: None for name in self.each}:
            assert fact is not None
            count = self.function.cell(self.layout.counts[fact])
            every = self.function.name("e")
            self.say(f"{every} = (1 << {count}) - 1")
            for rule in self.base.rules.values():
                if rule.fact == fact:
                    self._joined(rule, fact, every)

    def _split(self, rule: Rule, fact: str) -> tuple[list[Condition], list[Condition]]:
        """The conditions that speak of the whole case, and those of an instance."""
        when = () if rule.when is None else (rule.when,)
        conditions = [Condition(e) for e in conjuncts([*rule.guards, *when]) if e != TRUE]
        conditions += [Condition(e, barring=True) for e in rule.unless]
        own = [c for c in conditions if self._reads(c.expression, fact)]
        return [c for c in conditions if c not in own], own

    def _joined(self, rule: Rule, fact: str, every: str) -> None:
        function, say, found = self.function, self.say, self._places[rule.name]
        places = function.known_as(Places)
        whole, own = self._split(rule, fact)
        say(f"{found} = {every}")
        for condition in whole:
            true = self._writer().true(condition.expression).text
            with self.under(f"if {'' if condition.barring else 'not '}{true}:"):
                say(f"{found} = 0")
        slow: list[Condition] = []
        for condition in own:
            those = self._bits(condition.expression, fact, every)
            if those is None:
                slow.append(condition)
            else:
                say(f"{found} &= {'~' if condition.barring else ''}{those}")
        say(f"{found} = {places}({found})")
        if slow:
            self._one_by_one(slow, fact, found)

    def _one_by_one(self, conditions: Sequence[Condition], fact: str, found: str) -> None:
        function, say, index = self.function, self.say, self.function.name("j")
        kept = function.name("o")
        say(f"{kept} = []")
        with self.under(f"for {index} in {found}:", index):
            writer = self._writer({fact: index})
            for condition in conditions:
                true = writer.true(condition.expression).text
                with self.under(f"if {'' if condition.barring else 'not '}{true}:"):
                    say("continue")
            say(f"{kept}.append({index})")
        say(f"{found} = {function.known_as(Places)}({function.known_as(bits)}({kept}))")

    # Those for which an expression is true, and those for which it is false: source of a number,
    # None where that is not for columns.

    def _bits(self, e: Expression, fact: str, every: str, true: bool = True) -> str | None:
        match e:
            case And(operands) | Or(operands):
                parts = [self._bits(operand, fact, every, true) for operand in operands]
                sign = " & " if isinstance(e, And) is true else " | "
                return None if None in parts else f"({sign.join(map(str, parts))})"
            case Not(operand):
                return self._bits(operand, fact, every, not true)
            case Shown(operand):
                shown = self._bits(operand, fact, every)
                return shown if shown is None or true else f"({every} & ~{shown})"
            case IsKnown(Attribute() as a) if self._column(a, fact):
                known = f"{self._column(a, fact)}.known"
                return known if true else f"({every} & ~{known})"
            case Attribute() if self._column(e, fact):
                return f"{self._column(e, fact)}.compared('==', {true})"
            case Compare(op, left, right):
                for one, other, sign in ((left, right, op), (right, left, TURNED[op])):
                    column = self._column(one, fact)
                    if column and not self._reads(other, fact):
                        return self._compared(column, sign if true else DENIED[sign], other)
            case In(value, items):
                column = self._column(value, fact)
                if column and not any(self._reads(item, fact) for item in items):
                    listed = "".join(f"{self._value(item).text}, " for item in items)
                    return f"{column}.{'among' if true else 'besides'}(({listed}))"
            case InRange(value, low, high) if true:
                column = self._column(value, fact)
                if column and not self._reads(low, fact) and not self._reads(high, fact):
                    parts = [self._compared(column, ">=", low), self._compared(column, "<=", high)]
                    return f"({' & '.join(map(str, parts))})"
        return None

    def _compared(self, column: str, sign: str, other: Expression) -> str:
        return f"{column}.compared('{sign}', {self._value(other).text})"

    def _value(self, e: Expression) -> Code:
        return self.function.lifted(self._writer().value(e))

    def _reads(self, e: Expression, fact: str) -> bool:
        facts = self._writer().nature.facts(e)
        return facts is None or fact in facts

    def _column(self, e: Expression, fact: str) -> str:
        """The variable of the column that holds the attribute of each instance, if there is one."""
        if not isinstance(e, Attribute) or e.fact != fact:
            return ""
        name = (fact, e.name)
        if name in self.layout.asserted:  # a default may stand in its place
            return ""
        return self.function.cell(self.layout.attributes[name])


__all__ = ["Joining"]

"""The rules said for each instance of a fact, as one loop.

What does not depend on the instance is worked out once, before the loop, and a rule that cannot
hold for any instance because of it is not asked about. Decimals are compared as scaled integers.
"""

from collections.abc import Callable, Sequence
from typing import Any

from matchrules.engine.compiled.expressions import Writer
from matchrules.engine.compiled.nullable import Nature
from matchrules.engine.compiled.source import Block, Code
from matchrules.engine.compiled.statements import conjuncts
from matchrules.ir import (
    TRUE,
    AsOf,
    Attribute,
    Compare,
    Constant,
    Derived,
    Expression,
    InRange,
    ParameterValue,
    Rule,
    RuleBase,
    children,
)
from matchrules.types import Number, exact

from .demands import Condition
from .fused import Fused

_SIGNS = frozenset({"==", "!=", "<", "<=", ">", ">="})


class Given(Nature):
    """What can be unknown in a case that was read: no required attribute of an instance, and
    nothing that was `seen` to be known."""

    def __init__(self, base: RuleBase) -> None:
        super().__init__(base)
        self.seen: set[Expression] = set()

    def can_be_unknown(self, expression: Expression) -> bool:
        if isinstance(expression, Attribute):
            fact = self.base.facts[expression.fact]
            if fact.many and fact.attributes[expression.name].required:
                return False
        return expression not in self.seen and super().can_be_unknown(expression)


class InLoop(Writer):
    """Writes what is said of an instance: its attributes are variables of the loop."""

    def __init__(self, function: Fused, fact: str, index: str, before: Block) -> None:
        plan = function.plan
        super().__init__(plan.base, plan.compiled.layout, function, {fact: index})
        self.nature: Given = Given(plan.base)
        self.fused = function
        self.fact, self.index, self.before = fact, index, before
        self.variables: dict[str, str] = {}  # of an instance, each with its column
        self._is_outside = False
        self._moved: dict[Expression, Code] = {}
        self._scaled_values: dict[tuple[Expression, int], Code] = {}

    def _of_instance(self, fact: str, cell: int) -> Code:
        if fact != self.fact or self.bound[fact] != self.index:
            return super()._of_instance(fact, cell)
        if not self.base.facts[fact].many:
            return super()._of_instance(fact, cell)
        return self._variable(f"e{cell}", self.function.cell(cell))

    def _variable(self, name: str, column: str) -> Code:
        self.variables[name] = column
        return Code(name, atom=True)

    def value(self, expression: Expression) -> Code:
        if self._is_outside or not self.is_of_case(expression) or isinstance(
            expression, Constant | Attribute | Derived | AsOf | ParameterValue
        ):  # fmt: skip
            return super().value(expression)
        found = self._moved.get(expression)
        if found is None:
            write = super().value
            found = self._moved[expression] = self._outside(lambda: write(expression))
        return found

    def is_of_case(self, expression: Expression) -> bool:
        """Whether it has one value, whatever the instance."""
        facts = self.nature.facts(expression)
        return facts is not None and not facts.intersection(self.bound)

    def _outside(self, write: Callable[[], Code]) -> Code:
        was, here = self._is_outside, self.function.block
        self._is_outside, self.function.block = True, here if was else self.before
        try:
            return self.function.lifted(write())
        finally:
            self._is_outside, self.function.block = was, here

    # Decimals -------------------------------------------------------------------------------------

    def true(self, expression: Expression) -> Code:
        if isinstance(expression, Compare) and expression.op in _SIGNS:
            for places in {self._places(expression.left), self._places(expression.right)} - {0}:
                one, two = (self._scaled(e, places) for e in (expression.left, expression.right))
                if one is not None and two is not None:
                    known = [
                        f"{code.text} is not None and "
                        for code, e in ((one, expression.left), (two, expression.right))
                        if self.nature.can_be_unknown(e)
                    ]
                    return Code(f"({''.join(known)}{one.text} {expression.op} {two.text})", 2)
        return super().true(expression)

    def _places(self, expression: Expression) -> int:
        """The decimal places of an attribute of the instance."""
        if isinstance(expression, Attribute) and isinstance(expression.type, Number):
            declared = self.base.facts[expression.fact].attributes[expression.name]
            if expression.fact == self.fact and declared.default is None:
                return expression.type.places or 0
        return 0

    def _scaled(self, expression: Expression, places: int) -> Code | None:
        if self._places(expression) == places and self.base.facts[self.fact].many:
            if self.bound[self.fact] != self.index:
                return None
            assert isinstance(expression, Attribute)
            cell = self.layout.attributes[self.fact, expression.name]
            return self._variable(f"z{cell}", self.fused.scaled(self.fact, expression.name))
        if not self.is_of_case(expression) or not isinstance(expression.type, Number):
            return None
        found = self._scaled_values.get((expression, places))
        if found is None:
            found = self._scaled_values[expression, places] = self._outside(
                lambda: self._by_ten(expression, places)
            )
        return found

    def _by_ten(self, expression: Expression, places: int) -> Code:
        function = self.function
        first, again = function.twice(self.value(expression))
        factor, whole = function.constant(10**places).text, function.known_as(exact)
        return function.compose(f"None if {{}} is None else {whole}({{}} * {factor})", first, again)


class Loop:
    """One loop over the instances of a fact. `places` names the list of each rule."""

    def __init__(self, function: Fused, fact: str, places: dict[str, str]) -> None:
        self.function, self.fact, self.places = function, fact, places
        self.say, self.under = function.say, function.under

    def write(self, rules: Sequence[Rule], alone: Writer) -> None:
        function, index = self.function, self.function.name("j")
        writer = InLoop(function, self.fact, index, function.block)
        split: list[tuple[Rule, str | None, list[Condition]]] = []
        for rule in rules:
            self.say(f"{self.places[rule.name]} = []")
            whole, own = self._split(rule, writer)
            # What does not depend on the instance is asked once.
            guards = [
                ("not " if c.barring else "") + alone.true(c.expression).text for c in whole
            ] + self._known(own, writer)
            guard = None
            if guards:
                guard = function.name("w")
                self.say(f"{guard} = {' and '.join(guards)}")
            split.append((rule, guard, own))
        count = function.cell(function.plan.compiled.layout.counts[self.fact])
        held = [guard for _, guard, _ in split]
        on = "" if None in held else f" if {' or '.join(map(str, held))} else ()"

        def header() -> str:
            if not writer.variables:
                return f"for {index} in range({count}){on}:"
            names, columns = ", ".join(writer.variables), ", ".join(writer.variables.values())
            pairs = f"{function.known_as(zip)}(range({count}), {columns})"
            return f"for {index}, {names} in {pairs}{on}:"

        with function.loop(index, header):
            for rule, guard, own in split:
                self._rule(rule, guard, own, writer)

    def _rule(
        self, rule: Rule, guard: str | None, own: Sequence[Condition], writer: InLoop
    ) -> None:
        """Its conditions in one line, where they need no lines before; else one by one."""
        function = self.function
        known = writer.nature.seen
        writer.nature.seen = {e for c in own for e in self._operands(c, writer)}
        with self.under(f"if {guard or True}:"):
            at = len(function.block.lines)
            tests = [("not " if c.barring else "") + writer.true(c.expression).text for c in own]
            if len(function.block.lines) > at and len(own) > 1:
                del function.block.lines[at:]
                function.block.shared.clear()
                with self.under("while True:"):
                    for condition in own:
                        true = writer.true(condition.expression).text
                        with self.under(f"if {true}:" if condition.barring else f"if not {true}:"):
                            self.say("break")
                    self.say(f"{self.places[rule.name]}.append({writer.index})")
                    self.say("break")
            else:
                with self.under(f"if {' and '.join(tests) or True}:"):
                    self.say(f"{self.places[rule.name]}.append({writer.index})")
        writer.nature.seen = known

    def _split(self, rule: Rule, writer: InLoop) -> tuple[list[Condition], list[Condition]]:
        """The conditions that speak of the whole case, and those of an instance."""
        when = () if rule.when is None else (rule.when,)
        conditions = [Condition(e) for e in conjuncts([*rule.guards, *when]) if e != TRUE]
        conditions += [Condition(e, barring=True) for e in rule.unless]
        whole = [c for c in conditions if writer.is_of_case(c.expression)]
        return whole, [c for c in conditions if c not in whole]

    def _operands(self, condition: Condition, writer: InLoop) -> list[Expression]:
        """The sides of a comparison that have one value for the whole case: a comparison that has
        to be true needs them known."""
        if condition.barring or not isinstance(condition.expression, Compare | InRange):
            return []
        return [
            e for e in children(condition.expression)
            if writer.is_of_case(e) and writer.nature.can_be_unknown(e)
        ]  # fmt: skip

    def _known(self, own: Sequence[Condition], writer: InLoop) -> list[str]:
        operands = [e for condition in own for e in self._operands(condition, writer)]
        found: dict[str, Any] = {}
        for operand in operands:
            code = writer.value(operand)
            if not code.atom:
                code = self.function.lifted(code)
            found[f"{code.text} is not None"] = None
        return list(found)


__all__ = ["Given", "InLoop", "Loop"]

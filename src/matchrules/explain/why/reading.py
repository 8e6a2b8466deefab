"""The values of one case, kept as they are asked for."""

from collections.abc import Mapping
from typing import Any

from matchrules import ir
from matchrules.case.model import Case
from matchrules.engine.compiled import Compiled, Run
from matchrules.engine.compiled.layout import MISSING
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation
from matchrules.ir import Define, Expression, RuleBase


class Reading(Interpretation):
    """The interpreter, which keeps the value of every expression, and takes those of defines and
    defaults from compiled rules: so nothing recurses along a chain of defines."""

    def __init__(self, base: RuleBase, case: Case, compiled: Compiled) -> None:
        super().__init__(base, case)
        self.run = Run(compiled, case)
        self._values: dict[Any, Any] = {}

    def value(self, expression: Expression, bound: Bound = NOTHING) -> Any:
        key: Any = (id(expression), *bound.items()) if bound else id(expression)
        if key not in self._values:
            self._values[key] = super().value(expression, bound)
        return self._values[key]

    def attribute(self, fact: str, name: str, bound: Bound) -> Any:
        declared = self.base.facts[fact]
        if declared.attributes[name].default is None:
            return self.asserted(fact, name, bound)
        cell = self.run.compiled.layout.attributes[fact, name]
        value = self._cell(cell, ir.Attribute(fact, name, declared.attributes[name].type))
        return value[bound[fact]] if declared.many else value

    def asserted(self, fact: str, name: str, bound: Mapping[str, int]) -> Any:
        """The value that the case says."""
        instances = self.case.facts[fact]
        index = bound[fact] if self.base.facts[fact].many else 0
        return instances[index][name] if index < len(instances) else None

    def derived(self, define: Define, bound: Bound) -> Any:
        cell = self.run.compiled.layout.defines[define.name]
        value = self._cell(cell, ir.Derived(define.name, define.type, define.fact))
        return value if define.fact is None else value[bound[define.fact]]

    def _cell(self, cell: int, named: Expression) -> Any:
        cells = self.run.cells
        if cells[cell] is MISSING:
            # To work all out takes less time than to find out what each needs.
            self.run.fill(self.run.compiled.everything)
        if cells[cell] is MISSING:
            self.run.fill(self.run.compiled.needs((named,)))
        return cells[cell]

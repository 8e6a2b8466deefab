"""What is provisional: marked so, or resting on what is (language.md 2.12).

What is read is what is named, whichever branch is taken, so which names can matter is known once
for the rule base; only whether a mark applies is asked of each case.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from matchrules.ir import (
    Aggregate,
    Attribute,
    Derived,
    Expression,
    Rule,
    RuleBase,
    children,
    walk,
)

from .expressions import UNBOUND, Binding, Compiler, Evaluate

if TYPE_CHECKING:
    from .memory import WorkingMemory

Name = Derived | Attribute


class Naming:
    """Which names are or may become provisional, and the marks as closures."""

    def __init__(self, base: RuleBase, compiler: Compiler) -> None:
        self.base = base
        self.marks: dict[str, Evaluate] = {}
        for define in base.defines.values():
            if define.provisional is not None:
                self.marks[define.name] = compiler.compile(define.provisional).evaluate
        self.rule_marks = {
            rule.name: compiler.compile(rule.provisional).evaluate
            for rule in base.rules.values()
            if rule.provisional is not None
        }
        self._reaching = self._reach()
        self._behind: dict[str, tuple[Expression, ...]] = {}
        self.rules = {rule.name: self._of(rule.expressions()) for rule in base.rules.values()}

    def behind(self, name: Name) -> tuple[Expression, ...]:
        """What a name rests on, as far as it matters."""
        full = _full_name(name)
        if full not in self._behind:
            self._behind[full] = self._of(self._texts(name))
        return self._behind[full]

    def matters(self, expression: Expression) -> bool:
        """Whether something inside the expression may be provisional."""
        return any(
            _full_name(node) in self._reaching
            for node in walk(expression)
            if isinstance(node, Derived | Attribute)
        )

    def _of(self, expressions: Iterable[Expression]) -> tuple[Expression, ...]:
        return tuple(e for e in expressions if self.matters(e))

    def _texts(self, name: Name) -> Iterator[Expression]:
        if isinstance(name, Derived):
            yield from self.base.defines[name.name].expressions()
        else:
            declaration = self.base.facts[name.fact].attributes[name.name]
            yield from (e for e in (declaration.default, declaration.unless) if e is not None)

    def _reach(self) -> set[str]:
        """Names that are marked, or rest on one that is."""
        readers: dict[str, list[str]] = {}
        names: list[Name] = [Derived(d.name, d.type, d.fact) for d in self.base.defines.values()]
        for fact in self.base.facts.values():
            names += [Attribute(fact.name, a.name, a.type) for a in fact.attributes.values()]
        for name in names:
            for expression in self._texts(name):
                for node in walk(expression):
                    if isinstance(node, Derived | Attribute):
                        readers.setdefault(_full_name(node), []).append(_full_name(name))
        found = {f"define {name}" for name in self.marks}
        stack = list(found)
        while stack:
            for reader in readers.get(stack.pop(), ()):
                if reader not in found:
                    found.add(reader)
                    stack.append(reader)
        return found


class Provisional:
    """Asks the marks of one case, each once."""

    def __init__(self, memory: "WorkingMemory", naming: Naming) -> None:
        self.memory = memory
        self.naming = naming
        self._known: dict[tuple[str, int | None], bool] = {}

    def rule(self, rule: Rule, bound: Binding) -> bool:
        """Whether the advice of a rule is provisional."""
        mark = self.naming.rule_marks.get(rule.name)
        if mark is not None and mark(self.memory, bound) is True:
            return True
        return any(self._within(e, bound) for e in self.naming.rules[rule.name])

    def _within(self, expression: Expression, bound: Binding) -> bool:
        if isinstance(expression, Derived | Attribute):
            return self._name(expression, bound)
        if isinstance(expression, Aggregate):
            inside = [e for e in (expression.where, expression.value) if e is not None]
            rows = self.memory.rows[expression.fact].values()
            return any(self._within(e, {**bound, expression.fact: r}) for r in rows for e in inside)
        return any(self._within(e, bound) for e in children(expression))

    def _name(self, name: Name, bound: Binding) -> bool:
        full = _full_name(name)
        fact = name.fact
        if fact is not None and fact not in bound:
            row = next(iter(self.memory.rows[fact].values()), None)  # a single fact
        else:
            row = None if fact is None else bound[fact]
        if isinstance(name, Derived) and fact is not None and row is None:
            return False
        key = (full, None if row is None else row.number)
        if key not in self._known:
            mine: Binding = UNBOUND if row is None or fact is None else {fact: row}
            mark = self.naming.marks.get(name.name) if isinstance(name, Derived) else None
            self._known[key] = (mark is not None and mark(self.memory, mine) is True) or any(
                self._within(e, mine) for e in self.naming.behind(name)
            )
        return self._known[key]


def _full_name(name: Name) -> str:
    if isinstance(name, Derived):
        return f"define {name.name}"
    return f"attribute {name.fact}.{name.name}"

"""What is provisional: marked so, or resting on what is (12).

Which names can matter is known of a rule base; only whether a mark applies is asked of a case.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from attrs import frozen

from matchrules.ir import Aggregate, Attribute, Derived, Expression, Rule, RuleBase, children

from .layout import MISSING, Layout

if TYPE_CHECKING:
    from .program import Compiled
    from .run import Run

WHOLE: Final = "whole"  # the mark of a name that has one value
OWN: Final = "own"  # that of the instance spoken of
ANY: Final = "any"  # that of any instance


@frozen
class Term:
    """A mark that makes what rests on it provisional, where no count in `unless_none` is 0."""

    cell: int
    how: str
    unless_none: frozenset[int] = frozenset()

    def applies(self, run: "Run", index: int) -> bool:
        v = run.cells
        found = v[self.cell]
        if self.how == OWN:
            found = found[index]
        elif self.how == ANY:
            found = any(found)
        if not found:
            return False
        return not self.unless_none or all(v[count] for count in self.unless_none)


def _any_applies(terms: Iterable[Term], run: "Run", index: int) -> bool:
    # A loop, since an `any` of a generator costs as much as all the rest.
    for term in terms:  # noqa: SIM110  # see above
        if term.applies(run, index):
            return True
    return False


@frozen
class Mark:
    """The mark of a define, table or attribute: its own condition, and what it rests on."""

    cell: int
    fact: str | None
    own: Expression | None
    terms: tuple[Term, ...]
    needs: tuple[int, ...]  # the cells that its own condition reads

    def fill(self, run: "Run") -> None:
        run.fill(self.needs)
        if self.fact is None:
            run.cells[self.cell] = self._applies(run, 0)
        else:
            run.cells[self.cell] = [
                self._applies(run, index) for index in range(len(run.case.facts[self.fact]))
            ]

    def _applies(self, run: "Run", index: int) -> bool:
        if self.own is not None:
            bound = {} if self.fact is None else {self.fact: index}
            if run.value(self.own, bound) is True:
                return True
        return _any_applies(self.terms, run, index)


class Marks:
    """Every mark that there can be, and what each rule rests on."""

    def __init__(self, compiled: "Compiled") -> None:
        self.base: RuleBase = compiled.base
        self.layout: Layout = compiled.layout
        self.marks: dict[int, Mark] = {}
        names = {cell: name for name, cell in self.layout.attributes.items()}
        defines = {cell: name for name, cell in self.layout.defines.items()}
        for cell in compiled.plan:  # what it rests on comes first
            if cell in defines:
                define = self.base.defines[defines[cell]]
                own, fact, texts = define.provisional, define.fact, define.expressions()
                mark = self.layout.define_marks[define.name]
            elif cell in names:
                declared = self.base.facts[names[cell][0]]
                attribute = declared.attributes[names[cell][1]]
                own, fact = None, declared.name if declared.many else None
                texts = (e for e in (attribute.default, attribute.unless) if e is not None)
                mark = self.layout.attribute_marks[names[cell]]
            else:
                continue
            terms = self._terms(texts)
            if terms or own is not None:
                needs = () if own is None else compiled.needs([own])
                self.marks[mark] = Mark(mark, fact, own, terms, needs)
        self._rules: dict[str, tuple[Term, ...]] = {}
        self._behind: dict[str, tuple[Mark, ...]] = {}

    def of_rule(self, run: "Run", name: str, index: int) -> bool:
        """Whether the rule's advice, which can be, is provisional for the instance."""
        rule = run.base.rules[name]
        if rule.provisional is not None:
            bound = {} if rule.fact is None else {rule.fact: index}
            if run.value(rule.provisional, bound) is True:
                return True
        for mark in self._behind[name]:
            if run.cells[mark.cell] is MISSING:
                mark.fill(run)
        return _any_applies(self._rules[name], run, index)

    def can_mark(self, rule: Rule) -> bool:
        """Whether the rule's advice can be provisional."""
        if rule.name not in self._rules:
            self._rules[rule.name] = self._terms(rule.expressions())
            self._behind[rule.name] = self._all_behind(self._rules[rule.name])
        return rule.provisional is not None or bool(self._rules[rule.name])

    def _all_behind(self, terms: Iterable[Term]) -> tuple[Mark, ...]:
        """The marks that those rest on, each after what it rests on itself."""
        found = {term.cell for term in terms}
        stack = list(found)
        while stack:
            for term in self.marks[stack.pop()].terms:
                if term.cell not in found:
                    found.add(term.cell)
                    stack.append(term.cell)
        return tuple(mark for cell, mark in self.marks.items() if cell in found)

    def _terms(self, expressions: Iterable[Expression]) -> tuple[Term, ...]:
        """The marks of all that the expressions name, branch taken or not."""
        layout, found = self.layout, dict[Term, None]()
        nothing: frozenset[str] = frozenset()
        stack: list[tuple[Expression, frozenset[str]]] = [(e, nothing) for e in expressions]
        while stack:
            expression, over = stack.pop()
            if isinstance(expression, Aggregate):
                inside = over | {expression.fact}
                stack.extend((e, inside) for e in children(expression))
                continue
            if isinstance(expression, Derived):
                fact = self.base.defines[expression.name].fact
                cell = layout.define_marks[expression.name]
            elif isinstance(expression, Attribute):
                fact = expression.fact if self.base.facts[expression.fact].many else None
                cell = layout.attribute_marks.get((expression.fact, expression.name), -1)
            else:
                stack.extend((e, over) for e in children(expression))
                continue
            if cell in self.marks:
                counts = frozenset(layout.counts[f] for f in over if f != fact)
                found[Term(cell, self._how(fact, over), counts)] = None
        return tuple(found)

    def _how(self, fact: str | None, over: Iterable[str]) -> str:
        if fact is None:
            return WHOLE
        return ANY if fact in over or not self.base.facts[fact].many else OWN

"""For which instances an expression is true, and for which it is false."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from matchrules.ir import (
    And,
    Attribute,
    Compare,
    Derived,
    Expression,
    In,
    InRange,
    IsKnown,
    Not,
    Or,
    Rule,
    Shown,
)
from matchrules.types import YesNo

from ..nullable import Nature
from .columns import Column, Columns

if TYPE_CHECKING:
    from ..run import Run

# Those for which it is true, and those for which it is false; for the rest it is unknown.
Pair: TypeAlias = tuple[int, int]
Judge: TypeAlias = "Callable[[Run, Columns], Pair]"
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Truths:
    """The conditions of rules said for each instance of a fact, made ready once for a rule base."""

    def __init__(self, nature: Nature, cells: Mapping[tuple[str, str], int],
                 defines: Mapping[str, int]) -> None:  # fmt: skip
        self._nature = nature
        self._cells = cells
        self._defines = defines
        self._judges: dict[tuple[str, int], tuple[Expression, Judge]] = {}

    def of_rule(self, run: "Run", rule: Rule, columns: Columns) -> int:
        """The instances for which the conditions of the rule hold, whoever overrides it. The cells
        that they need are filled."""
        assert rule.fact is not None
        held = columns.all
        for condition in [*rule.guards, *(() if rule.when is None else (rule.when,))]:
            held &= self._judge(condition, rule.fact)(run, columns)[0]
            if not held:
                return 0
        for condition in rule.unless:
            held &= ~self._judge(condition, rule.fact)(run, columns)[0]
        return held

    def _judge(self, e: Expression, fact: str) -> Judge:
        found = self._judges.get((fact, id(e)))
        if found is None:
            found = self._judges[fact, id(e)] = (e, self._made(e, fact))
        return found[1]

    def _made(self, e: Expression, fact: str) -> Judge:
        if not self._reads(e, fact):
            return lambda run, columns: _all(run.value(e), columns)
        match e:
            case And(operands):
                return _both([self._judge(o, fact) for o in operands])
            case Or(operands):
                return _either([self._judge(o, fact) for o in operands])
            case Not(operand):
                inside = self._judge(operand, fact)
                return lambda run, columns: inside(run, columns)[::-1]
            case Shown(operand):
                shown = self._judge(operand, fact)
                return lambda run, columns: _sure(shown(run, columns)[0], columns)
            case IsKnown(Attribute() | Derived() as a) if self._is_column(a, fact):
                return lambda run, columns: _sure(self._column(run, columns, a).known, columns)
            case IsKnown(operand) if isinstance(operand.type, YesNo):
                asked = self._judge(operand, fact)
                return lambda run, columns: _sure(int.__or__(*asked(run, columns)), columns)
            case Attribute() | Derived() if self._is_column(e, fact):
                return lambda run, columns: self._yes_no(run, columns, e)
            case Compare(op, left, right) if self._is_column(left, fact):
                if not self._reads(right, fact):
                    return self._comparing(op, left, right)
            case Compare(op, left, right) if self._is_column(right, fact):
                if not self._reads(left, fact):
                    return self._comparing(_TURNED[op], right, left)
            case In(value, items) if self._is_column(value, fact):
                if not any(self._reads(item, fact) for item in items):
                    return self._among(value, items)
            case InRange(value, low, high) if self._is_column(value, fact):
                if not self._reads(low, fact) and not self._reads(high, fact):
                    return _both([
                        self._comparing(">=", value, low), self._comparing("<=", value, high)
                    ], strict=True)  # fmt: skip
        return lambda run, columns: _one_by_one(run, e, fact, columns)

    def _reads(self, e: Expression, fact: str) -> bool:
        facts = self._nature.facts(e)
        return facts is None or fact in facts

    def _is_column(self, e: Expression, fact: str) -> bool:
        """Whether it stands for a value of each instance that lies in a cell."""
        return isinstance(e, Attribute | Derived) and e.fact == fact

    def _column(self, run: "Run", columns: Columns, e: Expression) -> Column:
        assert isinstance(e, Attribute | Derived)
        cell = self._cells[e.fact, e.name] if isinstance(e, Attribute) else self._defines[e.name]
        return columns.column(cell, run.cells[cell], e.type)

    def _yes_no(self, run: "Run", columns: Columns, e: Expression) -> Pair:
        equal = self._column(run, columns, e).equal
        return equal.get(True, 0), equal.get(False, 0)

    def _comparing(self, op: str, column: Expression, other: Expression) -> Judge:
        def judge(run: "Run", columns: Columns) -> Pair:
            value = run.value(other)
            if value is None:
                return 0, 0
            found = self._column(run, columns, column)
            true = found.compared(op, value)
            return true, found.known ^ true

        return judge

    def _among(self, column: Expression, items: Sequence[Expression]) -> Judge:
        def judge(run: "Run", columns: Columns) -> Pair:
            values = [run.value(item) for item in items]
            if None in values:
                return 0, 0
            found = self._column(run, columns, column)
            true = 0
            for value in values:
                true |= found.equal.get(value, 0)
            return true, found.known ^ true

        return judge


def _all(value: Any, columns: Columns) -> Pair:
    return (columns.all if value is True else 0), (columns.all if value is False else 0)


def _sure(true: int, columns: Columns) -> Pair:
    return true, columns.all ^ true


def _both(judges: Sequence[Judge], strict: bool = False) -> Judge:
    """Kleene's `and`; with `strict` an operator: unknown where one of them is."""

    def judge(run: "Run", columns: Columns) -> Pair:
        true, false, known = columns.all, 0, columns.all
        for inside in judges:
            one, other = inside(run, columns)
            true &= one
            false |= other
            known &= one | other
        return true, (false & known if strict else false)

    return judge


def _either(judges: Sequence[Judge]) -> Judge:
    def judge(run: "Run", columns: Columns) -> Pair:
        true, false = 0, columns.all
        for inside in judges:
            one, other = inside(run, columns)
            true |= one
            false &= other
        return true, false

    return judge


def _one_by_one(run: "Run", e: Expression, fact: str, columns: Columns) -> Pair:
    true = false = 0
    for place in range(columns.count):
        value = run.value(e, {fact: place})
        if value is True:
            true |= 1 << place
        elif value is False:
            false |= 1 << place
    return true, false


__all__ = ["Truths"]

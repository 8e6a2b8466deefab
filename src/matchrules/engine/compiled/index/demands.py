"""What a condition demands of one cell, as far as it speaks of one cell only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from matchrules.engine.compiled.layout import AS_OF
from matchrules.engine.compiled.operators import members_where
from matchrules.ir import (
    Aggregate,
    And,
    AsOf,
    Attribute,
    Compare,
    Constant,
    Derived,
    Expression,
    Format,
    InCase,
    InRange,
    Not,
    OfDecision,
    Or,
    ParameterValue,
    Shown,
    children,
)
from matchrules.types import Date, Enum, Number, Type, YesNo

from .columns import Column

if TYPE_CHECKING:
    from matchrules.engine.compiled.program import Compiled

TURNED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
DENIED: Final = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_KNOWN: Final = frozenset({True, False})


@frozen
class Condition:
    """What has to be known to be true; with `barring` what must not be."""

    expression: Expression
    barring: bool = False


def demanded(expressions: Sequence[Expression], barring: bool = False) -> Iterator[Condition]:
    """The conditions one by one: the parts of an `and`, and of what blocks the parts of an `or`."""
    stack = [Condition(e, barring) for e in reversed(expressions)]
    while stack:
        condition = stack.pop()
        inside, barred = condition.expression, condition.barring
        if isinstance(inside, Shown):
            stack.append(Condition(inside.operand, barred))
        elif isinstance(inside, Or if barred else And):
            stack.extend(Condition(e, barred) for e in reversed(inside.operands))
        elif isinstance(inside, Not) and isinstance(inside.operand, Shown):
            stack.append(Condition(inside.operand.operand, not barred))
        elif not barred and isinstance(inside, Not) and isinstance(inside.operand, Or):
            stack.extend(Condition(Not(e)) for e in reversed(inside.operand.operands))
        else:
            yield condition


class Demands:
    """Reads conditions for a span of days in which no value of a parameter changes."""

    def __init__(self, compiled: "Compiled", blank: list[Any], now: Mapping[str, Any]) -> None:
        self.compiled = compiled
        self._blank = blank
        self._now = now
        self._facts = compiled.base.facts
        self._asked: dict[Expression, Callable[[Any], Any]] = {}

    def cells(self, expression: Expression) -> frozenset[int] | None:
        """The cells of single values that it reads; None where it reads anything else."""
        layout, found = self.compiled.layout, set[int]()
        stack = [expression]
        while stack:
            node = stack.pop()
            if isinstance(node, Attribute):
                if self._facts[node.fact].many:
                    return None
                found.add(layout.attributes[node.fact, node.name])
            elif isinstance(node, Derived):
                if self.compiled.base.defines[node.name].fact is not None:
                    return None
                found.add(layout.defines[node.name])
            elif isinstance(node, AsOf):
                found.add(AS_OF)
            elif isinstance(node, Aggregate | InCase | OfDecision | Format):
                return None
            elif not isinstance(node, Constant):
                stack.extend(children(node))
        return frozenset(found)

    def put(self, column: Column, item: int, cell: int, condition: Condition) -> None:
        """The item demands that of the cell."""
        expression = condition.expression
        values = self._finite(cell, condition)
        if values is not None:
            column.among(item, values)
            return
        compared = self._compared(expression)
        if compared is None or (condition.barring and len(compared) > 1):
            wanted, answer = not condition.barring, self._answer(expression, cell)
            column.demand(
                item, (expression, wanted), lambda value: (answer(value) is True) is wanted
            )
            return
        for sign, constant in compared:
            if constant is None:  # a comparison with an unknown is unknown
                if not condition.barring:
                    column.among(item, frozenset())
            elif not condition.barring:
                column.compare(item, sign, constant)
            else:
                column.demand(item, (sign, constant), _not(sign, constant))

    def constant(self, condition: Condition) -> bool:
        """Whether a condition that reads no cell holds."""
        answer = self._answer(condition.expression, AS_OF)(date.min)
        return (answer is True) is not condition.barring

    # One cell -------------------------------------------------------------------------------------

    def _finite(self, cell: int, condition: Condition) -> frozenset[Any] | None:
        """The values that meet the condition, where a cell has a handful at most."""
        expression, barring = condition.expression, condition.barring
        wanted = not isinstance(expression, Not)
        inside = expression if wanted else expression.operand  # type: ignore[union-attr]  # a Not
        type_: Type | None = None
        found: frozenset[Any] | None = None
        if isinstance(inside, Attribute | Derived):
            type_, found = YesNo(), frozenset({wanted})
        else:
            tested = next(iter(children(inside)), None)
            if isinstance(tested, Attribute | Derived):
                type_ = tested.type
                if isinstance(type_, Enum | YesNo):
                    found = members_where(inside, wanted)
        if found is None or type_ is None:
            return None
        if not barring:
            return found
        if isinstance(type_, Enum):
            return (frozenset(type_.members) | {None}) - found
        return (_KNOWN | {None}) - found if isinstance(type_, YesNo) else None

    def _compared(self, expression: Expression) -> list[tuple[str, Any]] | None:
        """Comparisons of the cell with constants, all of which are demanded."""
        denied = isinstance(expression, Not)
        inside = expression.operand if isinstance(expression, Not) else expression
        if isinstance(inside, Compare):
            for one, two, signs in (
                (inside.left, inside.right, {}), (inside.right, inside.left, TURNED)
            ):  # fmt: skip
                if _is_ordered(one) and self._is_constant(two):
                    sign = signs.get(inside.op, inside.op)
                    return [(DENIED[sign] if denied else sign, self._value(two))]
        if (
            isinstance(inside, InRange) and not denied and _is_ordered(inside.value)
            and self._is_constant(inside.low) and self._is_constant(inside.high)
        ):  # fmt: skip
            low, high = self._value(inside.low), self._value(inside.high)
            if None not in (low, high):
                return [(">=", low), ("<=", high)]
        return None

    def _is_constant(self, expression: Expression) -> bool:
        return isinstance(expression, Constant) or (
            isinstance(expression, ParameterValue)
            and expression.on is None and expression.key is None
        )  # fmt: skip

    def _value(self, expression: Expression) -> Any:
        if isinstance(expression, ParameterValue):
            return self._now[expression.name]
        assert isinstance(expression, Constant)
        return expression.value

    def _answer(self, expression: Expression, cell: int) -> Callable[[Any], Any]:
        """The expression as a function of the cell."""
        found = self._asked.get(expression)
        if found is None:
            answer = self.compiled.question(expression, {}).answer

            def found(value: Any, blank: list[Any] = self._blank) -> Any:
                cells = blank.copy()
                cells[cell] = value
                return answer(cells)

            self._asked[expression] = found
        return found


def _is_ordered(expression: Expression) -> bool:
    return isinstance(expression, Attribute | Derived | AsOf) and isinstance(
        expression.type, Number | Date
    )


def _not(sign: str, constant: Any) -> Callable[[Any], bool]:
    """Not known to compare so."""
    denied = DENIED[sign]
    if denied in ("==", "!="):
        return lambda v: v is None or (v == constant) is (denied == "==")
    if denied in ("<", ">="):
        return lambda v: v is None or (v < constant) is (denied == "<")
    return lambda v: v is None or (v > constant) is (denied == ">")


__all__ = ["DENIED", "TURNED", "Condition", "Demands", "demanded"]

"""Operators on known values as Python expressions; the exact ones on the shared primitives."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from matchrules.decision import render_value
from matchrules.ir import (
    AddTime,
    Arithmetic,
    Compare,
    Constant,
    DayOf,
    DaysBetween,
    Expression,
    Extreme,
    Format,
    Has,
    In,
    InRange,
    IsEmpty,
    Round,
)
from matchrules.types import (
    Enum,
    Text,
    Type,
    add_time,
    days_between,
    exact,
    on_day,
    round_to,
)

from .layout import RUN
from .nullable import is_whole
from .source import Code

if TYPE_CHECKING:
    from .expressions import Writer

_SIGNS = {sign: sign for sign in ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*")}
_TURNED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def operator(writer: "Writer", expression: Expression, operands: Sequence[Code]) -> Code:
    """The operator at the top of the expression; all operands are atoms, and known."""
    say, known_as = writer.function.compose, writer.function.known_as

    def call(name: Any, *arguments: Code) -> Code:
        inside = ", ".join(["{}"] * len(arguments))
        return say(f"{known_as(name)}({inside})", *arguments)

    match expression:
        case Compare(op, left, right):
            one, two = operands
            if op not in ("==", "!="):
                one, two = ranked(writer, one, left.type), ranked(writer, two, right.type)
            return say(f"{{}} {_SIGNS[op]} {{}}", one, two)
        case In():
            if len(operands) == 1:
                return Code("False", atom=True)
            return say(
                " or ".join(["{} == {}"] * (len(operands) - 1)),
                *[part for item in operands[1:] for part in (operands[0], item)],
            )
        case InRange(value, low, high):
            tested, least, most = (
                ranked(writer, code, e.type)
                for code, e in zip(operands, (value, low, high), strict=True)
            )
            return say("{} <= {} <= {}", least, tested, most)
        case Has():
            return say("{} in {}", operands[1], operands[0])
        case IsEmpty():
            return say("not {}", operands[0])
        case Arithmetic(op, left, right):
            if op == "/":
                return call(_quotient, *operands)
            result = say(f"{{}} {_SIGNS[op]} {{}}", *operands)
            return result if is_whole(left) and is_whole(right) else call(exact, result)
        case Round(value, mode, places):
            if is_whole(value):
                return operands[0]
            return call(round_to, operands[0], *map(writer.function.constant, (places, mode)))
        case AddTime(_, _, unit, sign):
            amount = operands[1] if sign == 1 else say("-{}", operands[1])
            return call(add_time, operands[0], amount, writer.function.constant(unit))
        case DaysBetween():
            return call(days_between, *operands)
        case DayOf():
            day = operands[0].text
            return call(on_day, operands[1], Code(f"{day}.month"), Code(f"{day}.day"))
        case Extreme(op, left):
            keys = [ranked(writer, code, left.type) for code in operands]
            one, two = operands if op == "min" else reversed(operands)
            return say("{} if {} <= {} else {}", one, *keys, two)
        case Format(value):
            if isinstance(value.type, Text):
                return operands[0]
            kind = Code(known_as(value.type), atom=True)
            base = Code(f"{writer.function.cell(RUN)}.base", atom=True)
            return call(render_value, operands[0], kind, base)
    raise AssertionError(f"not an operator on known values: {expression!r}")


def ranked(writer: "Writer", code: Code, type_: Type) -> Code:
    """What orders a value: of an enum its place among the members."""
    if not isinstance(type_, Enum):
        return code
    ranks = writer.function.constant({member: n for n, member in enumerate(type_.members)})
    return writer.function.compose("{}[{}]", ranks, code)


def members_where(expression: Expression, wanted: bool) -> frozenset[Any] | None:
    """The values for which a comparison with constants comes out as wanted, where these are a
    handful: members of an enum, or what equals a constant. None where that cannot be told."""
    match expression:
        case Compare("==" | "!=", left, Constant(value)) if value is not None:
            if (expression.op == "==") == wanted:
                return frozenset({value})
            return _others(left.type, frozenset({value}))
        case In(value, items):
            if any(not isinstance(item, Constant) or item.value is None for item in items):
                return None
            listed = frozenset(item.value for item in items if isinstance(item, Constant))
            return listed if wanted else _others(value.type, listed)
        case Compare(op, left, Constant(value, type_)) if value is not None:
            if not isinstance(left.type, Enum) or not isinstance(type_, Enum):
                return None
            limit, sign = type_.members.index(str(value)), op if wanted else _TURNED[op]
            return frozenset(
                member for n, member in enumerate(left.type.members)
                if (n < limit if sign == "<" else n <= limit if sign == "<="
                    else n > limit if sign == ">" else n >= limit)
            )  # fmt: skip
    return None


def _others(type_: Type, these: frozenset[Any]) -> frozenset[Any] | None:
    if not isinstance(type_, Enum):
        return None
    return frozenset(type_.members) - these


def _quotient(one: Any, two: Any) -> Any:
    return exact(Fraction(one) / two)

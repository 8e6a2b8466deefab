"""Expressions: typed and resolved. The `type` of one is that of its value."""

from collections.abc import Iterator
from typing import Any, Literal

from attrs import fields, frozen

from matchrules.types import Date, Number, RoundingMode, Text, Type, Value, YesNo


@frozen
class Constant:
    """A literal; `value` None is the literal `unknown`."""

    value: Value | None
    type: Type


@frozen
class AsOf:
    """The day of the case."""

    type: Type = Date()


@frozen
class Attribute:
    """An attribute of a fact: of the single fact, or of the instance that `for each` or an
    aggregate has bound to `fact` (the innermost one)."""

    fact: str
    name: str
    type: Type


@frozen
class Derived:
    """The value of a define or table; of the bound instance of `fact` if it is said `for each`."""

    name: str
    type: Type
    fact: str | None = None


@frozen
class ParameterValue:
    """The value of a parameter on `as_of` or `on` a date, for a `key` where it has one."""

    name: str
    type: Type
    on: "Expression | None" = None
    key: "Expression | None" = None


@frozen
class Not:
    operand: "Expression"
    type: Type = YesNo()


@frozen
class And:
    operands: tuple["Expression", ...]
    type: Type = YesNo()


@frozen
class Or:
    operands: tuple["Expression", ...]
    type: Type = YesNo()


@frozen
class Shown:
    """Known to be true."""

    operand: "Expression"
    type: Type = YesNo()


@frozen
class IsKnown:
    operand: "Expression"
    type: Type = YesNo()


@frozen
class Compare:
    """Both sides have types that meet; ordered enums compare by `left.type`'s members."""

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: "Expression"
    right: "Expression"
    type: Type = YesNo()


@frozen
class In:
    """`value in (a, b)`."""

    value: "Expression"
    items: tuple["Expression", ...]
    type: Type = YesNo()


@frozen
class InRange:
    """`value in low..high`, both ends in."""

    value: "Expression"
    low: "Expression"
    high: "Expression"
    type: Type = YesNo()


@frozen
class Has:
    """`set has member`."""

    set: "Expression"
    member: "Expression"
    type: Type = YesNo()


@frozen
class IsEmpty:
    set: "Expression"
    type: Type = YesNo()


@frozen
class Arithmetic:
    """Exact arithmetic on numbers; quotients are fractions. A divisor is never 0."""

    op: Literal["+", "-", "*", "/"]
    left: "Expression"
    right: "Expression"
    type: Type


@frozen
class Round:
    """`value` at `places` decimal places. Every store into fewer places is written out as one."""

    value: "Expression"
    mode: RoundingMode
    places: int
    type: Type


@frozen
class AddTime:
    """`day + amount` or `day - amount` (`sign` -1) in a time unit; unknown past the calendar."""

    day: "Expression"
    amount: "Expression"
    unit: Literal["days", "weeks", "months", "years"]
    sign: Literal[1, -1]
    type: Type = Date()


@frozen
class DaysBetween:
    start: "Expression"
    end: "Expression"
    type: Type = Number(unit="days")


@frozen
class DayOf:
    """`day_of_year of year`; 29 February becomes the 28th in a common year."""

    day: "Expression"
    year: "Expression"
    type: Type = Date()


@frozen
class Extreme:
    """The smaller or larger of two values."""

    op: Literal["min", "max"]
    left: "Expression"
    right: "Expression"
    type: Type


@frozen
class If:
    """`then if condition else otherwise`: unknown where the condition is, except where both
    branches are known and equal."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"
    type: Type


@frozen
class IfKnown:
    """`value if known else otherwise`."""

    value: "Expression"
    otherwise: "Expression"
    type: Type


@frozen
class Aggregate:
    """Over the instances of a many-fact for which `where` is true, each bound to `fact` in turn.

    `op` is one of count, any, all (no `value`); sum, min, max, union (`value` of each instance);
    last, last_but_one (`value` of the picked instance). `by` names the required attribute that
    picks order by; `take` is the N of `last N by` inside another aggregate. `source` is what the
    author wrote, blanks normalised: the name of the value in `reasons`.
    """

    op: Literal["count", "any", "all", "sum", "min", "max", "union", "last", "last_but_one"]
    fact: str
    type: Type
    value: "Expression | None" = None
    where: "Expression | None" = None
    by: str | None = None
    take: int | None = None
    source: str = ""


@frozen
class Format:
    """The value as text (language.md 2.13); an unknown stays unknown."""

    value: "Expression"
    type: Type = Text()


# In properties and examples only: these read a decision.


@frozen
class Fires:
    """The rule's advice stands: for the bound instance inside its `for each`, else for some."""

    rule: str
    type: Type = YesNo()


@frozen
class NoneFire:
    """No rule fires, but perhaps these."""

    besides: tuple[str, ...] = ()
    type: Type = YesNo()


@frozen
class Advised:
    """There is advice for (or `against`) the subject."""

    kind: str
    subject: str
    against: bool = False
    type: Type = YesNo()


@frozen
class AdvisedField:
    """A field of the advice; unknown where the subject is not advised or its values differ."""

    kind: str
    subject: str
    field: str
    type: Type


@frozen
class InCase:
    """`operand` in the case named `a` or `b` of a `compare`."""

    case: str
    operand: "Expression"
    type: Type


@frozen
class HowMany:
    """`exactly one of` or `at most one of`."""

    op: Literal["exactly", "at_most"]
    operands: tuple["Expression", ...]
    type: Type = YesNo()


@frozen
class SameAdvice:
    """Equal bags of (rule, kind, subject, strength, fields, about) in both cases of a `compare`."""

    besides: tuple[str, ...] = ()
    type: Type = YesNo()


OfDecision = Fires | NoneFire | Advised | AdvisedField | HowMany | SameAdvice
Expression = (
    Constant
    | AsOf
    | Attribute
    | Derived
    | ParameterValue
    | Not
    | And
    | Or
    | Shown
    | IsKnown
    | Compare
    | In
    | InRange
    | Has
    | IsEmpty
    | Arithmetic
    | Round
    | AddTime
    | DaysBetween
    | DayOf
    | Extreme
    | If
    | IfKnown
    | Aggregate
    | Format
    | InCase
    | OfDecision
)

TRUE = Constant(True, YesNo())


class _Operands(dict[type, tuple[str, ...]]):
    """The fields of each kind of expression that hold others, worked out when first asked for."""

    def __missing__(self, kind: Any) -> tuple[str, ...]:
        found = tuple(a.name for a in fields(kind) if "Expression" in str(a.type))
        self[kind] = found
        return found


_OPERANDS = _Operands()


def _inside(expression: Expression) -> list[Expression]:
    """The expressions directly inside one."""
    found: list[Any] = []
    for name in _OPERANDS[type(expression)]:
        value = getattr(expression, name)
        if type(value) is tuple:
            found += value
        elif value is not None:
            found.append(value)
    return found


def children(expression: Expression) -> Iterator[Expression]:
    """The expressions directly inside one."""
    return iter(_inside(expression))


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it, outermost first."""
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        if _OPERANDS[type(node)]:  # most have none
            inside = _inside(node)
            inside.reverse()
            stack += inside


@frozen
class Template:
    """A text with holes: pieces of text, and expressions of type text (a `Format` where the value
    is none). `{name}` of a field of the advice is lowered to the field's own expression."""

    parts: "tuple[str | Expression | Segment, ...]"

    @property
    def holes(self) -> tuple[Expression, ...]:
        """The expressions in the order of the text, those in segments too."""
        found: list[Expression] = []
        for part in self.parts:
            inside = part.parts if isinstance(part, Segment) else (part,)
            found.extend(piece for piece in inside if not isinstance(piece, str))
        return tuple(found)


@frozen
class Segment:
    """`[…]` in a text: written where every hole in it is known, else left out as a whole."""

    parts: tuple[str | Expression, ...]

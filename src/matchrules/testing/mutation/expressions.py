"""Every expression that differs from one in one thing."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final, Literal, cast

from attrs import evolve, field, fields, frozen

from matchrules import ir
from matchrules.analysis.units import singular
from matchrules.ir import Expression
from matchrules.syntax import ast
from matchrules.testing.mutation.values import discrete, fits, others, typed
from matchrules.testing.mutation.written import Text, Written, parts
from matchrules.text import Span
from matchrules.types import Enum, Number, Type, Value, YesNo

Kind = Literal[
    "boundary", "comparison", "condition", "clause", "shown", "strength", "cell", "member",
    "guard", "parameter",
]  # fmt: skip
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]  # the words of a Literal

_Operator = Literal["==", "!=", "<", "<=", ">", ">="]
_NEIGHBOUR: Final[dict[str, _Operator]] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_OPPOSITE: Final[dict[str, _Operator]] = {
    "<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==",
}  # fmt: skip
_WORDS: Final = {"==": "is", "!=": "is not"}


@frozen
class Variant:
    """An expression with one thing changed: what, in words, and where it is written (None where
    that is not known)."""

    expression: Expression
    kind: Kind
    change: str
    span: Span | None = field(default=None, eq=False)


@frozen
class Site:
    """How an expression stands: whether it only counts whether it is true (then an unknown is as
    good as a no), whether it bounds something that has an order, the type of what it is compared
    with and the type that its value is stored under, if there is one."""

    truth: bool = False
    bounds: bool = False
    beside: Type | None = None
    stored: Type | None = None


PLAIN: Final = Site()
CONDITION: Final = Site(truth=True)


@frozen
class Changing:
    """Changes expressions of one book, whose text it quotes."""

    text: Text

    def variants(self, e: Expression, node: Written, site: Site = PLAIN) -> Iterator[Variant]:
        """Every change of an expression, each one once."""
        seen = {e}
        for variant in self._variants(e, node, site):
            if variant.expression not in seen:
                seen.add(variant.expression)
                yield variant

    def _variants(self, e: Expression, node: Written, site: Site) -> Iterator[Variant]:
        yield from self._own(e, node, site)
        if isinstance(e, ir.Not) and isinstance(e.operand, ir.IsKnown):
            inner = parts(e.operand, *parts(e, node))[0]
            for v in self._variants(e.operand.operand, inner, PLAIN):
                yield evolve(v, expression=ir.Not(ir.IsKnown(v.expression)))
            return
        for at, (operand, written) in enumerate(zip(ir.children(e), parts(e, node), strict=True)):
            for v in self._variants(operand, written, _inside(e, at, site)):
                if _tells(e, at, v.expression):
                    yield evolve(v, expression=with_child(e, at, v.expression))

    # What is changed at the expression itself ---------------------------------------------------

    def _own(self, e: Expression, node: Written, site: Site) -> Iterator[Variant]:
        span = None if node is None else node.span
        match e:
            case ir.Constant(value, type_) if value is not None:
                yield from self._constant(value, type_, e, node, site)
            case ir.Compare():
                yield from self._compared(e, node)
            case ir.And(operands) | ir.Or(operands):
                yield from self._joined(e, operands, node)
            case ir.In(_, items) if len(items) > 1:
                for at, written in enumerate(parts(e, node)[1:]):
                    said = self.text.quoted(items[at], written)
                    where = span if written is None else written.span
                    left = items[:at] + items[at + 1 :]
                    yield Variant(evolve(e, items=left), "condition", f"{said} left out", where)
            case ir.Not(ir.IsKnown()):
                yield Variant(e.operand, "comparison", "`is unknown` made `is known`", span)
            case ir.Not(operand):
                yield Variant(operand, "condition", "`not` dropped", _word(node, "not"))
            case ir.IsKnown():
                yield Variant(ir.Not(e), "comparison", "`is known` made `is unknown`", span)
            case ir.IsEmpty():
                yield Variant(ir.Not(e), "comparison", "`is empty` denied", span)
            case ir.Shown(operand) if not site.truth:
                yield Variant(operand, "shown", "`shown` dropped", _word(node, "shown"))

    def _constant(
        self, value: Value, type_: Type, e: Expression, node: Written, site: Site
    ) -> Iterator[Variant]:
        kind: Kind = "member" if isinstance(type_, Enum | YesNo) else "boundary"
        said = self.text.quoted(e, node)
        if isinstance(type_, Number):
            type_ = evolve(type_, places=_places(type_, node, site))
        for other in others(value, type_, bounding=site.bounds):
            if fits(other, site.stored):
                changed = ir.Constant(other, typed(type_, other))
                words = f"{said} made `{written_value(other)}{_unit(other, type_, node)}`"
                yield Variant(changed, kind, words, None if node is None else node.span)

    def _compared(self, e: ir.Compare, node: Written) -> Iterator[Variant]:
        span = node.op_span if isinstance(node, ast.Binary) else None if node is None else node.span
        ends = isinstance(e.left, ir.Constant) or isinstance(e.right, ir.Constant)
        ops = [_OPPOSITE[e.op]]
        # beside a literal, the neighbour is the same as the literal one step on
        if e.op in _NEIGHBOUR and not (ends and discrete(e.left.type) and discrete(e.right.type)):
            ops.insert(0, _NEIGHBOUR[e.op])
        for op in ops:
            words = f"`{_WORDS.get(e.op, e.op)}` made `{_WORDS.get(op, op)}`"
            changed = ir.Compare(op, e.left, e.right)
            yield Variant(changed, "comparison", words, span)

    def _joined(
        self, e: ir.And | ir.Or, operands: tuple[Expression, ...], node: Written
    ) -> Iterator[Variant]:
        word = "and" if isinstance(e, ir.And) else "or"
        for at, (operand, written) in enumerate(zip(operands, parts(e, node), strict=True)):
            left = operands[:at] + operands[at + 1 :]
            rest = evolve(e, operands=left) if len(left) > 1 else left[0]
            said = self.text.quoted(operand, written)
            span = None if written is None else written.span
            yield Variant(rest, "condition", f"{said} dropped from an `{word}`", span)


def _inside(e: Expression, at: int, site: Site) -> Site:
    """How the operand stands in the expression."""
    match e:
        case ir.And() | ir.Or():
            return Site(truth=site.truth)
        case ir.Shown():
            return CONDITION
        case ir.If():
            return site if at else PLAIN
        case ir.IfKnown():
            return Site(stored=site.stored)
        case ir.Aggregate(op="any" | "all"):
            return Site(truth=site.truth)
        case ir.Compare(op, left, right):
            other = left.type if at else right.type
            return Site(bounds=op not in ("==", "!="), beside=other)
        case ir.InRange(tested) if at:
            return Site(bounds=True, beside=tested.type)
        case ir.In(tested) if at:
            return Site(beside=tested.type)
    return PLAIN


def _tells(e: Expression, at: int, changed: Expression) -> bool:
    """Whether an operand changed so can make a difference that something else does not make."""
    old = tuple(ir.children(e))[at]
    match e:
        case ir.Compare(op, left, right) if isinstance(old, ir.Constant):
            if isinstance(old.type, YesNo):
                return False  # the same as `is` made `is not`
            other = right if at == 0 else left
            return not isinstance(changed, ir.Constant) or _differ(op, other, old, changed, at)
        case ir.In(_, items) if at:
            return changed not in items
        case ir.Arithmetic(op="/") if at:
            return not (isinstance(changed, ir.Constant) and changed.value == 0)
    return True


def _differ(op: str, other: Expression, old: ir.Constant, new: ir.Constant, at: int) -> bool:
    """Whether the range of what is compared has a value that tells two literals apart."""
    type_ = other.type
    if not isinstance(type_, Number) or type_.low is None or type_.high is None:
        return True
    # between neighbours, only a value that is one of them can
    ends: list[Any] = [v.value for v in (old, new)]
    inside = [v for v in ends if type_.low <= v <= type_.high]
    if not discrete(type_) or not discrete(old.type):
        inside = ends
    return any(_holds(op, v, ends[0], at) is not _holds(op, v, ends[1], at) for v in inside)


def _holds(op: str, value: Any, literal: Any, at: int) -> bool:
    one, two = (literal, value) if at == 0 else (value, literal)
    if op in ("==", "!="):
        return bool((one == two) is (op == "=="))
    return bool({"<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two}[op])


def with_child(e: Expression, at: int, operand: Expression) -> Expression:
    """The expression with another operand in that place of `ir.children`."""
    node: Any = e
    number = 0
    for attribute in fields(type(node)):
        value = getattr(node, attribute.name)
        if "Expression" not in str(attribute.type) or value is None:
            continue
        inside = at - number
        if isinstance(value, tuple):
            if inside < len(value):
                several = (*value[:inside], operand, *value[inside + 1 :])
                return cast(Expression, evolve(node, **{attribute.name: several}))
            number += len(value)
            continue
        if inside == 0:
            return cast(Expression, evolve(node, **{attribute.name: operand}))
        number += 1
    raise AssertionError(f"no operand {at} in {e!r}")


def written_value(value: Value) -> str:
    """A value as rules write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return f"({', '.join(sorted(value))})"
    if isinstance(value, Fraction):
        return f"{float(value):g}"
    return str(value)


def _places(type_: Number, node: Written, site: Site) -> int:
    """The decimal places that count for a literal: those that it is written with, of what it is
    compared with, and of what it is stored as."""
    found = [type_.places or 0]
    if isinstance(node, ast.NumberLiteral):
        exponent = node.value.as_tuple().exponent
        found.append(-exponent if isinstance(exponent, int) else 0)
    for other in (site.beside, site.stored):
        if isinstance(other, Number):
            found.append(other.places or 0)
    return max(found)


def _unit(value: Value, type_: Type, node: Written) -> str:
    """The unit of a number, where the one that it is made of has one."""
    if not isinstance(type_, Number) or type_.unit is None:
        return ""
    if not isinstance(node, ast.NumberLiteral) or node.unit is None:
        return ""
    return f" {singular(type_.unit) if value in (1, -1) else type_.unit}"


def _word(node: Written, word: str) -> Span | None:
    """The place of the word that an expression starts with."""
    if node is None:
        return None
    if isinstance(node, ast.Unary) and node.op == word:
        return Span(node.span.source, node.span.start, node.span.start + len(word))
    return node.span


__all__ = ["CONDITION", "KINDS", "PLAIN", "Changing", "Kind", "Site", "Variant",
           "with_child", "written_value"]  # fmt: skip

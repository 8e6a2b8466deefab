"""Operators that are unknown where an operand is (2, 11)."""

from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import TYPE_CHECKING, Any

import z3

from matchrules import ir
from matchrules.ir import Expression
from matchrules.prove.terms import (
    FALSE,
    Encoded,
    Term,
    Truth,
    Unsupported,
    all_of,
    any_of,
    choose,
    chosen,
    common,
    equal,
    known_truth,
    leaves,
    less,
    neg,
    over,
    same_term,
    times,
)
from matchrules.types import Enum, SetOf, Type, Unknown

if TYPE_CHECKING:
    from matchrules.prove.encoding import Encoding


def operate(encoding: "Encoding", expression: Expression, operands: list[Encoded]) -> Encoded:
    """The operator at the top of `expression` on its operands, in the order of `ir.children`."""
    known = all_of([operand.known for operand in operands])
    match expression:
        case ir.Compare(op, left, right):
            if _unknown(left.type) or _unknown(right.type):
                return Truth(FALSE, FALSE)
            one, two = operands
            if op in ("==", "!="):
                found = equal(one, two)
                return known_truth(known, found if op == "==" else neg(found))
            left_term, right_term = _term(one), _term(two)
            if op in (">", ">="):
                left_term, right_term = right_term, left_term
            return known_truth(known, less(left_term, right_term, or_equal=op in ("<=", ">=")))
        case ir.In(value, items):
            if any(_unknown(e.type) for e in (value, *items)):
                return Truth(FALSE, FALSE)
            return known_truth(known, any_of([equal(operands[0], o) for o in operands[1:]]))
        case ir.InRange(value, low, high):
            if any(_unknown(e.type) for e in (value, low, high)):
                return Truth(FALSE, FALSE)
            terms = [_term(operands[n]) for n in (1, 0, 2)]
            inside = [less(a, b, or_equal=True) for a, b in pairwise(terms)]
            return known_truth(known, all_of(inside))
        case ir.Has(set_, member):
            return known_truth(known, _has(operands, set_.type, member))
        case ir.IsEmpty():
            term = _term(operands[0]).term
            return known_truth(known, same_term(term, z3.BitVecVal(0, term.size())))
        case ir.Arithmetic(op):
            return arithmetic(op, *map(_term, operands))
        case ir.Round(_, mode, places):
            return rounded(_term(operands[0]), mode, places)
        case ir.AddTime(_, _, unit, sign):
            day, amount = map(_term, operands)
            if amount.denominator != 1:
                raise Unsupported("a time that is not whole is added to a date")
            return encoding.scene.ground.calendar.add(day, amount, unit, sign)
        case ir.DaysBetween():
            start, end = map(_term, operands)
            return Term(end.term - start.term, known)
        case ir.DayOf():
            return encoding.scene.ground.calendar.on_day(*map(_term, operands))
        case ir.Extreme(op):
            return extreme(op, *map(_term, operands))
        case ir.Format():
            return _format(expression, operands[0])
    raise Unsupported(f"the prover does not know `{type(expression).__name__}`")


def arithmetic(op: str, one: Term, two: Term) -> Term:
    """Exact arithmetic on numbers."""
    known = all_of([one.known, two.known])
    if op in ("+", "-"):
        (left, right), denominator = common([one, two])
        other = (two.low, two.high) if op == "+" else (_minus(two.high), _minus(two.low))
        term = _sum(left, right) if op == "+" else _sum(left, times(right, -1))
        return Term(term, known, denominator, _plus(one.low, other[0]), _plus(one.high, other[1]))
    if op == "*":
        return Term(_product(one.term, two.term), known, one.denominator * two.denominator,
                    *_product_bounds(one, two))  # fmt: skip
    return _quotient(one, two, known)


def _sum(left: Any, right: Any) -> Any:
    if z3.is_int_value(left) and z3.is_int_value(right):
        return z3.IntVal(left.as_long() + right.as_long())
    return left + right


def _product(left: Any, right: Any) -> Any:
    """A product; a factor that is a choice between constants is multiplied out."""
    for one, other in ((left, right), (right, left)):
        options = leaves(one)
        if options is not None:
            if z3.is_int_value(other):
                products = [(c, z3.IntVal(v * other.as_long())) for c, v in options]
            else:
                products = [(c, times(other, v) if v else z3.IntVal(0)) for c, v in options]
            return chosen(products)
    return left * right


def _quotient(one: Term, two: Term, known: Any) -> Term:
    """A quotient; the divisor has to be a constant or a choice between constants, not 0."""
    options = leaves(two.term)
    if options is None:
        raise Unsupported("what is divided by is not one of few constants")
    nonzero = [(c, v) for c, v in options if v]
    # one.term / one.denominator / (v / two.denominator)
    by_value = {v: Fraction(two.denominator, v) for _, v in nonzero}
    shared = lcm(*(factor.denominator for factor in by_value.values()))
    terms = [(c, _scaled(one.term, by_value[v] * shared)) for c, v in nonzero]
    if not terms:
        return Term(z3.IntVal(0), FALSE)
    zero = any_of([c for c, v in options if not v])
    bounds = [
        b * f if b is not None else None for f in by_value.values() for b in (one.low, one.high)
    ]
    low, high = (None, None) if None in bounds else (min(bounds), max(bounds))  # type: ignore[type-var]  # none is None
    return Term(chosen(terms), all_of([known, neg(zero)]), one.denominator * shared, low, high)


def _scaled(term: Any, factor: Fraction) -> Any:
    assert factor.denominator == 1
    return times(term, factor.numerator)


def rounded(value: Term, mode: str, places: int) -> Term:
    """The value at so many places: `down`, `up`, or `nearest`, half away from zero."""
    scale = 10**places
    if scale % value.denominator == 0:
        return Term(over(value, scale), value.known, scale, value.low, value.high)
    numerator, denominator = times(value.term, scale), value.denominator
    if mode == "down":
        whole = numerator / denominator
    elif mode == "up":
        whole = -((-numerator) / denominator)
    else:
        doubled, twice = numerator * 2, denominator * 2
        whole = choose(
            numerator >= 0, (doubled + denominator) / twice, -((denominator - doubled) / twice)
        )
    low = None if value.low is None else value.low - Fraction(1, scale)
    high = None if value.high is None else value.high + Fraction(1, scale)
    return Term(whole, value.known, scale, low, high)


def extreme(op: str, one: Term, two: Term) -> Term:
    """The smaller or larger of two values."""
    (left, right), denominator = common([one, two])
    first = less(one, two, or_equal=True)
    term = choose(first, left, right) if op == "min" else choose(first, right, left)
    of = min if op == "min" else max
    low = None if one.low is None or two.low is None else of(one.low, two.low)
    high = None if one.high is None or two.high is None else of(one.high, two.high)
    if op == "min":  # a bound on one of them bounds the smaller one
        high = high if high is not None else one.high if one.high is not None else two.high
    else:
        low = low if low is not None else one.low if one.low is not None else two.low
    return Term(term, all_of([one.known, two.known]), denominator, low, high)


def _has(operands: list[Encoded], type_: Type, member: Expression) -> Any:
    whole, one = map(_term, operands)
    assert isinstance(type_, SetOf)
    if isinstance(member, ir.Constant) and isinstance(member.value, str):
        bit = type_.of.members.index(member.value)
        return same_term(z3.Extract(bit, bit, whole.term), z3.BitVecVal(1, 1))
    assert isinstance(member.type, Enum)
    return any_of([
        all_of([
            same_term(one.term, z3.BitVecVal(rank, one.term.size())),
            same_term(z3.Extract(rank, rank, whole.term), z3.BitVecVal(1, 1)),
        ])
        for rank in range(len(type_.of.members))
    ])  # fmt: skip


def _format(expression: ir.Format, operand: Encoded) -> Term:
    """The value as text: equal values give equal texts; of nothing else is anything said."""
    if isinstance(operand, Truth):
        term = choose(operand.yes, z3.IntVal(1), z3.IntVal(0))
    else:
        term = operand.term
    written = z3.Function(
        f"written {expression.value.type!r} / {getattr(operand, 'denominator', 1)}",
        term.sort(), z3.IntSort(),
    )  # fmt: skip
    return Term(written(term), operand.known)


def _term(value: Encoded) -> Term:
    assert isinstance(value, Term)
    return value


def _unknown(type_: Type) -> bool:
    return isinstance(type_, Unknown)


def _plus(one: Any, two: Any) -> Any:
    return None if one is None or two is None else one + two


def _minus(one: Any) -> Any:
    return None if one is None else -one


def _product_bounds(one: Term, two: Term) -> tuple[Any, Any]:
    ends = (one.low, one.high, two.low, two.high)
    if None in ends:
        return None, None
    products = [a * b for a in ends[:2] for b in ends[2:]]  # type: ignore[operator]  # none is None
    return min(products), max(products)

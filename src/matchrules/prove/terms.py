"""Values as terms of the solver.

A yes/no is a pair of formulas: when it is true, and when it is false; it is unknown where neither
is. Any other value is a term and a formula that says when it is known; what the term is where the
value is unknown does not matter, and nothing may rest on it.

| type          | term                                                                        |
|---------------|-----------------------------------------------------------------------------|
| numbers       | an integer and a denominator, so that everything is exact                   |
| dates         | the number of the day, 1 for 0001-01-01                                     |
| `day_of_year` | 32 times the month, plus the day                                            |
| enums         | a bit vector that holds the rank of the member                              |
| sets          | a bit vector with one bit a member                                          |
| text          | a number that stands for the text                                           |
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any, Final

import z3
from attrs import frozen

from matchrules.types import AnyDayOfYear, Date, DayOfYear, Enum, Number, SetOf, Text, Type, YesNo

TRUE: Final = z3.BoolVal(True)
FALSE: Final = z3.BoolVal(False)
LAST_DAY: Final = date.max.toordinal()
MOST_LEAVES: Final = 400  # of a choice between constants that is multiplied out

Bound = int | Fraction | None


class Unsupported(Exception):
    """Something that the encoding has no term for: the answer is "undecided", with this reason."""


@frozen(eq=False)
class Truth:
    """A yes/no: true where `yes` is, false where `no` is, never both."""

    yes: Any
    no: Any

    @property
    def known(self) -> Any:
        return any_of([self.yes, self.no])

    @property
    def unknown(self) -> Any:
        return neg(self.known)


@frozen(eq=False)
class Term:
    """Any other value. A number is `term / denominator`, and within `low..high` where it is known
    (None: no bound); the rest have denominator 1."""

    term: Any
    known: Any
    denominator: int = 1
    low: Bound = None
    high: Bound = None


Encoded = Truth | Term


# Formulas, kept small -------------------------------------------------------------------------


def all_of(formulas: Iterable[Any]) -> Any:
    """Their `and`."""
    kept: dict[int, Any] = {}
    for formula in formulas:
        if z3.is_false(formula):
            return FALSE
        if not z3.is_true(formula):
            kept[formula.get_id()] = formula
    if not kept:
        return TRUE
    return next(iter(kept.values())) if len(kept) == 1 else z3.And(*kept.values())


def any_of(formulas: Iterable[Any]) -> Any:
    """Their `or`."""
    kept: dict[int, Any] = {}
    for formula in formulas:
        if z3.is_true(formula):
            return TRUE
        if not z3.is_false(formula):
            kept[formula.get_id()] = formula
    if not kept:
        return FALSE
    return next(iter(kept.values())) if len(kept) == 1 else z3.Or(*kept.values())


def neg(formula: Any) -> Any:
    """Its `not`."""
    if z3.is_true(formula):
        return FALSE
    if z3.is_false(formula):
        return TRUE
    return formula.arg(0) if z3.is_not(formula) else z3.Not(formula)


def choose(condition: Any, then: Any, otherwise: Any) -> Any:
    """One of two terms of one sort."""
    if z3.is_true(condition) or then.eq(otherwise):
        return then
    if z3.is_false(condition):
        return otherwise
    return z3.If(condition, then, otherwise)


def iff(one: Any, other: Any) -> Any:
    """Whether two formulas say the same."""
    if one.eq(other):
        return TRUE
    for this, that in ((one, other), (other, one)):
        if z3.is_true(this):
            return that
        if z3.is_false(this):
            return neg(that)
    return one == other


# Values ---------------------------------------------------------------------------------------


def two_valued(formula: Any) -> Truth:
    """A yes/no that is always known."""
    return Truth(formula, neg(formula))


def known_truth(known: Any, formula: Any) -> Truth:
    """A yes/no that is known where `known` is."""
    return Truth(all_of([known, formula]), all_of([known, neg(formula)]))


UNKNOWN_TRUTH: Final = Truth(FALSE, FALSE)


def unknown(type_: Type) -> Encoded:
    """The unknown of a type."""
    if isinstance(type_, YesNo):
        return UNKNOWN_TRUTH
    return Term(any_term(type_), FALSE)


def any_term(type_: Type) -> Any:
    """Some term of the sort of a type."""
    if isinstance(type_, AnyDayOfYear):
        return z3.IntVal(33)  # 1 January: what is worked out with it must come to a day
    width = width_of(type_)
    return z3.IntVal(0) if width is None else z3.BitVecVal(0, width)


def width_of(type_: Type) -> int | None:
    """How many bits a term of this type has; None where it is an integer."""
    match type_:
        case Enum(members=members):
            return max(1, (len(members) - 1).bit_length())
        case SetOf(of=of):
            return max(1, len(of.members))
    return None


def number(value: int | Fraction, known: Any = TRUE) -> Term:
    """A constant."""
    exact = Fraction(value)
    return Term(z3.IntVal(exact.numerator), known, exact.denominator, exact, exact)


def constant(value: Any, type_: Type, texts: "Texts") -> Encoded:
    """A literal of that type."""
    if value is None:
        return unknown(type_)
    if isinstance(value, bool):
        return two_valued(TRUE if value else FALSE)
    if isinstance(value, int | Fraction):
        return number(value)
    return Term(constant_term(value, type_, texts), TRUE)


def constant_term(value: Any, type_: Type, texts: "Texts") -> Any:
    """The term of a known value that is neither yes/no nor number."""
    match value:
        case date():
            return z3.IntVal(value.toordinal())
        case DayOfYear(month=month, day=day):
            return z3.IntVal(32 * month + day)
        case frozenset():
            assert isinstance(type_, SetOf)
            members = type_.of.members
            return z3.BitVecVal(sum(1 << members.index(m) for m in value), width_of(type_))
        case str() if isinstance(type_, Enum):
            return z3.BitVecVal(type_.members.index(value), width_of(type_))
        case str():
            return z3.IntVal(texts.number_of(value))
    raise Unsupported(f"there is no term for {value!r}")


class Texts:
    """The texts that rules name, by the numbers that stand for them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def count(self) -> int:
        """How many have a number; all further numbers are of texts that no rule names."""
        return len(self._numbers)

    def number_of(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    def text_of(self, number: int) -> str:
        """The text of a number of a model; one that no rule names where there is none."""
        for text, own in self._numbers.items():
            if own == number:
                return text
        fresh = f"text {number}"
        while fresh in self._numbers:
            fresh += "'"
        return fresh


def within(term: Any, type_: Type) -> Any:
    """Whether a term that was left open is a value of the type."""
    match type_:
        case Number(places=places, low=low, high=high):
            scale = 10 ** (places or 0)
            bounds = []
            if low is not None:
                bounds.append(term >= z3.IntVal(int(low * scale)))
            if high is not None:
                bounds.append(term <= z3.IntVal(int(high * scale)))
            return all_of(bounds)
        case Date():
            return z3.And(term >= 1, term <= LAST_DAY)
        case AnyDayOfYear():
            lengths = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
            months = enumerate(lengths, 1)
            return z3.Or(*(z3.And(term > 32 * m, term <= 32 * m + days) for m, days in months))
        case Enum(members=members):
            width = width_of(type_)
            if len(members) == 2 ** (width or 0):
                return TRUE
            return z3.ULE(term, z3.BitVecVal(len(members) - 1, width))
        case Text():
            return term >= 0
    return TRUE


def open_term(name: str, type_: Type, known: Any) -> tuple[Term, Any]:
    """A value that is left open, and the formula that it is one of its type."""
    width = width_of(type_)
    term = z3.Int(name) if width is None else z3.BitVec(name, width)
    if isinstance(type_, Number):
        scale = 10 ** (type_.places or 0)
        return Term(term, known, scale, type_.low, type_.high), within(term, type_)
    return Term(term, known), within(term, type_)


# Numbers ----------------------------------------------------------------------------------------


def over(value: Term, denominator: int) -> Any:
    """The numerator of a number over a multiple of its denominator."""
    factor = denominator // value.denominator
    return value.term if factor == 1 else times(value.term, factor)


def times(term: Any, factor: int) -> Any:
    """A term with a constant factor; a choice between constants stays one."""
    if factor == 1:
        return term
    if z3.is_int_value(term):
        return z3.IntVal(term.as_long() * factor)
    return term * factor


def common(values: Iterable[Term]) -> tuple[list[Any], int]:
    """The numerators over one denominator."""
    listed = list(values)
    denominator = lcm(*(v.denominator for v in listed))
    return [over(v, denominator) for v in listed], denominator


def leaves(term: Any) -> list[tuple[Any, int]] | None:
    """What a choice between constants can be: conditions that exclude each other, and the constant
    of each. None where it is something else, or too much."""
    found: list[tuple[list[Any], int]] = []
    stack: list[tuple[Any, list[Any]]] = [(term, [])]
    while stack:
        node, path = stack.pop()
        if z3.is_int_value(node):
            found.append((path, node.as_long()))
        elif z3.is_app_of(node, z3.Z3_OP_ITE):
            condition, then, otherwise = node.children()
            stack.append((otherwise, [*path, neg(condition)]))
            stack.append((then, [*path, condition]))
        else:
            return None
        if len(found) + len(stack) > MOST_LEAVES:
            return None
    merged: dict[int, list[Any]] = {}
    for path, value in found:
        merged.setdefault(value, []).append(all_of(path))
    return [(any_of(paths), value) for value, paths in merged.items()]


def chosen(options: list[tuple[Any, Any]]) -> Any:
    """The term whose condition holds; the conditions exclude each other and leave no other case."""
    *others, (_, result) = options
    for condition, term in reversed(others):
        result = choose(condition, term, result)
    return result


# Comparisons of known values ----------------------------------------------------------------------


def equal(one: Encoded, other: Encoded) -> Any:
    """Whether two known values are equal."""
    if isinstance(one, Truth) or isinstance(other, Truth):
        assert isinstance(one, Truth)
        assert isinstance(other, Truth)
        return iff(one.yes, other.yes)
    if _apart(one, other):
        return FALSE
    (left, right), _ = common([one, other])
    return same_term(left, right)


def same_term(left: Any, right: Any) -> Any:
    """Whether two terms are equal."""
    if left.eq(right):
        return TRUE
    if is_value(left) and is_value(right):
        return FALSE
    return left == right


def less(one: Term, other: Term, or_equal: bool) -> Any:
    """Whether a known value of an ordered type comes before another one."""
    if one.high is not None and other.low is not None and (
        one.high < other.low or (or_equal and one.high <= other.low)
    ):  # fmt: skip
        return TRUE
    if one.low is not None and other.high is not None and (
        one.low > other.high or (not or_equal and one.low >= other.high)
    ):  # fmt: skip
        return FALSE
    (left, right), _ = common([one, other])
    if z3.is_bv(left):
        if is_value(left) and is_value(right):
            a, b = left.as_long(), right.as_long()
            return TRUE if a < b or (or_equal and a == b) else FALSE
        return z3.ULE(left, right) if or_equal else z3.ULT(left, right)
    if z3.is_int_value(left) and z3.is_int_value(right):
        a, b = left.as_long(), right.as_long()
        return TRUE if a < b or (or_equal and a == b) else FALSE
    return left <= right if or_equal else left < right


def in_bounds(value: Term, type_: Number) -> Any:
    """Whether a known number keeps the range of its type."""
    tests = []
    if type_.low is not None:
        tests.append(less(number(type_.low), value, or_equal=True))
    if type_.high is not None:
        tests.append(less(value, number(type_.high), or_equal=True))
    return all_of(tests)


def _apart(one: Term, other: Term) -> bool:
    return (one.high is not None and other.low is not None and one.high < other.low) or (
        other.high is not None and one.low is not None and other.high < one.low
    )


def is_value(term: Any) -> bool:
    """Whether a term is a constant."""
    return bool(z3.is_int_value(term) or z3.is_bv_value(term))

"""The ranges that are inferred hold every value that arithmetic can give."""

import operator
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from matchrules.analysis import numbers
from matchrules.types import Number, exact, round_to

VALUES = st.fractions(-50, 50, max_denominator=4).map(exact)
OPERATORS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip


@st.composite
def with_values(draw: st.DrawFn) -> tuple[Number, int | Fraction]:
    """A type and a value of it; ends may be left open."""
    low, value, high = sorted(draw(st.lists(VALUES, min_size=3, max_size=3)))
    places = draw(st.sampled_from([0, 2, None]))
    ends = [None if draw(st.booleans()) and draw(st.booleans()) else end for end in (low, high)]
    return Number(places, ends[0], ends[1]), value


def holds(type_: Number, value: int | Fraction) -> bool:
    return (type_.low is None or type_.low <= value) and (type_.high is None or value <= type_.high)


@given(with_values(), with_values())
def test_results_lie_in_their_range(
    left: tuple[Number, int | Fraction], right: tuple[Number, int | Fraction]
) -> None:
    (a, x), (b, y) = left, right
    assert holds(numbers.added(a, b, None), x + y)
    assert holds(numbers.subtracted(a, b, None), x - y)
    assert holds(numbers.multiplied(a, b, None), x * y)
    assert holds(numbers.smaller(a, b, None), min(x, y))
    assert holds(numbers.larger(a, b, None), max(x, y))
    assert holds(numbers.hull(a, b, None), x) and holds(numbers.hull(a, b, None), y)
    assert holds(numbers.rounded(a), round_to(x, 0, "nearest"))
    assert holds(numbers.negated(a), -x)
    if not numbers.may_be_zero(b):
        assert holds(numbers.divided(a, b, None), Fraction(x) / y)


@given(with_values(), st.integers(0, 4), st.data())
def test_a_sum_lies_in_its_range(
    of: tuple[Number, int | Fraction], count: int, data: st.DataObject
) -> None:
    type_, value = of
    taken = data.draw(st.integers(0, count))
    assert holds(numbers.summed(type_, count), value * taken)


@given(with_values(), with_values(), st.sampled_from(sorted(OPERATORS)))
def test_what_is_always_so_is_so(
    left: tuple[Number, int | Fraction], right: tuple[Number, int | Fraction], op: str
) -> None:
    (a, x), (b, y) = left, right
    found = numbers.always(op, a, b)
    assert found in (None, OPERATORS[op](x, y))


def test_places_are_kept_by_sums_added_by_products_lost_by_quotients() -> None:
    one, two = Number(1, 0, 9), Number(2, 1, 9)
    assert numbers.added(one, two, None).places == 2
    assert numbers.multiplied(one, two, None).places == 3
    assert numbers.divided(one, two, None).places is None
    assert numbers.added(numbers.divided(one, two, None), one, None).places is None

"""Rule bases written as columns come back as they were: equal, with their places, and with nothing
shared that was not."""

import json
from datetime import date
from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from random_bases import random_base

import matchrules as mr
from matchrules import ir
from matchrules.ir.columns import NoRuleBases, from_columns, to_columns
from matchrules.testing import books
from matchrules.types import DayOfYear, Number, YesNo


def text_of(bases: tuple[ir.RuleBase, ...]) -> str:
    return json.dumps(to_columns(bases))


@given(st.integers(min_value=0))
@settings(max_examples=15)
def test_random_bases(seed: int) -> None:
    base = random_base(seed)
    # both eras say the same in the same nodes; the second has a rule less
    later = evolve(base, start=date(2027, 1, 1), rules=dict(list(base.rules.items())[1:]))
    bases = (evolve(base, end=date(2026, 12, 31)), later)
    text = text_of(bases)
    read = from_columns(json.loads(text))
    assert read == bases
    assert text_of(read) == text == text_of(bases)
    assert list(read[0].rules) == list(base.rules)


@given(books())
@settings(max_examples=8)
def test_random_books(texts: dict[str, str]) -> None:
    book = mr.load_text(texts)
    read = mr.book_from_json(book.to_json())
    assert (read.bases, read.sources, read.warnings) == (book.bases, book.sources, book.warnings)
    assert read.to_json() == book.to_json()  # what takes no part in equality too


def test_nodes_are_as_many_as_they_were() -> None:
    """What is told of one node by its identity is not told of another that reads the same."""
    alike = [ir.Constant(True, YesNo()) for _ in range(3)]
    body = ir.And((alike[0], alike[0], alike[1], ir.Not(alike[2])))
    base = random_base(1)
    base = evolve(base, defines={**base.defines, "d.it": ir.Define("d.it", YesNo(), body)})
    (read,) = from_columns(json.loads(text_of((base,))))
    found = read.defines["d.it"].body
    assert isinstance(found, ir.And)
    assert found == body
    one, two, three, four = found.operands
    assert one is two
    assert isinstance(four, ir.Not)
    assert len({id(one), id(three), id(four.operand)}) == 3


def test_every_kind_of_value() -> None:
    values = (
        True, False, 1, 0, -1, 10**30, Fraction(1, 3), Fraction(-7, 2), "", "1", "true", "é\u2028",
        date(1, 1, 1), date(9999, 12, 31), DayOfYear(2, 29), frozenset(), frozenset("ba"), None,
    )  # fmt: skip
    base = random_base(2)
    type_ = Number(2, Fraction(1, 2), 3, "days")
    defines = {
        f"d.c{n}": ir.Define(f"d.c{n}", type_, ir.Constant(v, YesNo()))
        for n, v in enumerate(values)
    }
    (read,) = from_columns(json.loads(text_of((evolve(base, defines=defines),))))
    bodies = [define.body for define in read.defines.values()]
    found = [body.value for body in bodies if isinstance(body, ir.Constant)]
    assert [(type(v), v) for v in found] == [(type(v), v) for v in values]


def test_rules_that_nest_deeper_than_calls_can() -> None:
    deep: ir.Expression = ir.Constant(True, YesNo())
    for _ in range(3000):
        deep = ir.Not(deep)
    base = random_base(3)
    defines = {"d.deep": ir.Define("d.deep", YesNo(), deep)}
    tree = to_columns((evolve(base, defines=defines),))
    (read,) = from_columns(json.loads(json.dumps(tree)))
    found, depth = read.defines["d.deep"].body, 0
    while isinstance(found, ir.Not):
        found, depth = found.operand, depth + 1
    assert depth == 3000


@pytest.mark.parametrize("tree", [None, [], {}, {"scalars": [], "groups": [], "bases": 0}])
def test_what_holds_no_rules(tree: object) -> None:
    with pytest.raises(NoRuleBases):
        from_columns(tree)

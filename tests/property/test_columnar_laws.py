"""A cohort in columns comes to exactly what the interpreter says of each of its cases alone."""

import sys
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))

import pytest
from books_and_cases import examples, loaded, packs
from cases_in_columns import agree, columns_of
from hypothesis import given
from hypothesis import strategies as st
from random_bases import random_base
from random_expressions import DAY, value_of
from residency_applicants import applicants

from matchrules.case.model import Case
from matchrules.case.validation import assemble
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.columnar import Program, columnar
from matchrules.ir import RuleBase
from matchrules.testing import books, cases


def drawn_case(base: RuleBase, rng: Random) -> Case:
    """A case with many unknowns, on a day at which a parameter may just have changed."""
    facts = {}
    for fact in base.facts.values():
        facts[fact.name] = [
            {
                name: n if a.key else value_of(rng, a.type)
                for name, a in fact.attributes.items()
                if a.required or rng.random() < (0.7 if a.optional else 0.1)
            }
            for n in range(rng.randrange(5) if fact.many else rng.random() < 0.8)
        ]
    return assemble(base, DAY + timedelta(rng.randint(-2, 1)), facts)


@examples(7, long=2500)
@given(st.integers(0, 2**32))
def test_random_bases(seed: int) -> None:
    rng, base = Random(seed), random_base(seed)
    agree(base, [drawn_case(base, rng) for _ in range(rng.choice([1, 10]))])


@examples(3, long=800)
@given(st.data())
def test_random_books(data: st.DataObject) -> None:
    book = loaded(data.draw(books()))
    by_base: dict[int, tuple[RuleBase, list[Case]]] = {}
    for _ in range(4):
        base, case = book.case(data.draw(cases(book)))
        by_base.setdefault(id(base), (base, []))[1].append(case)
    for base, drawn in by_base.values():
        agree(base, drawn, columnar(base))


@examples(2, long=750)
@given(st.lists(applicants(), min_size=3, max_size=3))
def test_applicants(drawn: list[Any]) -> None:
    book = packs()
    found = []
    for _, facts in drawn:
        try:
            base, case = book.case(facts, drawn[0][0])
        except CaseErrors:
            continue
        found.append(case)
    if found:
        agree(base, found, columnar(base))


# Differences that were found, shrunk: of random bases by seed ------------------------------------


@pytest.mark.parametrize(
    "seed",
    [
        19,  # a parameter on a day, whose rows all hold from the first day on
        26,  # a count of the last few
        1145,  # a literal compared with a column that holds one value throughout
        1417,  # a default that a pick could have to break ties on
        1567,  # the same for a table
    ],
)
def test_found_once(seed: int) -> None:
    rng, base = Random(seed), random_base(seed)
    agree(base, [drawn_case(base, rng) for _ in range(15)])


def test_no_cases() -> None:
    base = random_base(7)
    result = Program(base).decide(columns_of(base, []))
    assert len(result.faulty) == 0
    assert list(result.advice()) == []
    assert {len(s) for s in result.standings().values()} == {0}

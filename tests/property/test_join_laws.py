"""Conditions on all instances at once hold for exactly those for which each holds by itself."""

import sys
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))

from books_and_cases import examples, packs
from hypothesis import given
from hypothesis import strategies as st
from random_bases import random_base
from random_expressions import DAY, value_of
from residency_applicants import applicants

from matchrules.case.model import Case
from matchrules.case.validation import assemble
from matchrules.case.values import plain
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.compiled import compiled
from matchrules.engine.compiled.joins import Column, lasting, places_of
from matchrules.ir import RuleBase
from matchrules.types import Enum, Number

SIGNS = {
    "<": lambda one, two: one < two, "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two, ">=": lambda one, two: one >= two,
    "==": lambda one, two: one == two, "!=": lambda one, two: one != two,
}  # fmt: skip


def agree(base: RuleBase, case: Case) -> int:
    """How many rules there were to compare."""
    code = compiled(base)
    plan = lasting(code.repeated(case.as_of))
    given: dict[str, Any] = {}
    for name, instances in case.facts.items():
        if base.facts[name].many:
            given[name] = plan.standing[name].columns(instances)
        elif instances:
            declared = base.facts[name].attributes
            given[name] = {n: plain(v, declared[n].type) for n, v in instances[0].items()}
    found = plan.decide(given, case.as_of)
    try:
        expected = code.run(case)
        expected.outcome()
    except CaseErrors:
        assert found is None
        return 0
    if found is None:  # something is unusual, or near to a fault
        return 0
    assert sorted(found.standing) == sorted(expected.standing)
    return sum(base.rules[name].fact is not None for name in base.rules)


@examples(80, long=5_000)
@given(seed=st.integers(0, 2**32))
def test_rules_of_random_bases(seed: int) -> None:
    base, rng = random_base(seed), Random(seed)
    facts = {}
    for fact in base.facts.values():
        facts[fact.name] = [
            {
                name: n if a.key else value_of(rng, a.type)
                for name, a in fact.attributes.items()
                if a.required or rng.random() < (0.7 if a.optional else 0.1)
            }
            for n in range(rng.choice((0, 1, 3, 4)) if fact.many else rng.random() < 0.8)
        ]
    agree(base, assemble(base, DAY, facts))


@examples(10, long=300)
@given(applicant=applicants())
def test_rules_of_the_packs(applicant: tuple[date, dict[str, Any]]) -> None:
    day, facts = applicant
    base, case = packs().case(facts, day)
    assert agree(base, case) > 0


@given(
    values=st.lists(st.none() | st.integers(0, 9), max_size=40),
    sign=st.sampled_from(sorted(SIGNS)),
    limit=st.integers(-1, 10), named=st.booleans(),
)  # fmt: skip
def test_a_column_finds_whoever_compares_so(
    values: list[int | None], sign: str, limit: int, named: bool
) -> None:
    if named:  # the same as members of an enum
        members = tuple(f"m{n}" for n in (3, 1, 4, 0, 9, 2, 6, 5, 8, 7))
        kind, limit = Enum("e", members, ordered=True), min(max(limit, 0), 9)
        column = Column([None if v is None else members[v] for v in values], kind)
        found = column.compared(sign, members[limit])
    else:
        column = Column(values, Number(0, 0, 9, None))
        found = column.compared(sign, limit)
    expected = [n for n, v in enumerate(values) if v is not None and SIGNS[sign](v, limit)]
    assert places_of(found) == expected
    assert places_of(column.known) == [n for n, v in enumerate(values) if v is not None]

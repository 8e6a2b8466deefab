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
from matchrules.engine.compiled import Compiled, compiled
from matchrules.engine.compiled.joins import Columns, Truths, places_of
from matchrules.engine.compiled.joins.columns import Column
from matchrules.engine.compiled.nullable import Nature
from matchrules.ir import RuleBase
from matchrules.types import Enum, Number

SIGNS = {
    "<": lambda one, two: one < two, "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two, ">=": lambda one, two: one >= two,
    "==": lambda one, two: one == two, "!=": lambda one, two: one != two,
}  # fmt: skip


def agree(base: RuleBase, case: Case, code: Compiled) -> int:
    """How many rules there were to compare."""
    layout, run = code.layout, code.run(case)
    truths = Truths(Nature(base), layout.attributes, layout.defines)
    columns = {name: Columns(len(instances)) for name, instances in case.facts.items()}
    compared = 0
    for rule in base.rules.values():
        if rule.fact is None or not base.facts[rule.fact].many:
            continue
        run.fill(code.needs_of_rule(rule))
        found = places_of(truths.of_rule(run, rule, columns[rule.fact]))
        expected = [n for n in range(len(case.facts[rule.fact])) if run.holds(rule, {rule.fact: n})]
        assert found == expected, rule.name
        compared += 1
    return compared


@examples(150, long=5_000)
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
    agree(base, assemble(base, DAY, facts), compiled(base))


@examples(10, long=300)
@given(applicant=applicants())
def test_rules_of_the_packs(applicant: tuple[date, dict[str, Any]]) -> None:
    day, facts = applicant
    base, case = packs().case(facts, day)
    assert agree(base, case, compiled(base)) > 0


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

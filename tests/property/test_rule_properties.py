"""What stands in the packs, and that the cases drawn for them reach what there is."""

import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from books_and_cases import LONG, packs

from matchrules.diagnostics.model import CaseErrors
from matchrules.testing import cases
from matchrules.testing.examples import run_examples
from matchrules.types import Enum

WANTED = {"P-04", "P-05", "P-06", "P-10", "P-11", "P-17", "P-24", "P-25"}


def test_the_properties_are_there() -> None:
    assert {said.id for said in packs().properties} >= WANTED


def test_every_example_comes_out_as_expected_on_the_interpreter() -> None:
    """On the other engine, pytest runs them as items of the rule files."""
    failed = [r for r in run_examples(packs(), "interpreter") if not r.passed]
    assert not failed, [(r.name, r.diagnostics) for r in failed]


@cache
def seen() -> tuple[Counter[str], dict[str, set[object]], list[str]]:
    """How often each rule fired, the values of each derived fact, and the faults, over many
    cases."""
    fired: Counter[str] = Counter()
    values: dict[str, set[object]] = defaultdict(set)
    faults: list[str] = []

    @settings(
        max_examples=6000 if LONG else 800, database=None, deadline=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def look(data: st.DataObject) -> None:
        case = data.draw(cases(packs()))
        try:
            decision = packs().decide(case, engine="interpreter")
        except CaseErrors as error:
            faults.append(str(error))
            return
        fired.update({advice.rule for advice in decision})
        for name, value in decision.derived.items():
            if isinstance(value, str | bool) or value is None:
                values[name].add(value)

    look()
    return fired, values, faults


def test_no_valid_case_has_faults() -> None:
    assert not seen()[2], seen()[2][0]


def test_nearly_every_member_of_a_derived_fact_is_reached() -> None:
    values = seen()[1]
    members = {
        (name, member)
        for name, define in packs().bases[-1].defines.items()
        if isinstance(define.type, Enum) and define.fact is None
        for member in define.type.members
    }
    missing = {(name, member) for name, member in members if member not in values[name]}
    assert len(missing) <= (0.05 if LONG else 0.15) * len(members), sorted(missing)


def test_nearly_every_rule_fires() -> None:
    rules = {rule.full_name for base in packs().bases for rule in base.rules.values()}
    never = rules - set(seen()[0])
    assert len(never) <= (0.02 if LONG else 0.08) * len(rules), sorted(never)

"""The packs beside a second reading of the specification: every derived fact, every statement,
every number that an advice carries, and the category of every program have to be equal on every
applicant. The long profile looks at more than twenty thousand of them.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from residency_agreement import drawn, hold, revived
from residency_statements import carried, statements

import matchrules as mr
from matchrules.ir import Constant, Template, walk
from matchrules.testing import cases

PACKS = mr.load(cache=True)


def literals(text: Template) -> Iterator[str]:
    """The pieces that a text is written with, those of its segments and conditional parts too."""
    for part in text.parts:
        yield from (p for p in getattr(part, "parts", [part]) if isinstance(p, str))
    for hole in text.holes:
        yield from (e.value for e in walk(hole) if isinstance(e, Constant) and type(e.value) is str)


# What a text shows only where it quotes what is unknown, or joins its parts badly.
TRACES = ("not known", "  ", " .", " ,", "..", ",,", "{", "}", "[", "]")
MEANT = {
    (rule.id, trace)
    for rule in PACKS.bases[-1].rules.values()
    for then in rule.thens
    for part in literals(then.text)
    for trace in TRACES
    if trace in part
}


def differences(facts: Any, as_of: date | None, engine: Any = "interpreter") -> list[str]:
    decision = PACKS.decide(facts, as_of, engine=engine)
    plain = {fact: value for fact, value in decision.facts.items() if fact != "as_of"}
    plain = revived(plain)
    derived, said = statements(plain, decision.as_of)
    found = [
        f"{name} is {decision.derived[name]}, by the second reading {value}"
        for name, value in derived.items()
        if not name.startswith("_") and decision.derived[name] != value
    ]
    given = sorted(((str(advice.id), advice.about) for advice in decision), key=str)
    found += [f"the packs alone say {one}" for one in given if one not in said]
    found += [f"the second reading alone says {one}" for one in said if one not in given]
    found += [f"{one} is said {given.count(one)} times" for one in given if given.count(one) > 1]
    expected = carried(plain, derived, decision.as_of)
    found += [
        f"{advice.id} carries {dict(advice.fields)}, by the second reading {expected[advice.id]}"
        for advice in decision
        if advice.id in expected and dict(advice.fields) != expected[advice.id]
    ]
    return found + traces(decision)


def traces(decision: mr.Decision) -> list[str]:
    """Texts that show how they were made."""
    return [
        f"{advice.id} has {trace!r} in {advice.text!r}"
        for advice in decision
        for trace in TRACES
        if trace in advice.text and (advice.id, trace) not in MEANT
    ]


def test_a_second_reading_agrees_on_applicants() -> None:
    tried = hold(differences, PACKS, drawn(150, 20_000))
    assert tried > 140


@given(cases(PACKS))
def test_a_second_reading_agrees_on_any_case(case: Any) -> None:
    assert differences(case, None) == []


def test_both_evaluators_say_the_same_of_applicants() -> None:
    def differ(facts: dict[str, Any], as_of: date) -> list[str]:
        by_rete, plainly = (PACKS.decide(facts, as_of, engine=e) for e in ("rete", "interpreter"))
        return [] if by_rete.to_json() == plainly.to_json() else ["the evaluators differ"]

    hold(differ, PACKS, drawn(25, 1_000))


@pytest.mark.parametrize("as_of", [date(2017, 12, 31), date(1, 1, 1)])
def test_no_rules_were_in_force_before_2018(as_of: date) -> None:
    with pytest.raises(mr.MatchrulesError):
        PACKS.decide({}, as_of)

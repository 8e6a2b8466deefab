"""Every property of the packs on the generated applicants of `test_packs_reach`, who come to every
band, tier, date and unknown: one evaluation of an applicant answers all properties at once. In
the long profile they are more than twenty thousand. `pytest -s` prints how often each was put to
the test."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import pytest
from residency_agreement import drawn
from residency_applicants import applicant

import matchrules as mr
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import Property
from matchrules.types import Enum, Number, Type, YesNo

PACKS = mr.load(cache=True)
BASE = PACKS.bases[-1]
ALONE = [p for p in BASE.properties.values() if not p.cases and not p.whatever]
COMPARED = [p for p in BASE.properties.values() if p.cases and not p.whatever]
AT_ONCE = 3  # comparisons of one applicant, those that were put to the test least

Facts = dict[str, Any]


def evaluated(facts: Facts, as_of: date) -> Interpretation | None:
    """The evaluation of an applicant; None of one who contradicts himself."""
    try:
        run = Interpretation(*PACKS.case(facts, as_of))
        run.outcome()
    except mr.CaseErrors as error:
        assert {fault.code for fault in error.diagnostics} <= {"MR601", "MR605"}, str(error)
        return None
    return run


def other(rng: random.Random, said: Property, facts: Facts) -> Facts:
    """The second applicant of a comparison: like the first, but for what may differ."""
    _, stranger = applicant(rng)
    if said.adding is not None:
        more = stranger.get(said.adding) or []
        if said.adding == "attempt":  # the next sitting of one exam
            listed = facts.get("attempt") or []
            exam = rng.choice(listed or [{"exam": "step1"}])["exam"]
            number = 1 + sum(1 for one in listed if one["exam"] == exam)
            more = [{"exam": exam, "number": number, "outcome": "fail"}] if number <= 6 else []
        return {**facts, said.adding: [*(facts.get(said.adding) or []), *more[:1]]}
    if said.differing_only_in is None:
        return stranger
    changed = {name: dict(v) if isinstance(v, dict) else v for name, v in facts.items()}
    for fact, attribute in said.differing_only_in:
        mine = changed.setdefault(fact, {})
        theirs = (stranger.get(fact) or {}).get(attribute)
        declared = BASE.facts[fact].attributes[attribute].type
        value = theirs if rng.random() < 0.4 else near(rng, declared, mine.get(attribute))
        if value is None:
            mine.pop(attribute, None)
        else:
            mine[attribute] = value
    return changed


def near(rng: random.Random, type_: Type, value: Any) -> Any:
    """A value of the type, beside the one given where it is a number."""
    match type_:
        case YesNo():
            return rng.choice((True, False))
        case Enum(members=members):
            return rng.choice(members)
        case Number(low=low, high=high) if low is not None and high is not None:
            start = value if value is not None else rng.randint(int(low), int(high))
            return min(max(start + rng.choice((-9, -1, 1, 9)), int(low)), int(high))
    return value


def fits(said: Property, facts: Facts) -> bool:
    """Whether there is what the comparison is about: instances, or sittings to add one to."""
    about = "attempt" if said.adding == "attempt" else said.fact
    return about is None or bool(facts.get(about))


def check(said: Property, runs: Sequence[Interpretation], met: Counter[str], seed: int) -> None:
    """What it says is true wherever its premise is."""
    first = runs[0]
    first.cases = dict(zip(said.cases, runs, strict=False))
    for bound in first.each(said.fact):
        if said.when is None or first.value(said.when, bound) is True:
            met[said.name] += 1
            assert first.value(said.then, bound) is True, (said.id, seed, bound)


@cache
def looked() -> tuple[int, Counter[str]]:
    """How many applicants were looked at, and how often each property was put to the test."""
    met: Counter[str] = Counter()
    tried = 0
    for seed, as_of, facts in drawn(250, 20_500):
        run = evaluated(facts, as_of)
        if run is None:
            continue
        tried += 1
        for said in ALONE:
            check(said, [run], met, seed)
        rng = random.Random(seed + 0.5)
        fitting = [said for said in COMPARED if fits(said, facts)]
        for said in sorted(fitting, key=lambda said: met[said.name])[:AT_ONCE]:
            second = evaluated(other(rng, said, facts), as_of)
            if second is not None:
                check(said, [run, second], met, seed)
    return tried, met


def test_every_property_holds_of_every_applicant() -> None:
    tried, met = looked()
    print(f"\n{tried} applicants")
    for said in (*ALONE, *COMPARED):
        print(f"{met[said.name]:6} {said.id} {said.name}")
    assert tried > 200


@pytest.mark.parametrize("name", [said.name for said in (*ALONE, *COMPARED)])
def test_a_property_is_put_to_the_test(name: str) -> None:
    assert looked()[1][name]

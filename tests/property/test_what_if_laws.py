"""Changed facts, and many values of one fact, are decided as from scratch by the definition."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
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
from matchrules.decision import Decision, Outcome, decide
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import interpret
from matchrules.explain.sweep import Sweep
from matchrules.explain.what_if import WhatIf
from matchrules.ir import RuleBase
from matchrules.reach import Reach
from matchrules.types import python_value


def decided(base: RuleBase, case: Case) -> Decision:
    return decide(base, interpret(base, case), case, lambda base, case: Reach(base, case, {}))


def made(base: RuleBase, rng: Random) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Facts of a random base."""
    return {
        fact.name: [
            {
                name: n if a.key else value_of(rng, a.type)
                for name, a in fact.attributes.items()
                if a.required or rng.random() < (0.7 if a.optional else 0.1)
            }
            for n in range(rng.randrange(4) if fact.many else rng.random() < 0.8)
        ]
        for fact in base.facts.values()
    }


def started(seed: int) -> tuple[RuleBase, Random, Decision] | None:
    """A random base with a valid case, if the first ones drawn have one."""
    base, rng = random_base(seed), Random(seed)
    for _ in range(6):
        try:
            return base, rng, decided(base, assemble(base, DAY, made(base, rng)))
        except CaseErrors:
            continue
    return None


def check(before: Decision, found: WhatIf) -> None:
    """What comes, goes and changes is exactly what the two decisions differ in, each with a
    reason."""
    old, new = bag(before), bag(found.decision)
    assert Counter(map(identity, found.added)) == new - old
    assert Counter(map(identity, found.withdrawn)) == old - new
    one, two = Counter(map(whole, before)), Counter(map(whole, found.decision))
    assert sum((one & two).values()) >= found.same
    assert found.same + len(found.changed) + len(found.added) == len(found.decision)
    assert found.same + len(found.changed) + len(found.withdrawn) == len(before)
    for turn in found.changed:
        assert turn.before is not None and whole(turn.before) != whole(turn.advice)
    for turn in (*found.added, *found.withdrawn):
        assert turn.reasons, turn
    said = str(found)
    assert said and found.to_markdown() and found.to_dict()
    assert str(found) == said
    if found.difference.turns:
        assert found.changes and "Nothing changes" not in said


def bag(decision: Decision) -> Counter[Any]:
    return Counter((a.rule, a.about, a.kind, a.subject, a.strength) for a in decision)


def identity(turn: Any) -> Any:
    a = turn.advice
    return (a.rule, a.about, a.kind, a.subject, a.strength)


def whole(advice: Any) -> Any:
    fields = tuple(sorted(advice.fields.items()))
    return (advice.rule, advice.about, advice.kind, advice.subject, advice.strength, fields,
            advice.text, advice.provisional)  # fmt: skip


@given(st.integers(0, 10**9))
@examples(40)
def test_a_change_is_decided_as_from_scratch(seed: int) -> None:
    start = started(seed)
    if start is None:
        return
    base, rng, before = start
    assert before.reach is not None
    other = made(base, rng)
    changes: dict[str, Any] = {}
    expected = {name: list(instances) for name, instances in before.reach.case.facts.items()}
    for name in rng.sample(sorted(base.facts), rng.randint(1, 3)):
        if base.facts[name].many:
            changes[name] = expected[name] = other[name]  # type: ignore[assignment]
        elif other[name]:
            keys = rng.sample(sorted(other[name][0]), rng.randint(0, len(other[name][0])))
            changes[name] = {key: other[name][0][key] for key in keys}
            old = expected[name][0] if expected[name] else {}
            expected[name] = [{**old, **changes[name]}]
        else:
            changes[name], expected[name] = None, []
    try:
        anew = decided(base, assemble(base, DAY, expected))
    except CaseErrors as fault:
        codes = {(f.code, f.path) for f in fault.diagnostics}
        try:
            before.what_if(changes)
        except CaseErrors as error:
            assert {(f.code, f.path) for f in error.diagnostics} == codes
        else:
            raise AssertionError(f"an impossible case was decided: {fault}") from None
        return
    found = before.what_if(changes)
    assert found.decision == anew
    check(before, found)


@given(applicants(), applicants(), st.randoms(use_true_random=False))
@examples(8)
def test_a_change_of_an_applicant_is_decided_as_from_scratch(
    one: dict[str, Any], two: dict[str, Any], rng: Random
) -> None:
    try:
        before = packs().decide(one, engine="interpreter")
    except CaseErrors:
        return
    two = {name: given for name, given in two.items() if name != "as_of"}
    changes = {name: two[name] for name in rng.sample(sorted(two), min(2, len(two)))}
    expected = dict(one)
    for name, given_ in changes.items():
        merge = isinstance(given_, dict) and isinstance(one.get(name), dict)
        expected[name] = {**one[name], **given_} if merge else given_
    if not changes:
        return
    try:
        anew = packs().decide(expected, engine="interpreter")
    except CaseErrors as fault:
        try:
            before.what_if(changes)
        except CaseErrors as error:
            assert [f.code for f in error.diagnostics] == [f.code for f in fault.diagnostics]
        else:
            raise AssertionError(f"an impossible case was decided: {fault}") from None
        return
    found = before.what_if(changes)
    assert found.decision.to_json() == anew.to_json()
    check(before, found)


# Many values --------------------------------------------------------------------------------------


def content(base: RuleBase, case: Case | CaseErrors) -> Any:
    """What is advised, without texts; or why the case is not valid."""
    try:
        if isinstance(case, CaseErrors):
            raise case
        outcome: Outcome = interpret(base, case)
    except CaseErrors as error:
        return {(f.code, f.path, tuple(x.span for x in f.labels)) for f in error.diagnostics}
    firings = outcome.firings
    return Counter((f.rule, f.place, f.about, frozenset(f.fields.items())) for f in firings)


def one_by_one(
    base: RuleBase, case: Case, fact: str, index: int, name: str, values: Sequence[Any]
) -> Iterator[Any]:
    for value in values:
        instances = list(case.facts[fact]) or [{}]
        instances[index] = {**instances[index], name: value}
        try:
            changed: Any = assemble(base, case.as_of, {**case.facts, fact: instances})
        except CaseErrors as error:
            changed = error
        yield content(base, changed)


def agrees(found: Sweep, each: Sequence[Any]) -> None:
    """The spans are the runs of values that are decided alike."""
    runs = [list(run) for _, run in groupby(each, key=lambda one: one)]
    assert [span.count for span in found.spans] == [len(run) for run in runs]
    assert [span.start for span in found.spans] == [
        sum(len(run) for run in runs[:n]) for n in range(len(runs))
    ]
    for span, run in zip(found.spans, runs, strict=True):
        valid = isinstance(run[0], Counter)
        assert bool(span.faults) is not valid
        if valid:
            assert len(span.advice) == sum(run[0].values())
    valid_spans = [span for span in found.spans if not span.faults]
    for earlier, later in pairwise(valid_spans):
        assert later.difference is not None
        # a lane for all that comes or goes
        ids = {lane.id for lane in found.lanes}
        turns = (*later.difference.added, *later.difference.withdrawn)
        assert {turn.advice.id or turn.advice.rule for turn in turns} <= ids
        come = len(later.difference.added) - len(later.difference.withdrawn)
        assert len(later.advice) - len(earlier.advice) == come
    for width in (40, 80):
        assert all(len(line) <= max(width, 40) for line in found.to_text(width).splitlines())
    assert found.to_markdown() and found.to_svg() and found.to_dict()


@given(st.integers(0, 10**9))
@examples(40)
def test_spans_are_what_each_value_decides(seed: int) -> None:
    start = started(seed)
    if start is None:
        return
    base, rng, before = start
    assert before.reach is not None
    case = before.reach.case
    places = [
        (fact, index, a)
        for fact in base.facts.values()
        for index in range(len(case.facts[fact.name]) if fact.many else 1)
        for a in fact.attributes.values()
        if not a.never_read
    ]
    for fact, index, attribute in rng.sample(places, min(3, len(places))):
        values = [value_of(rng, attribute.type) for _ in range(rng.randint(1, 8))]
        if not attribute.required:
            values[rng.randrange(len(values))] = None
        if not attribute.key:
            values.sort(key=lambda v: (v is None, str(v)))
        which = ""
        if fact.many:
            instance = case.facts[fact.name][index]
            which = f"[{instance[fact.keys[0]] if fact.keys else index + 1}]"
        shown = [python_value(value, attribute.type) for value in values]
        found = before.sweep(f"{fact.name}{which}.{attribute.name}", shown)
        agrees(found, list(one_by_one(base, case, fact.name, index, attribute.name, values)))


FIRST = date(2026, 1, 1)
SWEPT: dict[str, Sequence[Any]] = {
    "step2ck.score": [205, 213, 214, 217, 218, 219, 220, 226, 227, 233, 234, 250],
    "step2ck.status": ["not_taken", "scheduled", "awaiting_score", "passed", "failed", None],
    "step1.fail_count": [*range(5), None],
    "step2ck.exam_date": [FIRST + timedelta(days=30 * n) for n in range(10)],
    "letters.us_peds_count": range(5),
    "applicant.has_img_mentor": [False, True, None],
}


@given(applicants(), st.sampled_from(sorted(SWEPT)))
@examples(10)
def test_spans_of_an_applicant_are_what_each_value_decides(one: dict[str, Any], name: str) -> None:
    try:
        before = packs().decide(one, engine="interpreter")
    except CaseErrors:
        return
    assert before.reach is not None
    base, case = before.reach.base, before.reach.case
    fact, _, attribute = name.partition(".")
    found = before.sweep(name, SWEPT[name])
    agrees(found, list(one_by_one(base, case, fact, 0, attribute, list(SWEPT[name]))))

"""What hangs on an unknown is told as if each value were tried on the whole case anew, though what
cannot depend on it is worked out once."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import matchrules as mr
from matchrules.case.codec import read_case
from matchrules.case.model import Case
from matchrules.cli.stakes import MOST_INSTANCES, MOST_TRIED, stakes
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import Rule, RuleBase
from matchrules.testing import books, cases
from matchrules.types import Enum, YesNo

PACKS = mr.load(cache=True)


def said(case: Interpretation, rule: Rule) -> list[Any]:
    """What a rule says of its instances, None where it is silent."""
    each = case.each(rule.fact)[:MOST_INSTANCES]
    return [
        [case.text(then.text, bound) for then in rule.thens] if case.holds(rule, bound) else None
        for bound in each
    ]


def tried(base: RuleBase, case: Case, name: str, value: Any) -> Interpretation:
    """The case with that value wherever there is none."""
    fact, _, attribute = name.partition(".")
    blank: dict[str, Any] = dict.fromkeys(base.facts[fact].attributes)
    instances = case.facts[fact] or (() if base.facts[fact].many else (blank,))
    known = tuple(one if one[attribute] is not None else {**one, attribute: value}
                  for one in instances)  # fmt: skip
    return Interpretation(base, Case(case.as_of, {**case.facts, fact: known}))


def values_of(type_: Any) -> list[Any]:
    """All values of a type that has so few that all of them are tried."""
    if isinstance(type_, YesNo):
        return [False, True]
    return (
        list(type_.members) if isinstance(type_, Enum) and len(type_.members) <= MOST_TRIED else []
    )


def told_right(decision: mr.Decision, base: RuleBase) -> None:
    _, case = read_case((base,), decision.facts, decision.as_of)
    now = Interpretation(base, case)
    for name, stake in stakes(decision, base).items():
        fact, _, attribute = name.partition(".")
        type_ = base.facts[fact].attributes[attribute].type
        values = values_of(type_)
        if not values:
            continue  # of others there are too many values
        found: dict[str, list[Any]] = {rule.name: [] for rule in stake.readers}
        for value in values:
            then = tried(base, case, name, value)
            refused = any(
                then.value(reject.when, bound) is True
                for reject in base.rejects for bound in then.each(reject.fact)
            )  # fmt: skip
            answers = {rule.name: said(then, rule) for rule in stake.readers}
            for rule in stake.readers if not refused and not then.faults else ():
                found[rule.name].append(answers[rule.name])
        for rule in stake.readers:
            all_ = found[rule.name]
            spoken = {tuple(one is not None for one in each) for each in all_}
            worded = any(one != all_[0] for one in all_) and any(said(now, rule))
            assert (rule in stake.decided) == (len(spoken) > 1), (name, rule.name)
            assert (rule in stake.worded) == (len(spoken) <= 1 and worded), (name, rule.name)


@given(cases(PACKS))
@settings(max_examples=3)
def test_the_packs(case: dict[str, Any]) -> None:
    try:
        decision = PACKS.decide(case, engine="interpreter")
    except mr.CaseErrors:
        return  # the rules contradict themselves on it
    told_right(decision, PACKS.base_on(decision.as_of))


@given(st.data())
@settings(max_examples=12)
def test_random_books(data: st.DataObject) -> None:
    book = mr.load_text(data.draw(books()))
    try:
        decision = book.decide(data.draw(cases(book)), engine="interpreter")
    except mr.CaseErrors:
        return
    told_right(decision, book.base_on(decision.as_of))


GARDEN = """
ruleset garden
  version 1
  effective from 2026-01-01
source book "The garden book"
enum ground
  clay sand peat
fact gardener
  away   : yes_no optional
  helper : yes_no optional
  free   : yes_no default not gardener.away unless gardener.helper
fact bed many up to 4
  name   : text key
  dry    : yes_no optional
  ground : ground optional
  thirsty : yes_no default bed.dry and bed.ground is sand
advice work
  water
  call
define bed.urgent : yes_no
  for each bed
  is bed.thirsty or shown bed.dry
define garden.urgent : yes_no
  is any(bed where urgent)
table garden.who : yes_no
  hit first
  | gardener.free | garden.urgent | => garden.who |
  | yes           | -             | yes           |
  | -             | no            | yes           |
  | -             | -             | no            |
rule water
  cite book
  for each bed
  when bed.urgent and garden.who
  then should work.water "{bed.name}: water it, {gardener.free if known else "yes"}."
rule call
  cite book
  when not (shown garden.who)
  then may work.call "Call somebody."
"""


BOOK = mr.load_text({"garden.rules": GARDEN})


@given(st.data())
@settings(max_examples=25)
def test_through_what_is_derived(data: st.DataObject) -> None:
    truth = st.sampled_from([None, None, True, False])
    ground = st.sampled_from([None, "sand"])
    gardener = {name: data.draw(truth) for name in ("away", "helper")}
    beds = [
        {"name": name, "dry": data.draw(truth), "ground": data.draw(ground)}
        for name in data.draw(st.sampled_from(["", "A", "AB"]))
    ]  # fmt: skip
    facts = {"gardener": gardener, "bed": beds}
    decision = BOOK.decide(facts, as_of=date(2026, 6, 1), engine="interpreter")
    told_right(decision, BOOK.bases[0])

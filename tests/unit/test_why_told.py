"""What a reason names so that it can be understood, and what it says once only."""

from typing import Any

import pytest

import matchrules as mr
from matchrules.diagnostics.model import UsageError

RULES = """
ruleset garden
  version 1
  effective from 2026-01-01

source law "The law"

enum size "A size"
  small "small"
  large "large"

fact plot "The plot"
  asked   : yes_no optional "The owner asked"
  watered : yes_no optional "It has been watered"
  weight  : integer 0..100 optional "Weight of the harvest"
  size    : size optional "How large it is"
fact tool many up to 20 "A tool"
  sharp : yes_no optional "It is sharp"
fact pot many up to 20 "A pot"
  row   : integer 0..9 key
  place : integer 0..9 key
  wet   : yes_no optional "It is wet"

advice do "To do"
  water "Water it"
  weigh "Weigh it"
  fetch "Fetch"
  turn "Turn"

define plot.open : yes_no "Work can go on"
  is plot.asked and not (shown plot.watered)

define plot.sharp : yes_no "Some tool is sharp"
  is any(tool where sharp)

table plot.worth : size "What it is worth"
  hit first
  | plot.weight | plot.size | => plot.worth |
  |-------------|-----------|---------------|
  | >= 50       | -         | large         |
  | >= 20       | large     | large         |
  | -           | -         | small         |

rule water_it "Water what is dry"
  cite law
  when plot.open and not (shown plot.weight >= 10)
  then should do.water "Water it."

rule fetch_it "Fetch a tool"
  cite law
  when plot.sharp is unknown or not plot.sharp
  then should do.fetch "Fetch one."

rule weigh_it "Weigh it"
  cite law
  when plot.worth is unknown
  then should do.weigh "Weigh it."

rule turn_it "Turn the pot"
  cite law
  for each pot
  when not pot.wet
  then should do.turn "Turn it."
"""
BOOK = mr.load_text({"garden.rules": RULES})


def decided(**facts: Any) -> mr.Decision:
    return BOOK.decide(facts, as_of="2026-02-01")


def test_what_a_rule_asks_for_is_told_though_it_is_not_needed() -> None:
    found = decided(plot={"asked": True, "watered": False, "weight": 3}).why("do.water")
    assert found.facts() == {"plot": {"asked": True}}
    told = str(found)
    assert "- weight of the harvest: 3, which is under 10\n" in told + "\n"
    assert "- it has been watered: no\n" in told + "\n"
    steps = {step.name: step for step in found.proofs[0].root.walk() if step.name}
    assert not steps["plot.watered"].needed and steps["plot.asked"].needed


def test_of_what_there_is_none_nothing_more_is_said() -> None:
    told = str(decided().why("do.fetch"))
    assert told.count("the case lists no tool") == 1
    assert "there is no tool" not in told


def test_what_leaves_a_table_open_is_told_for_all_its_rows_together() -> None:
    found = decided().why("do.weigh")
    told = str(found)
    assert told.count("weight of the harvest: not known") == 1
    assert "may apply" not in told
    assert "may apply" in str(decided().why("do.weigh", whole=True))


def test_an_instance_of_several_keys_is_named_by_all_of_them() -> None:
    decision = decided(pot=[{"row": 3, "place": n, "wet": n == 2} for n in (1, 2)])
    assert "pot 3, 1" in str(decision.why("do.turn", about=[3, 1]))
    assert decision.why("do.turn", about=(3, 1)) == decision.why("do.turn", about="3, 1")


@pytest.mark.parametrize(
    ("subject", "about", "message"),
    [
        ("do.turn", object(), "`about` names no instance: a pot is told by `row`, `place`"),
        ("do.turn", (3, "x"), "`about` names no instance: the key of a pot must be an integer"),
        ("do.turn", (9, 9), "there is no pot `9, 9` in the case"),
        ("do.turn", (3, 2), "nothing is advised on `do.turn` about 3, 2: `why_not` tells why"),
        ("plot.open", 1, "this is said of the whole case, not of one instance"),
        ("pot.wet", {}, "`about` names no instance: a pot is told by `row`, `place`"),
    ],
)
def test_about_what_is_not_there(subject: str, about: Any, message: str) -> None:
    decision = decided(pot=[{"row": 3, "place": n, "wet": n == 2} for n in (1, 2)])
    with pytest.raises(UsageError) as caught:
        decision.why(subject, about=about)
    assert message in str(caught.value)


def test_other_instances_have_reasons_of_their_own() -> None:
    pots = [{"row": 1, "place": n, "wet": False} for n in range(4)]
    proofs = decided(pot=pots).why("do.turn").proofs
    assert [proof.facts for proof in proofs] == [{"pot": [pot]} for pot in pots]

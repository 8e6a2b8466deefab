"""What changed facts would change, told with its reasons."""

import pickle
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

import matchrules as mr
from matchrules.diagnostics.model import CaseErrors, UsageError
from matchrules.explain.what_if import WhatIf

RULES = """
ruleset garden
  version 1
  effective from 2026-01-01

source book "The book"

ordered enum light "How light"
  dark "dark"
  half "half shade"
  full "full sun"

enum plant "A plant"
  fern "fern"
  rose "rose"

fact bed "A bed"
  light  : light optional "Light on the bed"
  width  : decimal 0.0..9.5 meters optional "Width of the bed"
  wet    : yes_no optional "Wet all year"
  plants : integer 0..20 plants "Plants in the bed"
    default count(pot) if any(pot) else unknown
  wanted : set of plant optional "Plants wished for"

fact pot many up to 5 "A pot"
  plant  : plant "What grows in it"
  height : integer 0..90 centimeters optional "Height"

fact row many up to 5 "A row"
  name  : text key "Its name"
  light : light "Light on the row"

advice planting "What to plant"
  ferns "Ferns"
  roses "Roses"
  seats (number: integer 0..20) "A place to sit"
  drain "Draining"
  water "Watering a row"
  nothing "Nothing more"

define bed.shady : yes_no "In the shade"
  is bed.light <= half

define bed.room : integer 0..100 "Room for plants"
  is bed.width * 2 / 1 meter rounded down

rule ferns "Ferns in the shade"
  id G-01
  cite book
  when bed.shady and (bed.wet or bed.width > 2.0 meters)
  then should planting.ferns "Ferns like it there."

rule roses "Roses in the sun"
  id G-02
  cite book
  when bed.light is full
  unless bed.wet
  then may planting.roses "Roses do well.[ The bed is {bed.width} m wide.] Cut them."

rule seats
  id G-03
  cite book
  when bed.room > 3
  provisional when bed.wet is unknown
  then may planting.seats(number = bed.room) "Put up some seats."

rule water
  id G-04
  cite book
  for each row
  when row.light is full
  then must planting.water "Water {row.name}."

rule nothing
  id G-05
  cite book
  when bed.plants >= 3
  then should_not planting.nothing "That is enough."

reject "a wet bed is not dark" when bed.wet and bed.light is dark
"""

OFFICE = """
ruleset office
  version 1
  effective from 2026-01-01
  uses garden

rule drained "Drain it first"
  id O-01
  cite book
  overrides ferns
  when bed.plants > 10
  then must planting.drain "Drain it."
"""

AS_OF = date(2026, 5, 1)
BED = {"light": "half", "width": "2.5", "wet": False}


@cache
def book() -> mr.Book:
    return mr.load_text({"garden.rules": RULES, "office.rules": OFFICE})


def decided(**facts: Any) -> mr.Decision:
    return book().decide(facts, as_of=AS_OF)


def told(turns: Any) -> list[tuple[str, list[str], list[str]]]:
    """The id of each turn, its reasons, and the values behind them."""
    return [
        (t.advice.id, [str(r) for r in t.reasons], [str(s) for r in t.reasons for s in r.shifts])
        for t in turns
    ]


def test_what_comes_and_goes_is_told_with_the_conditions_that_part_the_cases() -> None:
    found = decided(bed=BED).what_if(bed={"light": "full"})
    assert list(map(str, found.changes)) == ["light on the bed: “half shade” → “full sun”"]
    assert told(found.added) == [
        ("G-02", ["now so: light on the bed: “full sun”"],
         ["light on the bed: “half shade” → “full sun”"]),
    ]  # fmt: skip
    # a yes or no is told by what made it so
    assert told(found.withdrawn) == [
        ("G-01", ["no longer so: in the shade"], ["light on the bed: “half shade” → “full sun”"]),
    ]  # fmt: skip
    assert [str(shift) for shift in found.derived] == ["in the shade: yes → no"]
    assert found.same == 1 and found.changed == ()


def test_the_parts_of_a_condition_that_did_not_change_are_left_out() -> None:
    narrow = decided(bed={**BED, "width": "1.0"})
    assert told(narrow.what_if(bed={"wet": True}).added) == [
        ("G-01", ["now so: wet all year"], ["wet all year: no → yes"])
    ]
    wide = narrow.what_if(bed={"width": "2.1"})
    _, reasons, _ = told(wide.added)[0]
    assert reasons == ["now so: width of the bed: over 2 meters"]


def test_what_is_known_no_more_is_told_as_that() -> None:
    found = decided(bed=BED).what_if(bed={"light": None})
    assert told(found.withdrawn) == [
        ("G-01", ["no longer known: in the shade"],
         ["light on the bed: “half shade” → not known"]),
    ]  # fmt: skip


def test_what_stands_in_the_way_comes_and_goes_too() -> None:
    sunny = decided(bed={**BED, "light": "full"})
    wet = sunny.what_if(bed={"wet": True})
    assert told(wet.withdrawn) == [
        ("G-02", ["now in the way: wet all year"], ["wet all year: no → yes"])
    ]
    assert told(wet.decision.what_if(bed={"wet": False}).added) == [
        ("G-02", ["no longer in the way: wet all year"], ["wet all year: yes → no"])
    ]


def test_a_rule_that_stands_in_for_another_is_named() -> None:
    found = decided(bed=BED).what_if(bed={"plants": 12})
    assert told(found.withdrawn) == [
        ("G-01", ["now given instead: “Drain it first” (O-01)"],
         ["plants in the bed: not known → 12 plants"]),
    ]  # fmt: skip
    assert "“Drain it first” (O-01) now stands in its place" in str(found)
    back = found.decision.what_if(bed={"plants": 2})
    assert told(back.added)[0][1] == ["no longer given instead: “Drain it first” (O-01)"]


def test_advice_that_stays_with_other_fields_changes() -> None:
    found = decided(bed=BED).what_if(bed={"width": "3.0"})
    assert [(t.advice.id, t.advice.fields, t.before.fields) for t in found.changed if t.before] == [
        ("G-03", {"number": 6}, {"number": 5})
    ]
    assert told(found.changed) == [
        ("G-03", ["other values"], ["room for plants: 5 → 6"])
    ]  # fmt: skip
    assert "      number: 5 → 6" in str(found).splitlines()


def test_of_a_text_the_sentences_that_change_are_shown() -> None:
    found = decided(bed={**BED, "light": "full", "width": "1.0"}).what_if(bed={"width": "1.2"})
    lines = str(found).splitlines()
    assert "      was: The bed is 1.0 m wide." in lines
    assert "      now: The bed is 1.2 m wide." in lines
    less = decided(bed={**BED, "light": "full", "width": "1.0"}).what_if(bed={"width": None})
    assert "      says less now" in str(less).splitlines()


def test_advice_becomes_provisional() -> None:
    found = decided(bed=BED).what_if(bed={"wet": None})
    assert told(found.changed) == [
        ("G-03", ["other values"], ["wet all year: no → not known"])
    ]  # fmt: skip
    assert "      provisional now" in str(found).splitlines()


def test_instances_are_told_by_their_key() -> None:
    rows = [{"name": "left", "light": "full"}, {"name": "right", "light": "dark"}]
    found = decided(row=rows).what_if(row=[{"name": "right", "light": "full"},
                                           {"name": "new", "light": "full"}])  # fmt: skip
    assert sorted(map(str, found.changes)) == [
        "light on the row, of row “right”: “dark” → “full sun”",
        "one row less (its name: “left”; light on the row: “full sun”)",
        "one row more (its name: “new”; light on the row: “full sun”)",
    ]
    assert {(t.advice.about, *map(str, t.reasons)) for t in found.added} == {
        ("right", "now so: light on the row: “full sun”"), ("new", "new: row “new”"),
    }  # fmt: skip
    assert [(t.advice.about, *map(str, t.reasons)) for t in found.withdrawn] == [
        ("left", "gone: row “left”")
    ]
    assert "because row “left” is there no longer" in str(found)
    assert "because there is row “new” now" in str(found)
    assert "must: Watering a row, row “new” (G-04)" in str(found)
    # the advice names its instance, the reason does not again
    because = "  because light on the row: “dark” → “full sun”"
    assert f"{because}\n    must: Watering a row, row “right”" in str(found)


def test_instances_without_a_key_are_told_by_what_became_of_them() -> None:
    pots = [{"plant": "fern", "height": 10}, {"plant": "rose", "height": 20}]
    found = decided(pot=pots).what_if(
        pot=[{"plant": "fern", "height": 12}, *pots[1:], {"plant": "rose"}]
    )
    assert [str(shift) for shift in found.changes] == [
        "one pot more (what grows in it: “rose”)",
        "height, of a pot: 10 centimeters → 12 centimeters",
    ]
    assert told(found.added) == [
        ("G-05", ["now so: plants in the bed: at least 3 plants"],
         ["plants in the bed: 2 plants → 3 plants"]),
    ]  # fmt: skip


def test_a_set_tells_what_it_has_lost_and_won() -> None:
    found = decided(bed={**BED, "wanted": ["fern"]}).what_if(bed={"wanted": ["rose"]})
    assert [str(shift) for shift in found.changes] == [
        "plants wished for: no longer “fern”, now also “rose”"
    ]
    assert str(found.changes[0].before) == str(frozenset({"fern"}))


def test_nothing_changes_is_said() -> None:
    start = decided(bed=BED)
    same = start.what_if(bed={"wanted": ["rose"]})
    assert "Nothing changes: all 2 pieces of advice stay as they are." in str(same)
    none = start.what_if(bed={"light": "half"})
    assert none.changes == () and none.decision == start
    assert "Nothing changes: that is what the case says already." in str(none)
    empty = decided().what_if(bed={"wanted": []})
    assert "Nothing changes: there is no advice before, and none after." in str(empty)


def test_a_changed_decision_can_be_asked_in_turn() -> None:
    there = decided(bed=BED).what_if(bed={"light": "full"})
    back = there.decision.what_if(bed={"light": "half"})
    assert back.decision == decided(bed=BED)
    assert there.decision.facts["bed"]["light"] == "full"
    assert decided(bed=BED).what_if({"bed": {"light": "full"}}) == there
    assert pickle.loads(pickle.dumps(there)) == there


def test_the_decision_of_a_session_can_be_asked() -> None:
    with book().session(as_of=AS_OF) as session:
        session.assert_fact("bed", **{**BED, "width": Decimal("2.5")})
        found = session.decision.what_if(bed={"light": "full"})
    assert found == example()


def test_a_fact_object_takes_the_place_of_the_whole_fact() -> None:
    found = decided(bed=BED).what_if(bed=book().facts.Bed(light="full"))
    assert found.decision.facts == {"bed": {"light": "full"}}
    assert decided(bed=BED).what_if(bed=None).decision.facts == {}


# Bad input ----------------------------------------------------------------------------------------


def faults(decision: mr.Decision, **changes: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(CaseErrors) as error:
        decision.what_if(changes)
    return [(fault.code, fault.path) for fault in error.value.diagnostics]


def test_a_changed_case_is_checked_like_any_case() -> None:
    start = decided(bed=BED)
    assert faults(start, bed={"width": "9.9"}) == [("MR515", "bed.width")]
    assert faults(start, bed={"widht": "1.0"}) == [("MR510", "bed.widht")]
    assert faults(start, bad={"light": "full"}) == [("MR510", "bad")]
    assert faults(start, bed={"shady": True}) == [("MR511", "bed.shady")]
    assert faults(start, pot={"plant": "fern"}) == [("MR512", "pot")]
    assert faults(start, pot=[{"height": 3}]) == [("MR520", "pot[1].plant")]
    assert faults(start, bed={"wet": True, "light": "dark"}) == [("MR605", None)]


def test_a_summary_at_odds_with_the_rest_says_how_to_mend_it() -> None:
    pots = [{"plant": "fern"}]
    start = decided(pot=pots, bed={**BED, "plants": 1})
    with pytest.raises(CaseErrors) as error:
        start.what_if(pot=pots * 2)
    (fault,) = error.value.diagnostics
    assert fault.code == "MR601" and fault.help is not None
    assert "change `bed.plants` as well" in fault.help and "`--unset bed.plants`" in fault.help
    assert start.what_if(pot=pots * 2, bed={"plants": None}).decision.facts["bed"] == {
        "light": "half", "width": "2.5", "wet": False,
    }  # fmt: skip


def test_a_summary_that_follows_is_changed_where_it_follows_from() -> None:
    start = decided(pot=[{"plant": "fern"}])
    with pytest.raises(CaseErrors) as error:
        start.what_if(bed={"plants": 4})
    assert error.value.diagnostics[0].help == "change what it follows from instead: the `pot` facts"


def test_a_call_that_changes_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing is changed: name a fact"):
        decided(bed=BED).what_if()
    with pytest.raises(UsageError, match="the day of a case is no fact"):
        decided(bed=BED).what_if(as_of=AS_OF)


# As text ------------------------------------------------------------------------------------------


def example() -> WhatIf:
    return decided(bed=BED).what_if(bed={"light": "full"})


def test_the_text_of_an_answer() -> None:
    assert str(example()).splitlines() == [
        "What if",
        "  light on the bed: “half shade” → “full sun”",
        "",
        "1 piece of advice comes and 1 goes; 1 stays as before.",
        "",
        "Comes",
        "  because light on the bed: “half shade” → “full sun”",
        "    may: Roses (G-02)",
        "      Roses do well. The bed is 2.5 m wide. Cut them.",
        "",
        "Goes",
        "  because no longer so: in the shade (light on the bed: “half shade” → “full",
        "    sun”)",
        "    should: Ferns (G-01)",
        "",
        "Follows otherwise",
        "  in the shade: yes → no",
    ]
    assert all(len(line) <= 50 for line in example().to_text(50).splitlines())


def test_the_markdown_of_an_answer() -> None:
    said = example().to_markdown()
    assert "## Comes\n\n*because light on the bed:" in said
    assert "- **may: Roses (G-02)**\n  - Roses do well." in said
    rows = [{"name": "<b>*x*</b>", "light": "full"}]
    risky = decided().what_if(row=rows).to_markdown()
    assert "<b>" not in risky.replace("\\<b", "") and "\\*x\\*" in risky


def test_an_answer_as_plain_values() -> None:
    plain = example().to_dict()
    assert list(plain) == [
        "format", "changes", "added", "withdrawn", "changed", "same", "derived", "decision",
    ]  # fmt: skip
    assert plain["changes"] == [
        {"name": "bed.light", "about": None, "before": "half", "after": "full",
         "said": "light on the bed: “half shade” → “full sun”"},
    ]  # fmt: skip
    assert plain["added"][0]["advice"]["id"] == "G-02"
    assert plain["withdrawn"][0]["reasons"][0]["how"] == "no longer so"
    pots = decided().what_if(pot=[{"plant": "fern"}]).to_dict()
    assert pots["changes"][0]["after"] == {"plant": "fern"}

"""The smallest change of facts: which marks allow what, what is added and removed, what is told."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

import matchrules as mr
from matchrules.diagnostics.model import UsageError
from matchrules.prove.recourse import Recourse

DAY = date(2026, 3, 1)
GARAGE = """
ruleset garage
  version 1
  effective from 2026-01-01

source book "The book of the garage"

enum paint "Paint"
  red "red"
  blue "blue"
  green "green"

ordered enum wear "Wear"
  new "like new"
  used "used"
  worn "worn out"

enum extra "Extras"
  radio "a radio"
  hook "a hook"
  rack "a rack"

fact car "The car"
  paint   : paint optional cost 3 "Paint of the car"
  wear    : wear optional only down cost 2 "Wear of the tires"
  power   : integer 0..300 horsepowers optional only up "Power"
  weight  : decimal 0.0..5.0 tonnes optional cost 2 "Weight"
  built   : date optional fixed "Day on which it was built"
  checked : date optional only up "Day of the next check"
  trip    : date optional "Day of the trip"
  sale    : date optional only down "Day of the sale"
  extras  : set of extra optional only up "Extras on board"
  gas     : yes_no optional only down "Runs on gas"
  plate   : text optional cost 2 "Plate"
  seats   : integer 1..9 seats fixed "Seats"

fact fuel "Fuel"
  liters : integer 0..900 liters "Fuel in all" default sum(tank.liters) if any(tank) else unknown

fact tank many up to 5 cost 2 "A tank"
  liters : integer 1..100 liters "What it holds"
  full   : yes_no optional "It is full"

fact key many up to 4 only up cost 3 "A key"
  number : integer 1..9 key "Number of the key"
  spare  : yes_no optional only up "It is a spare"

fact visit many up to 4 only up cost 2 "A visit to the garage"
  day  : date "Day of the visit"
  paid : yes_no optional "It is paid"

fact stain many up to 3 only down "A stain"
  wide : integer 1..50 "How wide it is"

fact owner many up to 3 fixed "An owner"
  age : integer 18..99 years "Age of the owner"

reject "heavier than it can be"
  when car.weight > 3.0 tonnes and car.power < 100

advice say "What is said"
  one "The first thing"
  two (x: integer 0..9) unique "The second thing"
  three "The third thing"

define car.strong : yes_no "Strong for its weight"
  is car.power >= 120 or car.weight <= 1.2 tonnes
"""
CAR = {"paint": "red", "wear": "used", "power": 100, "weight": "1.5", "built": date(2020, 5, 1),
       "checked": date(2026, 6, 1), "extras": ["radio"], "gas": True, "plate": "X 1",
       "seats": 5}  # fmt: skip


def rule(when: str, name: str = "asked", then: str = 'must say.one "So."', more: str = "") -> str:
    return f"\nrule {name}\n  cite book\n{more}  when {when}\n  then {then}\n"


def asked(
    when: str, lose: bool = False, facts: Mapping[str, Any] | None = None,
    then: str = 'must say.one "So."', more: str = "", each: str = "",
) -> Recourse:  # fmt: skip
    """What to change for a rule with that condition to give its advice, or not to."""
    each = f"  for each {each}\n" if each else ""
    book = mr.load_text({"garage.rules": GARAGE + rule(when, then=then, more=each) + more})
    decision = book.decide({"car": CAR, **(facts or {})}, as_of=DAY)
    found = decision.recourse(**{"to_lose" if lose else "to_have": "asked"}, seconds=60)
    if found.after is not None:
        gives = any(advice.rule == "garage.asked" for advice in found.after)
        assert gives is not lose
    return found


def moves(found: Recourse) -> list[tuple[str, Any, Any]]:
    assert found.answer == "found" and found.proved, str(found)
    assert not found.added and not found.removed
    return [(one.name, one.before, one.after) for one in found.changed]


# What marks allow ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "name", "before", "after"),
    [
        ("car.power >= 120", "car.power", 100, 120),
        ("car.weight <= 1.2 tonnes", "car.weight", None, None),
        ("car.paint in (blue, green)", "car.paint", "red", "blue"),
        ("car.paint is green", "car.paint", "red", "green"),
        ("car.wear is new", "car.wear", "used", "new"),
        ("car.checked > 2026-12-31", "car.checked", date(2026, 6, 1), date(2027, 1, 1)),
        ("car.gas is no", "car.gas", True, False),
        ("car.extras has rack", "car.extras", frozenset({"radio"}), frozenset({"radio", "rack"})),
        ('car.plate is "Z"', "car.plate", "X 1", "Z"),
    ],
)
def test_the_least_move_of_each_type(when: str, name: str, before: Any, after: Any) -> None:
    ((moved, was, now),) = moves(asked(when))
    assert moved == name
    if before is not None:
        assert (was, now) == (before, after)
    else:
        assert (float(was), float(now)) == (1.5, 1.2)


@pytest.mark.parametrize(
    ("when", "why", "name"),
    [
        ("car.power < 100", "up", "car.power"),
        ("car.wear is worn", "down", "car.wear"),
        ("car.checked < 2026-05-01", "up", "car.checked"),
        ("car.built >= 2024-01-01", "past", "car.built"),
        ("not car.extras has radio", "up", "car.extras"),
        ("car.seats > 5", "fixed", "car.seats"),
        ("count(owner) > 1", "no_more", "owner"),
        ("count(owner) < 1", "no_fewer", "owner"),
        ("any(owner where age < 30 years)", "fixed", "owner.age"),
        ("count(key) < 1", "no_fewer", "key"),
        ("count(stain) > 2", "no_more", "stain"),
    ],
)
def test_what_marks_forbid_stands_in_the_way(when: str, why: str, name: str) -> None:
    facts = {"owner": [{"age": 40}], "key": [{"number": 1}], "stain": [{"wide": 3}]}
    found = asked(when, facts=facts)
    assert (found.answer, found.proved, found.changed) == ("nothing", True, ())
    assert (why, name) in [(one.why, one.name) for one in found.obstacles]
    # each is needed: what may change beside it may not be named
    assert all(one.why != "known" for one in found.obstacles)


def test_no_to_yes_where_only_up_and_not_back() -> None:
    spare = {"key": [{"number": 1, "spare": False}]}
    assert moves(asked("any(key where spare)", facts=spare)) == [("key.spare", False, True)]
    found = asked("any(key where spare)", lose=True, facts={"key": [{"number": 1, "spare": True}]})
    assert found.answer == "nothing"


def test_what_is_not_known_stays_so() -> None:
    facts = {"car": {name: value for name, value in CAR.items() if name != "power"}}
    found = asked("car.power >= 120", facts=facts)
    assert [(one.why, one.name) for one in found.obstacles] == [("unknown", "car.power")]
    assert "not known" in str(found)
    facts = {"car": {"seats": 5}}
    assert moves_nothing(asked("car.strong", facts=facts)) == {"unknown"}


def moves_nothing(found: Recourse) -> set[str]:
    assert (found.answer, found.proved) == ("nothing", True)
    return {one.why for one in found.obstacles}


def test_what_is_known_stays_so() -> None:
    assert moves_nothing(asked("car.paint is unknown")) == {"known"}
    assert moves_nothing(asked("car.seats is unknown")) <= {"fixed", "given"}


def test_nothing_gives_what_no_case_has() -> None:
    found = asked("car.power > 200 and car.power < 100")
    assert (found.answer, found.proved, found.obstacles) == ("no_case", True, ())
    assert "no case has this advice" in str(found)


# The smallest ------------------------------------------------------------------------------------


def test_the_cheaper_way_is_taken() -> None:
    assert moves(asked("car.strong")) == [("car.power", 100, 120)]
    found = asked("car.paint is blue or (car.power >= 120 and car.gas is no)")
    assert (found.cost, [one.name for one in found.changed]) == (2, ["car.power", "car.gas"])


def test_of_equal_costs_fewer_changes_then_smaller_moves() -> None:
    found = asked("car.weight <= 1.4 tonnes or (car.power >= 101 and car.gas is no)")
    assert (found.cost, [one.name for one in found.changed]) == (2, ["car.weight"])
    found = asked("car.power >= 150 or car.checked >= 2026-06-11")
    assert moves(found) == [("car.checked", date(2026, 6, 1), date(2026, 6, 11))]


def test_equal_cases_get_equal_answers() -> None:
    first, second = (asked("car.extras has hook or car.extras has rack") for _ in range(2))
    assert str(first) == str(second)
    assert first.to_dict() == second.to_dict()


def test_what_has_to_change_with_it_does() -> None:
    # at this weight a car has 100 horsepowers at least, which it may lose no more
    found = asked("car.weight >= 4.0 tonnes", facts={"car": {**CAR, "power": 90}})
    assert [(one.name, one.after) for one in found.changed] == [
        ("car.power", 100), ("car.weight", 4)
    ]  # fmt: skip
    assert found.cost == 3


def test_a_fault_of_the_rules_is_no_answer() -> None:
    # what is nearest contradicts another rule; the next one does not
    more = rule("car.power in 110..120", "other", 'must_not say.one "No."')
    assert moves(asked("car.power >= 110", more=more)) == [("car.power", 100, 121)]


# Instances ---------------------------------------------------------------------------------------


def test_instances_are_added_with_what_it_takes() -> None:
    found = asked("count(tank where liters >= 40) >= 2", facts={"tank": [{"liters": 50}]})
    (new,) = found.added
    assert (new.fact, new.values, found.cost) == ("tank", {"liters": 40}, 2)
    assert "Add a tank (what it holds: 40 liters)." in str(found)


def test_several_are_added_where_it_takes_several() -> None:
    found = asked("count(tank) >= 4")
    assert (len(found.added), found.cost, found.proved) == (4, 8, True)


def test_never_more_than_there_can_be() -> None:
    found = asked("count(key) >= 5")
    assert found.answer in ("nothing", "no_case") and found.proved


def test_a_new_one_has_a_key_of_its_own() -> None:
    keys = [{"number": 1, "spare": True}, {"number": 2}]
    found = asked("count(key) >= 3", facts={"key": keys})
    (new,) = found.added
    assert new.values == {"number": 3}
    found = asked("any(key where number is 2 and spare)", facts={"key": keys})
    assert found.answer == "nothing"  # and no new one takes the place of the one there is


def test_instances_are_removed() -> None:
    stains = {"stain": [{"wide": 3}, {"wide": 20}]}
    found = asked("any(stain where wide > 5)", lose=True, facts=stains)
    assert [one.values for one in found.removed] in ([{"wide": 20}], [])
    assert found.cost == 1


def test_instances_that_are_alike_are_told_together() -> None:
    found = asked("count(tank) < 2", facts={"tank": [{"liters": 50}] * 3})
    assert len(found.removed) == 2
    assert "Take away 2 of the 3 tanks (what it holds: 50 liters)." in str(found)
    assert [one.answer for one in (found, asked("count(stain) < 2"))] == ["found", "already"]
    found = asked("sum(owner.age) > 90 years", facts={"owner": [{"age": 40}] * 2})
    assert str(found).count("of one of the 2 owners") <= 1


def test_advice_for_each_is_lost_for_all() -> None:
    keys = [{"number": n, "spare": n != 2} for n in (1, 2, 3)]
    found = asked("key.spare is no", lose=True, facts={"key": keys}, each="key")
    assert [(one.instance and one.instance.key, one.after) for one in found.changed] == [
        ({"number": 2}, True)
    ]
    assert "It is a spare, of the key 2: yes instead of no." in str(found)


def test_what_follows_by_default_follows() -> None:
    found = asked("fuel.liters >= 90", facts={"tank": [{"liters": 50}]})
    assert found.cost == 1 and [one.name for one in found.changed] == ["tank.liters"]
    # a summary that is asserted has to go along
    found = asked("count(tank) >= 2", facts={"tank": [{"liters": 50}], "fuel": {"liters": 50}})
    assert found.cost == 3
    assert [one.name for one in found.changed] in (["fuel.liters"], ["tank.liters"])


def test_what_is_summed_up_and_not_listed_is_not_listed_now() -> None:
    # one tank would be all there is, and hold what they hold together
    found = asked("any(tank where full)", facts={"fuel": {"liters": 50}})
    assert (found.answer, found.proved) == ("nothing", True)
    assert [(one.why, one.name) for one in found.obstacles] == [("summed_up", "tank")]
    assert "Tanks: they are not listed one by one, only summed up." in str(found)
    assert asked("any(tank where full)").cost == 2


# The answer --------------------------------------------------------------------------------------


def test_nothing_to_change_where_it_is_so() -> None:
    found = asked("car.power >= 50")
    assert (found.answer, found.cost, found.proved) == ("already", 0, True)
    assert str(found).endswith("There is such advice already: nothing has to change.")


def test_what_else_changes_is_told() -> None:
    more = rule("car.power < 110", "slow", 'should say.three "Slowly."')
    found = asked("car.power >= 120", more=more)
    assert found.difference is not None
    assert [t.advice.subject for t in found.difference.withdrawn] == ["three"]
    assert str(found) == (
        "To be given the advice of the rule “asked” (garage.asked)\n"
        "  Power: 120 horsepowers instead of 100 horsepowers.\n"
        "\n"
        "This costs 1, and nothing smaller does it: that is proved.\n"
        "\n"
        "Comes\n  must: The first thing (garage.asked)\n"
        "\n"
        "Goes\n  should: The third thing (garage.slow)"
    )


def test_as_markdown_and_as_data() -> None:
    found = asked("car.checked >= 2026-06-11")
    assert "- Day of the next check: 2026-06-11 instead of 2026-06-01, 10 days later." in (
        found.to_markdown()
    )
    told = found.to_dict()
    assert told["changed"] == [{
        "fact": "car", "attribute": "checked", "instance": None,
        "from": "2026-06-01", "to": "2026-06-11",
    }]  # fmt: skip
    assert told["decision"]["advice"][0]["rule"] == "garage.asked"


def test_out_of_time_is_told_and_nothing_is_claimed() -> None:
    book = mr.load_text({"garage.rules": GARAGE + rule("car.power >= 120")})
    found = book.decide({"car": CAR}, as_of=DAY).recourse(to_have="asked", seconds=1e-6)
    assert (found.answer, found.proved) == ("undecided", False)
    assert "does not prove that there is none" in str(found)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, "either"),
        ({"to_have": "say.one", "to_lose": "say.two"}, "either"),
        ({"to_have": "say.on"}, "did you mean `say.one`"),
        ({"to_have": "car.power"}, "no advice"),
        ({"to_have": "say.one", "seconds": 0}, "seconds"),
        ({"to_have": "say.one", "seconds": float("nan")}, "seconds"),
    ],
)
def test_calls_that_cannot_be_meant(wanted: dict[str, Any], said: str) -> None:
    book = mr.load_text({"garage.rules": GARAGE + rule("car.power >= 120")})
    with pytest.raises(UsageError, match=said):
        book.decide({"car": CAR}, as_of=DAY).recourse(**wanted)

"""The past stays past: no day before that of the case changes, and none is set there."""

from datetime import date

import pytest
from test_recourse import CAR, DAY, GARAGE, asked, moves, rule

import matchrules as mr

TRIPS = {"car": {**CAR, "trip": date(2026, 5, 1), "sale": date(2026, 4, 1)}}


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2020, 1, 1), date.min])
@pytest.mark.parametrize("name", ["trip", "sale", "checked"])
def test_what_is_past_does_not_change(name: str, day: date) -> None:
    found = asked(f"car.{name} is 2026-12-24", facts={"car": {**CAR, name: day}})
    assert (found.answer, found.proved) == ("nothing", True)
    assert [(one.why, one.name, one.value) for one in found.obstacles] == [
        ("past", f"car.{name}", day)
    ]
    assert f"Day of the {'next check' if name == 'checked' else name}: {day}, which is past." in (
        str(found)
    )


def test_a_day_moves_up_to_that_of_the_case_and_no_further() -> None:
    moved = [("car.trip", date(2026, 5, 1), DAY)]
    assert moves(asked("car.trip <= 2026-03-01", facts=TRIPS)) == moved
    assert moves(asked("car.sale <= as_of", facts=TRIPS)) == [("car.sale", date(2026, 4, 1), DAY)]
    for name in ("trip", "sale"):
        found = asked(f"car.{name} < as_of", facts=TRIPS)
        assert [(one.why, one.name) for one in found.obstacles] == [("ahead", f"car.{name}")]
        assert found.proved and "no day before 2026-03-01 can be set" in str(found)


def test_the_day_of_the_case_is_not_past_yet() -> None:
    today = {"car": {**CAR, "trip": DAY}}
    assert moves(asked("car.trip > as_of", facts=today)) == [("car.trip", DAY, date(2026, 3, 2))]


def test_nothing_new_has_happened_before() -> None:
    visits = {"visit": [{"day": date(2026, 1, 1)}, {"day": date(2026, 8, 1)}]}
    found = asked("count(visit where day < 2026-02-01) >= 2", facts=visits)
    assert found.answer == "nothing" and found.proved
    assert ("new", "visit.day") in [(one.why, one.name) for one in found.obstacles]
    assert "of a visit that is new: not before 2026-03-01" in str(found)
    found = asked("count(visit where day < 2026-08-01) >= 2", facts=visits)
    assert found.cost == 1 and [(one.before, one.after) for one in found.changed] == [
        (date(2026, 8, 1), date(2026, 7, 31))
    ]
    found = asked("count(visit) >= 3", facts=visits)
    assert [one.values for one in found.added] == [{"day": DAY}]


def test_what_else_is_said_of_what_is_past_may_change() -> None:
    visits = {"visit": [{"day": date(2026, 1, 1), "paid": False}]}
    assert moves(asked("any(visit where paid)", facts=visits)) == [("visit.paid", False, True)]


@pytest.mark.parametrize("day", [date(2026, 1, 1), date.max])
def test_at_the_end_of_the_calendar(day: date) -> None:
    book = mr.load_text({"garage.rules": GARAGE + rule("car.trip > as_of")})
    decision = book.decide({"car": {**CAR, "trip": day}}, as_of=day)
    found = decision.recourse(to_have="asked", seconds=60)
    assert (found.answer, found.proved) == (("no_case" if day == date.max else "found"), True)

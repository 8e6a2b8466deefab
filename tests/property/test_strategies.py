"""What the strategies draw: valid cases towards what matters, pairs, books that load."""

import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from books_and_cases import EXPECTED, LONG, decided, examples, loaded, packs

import matchrules as mr
from matchrules.diagnostics.model import UsageError
from matchrules.rulebook import check_text
from matchrules.testing import books, cases, pairs

INVALID = ("MR5", "MR601", "MR605")  # a fault of the case itself, not of what the rules say of it

CLINIC = """
ruleset clinic
  version 1
  effective from 2025-01-01
source guide "A guide"
enum state
  open closed pending
fact patient "A patient"
  age    : integer 0..120 years
  seen   : date optional
  booked : date optional
  state  : state optional
  older  : yes_no default patient.age >= 65 years
fact visit many up to 6
  number : integer 1..50 key
  cost   : decimal 0.00..900.00
  paid   : yes_no optional
parameter deposit : decimal 0.00..900.00
  from 2025-01-01 is 20.00 cite guide
  from 2025-07-01 is 35.50 cite guide
advice next
  call
  wait
reject "a visit before birth" when patient.seen > as_of
define patient.late : yes_no
  is patient.booked > patient.seen + 28 days
rule call_them
  cite guide
  when patient.late and any(visit where cost >= deposit and not paid)
  then must next.call "Call."
rule wait_for_them
  cite guide
  when patient.age < 18 years or 1 September of 2025 is as_of
  then may next.wait "Wait."
"""


def book() -> mr.Book:
    return mr.load_text({"clinic.rules": CLINIC})


CLINIC_BOOK = book()


def sample(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """So many draws."""
    drawn: list[Any] = []

    @settings(
        max_examples=count, database=None, deadline=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def collect(value: Any) -> None:
        drawn.append(value)

    collect()
    return drawn


# Hypothesis also draws constants of whatever is loaded, so a sample differs with what ran before.
SAMPLE = sample(cases(CLINIC_BOOK), 1500)


# Cases --------------------------------------------------------------------------------------------


@examples(60)
@given(st.data())
def test_every_case_of_the_packs_is_valid(data: st.DataObject) -> None:
    """Well typed, complete, free of rejects and conflicts: and the packs find no fault in it."""
    found = decided(packs(), data.draw(cases(packs())))
    assert isinstance(found, str), found


@examples(30)
@given(st.data())
def test_every_case_of_any_book_is_valid(data: st.DataObject) -> None:
    drawn = loaded(data.draw(books()))
    for _ in range(3):
        found = decided(drawn, data.draw(cases(drawn)))
        if not isinstance(found, str):
            assert not [fault for fault in found if fault[0].startswith(INVALID)], found


@pytest.mark.parametrize("book_", [CLINIC_BOOK, packs()], ids=["a small book", "the packs"])
def test_nearly_every_draw_is_accepted(book_: mr.Book) -> None:
    tried: Counter[str] = Counter()

    @settings(
        max_examples=150, database=None, deadline=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        tried["drawn"] += 1
        data.draw(cases(book_))
        tried["accepted"] += 1

    draw()
    assert tried["accepted"] >= 0.85 * tried["drawn"], tried


def test_cut_points_are_reached() -> None:
    """Values on both sides of each cut point, of parameters by date and of defaults too."""
    ages = {case["patient"]["age"] for case in SAMPLE if "patient" in case}
    assert {17, 18, 64, 65, 0, 120} <= ages
    costs = {str(visit["cost"]) for case in SAMPLE for visit in case.get("visit", ())}
    assert {"19.99", "20.00", "20.01", "35.49", "35.50", "35.51"} <= costs


def test_dates_are_around_what_moves_them() -> None:
    days = {case["as_of"] for case in SAMPLE}
    assert {date(2025, 6, 30), date(2025, 7, 1), date(2025, 9, 1), date(2025, 1, 1)} <= days
    apart = {
        (patient["booked"] - patient["seen"]).days
        for case in SAMPLE
        if "booked" in (patient := case.get("patient", {})) and "seen" in patient
    }
    assert {28, 29} <= apart


def test_unknowns_and_numbers_of_instances() -> None:
    assert any(set(case) == {"as_of"} for case in SAMPLE)
    assert any(len(case.get("patient", ())) == 5 for case in SAMPLE)
    assert {0, 1, 2, 3} <= {len(case.get("visit", ())) for case in SAMPLE}
    assert any(
        "paid" in visit for case in SAMPLE for visit in case.get("visit", ())
    ) and any("paid" not in visit for case in SAMPLE for visit in case.get("visit", ()))
    states = {case.get("patient", {}).get("state") for case in SAMPLE}
    assert states == {None, "open", "closed", "pending"}


def test_no_key_is_there_twice() -> None:
    for case in SAMPLE:
        numbers = [visit["number"] for visit in case.get("visit", ())]
        assert len(numbers) == len(set(numbers))


def test_a_given_day_is_kept() -> None:
    day = date(2026, 2, 3)
    assert {case["as_of"] for case in sample(cases(CLINIC_BOOK, day), 20)} == {day}
    with pytest.raises(UsageError, match="no rules are in force on 1999-01-01"):
        cases(CLINIC_BOOK, date(1999, 1, 1))


def test_a_case_shrinks_to_what_matters() -> None:
    def called(case: dict[str, Any]) -> bool:
        decision = CLINIC_BOOK.decide(case, engine="interpreter")
        return any(advice.rule == "clinic.call_them" for advice in decision)

    case = find(
        cases(CLINIC_BOOK), called,
        settings=settings(max_examples=2000, database=None, derandomize=True, deadline=None),
    )  # fmt: skip
    assert len(case["visit"]) == 1
    assert {"seen", "booked"} <= set(case["patient"]) and len(case["patient"]) <= 4
    assert case["patient"]["booked"] - case["patient"]["seen"] > timedelta(days=28)


# Pairs --------------------------------------------------------------------------------------------


def test_pairs_differ_only_in_what_is_named() -> None:
    seen = set()
    for one, other in sample(pairs(CLINIC_BOOK, differing_only_in=["patient.age"]), 150):
        assert one["as_of"] == other["as_of"]
        seen.add(one.get("patient", {}).get("age") == other.get("patient", {}).get("age"))
        for case in (one, other):
            case.get("patient", {}).pop("age", None)
        assert (one.get("patient") or None, one.get("visit")) == (
            other.get("patient") or None, other.get("visit"),
        )  # fmt: skip
    assert seen == {True, False}


def test_pairs_differing_in_a_whole_fact() -> None:
    drawn = sample(pairs(CLINIC_BOOK, differing_only_in=["patient"]), 100)
    assert all(one.get("visit") == other.get("visit") for one, other in drawn)
    assert any("patient" in one and "patient" in other and one != other for one, other in drawn)
    with pytest.raises(UsageError, match=r"no attribute or fact `patient\.size`"):
        sample(pairs(CLINIC_BOOK, differing_only_in=["patient.size"]), 1)


def test_pairs_adding_one() -> None:
    for one, other in sample(pairs(CLINIC_BOOK, adding="visit"), 100):
        before, after = one.get("visit", []), other["visit"]
        assert len(after) == len(before) + 1
        assert [v for v in after if v not in before] and all(v in after for v in before)
        assert one.get("patient") == other.get("patient")
    with pytest.raises(UsageError, match="`patient` is none"):
        sample(pairs(CLINIC_BOOK, adding="patient"), 1)


def test_pairs_of_anything_have_one_day() -> None:
    drawn = sample(pairs(CLINIC_BOOK), 60)
    assert all(one["as_of"] == other["as_of"] for one, other in drawn)
    assert any(one != other for one, other in drawn)


# Books --------------------------------------------------------------------------------------------


@examples(60)
@given(books())
def test_books_load(files: dict[str, str]) -> None:
    found = check_text(files)
    assert {d.code for d in found if d.severity == "error"} <= EXPECTED, found


# Each statement, and each form of expression, as it is written.
FORMS = {
    "enum colour", "ordered enum", "fact person", "many up to", " key", "never read", "optional",
    "default ", " unless ", "parameter ", " by colour", " by integer", " from 20", "checked ",
    "define ", "table ", "hit first", "hit collect", "hit unique", "provisional when", "for each",
    "advice ", "salience", " unique", "rule ", "id R-", "overrides ", "reject ", "section ",
    "applies when", "property ", "example ", "version 2", "uses core", "stale after",
    "compare a, b", "differing only in", "b adding a", "whatever ", "at most one of",
    "exactly one of",
    "no rule fires except", "same advice", " and ", " or ", "not ", "shown ", " is known",
    " is unknown", " is empty", " has ", " in (", "..", " if known else ", " rounded ", " / ",
    " * ", "days between ", " days", " weeks", " months", " years", "points", "count(", "sum(",
    "min(",
    "max(", "any(", "all(", "union(", "last(", "last but one(", "last 1 by", " for ", " on 20",
    " of 20", "as_of", "unknown", '"""', "{{", "decimal ", "day_of_year", "set of ", "text", "date",
    "expect nothing else", "expect fires", "expect no fires", "expect rejected", "given usual with",
    "must_not", "need_not", "should", "may", "chapter ", "[ of {",
}  # fmt: skip


def test_books_use_the_whole_language() -> None:
    drawn = sample(books(), 400)
    texts = ["\n".join(files.values()) for files in drawn]
    assert not {form for form in FORMS if not any(form in text for text in texts)}


@pytest.mark.skipif(not LONG, reason="shrinking a book takes a minute: in the long profile")
def test_books_shrink_to_something_small() -> None:
    files = find(
        books(), lambda files: "table " in files["core.rules"],
        settings=settings(max_examples=500, database=None, derandomize=True, deadline=None),
    )  # fmt: skip
    assert len(files["core.rules"].splitlines()) < 60

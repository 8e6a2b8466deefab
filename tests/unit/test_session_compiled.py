"""A session on the compiled rules, once what stays of the case is looked up."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import matchrules as mr
from matchrules.session import memory

RULES = """
ruleset shop
  version 1
  effective from 2026-01-01

source manual "The manual"

enum size "Sizes"
  small medium large

fact buyer
  budget  : decimal 0.00..999.99
  age     : integer 0..120
  sizes   : set of size optional
  since   : date optional
fact item many up to 300
  id      : text key
  price   : decimal 0.00..999.99
  stock   : integer 0..100 optional
  weight  : integer 0..100 default 1
  label   : text optional
fact coupon many up to 3
  worth   : integer 1..50

advice buy
  it
  nothing unique
advice warn
  minor

define items.affordable : integer 0..300
  is count(item where price <= buyer.budget)

reject "too many coupons for one so young" when buyer.age < 10 and count(coupon) > 1

rule affordable
  cite manual
  for each item
  when item.price <= buyer.budget and (item.stock > 0 or item.label is "new") and item.weight is 1
  then may buy.it "{item.id} for {item.price}."
rule nothing
  cite manual
  when items.affordable is 0
  then must buy.nothing "Nothing for {buyer.budget}."
rule minor
  cite manual
  when buyer.age < 18
  unless buyer.sizes has large
  then should warn.minor "Only {buyer.age}."
"""
DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def book() -> mr.Book:
    return mr.load_text({"shop.rules": RULES})


class Both:
    """A session on each engine, told the same."""

    def __init__(self, book: mr.Book) -> None:
        self.book = book
        self.sessions = [book.session(DAY, engine="compiled"), book.session(DAY)]

    def put(self, fact: str, **attributes: Any) -> list[mr.Handle]:
        return [session.assert_fact(fact, **attributes) for session in self.sessions]

    def update(self, handles: list[mr.Handle], **attributes: Any) -> None:
        for session, handle in zip(self.sessions, handles, strict=True):
            session.update(handle, **attributes)

    def retract(self, handles: list[mr.Handle]) -> None:
        for session, handle in zip(self.sessions, handles, strict=True):
            session.retract(handle)

    def said(self) -> Any:
        one, two = (outcome(lambda s=session: s.decision) for session in self.sessions)
        assert one == two
        return one

    @property
    def quick(self) -> bool:
        """Whether the last decision was looked up."""
        return type(self.sessions[0].decision._outcome).__name__ == "Found"


def outcome(work: Callable[[], mr.Decision]) -> Any:
    try:
        decision = work()
    except mr.CaseErrors as error:
        return [(d.code, d.message, d.path, d.help) for d in error.diagnostics]
    return {**decision.to_dict(), "facts": decision.facts}


@pytest.fixture
def both(book: mr.Book) -> Iterator[Both]:
    made = Both(book)
    made.buyer = made.put("buyer", budget="10.50", age=15)  # type: ignore[attr-defined]  # for tests
    for n in range(memory.PATIENCE):
        made.update(made.buyer, age=16 + n)  # type: ignore[attr-defined]  # as above
        made.said()
    yield made
    for session in made.sessions:
        session.close()


def subjects(said: Any) -> list[str]:
    return [advice["text"] for advice in said["advice"]]


def test_changes_are_followed(both: Any) -> None:
    assert subjects(both.said()) == ["Nothing for 10.50.", "Only 17."]
    pen = both.put("item", id="pen", price=2.5, stock=3)
    both.put("item", id="ink", price=Decimal("10.50"), stock=0, label="new")
    assert subjects(both.said()) == ["Only 17.", "ink for 10.50.", "pen for 2.50."]
    assert both.quick
    both.update(both.buyer, budget=10.49)
    assert subjects(both.said()) == ["Only 17.", "pen for 2.50."]
    both.update(pen, stock=0)
    assert subjects(both.said()) == ["Only 17."]
    both.retract(pen)
    both.update(both.buyer, budget="0", age=18)
    assert subjects(both.said()) == ["Nothing for 0.00."]


def test_faults_are_told_and_mended(both: Any) -> None:
    coupons = [both.put("coupon", worth=5) for _ in range(2)]
    both.update(both.buyer, age=9)
    assert [fault[0] for fault in both.said()] == ["MR605"]
    both.retract(coupons[0])
    assert isinstance(both.said(), dict)
    again = both.put("buyer", budget="1", age=9)
    assert [fault[0] for fault in both.said()] == ["MR521"]
    both.update(again, budget="10.50")
    assert isinstance(both.said(), dict)  # now both say the same
    both.retract(both.buyer)
    assert subjects(both.said())[0] == "Nothing for 10.50."
    for _ in range(3):
        both.put("coupon", worth=5)
    assert [fault[0] for fault in both.said()] == ["MR522"]


def test_keys_are_kept_apart(both: Any) -> None:
    pen = both.put("item", id="pen", price=1)
    ink = both.put("item", id="ink", price=2)
    both.said()
    both.update(ink, id="pen")
    assert [fault[0] for fault in both.said()] == ["MR521"]
    both.update(ink, price=1)
    assert len(both.said()["facts"]["item"]) == 1
    both.update(pen, id="nib")
    assert [item["id"] for item in both.said()["facts"]["item"]] == ["nib", "pen"]
    assert both.put("item", id="pen", price=1) == ink


def test_what_was_given_can_be_changed_later_by_its_owner(both: Any) -> None:
    sizes = ["small"]
    both.update(both.buyer, sizes=sizes)
    assert "Only 17." in subjects(both.said())
    sizes.append("large")
    both.put("coupon", worth=1)
    assert "Only 17." in subjects(both.said())
    both.update(both.buyer, sizes=sizes)
    assert "Only 17." not in subjects(both.said())


def test_an_earlier_decision_stays_as_it_was(both: Any) -> None:
    pens = [both.put("item", id=f"pen{n}", price=n, stock=1) for n in range(5)]
    decision = both.sessions[0].decision  # nothing of it has been read
    both.update(both.buyer, budget=1, age=40)
    both.retract(pens[0])
    both.said()
    assert len(decision.advice) == 6
    assert decision.facts["buyer"]["age"] == 17
    assert decision.why("warn.minor").to_text()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", True), ("age", 15.0), ("age", "15"), ("age", 121), ("budget", 1.001),
        ("budget", float("nan")), ("sizes", "small"), ("since", "2026-02-30"), ("since", 3),
        ("sizes", ["small", "small"]), ("nothing", 1),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_changes_nothing(both: Any, name: str, value: Any) -> None:
    before = both.said()
    for session, handle in zip(both.sessions, both.buyer, strict=True):
        with pytest.raises(mr.CaseErrors):
            session.update(handle, **{name: value})
    both.put("coupon", worth=1)
    assert both.said()["advice"] == before["advice"]


def test_odd_but_right_values(both: Any) -> None:
    for value in (7, 7.0, "7", "7.00", Decimal("7.0"), Decimal(7)):
        both.update(both.buyer, budget=value)
        assert both.said()["facts"]["buyer"]["budget"] == "7.00"
    for day in (date(2026, 1, 2), "2026-01-02"):
        both.update(both.buyer, since=day)
        assert both.said()["facts"]["buyer"]["since"] == "2026-01-02"
    both.update(both.buyer, budget=None)
    assert [fault[0] for fault in both.said()] == ["MR520"]


def test_many_instances(both: Any) -> None:
    for n in range(300):
        both.put("item", id=f"{n:03}", price=n, stock=n % 3)
    assert len(both.said()["advice"]) == 1 + sum(n % 3 > 0 for n in range(11))
    both.update(both.buyer, budget="299")
    assert len(both.said()["advice"]) == 201
    assert both.quick


def test_there_are_two_engines_for_a_session(book: mr.Book) -> None:
    with pytest.raises(mr.UsageError, match="say `rete` or `compiled`"):
        book.session(DAY, engine="interpreter")  # type: ignore[arg-type]  # it is none of them

"""The laws, on the packs, on random books, and on engines and sessions that are wrong."""

import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from books_and_cases import LONG, examples, loaded, packs

import matchrules as mr
from matchrules.case.model import Case
from matchrules.decision import Outcome
from matchrules.diagnostics.model import UsageError
from matchrules.engine.interpreter import interpret
from matchrules.ir import RuleBase
from matchrules.session import Handle, Session
from matchrules.testing import books, laws

# How many cases of the packs, which are large, and how many random books.
COUNTS = {
    "order of facts": (4, 6), "order of statements": (4, 8), "order of files": (4, 4),
    "asserting twice": (4, 6), "assert and retract": (4, 6), "replay": (4, 6),
    "learning": (8, 20), "engines": (12, 15),
}  # fmt: skip
IN_LONG = 50  # times as many in the long profile


def test_every_law_is_said_in_words() -> None:
    assert set(COUNTS) == set(laws.ALL)
    assert all(len(law.said) > 60 for law in laws.ALL.values())


@pytest.mark.parametrize("name", laws.ALL)
def test_a_law_holds_for_the_packs(name: str) -> None:
    count = COUNTS[name][0] * (IN_LONG if LONG else 1)
    verdict = laws.check_law(packs(), name, max_examples=count)
    assert verdict.holds, verdict
    assert verdict.met >= max(1, count // 8), verdict


@pytest.mark.parametrize("name", laws.ALL)
def test_a_law_holds_for_random_books(name: str) -> None:
    met, count = 0, COUNTS[name][1]

    @examples(count, long=count * IN_LONG)
    @given(st.data())
    def look(data: st.DataObject) -> None:
        nonlocal met
        trial = laws.Trial(loaded(data.draw(books())))
        for _ in range(3):
            laws.ALL[name].look(trial, data.draw)
        met += trial.met > 0

    look()
    assert met >= count // 5  # some books speak of nothing that can be learned


# Faults planted -----------------------------------------------------------------------------------

DESK = """
ruleset desk
  version 1
  effective from 2026-01-01
source guide "A guide"
enum state
  open closed
fact visitor
  age    : integer 0..120 optional
  member : yes_no optional
fact ticket many up to 5
  number : integer 1..90 key
  state  : state optional
fact remark many up to 4
  weight : integer 0..9 optional
define desk.weight : integer 0..36
  is sum(remark.weight)
advice visit
  allow
  pay
rule adult
  cite guide
  when visitor.age >= 18
  then must visit.allow "Come in."
rule child
  cite guide
  when visitor.age < 18
  then must_not visit.allow "Not alone."
rule fee
  cite guide
  when count(ticket) < 1 or desk.weight > 3
  unless visitor.member
  then should visit.pay "Pay."
"""

BOOK = mr.load_text({"desk.rules": DESK, "shelf.rules": """
ruleset shelf
  version 1
  effective from 2026-01-01
"""})  # fmt: skip


def test_the_book_keeps_the_laws() -> None:
    verdicts = laws.check(BOOK, 25)
    assert all(verdict.holds for verdict in verdicts), [*map(str, verdicts)]
    assert [verdict.law.name for verdict in verdicts] == [*laws.ALL]


def last_written(base: RuleBase, case: Case) -> Outcome:
    """Of two rules only the one that is written last speaks."""
    outcome = interpret(base, case)
    last = sorted(outcome.firings, key=lambda f: base.rules[f.rule].span.start)[-1:]
    return evolve(outcome, firings=tuple(last))


def first_file(base: RuleBase, case: Case) -> Outcome:
    """Rules speak only where their file comes first."""
    outcome = interpret(base, case)
    if base.rules["fee"].span.source == min(r.source for r in base.rulesets.values()):
        return outcome
    return evolve(outcome, firings=())


def turning(base: RuleBase, case: Case) -> Outcome:
    """Who turns out to be a member is no adult any more."""
    outcome = interpret(base, case)
    if not any(one["member"] is not None for one in case.facts["visitor"]):
        return outcome
    turned = [evolve(f, rule="child") if f.rule == "adult" else f for f in outcome.firings]
    return evolve(outcome, firings=tuple(turned))


def forgetting(base: RuleBase, case: Case) -> Outcome:
    """Forgets advice once more than one thing is known of the visitor."""
    outcome = interpret(base, case)
    known = [v for one in case.facts["visitor"] for v in one.values() if v is not None]
    return evolve(outcome, firings=()) if len(known) > 1 else outcome


def by_identity() -> Any:
    """An engine that does not say the same of a case a second time."""
    seen: list[Case] = []

    def engine(base: RuleBase, case: Case) -> Outcome:
        outcome = interpret(base, case)
        if any(case == other and case is not other for other in seen):
            return evolve(outcome, firings=())
        seen.append(case)
        return outcome

    return engine


class Ordered(Session):
    """Holds what it is told first for better than what it is told last."""

    def assert_fact(self, fact: Any, /, **attributes: Any) -> Handle:
        if fact == "visitor" and self._facts.held["ticket"].by_handle:
            attributes = {}
        return super().assert_fact(fact, **attributes)


class Doubling(Session):
    """Makes a new handle each time."""

    def assert_fact(self, fact: Any, /, **attributes: Any) -> Handle:
        held = self._facts.held[fact]
        equal, held.equal = held.equal, lambda instance: None  # type: ignore[method-assign]  # wrong
        try:
            return super().assert_fact(fact, **attributes)
        finally:
            held.equal = equal  # type: ignore[method-assign]  # as it was


class Merging(Session):
    """Takes equal remarks for one."""

    def assert_fact(self, fact: Any, /, **attributes: Any) -> Handle:
        for handle, known in self._facts.held[fact].by_handle.items():
            if {**known} == {n: attributes.get(n) for n in known}:
                return handle
        return super().assert_fact(fact, **attributes)


class Keeping(Session):
    """Says again what it said, though something was taken back."""

    def retract(self, handle: Handle, /) -> None:
        said = self._decision
        super().retract(handle)
        self._decision = said


def test_a_broken_engine_breaks_the_law() -> None:
    for name, law in [
        (last_written, "order of statements"), (last_written, "engines"),
        (first_file, "order of files"), (turning, "learning"), (forgetting, "learning"),
    ]:  # fmt: skip
        verdict = laws.check_law(BOOK, law, 200, engines={"wrong": name})
        assert verdict.answer == "broken", (law, verdict)
        assert "`wrong`" in verdict.reason and verdict.cases


def test_an_engine_that_remembers_breaks_replay() -> None:
    for law in ("replay", "order of facts"):
        verdict = laws.check_law(BOOK, law, 100, engines={"wrong": by_identity()})
        assert verdict.answer == "broken", verdict


@pytest.mark.parametrize(
    ("session", "law"),
    [
        (Ordered, "order of facts"), (Doubling, "asserting twice"), (Merging, "asserting twice"),
        (Keeping, "assert and retract"),
    ],
)  # fmt: skip
def test_a_broken_session_breaks_the_law(session: type[Session], law: str) -> None:
    verdict = laws.check_law(BOOK, law, 200, sessions=session)
    assert verdict.answer == "broken", verdict
    # shrunk: no fact that has nothing to do with it
    assert all(text.count("- ") <= 2 for _, text in verdict.cases), verdict


def test_a_turned_advice_is_shown_with_the_case_before_and_after() -> None:
    verdict = laws.check_law(BOOK, "learning", 200, engines={"wrong": turning})
    assert "`visit.allow`, advised by `adult` by known facts alone, turns into its opposite" in str(
        verdict
    )
    before, after = dict(verdict.cases)["before"], dict(verdict.cases)["after"]
    assert "member" not in before and "member" in after and "ticket" not in after


def test_a_book_that_cannot_put_a_law_to_the_test() -> None:
    nothing = mr.load_text({"n.rules": "ruleset n\n  version 1\n  effective from 2026-01-01\n"})
    verdict = laws.check_law(nothing, "asserting twice", 5)
    assert (verdict.answer, verdict.met) == ("untested", 0)
    assert str(verdict) == "the law `asserting twice` was put to the test by none of 5 cases"


def test_a_law_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="did you mean `learning`"):
        laws.check_law(BOOK, "lerning")
    with pytest.raises(UsageError, match="there are `order of facts`"):
        laws.check_law(BOOK, "xyz")

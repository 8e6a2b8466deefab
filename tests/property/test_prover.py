"""The prover's answers are the right ones, both ways, on small random rule bases.

Each has so few cases that all of them can be looked at (`brute_force`). A wrong answer fails, in
either direction; so does a case shown that is none. "Undecided" is no wrong answer, but there may
be few of them.
"""

from collections import Counter
from collections.abc import Iterator

from books_and_cases import LONG
from brute_force import Judge
from hypothesis import given, settings
from hypothesis import strategies as st
from small_books import small_book

import matchrules as mr
from matchrules.prove.prover import Prover
from matchrules.prove.questions import questions
from matchrules.prove.verdicts import Verdict

SECONDS = 20.0
VISITS = """
ruleset visits
  version 1
  effective from 2026-01-01

fact visit many up to 3
  held   : date
  amount : integer 0..3

define d.latest : integer 0..3
  is last(visit.amount by held)

define d.total : integer 0..9
  is sum(visit.amount)

define visit.rank : integer 0..3
  for each visit
  is min(count(visit where amount >= 2), visit.amount)

define d.best : integer 0..3
  is last(visit.rank by held)

property best_is_all
  when d.best is known
  then d.best is count(visit where amount >= 2)

property same_latest
  compare a, b differing only in visit.held
  when a.d.latest is known
  then a.d.latest is b.d.latest

property same_total
  compare a, b differing only in visit.held
  a.d.total is b.d.total
"""
MOST_CASES = 400 if LONG else 60
MANY_FACTS = 2  # instances, as many as a small book has


def verdicts(seed: int, most: int = MOST_CASES) -> Iterator[tuple[Judge, Verdict]]:
    """Every question about the base of a seed, with its verdict."""
    judge = Judge(small_book(seed, most))
    prover = Prover(judge.base, SECONDS, MANY_FACTS)
    for question in questions(judge.base):
        yield judge, prover.answer(question)


def check(seed: int, most: int = MOST_CASES) -> Counter[str]:
    """Every verdict held against the right answer; how often which answer was given."""
    found: Counter[str] = Counter()
    for judge, verdict in verdicts(seed, most):
        found[verdict.answer] += 1
        if verdict.answer == "undecided":
            assert verdict.reason
            continue
        right = judge.answer(verdict.question)
        told = (seed, most, verdict.question, verdict.cases)
        assert verdict.answer == right, f"{verdict.answer}, not {right}: {told}"
        shown(judge, verdict)
    return found


def check_fewer(seed: int, most: int = MOST_CASES) -> None:
    """With one instance of each many-fact in the cases looked at: what is then said of any number
    has to hold for two as well, what is said of one for one."""
    book = small_book(seed, most)
    if not any(fact.many for fact in book.base.facts.values()):
        return
    all_, few = Judge(book), Judge(book, 1)
    prover = Prover(book.base, SECONDS, 1)
    for question in questions(book.base):
        said = book.base.properties.get(question.name)
        if question.kind == "property" and said is not None and said.adding:
            continue
        verdict = prover.answer(question)
        if verdict.answer != "undecided":
            right = (all_ if verdict.bound is None else few).answer(question)
            assert verdict.answer == right, f"{verdict}, not {right}: {seed}"


def shown(judge: Judge, verdict: Verdict) -> None:
    """What refutes something is there to be seen: a valid case, in which it is seen."""
    base, question = judge.base, verdict.question
    if question.kind == "property" and verdict.answer == "refuted":
        assert verdict.cases
        said = base.properties[question.name]
        if not said.whatever:
            assert judge.refuted_by(said, [case for _, case in verdict.cases]), verdict
        assert [name for name, _ in verdict.cases] == [*(said.cases or ("",))]
    if question.kind in ("gap", "overlap", "range", "contradiction"):
        assert bool(verdict.cases) == (verdict.answer == "refuted")
    for _, case in verdict.cases:
        assert case.as_of >= base.start
        assert base.end is None or case.as_of < base.end


@settings(max_examples=1000 if LONG else 5)
@given(st.integers(0, 10**9))
def test_answers_are_right(seed: int) -> None:
    check(seed)


@settings(max_examples=500 if LONG else 3)
@given(st.integers(0, 10**9))
def test_what_holds_for_any_number_does(seed: int) -> None:
    check_fewer(seed)


def test_what_is_left_open_is_not_taken_for_the_same() -> None:
    """The last one is another one where days differ; an aggregate within one is one of its own."""
    book = mr.load_text({"visits.rules": VISITS})
    (base,) = book.bases
    answered = {
        q.name: Prover(base, SECONDS).answer(q).answer
        for q in questions(base)
        if q.kind == "property"
    }
    assert answered == {"best_is_all": "refuted", "same_latest": "refuted", "same_total": "proved"}


def test_few_are_left_undecided() -> None:
    """And every answer is given somewhere, or nothing would be tested here."""
    found: Counter[str] = Counter()
    for seed in range(40 if LONG else 2):
        found += check(seed)
    assert found["undecided"] * 100 <= found.total()
    assert all(found[answer] for answer in ("proved", "refuted", "vacuous"))

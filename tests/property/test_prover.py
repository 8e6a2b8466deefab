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

from matchrules.prove.prover import Prover
from matchrules.prove.questions import questions
from matchrules.prove.verdicts import Verdict

SECONDS = 20.0
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


@settings(max_examples=1000 if LONG else 8)
@given(st.integers(0, 10**9))
def test_answers_are_right(seed: int) -> None:
    check(seed)


def test_few_are_left_undecided() -> None:
    """And every answer is given somewhere, or nothing would be tested here."""
    found: Counter[str] = Counter()
    for seed in range(40 if LONG else 3):
        found += check(seed)
    assert found["undecided"] * 100 <= found.total()
    assert all(found[answer] for answer in ("proved", "refuted", "vacuous"))

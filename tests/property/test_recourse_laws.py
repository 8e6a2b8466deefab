"""The smallest change is the smallest, on small random books whose cases can all be looked at."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from random import Random

import recourse_books
from books_and_cases import LONG, examples
from brute_force import valid
from hypothesis import given
from hypothesis import strategies as st
from recourse_by_hand import Effort, between, held, least, marked
from small_books import SmallBook, small_book

from matchrules.decision import decide
from matchrules.engine.interpreter import Interpretation
from matchrules.explain.grounds import Grounds
from matchrules.ir import Rule, RuleBase
from matchrules.prove.recourse import Recourse, recourse
from matchrules.prove.witness import is_valid
from matchrules.reach import Reach

SECONDS = 60.0
MOST_CASES = 400 if LONG else 120


def check(seed: int, most: int = MOST_CASES, subjects: int = 2) -> Counter[str]:
    """Some questions about some case of the book of a seed, each held against all cases."""
    rng = Random(seed)
    drawn = small_book(seed, most)
    book = SmallBook(marked(drawn.base, rng), drawn.values)
    base = book.base
    every = list(valid(base, book.cases()))
    runs = [run.said for run in every if not run.shown]
    found: Counter[str] = Counter()
    if not runs:
        return found
    start = max(rng.sample(runs, min(len(runs), 8)), key=_how_much)
    grounds = Grounds(base, start.case, {})
    for name in _asked(grounds, runs, rng)[:subjects]:
        stands = partial(_stands, grounds.rules_for(grounds.asked(name)))
        before = stands(start)
        told = ask(grounds, None if before else name, name if before else None)
        right = least(base, start.case, [run for run in runs if stands(run) is not before])
        where = (seed, most, name, before, told.answer, told.cost, told.reason, right)
        found[told.answer] += 1
        if told.answer == "undecided":
            continue
        assert (told.answer == "found") is (right is not None), where
        if right is None:
            today = [r.said for r in every if r.case.as_of == start.case.as_of]
            other = [run for run in today if stands(run) is not before]
            check_why(base, told, other, where)
            continue
        assert told.proved, where
        assert told.after is not None and told.after.reach is not None
        case = told.after.reach.case
        assert stands(Interpretation(base, case)) is not before, where
        assert between(base, start.case, case) == right, (where, between(base, start.case, case))
        changes = len(told.changed) + len(told.added) + len(told.removed)
        assert Effort(told.cost or 0, changes, right.moved) == right, where
    return found


def check_why(base: RuleBase, told: Recourse, other: list[Interpretation], where: object) -> None:
    """What stands in the way is in the way of every case that has what is asked for, and each of
    it of some that nothing else is in the way of."""
    if told.answer == "no_case":
        assert not other, where
        return
    if any(one.instance or one.number or base.facts[one.fact].many for one in told.obstacles):
        return  # which instance is which is told by no case
    if not told.obstacles:
        assert "fault" in told.reason, where
        return
    ways = [[held(base, run.case, one) for one in told.obstacles] for run in other]
    assert not any(all(way) for way in ways), (where, told.obstacles)
    for number, one in enumerate(told.obstacles):
        rest = [way[:number] + way[number + 1 :] for way in ways]
        assert any(map(all, rest)), (where, told.obstacles, one)


def _asked(grounds: Grounds, runs: list[Interpretation], rng: Random) -> list[str]:
    """Subjects and rules in random order: those of which not all cases have the same, or one that
    all or none have."""
    rules = grounds.base.rules.values()
    said = {f"{then.kind}.{then.subject}" for rule in rules for then in rule.thens}
    names = sorted({*said, *grounds.base.rules})
    rng.shuffle(names)
    today = [run for run in runs if run.case.as_of == grounds.case.as_of]

    def alike(name: str) -> bool:
        found = grounds.rules_for(grounds.asked(name))
        return len({_stands(found, run) for run in today}) < 2

    return [name for name in names if not alike(name)] or names[:1]


def _how_much(run: Interpretation) -> int:
    """How much is known: what is not known does not change."""
    instances = (instance for there in run.case.facts.values() for instance in there)
    return sum(value is not None for instance in instances for value in instance.values())


def _stands(rules: Iterable[Rule], run: Interpretation) -> bool:
    return any(run.stands(rule, bound) for rule in rules for bound in run.each(rule.fact))


def ask(grounds: Grounds, to_have: str | None, to_lose: str | None) -> Recourse:
    base, case = grounds.base, grounds.case
    outcome = grounds.interpretation.outcome()
    decision = decide(base, outcome, case, lambda base, case: Reach(base, case, {}))
    return recourse(grounds, decision, to_have, to_lose, SECONDS)


def check_wish(seed: int) -> str:
    """A wish of which everything that can be changed is tried."""
    rng = Random(seed)
    base = recourse_books.book(rng)
    case = recourse_books.start(base, rng)
    if not list(valid(base, [case])):
        return "not valid"
    grounds = Grounds(base, case, {})
    stands = partial(_stands, (base.rules["wish"],))
    before = stands(grounds.interpretation)
    told = ask(grounds, None if before else "wish", "wish" if before else None)
    there = (Interpretation(base, one) for one in recourse_books.around(base, case))
    right = least(base, case, (run for run in there if is_valid(run) and stands(run) is not before))
    assert told.proved, (seed, told)
    if right is None:
        assert told.answer in ("nothing", "no_case"), (seed, told)
        return told.answer
    assert told.after is not None and told.after.reach is not None, (seed, right)
    assert between(base, case, told.after.reach.case) == right, (seed, told, right)
    assert is_valid(Interpretation(base, told.after.reach.case)), seed
    return "found"


@examples(25)
@given(st.integers(0, 10**9))
def test_a_wish_is_met_by_the_smallest_change(seed: int) -> None:
    check_wish(seed)


@examples(12)
@given(st.integers(0, 10**9))
def test_no_smaller_change_does_it(seed: int) -> None:
    check(seed)

"""Whom a change affects, held against every case of small random rule bases."""

from collections import Counter
from typing import Any

from books_and_cases import LONG
from brute_force import NOT_VALID
from hypothesis import given, settings
from hypothesis import strategies as st
from mutated_bases import mutated
from small_books import small_book

from matchrules.case.model import Case
from matchrules.dependencies import dependencies, order
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import RuleBase
from matchrules.prove.difference import EraDifference, Region, compare, equivalent

SECONDS = 20.0
MOST_CASES = 300 if LONG else 60
MANY_FACTS = 2  # instances, as many as a small book has
Advice = dict[tuple[str, str], list[str]]


class Side:
    """What one rule base makes of one case, told by the interpreter alone."""

    def __init__(self, base: RuleBase, case: Case) -> None:
        self.run = Interpretation(base, case)
        self.advice: Advice = {}
        self.derived: Any = None
        codes = set()
        try:
            outcome = self.run.outcome()
        except CaseErrors as error:
            codes = {fault.code for fault in error.diagnostics}
        else:
            self.derived = outcome.derived
            for firing in outcome.firings:
                then = base.rules[firing.rule].thens[firing.place]
                said = repr((firing.rule, then.strength, sorted(firing.fields.items()),
                             firing.about))  # fmt: skip
                self.advice.setdefault((then.kind, then.subject), []).append(said)
        for several in self.advice.values():
            several.sort()
        self.valid = not codes & NOT_VALID
        self.decided = not codes


def check(seed: int, most: int = MOST_CASES) -> Counter[str]:
    book = small_book(seed, most)
    old, new = book.base, mutated(book.base, seed)
    if any(len(order(graph)) < len(graph) for graph in map(dependencies, (old, new))):
        return Counter()  # now and then a pick breaks its ties by what rests on it: no rule base
    pairs = [(Side(old, case), Side(new, case)) for case in book.cases()]
    difference = compare([old], [new], seconds=SECONDS, instances=MANY_FACTS)
    (era,) = difference.eras
    answers = {(s.kind, s.subject): s.answer for s in era.subjects}
    decided = [(a, b) for a, b in pairs if a.decided and b.decided]
    told = f"seed {seed}, {most} cases: {[str(c) for c in era.changes]}"
    for a, b in decided:
        for subject in a.advice.keys() | b.advice.keys():
            if a.advice.get(subject) != b.advice.get(subject):
                assert answers.get(subject) in ("affected", "undecided"), (told, subject)
    if any(a.decided != b.decided for a, b in pairs):
        assert answers.get(("", "")) in ("affected", "undecided"), told
    for region, subject in regions(era):
        for a, b in decided:
            if meets(region, (a, b)):
                assert a.advice.get(subject) != b.advice.get(subject), (told, region)
    alike = equivalent(old, new, SECONDS, MANY_FACTS)
    same = all(
        a.decided == b.decided and a.valid == b.valid
        and (not a.decided or (a.derived, a.advice) == (b.derived, b.advice))
        for a, b in pairs
    )  # fmt: skip
    if alike is not None:
        assert alike == same, told
    return Counter([*answers.values(), f"equivalent {alike}", f"same {same}"])


def regions(era: EraDifference) -> list[tuple[Region, tuple[str, str]]]:
    """The regions that conditions are given for."""
    return [
        (region, (subject.kind, subject.subject))
        for subject in era.subjects for shift in subject.shifts for region in shift.regions
        if region.literals and shift.effect not in ("valid", "invalid")
    ]  # fmt: skip


def meets(region: Region, sides: tuple[Side, Side]) -> bool:
    """Whether a case, or some instance in it, meets all the conditions of a region."""
    facts = sorted({fact for literal in region.literals for fact, _ in literal.atom.bound})
    assert len(facts) <= 1
    count = len(sides[0].run.case.facts[facts[0]]) if facts else 1
    return any(
        all(
            literal.holds(sides[literal.atom.where].run.value(
                literal.atom.expression, {fact: index for fact, _ in literal.atom.bound}
            ))
            for literal in region.literals
        )
        for index in range(count)
    )  # fmt: skip


@settings(max_examples=1000 if LONG else 12)
@given(st.integers(0, 10**9))
def test_who_is_affected_is_said_truly(seed: int) -> None:
    check(seed)


def test_all_answers_come_up() -> None:
    """The bases do put the comparison to the test."""
    found: Counter[str] = Counter()
    for seed in range(24):
        found += check(seed)
    assert found["affected"] and found["unaffected"]
    assert found["undecided"] <= sum(found.values()) // 10

"""The words of the advice as applicants read them: whole, grammatical, short and honest.

What is looked at here are texts and letters that are made, over applicants as people are and over
any case that the vocabulary allows. What texts are made of is looked at in `test_packs.py`.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from residency_agreement import drawn

import matchrules as mr
from matchrules.cli.items import chaptered
from matchrules.testing import cases

PACKS = mr.load(cache=True)
EXAMPLES = Path(__file__).parents[2] / "examples"
LETTERS = sorted(path for path in EXAMPLES.iterdir() if path.suffix in (".yaml", ".json", ".toml"))
MOST_WORDS = 50
MOST_TIMES = 3  # that a letter quotes one score

UNITS = "letter|week|program|sitting|NBME|day|month|attempt|elective|project|invitation"
FAULTS = {
    "shows an unknown": r"(?<!are IMGs is )not known",
    "has a stray space": r"  |^ | $| [.,;:)]|[(] ",
    "has doubled punctuation": r"[.,;:?][.,;:]",
    "has a bracket too many": r"[{}\[\]]",
    "says a word twice": r"(?i)\b([a-z]+) \1\b",
    "has many of one": rf"(?<!Step )\b1 (?:more )?(?:official )?(?:{UNITS})s\b",
    "has one of many": rf"\b(?:0|[2-9]|\d\d+) (?:more )?(?:official )?(?:{UNITS})\b",
    "counts to nought": r"so far you (?:have|count) 0|\b0 so far|so far: 0|\b0 of the",
    "promises, or gives odds": r"(?i)guarant|\bchances?\b|\bodds\b|probab|likel|maximi|optimi",
    "has no end": r'[^.?"]$|[^.]"$',
    "has no beginning": r"^[^A-Z]",
    "has a slip of the article": r"(?i)\ba (?:[aei]\w|8\d?\b|11\b|18\b)|\ban [bcdfgjkpqtvwz]\w",
}  # fmt: skip

# Texts that speak of dates to meet, none of which may be over.
AHEAD = {"S1-10", "S1-15", "S1-17", "S1-31", "S1-50", "S2-27", "S2-28", "S2-29", "S2-30", "S2-35",
         "S2-36", "EX-08"}  # fmt: skip


def faults(decision: mr.Decision) -> Iterator[str]:
    for advice in decision:
        text = advice.text
        if advice.about is not None:  # it begins with the name of a program
            text = "Here: " + text.partition(": ")[2]
        for fault, pattern in FAULTS.items():
            if re.search(pattern, text):
                yield f"{advice.id} {fault}: {advice.text}"
        if len(text.split()) > MOST_WORDS:
            yield f"{advice.id} is long: {advice.text}"
        dates = map(date.fromisoformat, re.findall(r"\d{4}-\d\d-\d\d", text))
        if advice.id in AHEAD and any(day < decision.as_of for day in dates):
            yield f"{advice.id} has a date that is over: {advice.text}"


def decided(few: int, many: int) -> Iterator[mr.Decision]:
    for _, as_of, facts in drawn(few, many):
        try:
            yield PACKS.decide(facts, as_of)
        except mr.CaseErrors:
            continue  # it contradicts itself, and gets no text


def test_no_text_for_an_applicant_has_a_fault() -> None:
    found: set[str] = set()
    said: set[str | None] = set()
    for decision in decided(150, 10_000):
        found.update(faults(decision))
        said.update(advice.id for advice in decision)
    assert sorted(found) == []
    assert len(said) > 190


@settings(max_examples=25)
@given(cases(PACKS))
def test_no_text_for_any_case_has_a_fault(case: Any) -> None:
    assert list(faults(PACKS.decide(case))) == []


def letter_faults(decision: mr.Decision) -> Iterator[str]:
    """What jars only where texts stand in the order of a letter."""
    texts: list[str] = []
    for chapter in chaptered(decision, PACKS.base_on(decision.as_of), "Further"):
        for group in chapter.groups:
            inside = [item.texts[0] for item in group.items if len(item.texts) == 1]
            texts += inside
            for before, after in pairwise(inside):
                if before.split()[:2] == after.split()[:2]:
                    yield f"neighbors begin alike: {before} / {after}"
    score = decision.facts.get("step2ck", {}).get("score")
    own = [text for text in texts if "Charting Outcomes" not in text]
    if sum(f" {score}" in text for text in own) > MOST_TIMES:
        yield f"the score of {score} is told again and again"


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.name)
def test_a_letter_does_not_repeat_itself(path: Path) -> None:
    assert list(letter_faults(PACKS.decide(path))) == []


def test_no_applicant_gets_a_letter_that_repeats_itself() -> None:
    found = {fault for decision in decided(40, 1_000) for fault in letter_faults(decision)}
    assert sorted(found) == []

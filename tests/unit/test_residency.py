"""The fact classes of the packs, written out."""

from datetime import date
from pathlib import Path

import matchrules as mr
from matchrules import residency
from matchrules.case.stubs import stubs


def test_the_module_is_in_step_with_the_packs() -> None:
    """If this fails: `matchrules stubs > src/matchrules/residency/facts.py`."""
    written = Path(residency.facts.__file__).read_text(encoding="utf-8")
    assert written == stubs(mr.load(cache=True).bases[-1])


def test_its_facts_are_decided_on() -> None:
    facts = [
        residency.Step1(status="passed", fail_count=1),
        residency.Letter(author_role="us_board_certified_pediatrician", state="received"),
    ]
    book = mr.load(cache=True)
    letter = book.facts.Letter(author_role="us_board_certified_pediatrician", state="received")
    same = [book.facts.Step1(status="passed", fail_count=1), letter]
    day = date(2026, 11, 1)
    assert book.decide(facts, day).to_json() == book.decide(same, day).to_json()

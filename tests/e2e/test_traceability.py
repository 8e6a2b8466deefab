"""Each statement of the inventory has a rule, each rule an id and two examples that are alike but
for one attribute, one in which it fires and one in which it does not; and the page says so.

`scripts/missing-pairs` prints what is missing, with the examples that come closest.
"""

import csv
import runpy
from functools import cache
from pathlib import Path

import matchrules as mr
from matchrules.explain import Wording
from matchrules.rulebook import Book
from matchrules.testing.traceability import Trace, traces

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "statements.md"
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "statements-page"))


@cache
def packs() -> Book:
    return mr.load(ROOT / "rules", cache=True)


@cache
def traced() -> tuple[Trace, ...]:
    return traces(packs())


def inventory() -> list[str]:
    with (Path(__file__).parent / "statements.csv").open(encoding="utf-8", newline="") as rows:
        return [row["id"] for row in csv.DictReader(rows)]


def test_every_statement_has_a_rule() -> None:
    assert len(inventory()) == 203
    assert set(inventory()) - {trace.rule.id for trace in traced()} == set()


def test_every_rule_has_an_id() -> None:
    assert [trace.rule.full_name for trace in traced() if trace.rule.id is None] == []


def test_every_rule_has_two_examples_that_are_one_attribute_apart() -> None:
    without = [trace.rule.id for trace in traced() if trace.near_miss is None]
    assert without == [], "see scripts/missing-pairs"


def test_statements_have_their_own_words() -> None:
    """No two names of the packs are told apart by an identifier only."""
    for base in packs().bases:
        names = Wording(base).names
        read = {f"{fact}.{name}" for fact, name in base.attributes_read} | set(base.defines)
        assert [dotted for dotted in sorted(read) if dotted in names.value(dotted)] == []


def test_the_page_is_in_step_with_the_rules() -> None:
    """If this fails: `make docs`."""
    written = PAGE.read_text(encoding="utf-8")
    assert written == SCRIPT["Page"](packs(), traced()).text()


def test_every_link_within_the_page_leads_somewhere() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for id in inventory():
        assert f"](#{id.lower()})" in text and f"\n#### {id}\n" in text

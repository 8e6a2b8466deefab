"""The rule packs as a whole: clean, complete, traceable, and honest in their words.

What they say of whom is held against a second reading of the specification elsewhere: see
`test_packs_agreement`, `test_packs_by_hand` and `test_packs_specification`.
"""

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_packs_by_hand import with_facts

import matchrules as mr
from matchrules.ir import ExpectFires, Segment

STATEMENTS = (
    *(f"GN-{n:02}" for n in range(1, 14)),
    *(f"S1-{n:02}" for n in (*range(1, 28), *range(30, 36), *range(40, 56))),
    *(f"S2-{n:02}" for n in (*range(1, 46), *range(50, 57))),
    *(f"UX-{n:02}" for n in range(1, 7)),
    *(f"LR-{n:02}" for n in range(1, 10)),
    *(f"PF-{n:02}" for n in (1, 2)),
    *(f"NA-{n:02}" for n in (*range(1, 10), 11, 12)),
    *(f"AP-{n:02}" for n in range(1, 22)),
    *(f"SP-{n:02}" for n in range(1, 10)),
    *(f"IV-{n:02}" for n in range(1, 10)),
    *(f"EX-{n:02}" for n in range(1, 23)),
)
FILES = {"S1": "step1", "S2": "step2ck"} | dict.fromkeys(
    ("GN", "UX", "LR", "PF", "NA", "AP", "SP", "IV"), "application"
)
# What is not from the article stands beside what it guards.
BESIDE = {
    "scope": (1, 2, 3), "step1": (15, 21), "step2ck": (5, 6, 7, 8, 9, 11, 19),
    "application": (4, 10, 12, 13, 14, 16, 17, 18, 20, 22),
}  # fmt: skip
FILES |= {f"EX-{n:02}": name for name, numbers in BESIDE.items() for n in numbers}
PACKS = mr.load(cache=True)
RULES = {str(rule.id): rule for rule in PACKS.bases[-1].rules.values()}
INVENTORY = Path(__file__).parent / "statements.csv"


def inventory() -> dict[str, dict[str, str]]:
    with INVENTORY.open(encoding="utf-8", newline="") as rows:
        return {row["id"]: row for row in csv.DictReader(rows)}


def test_check_has_nothing_to_say() -> None:
    assert [f"{d.code}: {d.message}" for d in mr.check()] == []


def test_the_statements_are_these_and_no_others() -> None:
    assert len(STATEMENTS) == 203
    for base in PACKS.bases:
        ids = [rule.id for rule in base.rules.values()]
        assert sorted(map(str, ids)) == sorted(STATEMENTS)
    assert list(inventory()) == list(STATEMENTS)


@pytest.mark.parametrize("id", STATEMENTS)
def test_each_statement_is_what_the_inventory_says(id: str) -> None:
    rule, row = RULES[id], inventory()[id]
    for then in rule.thens:
        assert [then.kind, then.subject, then.strength] == [
            row["kind"], row["subject"], row["strength"]
        ]  # fmt: skip
    places = [cite.place for cite in rule.cites if cite.source == "article"]
    assert places == row["sections"].split()
    assert rule.ruleset == FILES.get(id, FILES.get(id[:2]))
    assert (not places) is id.startswith("EX") is rule.section.startswith("Not from the article")
    assert rule.cites


def test_every_rule_has_an_example_that_it_fires_in_and_one_that_it_does_not() -> None:
    names = {name for base in PACKS.bases for name in base.rules}
    for negated in (False, True):
        named = {
            expect.rule for example in PACKS.examples for expect in example.expects
            if isinstance(expect, ExpectFires) and expect.negated is negated
        }  # fmt: skip
        assert named == names


def test_protected_facts_are_never_read() -> None:
    protected = ("name", "gender", "race_ethnicity", "age", "religion", "marital_status",
                 "school_name")  # fmt: skip
    for base in PACKS.bases:
        attributes = base.facts["applicant"].attributes
        assert all(attributes[name].never_read for name in protected)


# Honest words (P-42) ------------------------------------------------------------------------------

PROMISES = re.compile(
    r"guarant|maximi[sz]|optimi[sz]|probabilit|guesswork|\bodds\b|chances?\b|likel(?:y|ihood)"
    r"|will match|sure to|certain to|certainly|without fail|wasted? application|promise"
)
DENIED = "nobody can promise"


def words(id: str) -> str:
    """The title and the texts of a rule as they are written, conditional parts and all."""
    source = next(s for name, s in PACKS.sources.items() if Path(name).stem == RULES[id].ruleset)
    rule = re.search(rf"^rule .*\n +id {id}\n( .*\n)*", source.text, re.MULTILINE)
    assert rule is not None
    return " ".join(re.findall(r'"(.*)"', rule[0])).lower()


@pytest.mark.parametrize("id", STATEMENTS)
def test_p_42_no_text_promises_anything(id: str) -> None:
    assert PROMISES.findall(words(id).replace(DENIED, "")) == []


@pytest.mark.parametrize("id", STATEMENTS)
def test_no_program_is_called_safe(id: str) -> None:
    """But for "safety-ish", in quotes, and to say that none is."""
    said = words(id)
    for allowed in ("safety-ish", "no program is safe", "{balance.safety}"):
        said = said.replace(allowed, "")
    about_programs = RULES[id].thens[0].kind in ("program_mix", "balance", "breadth")
    assert not (about_programs and re.findall(r"\bsafe(?:ty|r|st)?\b", said))


def test_what_rests_on_a_missing_score_is_provisional() -> None:
    facts = with_facts(step1={"status": "passed", "fail_count": 0}, step2ck={"status": "scheduled"})
    decision = PACKS.decide(facts, date(2026, 3, 1), "interpreter")
    provisional = {advice.id for advice in decision if advice.provisional}
    assert {"AP-13", "AP-20", "AP-21", "EX-13"} <= provisional


def test_a_text_quotes_what_is_known_and_only_that() -> None:
    facts: dict[str, Any] = with_facts(
        step1={"status": "passed", "fail_count": 0}, step2ck={"status": "passed", "score": 222}
    )
    as_of = date(2026, 3, 1)
    text = {a.id: a.text for a in PACKS.decide(facts, as_of, "interpreter")}
    assert "222" in text["AP-14"]
    segments = [
        rule.id for rule in RULES.values()
        if any(isinstance(part, Segment) for then in rule.thens for part in then.text.parts)
    ]  # fmt: skip
    assert len(segments) > 20


# Facts that no condition reads, because a text quotes them (graduation only while it is ahead).
QUOTED = {
    "PF-02": ["applicant.qi_project_count", "applicant.peds_elective_count"],
    "S2-04": ["applicant.interview_skill"], "S2-11": ["applicant.interview_skill"],
    "S2-37": ["applicant.current_rotation"], "S2-33": ["applicant.graduation_ahead"],
    "S2-14": ["plan.primary_qbank"], "S2-38": ["plan.questions_per_clinical_day"],
    "S2-51": ["plan.questions_per_dedicated_day"],
    "AP-13": ["application.planned_program_count", "breadth.min", "breadth.max"],
    "AP-21": ["balance.reach", "balance.target", "balance.safety"],
    "IV-09": ["application.interview_invites"],
}  # fmt: skip


@pytest.mark.parametrize("id", QUOTED)
def test_a_text_quotes_the_facts_that_are_there_for_it(id: str) -> None:
    assert set(QUOTED[id]) <= set(RULES[id].reasons)

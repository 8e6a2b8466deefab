"""The packs beside the tables of the specification, where it lies next to the checkout.

The conditions of its tables are evaluated as they stand there, so that three readings have to be
equal: the packs, the one in plain Python, and the specification's own words.
"""

import ast
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from residency_agreement import drawn, hold, revived
from residency_case import Case
from residency_conditions import holds, parse
from residency_statements import statements
from test_packs import STATEMENTS, inventory

import matchrules as mr

SPECIFICATION = Path(__file__).parents[3] / "shared" / "domain.md"
ROW = re.compile(
    r"\| (?P<id>[A-Z][A-Z0-9]-\d\d) \| `(?P<condition>.*?)`"
    r" \| `(?P<kind>\w+)` `(?P<sign>[+-])(?P<subject>\w+)`.*"
    r" \| (?P<strength>must|should|may|avoid) \| (?P<source>[^|]*) \|"
)
AGAINST = {"must": "must_not", "should": "should_not", "avoid": "should_not", "may": "need_not"}
UNGUARDED = ("EX-01", "EX-02", "EX-03")
# The sources that stand for what is not from the article.
ORIGINS = {"C-01": "score_press", "C-02": "usmle", "C-08": "aamc", "C-10": "aamc", "C-11": "aamc",
           "C-13": "ecfmg", "C-14": "booklet", "C-15": "usmle"}  # fmt: skip
PACKS = mr.load(cache=True)

pytestmark = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="the specification is not part of the project"
)


@cache
def rows() -> dict[str, re.Match[str]]:
    text = SPECIFICATION.read_text(encoding="utf-8") if SPECIFICATION.exists() else ""
    return {row["id"]: row for row in map(ROW.match, text.splitlines()) if row}


@cache
def conditions() -> dict[str, ast.expr]:
    return {id: parse(row["condition"]) for id, row in rows().items()}


def by_the_tables(facts: dict[str, Any], derived: Any, as_of: date) -> list[tuple[str, str | None]]:
    """What the tables of the specification say, given the derived facts."""
    case, found = Case(facts), list[tuple[str, str | None]]()

    def get(name: str) -> Any:
        return derived[name] if name in derived else case.get(name)

    for id, condition in conditions().items():
        if id not in UNGUARDED and derived["scope.status"] != "in_scope":
            continue
        if "program.category" in rows()[id]["condition"]:
            for key, fit in derived["program.category"].items():
                of_one = {**derived, "program.category": fit}
                if holds(condition, lambda name, one=of_one: one.get(name), as_of):
                    found.append((id, key))
        elif holds(condition, get, as_of):
            found.append((id, None))
    return sorted(found, key=str)


def apart(one: list[Any], other: list[Any], who: str) -> list[str]:
    return [f"{said}: {'the tables' if said in other else who} alone" for said in {*one} ^ {*other}]


def test_the_second_reading_says_what_the_tables_say() -> None:
    def differences(facts: dict[str, Any], as_of: date) -> list[str]:
        derived, said = statements(facts, as_of)
        return apart(said, by_the_tables(facts, derived, as_of), "the second reading")

    assert hold(differences, PACKS, drawn(600, 25_000)) > 500


def test_the_packs_say_what_the_tables_say() -> None:
    def differences(facts: dict[str, Any], as_of: date) -> list[str]:
        decision = PACKS.decide(facts, as_of, engine="interpreter")
        plain = revived({n: v for n, v in decision.facts.items() if n != "as_of"})
        said = sorted(((str(advice.id), advice.about) for advice in decision), key=str)
        assert len(said) == len({*said})
        return apart(said, by_the_tables(plain, decision.derived, as_of), "the packs")

    hold(differences, PACKS, drawn(60, 5_000))


def test_the_inventory_is_that_of_the_specification() -> None:
    assert tuple(rows()) == STATEMENTS
    for id, row in rows().items():
        listed = inventory()[id]
        strength = row["strength"] if row["sign"] == "+" else AGAINST[row["strength"]]
        assert (listed["kind"], listed["subject"]) == (row["kind"], row["subject"]), id
        assert listed["strength"] == strength, id
        if not id.startswith("EX"):
            assert listed["sections"].split() == re.findall(r"\b[A-FQ]\d?[ab]?\b", row["source"])


def test_what_is_not_from_the_article_cites_where_it_is_from() -> None:
    for rule in PACKS.bases[-1].rules.values():
        origin = rows()[str(rule.id)]["source"].strip()
        if str(rule.id).startswith("EX"):
            cited = [(cite.source, cite.place) for cite in rule.cites]
            place = origin if origin in ORIGINS else None
            assert cited == [(ORIGINS.get(origin, "packs"), place)], rule.id


def test_the_vocabulary_is_that_of_the_specification() -> None:
    text = SPECIFICATION.read_text(encoding="utf-8").split("### 1.10")[0]
    named = re.findall(r"^\| `(\w+)\.(\w+)` \| ([^|]*) \| (yes|no) \|", text, re.MULTILINE)
    base = PACKS.bases[-1]
    assert len(named) > 90
    for fact, attribute, kind, optional in named:
        if f"{fact}.{attribute}" in ("context.as_of", "context.param_set"):
            continue  # the day is the case's; the parameters follow from the rules
        declared = base.facts[fact].attributes[attribute]
        assert declared.required is (optional == "no"), f"{fact}.{attribute}"
        bounds = re.search(r"(-?\d+)\.\.(\d+)", kind)
        if bounds is not None:
            low, high = map(int, bounds.groups())
            assert (declared.type.low, declared.type.high) == (low, high), f"{fact}.{attribute}"
        members = re.search(r"set of enum: (.*)|enum: (.*)", kind)
        if members is not None:
            enum = getattr(declared.type, "of", declared.type)
            listed = (members[1] or members[2]).split(", ")
            assert set(enum.members) == set(listed), f"{fact}.{attribute}"
            assert kind.startswith("set of") is hasattr(declared.type, "of"), f"{fact}.{attribute}"


def test_every_derived_fact_of_the_specification_is_there() -> None:
    text = SPECIFICATION.read_text(encoding="utf-8")
    tables = text.split("### 1.10")[1].split("### 1.12")[0]
    cells = re.findall(r"^\| (`[^|]*`) \| [^|]+ \| [^|]+ \|", tables, re.MULTILINE)
    names = {
        first.split(".")[0] + name if name.startswith(".") else name
        for cell in cells
        for first, *rest in [re.findall(r"`(\w*\.\w+)`", cell) or [""]]
        for name in (first, *rest) if name
    }  # fmt: skip
    assert len(names) == 50
    derived, _ = statements({}, date(2026, 3, 1))
    assert names <= set(PACKS.bases[-1].defines)
    assert names <= set(derived)


def test_every_parameter_of_the_specification_is_tested() -> None:
    from test_packs_parameters import VALUES

    text = SPECIFICATION.read_text(encoding="utf-8")
    table = text.split("### 1.14")[1].split("### 1.15")[0]
    cells = re.findall(r"^\| ([^|]*) \|", table, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    # fees and retake spacing have a parameter for each of their numbers; questions a day a range;
    # rank-list deadlines were not found
    split = {
        "fee_tiers": "fee_first", "retake_spacing": "retake_months_from_last",
        "clinical_day_questions": "clinical_day_questions_min",
        "dedicated_day_questions": "dedicated_day_questions_max", "rank_list_deadline": "match_day",
    }  # fmt: skip
    assert len(named) > 30
    assert {split.get(name, name) for name in named - {"timing", "calendar_estimated"}} <= set(
        VALUES
    )

"""The packs beside the tables of the specification, where it lies next to the checkout: kind,
subject, sign, strength and source of every statement."""

import re
from pathlib import Path

import pytest

import matchrules as mr

SPECIFICATION = Path(__file__).parents[3] / "shared" / "domain.md"
ROW = re.compile(
    r"\| (?P<id>[A-Z][A-Z0-9]-\d\d) \| `.*` \| `(?P<kind>\w+)` `(?P<sign>[+-])(?P<subject>\w+)`.*"
    r" \| (?P<strength>must|should|may|avoid) \| (?P<source>[^|]*) \|"
)
AGAINST = {"must": "must_not", "should": "should_not", "avoid": "should_not", "may": "need_not"}

pytestmark = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="the specification is not part of the project"
)


def rows() -> dict[str, re.Match[str]]:
    text = SPECIFICATION.read_text(encoding="utf-8") if SPECIFICATION.exists() else ""
    return {row["id"]: row for row in map(ROW.match, text.splitlines()) if row}


def test_kind_subject_and_strength_are_those_of_the_specification() -> None:
    said = rows()
    for rule in mr.load().bases[-1].rules.values():
        assert rule.id is not None
        row = said[rule.id]
        strength = row["strength"] if row["sign"] == "+" else AGAINST[row["strength"]]
        for then in rule.thens:
            assert (then.kind, then.subject) == (row["kind"], row["subject"]), rule.id
            assert then.strength == strength, rule.id


def test_each_rule_cites_the_sections_of_the_article_that_it_is_from() -> None:
    said = rows()
    for rule in mr.load().bases[-1].rules.values():
        assert rule.id is not None
        if not rule.id.startswith("EX"):
            places = [cite.place for cite in rule.cites if cite.source == "article"]
            assert places == re.findall(r"\b[A-FQ]\d?[ab]?\b", said[rule.id]["source"]), rule.id


def test_the_vocabulary_is_that_of_the_specification() -> None:
    text = SPECIFICATION.read_text(encoding="utf-8").split("### 1.10")[0]
    named = re.findall(r"^\| `(\w+)\.(\w+)` \| ([^|]*) \| (yes|no) \|", text, re.MULTILINE)
    base = mr.load().bases[-1]
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
        members = re.search(r"enum: (.*)|set of enum: (.*)", kind)
        if members is not None:
            enum = getattr(declared.type, "of", declared.type)
            listed = (members[1] or members[2]).split(", ")
            assert set(enum.members) == set(listed), f"{fact}.{attribute}"


def test_every_derived_fact_of_the_specification_is_there() -> None:
    text = SPECIFICATION.read_text(encoding="utf-8")
    tables = text.split("### 1.10")[1].split("### 1.12")[0]
    cells = re.findall(r"^\| (`[^|]*`) \| [^|]+ \|", tables, re.MULTILINE)
    names = {name for cell in cells for name in re.findall(r"`(\w+\.\w+)`", cell)}
    assert len(names) > 45
    assert names <= set(mr.load().bases[-1].defines)

"""The rules of another field: Regulation (EC) No 261/2004, read by hand and by the engine.

pytest collects the examples and properties of these rules themselves.
"""

import ast
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given

import matchrules as mr
from matchrules.cli.app import app
from matchrules.testing import cases
from matchrules.testing.examples import run_examples
from matchrules.testing.traceability import traces

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "air_passengers"
BOOK = mr.load(FOLDER, cache=True)
CASES = sorted(p for p in FOLDER.iterdir() if p.suffix in (".yaml", ".json", ".toml"))
SPEAKS = {
    "cancelled_at_short_notice": {"CO-10", "CO-12", "CO-40", "CO-41", "CA-01", "CA-02", "CA-10",
                                  "SC-03"},
    "night_at_the_airport": {"CO-20", "CO-41", "CA-01", "CA-02", "CA-03", "CA-12", "SC-03"},
    "left_behind": {"CO-02", "CO-40", "CO-41", "CA-01", "CA-02", "CA-05", "CA-10", "SE-02",
                    "SC-03"},
}  # fmt: skip
WITHIN: dict[str, Any] = {"departs_from": "member_state", "arrives_in": "member_state"}
OUT: dict[str, Any] = {"departs_from": "member_state", "arrives_in": "third_country"}
IN: dict[str, Any] = {"departs_from": "third_country", "arrives_in": "member_state"}
PASSENGER: dict[str, Any] = {"reservation": True, "check_in": "as_told", "fare": "public"}
DAY = date(2026, 11, 1)


def test_check_has_nothing_to_say() -> None:
    assert [f"{d.code}: {d.message}" for d in mr.check(FOLDER)] == []


def test_every_example_comes_out_as_expected_on_the_interpreter() -> None:
    assert [r.name for r in run_examples(BOOK, "interpreter") if not r.passed] == []


def test_every_rule_has_two_examples_that_differ_in_one_attribute() -> None:
    assert [trace.rule.id for trace in traces(BOOK) if trace.near_miss is None] == []


def test_every_rule_and_every_number_has_a_source() -> None:
    for base in BOOK.bases:
        assert all(rule.cites and rule.id for rule in base.rules.values())
        assert {c.source for r in base.rules.values() for c in r.cites} == {
            "regulation",
            "sturgeon",
        }
    texts = (FOLDER / "parameters.rules").read_text(encoding="utf-8")
    values = re.findall(r"^ +(?:for|from|is) .*", texts, re.MULTILINE)
    assert len(values) == 27 and all(" cite " in value for value in values)


def test_no_rule_holds_a_number_of_the_regulation() -> None:
    for name in ("scope", "compensation", "assistance", "seating"):
        text = (FOLDER / f"{name}.rules").read_text(encoding="utf-8")
        text = re.sub(r'"[^"\n]*"|#.*', "", text)
        text = re.sub(r"(?ms)^(example|property|ruleset) .*?(?=^\S|\Z)", "", text)
        numbers = set(re.findall(r"(?<![\w.-])\d+(?![\w.-])", text))
        assert numbers <= {"0", "100"}, name  # nothing, and percent


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_case_decides_alike_on_both_engines(path: Path) -> None:
    decision = BOOK.decide(path)
    assert decision.to_json() == BOOK.decide(path, engine="interpreter").to_json()
    assert {advice.id for advice in decision} == SPEAKS[path.stem]
    for advice in decision:
        assert "not known" not in advice.text and "  " not in advice.text, advice.text
        assert advice.text[-1] == ".", advice.text


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_the_command_line_takes_these_rules(form: str) -> None:
    case = str(FOLDER / "left_behind.toml")
    ran = CliRunner().invoke(app, ["advise", case, "--rules", str(FOLDER), "--format", form])
    assert ran.exit_code == 0, ran.output
    assert "125 euros" in " ".join(ran.output.split())
    if form == "json":
        assert json.loads(ran.stdout)["derived"]["compensation.amount"] == 125


# (what is worked out, flight, disruption, rerouting, amount; 0: none, and the rules say so)
BY_HAND: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], int]] = [
    ("Madrid to Tenerife, refused", WITHIN | {"distance": 1770},
     {"kind": "denied_boarding", "volunteered": False}, {}, 400),
    ("1,500 km to a third country, refused", OUT | {"distance": 1500},
     {"kind": "denied_boarding", "volunteered": False}, {}, 250),
    ("3,500 km to a third country, refused", OUT | {"distance": 3500},
     {"kind": "denied_boarding", "volunteered": False}, {}, 400),
    ("3,501 km to a third country, refused", OUT | {"distance": 3501},
     {"kind": "denied_boarding", "volunteered": False}, {}, 600),
    ("3,501 km, there four hours later all the same", OUT | {"distance": 3501},
     {"kind": "denied_boarding", "volunteered": False},
     {"offered": True, "arrives_later": 240}, 300),
    ("3,501 km, there a minute later than that", OUT | {"distance": 3501},
     {"kind": "denied_boarding", "volunteered": False},
     {"offered": True, "arrives_later": 241}, 600),
    ("told 13 days before, the other flight leaves two hours early", WITHIN | {"distance": 900},
     {"kind": "cancelled", "told_on": date(2026, 10, 7)},
     {"offered": True, "departs_earlier": 120, "arrives_later": 0}, 0),
    ("told six days before, the same flight", WITHIN | {"distance": 900},
     {"kind": "cancelled", "told_on": date(2026, 10, 14)},
     {"offered": True, "departs_earlier": 120, "arrives_later": 0}, 125),
    ("told 14 days before, nothing offered", OUT | {"distance": 9000},
     {"kind": "cancelled", "told_on": date(2026, 10, 6)}, {"offered": False}, 0),
    ("told 13 days before, nothing offered", OUT | {"distance": 9000},
     {"kind": "cancelled", "told_on": date(2026, 10, 7)}, {"offered": False}, 600),
    ("told at the gate, a strike of air traffic control", OUT | {"distance": 9000},
     {"kind": "cancelled", "told_on": date(2026, 10, 20), "extraordinary": True}, {}, 0),
    ("two hours and 59 minutes late", WITHIN | {"distance": 2000},
     {"kind": "delayed", "arrival_delay": 179}, {}, 0),
    ("three hours late", WITHIN | {"distance": 2000},
     {"kind": "delayed", "arrival_delay": 180}, {}, 400),
    ("three hours and 59 minutes late, to a far third country", OUT | {"distance": 6000},
     {"kind": "delayed", "arrival_delay": 239}, {}, 300),
    ("the same within the Union", WITHIN | {"distance": 6000},
     {"kind": "delayed", "arrival_delay": 239}, {}, 400),
]  # fmt: skip


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case[0])
def test_amounts_worked_out_by_hand(case: Any) -> None:
    _, flight, disruption, rerouting, amount = case
    facts = {
        "flight": flight | {"departs_on": date(2026, 10, 20)}, "passenger": PASSENGER,
        "disruption": disruption, "rerouting": rerouting,
    }  # fmt: skip
    said = [a for a in BOOK.decide(facts, DAY) if (a.kind, a.subject) == ("claim", "compensation")]
    assert said and {advice.fields["amount"] for advice in said} == {amount}
    assert {advice.strength for advice in said} == {"should" if amount else "should_not"}


@pytest.mark.parametrize(
    ("flight", "passenger", "status"),
    [
        (OUT | {"carrier": "other"}, {}, "covered"),
        (IN | {"carrier": "other"}, {}, "not_covered"),
        (IN | {"carrier": "community"}, {"helped_abroad": False}, "covered"),
        (IN | {"carrier": "community"}, {"helped_abroad": True}, "not_covered"),
        (IN | {"carrier": "community"}, {}, "undetermined"),
        (OUT, {"fare": "free_of_charge"}, "not_covered"),
        (OUT, {"fare": "loyalty_programme"}, "covered"),
        (OUT, {"check_in": "no_time_told", "check_in_before": 44}, "not_covered"),
        (OUT, {"check_in": "no_time_told", "check_in_before": 45}, "covered"),
        (OUT, {"check_in": "later"}, "not_covered"),
        (OUT, {"check_in": "later", "transferred": True}, "covered"),
        (OUT, {"reservation": False}, "not_covered"),
    ],
)
def test_who_is_covered(flight: Any, passenger: Any, status: str) -> None:
    facts = {"flight": flight, "passenger": PASSENGER | passenger,
             "disruption": {"kind": "delayed"}}  # fmt: skip
    assert BOOK.decide(facts, DAY).derived["scope.status"] == status


@given(cases(BOOK, as_of=DAY))
def test_a_second_reading_of_the_articles_agrees(case: Any) -> None:
    decision = BOOK.decide(case, engine="interpreter")
    facts = {name: dict(case.get(name, {})) for name in ("flight", "disruption", "rerouting")}
    whole = amount_of_article_7(facts["flight"])
    assert decision.derived["compensation.whole"] == whole
    if owed(facts) is not None:
        assert (decision.derived["compensation.ground"] != "no_ground") is owed(facts)


def amount_of_article_7(flight: dict[str, Any]) -> int | None:
    distance = flight.get("distance")
    ends = {flight.get("departs_from"), flight.get("arrives_in")}
    within = False if "third_country" in ends else True if ends == {"member_state"} else None
    if distance is not None and distance <= 1500:
        return 250
    if distance is not None and (distance <= 3500 or within):
        return 400
    return 600 if distance is not None and within is False else None


def owed(facts: dict[str, dict[str, Any]]) -> bool | None:
    """Whether there is a ground for compensation, None where a fact that decides it is missing."""
    flight, what, other = facts["flight"], facts["disruption"], facts["rerouting"]
    match what.get("kind"):
        case "denied_boarding":
            return not what.get("refusal_grounds") and not what.get("volunteered")
        case "cancelled":
            if what.get("extraordinary"):
                return False
            if what.get("told_on") is None or flight.get("departs_on") is None:
                return True
            days = (flight["departs_on"] - what["told_on"]).days
            early, late = (120, 240) if days >= 7 else (60, 120)
            near = (
                other.get("offered") is True
                and other.get("departs_earlier") is not None
                and other["departs_earlier"] <= early
                and other.get("arrives_later") is not None
                and other["arrives_later"] < late
            )
            return days < 14 and not near
        case "delayed":
            if what.get("extraordinary"):
                return False
            delay = what.get("arrival_delay")
            return None if delay is None else delay >= 180
        case "as_planned":
            return False
    return None


# The library knows neither field -----------------------------------------------------------------

OF_A_FIELD = re.compile(
    r"step_?[12]|usmle|nbme|ecfmg|nrmp|p(a)?ediatric|applicant|specialty|program.?list|medic"
    r"|recommendation|passenger|flight|airport|261",
    re.IGNORECASE,
)
SOURCES = [
    path
    for path in sorted((ROOT / "src").rglob("*.py"))
    # the room of the residency packs, and the command that is its face
    if not re.search("residency|shortlist", str(path.relative_to(ROOT)))
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_no_code_names_a_thing_of_a_field(path: Path) -> None:
    """In names and texts; comments and docstrings may take an example from the packs."""
    found = [word for word in words(path) if OF_A_FIELD.search(word)]
    assert found == []


def words(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    explained = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in explained:
                yield text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name

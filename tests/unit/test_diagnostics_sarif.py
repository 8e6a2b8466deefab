"""Diagnostics as SARIF: what the standard asks of a file, said in a schema of our own."""

import json

import pytest
from jsonschema import Draft202012Validator

from matchrules.diagnostics.model import Diagnostic, Label
from matchrules.diagnostics.sarif import to_sarif, to_sarif_json
from matchrules.rulebook import check_text
from matchrules.text import Source, Span

MESSAGE = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}},
}
COUNTED = {"type": "integer", "minimum": 1}
LOCATION = {
    "type": "object",
    "anyOf": [{"required": ["physicalLocation"]}, {"required": ["logicalLocations"]}],
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "message": MESSAGE,
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "pattern": r"^[^\s\\]+$"}},
                },
                "region": {
                    "type": "object",
                    "required": ["startLine"],
                    "properties": dict.fromkeys(
                        ("startLine", "startColumn", "endLine", "endColumn"), COUNTED
                    ),
                    "additionalProperties": False,
                },
            },
        },
        "logicalLocations": {
            "type": "array",
            "items": {"required": ["fullyQualifiedName"]},
        },
    },
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["message", "ruleId", "ruleIndex", "level"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": MESSAGE,
        "locations": {"type": "array", "items": LOCATION, "maxItems": 1},
        "relatedLocations": {"type": "array", "items": LOCATION},
    },
    "additionalProperties": False,
}
DRIVER = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "rules": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "string"}, "shortDescription": MESSAGE},
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {"required": ["driver"], "properties": {"driver": DRIVER}},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {
                        "type": "array",
                        "items": {"required": ["executionSuccessful"]},
                    },
                    "results": {"type": "array", "items": RESULT},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}

TEXT = "ruleset a\n  version 1\n  effective from 2026-01-01\ndefine é.b : yes_no is c.d\n"
FAULTY = TEXT.replace("é", "e")
RULES = f"""{FAULTY.partition("define")[0]}
enum status
  on off
fact lamp
  status : status
table lamp.light : status
  | lamp.status | => lamp.light |
  | on          | on            |
  | on          | off           |
"""


def valid(sarif: dict[str, object]) -> dict[str, object]:
    Draft202012Validator(SCHEMA).validate(sarif)
    (run,) = sarif["runs"]  # type: ignore[misc]  # the schema says that it is a list
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted({result["ruleId"] for result in run["results"]})
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    return run


def test_a_place_counts_from_one_in_characters() -> None:
    source = Source("my rules/a b.rules", "é\n  two three\n")
    where = Label(Span(source.name, 4, 7), "here")
    also = Label(Span(source.name, 0, 1), "and here")
    found = Diagnostic("MR101", "wrong", (where, also), "do it", "a.b", ("n",))
    run = valid(to_sarif([found], {source.name: source}))
    (result,) = run["results"]
    assert result["level"] == "error"
    assert result["message"]["text"] == "wrong\nhelp: do it\nnote: n"
    physical = result["locations"][0]["physicalLocation"]
    assert physical == {
        "artifactLocation": {"uri": "my%20rules/a%20b.rules"},
        "region": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 6},
    }
    assert result["relatedLocations"][0]["message"]["text"] == "and here"
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"] == "name not declared"


@pytest.mark.parametrize("texts", [{"a.rules": FAULTY}, {"a.rules": TEXT}, {"a.rules": RULES}])
def test_what_a_check_finds(texts: dict[str, str]) -> None:
    found = check_text(texts)
    assert found
    run = valid(to_sarif(found, {name: Source(name, text) for name, text in texts.items()}))
    assert len(run["results"]) == len(found)


def test_places_of_all_sorts() -> None:
    text = Source("/top/a.rules", "x\n")
    found = [
        Diagnostic("MR101", "at the end", (Label(Span("/top/a.rules", 2, 9)),)),
        Diagnostic("MR502", "in a case", path="letter[2].state", severity="note"),
        Diagnostic("MR501", "nowhere", severity="warning"),
        Diagnostic("MR101", "not at hand", (Label(Span("c:a.rules", 3, 4)),)),
    ]
    run = valid(to_sarif(found, {text.name: text}, complete=False))
    assert run["invocations"] == [{"executionSuccessful": False}]
    at_end, in_case, nowhere, gone = run["results"]
    assert at_end["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:")
    assert in_case["locations"][0]["logicalLocations"] == [
        {"fullyQualifiedName": "letter[2].state"}
    ]
    assert "locations" not in nowhere
    assert gone["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "c%3Aa.rules"}}


def test_nothing_found() -> None:
    run = valid(json.loads(to_sarif_json([], {})))
    assert run["results"] == []

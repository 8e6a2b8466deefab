"""Diagnostics as JSON."""

import json

from matchrules.diagnostics.json import to_json
from matchrules.diagnostics.model import CaseErrors, Diagnostic, Label, RuleErrors
from matchrules.text import Source, Span


def test_the_shape() -> None:
    source = Source("a.rules", "one\ntwo three")
    diagnostic = Diagnostic(
        "MR101", "é", (Label(Span("a.rules", 8, 13), "here"),), help="h", path="p", notes=("n",)
    )
    assert json.loads(to_json([diagnostic], {"a.rules": source})) == {
        "format": 1,
        "diagnostics": [
            {
                "code": "MR101",
                "severity": "error",
                "message": "é",
                "path": "p",
                "labels": [
                    {
                        "source": "a.rules",
                        "message": "here",
                        "start": {"line": 2, "column": 5, "offset": 8},
                        "end": {"line": 2, "column": 10, "offset": 13},
                    }
                ],
                "help": "h",
                "notes": ["n"],
            }
        ],
    }


def test_a_source_that_is_not_at_hand_has_no_places() -> None:
    diagnostic = Diagnostic("MR101", "m", (Label(Span("gone", 1, 2)),))
    (label,) = json.loads(to_json([diagnostic], {}))["diagnostics"][0]["labels"]
    assert label == {"source": "gone", "message": "", "start": None, "end": None}


def test_errors_list_their_diagnostics_and_survive_pickling() -> None:
    import pickle

    source = Source("a.rules", "one")
    diagnostic = Diagnostic("MR101", "wrong", (Label(Span("a.rules", 0, 3), "here"),))
    for kind in (RuleErrors, CaseErrors):
        error = pickle.loads(pickle.dumps(kind([diagnostic], {"a.rules": source})))
        assert (
            type(error) is kind and "^^^ here" in str(error) and "error[MR101]: wrong" in str(error)
        )

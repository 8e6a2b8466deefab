"""Calls of `decide_frame` that cannot be meant, and frames that do not fit the rules."""

import subprocess
import sys
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from cohort_clinic import DAY, clinic

import matchrules as mr
from matchrules.cohort import decide_pieces

PATIENT = pl.DataFrame({"id": [1], "weight": [9.0]})


def told(frames: Any, **asked: Any) -> list[tuple[Any, ...]]:
    """What is wrong with the frames."""
    with pytest.raises(mr.CaseErrors) as errors:
        clinic().decide_frame(frames, **{"as_of": DAY, **asked})
    return [(d.code, d.message, d.help) for d in errors.value.diagnostics]


def refused(frames: Any, **asked: Any) -> str:
    with pytest.raises(mr.UsageError) as error:
        clinic().decide_frame(frames, **{"as_of": DAY, **asked})
    return str(error.value)


def test_names_that_the_rules_do_not_know_are_all_told() -> None:
    frame = PATIENT.with_columns(fevre=True, heavy=True, colour=1)
    found = told({"patient": frame, "vist": PATIENT})
    assert [row[:2] for row in found] == [
        ("MR510", "`patient.colour` is no attribute of `patient`"),
        ("MR510", "`patient.fevre` is no attribute of `patient`"),
        ("MR511", "`patient.heavy` is worked out by the rules: it cannot be asserted"),
        ("MR510", "`vist` is no fact that the rules know"),
    ]
    assert found[1][2] == "did you mean `fever`?" and found[3][2] == "did you mean `visit`?"
    ignored = clinic().decide_frame({"patient": frame, "vist": PATIENT}, as_of=DAY, extra="ignore")
    plain = clinic().decide_frame({"patient": PATIENT}, as_of=DAY)
    assert ignored.advice.equals(plain.advice)


def test_a_required_column_must_be_there() -> None:
    assert told({"patient": pl.DataFrame({"id": [1], "fever": [True]})}) == [
        ("MR520", "`patient.weight` is missing: there is no such column",
         "every `patient` needs its `weight`")
    ]  # fmt: skip


def test_a_key_that_is_called_as_an_attribute_is_the_key_only() -> None:
    patient = PATIENT.rename({"id": "number"})
    visit = pl.DataFrame({"number": [1], "day": [DAY]})
    ((code, _, help),) = told({"patient": patient, "visit": visit}, key="number")
    assert code == "MR520" and "name the attribute's `visit.number`" in help
    named = visit.with_columns(pl.lit(7).alias("visit.number"))
    found = clinic().decide_frame({"patient": patient, "visit": named}, "number", as_of=DAY)
    assert found.errors.is_empty() and found.cases == 1


@pytest.mark.parametrize("name, values, said", [
    ("weight", [True], "must be a decimal in 0.5..200.0 kilograms, not a column of Boolean"),
    ("fever", [1], "must be yes or no, not a column of Int64"),
    ("home", [2], "must be a member of `unit`, not a column of Int64"),
    ("age", [3.0], "must be an integer in 0..120 years, not a column of Float64"),
    ("seen", [datetime(2026, 1, 1)], "must be a date, not a column of Datetime"),
    ("units", [{"a": 1}], "must be a set of `unit`, not a column of Struct"),
    ("units", [[1]], "must be a set of `unit`, not a column of List(Int64)"),
    ("name", [b"x"], "must be a text, not a column of Binary"),
])  # fmt: skip
def test_a_column_of_another_kind_is_at_fault_as_a_whole(
    name: str, values: list[Any], said: str
) -> None:
    frame = PATIENT.with_columns(pl.Series(name, values))
    ((code, message, help),) = told({"patient": frame})
    assert code == "MR513" and message.startswith(f"`patient.{name}` {said}") and help


def test_columns_of_a_wide_frame() -> None:
    wide = PATIENT.with_columns(pl.lit(1).alias("visit.number"), name=pl.lit("x"), wieght=1.0)
    assert told(wide) == [
        ("MR510", "`name` could be an attribute of several facts",
         "name the column `carer.name` or `patient.name`"),
        ("MR512", "`visit.number` is of a fact that may be there many times, as `visit` may",
         "give one frame for each fact, by name: this one has a row for each"),
        ("MR510", "`wieght` is no attribute that the rules know", "did you mean `weight`?"),
    ]  # fmt: skip
    twice = PATIENT.with_columns(pl.lit(9.0).alias("patient.weight"))
    assert [code for code, *_ in told(twice)] == ["MR505"]


def test_what_a_call_needs() -> None:
    assert "has no column `id`" in refused({"patient": PATIENT.rename({"id": "number"})})
    assert "did you mean `key`?" in refused(PATIENT.rename({"id": "key"}), key="kye")
    assert "`as_of` is missing" in refused({"patient": PATIENT}, as_of=None)
    assert "has a column `day`" in refused({"patient": PATIENT}, as_of="day")
    visit = pl.DataFrame({"id": [1], "number": [1], "day": [DAY]})
    assert "no frame that lists the cases" in refused({"visit": visit})
    assert "different types" in refused(
        {"patient": PATIENT, "visit": visit.cast({"id": pl.String})}
    )
    assert "keys are integers, texts or dates" in refused(PATIENT.cast({"id": pl.Float64}))
    days = PATIENT.with_columns(as_of=DAY)
    carer = pl.DataFrame({"id": [1], "near": [True], "as_of": [DAY]})
    assert "both have `as_of`" in refused({"patient": days, "carer": carer}, as_of=None)
    assert "not an object of type `dict`" in refused({"patient": {"id": [1]}})
    assert "there are no frames" in refused({})
    assert "not by 1" in refused({1: PATIENT})


@pytest.mark.parametrize("asked, said", [
    ({"output": "broad"}, "`output` is `long` or `wide`, not 'broad'"),
    ({"extra": "ignor"}, "did you mean `ignore`?"),
    ({"engine": "rete"}, "`engine` is `columnar` or `compiled`"),
    ({"explain": -1}, "`explain` is a number of cases, not -1"),
    ({"as_of": datetime(2026, 1, 1)}, "`as_of` is a day"),
    ({"output": "wide", "texts": True}, "texts are told a row each"),
    ({"key": "rule"}, "the key cannot be called `rule`"),
    ({"key": 3}, "`key` is the name of a column, not 3"),
])  # fmt: skip
def test_arguments_that_mean_nothing(asked: dict[str, Any], said: str) -> None:
    assert said in refused({"patient": PATIENT}, **asked)


def test_pieces_are_refused_before_the_first_is_asked_for() -> None:
    with pytest.raises(mr.UsageError, match="number of cases"):
        decide_pieces(clinic(), PATIENT, as_of=DAY, size=0)
    with pytest.raises(mr.CaseErrors):
        decide_pieces(clinic(), PATIENT.rename({"weight": "wight"}), as_of=DAY)


def test_the_day_may_be_any_column() -> None:
    frame = PATIENT.with_columns(asked_on=pl.lit(date(2026, 4, 2)))
    found = clinic().decide_frame({"patient": frame}, as_of="asked_on")
    assert found.advice.equals(clinic().decide_frame({"patient": PATIENT}, as_of=DAY).advice)
    ((code, message, _),) = told({"patient": PATIENT.with_columns(as_of=1)}, as_of=None)
    assert (code, message) == ("MR513", "`as_of` must be a date, not a column of Int32")


def test_tables_that_speak_arrow_are_taken() -> None:
    class Table:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return PATIENT.__arrow_c_stream__(requested_schema)

    found = clinic().decide_frame({"patient": Table()}, as_of=DAY)
    assert found.advice.equals(clinic().decide_frame({"patient": PATIENT}, as_of=DAY).advice)


def test_without_polars_it_is_said_what_to_install() -> None:
    code = (
        "import sys; sys.modules['polars'] = None\n"
        "import matchrules as mr\n"
        "text = 'ruleset a version 1 effective from 2026-01-01\\nfact b\\n  c : yes_no optional'\n"
        "book = mr.load_text({'a.rules': text})\n"
        "try:\n    book.decide_frame({})\n"
        "except mr.UsageError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == 'frames need Polars; install it with: pip install "matchrules[frames]"\n'

"""Frames of a cohort: which cases there are, what comes out, and what is wrong with a case."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from cohort_clinic import DAY, clinic

import matchrules as mr
from matchrules.cohort import decide_pieces
from matchrules.diagnostics.model import UsageError
from matchrules.engine.columnar import columnar


def decided(frames: Any, **asked: Any) -> Any:
    return clinic().decide_frame(frames, **{"as_of": DAY, **asked})


PATIENTS = pl.DataFrame({
    "id": ["a", "b", "c"], "weight": [3.5, 120.0, 9.0], "fever": [True, None, False],
    "home": ["gp", None, "er"],
})  # fmt: skip
VISITS = pl.DataFrame({
    "id": ["b", "a", "b"], "number": [3, 1, 1],
    "day": [date(2026, 1, 2), date(2026, 4, 1), date(2026, 3, 1)],
})  # fmt: skip


def test_the_long_frame_has_the_advice_in_the_order_of_each_case() -> None:
    found = decided({"patient": PATIENTS, "visit": VISITS})
    assert found.cases == 3 and found.errors.is_empty() and found.derived is None
    assert found.advice.columns == [
        "id", "kind", "subject", "strength", "about", "rule", "rule_id", "fields", "provisional",
    ]  # fmt: skip
    look = '{"d":"%s","k":["er","ward"],"u":null,"w":"1.5"}'
    assert found.advice.rows() == [
        ("a", "care", "see_doctor", "must", None, "clinic.see_doctor", "C-1", None, False),
        ("a", "care", "come_back", "should", None, "clinic.come_back", None, '{"after":28}', False),
        ("b", "care", "see_doctor", "must_not", None, "clinic.no_doctor", None, None, False),
        ("b", "again", "look", "may", "1", "clinic.look", None, look % "2026-03-01", False),
        ("b", "again", "look", "may", "3", "clinic.look", None, look % "2026-01-02", False),
        ("c", "care", "come_back", "should", None, "clinic.come_back", None, '{"after":28}', False),
    ]


def test_texts_are_there_where_they_are_asked_for() -> None:
    found = decided({"patient": PATIENTS.head(1)}, texts=True)
    assert found.advice["text"].to_list() == [
        "3.5 kg with a fever: a doctor today.", "Come back in 28 days.",
    ]  # fmt: skip


def test_the_wide_frame_has_a_row_for_each_case_and_nulls_where_it_is_at_fault() -> None:
    wrong = PATIENTS.with_columns(weight=pl.Series([3.5, 120.0, 0.1]))
    found = decided({"patient": wrong, "visit": VISITS}, output="wide")
    assert found.advice.columns == [
        "id", "again.look", "care.come_back", "care.see_doctor", "against care.see_doctor",
    ]  # fmt: skip
    assert found.advice.rows() == [
        ("a", False, True, True, False), ("b", True, False, False, True),
        ("c", None, None, None, None),
    ]  # fmt: skip


def test_derived_facts_come_in_the_types_of_users() -> None:
    found = decided({"patient": PATIENTS, "visit": VISITS}, derived=True)
    assert found.derived.schema == {
        "id": pl.String, "patient.heavy": pl.Boolean, "patient.share": pl.Decimal(38, 2)
    }  # fmt: skip
    assert [str(share) for share in found.derived["patient.share"]] == ["0.04", "1.20", "0.09"]
    assert found.instances["visit"].rows() == [("a", 1, False), ("b", 1, True), ("b", 3, True)]
    assert found.instances["visit"].columns == ["id", "visit.number", "visit.old"]


def test_one_wide_frame_is_enough_without_many_facts() -> None:
    wide = PATIENTS.rename({"weight": "patient.weight"}).with_columns(
        pl.Series("carer.near", [True, None, None])
    )
    apart = {
        "patient": PATIENTS, "carer": pl.DataFrame({"id": ["a"], "near": [True]}),
    }  # fmt: skip
    assert decided(wide).advice.equals(decided(apart).advice)
    assert decided(wide.lazy()).advice.equals(decided(apart).advice)


def test_the_cases_are_all_keys_of_facts_that_are_there_once() -> None:
    carers = pl.DataFrame({"id": ["z", "b"], "near": [True, False]})
    found = decided({"patient": PATIENTS, "carer": carers}, output="wide")
    assert found.advice["id"].to_list() == ["a", "b", "c", "z"]
    days = pl.DataFrame(
        {"id": [2, 1], "as_of": [DAY, "2026-09-09"]},
        strict=False,
        schema_overrides={"as_of": pl.String},
    )
    note = pl.DataFrame({"id": [1], "kind": ["gp"]})
    found = decided({"as_of": days, "note": note}, as_of=None, output="wide")
    assert found.advice["id"].to_list() == [2, 1] and found.errors.is_empty()


def test_the_day_selects_the_rules_and_the_values_of_parameters() -> None:
    patients = pl.DataFrame({
        "id": range(5), "weight": [6.0] * 5, "fever": [True] * 5,
        "as_of": ["2026-05-31", "2026-06-01", "2026-10-01", "2025-01-01", None],
    })  # fmt: skip
    visits = pl.DataFrame({"id": [2], "number": [1], "day": ["2026-01-01"]})
    found = decided({"patient": patients, "visit": visits}, as_of=None)
    must = found.advice.filter(strength="must")["id"].to_list()
    assert must == [1, 2]
    assert '"w":"2.5"' in found.advice.filter(kind="again")["fields"].item()
    assert found.errors.select("id", "code").rows() == [(3, "MR507"), (4, "MR506")]
    both = decided({"patient": patients.head(1)})
    assert both.errors["reason"].to_list() == [
        "`as_of` is 2026-05-31 in the case, but 2026-04-02 in the call"
    ]


WRONG = {
    "weight": ("4.44", 0.2, "heavy", "3 pounds", None),
    "fever": ("maybe",),
    "home": ("gpp",),
    "units": (["gp", "gp"], ["x"], [None], "gp; gp"),
    "age": (121, "1.5"),
    "seen": ("2026-02-30", "1.1.2026"),
    "holiday": ("31 June", "1 Sept"),
}


@pytest.mark.parametrize("name, value", [(n, v) for n, vs in WRONG.items() for v in vs])
def test_a_wrong_value_is_told_as_for_one_case_and_stops_no_other(name: str, value: Any) -> None:
    good: dict[str, Any] = {"weight": 9.0, "fever": True}
    frame = pl.DataFrame({"id": [0, 1, 2], "weight": [9.0] * 3, "fever": [True] * 3}).with_columns(
        pl.Series(name, [good.get(name), value, good.get(name)], strict=False,
                  dtype=pl.String if isinstance(value, str) else None)
    )  # fmt: skip
    found = decided({"patient": frame})
    with pytest.raises(mr.CaseErrors) as alone:
        meant = value
        if isinstance(value, str):
            from matchrules.case.values import Written

            parts = [Written(v.strip(), bare=False) for v in value.split(";")]
            meant = parts if name == "units" else parts[0]
        clinic().decide({"patient": good | {name: meant}}, as_of=DAY)
    assert found.errors.select("id", "code", "path", "reason", "help").rows() == [
        (1, d.code, d.path, d.message, d.help) for d in alone.value.diagnostics
    ]
    assert found.advice["id"].unique().to_list() == [0, 2]
    assert found.errors.equals(decided({"patient": frame}, engine="compiled").errors)


def test_what_the_rules_find_is_told_as_for_one_case() -> None:
    frame = pl.DataFrame({"id": [0, 1], "weight": [9.0, 9.0], "age": [110, 111]})
    found = decided({"patient": frame})
    with pytest.raises(mr.CaseErrors) as alone:
        clinic().decide({"patient": {"weight": 9.0, "age": 111}}, as_of=DAY)
    (fault,) = alone.value.diagnostics
    assert found.errors.rows() == [(1, fault.code, fault.path, fault.message, fault.help)]
    assert "Too old for no unit" in fault.message
    assert found.advice["id"].unique().to_list() == [0]


def test_a_key_twice_is_one_case_where_the_rows_are_equal() -> None:
    again = pl.concat([PATIENTS, PATIENTS.head(1), PATIENTS.tail(1).with_columns(weight=8.0)])
    found = decided({"patient": again})
    assert found.cases == 3
    assert found.errors.select("id", "code").rows() == [("c", "MR521")]
    assert "`weight` is `9.0` in one and `8.0` in the other" in found.errors["reason"].item()
    assert found.advice["id"].unique(maintain_order=True).to_list() == ["a", "b"]


def test_keys_of_many_facts_are_there_once_and_not_too_often() -> None:
    visits = pl.DataFrame({
        "id": list("aabbccccc"), "number": [1, 1, 1, 1, 1, 2, 3, 4, 4],
        "day": ["2026-01-01"] * 3 + ["2026-01-02"] + ["2026-01-01"] * 5,
    })  # fmt: skip
    found = decided({"patient": PATIENTS, "visit": visits})
    assert found.errors.select("id", "code", "path").rows() == [
        ("b", "MR521", "visit[2]"), ("c", "MR522", "visit"),
    ]  # fmt: skip
    assert found.advice.filter(id="a")["about"].drop_nulls().to_list() == ["1"]


def test_rows_without_a_case_are_told_and_nothing_else_is_lost() -> None:
    visits = VISITS.vstack(pl.DataFrame({
        "id": ["q", "q", None], "number": [1, 2, 3], "day": [DAY] * 3,
    }))  # fmt: skip
    found = decided({"patient": PATIENTS, "visit": visits})
    assert found.advice.equals(decided({"patient": PATIENTS, "visit": VISITS}).advice)
    assert found.errors.select("id", "code", "path", "reason").rows() == [
        (None, "MR524", "visit", "`visit` has no key in row 6"),
        ("q", "MR524", "visit", "`visit` has 2 rows of `q`, which is no case"),
    ]


def test_only_so_many_cases_are_explained() -> None:
    frame = pl.DataFrame({"id": range(4), "weight": [0.1, 300.0, 4.44, 9.0], "age": [1, 1, 1, 111]})
    found = decided({"patient": frame}, explain=1).errors
    assert found["reason"][0] == "`patient.weight` is `0.1`, outside of 0.5..200.0 kilograms"
    assert found.select("id", "code", "path", "reason").rows()[1:] == [
        (1, "MR515", "patient.weight", "`patient.weight` is at fault"),
        (2, "MR516", "patient.weight", "`patient.weight` is at fault"),
        (3, None, None, "the case is at fault"),
    ]
    assert found["help"][1:].unique().to_list() == [
        "decide it alone, or give `explain` a larger number"
    ]


def test_frames_without_rows_give_frames_without_rows() -> None:
    found = decided({"patient": PATIENTS.clear(), "visit": VISITS.clear()}, derived=True)
    full = decided({"patient": PATIENTS, "visit": VISITS}, derived=True)
    assert found.cases == 0 and found.advice.schema == full.advice.schema
    assert found.errors.schema == full.errors.schema
    assert found.derived.schema == full.derived.schema
    assert found.instances["visit"].schema == full.instances["visit"].schema
    lost = decided({"patient": PATIENTS.clear(), "visit": VISITS})
    assert lost.errors["code"].to_list() == ["MR524", "MR524"]


def test_pieces_are_the_whole_in_parts() -> None:
    frames = {"patient": PATIENTS, "visit": VISITS}
    whole = decided(frames)
    for given in (frames, {name: frame.lazy() for name, frame in frames.items()}):
        pieces = [*decide_pieces(clinic(), given, as_of=DAY, size=2)]
        assert [piece.cases for piece in pieces] == [2, 1]
        assert pl.concat([piece.advice for piece in pieces]).equals(whole.advice)


def test_files_are_read_piece_by_piece(tmp_path: Any) -> None:
    for name, frame in (("patient", PATIENTS), ("visit", VISITS)):
        frame.write_parquet(tmp_path / f"{name}.parquet")
        frame.write_csv(tmp_path / f"{name}.csv")
    whole = decided({"patient": PATIENTS, "visit": VISITS})
    for kind, read in (("parquet", pl.scan_parquet), ("csv", pl.scan_csv)):
        lazy = {n: read(tmp_path / f"{n}.{kind}") for n in ("patient", "visit")}
        pieces = [*decide_pieces(clinic(), lazy, as_of=DAY, size=1)]
        assert pl.concat([piece.advice for piece in pieces]).equals(whole.advice)
    texts = pl.read_csv(tmp_path / "patient.csv", infer_schema=False)
    assert decided({"patient": texts, "visit": VISITS}).advice.equals(whole.advice)


def test_all_null_columns_say_nothing() -> None:
    empty = PATIENTS.with_columns(
        age=pl.lit(None), seen=pl.lit(None, pl.Struct({"a": pl.Int8})), units=pl.lit(None, pl.Int8)
    )
    assert decided({"patient": empty}).advice.equals(decided({"patient": PATIENTS}).advice)


def test_rules_that_cannot_be_decided_in_columns_are_decided_case_by_case() -> None:
    members = " ".join(f"m{n}" for n in range(70))
    book = mr.load_text(
        {
            "large.rules": f"""
ruleset large
  version 1
  effective from 2026-01-01
source handbook "The handbook"
enum part {members}
fact box
  parts : set of part optional
advice care
  go "Go"
rule go
  cite handbook
  when box.parts has m69
  then must care.go "Go."
"""
        }
    )
    assert columnar(book.bases[0]).obstacle is not None
    parts = [["m1", "m69"], ["m2"], None, ["m70"]]
    found = book.decide_frame(pl.DataFrame({"id": range(4), "parts": parts}), as_of=DAY)
    assert found.advice["id"].to_list() == [0]
    assert found.errors.select("id", "code").rows() == [(3, "MR514")]


def test_columns_that_are_passed_over_may_be_called_anything() -> None:
    odd = VISITS.with_columns(pl.lit(7).alias(name) for name in ("@case", "@key", "@at", "row"))
    whole = decided({"patient": PATIENTS, "visit": VISITS})
    for given in (odd, odd.lazy()):
        frames = {"patient": PATIENTS.lazy(), "visit": given}
        pieces = [*decide_pieces(clinic(), frames, as_of=DAY, size=1, extra="ignore")]
        assert pl.concat([piece.advice for piece in pieces]).equals(whole.advice)


def test_days_that_no_calendar_has_are_told_as_any_wrong_value() -> None:
    numbers = [2**31 - 1, -(2**31), 10**7, None, 0]
    days = pl.Series(numbers, dtype=pl.Int32).cast(pl.Date)
    frame = pl.DataFrame({"id": range(5), "weight": [3.0] * 5, "seen": days})
    found = decided(frame)
    assert found.errors.select("id", "code", "path").rows() == [
        (n, "MR513", "patient.seen") for n in range(3)
    ]
    assert [reason.partition("not ")[2] for reason in found.errors["reason"]] == [
        "`day 2147483647 from 1970-01-01 on`", "`day -2147483648 from 1970-01-01 on`",
        "`+29349-01-26`",
    ]  # fmt: skip
    by_day = decided(frame.rename({"seen": "as_of"}), as_of=None)
    assert by_day.errors["code"].to_list() == ["MR513", "MR513", "MR513", "MR506", "MR507"]
    keyed = frame.select("weight", id="seen").drop_nulls()
    with pytest.raises(UsageError, match="`id` holds days that are in no calendar"):
        decided(keyed)
    assert decided(keyed.tail(1)).cases == 1

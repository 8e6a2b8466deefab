"""Whole cases in Arrow batches are decided as frames are, however they are cut into batches."""

import hashlib
import pickle
import random
import zlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow", reason="pyarrow is in the extra `spark`: make test-spark")

import matchrules as mr  # noqa: E402 - after what says why it cannot be imported
from matchrules.cohort import Shipment, case_schema, decide_batches, decided_schema, ship  # noqa: E402

RULES = """
ruleset clinic
  version 1
  effective from 2026-01-01

source handbook "The handbook"

enum exam
  first second third

fact patient
  name   : text optional never read
  weight : decimal 0.5..200.0 kilograms
  fever  : yes_no optional
  fed_on : day_of_year optional
fact plan
  exams : set of exam optional
  day   : date optional
fact visit many up to 5
  number : integer 1..1000 key
  day    : date
  late   : yes_no optional

advice care
  see_doctor "See a doctor"
  come_back (after: integer 1..365 days)
  call (number: integer 1..1000)

define patient.small : yes_no
  cite handbook P1
  is patient.weight < 5.0

define visit.early : yes_no
  for each visit
  cite handbook P1
  is not visit.late

rule see_doctor
  cite handbook P3
  when patient.fever and patient.small
  then must care.see_doctor "A baby of {patient.weight} kg with a fever sees a doctor today."

rule come_back
  cite handbook P4
  when count(visit) < 2
  unless plan.exams has third
  then should care.come_back(after = 28 days) "Come back in {after} days."

rule call
  cite handbook P5
  for each visit
  when visit.late
  then may care.call(number = visit.number) "Call about visit {visit.number}."

reject "too heavy for a fever" when patient.fever and patient.weight > 150.0
"""

BOOK = mr.load_text({"clinic.rules": RULES})
DAY = date(2026, 6, 1)
BABY = {"weight": Decimal("4.20"), "fever": True}


def table(*rows: dict[str, Any]) -> Any:
    """Whole cases by what is said of them; keys are a, b, c …"""
    keyed = [{"id": chr(97 + n), **row} for n, row in enumerate(rows)]
    return pa.Table.from_pylist(keyed, schema=case_schema(BOOK))


def told(batches: Iterable[Any]) -> list[dict[str, Any]]:
    """What comes out, row by row: the key, and what is told of it."""
    rows = [row for batch in batches for row in batch.to_pylist()]
    for row in rows:
        others = {name for name in row if name not in ("id", "what", row["what"])}
        assert all(row[name] is None for name in others)
    return [{"id": row["id"], "what": row["what"], **row[row["what"]]} for row in rows]


def decided(given: Any, **options: Any) -> list[dict[str, Any]]:
    return told(decide_batches(BOOK, given.to_batches(), **{"as_of": DAY, **options}))


def advised(rows: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["id"], row["subject"]) for row in rows if row["what"] == "advice"]


def codes(rows: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["id"], row["code"]) for row in rows if row["what"] == "error"]


VISITS = [{"number": n, "day": DAY, "late": n % 2 == 0} for n in (4, 1, 2)]
SAMPLE = (
    {"patient": BABY, "visit": VISITS},
    {"patient": {"weight": Decimal(70)}, "visit": []},
    {"patient": {"weight": Decimal(300)}, "plan": {"exams": ["first"]}},
    {"patient": {"weight": Decimal(160), "fever": True}},
    {"plan": {"exams": ["third"], "day": DAY}},
    {},
)


def test_a_row_is_a_case() -> None:
    rows = decided(table(*SAMPLE))
    assert advised(rows) == [
        ("a", "see_doctor"), ("a", "call"), ("a", "call"), ("b", "come_back"), ("f", "come_back"),
    ]  # fmt: skip
    assert codes(rows) == [("c", "MR515"), ("d", "MR605")]
    assert [row["about"] for row in rows if row.get("subject") == "call"] == ["2", "4"]


def test_what_comes_out_is_what_a_decision_says() -> None:
    rows = decided(table(*SAMPLE), texts=True, output="long")
    for n, case in enumerate(SAMPLE):
        key = chr(97 + n)
        try:
            advice = [(a.subject, a.strength, a.text) for a in BOOK.decide(case, DAY)]
        except mr.CaseErrors as errors:
            faults = [fault.code for fault in errors.diagnostics]
            assert [code for mine, code in codes(rows) if mine == key] == faults
            advice = []
        mine = [(row["subject"], row["strength"], row["text"]) for row in rows
                if (row["id"], row["what"]) == (key, "advice")]  # fmt: skip
        assert mine == advice


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_how_it_is_cut_makes_no_difference(size: int) -> None:
    """Batches of any length, empty ones among them, and pieces of any length."""
    cases = table(*SAMPLE, *SAMPLE)
    draw = random.Random(size)
    cuts = sorted(draw.randrange(len(cases) + 1) for _ in range(4))
    parts = [cases.slice(a, b - a) for a, b in pairwise([0, *cuts, len(cases)])]
    batches = [batch for part in parts for batch in part.to_batches() or [EMPTY]]
    rows = told(decide_batches(BOOK, batches, as_of=DAY, size=size, texts=True))

    def order(row: dict[str, Any]) -> tuple[str, str]:
        return row["id"], row["what"]

    assert sorted(rows, key=order) == sorted(decided(cases, texts=True), key=order)


EMPTY = pa.RecordBatch.from_pylist([], schema=case_schema(BOOK))


def test_no_cases() -> None:
    assert list(decide_batches(BOOK, [], as_of=DAY)) == []
    assert list(decide_batches(BOOK, [EMPTY, EMPTY], as_of=DAY)) == []


def test_columns_of_attributes_are_as_good_as_whole_facts() -> None:
    cases = table(*SAMPLE)
    flat = {"id": cases["id"], "visit": cases["visit"]}
    for fact in ("patient", "plan"):
        whole = cases[fact].combine_chunks()
        for n, inside in enumerate(whole.type):
            flat[f"{fact}.{inside.name}"] = whole.flatten()[n]
    assert decided(pa.table(flat)) == decided(cases)


def test_a_column_that_is_left_out_is_not_known() -> None:
    cases = table(*SAMPLE)
    less = cases.select(["id", "patient"])
    assert advised(decided(less))[:2] == [("a", "see_doctor"), ("a", "come_back")]
    assert decided(cases.select(["id"])) == decided(table(*[{} for _ in SAMPLE]))


@pytest.mark.parametrize("options", [
    {}, {"texts": True}, {"derived": True}, {"output": "wide"},
    {"output": "wide", "derived": True},
])  # fmt: skip
def test_the_schema_is_known_before(options: dict[str, Any]) -> None:
    """Whatever the cases are, and a shipped book gives the same."""
    cases = table(*SAMPLE)
    schema = decided_schema(BOOK, cases.schema, as_of=DAY, **options)
    for some in (cases, cases.slice(0, 1), cases.slice(2, 1), cases.slice(5)):
        for book in (BOOK, ship(BOOK)):
            for batch in decide_batches(book, some.to_batches(), as_of=DAY, **options):
                assert batch.schema == schema
                batch.validate(full=True)


def test_wide_and_derived() -> None:
    rows = decided(table(*SAMPLE), output="wide", derived=True)
    wide = {row["id"]: row for row in rows if row["what"] == "advice"}
    assert [wide[key]["care.come_back"] for key in "abcdef"] == [
        False, True, None, None, False, True,
    ]  # fmt: skip
    assert wide["a"]["care.see_doctor"] and not wide["b"]["care.see_doctor"]
    derived = {row["id"]: row for row in rows if row["what"] == "derived"}
    assert derived["a"]["patient.small"] is True and derived["f"]["patient.small"] is None
    visits = [(row["id"], row["visit.early"]) for row in rows if row["what"] == "derived_visit"]
    assert visits == [("a", True), ("a", False), ("a", False)]


def test_each_case_may_have_its_own_day() -> None:
    cases = table({"as_of": DAY}, {"as_of": date(2025, 1, 1)}, {"as_of": None})
    rows = decided(cases, as_of=None)
    assert advised(rows) == [("a", "come_back")]
    assert codes(rows) == [("b", "MR507"), ("c", "MR506")]


def test_two_rows_with_one_key_are_two_cases() -> None:
    cases = table({"patient": BABY}, {"patient": {"weight": Decimal(70)}})
    same = cases.set_column(0, "id", pa.array(["x", "x"]))
    assert advised(decided(same)) == [("x", "see_doctor"), ("x", "come_back"), ("x", "come_back")]


def test_a_case_without_a_key_is_at_fault() -> None:
    cases = table({"patient": BABY}, {"patient": BABY})
    some = cases.set_column(0, "id", pa.array([None, "b"], pa.string()))
    rows = decided(some)
    assert {row["id"] for row in rows if row["what"] == "advice"} == {"b"}
    assert [(row["id"], row["what"]) for row in rows if row["what"] == "error"] == [(None, "error")]


def test_nothing_among_the_instances_of_a_fact() -> None:
    """It is no instance, and nothing that is passed over: `decide` calls it a fault."""
    late = {"number": 2, "day": DAY, "late": True}
    cases = (
        {"visit": [late]}, {"visit": [None, late]},
        {"visit": [late, None], "plan": {"exams": ["x"]}},
        {"visit": [None, {"number": 0, "day": DAY}]}, {"visit": [None]}, {"visit": []},
    )  # fmt: skip
    whole = table(*cases)
    flat = whole.drop_columns(["plan"]).append_column(
        "plan.exams", whole["plan"].combine_chunks().field("exams")
    )
    for given in (whole, flat):
        for size in (2, 100):
            rows = decided(given, size=size)
            assert advised(rows) == [("a", "come_back"), ("a", "call"), ("f", "come_back")]
            for n, case in enumerate(cases):
                wanted: list[Any] = []
                try:
                    BOOK.decide(case, DAY)
                except mr.CaseErrors as errors:
                    wanted = [(d.code, d.path, d.message, d.help) for d in errors.diagnostics]
                assert wanted == [
                    (row["code"], row["path"], row["reason"], row["help"])
                    for row in rows if (row["id"], row["what"]) == (chr(97 + n), "error")
                ]  # fmt: skip
    wide = decided(whole, output="wide", derived=True)
    assert [(row["id"], row["care.call"]) for row in wide if row["what"] == "advice"] == [
        ("a", True),
        ("b", None),
        ("c", None),
        ("d", None),
        ("e", None),
        ("f", False),
    ]
    assert {row["id"] for row in wide if row["what"].startswith("derived")} == {"a", "f"}
    some = decided(whole, explain=1)
    assert [code for key, code in codes(some) if key != "c"] == ["MR512"] * 3
    assert [row["path"] for row in some if row["id"] == "e"] == ["visit"]
    with pytest.raises(mr.CaseErrors, match=r"`id` b: `visit\[1\]`"):
        decided(whole, errors="raise")
    own = [*cases[:2], {"visit": [None], "as_of": None}]
    days = table(*({"as_of": DAY, **case} for case in own))
    assert codes(decided(days, as_of=None)) == [("b", "MR512"), ("c", "MR506"), ("c", "MR512")]
    keyless = whole.set_column(0, "id", pa.array(["a", None, "c", "d", "e", "f"]))
    assert codes(decided(keyless))[0] == (None, "MR524")


def test_keys_of_any_type() -> None:
    cases = table({"patient": BABY}, {})
    for keys in (
        pa.array([7, 3], pa.int32()), pa.array([b"x", b"y"]), pa.array([DAY, date.min]),
        pa.array([Decimal(1), Decimal(2)], pa.decimal128(20, 0)),
    ):  # fmt: skip
        batches = list(decide_batches(BOOK, cases.set_column(0, "id", keys).to_batches(),
                                      as_of=DAY))  # fmt: skip
        assert {batch.schema.field("id").type for batch in batches} == {keys.type}
        assert {row["id"] for batch in batches for row in batch.to_pylist()} == set(
            keys.to_pylist()
        )


# Faults of the columns, told before a case is decided --------------------------------------------


def refused(given: Any, **options: Any) -> str:
    """What is said of columns that do not fit, by their types alone and with cases."""
    wanted = {"as_of": DAY, **options}
    with pytest.raises(mr.MatchrulesError) as first:
        decided_schema(BOOK, given.schema, **wanted)
    with pytest.raises(mr.MatchrulesError) as second:
        list(decide_batches(BOOK, given.to_batches(), **wanted))
    assert str(first.value) == str(second.value)
    return str(first.value)


def test_no_key() -> None:
    said = refused(table(*SAMPLE).rename_columns(["ids", *case_schema(BOOK).names[1:]]))
    assert "there is no column `id`" in said and "did you mean `ids`" in said


def test_a_column_that_the_rules_do_not_know() -> None:
    cases = table(*SAMPLE)
    more = cases.append_column("patient.wieght", pa.array([1] * len(cases)))
    assert "patient.wieght" in refused(more.drop_columns(["patient"]))
    assert "height" in refused(cases.append_column("height", pa.array([1] * len(cases))))
    rest = cases.append_column("height", pa.array([1] * len(cases)))
    assert decided(rest, extra="ignore") == decided(cases)


def test_a_column_of_another_type() -> None:
    cases = table(*SAMPLE)
    wrong = pa.array([{"weight": True}] * len(cases))
    assert "patient.weight" in refused(cases.set_column(2, "patient", wrong))
    one = pa.array([{"number": 1, "day": DAY}] * len(cases))
    place = cases.schema.names.index("visit")
    assert "`visit` must be a list" in refused(cases.set_column(place, "visit", one))


def test_a_fact_told_twice() -> None:
    cases = table(*SAMPLE)
    twice = cases.append_column("plan.day", pa.array([DAY] * len(cases)))
    assert "there twice" in refused(twice)


def test_what_cannot_be_meant() -> None:
    cases = table(*SAMPLE)
    assert "`errors`" in refused(cases, errors="drop")
    assert "`size`" in refused(cases, size=0)
    assert "`output`" in refused(cases, output="tall")
    assert "`as_of`" in refused(cases.drop_columns(["as_of"]), as_of=None)
    renamed = cases.rename_columns(["what", *cases.schema.names[1:]])
    assert "`what`" in refused(renamed, key="what")
    twice = pa.table([cases["id"], cases["id"]], names=["id", "id"])
    assert "several columns called `id`" in refused(twice)


def test_the_first_case_at_fault_can_end_it() -> None:
    with pytest.raises(mr.CaseErrors, match="`id` c: ") as errors:
        decided(table(*SAMPLE), errors="raise")
    assert [fault.code for fault in errors.value.diagnostics] == ["MR515"]
    assert advised(decided(table(SAMPLE[0]), errors="raise"))


def test_so_many_are_explained_in_all() -> None:
    """However many pieces there are."""
    cases = table(*[SAMPLE[2]] * 6)
    for size in (1, 4, 100):
        rows = decided(cases, size=size, explain=2)
        assert len(codes(rows)) == 6
        said = [row["reason"] for row in rows]
        assert [message == said[0] for message in said] == [True, True] + [False] * 4


# A book on its way -------------------------------------------------------------------------------


def test_a_shipped_book_is_opened_once() -> None:
    sent = pickle.loads(pickle.dumps(ship(BOOK)))
    assert sent == ship(BOOK)
    assert sent.book() is sent.book() is ship(BOOK).book()
    assert sent.book().bases == BOOK.bases
    assert sent.sha256 == BOOK.sha256


def test_a_book_that_is_not_the_one_that_was_sent() -> None:
    other = mr.load_text({"clinic.rules": RULES.replace("< 5.0", "< 5.5")})
    sent = ship(BOOK)
    mixed = Shipment(ship(other).sha256, sent.content)
    cut = Shipment("0" * 64, sent.content[:-9])
    for wrong in (mixed, cut):
        with pytest.raises(mr.UsageError, match="not those that were sent"):
            list(decide_batches(wrong, table(*SAMPLE).to_batches(), as_of=DAY))


def test_a_book_that_another_version_sent() -> None:
    text = zlib.decompress(ship(BOOK).content).decode()
    body = text[text.index(',"book":') + 8 : -1]
    newer = body.replace(f'"software":"{mr.__version__}"', '"software":"99.0"')
    assert newer != body
    sha256 = hashlib.sha256(newer.encode()).hexdigest()
    whole = f'{{"sha256":"{sha256}","book":{newer}}}'
    sent = Shipment(sha256, zlib.compress(whole.encode()))
    with pytest.raises(mr.UsageError, match=r"99\.0.*the same version of"):
        sent.book()

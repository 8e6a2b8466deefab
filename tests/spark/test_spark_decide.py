"""A cohort decided by Spark, on several workers, is decided as frames are in one process."""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("pyspark", reason="pyspark is in the extra `spark`: make test-spark")

import polars as pl
import pyarrow as pa
from whole_cases import Case, drawn, plain, spoilt, table_of

import matchrules as mr
import matchrules.spark as ms
from matchrules.cohort import FrameDecision, ship

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

COUNT = 2_000
DAY = date(2026, 11, 1)
Rows = Counter[tuple[Any, ...]]


@pytest.fixture(scope="module")
def packs() -> mr.Book:
    return mr.load()


@pytest.fixture(scope="module")
def applicants(packs: mr.Book) -> list[Case]:
    """Generated ones, most of them on one day; about one in nine is at fault."""
    return spoilt(packs, [*drawn(packs, 40), *drawn(packs, COUNT - 40, as_of=DAY)])


@pytest.fixture(scope="module")
def expected(packs: mr.Book, applicants: list[Case]) -> FrameDecision:
    """What `decide_frame` says, of frames that are made of the cases by other means."""
    frames: dict[str, list[dict[str, Any]]] = {"as_of": []}
    for n, case in enumerate(applicants):
        frames["as_of"].append({"case": n, "as_of": case["as_of"]})
        for name, given in case.items():
            if name != "as_of":
                rows = given if isinstance(given, list) else [given]
                frames.setdefault(name, []).extend({"case": n, **plain(row)} for row in rows)
    whole = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in frames.items()}
    return packs.decide_frame(whole, "case", derived=True, explain=10 * COUNT)


def counted(rows: Iterable[Iterable[Any]]) -> Rows:
    return Counter(tuple(map(_plain, row)) for row in rows)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def same(told: "DataFrame", frame: pl.DataFrame) -> None:
    assert told.columns[1:] == frame.columns[1:]
    assert counted(told.collect()) == counted(frame.rows())


def spread(spark: "SparkSession", table: pa.Table, count: int, seed: int) -> "DataFrame":
    """The rows in random partitions, some of them empty."""
    from pyspark.sql import functions

    draw = random.Random(seed)
    places = pa.array([draw.randrange(count) for _ in range(len(table))], pa.int32())
    frame = spark.createDataFrame(table.append_column("place", places))
    return frame.repartitionByRange(2 * count, functions.col("place")).drop("place")


@pytest.mark.parametrize("parts", [1, 5])
def test_rows_are_those_of_decide_frame(
    spark: "SparkSession", packs: mr.Book, applicants: list[Case], expected: FrameDecision,
    parts: int,
) -> None:  # fmt: skip
    frame = spread(spark, table_of(packs, applicants), parts, seed=parts)
    decided = ms.decide(frame, packs, derived=True, explain=10 * COUNT, size=1_000)
    assert decided.frame.schema.fields[0].dataType == frame.schema["id"].dataType
    whole = decided.frame.persist()
    try:
        seen = ms.Decided(whole)
        same(seen.advice, expected.advice)
        same(seen.errors, expected.errors)
        assert expected.derived is not None
        same(seen.derived, expected.derived)
        for fact, instances in expected.instances.items():
            same(seen.derived_of(fact), instances)
    finally:
        whole.unpersist()


def test_wide_frames_too(
    spark: "SparkSession", packs: mr.Book, applicants: list[Case], expected: FrameDecision
) -> None:
    frame = spread(spark, table_of(packs, applicants[:600]), 3, seed=9)
    found = ms.decide(frame, packs, output="wide").advice.collect()
    assert sorted(row["id"] for row in found) == list(range(600))
    faulty = {*expected.errors["case"].to_list()}
    advised = {
        (n, f"against {kind}.{subject}" if strength.endswith("not") else f"{kind}.{subject}")
        for n, kind, subject, strength in expected.advice.select(
            "case", "kind", "subject", "strength"
        ).rows()
        if n < 600
    }
    for row in found:
        said = {(row["id"], name) for name, told in row.asDict().items() if told is True}
        assert said - {(row["id"], "id")} == {pair for pair in advised if pair[0] == row["id"]}
        assert (row[1] is None) == (row["id"] in faulty)


def test_a_frame_that_was_written_is_looked_at_again(
    spark: "SparkSession", packs: mr.Book, applicants: list[Case], tmp_path: Path
) -> None:
    frame = spread(spark, table_of(packs, applicants[:200]), 2, seed=3)
    decided = ms.decide(frame, packs)
    place = str(tmp_path / "decided")
    decided.frame.write.parquet(place)
    again = ms.Decided(spark.read.parquet(place))
    assert counted(again.advice.collect()) == counted(decided.advice.collect())
    assert counted(again.errors.collect()) == counted(decided.errors.collect())
    with pytest.raises(mr.UsageError, match="derived=True"):
        _ = again.derived
    with pytest.raises(mr.UsageError, match="no frame that"):
        _ = ms.Decided(frame).advice


def test_no_cases(spark: "SparkSession", packs: mr.Book, applicants: list[Case]) -> None:
    table = table_of(packs, applicants[:1])
    nobody = spark.createDataFrame(table).where("id < 0")
    decided = ms.decide(nobody.repartition(3), packs)
    assert decided.frame.collect() == []
    alone = ms.decide(spark.createDataFrame(table).repartition(8), packs)
    assert {row["id"] for row in alone.frame.collect()} == {0}


def test_null_keys_and_columns_of_attributes(spark: "SparkSession", packs: mr.Book) -> None:
    frame = spark.createDataFrame(
        [("a", "passed"), (None, "passed"), ("c", "no_status")],
        "`who.is` string, `step1.status` string",
    )  # fmt: skip
    decided = ms.decide(frame, packs, "who.is", as_of=DAY)
    errors = {(row["who.is"], row["code"]) for row in decided.errors.collect()}
    assert errors == {(None, "MR524"), ("c", "MR514")}
    assert {row["who.is"] for row in decided.advice.collect()} == {"a"}


# Faults of the columns, told by the driver ------------------------------------------------------


def test_faults_of_columns(spark: "SparkSession", packs: mr.Book) -> None:
    frame = spark.createDataFrame([(1, "passed")], "id long, `step1.status` string")
    with pytest.raises(mr.UsageError, match="no column `key`"):
        ms.decide(frame, packs, "key", as_of=DAY)
    with pytest.raises(mr.UsageError, match="`as_of` is missing"):
        ms.decide(frame, packs)
    unknown = frame.withColumnRenamed("step1.status", "step1.sttus")
    with pytest.raises(mr.CaseErrors, match=r"did you mean `status`"):
        ms.decide(unknown, packs, as_of=DAY)
    typed = frame.withColumn("step1.status", frame["id"] > 0)
    with pytest.raises(mr.CaseErrors, match=r"`step1.status` must be a member of `step1_status`"):
        ms.decide(typed, packs, as_of=DAY)


# Workers ----------------------------------------------------------------------------------------


def in_place(work: Callable[[Any], Iterator[Any]], spoil: Callable[[int], None]) -> Any:
    """What a worker runs, with something that happens after each batch that comes out."""

    def worked(batches: Any) -> Any:
        for number, batch in enumerate(work(batches)):
            spoil(number)
            yield batch

    return worked


def test_a_worker_that_dies(
    spark: "SparkSession", packs: mr.Book, applicants: list[Case], tmp_path: Path
) -> None:
    """Once, in the middle of each of several partitions, when part of it has come out: Spark tries
    the partition again, and nothing is lost or told twice."""
    frame = spread(spark, table_of(packs, applicants[:1_200]), 4, seed=4)
    options: ms.Options = {"size": 100}
    quiet = ms.decide(frame, packs, **options).frame.collect()
    work = ms.worker(frame, ship(packs), "id", options)
    place = str(tmp_path)

    def spoil(number: int) -> None:
        from pyspark import TaskContext

        context = TaskContext.get()
        assert context is not None
        mark = Path(place) / str(context.partitionId())
        if number == 2 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    died = ms.run(frame, packs, in_place(work, spoil), "id", options).collect()
    assert len([*tmp_path.iterdir()]) >= 3
    assert died == quiet


def test_a_worker_opens_the_rules_once(
    spark: "SparkSession", packs: mr.Book, applicants: list[Case], tmp_path: Path
) -> None:
    """For all the partitions of all the jobs that it works for."""
    frame = spread(spark, table_of(packs, applicants[:40]), 6, seed=5)
    options: ms.Options = {"as_of": DAY}
    sha256, place = ship(packs).sha256, str(tmp_path)

    def spoil(number: int) -> None:
        from pyspark import TaskContext

        from matchrules.cohort import Shipment

        context = TaskContext.get()
        assert context is not None
        book = Shipment(sha256, b"").book()  # there is nothing to open: it is there, or fails
        task = f"{context.stageId()}-{context.partitionId()}"
        (Path(place) / f"{os.getpid()} {id(book)} {task}").touch()

    for _ in range(2):
        work = ms.worker(frame, ship(packs), "id", options)
        ms.run(frame, packs, in_place(work, spoil), "id", options).collect()
    seen = [file.name.split() for file in tmp_path.iterdir()]
    opened = {(worker, book) for worker, book, _ in seen}
    assert len(seen) > 2 * len(opened)  # many tasks for each worker
    assert len(opened) == len({worker for worker, _ in opened})


def test_every_time_the_same(spark: "SparkSession", packs: mr.Book, applicants: list[Case]) -> None:
    frame = spread(spark, table_of(packs, applicants[:600]), 3, seed=6)
    first, second = (ms.decide(frame, packs, size=100).frame.collect() for _ in range(2))
    assert first == second


def test_the_rules_of_a_worker_are_those_of_the_driver(spark: "SparkSession") -> None:
    rules = "ruleset v version 1 effective from 2026-01-01\nfact a b : yes_no optional"
    book = mr.load_text({"v.rules": rules})
    other = mr.load_text({"v.rules": rules.replace("version 1", "version 2")})
    frame = spark.createDataFrame([(1, True)], "id long, `a.b` boolean")
    sent = ship(book)
    mixed = type(sent)(ship(other).sha256, sent.content)
    options: ms.Options = {"as_of": date(2026, 2, 1)}
    found = ms.run(frame, book, ms.worker(frame, mixed, "id", options), "id", options)
    with pytest.raises(Exception, match="not those that were sent"):
        found.collect()


def test_a_job_may_end_at_the_first_case_at_fault(spark: "SparkSession", packs: mr.Book) -> None:
    frame = spark.createDataFrame([(7, "no_status")], "id long, `step1.status` string")
    decided = ms.decide(frame, packs, as_of=DAY, errors="raise")
    with pytest.raises(Exception, match=r"`id` 7: .*no_status"):
        decided.frame.collect()

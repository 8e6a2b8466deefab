"""What a large cohort costs: cases a core decides in a second, in this process and on Spark, and
what they take in memory and in storage.

    python bench/spark.py [--cases N] [--book workload|packs] [--json FILE]

Needs the environment of `make test-spark`. Every measurement runs by itself on one core; what is
told is time of the processor, of all the processes that belong to it: Spark's own is in it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from timing import rounded

import matchrules as mr

RULES = 300
SHARD = 100_000  # cases of a file, and of a partition of Spark
DISTINCT = 100_000  # cases that are drawn; a larger cohort has them again and again
AS_OF = {"workload": date(2026, 1, 1), "packs": date(2026, 11, 1)}
COHORTS = (100_000_000, 10_000_000_000)
KEY = "case"  # in frames: a fact may have an attribute `id`
WARM = 1_000  # cases decided before anything is timed


def book_of(name: str) -> mr.Book:
    if name == "packs":
        return mr.load()
    import workload

    return mr.load_text({"workload.rules": workload.book_text(workload.rules_of(RULES))})


def write_cases(name: str, count: int, folder: Path) -> float:
    """The cohort as files of whole cases; how many bytes a case takes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from matchrules.cohort import case_schema

    book = book_of(name)
    schema = case_schema(book, key_type=pa.int64())
    drawn = min(count, DISTINCT if name == "workload" else 2_000)
    rows = _applicants(drawn) if name == "workload" else _drawn(book, drawn)
    once = pa.Table.from_pylist([{"id": 0, **row} for row in rows], schema=schema)
    folder.mkdir()
    for start in range(0, count, SHARD):
        keys = pa.array(range(start, min(start + SHARD, count)), pa.int64())
        table = once.take(pa.array([n % drawn for n in keys.to_pylist()]))
        table = table.set_column(0, schema.field("id"), keys)
        pq.write_table(table, folder / f"{start:012}.parquet", compression="zstd")
    return sum(file.stat().st_size for file in folder.iterdir()) / count


def _applicants(count: int) -> list[dict[str, Any]]:
    import decimal

    import workload

    def case(person: workload.Applicant) -> dict[str, Any]:
        exact = {
            name: None if person[name] is None
            else decimal.Decimal(f"{person[name]:.{workload.DECIMALS[name][2]}f}")
            for name in workload.DECIMALS
        }  # fmt: skip
        return {"applicant": {**person, **exact}}

    return [case(person) for person in workload.applicants(count)]


def _drawn(book: mr.Book, count: int) -> list[dict[str, Any]]:
    """Drawn cases, the same ones each time."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "spark"))
    from whole_cases import drawn, plain

    return [plain(case) for case in drawn(book, count, AS_OF["packs"])]


# What one process measures -----------------------------------------------------------------------


def below() -> Iterator[Path]:
    """This process and all below it, as the system shows them."""
    waiting = [os.getpid()]
    while waiting:
        place = Path(f"/proc/{waiting.pop()}")
        try:
            for thread in (place / "task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
        except OSError:
            continue  # it ended meanwhile
        yield place


def spent() -> dict[str, float]:
    """Seconds of the processor that they have taken so far, with those that have ended: all of
    them, Spark's own Java, its compiler (`jit`), and the Python workers."""
    ticks = os.sysconf("SC_CLK_TCK")
    found = {"cpu": 0.0, "java": 0.0, "jit": 0.0, "workers": 0.0}
    for place in below():
        name, taken = _told_by(place)
        found["cpu"] += taken / ticks
        if name == "java":
            found["java"] += taken / ticks
            threads = [_told_by(thread) for thread in (place / "task").iterdir()]
            found["jit"] += sum(t for n, t in threads if n.startswith(("C1 ", "C2 "))) / ticks
        elif place.name != str(os.getpid()):
            found["workers"] += taken / ticks
    return found


def _told_by(place: Path) -> tuple[str, int]:
    """The name of a process or thread, and the time that it has taken."""
    before, _, rest = (place / "stat").read_text().rpartition(")")
    return before.partition("(")[2], sum(map(int, rest.split()[11:15]))


def largest() -> float:
    """The most memory that one of them has had that runs Python, in megabytes."""
    found = 0
    for place in below():
        told = dict(
            line.split(":", 1)
            for line in (place / "status").read_text().splitlines()
            if ":" in line
        )
        if told["Name"].strip() != "java":
            found = max(found, int(told.get("VmHWM", "0").split()[0]))
    return found / 1024


def timed(act: Callable[[], object]) -> dict[str, float]:
    """Seconds of the processor and of the clock that something takes."""
    before, start = spent(), time.perf_counter()
    act()
    after = spent()
    return {
        **{name: after[name] - before[name] for name in after},
        "wall": time.perf_counter() - start,
        "memory_mb": largest(),
    }


def in_frames(name: str, folder: Path, output: str, engine: str) -> dict[str, float]:
    """`Book.decide_frame` on the columns in memory."""
    import polars as pl

    book = book_of(name)
    whole = pl.read_parquet(folder / "*.parquet").drop("as_of").rename({"id": KEY})
    frames = {
        fact: _of_fact(whole.select(KEY, fact))
        for fact in whole.columns if fact != KEY
    }  # fmt: skip
    few = {fact: frame.filter(pl.col(KEY) < WARM) for fact, frame in frames.items()}

    def act(given: Any) -> None:
        book.decide_frame(given, KEY, as_of=AS_OF[name], output=output, engine=engine)

    act(few)
    return timed(lambda: act(frames))


def _of_fact(frame: Any) -> Any:
    import polars as pl

    fact = frame.columns[1]
    if isinstance(frame.schema[fact], pl.List):
        frame = frame.filter(pl.col(fact).list.len() > 0).explode(fact)
    return frame.filter(pl.col(fact).is_not_null()).unnest(fact)


def in_batches(name: str, folder: Path, output: str, engine: str) -> dict[str, float]:
    """`decide_batches` on the same, read from the files."""
    import pyarrow.dataset as ds

    from matchrules.cohort import decide_batches

    book = book_of(name)
    data = ds.dataset(folder)

    def act(batches: Any) -> None:
        options: Any = {"as_of": AS_OF[name], "output": output, "engine": engine}
        for _ in decide_batches(book, batches, "id", **options):
            pass

    names = [name for name in data.schema.names if name != "as_of"]
    act([data.head(WARM, columns=names).combine_chunks().to_batches()[0]])
    return timed(lambda: act(data.to_batches(columns=names)))


def on_spark(name: str, folder: Path, output: str, engine: str, out: str = "") -> dict[str, float]:
    """`matchrules.spark.decide` on one core of Spark, from files to nowhere, or to files."""
    import pyspark.sql

    import matchrules.spark

    session = (
        pyspark.sql.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.files.maxPartitionBytes", "6m")  # a partition for each file
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    cases = session.read.parquet(str(folder)).drop("as_of")
    options: Any = {"as_of": AS_OF[name], "output": output, "engine": engine}
    book = book_of(name)
    decided = matchrules.spark.decide(cases, book, **options).frame
    few = matchrules.spark.decide(cases.limit(WARM), book, **options).frame

    def act(frame: Any) -> None:
        if out:
            frame.write.option("compression", "zstd").mode("overwrite").parquet(out)
        else:
            frame.write.format("noop").mode("overwrite").save()

    few.write.format("noop").mode("overwrite").save()
    started = spent()["cpu"]
    found = {**timed(lambda: act(decided)), "start": started}
    if out:
        found["bytes"] = sum(file.stat().st_size for file in Path(out).glob("*.parquet"))
    else:
        for part, frame in (("read", cases), ("passed", cases.mapInArrow(_same, cases.schema))):
            found[part] = timed(lambda frame=frame: act(frame))["cpu"]
    session.stop()
    return found


def _same(batches: Any) -> Any:
    """What Spark takes to pass cases to Python and back."""
    yield from batches


MEASURES = {"frames": in_frames, "batches": in_batches, "spark": on_spark}


# All of them -------------------------------------------------------------------------------------


def alone(measure: str, *arguments: str) -> dict[str, float]:
    """A measurement in a process of its own, on one core."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", measure, *arguments],
        env={
            **os.environ, "POLARS_MAX_THREADS": "1", "PYTHONWARNINGS": "ignore",
            "PYSPARK_PYTHON": sys.executable,
        },
        stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _shown(one: dict[str, float]) -> str:
    """Where the time of Spark goes, in seconds of the processor."""
    return (
        f"{one['start']:.1f} s to start and decide {WARM:,} cases, then {one['cpu']:.1f} s: "
        f"Java {one['java']:.1f} (its compiler {one['jit']:.1f}), workers {one['workers']:.1f}; "
        f"{one['read']:.1f} s to read them only, {one['passed']:.1f} s to read them and pass them "
        "to Python and back"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=200_000, metavar="N")
    options.add_argument("--book", choices=sorted(AS_OF), default="workload")
    options.add_argument("--engine", default="columnar")
    options.add_argument("--json", type=Path, metavar="FILE")
    options.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    chosen = options.parse_args(arguments)
    if chosen.measure:
        measure, name, folder, *rest = chosen.measure
        print("\n" + json.dumps(MEASURES[measure](name, Path(folder), *rest)))
        return 0
    found: dict[str, Any] = {"book": chosen.book, "cases": chosen.cases}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "cases"
        found["bytes in"] = write_cases(chosen.book, chosen.cases, folder)
        print(f"{chosen.cases:,} cases, {found['bytes in']:.0f} bytes each in Parquet", flush=True)
        for output in ("wide", "long"):
            given = (chosen.book, str(folder), output, chosen.engine)
            for measure in MEASURES:
                one = found[f"{output} {measure}"] = alone(measure, *given)
                rate = chosen.cases / one["cpu"]
                bound = found[f"{output} frames"]["cpu"]
                print(
                    f"{output} {measure:<8} {rate:>12,.0f} cases a second of a core"
                    f"  {one['cpu'] / bound:5.2f} x decide_frame  {one['memory_mb']:7.0f} MB",
                    flush=True,
                )
            print(f"  of Spark: {_shown(one)}", flush=True)
            one = alone("spark", *given, str(Path(place) / "out"))
            found[f"{output} bytes out"] = one["bytes"] / chosen.cases
            print(
                f"{output} to Parquet: {one['bytes'] / chosen.cases:.1f} bytes a case", flush=True
            )
    for output in ("wide", "long"):
        rate = chosen.cases / found[f"{output} spark"]["cpu"]
        for count in COHORTS:
            print(
                f"{count:>14,} cases, {output}: {rounded(count / rate / 3600):>9,} core hours, "
                f"{rounded(count * found['bytes in'] / 1e9):>8,} GB in, "
                f"{rounded(count * found[f'{output} bytes out'] / 1e9):>8,} GB out"
            )
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A whole cohort, decided in columns: the frame goes in as it is, the answer stays in the form in
which the library holds it. Hand-written Polars is the yardstick of all."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
import timing
from peers.columns import DuckDB, NumpyBits, PolarsByHand, PolarsWhen
from workload import AS_OF, Rule, applicants, book_text, frame, reference, rules_of

import matchrules as mr

SEEN = 10_000  # different applicants: a larger cohort is the same ones again, under other keys


class Wide:
    """`decide_frame`, one Boolean column a subject."""

    output: Any = "wide"

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.book = mr.load_text({"workload.rules": book_text(rules)})

    def prepare(self, cohort: pl.DataFrame) -> pl.DataFrame:
        return cohort

    def run(self, cohort: pl.DataFrame) -> Any:
        found = self.book.decide_frame({"applicant": cohort}, as_of=AS_OF, output=self.output)
        assert found.cases == cohort.height and found.errors.is_empty(), found.errors
        return found

    def fired(self, found: Any, rows: int) -> Iterator[set[str]]:
        for row in found.advice.sort("id").head(rows).iter_rows(named=True):
            yield {name.rsplit(".", 1)[-1] for name, told in row.items() if told is True}


class Long(Wide):
    """`decide_frame`, a row for each piece of advice."""

    output: Any = "long"

    def fired(self, found: Any, rows: int) -> Iterator[set[str]]:
        told: dict[int, set[str]] = {number: set() for number in range(rows)}
        few = found.advice.filter(pl.col("id") < rows)
        for number, subject in zip(few["id"], few["subject"], strict=True):
            told[number].add(subject)
        yield from told.values()


KINDS = {
    "polars": PolarsByHand, "polars_when": PolarsWhen, "duckdb": DuckDB, "numpy_bits": NumpyBits,
    "matchrules_wide": Wide, "matchrules_long": Long,
}  # fmt: skip


def cohort_of(count: int) -> pl.DataFrame:
    """So many applicants as one frame."""
    seen = frame(applicants(min(SEEN, count))).drop("id")
    times = -(-count // seen.height)
    return pl.concat([seen] * times).head(count).rechunk().with_row_index("id")


def measure(
    name: str, rules: int, cases: int, seconds: float, fewest: int = 3, alone: bool = False
) -> dict[str, Any]:
    """The first 200 answers are compared with the oracle. `alone` measures without the yardstick,
    for what memory it takes."""
    neutral = rules_of(rules)
    start = time.perf_counter()
    made = KINDS[name](neutral)
    load = time.perf_counter() - start
    cohort = cohort_of(cases)
    given = made.prepare(cohort)
    before = timing.memory()
    found: dict[str, Any] = {"load_ms": timing.rounded(load * 1e3), "before_mb": before}
    answer = made.run(given)
    found["once_mb"] = timing.memory()
    people = applicants(min(200, cases))
    told = list(made.fired(answer, len(people)))
    expected = [reference(neutral, person) for person in people]
    found["compared"] = len(told)
    found["different"] = sum(a != b for a, b in zip(told, expected, strict=True))
    del answer
    turns = {"told": timing.alone(lambda: made.run(given))}
    if not alone:
        yardstick = PolarsByHand(neutral)
        turns["yardstick"] = timing.alone(lambda: yardstick.run(cohort))
    found |= timing.beside(turns, "told" if alone else "yardstick", seconds, fewest)
    found["cases_per_second"] = timing.rounded(cases / found["told"]["us"] * 1e6)
    return found

"""A file of cases larger than memory should be: `matchrules batch` from Parquet to Parquet."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
import timing
from cohorts import cohort_of
from workload import AS_OF, ATTRIBUTES, applicants, book_text, reference, rules_of

PART = 250_000


def written(path: Path, cases: int) -> None:
    """A Parquet file of so many applicants."""
    part = cohort_of(min(cases, PART)).lazy().drop("id")
    named = part.rename({name: f"applicant.{name}" for name in ATTRIBUTES})
    parts = pl.concat([named] * -(-cases // PART))
    parts.head(cases).with_row_index("id").sink_parquet(path)


def measure(rules: int, cases: int) -> dict[str, Any]:
    """Seconds of the whole command, and the most memory that it takes. The first 200 answers are
    compared with the oracle."""
    neutral = rules_of(rules)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        book, given, told = place / "w.rules", place / "cases.parquet", place / "advice.parquet"
        book.write_text(book_text(neutral))
        written(given, cases)
        start = time.perf_counter()
        ran = subprocess.run(
            [
                sys.executable, "-m", "matchrules.cli", "batch", str(given), "-o", str(told),
                "--rules", str(book), "--as-of", AS_OF.isoformat(), "--wide",
            ],
            capture_output=True, text=True,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        if ran.returncode:
            return {"error": ran.stderr.strip().splitlines()[-1]}
        size = told.stat().st_size
        first = pl.scan_parquet(told).head(200).collect()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    different = 0
    for row, person in zip(first.iter_rows(named=True), applicants(200), strict=False):
        fired = {name.rsplit(".", 1)[-1] for name, fires in row.items() if fires is True}
        different += fired != reference(neutral, person)
    return {
        "seconds": timing.rounded(seconds),
        "cases_per_second": timing.rounded(cases / seconds),
        "peak_mb": round(peak),
        "out_mb": timing.rounded(size / 1e6),
        "compared": first.height,
        "different": different,
    }

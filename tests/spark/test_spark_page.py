"""What the page on more than one machine shows is run: on Spark here, on Dask and Ray where they
are installed."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("pyspark", reason="pyspark is in the extra `spark`: make test-spark")

import pyarrow.parquet as pq
from whole_cases import drawn, table_of

import matchrules as mr
from matchrules.cohort import decide_batches

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "past-one-machine.md"


def parts(name: str) -> list[str]:
    found = re.findall(rf"^```py {name}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    return found


def test_on_spark(spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    space: dict[str, Any] = {}
    for part in parts("spark"):  # Spark keeps to the folder in which Java was started
        exec(part.replace('"decided"', repr(str(tmp_path / "decided"))), space)
    assert (tmp_path / "decided").is_dir()
    errors = space["seen"].errors.collect()
    assert [(row["id"], row["code"], row["path"]) for row in errors] == [
        (2, "MR514", "step1.status")
    ]
    assert {row["id"] for row in space["seen"].advice.collect()} == {1, 3}


@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_on_other_engines(engine: str, tmp_path: Path) -> None:
    pytest.importorskip(engine, reason=f"{engine} is not installed, and no extra asks for it")
    book = mr.load()
    table = table_of(book, drawn(book, 60)).drop_columns(["as_of"])
    (tmp_path / "cases").mkdir()
    for n in range(3):
        pq.write_table(table.slice(20 * n, 20), tmp_path / "cases" / f"{n}.parquet")
    script = tmp_path / "part.py"
    script.write_text(parts(engine)[0])
    subprocess.run([sys.executable, script], cwd=tmp_path, check=True, timeout=600)
    batches = decide_batches(book, table.to_batches(), as_of=date(2026, 11, 1))
    wanted = [row for batch in batches for row in batch.to_pylist()]
    came = pq.read_table(tmp_path / f"decided_by_{engine}").to_pylist()
    assert sorted(map(repr, came)) == sorted(map(repr, wanted))

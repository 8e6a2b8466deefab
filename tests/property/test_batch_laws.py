"""A file of cases gives what its cases give one by one, in whatever pieces, and more of them take
no more memory."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from books_and_cases import LONG, RULES, examples, packs
from hypothesis import given
from hypothesis import strategies as st

from matchrules.case.document import open_document
from matchrules.cohort.batch import Asked, decide_file
from matchrules.diagnostics.model import CaseErrors
from matchrules.testing import cases

JUNK = [
    None,
    True,
    0,
    -1,
    7,
    1.5,
    1e30,
    "",
    "yes",
    "12",
    "3.5",
    "unknown",
    [],
    {},
    ["a", "a"],
    [[]],
]


def as_json(value: Any) -> Any:
    if isinstance(value, Iterable):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def spoilt(case: dict[str, Any], rng: Random) -> dict[str, Any]:
    """The case with something else in one place."""
    holder: Any = case
    while True:
        steps = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not steps:
            return case
        step = rng.choice(steps)
        if not isinstance(holder[step], dict | list) or not holder[step] or rng.random() < 0.1:
            break
        holder = holder[step]
    if isinstance(holder, dict) and rng.random() < 0.2:
        holder[f"{step}s"] = holder.pop(step)
    else:
        holder[step] = rng.choice(JUNK)
    return case


@examples(1, long=40)
@given(st.data())
def test_a_file_gives_what_its_cases_give_one_by_one(data: st.DataObject) -> None:
    book, rng = packs(), Random(data.draw(st.integers(0, 2**32)))
    drawn = [data.draw(cases(book)) for _ in range(60 if LONG else 3)]
    told = [json.loads(json.dumps(case, default=as_json)) for case in drawn]
    lines = [json.dumps(spoilt(case, rng) if rng.random() < 0.5 else case) for case in told]
    advice: list[Any] = []
    errors: list[Any] = []
    for number, line in enumerate(lines, 1):
        try:
            found = book.decide(open_document("case.json", line), engine="interpreter")
            advice += [(number, a.rule, str(a.strength), a.text) for a in found]
        except CaseErrors as error:
            errors += [(number, d.code, d.path, d.message, d.help) for d in error.diagnostics]
    with TemporaryDirectory() as folder:
        path, out = Path(folder) / "cases.ndjson", Path(folder) / "advice.ndjson"
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        for texts, size in ((True, 2), (False, 3)):
            asked = Asked(path, out, texts=texts, piece=size, explain=1000, force=True)
            counted = decide_file(book, asked)
            rows = read(out)
            if texts:
                came = [(r["line"], r["rule"], r["strength"], r["text"]) for r in rows]
                assert came == advice
            else:
                assert [(r["line"], r["rule"]) for r in rows] == [each[:2] for each in advice]
            wrong = [
                (r["line"], r["code"], r["path"],
                 r["reason"].removeprefix(f"line {r['line']}: "), r["help"])
                for r in read(out.with_name("advice.errors.ndjson"))
            ]  # fmt: skip
            assert wrong == errors
            assert (counted.advice, counted.errors) == (len(advice), len(errors))


def read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


CHILD = """
import resource, sys
from pathlib import Path
from matchrules.case.document import open_document
from matchrules.cohort.batch import Asked, decide_file
from matchrules.rulebook import load_text

rules = Path(sys.argv[1]).read_text(encoding="utf-8")
book = load_text({"workload.rules": rules})
out = Path(sys.argv[2]).with_name("advice.parquet")
decide_file(book, Asked(Path(sys.argv[2]), out, piece=100_000, force=True))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(not LONG, reason="minutes: in the long profile")
def test_ten_million_cases_fit(tmp_path: Path) -> None:
    """In 4 GB, and ten times the cases take less than twice the memory."""
    sys.path.insert(0, str(RULES.parent / "bench"))
    import polars as pl
    from workload import AS_OF, applicants, book_text, frame, rules_of

    rules = tmp_path / "workload.rules"
    rules.write_text(book_text(rules_of(30)), encoding="utf-8")
    some = frame(applicants(50_000)).drop("id")
    most = {}
    for times in (20, 200):
        path = tmp_path / f"{times}.parquet"
        parts = (
            some.lazy().with_row_index("id", offset=n * some.height).with_columns(
                pl.col("id").cast(pl.Int64), pl.lit(AS_OF).alias("as_of")
            )
            for n in range(times)
        )  # fmt: skip
        pl.concat(parts).sink_parquet(path)
        done = subprocess.run(
            [sys.executable, "-c", CHILD, rules, path], check=True, capture_output=True,
            text=True, env={**os.environ, "POLARS_MAX_THREADS": "2"},
        )  # fmt: skip
        most[times] = int(done.stdout) * 1024
    assert most[200] < 4 * 10**9
    assert most[200] < 2 * most[20]

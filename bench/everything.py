"""All measurements in one go, each in a process of its own; then the page is written.

    make bench                         # the full form, more turns and the largest cases
    make bench QUICK=1                 # some 7 minutes: fewer turns, and no case of the largest
    python bench/everything.py [--quick] [--only PREFIX]... [--page]

`--only` measures what begins so and keeps the rest of the last run, `--page` measures nothing.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import page
from attrs import frozen
from decisions import OURS
from joins import KINDS as JOINING
from peers import DECIDING

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results" / "latest.json"
SIZES: Final = (30, 300, 3000)
CHANGING: Final = (
    "bit_index", "clips_modify", "clips", "durable", "zen_expression", "matchrules",
    "matchrules_rete",
)  # fmt: skip
COHORTS: Final = (
    "polars", "polars_when", "duckdb", "numpy_bits", "matchrules_wide", "matchrules_long",
)  # fmt: skip
PACKAGES: Final = (
    "matchrules", "durable_rules", "polars", "zen-engine", "common-expression-language",
    "clipspy", "business-rules", "panzi-json-logic", "rule-engine", "experta", "duckdb", "numpy",
)  # fmt: skip


@frozen
class Measurement:
    """One process: the module whose `measure` is called, and with what."""

    key: str
    module: str
    arguments: dict[str, Any]
    seconds: float = 300  # it may take, before it is ended


def plan(quick: bool) -> Iterator[Measurement]:
    """What is measured, what belongs together one after the other."""
    seconds, patience = (0.5, 2.0) if quick else (2.0, 100.0)
    timed = {"seconds": seconds, "patience": patience}
    for size in SIZES:
        for name in (*DECIDING, *OURS):
            given = {"name": name, "rules": size, "what": "decide", **timed}
            yield Measurement(f"decide/{name}/{size}", "decisions", given)
    for size in SIZES:
        for name in CHANGING:
            given = {"name": name, "rules": size, "what": "change", **timed}
            yield Measurement(f"change/{name}/{size}", "decisions", given)
    compared = 2000
    yield Measurement("twenty", "twenty", {"seconds": 3 * seconds, "compared": compared})
    yield Measurement("packs", "packs", {"seconds": 4 * seconds})
    yield from _joins(quick, timed)
    yield from _cohorts(quick, seconds)
    yield Measurement("startup", "startup", {"runs": 5 if quick else 15})
    for size in () if quick else (10_000, 30_000):
        for name in ("by_hand", "matchrules"):
            given = {"name": name, "rules": size, "what": "decide", "seconds": 2, "patience": 5}
            yield Measurement(f"decide/{name}/{size}", "decisions", given)


def _joins(quick: bool, timed: dict[str, float]) -> Iterator[Measurement]:
    for listed in (200, 2000):
        for name in JOINING:
            given = {"name": name, "listed": listed, **timed, "patience": min(timed["patience"], 8)}
            yield Measurement(f"join/{name}/{listed}", "joins", given)
    for listed in (0, 20):
        for name in ("loop", "matchrules_session", "matchrules_decide", "matchrules_rete"):
            given = {"name": name, "listed": listed, **timed}
            yield Measurement(f"join/{name}/{listed}", "joins", given)


def _cohorts(quick: bool, seconds: float) -> Iterator[Measurement]:
    for cases in (10_000, 1_000_000):
        for size in (30, 300) if quick else SIZES:
            for name in COHORTS:
                if size == 3000 and name in ("matchrules_long", "duckdb") and cases > 10_000:
                    continue  # a third of a thousand million rows; a minute a turn
                fewest = 3 if cases > 10_000 else 5
                given = {"name": name, "rules": size, "cases": cases, "seconds": seconds}
                yield Measurement(
                    f"cohort/{name}/{size}/{cases}", "cohorts", {**given, "fewest": fewest}
                )
    given = {"rules": packs_size(), "cases": 1_000_000, "seconds": seconds}
    yield Measurement("cohort/packs", "cohorts", {"name": "matchrules_wide", **given})
    for name in ("polars", "numpy_bits", "matchrules_wide", "matchrules_long"):
        given = {"name": name, "rules": 300, "cases": 1_000_000, "seconds": 0, "fewest": 1}
        yield Measurement(f"memory/{name}", "cohorts", {**given, "alone": True})
    for cases in (1, 100, 100_000):
        given = {"name": "matchrules_wide", "rules": 300, "cases": cases, "seconds": seconds}
        yield Measurement(f"cohort/matchrules_wide/300/{cases}", "cohorts", given)
    for cases in (1_000_000,) if quick else (1_000_000, 10_000_000):
        given = {"rules": 300, "cases": cases}
        yield Measurement(f"batch/{cases}", "batches", given, seconds=600)


def packs_size() -> int:
    """How many rules the packs have."""
    files = (HERE.parent / "rules").glob("*.rules")
    return sum(len(re.findall(r"^rule ", f.read_text("utf-8"), re.MULTILINE)) for f in files)


def measured(one: Measurement) -> dict[str, Any]:
    """What the process of one measurement finds."""
    command = [sys.executable, str(HERE / "timing.py"), one.module, json.dumps(one.arguments)]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=one.seconds, cwd=HERE)
    except subprocess.TimeoutExpired:
        return {"error": f"not done after {one.seconds:g} seconds"}
    lines = [line for line in ran.stdout.splitlines() if line.startswith("{")]
    if not lines:
        last = (ran.stderr.strip().splitlines() or ["no word"])[-1]
        return {"error": f"ended with {ran.returncode}: {without_paths(last[:200])}"}
    found = json.loads(lines[-1])
    if "error" in found:
        found["error"] = without_paths(found["error"])
    return {**one.arguments, **found}


def without_paths(text: str) -> str:
    """The text without where things are on this machine."""
    return re.sub(r"(?:/[^\s/'\":]+)+/", "…/", text)


def machine() -> dict[str, str]:
    """What it was measured on; nothing that tells whose machine it is."""
    cpu, memory = platform.machine(), 0
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        cpu = found[1] if found else cpu
    if hasattr(os, "sysconf"):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": cpu,
        "cores": str(cores),
        "memory": f"{memory / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--quick", action="store_true", help="fewer turns, none of the largest")
    options.add_argument("--only", action="append", default=[], metavar="PREFIX")
    options.add_argument("--page", action="store_true", help="write the page again, and no more")
    asked = options.parse_args(arguments)
    kept: dict[str, Any] = {}
    if (asked.only or asked.page) and RESULTS.exists():
        kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    if not asked.page:
        results = kept.get("results", {})
        wanted = [
            one for one in plan(asked.quick)
            if not asked.only or any(one.key.startswith(prefix) for prefix in asked.only)
        ]  # fmt: skip
        start = time.perf_counter()
        whole = True
        try:
            for number, one in enumerate(wanted, 1):
                began = time.perf_counter()
                results[one.key] = found = measured(one)
                found["took_s"] = round(time.perf_counter() - began, 1)
                said = f"{number}/{len(wanted)} {one.key}: {brief(found)}"
                print(said, file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            print("broken off: what was measured until now is kept", file=sys.stderr)
            whole = False
        kept = {
            "form": "quick" if asked.quick else "full",
            "parts": bool(asked.only) or not whole,
            "date": date.today().isoformat(),
            "seconds": round(time.perf_counter() - start),
            "rules_of_the_packs": packs_size(),
            "machine": machine(),
            "versions": {name: version(name) for name in PACKAGES},
            "results": results,
        }
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    page.write(kept)
    wrong = [key for key, found in kept["results"].items() if found.get("different")]
    for key in wrong:
        print(f"{key}: answers differ from the oracle", file=sys.stderr)
    return 1 if wrong else 0


def brief(found: dict[str, Any]) -> str:
    """One result in a few words."""
    if "error" in found:
        return str(found["error"])
    one = found.get("told", found.get("compiled"))
    if one:
        return f"{one['us']:g} us, {one['ratio']:g} of the yardstick"
    return f"{found['seconds']:g} s" if "seconds" in found else "done"


if __name__ == "__main__":
    sys.exit(main())

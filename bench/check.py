"""How long `matchrules check` takes, on the packs and on large books.

    python bench/check.py [--runs N] [--large]

Prints seconds of wall clock, the best of N runs, beside a bound that was measured in the same
process: reading the files and cutting them into tokens. See bench/README.md for what each figure
says.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from big_books import BOOKS

ROOT = Path(__file__).resolve().parent.parent
TARGET = 0.3  # seconds after start-up

# One process, as a user starts it: nothing is warm but what was imported.
FRESH = """
import json, sys, time
start = time.perf_counter()
import matchrules.cli.app, matchrules.cli.check, matchrules.cli.report
from matchrules.rulebook import check_sources, read
import matchrules.analysis.checks, matchrules.syntax.parser
imported = time.perf_counter()
sources = read(sys.argv[1])
found = check_sources(sources)
checked = time.perf_counter()
print(json.dumps({"imports": imported - start, "check": checked - imported, "found": len(found)}))
"""


def best(work: Callable[[], object], runs: int) -> float:
    """The seconds of the quickest of some runs."""
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


def packs(runs: int) -> bool:
    """The packs; says whether the target is met."""
    from matchrules.rulebook import check_sources, read
    from matchrules.syntax.parser import parse
    from matchrules.syntax.scan import scan

    rules = str(ROOT / "rules")
    sources = read(rules)
    rows = sum(source.text.count("\n") for source in sources.values())
    print(f"the packs: {len(sources)} files, {rows} lines")
    command = [sys.executable, "-m", "matchrules.cli"]
    whole = best(lambda: _run([*command, "check", rules]), runs)
    nothing = best(lambda: _run([*command, "--version"]), runs)
    fresh = [json.loads(_run([sys.executable, "-c", FRESH, rules])) for _ in range(runs)]
    first = min(each["check"] for each in fresh)
    line("matchrules check rules, the whole process", whole)
    line("  of it Python, click and `--version`", nothing)
    line("  of it the imports of the command", min(each["imports"] for each in fresh))
    line("check after the imports, the first in its process", first, TARGET)
    bound = best(lambda: [scan(s.text) for s in read(rules).values()], runs)
    line("bound: read the files and cut them into tokens", bound)
    line("  parse them as well", best(lambda: [parse(s) for s in sources.values()], runs))
    again = best(lambda: check_sources(sources), runs)
    line("  check them: names, types, tables", again)
    print(f"  a check takes {again / bound:.1f} times the bound\n")
    return first <= TARGET


def large() -> None:
    """Books of growing size, one run each; twice the size should take about twice the time."""
    from matchrules.rulebook import check_text
    from matchrules.syntax.scan import scan

    for name, (make, sizes) in BOOKS.items():
        print(f"{name}:")
        for size in sizes:
            text = make(size)
            bound = best(lambda text=text: scan(text), 3)
            start = time.perf_counter()
            found = check_text({"big.rules": text})
            took = time.perf_counter() - start
            assert not found, found[0].message
            print(f"  {size:5} {took:7.2f} s   {took / bound:5.1f} times the bound")
    print()


def line(what: str, seconds: float, target: float | None = None) -> None:
    beside = "" if target is None else f"   (target {target:g} s: {_verdict(seconds, target)})"
    print(f"  {what:52} {seconds:6.3f} s{beside}")


def _verdict(seconds: float, target: float) -> str:
    return "met" if seconds <= target else "missed"


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of which the best is told")
    parser.add_argument("--large", action="store_true", help="large books as well")
    asked = parser.parse_args()
    met = packs(asked.runs)
    if asked.large:
        large()
    sys.exit(0 if met else 1)

"""How long `matchrules prove` takes, on the packs.

    python bench/prove.py [--time SECONDS] [--processes N]

Prints seconds of wall clock beside a bound that was measured in the same run: trying each of the
same properties on a few generated cases, in as many processes. See bench/README.md for what each
figure says.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import matchrules as mr
from matchrules.testing.properties import check_property

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
TARGET = 180.0  # seconds for all questions about the packs
CASES = 20


@cache
def book() -> mr.Book:
    return mr.load(RULES)


def tried(name: str) -> str:
    """What 200 cases say of one property."""
    return check_property(book(), name, CASES).answer


def main(seconds: float, processes: int) -> int:
    """Prove, then try; 1 where the target is missed or something is refuted."""
    command = [
        sys.executable, "-m", "matchrules.cli", "prove", str(RULES), "--format", "json",
        "--time", str(seconds), "--processes", str(processes),
    ]  # fmt: skip
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.perf_counter() - start
    told = json.loads(done.stdout)
    verdicts = told["verdicts"]
    print(f"the packs: {told['questions']} questions, {processes} processes")
    word = "met" if took <= TARGET else "missed"
    line("matchrules prove rules, the whole process", took, f"(target {TARGET:g} s: {word})")
    for kind in dict.fromkeys(verdict["kind"] for verdict in verdicts):
        mine = [verdict for verdict in verdicts if verdict["kind"] == kind]
        answers = Counter(verdict["answer"] for verdict in mine)
        said = ", ".join(f"{number} {answer}" for answer, number in answers.items())
        line(f"  {kind}, in all processes together", sum(v["seconds"] for v in mine), said)
    longest = max(verdicts, key=lambda verdict: float(verdict["seconds"]))
    line(f"  longest: {longest['kind']} {longest['name']}", longest["seconds"])
    start = time.perf_counter()
    with ProcessPoolExecutor(processes) as pool:
        refuted = [*pool.map(tried, [said.name for said in book().properties])].count("refuted")
    bound = time.perf_counter() - start
    line(f"bound: {CASES} cases for each property", bound, f"{refuted} refuted")
    print(f"  proving takes {took / bound:.1f} times the bound")
    return 0 if took <= TARGET and done.returncode == 0 else 1


def line(what: str, seconds: float, beside: str = "") -> None:
    print(f"  {what:58} {seconds:7.2f} s   {beside}".rstrip())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--time", type=float, default=30.0, help="seconds for one question")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    sys.exit(main(asked.time, asked.processes))

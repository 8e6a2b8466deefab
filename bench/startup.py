"""What is waited for before anything is decided: imports, loading the packs, the command line. Each
run is a process of its own; all of them take turns."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import timing

ROOT: Final = Path(__file__).parents[1]
CASE: Final = ROOT / "examples" / "comeback_low_score.yaml"
TIMED: Final = """
import time
{before}
start = time.perf_counter()
{timed}
print(time.perf_counter() - start)
"""
CHECKING: Final = "import matchrules, matchrules.analysis.checks, matchrules.syntax.parser"
CACHE: Final = "import matchrules, matchrules.rulebook.cache, matchrules.rulebook.stored"
BOUND: Final = """import glob, hashlib, json
files = sorted(glob.glob("rules/*.rules"))"""
READ: Final = """hashlib.sha256(b"".join(open(file, "rb").read() for file in files))
json.loads(open(glob.glob(os.environ["MATCHRULES_CACHE"] + "/*.json")[0]).read())"""
# name -> (what is imported before, what is timed)
INSIDE: Final = {
    "import matchrules": ("", "import matchrules"),
    "load and check the packs": (CHECKING, "matchrules.load()"),
    "load the packs from the cache": (CACHE, "matchrules.load(cache=True)"),
    "bound of that: hash the files, parse the JSON": (f"import os\n{BOUND}", READ),
    "load them from the cache, imports and all": (
        "import matchrules",
        "matchrules.load(cache=True)",
    ),
}
# name -> arguments of Python
WHOLE: Final = {
    "Python alone": ["-c", "pass"],
    "Python with click, yaml and attrs": ["-c", "import click, yaml, attrs"],
    "matchrules --version": ["-m", "matchrules.cli", "--version"],
    "matchrules check": ["-m", "matchrules.cli", "check"],
    "matchrules advise, the packs from the cache": ["-m", "matchrules.cli", "advise", str(CASE)],
    "matchrules advise --no-cache": ["-m", "matchrules.cli", "--no-cache", "advise", str(CASE)],
}


def measure(runs: int) -> dict[str, Any]:
    """Milliseconds of each, the median of so many runs."""
    timing.pin()
    spent: dict[str, list[float]] = {}
    failed: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MATCHRULES_CACHE": folder}

        def run(arguments: list[str]) -> str:
            return subprocess.run(
                [sys.executable, *arguments], env=environment, check=True, capture_output=True,
                text=True, cwd=ROOT,
            ).stdout  # fmt: skip

        for turn in range(runs + 1):
            for name, (before, timed) in INSIDE.items():
                took(name, spent, failed, turn, run, TIMED.format(before=before, timed=timed))
            for name, arguments in WHOLE.items():
                took(name, spent, failed, turn, run, arguments)
    found: dict[str, Any] = {
        name: {"ms": timing.rounded(statistics.median(times) * 1e3), "runs": len(times)}
        for name, times in spent.items()
    }
    return found | {name: {"error": reason} for name, reason in failed.items()}


def took(
    name: str, spent: dict[str, list[float]], failed: dict[str, str], turn: int, run: Any, what: Any
) -> None:
    """One run of one of them. The first of all fills caches, and does not count."""
    if name in failed:
        return
    start = time.perf_counter()
    try:
        said = run(["-c", what] if isinstance(what, str) else what)
    except subprocess.CalledProcessError as error:
        failed[name] = (error.stderr or "it failed").strip().splitlines()[-1]
        return
    seconds = float(said) if isinstance(what, str) else time.perf_counter() - start
    if turn:
        spent.setdefault(name, []).append(seconds)

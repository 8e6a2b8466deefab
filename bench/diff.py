"""How long `matchrules diff` takes for changes of one line, on the packs.

    python bench/diff.py

Prints seconds of wall clock and of processors for each change beside a bound that was measured in
the same run:
checking both sides, without comparing them. See bench/README.md for what each figure says.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
TARGET = 10.0  # seconds for a change of one line

# What is changed, in which file, from what, to what.
CHANGES = (
    ("a parameter that much rests on", "parameters.rules",
     "is 220 cite article C1", "is 221 cite article C1"),
    ("a value with a date", "parameters.rules", "from 2025-07-01 is 218", "from 2025-07-01 is 219"),
    ("a condition of one rule", "step2ck.rules",
     "when step2ck.band is viable", "when step2ck.band is low"),
    ("an `unless` that is dropped", "step2ck.rules",
     "  unless letters.us_peds_strong_count >= letters_us_peds_min\n", ""),
    ("a cell of a table", "step2ck.rules", "| < viable_min      |", "| <= viable_min     |"),
)  # fmt: skip


def timed(*words: str) -> tuple[float, str]:
    """Wall clock of a command, and what it wrote."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "matchrules.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - start, done.stdout


def processor() -> float:
    """Seconds of processors that commands took so far, their own processes among them."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> int:
    """Time each change; 1 where the target is missed."""
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder)
        for file in RULES.glob("*.rules"):
            (new / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        bound = sum(timed("check", str(side))[0] for side in (RULES, new))
        print(f"  {'bound: check both sides':48} {bound:6.2f} s")
        for what, name, before, after in CHANGES:
            text = (RULES / name).read_text(encoding="utf-8")
            assert before in text, f"{name} has changed: there is no {before!r}"
            (new / name).write_text(text.replace(before, after, 1), encoding="utf-8")
            worked = processor()
            took, told = timed("diff", str(RULES), str(new), "--format", "json")
            (new / name).write_text(text, encoding="utf-8")
            worked = processor() - worked
            subjects = json.loads(told)["eras"][0]["subjects"]
            answers = [subject["answer"] for subject in subjects]
            counts = ", ".join(f"{answers.count(a)} {a}" for a in dict.fromkeys(answers))
            print(
                f"  {what:48} {took:6.2f} s ({worked:5.2f} of processors)"
                f"   {took / bound:5.1f} times the bound   {counts}"
            )
            missed = missed or took > TARGET
    print(f"  the target is {TARGET:g} s: {'missed' if missed else 'met'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())

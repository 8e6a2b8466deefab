"""How long one `why` takes on the packs, beside one decision of the same case.

    python bench/why.py [--all]

Prints milliseconds of the processor: for every subject on which a case of `examples/` is advised,
the first `why` on a fresh decision (the rules loaded, asked before), the best of some turns. Each
is measured in turn with a decision of the interpreter on the same case, in the same run, so that
what else the machine does disturbs both alike. See bench/README.md.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

import matchrules as mr
from matchrules.engine.interpreter import interpret

TARGET = 5.0  # milliseconds
TURNS = 3
EXAMPLES = Path(__file__).parents[1] / "examples"
SLOWEST = 12


@frozen
class Asked:
    """One subject of one case: the milliseconds of a `why`, and of a decision beside it."""

    case: str
    subject: str
    proofs: int
    why: float
    decision: float


def measured(book: mr.Book, path: Path) -> list[Asked]:
    """All subjects on which the case is advised."""
    decision = book.decide(path)
    base, case = book.case(path)
    found = []
    for subject in dict.fromkeys(f"{advice.kind}.{advice.subject}" for advice in decision):
        proofs = len(decision.why(subject).proofs)
        asking, deciding = [], []
        for _ in range(TURNS):
            fresh = book.decide(path)
            start = time.process_time()
            fresh.why(subject)
            asking.append(time.process_time() - start)
            start = time.process_time()
            interpret(base, case)
            deciding.append(time.process_time() - start)
        best = (min(asking) * 1000, min(deciding) * 1000)
        found.append(Asked(path.stem, subject, proofs, *best))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--all", action="store_true", help="list every subject, slowest first")
    chosen = options.parse_args(arguments)
    book = mr.load()
    found = [asked for path in sorted(EXAMPLES.glob("*.yaml")) for asked in measured(book, path)]
    found.sort(key=lambda asked: -asked.why)
    times = sorted(asked.why for asked in found)
    deciding = statistics.median(asked.decision for asked in found)
    over = sum(t > TARGET for t in times)
    print(f"{len(times)} calls; a decision of the interpreter takes {deciding:.2f} ms (median)")
    for name, value in (
        ("median", statistics.median(times)),
        ("p90", times[len(times) * 90 // 100]),
        ("p99", times[len(times) * 99 // 100]),
        ("slowest", times[-1]),
    ):
        print(f"{name:<8} {value:8.2f} ms  {value / deciding:6.2f} decisions")
    for asked in found if chosen.all else found[:SLOWEST]:
        print(
            f"  {asked.why:8.2f} ms  {asked.why / asked.decision:6.2f} decisions"
            f"  {asked.proofs:3} proofs  {asked.case} {asked.subject}"
        )
    print(f"target {TARGET} ms: {'met' if not over else f'missed by {over} of {len(times)}'}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())

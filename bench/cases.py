"""How long a property test of the packs takes: cases drawn by Hypothesis, each decided.

    python bench/cases.py [--cases N]

Prints seconds of wall clock and of processor time in one process. The bound is Hypothesis with
nothing to draw; the interpreter alone, on the same cases, is what the ratio is told against. See
bench/README.md for what each figure says.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import matchrules as mr
from matchrules.testing import cases
from matchrules.testing.properties import check_property

ROOT = Path(__file__).resolve().parent.parent
TARGET, OF = 5.0, 1_000  # seconds, for so many cases
PROPERTIES = 5  # tried on a tenth of the cases each


def tried(strategy: st.SearchStrategy[Any], count: int, look: Callable[[Any], object]) -> None:
    """A Hypothesis test with so many examples, the same ones each time."""

    # only time is asked: slow and large cases are what is measured, and nothing is to be kept
    @settings(
        max_examples=count, database=None, deadline=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def test(drawn: Any) -> None:
        look(drawn)

    test()


def timed(what: str, work: Callable[[], object]) -> tuple[float, float]:
    """Wall clock and processor seconds of some work, told in a line."""
    wall, own = time.perf_counter(), time.process_time()
    work()
    wall, own = time.perf_counter() - wall, time.process_time() - own
    print(f"  {what:58} {wall:7.2f} s   {own:7.2f} s")
    return wall, own


def run(count: int) -> bool:
    """Draw and decide; says whether the target is met."""
    book = mr.load(ROOT / "rules")
    strategy = cases(book)
    print(f"{count} cases of the packs{'wall clock':>49} processor")
    drawn: list[Any] = []
    timed("bound: Hypothesis, a number for each example", lambda: tried(st.integers(), count, id))
    timed("draw, the first time", lambda: tried(strategy, count, drawn.append))
    timed("draw", lambda: tried(strategy, count, id))

    def decide(case: Any) -> None:
        book.decide(case, engine="compiled")

    wall, own = timed("draw and decide, compiled", lambda: tried(strategy, count, decide))
    _, alone = timed(
        "the interpreter alone decides those cases",
        lambda: [book.decide(case, engine="interpreter") for case in drawn],
    )
    said = book.properties[:: max(1, len(book.properties) // PROPERTIES)][:PROPERTIES]
    share = max(1, count // 10)
    timed(
        f"{len(said)} properties of the packs, each on {share} cases",
        lambda: [check_property(book, one.name, share) for one in said],
    )
    target = TARGET * count / OF
    verdict = "met" if wall <= target else "missed"
    print(f"  drawing and deciding takes {own / alone:.2f} times what the interpreter alone takes")
    print(f"  target for drawing and deciding: {target:g} s of wall clock: {verdict}")
    return wall <= target


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=OF, help="how many cases")
    sys.exit(0 if run(max(1, parser.parse_args().cases)) else 1)

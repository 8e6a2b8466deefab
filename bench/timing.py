"""How long something takes beside a yardstick: the two take turns, a batch each, so that what else
the machine does at the time falls on both; told are medians, and the median of the ratios."""

import json
import math
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

BATCH: Final = 0.004  # seconds: long beside the reading of a clock, short beside what disturbs
FEWEST: Final = 5  # turns, however slow

Turn = Callable[[], float]  # does something, and says how many seconds each time took


def pin() -> None:
    """Stay on one processor, where the system can be told so."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def memory() -> float:
    """The most memory that this process has had, in megabytes."""
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale, 1)


def alone(act: Callable[[], Any]) -> Turn:
    """A turn that does one thing."""

    def turn() -> float:
        start = time.perf_counter()
        act()
        return time.perf_counter() - start

    return turn


def in_batches(act: Callable[[Any], Any], items: Sequence[Any]) -> Turn:
    """Turns that act on one item after another, so many that a turn takes as long as a batch."""
    sample, taken = 0.0, 0
    while taken < 3 or (sample < BATCH and taken < 200):
        start = time.perf_counter()
        act(items[taken % len(items)])
        sample += time.perf_counter() - start
        taken += 1
    size = min(max(1, math.ceil(BATCH / (sample / taken))), 2000)
    place = 0

    def turn() -> float:
        nonlocal place
        chosen = [items[(place + n) % len(items)] for n in range(size)]
        place += size
        start = time.perf_counter()
        for item in chosen:
            act(item)
        return (time.perf_counter() - start) / size

    return turn


def beside(
    turns: dict[str, Turn], yardstick: str, seconds: float, fewest: int = FEWEST
) -> dict[str, dict[str, float]]:
    """Every turn again and again, in turns, for so many seconds in all: the median time of each in
    microseconds, where a tenth is quicker and slower, and the ratio to the yardstick."""
    spent: dict[str, list[float]] = {name: [] for name in turns}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(spent[yardstick]) < fewest:
        for name, turn in turns.items():
            spent[name].append(turn())
        if time.perf_counter() > end + 10 * seconds + 60:
            break
    told = {}
    for name, times in spent.items():
        ratios = [mine / other for mine, other in zip(times, spent[yardstick], strict=True)]
        ordered = sorted(times)
        told[name] = {
            "us": rounded(statistics.median(times) * 1e6),
            "us_p10": rounded(ordered[len(ordered) // 10] * 1e6),
            "us_p90": rounded(ordered[len(ordered) * 9 // 10] * 1e6),
            "ratio": rounded(statistics.median(ratios)),
            "turns": len(times),
        }
    return told


def rounded(number: float) -> float:
    """Four places that count."""
    return float(f"{number:.4g}")


def main(arguments: Sequence[str]) -> int:
    """One measurement, in a process of its own: `timing.py MODULE '{"argument": …}'` prints what
    the `measure` of that module finds, as one line of JSON."""
    module, said = arguments
    try:
        found = import_module(module).measure(**json.loads(said))
    except Exception as error:
        found = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
    print("\n" + json.dumps({**found, "memory_mb": memory()}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How long it takes to tell what is certain, possible and worth asking, for each example.

    python bench/questions.py [FILE...]

Prints milliseconds of the processor, the code of the rules being written already, and how many
decisions of the interpreter that is. See bench/README.md.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import matchrules as mr
from matchrules.engine.interpreter import interpret
from matchrules.explain.grounds import Grounds
from matchrules.explain.prospects import Prospects

TARGET = 200  # milliseconds
TURNS = 3
EXAMPLES = Path(__file__).parent.parent / "examples"


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="*", type=Path, metavar="FILE")
    files = options.parse_args(arguments).files or sorted(
        path for end in ("toml", "yaml", "json") for path in EXAMPLES.glob(f"*.{end}")
    )
    book = mr.load()
    slow = 0
    for file in files:
        reach = book.decide(file).reach
        assert reach is not None
        times, bound = [], []
        for _ in range(TURNS + 1):  # the first one writes the code
            start = time.process_time()
            found = Prospects(Grounds(reach.base, reach.case, reach.sources))
            questions, advice = found.questions, (*found.certain, *found.possible)
            times.append((time.process_time() - start) * 1000)
            start = time.process_time()
            interpret(reach.base, reach.case)
            bound.append((time.process_time() - start) * 1000)
        best = min(times[1:])
        slow += best > TARGET
        open_ = sum(not one.proved for one in (*questions, *advice))
        print(
            f"{file.name:<38} {best:7.0f} ms {best / min(bound):7.1f} x the interpreter   "
            f"{len(questions):3} questions, {len(found.certain):3} certain, "
            f"{len(found.possible):3} possible, {open_} not settled"
        )
    print(f"target {TARGET} ms: {len(files) - slow} of {len(files)} meet it")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())

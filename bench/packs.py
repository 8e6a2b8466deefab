"""The residency packs themselves: the cases of `examples/`, by each engine, from a plain mapping
to a decision with all its advice read. The interpreter is the yardstick."""

import json
from pathlib import Path
from typing import Any, Final

import timing
import yaml

import matchrules as mr

EXAMPLES: Final = Path(__file__).parents[1] / "examples"
ENGINES: Final = ("compiled", "rete", "interpreter")


def measure(seconds: float) -> dict[str, Any]:
    """Every engine has to give the same on each case."""
    timing.pin()
    book = mr.load()
    cases = []
    for path in sorted(EXAMPLES.glob("*.yaml")):
        # as plain values: YAML itself is not what is timed
        case = json.loads(json.dumps(yaml.safe_load(path.read_text("utf-8")), default=str))
        book.decide(case, engine="interpreter")
        cases.append(case)
    advised = different = 0
    for case in cases:
        told = {book.decide(case, engine=engine).to_json() for engine in ENGINES}
        different += len(told) - 1
        advised += len(book.decide(case, engine="compiled"))

    def turn(engine: Any, read: bool) -> timing.Turn:
        def act(case: Any) -> Any:
            decision = book.decide(case, engine=engine)
            return [(a.kind, a.subject, a.strength) for a in decision] if read else decision

        return timing.in_batches(act, cases)

    turns = {engine: turn(engine, True) for engine in ENGINES}
    turns["made"] = turn("compiled", False)
    found = {"compared": len(cases), "different": different, "advised": advised / len(cases)}
    return found | timing.beside(turns, "interpreter", seconds)

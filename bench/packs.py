"""The residency packs themselves: the cases of their examples, by each engine, from the facts to a
decision with all its advice read. The interpreter is the yardstick."""

from typing import Any

import timing

import matchrules as mr

ENGINES = ("compiled", "rete", "interpreter")


def measure(most: int, seconds: float) -> dict[str, Any]:
    """Up to `most` cases, from those with few facts to those with many; every engine has to give
    the same on each."""
    timing.pin()
    book = mr.load()
    cases = []
    for example in book.examples:
        if example.as_of is not None:
            case = (example.facts, example.as_of)
            try:
                book.decide(*case, engine="interpreter")
            except mr.CaseErrors:
                continue
            cases.append(case)
    cases.sort(key=lambda case: len(str(case[0])))
    cases = cases[:: max(1, len(cases) // most)][:most]
    advised = different = 0
    for case in cases:
        told = {book.decide(*case, engine=engine).to_json() for engine in ENGINES}
        different += len(told) - 1
        advised += len(book.decide(*case, engine="compiled"))

    def turn(engine: Any, read: bool) -> timing.Turn:
        def act(case: Any) -> Any:
            decision = book.decide(*case, engine=engine)
            return [(a.kind, a.subject, a.strength) for a in decision] if read else decision

        return timing.in_batches(act, cases)

    turns = {engine: turn(engine, True) for engine in ENGINES}
    turns["made"] = turn("compiled", False)
    found = {"compared": len(cases), "different": different, "advised": advised / len(cases)}
    return found | timing.beside(turns, "interpreter", seconds)

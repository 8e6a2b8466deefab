"""How long one decision takes, by each engine, on the packs.

    python bench/decide.py [--cases N] [--rules DIR]

Prints milliseconds of the processor beside one another, measured in turns in the same run, and how
many times faster than the interpreter each engine is. See bench/README.md for what each one says.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import matchrules as mr
from matchrules.case.model import Case
from matchrules.case.validation import assemble
from matchrules.decision import Outcome, decide
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.compiled import Compiled
from matchrules.engine.interpreter import interpret
from matchrules.engine.rete import decide_rete
from matchrules.ir import RuleBase

TARGET = 0.7  # milliseconds for a compiled decision
TURNS = 7


def cases_of(book: mr.Book, most: int) -> list[tuple[RuleBase, Case]]:
    """The cases of so many examples that can be decided, from those with few facts to those with
    many."""
    found = []
    for example in book.examples:
        if example.as_of is not None:
            base = book.base_on(example.as_of)
            try:
                case = assemble(base, example.as_of, example.facts)
                interpret(base, case)
            except CaseErrors:
                continue
            found.append((base, case))

    def facts(one: tuple[RuleBase, Case]) -> int:
        return sum(
            v is not None for rows in one[1].facts.values() for r in rows for v in r.values()
        )

    found.sort(key=facts)
    return found[:: max(1, len(found) // most)][:most]


def best(turn: Callable[[], object], turns: int = TURNS) -> float:
    """Milliseconds of the processor: the best of several, which noise disturbs least."""
    times = []
    for _ in range(turns):
        start = time.process_time()
        turn()
        times.append(time.process_time() - start)
    return min(times) * 1000


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=25, metavar="N")
    options.add_argument("--rules", action="append", default=[], metavar="DIR")
    chosen = options.parse_args(arguments)
    book = mr.load(*chosen.rules)
    cases = cases_of(book, chosen.cases)
    if not cases:
        print("the rules have no example that can be decided", file=sys.stderr)
        return 2
    made: dict[int, Compiled] = {}
    start = time.process_time()
    for base, case in cases:
        made.setdefault(id(base), Compiled(base)).run(case).outcome()
    writing = (time.process_time() - start) * 1000
    spent: dict[str, list[float]] = {}
    advice = 0
    for base, case in cases:
        code = made[id(base)]
        outcome: Outcome = code.run(case).outcome()
        advice += len(outcome.firings)
        turns: dict[str, Callable[[], object]] = {
            "interpreter": lambda b=base, c=case: interpret(b, c),
            "rete": lambda b=base, c=case: decide_rete(b, c),
            "compiled": lambda k=code, c=case: k.run(c).outcome(),
            "  only which rules fire": lambda k=code, c=case: k.run(c).standing,
            "  only whether it is valid": lambda k=code, c=case: k.run(c).valid,
            "made into a `Decision`": lambda b=base, c=case, o=outcome: decide(b, o, c).advice,
        }
        for name, turn in turns.items():
            spent.setdefault(name, []).append(best(turn))
    print(f"{len(cases)} cases, {advice / len(cases):.0f} pieces of advice each")
    bound = statistics.mean(spent["interpreter"])
    for name, times in spent.items():
        mean = statistics.mean(times)
        print(f"{name:<28} {mean:8.3f} ms  {bound / mean:6.1f} x the interpreter's speed")
    print(f"{'code written, on the way':<28} {writing:8.0f} ms, once for a book")
    compiled = statistics.mean(spent["compiled"])
    print(
        f"target {TARGET} ms for a compiled decision: {'met' if compiled <= TARGET else 'missed'}"
    )
    return 0 if compiled <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())

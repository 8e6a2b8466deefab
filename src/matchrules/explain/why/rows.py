"""Why a table gives what it gives: the row that applies, and what of the others has to be so."""

from typing import TYPE_CHECKING, Any

from matchrules import ir
from matchrules.engine.interpreter import Bound, kleene_and
from matchrules.explain.why.node import IS, UNTRUE, Goal, gathered, join
from matchrules.ir import Expression

if TYPE_CHECKING:
    from matchrules.explain.why.proving import Prover


def table(prover: "Prover", table: ir.Table, bound: Bound, goal: Goal, value: Any) -> Any:
    """The proof, or the work that makes it."""
    read = prover.reading.value
    hits = [kleene_and([read(test, bound) for test in row.tests]) for row in table.rows]
    if prover.whole:
        wanted: list[tuple[int, str, Goal]] = [(n, "hit", IS) for n in range(len(hits))]
    else:
        wanted = _wanted(prover, table, bound, goal, value, hits)
    return gathered(
        (_row(prover, table, n, how, wish, bound, hits[n]) for n, how, wish in wanted),
        lambda nodes: join("table", table, bound, value, goal, nodes),
    )


def _wanted(
    prover: "Prover", table: ir.Table, bound: Bound, goal: Goal, value: Any, hits: list[Any]
) -> list[tuple[int, str, Goal]]:
    """The rows that matter, and what has to be so of each."""
    hit_at = next((n for n, hit in enumerate(hits) if hit is True), None)
    if table.hit == "unique" and hit_at is not None:
        return [(hit_at, "hit", goal)]
    outputs = [prover.reading.value(row.output, bound) for row in table.rows]
    wanted: list[tuple[int, str, Goal]] = []
    if table.hit == "collect":
        for n, hit in enumerate(hits):
            if hit is True:
                wanted.append((n, "hit", IS))
            elif value is not None and outputs[n] is not None and outputs[n] in value:
                wanted.append((n, "output", IS))
            elif value is not None:
                wanted.append((n, "miss", UNTRUE))
        if value is None:
            first = next(n for n, hit in enumerate(hits) if hit is True and outputs[n] is None)
            wanted = [(first, "hit", IS)]
        return wanted
    last = len(hits) if hit_at is None else hit_at
    for n in range(last):
        same = value is not None and outputs[n] == value and hit_at is not None
        wanted.append((n, "same" if same else "status", IS))
    if hit_at is not None:
        wanted.append((hit_at, "hit", goal if not any(h is None for h in hits[:last]) else IS))
    return wanted


def _row(
    prover: "Prover", table: ir.Table, n: int, how: str, wish: Goal, bound: Bound, truth: Any
) -> Any:
    row = table.rows[n]
    read = prover.reading.value

    def all_of(parts: list[tuple[Expression, Goal]]) -> Any:
        return prover.all_of((n, row), bound, IS, parts, "row", truth)

    if prover.whole or (truth is None and how == "status"):  # undecided: status and output
        return all_of([*((test, IS) for test in row.tests), (row.output, IS)])
    if how == "hit":
        return all_of([*((test, IS) for test in row.tests), (row.output, wish)])
    if how == "output" or (how == "same" and truth is None):
        return all_of([(row.output, IS)])
    open_: list[tuple[Expression, Goal]] = [
        (test, UNTRUE if how == "miss" else IS) for test in row.tests
        if read(test, bound) is False or (how == "miss" and read(test, bound) is None)
    ]  # fmt: skip
    if not open_:
        return all_of([(row.output, IS)])
    missed = gathered(
        [prover.best_of(bound, open_)],
        lambda cell: join("row", (n, row), bound, truth, IS, cell),
    )
    if how != "same":
        return missed
    return prover.cheapest(part for part in (missed, all_of([(row.output, IS)])))

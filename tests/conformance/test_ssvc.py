"""Tables that were written for something else are complete, and one row less is one gap."""

import os

import pytest
import ssvc
from attrs import evolve

import matchrules as mr

TABLES = ssvc.table_files()
LONG = os.environ.get("MATCHRULES_PROFILE") == "long"


def some(rows):
    """The rows that are taken out, one after the other: all of them in the long profile."""
    return rows if LONG else rows[:: max(1, len(rows) // 6)]
needs_tables = pytest.mark.skipif(not TABLES, reason="the SSVC tables are not on this machine")


@needs_tables
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_complete_table_is_clean(path):
    table = ssvc.load(path)
    assert mr.check_text({"t": ssvc.rules(table, table["mapping"])}) == ()


@needs_tables
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_row_taken_out_is_exactly_that_gap(path):
    table = ssvc.load(path)
    rows = table["mapping"]
    for taken in some(rows):
        rest = [row for row in rows if row is not taken]
        (fault,) = mr.check_text({"t": ssvc.rules(table, rest)})
        assert fault.code == "MR203"
        assert fault.labels[0].message == ssvc.described(table, taken)


@needs_tables
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_row_written_twice_is_exactly_that_overlap(path):
    table = ssvc.load(path)
    rows = table["mapping"]
    for at in range(0, len(rows), max(1, len(rows) // 4)):
        (fault,) = mr.check_text({"t": ssvc.rules(table, [*rows, rows[at]])})
        assert fault.code == "MR204"
        assert f"rows {at + 1} and {len(rows) + 1} of" in fault.message


@needs_tables
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_prover_says_the_same(path):
    pytest.importorskip("z3", reason="the prover is an extra")
    from matchrules.prove.prover import Prover
    from matchrules.prove.questions import questions
    from matchrules.prove.verdicts import Question

    table = ssvc.load(path)
    (base,) = mr.load_text({"t": ssvc.rules(table, table["mapping"])}).bases
    whole = Prover(base)
    assert {whole.answer(question).answer for question in questions(base)} == {"proved"}
    define = base.defines["outcome.said"]
    for taken, row in some(list(zip(table["mapping"], define.body.rows, strict=True))):
        rest = tuple(other for other in define.body.rows if other is not row)
        less = evolve(define, body=evolve(define.body, rows=rest))
        prover = Prover(evolve(base, defines={**base.defines, define.name: less}))
        verdict = prover.answer(Question("gap", define.name))
        assert verdict.answer == "refuted"
        ((_, case),) = verdict.cases
        assert case.facts["vulnerability"] == (ssvc.asserted(table, taken),)
        # and nothing else is missing: with that row there is no gap, as was proved above

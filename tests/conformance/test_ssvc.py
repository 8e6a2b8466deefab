"""Tables that were written for something else are complete, and one row less is one gap."""

import pytest
import ssvc

import matchrules as mr

TABLES = ssvc.table_files()
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
    for taken in rows[:: max(1, len(rows) // 8)]:
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

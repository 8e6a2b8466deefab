"""The examples of the packs, and of the air passengers' rules, show every rule, every row of a
table and every condition deciding by itself; what no case can show says why beside it.
"""

from pathlib import Path

import pytest

import matchrules as mr
from matchrules.testing.coverage import measure

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", ["rules", "examples/air_passengers"])
def test_every_rule_row_and_condition_is_shown(folder: str) -> None:
    coverage = measure(mr.load(ROOT / folder, cache=True))
    missing = [coverage.place(item.span) for item in coverage.items if item.missing]
    assert missing == []
    # Exceptions are few: each is implied by another condition, and says by which.
    assert sum(1 for item in coverage.items if item.reason is not None) <= 6

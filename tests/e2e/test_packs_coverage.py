"""The packs' examples cover all of the packs, but for what the packs themselves say why not."""

from pathlib import Path

import pytest

import matchrules as mr
from matchrules.testing.coverage import Coverage, measure
from matchrules.testing.coverage.listing import what

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return measure(mr.load(ROOT / "rules"))


def test_nothing_is_missing(coverage: Coverage) -> None:
    missing = [
        f"{coverage.place(item.span)}  {what(item)}" for item in coverage.items if item.missing
    ]
    assert missing == []
    assert coverage.percent == 100


def test_exceptions_give_reasons_and_are_needed(coverage: Coverage) -> None:
    assert [fault.message for fault in coverage.faults] == []

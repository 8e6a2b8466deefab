"""Units are plural where they are declared, and singular after 1."""

import pytest

from matchrules.analysis.units import is_time, singular


@pytest.mark.parametrize(
    ("unit", "one"),
    [
        ("attempts", "attempt"), ("days", "day"), ("programs", "program"), ("stories", "story"),
        ("boxes", "box"), ("classes", "class"), ("branches", "branch"), ("percent", "percent"),
        ("people", "people"), ("months", "month"), ("glass", "glass"), ("USD", "USD"),
    ],
)  # fmt: skip
def test_singular(unit: str, one: str) -> None:
    assert singular(unit) == one


def test_time_units() -> None:
    assert is_time("days") and is_time("years")
    assert not is_time("attempts") and not is_time(None)

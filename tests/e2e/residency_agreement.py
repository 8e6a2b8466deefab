"""How many applicants to draw, and how to show where two readings of the specification differ."""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import settings
from residency_applicants import applicant, least

import matchrules as mr

Differences = Callable[[dict[str, Any], date], list[str]]


def drawn(few: int, many: int) -> Iterator[tuple[int, date, dict[str, Any]]]:
    """Applicants with the seeds they are made from: a few, and the same ones each time, in the
    default profile; many, and others each time, in the long one."""
    long = settings().max_examples > 1_000
    start = random.SystemRandom().randrange(2**32) if long else 0
    for seed in range(start, start + (many if long else few)):
        yield seed, *applicant(random.Random(seed))


def valid(book: mr.Book, facts: dict[str, Any], as_of: date) -> bool:
    """Whether the case is one at all; a few drawn ones contradict themselves."""
    try:
        book.decide(facts, as_of, engine="interpreter")
    except mr.CaseErrors as error:
        assert {fault.code for fault in error.diagnostics} <= {"MR601", "MR605"}, str(error)
        return False
    return True


def hold(
    differences: Differences, book: mr.Book, cases: Iterator[tuple[int, date, dict[str, Any]]]
) -> int:
    """Try all cases; of the first in which something differs, show the smallest part that still
    does. Gives the number of valid cases."""
    tried = 0
    for seed, as_of, facts in cases:
        try:
            found = differences(facts, as_of)
        except mr.CaseErrors:
            assert not valid(book, facts, as_of)
            continue
        if found:
            raise AssertionError(shown(differences, book, seed, as_of, facts))
        tried += 1
    return tried


def shown(
    differences: Differences, book: mr.Book, seed: int, as_of: date, facts: dict[str, Any]
) -> str:
    def still(smaller: dict[str, Any]) -> bool:
        try:
            return bool(differences(smaller, as_of))
        except mr.CaseErrors:
            return False

    smallest = least(facts, still)
    lines = [f"as of {as_of}, of seed {seed}:", *differences(smallest, as_of), "in the case"]
    return "\n  ".join([*lines, *(f"{name}: {value}" for name, value in smallest.items())])


def revived(value: Any, name: str = "") -> Any:
    """Plain values with dates, decimals and sets as Python has them."""
    if isinstance(value, Mapping):
        return {key: revived(item, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [revived(item, name) for item in value]
    if isinstance(value, str) and (name.endswith("date") or name == "expected_graduation"):
        return date.fromisoformat(value)
    if name.endswith("_months") and value is not None:
        return Decimal(value)
    return value

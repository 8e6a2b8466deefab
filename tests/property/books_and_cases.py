"""What the property tests of whole books share: profiles, the packs, and a decision as data."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, settings

import matchrules as mr
from matchrules.diagnostics.model import CaseErrors, RuleErrors
from matchrules.rulebook import Book

RULES = Path(__file__).parents[2] / "rules"
LONG = os.environ.get("MATCHRULES_PROFILE") == "long"

# What a checker may still find in a book that was drawn: a promise that no value can keep.
EXPECTED = {"MR310"}


def examples(count: int, long: int | None = None) -> settings:
    """So many examples; in the long profile `long`, or many more."""
    return settings(
        max_examples=(long or count * 25) if LONG else count, deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip


@cache
def packs() -> Book:
    """The packs of this checkout."""
    return mr.load(RULES, cache=True)


def loaded(files: dict[str, str]) -> Book:
    """The book, where a checker has nothing against it."""
    try:
        return mr.load_text(files)
    except RuleErrors as error:
        assert {d.code for d in error.diagnostics if d.severity == "error"} <= EXPECTED, str(error)
        assume(False)
        raise


def decided(book: Book, case: Any, engine: str = "interpreter") -> Any:
    """The decision as bytes, or every fault in it."""
    try:
        return book.decide(case, engine=engine).to_json()  # type: ignore[arg-type]
    except CaseErrors as error:
        return [(d.code, d.message, d.path, d.help, d.notes) for d in error.diagnostics]

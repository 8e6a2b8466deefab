"""Drawn cases, some of them spoilt, as rows of whole cases."""

import random
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings

import matchrules as mr
from matchrules.cohort import case_schema
from matchrules.testing import cases
from matchrules.types import DayOfYear, Number

Case = dict[str, Any]
ANY = list(HealthCheck)


def drawn(book: mr.Book, count: int, as_of: date | None = None) -> list[Case]:
    """Valid cases of a book, the same ones each time."""
    found: list[Case] = []

    @settings(
        max_examples=count, database=None, derandomize=True, deadline=None,
        phases=[Phase.generate], suppress_health_check=ANY,
    )  # fmt: skip
    @given(cases(book, as_of=as_of))
    def collect(case: Case) -> None:
        found.append(case)

    while len(found) < count:
        collect()
    return found[:count]


def spoilt(book: mr.Book, found: Sequence[Case], seed: int = 1, every: int = 9) -> list[Case]:
    """The same cases, one in so many with a number out of its range or a member that is none."""
    draw = random.Random(seed)
    facts = book.bases[-1].facts
    result = []
    for case in found:
        case = {name: dict(given) if isinstance(given, dict) else given
                for name, given in case.items()}  # fmt: skip
        singles = [name for name, given in case.items() if isinstance(given, dict)]
        if singles and not draw.randrange(every):
            fact = draw.choice(sorted(singles))
            attributes = facts[fact].attributes
            numbers = [n for n, a in attributes.items() if isinstance(a.type, Number)]
            members = [n for n, a in attributes.items() if hasattr(a.type, "members")]
            if members and draw.randrange(2):
                case[fact][draw.choice(members)] = "no_member"
            elif numbers:
                case[fact][draw.choice(numbers)] = 10**9
        result.append(case)
    return result


def plain(value: Any) -> Any:
    """A value as an Arrow column takes it."""
    if isinstance(value, DayOfYear):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {name: plain(inside) for name, inside in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def table_of(book: mr.Book, found: Sequence[Case]) -> pa.Table:
    """Whole cases as rows, numbered from 0."""
    schema = case_schema(book, key_type=pa.int64())
    rows = [{"id": n, **plain(case)} for n, case in enumerate(found)]
    return pa.Table.from_pylist(rows, schema=schema)

"""Single steps in columns against the primitives of `matchrules.types`, at every edge."""

import sys
from datetime import date
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "property"))

import polars as pl
import pytest
from random_bases import random_base
from random_expressions import COLOUR

from matchrules.engine.columnar import dates, numbers
from matchrules.engine.columnar.columns import Columns
from matchrules.engine.columnar.forms import (
    DAY,
    EPOCH,
    YEARDAY,
    ObstacleError,
    form_of,
    scaled,
    whole,
)
from matchrules.engine.columnar.nodes import CASES, Graph, Node
from matchrules.engine.columnar.printing import printed
from matchrules.engine.columnar.work import Work
from matchrules.types import Enum, Number, SetOf, add_time, days_between, on_day, round_to


def column(graph: Graph, name: str, form: Any) -> Node:
    return graph.given(CASES, "f", name, form, False)


def worked_out(node: Node, **columns: pl.Series) -> list[Any]:
    """The values of a node, of columns of a single fact `f`."""
    height = len(next(iter(columns.values())))
    given = Columns(
        pl.repeat(date(2026, 1, 1), height, dtype=pl.Date, eager=True),
        {"f": pl.DataFrame(columns)},
    )
    work = Work(given, {})
    work.fill([node])
    return work.series(node, CASES).to_list()


@pytest.mark.parametrize("mode", ["down", "up", "nearest"])
@pytest.mark.parametrize("den", [1, 2, 3, 4, 7, 40, 300])
@pytest.mark.parametrize("places", [0, 1, 2])
def test_rounding(mode: Any, den: int, places: int) -> None:
    values = [*range(-61, 62), None]
    graph = Graph()
    rounded = numbers.round_to(graph, column(graph, "x", scaled(den, -61, 61)), places, mode)
    found = worked_out(rounded, x=pl.Series(values, dtype=pl.Int8))
    held = numbers.shape(rounded).den
    assert [None if v is None else Fraction(v, held) for v in found] == [
        None if v is None else round_to(Fraction(v, den), places, mode) for v in values
    ]


def test_numbers_grow_past_64_bits_and_stay_exact() -> None:
    most = 10**12
    graph = Graph()
    one = column(graph, "x", scaled(7, -most, most))
    square = numbers.multiply(graph, one, one)
    assert numbers.shape(square).dtype == pl.Int128
    found = worked_out(square, x=pl.Series([most, -most, most - 1, None], dtype=pl.Int64))
    assert found == [most**2, most**2, (most - 1) ** 2, None]


def test_numbers_without_a_column_are_an_obstacle() -> None:
    assert whole(-(2**7), 2**7 - 1) == pl.Int8
    assert whole(0, 2**7) == pl.Int16
    with pytest.raises(ObstacleError, match="more digits"):
        whole(0, 2**127)
    members = tuple(f"m{n}" for n in range(65))
    with pytest.raises(ObstacleError, match="65 members"):
        form_of(SetOf(Enum("wide", members)))


DAYS = [
    date(1, 1, 1), date(1, 1, 31), date(1, 12, 31), date(1900, 2, 28), date(1969, 12, 31),
    date(1970, 1, 1), date(2000, 2, 29), date(2023, 3, 31), date(2024, 2, 29), date(2024, 12, 31),
    date(9999, 1, 31), date(9999, 12, 31),
]  # fmt: skip
AMOUNTS = [-120000, -25, -13, -12, -1, 0, 1, 2, 11, 12, 13, 49, 400, 95880, 3652059, 10**15]


@pytest.mark.parametrize("unit", ["days", "weeks", "months", "years"])
@pytest.mark.parametrize("sign", [1, -1])
def test_times_are_added(unit: str, sign: int) -> None:
    pairs = list(product(DAYS, AMOUNTS))
    graph = Graph()
    day, amount = column(graph, "d", DAY), column(graph, "n", scaled(1, -120000, 10**15))
    node = dates.add_time(graph, day, amount, unit, sign)
    found = worked_out(
        node,
        d=pl.Series([d.toordinal() - EPOCH for d, _ in pairs], dtype=pl.Int32),
        n=pl.Series([n for _, n in pairs], dtype=pl.Int64),
    )
    expected = [add_time(d, sign * n, unit) for d, n in pairs]
    assert found == [None if d is None else d.toordinal() - EPOCH for d in expected]


def test_days_of_years() -> None:
    pairs = list(product([(2, 29), (2, 28), (1, 31), (12, 31), (9, 1)],
                         [-1, 0, 1, 4, 1900, 2000, 2023, 2024, 9999, 10000]))  # fmt: skip
    graph = Graph()
    node = dates.day_of(
        graph, column(graph, "d", YEARDAY), column(graph, "y", scaled(1, -1, 10**4))
    )
    found = worked_out(
        node,
        d=pl.Series([month * 100 + day for (month, day), _ in pairs], dtype=pl.Int16),
        y=pl.Series([year for _, year in pairs], dtype=pl.Int16),
    )
    expected = [on_day(year, *day) for day, year in pairs]
    assert found == [None if d is None else d.toordinal() - EPOCH for d in expected]


def test_days_between() -> None:
    pairs = list(product(DAYS, DAYS))
    graph = Graph()
    node = dates.between(graph, column(graph, "a", DAY), column(graph, "b", DAY))
    found = worked_out(
        node,
        a=pl.Series([a.toordinal() - EPOCH for a, _ in pairs], dtype=pl.Int32),
        b=pl.Series([b.toordinal() - EPOCH for _, b in pairs], dtype=pl.Int32),
    )
    assert found == [days_between(a, b) for a, b in pairs]


def test_values_print_as_in_texts() -> None:
    graph, base = Graph(), random_base(1)
    sets = printed(graph, column(graph, "s", form_of(SetOf(COLOUR))), SetOf(COLOUR), base)
    assert worked_out(sets, s=pl.Series([0, 1, 5, 7, None], dtype=pl.UInt64)) == [
        "none", "RED", "RED and BLUE", "RED, GREEN and BLUE", None,
    ]  # fmt: skip
    thirds = printed(graph, column(graph, "y", scaled(3, -9, 9)), Number(2, -3, 3), base)
    assert worked_out(thirds, y=pl.Series([-5, -1, 0, 1, 5, 6, None], dtype=pl.Int8)) == [
        "-1.66", "-0.33", "0.00", "0.33", "1.66", "2.00", None,
    ]  # fmt: skip
    share = Number(2, Fraction(-2), Fraction(5))
    found = printed(graph, column(graph, "x", form_of(share)), share, base)
    assert worked_out(found, x=pl.Series([-5, 0, 120, 500, None], dtype=pl.Int16)) == [
        "-0.05", "0.00", "1.20", "5.00", None,
    ]  # fmt: skip

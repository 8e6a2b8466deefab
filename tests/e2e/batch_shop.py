"""A shop whose customers the tests of `matchrules batch` give advice, and what they ask of it."""

import json
from pathlib import Path
from typing import Any

import polars as pl
from click.testing import CliRunner, Result

from matchrules.cli.app import app
from matchrules.rulebook import Book

RULES = """
ruleset shop
  version 1
  effective from 2026-01-01

source book "The shop book"

enum band "How old"
  young middle aged

fact customer "Who comes"
  name  : text optional never read
  age   : integer 0..120 years optional
  band  : band optional
  likes : set of band optional
  club  : yes_no optional
  paid  : decimal 0.00..999.99 optional
  since : date optional
fact order many up to 5 "What was bought"
  sum : integer 0..1000

advice serve "How to serve"
  kindly
  gladly
  rebate (spent: integer 0..5000)

define customer.spent : integer 0..5000
  is sum(order.sum)

rule old
  cite book
  when customer.age >= 60 years
  then must serve.kindly "Be kind."
rule any
  cite book
  when customer.spent >= 0
  then should serve.gladly "Be glad."
rule rich
  cite book
  when customer.spent > 500 or customer.paid > 100.00
  then may serve.rebate(spent = customer.spent) "Offer a rebate for {spent}."
"""
CASES: list[dict[str, Any]] = [
    {"id": "a", "as_of": "2026-03-01",
     "customer": {"name": 'Ann, "A"', "age": 71, "band": "aged", "paid": 3.5,
                  "since": "2020-02-29"},
     "order": [{"sum": 300}, {"sum": 300}]},
    {"id": "b", "as_of": "2026-03-01", "customer": {"age": 40, "paid": 120.25, "club": True}},
    {"id": "c", "as_of": "2026-03-01", "customer": {"likes": ["young", "aged"]}},
    {"id": "d", "as_of": "2026-03-01"},
    {"id": "e", "as_of": "2026-03-01", "customer": {"age": 60, "club": False}, "order": []},
]  # fmt: skip


def run(*words: str | Path, code: int = 0) -> Result:
    found = CliRunner().invoke(app, ["batch", "--rules", "rules", *map(str, words)])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    assert found.exit_code == code, found.output
    return found


def ndjson(path: str, cases: list[dict[str, Any]]) -> Path:
    Path(path).write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    return Path(path)


def told(advice: pl.DataFrame) -> set[tuple[Any, ...]]:
    columns = (str(column) for column in advice.columns[:1])
    return set(advice.select(*columns, "kind", "subject", "strength").cast(pl.String).iter_rows())


def expected(book: Book, cases: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """The advice on each case by itself."""
    found = set()
    for case in cases:
        facts = {name: given for name, given in case.items() if name != "id"}
        for advice in book.decide(facts, engine="interpreter"):
            found.add((case["id"], advice.kind, advice.subject, advice.strength))
    return found


def many(number: int) -> list[dict[str, Any]]:
    return [
        {"id": f"k{n}", "as_of": "2026-03-01", "customer": {"age": n % 120, "paid": n % 900},
         "order": [{"sum": n % 1000}] * (n % 3)}
        for n in range(number)
    ]  # fmt: skip

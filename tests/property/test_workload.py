"""The workload of `bench/` gives the oracle's answers, whatever decides it; and the page of figures
says what was measured."""

import importlib
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from books_and_cases import LONG

import matchrules as mr

ROOT = Path(__file__).parents[2]
ENGINES = ["interpreter", "rete", "compiled"]
MANY = 20 if LONG else 1  # times as many of everything


@pytest.fixture(scope="module", autouse=True)
def path() -> Iterator[None]:
    """The programs of `bench/` can be imported."""
    sys.path.append(str(ROOT / "bench"))
    yield
    sys.path.remove(str(ROOT / "bench"))


def bench(name: str) -> Any:
    return importlib.import_module(name)


@pytest.fixture(scope="module", params=[30, 300])
def rules(request: pytest.FixtureRequest) -> Any:
    return bench("workload").rules_of(request.param)


@pytest.fixture(scope="module")
def book(rules: Any) -> mr.Book:
    return mr.load_text({"workload.rules": bench("workload").book_text(rules)})


@pytest.mark.parametrize("engine", ENGINES)
def test_decisions(rules: Any, book: mr.Book, engine: Any) -> None:
    workload = bench("workload")
    for person in workload.applicants(1200 // len(rules) * MANY):
        decision = book.decide(workload.book_facts(person), workload.AS_OF, engine=engine)
        assert len(decision) == len(workload.fires(decision))
        assert workload.fires(decision) == workload.reference(rules, person), person


@pytest.mark.parametrize("engine", ["rete", "compiled"])
def test_changes_in_a_session(rules: Any, book: mr.Book, engine: Any) -> None:
    workload = bench("workload")
    people = workload.applicants(100)
    following = bench("decisions").changes(people)
    session = book.session(workload.AS_OF, engine=engine)
    handle = session.assert_fact("applicant", **people[0])
    for _ in range(1800 // len(rules) * MANY):
        before, name, value = following()
        session.update(handle, **{name: value})
        expected = workload.reference(rules, {**before, name: value})
        assert workload.fires(session.decision) == expected, (before, name, value)


def test_a_cohort(rules: Any, book: mr.Book) -> None:
    workload = bench("workload")
    people = workload.applicants(6000 // len(rules) * MANY)
    cohort = {"applicant": workload.frame(people)}
    wide = book.decide_frame(cohort, as_of=workload.AS_OF, output="wide")
    long = book.decide_frame(cohort, as_of=workload.AS_OF)
    assert wide.errors.is_empty() and long.errors.is_empty()
    assert wide.advice.height == wide.cases == len(people)
    told = dict(long.advice.group_by("id").agg("subject").iter_rows())
    for row in wide.advice.iter_rows(named=True):
        expected = workload.reference(rules, people[row["id"]])
        fired = {name.rsplit(".", 1)[-1] for name, fires in row.items() if fires is True}
        assert fired == expected == set(told.get(row["id"], ())), people[row["id"]]


@pytest.mark.parametrize("name", ["HandWritten", "BitIndex"])
def test_the_yardsticks(rules: Any, name: str) -> None:
    workload = bench("workload")
    yardstick = getattr(bench("peers.plain"), name)(rules)
    for person in workload.applicants(200):
        told = yardstick.decide(person)
        assert len(told) == len(set(told))
        assert set(told) == workload.reference(rules, person), person


def test_no_comparison_holds_with_an_unknown() -> None:
    workload = bench("workload")
    rules = workload.rules_of(30)
    nobody = dict.fromkeys(workload.ATTRIBUTES)
    book = mr.load_text({"workload.rules": workload.book_text(rules)})
    for facts in ({}, workload.book_facts(nobody)):
        for engine in ENGINES:
            assert not len(book.decide(facts, workload.AS_OF, engine=engine))  # type: ignore[arg-type]  # a str
    frame = pl.DataFrame({"id": [7]})
    assert book.decide_frame({"applicant": frame}, as_of=workload.AS_OF).advice.is_empty()


def test_programs_by_every_engine() -> None:
    join, workload = bench("join"), bench("workload")
    book = mr.load_text({"join.rules": join.join_book_text()})
    listed, (first, *others) = join.programs(40 * MANY), join.join_applicants(4)
    sessions = []
    for engine in ("rete", "compiled"):
        session = book.session(workload.AS_OF, engine=engine)  # type: ignore[arg-type]  # a str
        for program in listed:
            session.assert_fact("program", **program)
        sessions.append((session, session.assert_fact("applicant", **first)))
    for person in others:
        expected = join.join_reference(person, listed)
        for engine in ENGINES:
            facts = join.join_facts(person, listed)
            decision = book.decide(facts, workload.AS_OF, engine=engine)  # type: ignore[arg-type]  # a str
            assert len(decision) == len(expected) and join.pairs(decision) == expected
        for session, handle in sessions:
            session.update(handle, **person)
            assert join.pairs(session.decision) == expected


def test_twenty_statements_of_the_packs_say_what_the_function_says() -> None:
    twenty = bench("twenty")
    assert len(twenty.SCOPE) + len(twenty.STEP1) == 20
    book = mr.load_text(twenty.texts())
    seen = set()
    for facts, day in twenty.cases(150 * MANY):
        derived: dict[str, Any] = {}
        told = sorted(twenty.by_hand(facts, day, derived))
        seen.update(told)
        for engine in ENGINES:
            decision = book.decide(facts, day, engine=engine)  # type: ignore[arg-type]  # a str
            assert sorted((a.kind, a.subject, a.strength) for a in decision) == told, (facts, day)
            assert dict(decision.derived) == derived, (facts, day)
    assert len(seen) == 8  # each rule fires somewhere


def test_the_page_says_what_was_measured() -> None:
    page = bench("page")
    text = page.PAGE.read_text(encoding="utf-8")
    results = json.loads((ROOT / "bench" / "results" / "latest.json").read_text(encoding="utf-8"))
    assert date.fromisoformat(results["date"])
    assert {name for _, name, _ in page.SLOT.findall(text)} == set(page.SECTIONS)
    assert page.written(text, results) == text, "write it again: bench/everything.py --page"

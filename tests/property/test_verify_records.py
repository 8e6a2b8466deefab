"""The checker accepts every record that is made, whatever made it, and finds every wrong engine."""

import json
import sys
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))

import pytest
from books_and_cases import examples, loaded, packs
from forging import made, random_record
from hypothesis import assume, given
from hypothesis import strategies as st
from random_bases import random_base
from residency_applicants import applicants
from test_compiled_rules import drawn_case
from wrong_engines import WRONG

from matchrules.dependencies import cycles, dependencies
from matchrules.diagnostics.model import CaseErrors
from matchrules.explain.grounds import Grounds
from matchrules.records.verify import verify
from matchrules.testing import books, cases

ENGINES = ("interpreter", "rete", "compiled")


def holds(record: Any, **more: Any) -> None:
    found = verify(record, **more)
    assert found.ok, str(found)


@examples(14)
@given(st.integers(0, 2**32), st.booleans())
def test_records_of_random_bases(seed: int, private: bool) -> None:
    found = random_record(seed, private)
    assume(found is not None)
    assert found is not None
    record, facts = found
    holds(record)
    if record["salt"] is None:
        return
    holds({**record, "salt": None} | _seal(record, None))
    seen = verify(record, facts=facts)
    assert seen.ok and seen.trusted == (), str(seen)
    elsewhere = {**record, "salt": None} | _seal(record, None)
    seen = verify(elsewhere, facts=facts, salt=record["salt"])
    assert seen.ok and seen.trusted == (), str(seen)
    assert not verify(elsewhere, facts=facts, salt=record["salt"] + "x").ok


def _seal(record: dict[str, Any], salt: str | None) -> dict[str, Any]:
    from forging import resealed

    return {"sha256": resealed({**record, "salt": salt})["sha256"]}


@examples(6)
@given(st.data())
def test_records_of_random_books(data: st.DataObject) -> None:
    book = loaded(data.draw(books()))
    for engine in ENGINES:
        try:
            decision = book.decide(data.draw(cases(book)), engine=engine)  # type: ignore[arg-type]
        except CaseErrors:
            continue
        record = decision.record()
        holds(record.to_json())


@examples(3, long=200)
@given(applicants(), st.sampled_from(ENGINES))
def test_records_of_applicants(applicant: Any, engine: Any) -> None:
    as_of, facts = applicant
    try:
        decision = packs().decide(facts, as_of, engine=engine)
    except CaseErrors:
        return
    holds(decision.record().to_json())


@pytest.mark.parametrize("engine", ENGINES)
def test_records_of_the_examples(engine: Any) -> None:
    """Of the cases in examples/."""
    found = 0
    for path in sorted((Path(__file__).parents[2] / "examples").iterdir()):
        if path.suffix not in (".yaml", ".json", ".toml"):
            continue
        if engine != ENGINES[found % 3]:
            found += 1
            continue
        found += 1
        decision = packs().decide(str(path), engine=engine)
        holds(json.loads(decision.record(salt="pepper").to_json()))
    assert found >= 10


@examples(30)
@given(st.integers(0, 2**32), st.sampled_from(WRONG))
def test_a_wrong_engine_is_found(seed: int, wrong: Any) -> None:
    """Where what it says is not what is right."""
    base = random_base(seed)
    assume(not cycles(dependencies(base)))
    case = drawn_case(base, Random(seed))
    grounds, false = Grounds(base, case, {}), Grounds(base, case, {})
    false.__dict__["interpretation"] = wrong(base, case)
    try:
        record = made(false)
    except CaseErrors:
        return  # it found a fault itself
    try:
        right: Any = made(grounds)
    except CaseErrors:
        right = None
    assert verify(record).ok is (record == right)


def test_every_wrong_engine_is_wrong_somewhere() -> None:
    """And found there."""
    left = dict.fromkeys(WRONG, 400)
    seed = 0
    while left and seed < 400:
        seed += 1
        base = random_base(seed)
        if cycles(dependencies(base)):
            continue
        case = drawn_case(base, Random(seed))
        try:
            right: Any = made(Grounds(base, case, {}))
        except CaseErrors:
            right = None
        for wrong in tuple(left):
            false = Grounds(base, case, {})
            false.__dict__["interpretation"] = wrong(base, case)
            try:
                record = made(false)
            except CaseErrors:
                continue
            if record != right:
                assert not verify(record).ok, wrong
                del left[wrong]
    assert not left

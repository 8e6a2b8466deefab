"""A cohort gives what its cases give one by one: the same advice in the same order, the same
faults in the same words."""

import sys
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).parent))

from books_and_cases import LONG, examples, loaded, packs
from hypothesis import given
from hypothesis import strategies as st
from random_bases import random_base
from random_expressions import DAY, value_of
from residency_applicants import applicant
from sheets import Sheets, came_out, expected, sheets

from matchrules.cohort import decide_frame, decide_pieces
from matchrules.ir import RuleBase
from matchrules.rulebook import Book
from matchrules.testing import books, cases
from matchrules.types import python_value


def agree(book: Book, drawn: Sheets, rng: Random, size: int = 2) -> None:
    wanted = expected(book, drawn.cases)
    whole = decide_frame(book, drawn.frames, "case")
    assert whole.cases == len(drawn.cases)
    assert came_out(whole) == wanted
    pieces = [came_out(piece) for piece in decide_pieces(book, drawn.frames, "case", size=size)]
    assert [row for advice, _ in pieces for row in advice] == wanted[0]
    assert [row for _, errors in pieces for row in errors] == wanted[1]
    if rng.random() < 0.3:
        alone = decide_frame(book, drawn.frames, "case", engine="compiled", derived=True)
        assert came_out(alone) == wanted
        derived = decide_frame(book, drawn.frames, "case", derived=True)
        assert derived.derived is not None and derived.derived.equals(alone.derived)
        assert derived.instances.keys() == alone.instances.keys()
        for fact, frame in derived.instances.items():
            assert frame.equals(alone.instances[fact]), fact
    if rng.random() < 0.3:
        wide = decide_frame(book, drawn.frames, "case", output="wide")
        alone = decide_frame(book, drawn.frames, "case", output="wide", engine="compiled")
        assert wide.advice.equals(alone.advice)


def drawn_mapping(base: RuleBase, rng: Random) -> dict[str, Any]:
    """Any case, most of them valid."""

    def instance(fact: Any, n: int) -> dict[str, Any]:
        return {
            name: n if a.key else python_value(value_of(rng, a.type), a.type)
            for name, a in fact.attributes.items()
            if a.key or (a.required and rng.random() < 0.97) or rng.random() < 0.6
        }

    found: dict[str, Any] = {"as_of": DAY if rng.random() < 0.95 else None}
    for fact in base.facts.values():
        if fact.many:
            twice = 0 if rng.random() < 0.9 else 1
            many = range(rng.randrange(5 if rng.random() < 0.9 else 7))
            found[fact.name] = [instance(fact, max(0, n - twice)) for n in many]
        elif rng.random() < 0.8:
            found[fact.name] = instance(fact, 0)
    return found


@examples(4, 1000)
@given(st.integers(0, 10**9))
def test_of_random_rule_bases(seed: int) -> None:
    rng = Random(seed)
    base = random_base(seed)
    drawn = [drawn_mapping(base, rng) for _ in range(rng.randrange(1, 9))]
    agree(Book((base,), {}), sheets(base, drawn, rng, 0.05), rng)


@examples(1, 100)
@given(st.data())
def test_of_random_books(data: st.DataObject) -> None:
    book = loaded(data.draw(books()))
    drawn = data.draw(st.lists(cases(book), min_size=1, max_size=6))
    rng = Random(data.draw(st.integers(0, 10**9)))
    base = book.bases[-1]
    agree(book, sheets(base, drawn, rng, 0.05), rng)


def test_of_the_packs() -> None:
    for seed in range(40 if LONG else 1):
        rng = Random(seed)
        drawn = [applicant(rng) for _ in range(200 if LONG else 6)]
        mappings = [{**facts, "as_of": day} for day, facts in drawn]
        made = sheets(packs().bases[-1], mappings, rng, 0.01)
        if LONG:
            agree(packs(), made, rng, size=50)
        assert came_out(decide_frame(packs(), made.frames, "case")) == expected(packs(), made.cases)

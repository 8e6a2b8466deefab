"""Laws of the library as a whole: what must not matter does not, and both engines agree."""

import sys
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from books_and_cases import decided, examples, loaded, packs

import matchrules as mr
from matchrules.rulebook import Book
from matchrules.testing import books, cases

# A statement that may stand anywhere in its file; rules belong to the section they stand in.
FREE = (
    "source ", "enum ", "ordered ", "fact ", "advice ", "parameter ", "define ", "table ",
    "reject ", "property ",
)  # fmt: skip


def shuffled_facts(data: st.DataObject, case: dict[str, Any]) -> dict[str, Any]:
    """The case with its facts, their attributes and instances in another order."""

    def mixed(mapping: dict[str, Any]) -> dict[str, Any]:
        return {name: mapping[name] for name in data.draw(st.permutations(sorted(mapping)))}

    return {
        name: data.draw(st.permutations([mixed(i) for i in value])) if isinstance(value, list)
        else mixed(value) if isinstance(value, dict) else value
        for name, value in mixed(case).items()
    }  # fmt: skip


def shuffled_statements(data: st.DataObject, text: str) -> str:
    """The file with its statements in another order, rules too where there are no sections."""
    header, *statements = text.strip("\n").split("\n\n")
    free = FREE if "\nsection " in text else (*FREE, "rule ")
    places = [n for n, statement in enumerate(statements) if statement.startswith(free)]
    moved = data.draw(st.permutations(places))
    new = {place: statements[other] for place, other in zip(places, moved, strict=True)}
    return "\n\n".join([header, *(new.get(n, s) for n, s in enumerate(statements))]) + "\n"


def without_hashes(found: Any) -> Any:
    """A decision but for the hashes of the files, or the faults without the places in them."""
    import json

    if not isinstance(found, str):
        return found
    decision = json.loads(found)
    for ruleset in decision["rulesets"]:
        del ruleset["sha256"]
    return decision


def agree(book: Book, case: dict[str, Any]) -> None:
    """Both engines give the same bytes, or the same faults."""
    assert decided(book, case, "rete") == decided(book, case, "interpreter")


# Engines ------------------------------------------------------------------------------------------


@examples(60)
@given(st.data())
def test_the_engines_agree_on_random_books(data: st.DataObject) -> None:
    book = loaded(data.draw(books()))
    for _ in range(4):
        agree(book, data.draw(cases(book)))


@examples(40)
@given(st.data())
def test_the_engines_agree_on_the_packs(data: st.DataObject) -> None:
    agree(packs(), data.draw(cases(packs())))


# Order --------------------------------------------------------------------------------------------


@examples(25)
@given(st.data())
def test_the_order_of_facts_does_not_matter(data: st.DataObject) -> None:
    book = loaded(data.draw(books()))
    case = data.draw(cases(book))
    assert decided(book, shuffled_facts(data, case)) == decided(book, case)


@examples(25)
@given(st.data())
def test_the_order_of_statements_and_files_does_not_matter(data: st.DataObject) -> None:
    files = data.draw(books())
    book = loaded(files)
    moved = {name: shuffled_statements(data, text) for name, text in files.items()}
    names = data.draw(st.permutations(["a.rules", "b.rules", "c.rules"][: len(files)]))
    other = mr.load_text(dict(zip(names, moved.values(), strict=True)))
    for _ in range(2):
        case = data.draw(cases(book))
        assert without_hashes(decided(other, case)) == without_hashes(decided(book, case))


# Repetition ---------------------------------------------------------------------------------------


@examples(25)
@given(st.data())
def test_a_keyed_fact_said_twice_is_said_once(data: st.DataObject) -> None:
    book = loaded(data.draw(books()))
    case = data.draw(cases(book))
    base = book.base_on(case["as_of"])
    twice = {
        name: value * 2 if isinstance(value, list) and base.facts[name].keys else value
        for name, value in case.items()
    }
    assert decided(book, twice) == decided(book, case)


@examples(15)
@given(st.data())
def test_a_fact_asserted_twice_in_a_session_has_one_handle(data: st.DataObject) -> None:
    book = loaded(data.draw(books()))
    case = data.draw(cases(book))
    base = book.base_on(case["as_of"])
    with book.session(case["as_of"]) as session:
        for name, value in case.items():
            if name == "as_of":
                continue
            fact = base.facts[name]
            for instance in value if isinstance(value, list) else [value]:
                handle = session.assert_fact(name, **instance)
                if fact.keys or not fact.many:
                    assert session.assert_fact(name, **instance) == handle
        try:
            found: Any = session.decision.to_json()
        except mr.CaseErrors as error:
            found = [(d.code, d.message, d.path, d.help, d.notes) for d in error.diagnostics]
    assert found == decided(book, case)


@examples(25)
@given(st.data())
def test_replay_gives_the_same_bytes(data: st.DataObject) -> None:
    """From what a decision carries, and a book loaded anew."""
    files = data.draw(books())
    book = loaded(files)
    case = data.draw(cases(book))
    found = decided(book, case)
    if isinstance(found, str):
        decision = book.decide(case, engine="interpreter")
        again = mr.load_text(files)
        assert decided(again, decision.facts | {"as_of": decision.as_of}) == found
        assert again.decide(dict(decision.facts), as_of=decision.as_of).to_json() == found

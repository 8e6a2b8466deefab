"""Every decision can be kept: its record reads back, replays to the same bytes whichever engine
decided, holds nothing private, and its proof goes from what is asserted to the rules."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from attrs import evolve
from books_and_cases import examples, loaded, packs
from hypothesis import assume, given
from hypothesis import strategies as st
from random_bases import random_base
from random_expressions import DAY, value_of

from matchrules import ir
from matchrules.case.validation import assemble
from matchrules.case.writing import case_facts_plain
from matchrules.decision import Decision
from matchrules.dependencies import dependencies
from matchrules.diagnostics.model import CaseErrors, RecordErrors
from matchrules.ir import RuleBase
from matchrules.ir.json import from_json, to_json
from matchrules.records import Record, replay
from matchrules.records.canonical import canonical, digest
from matchrules.records.document import sealed
from matchrules.records.proof import attributes_told
from matchrules.rulebook import Book
from matchrules.testing import books, cases
from matchrules.types import Text

SEEDS = st.integers(0, 2**32)
SECRET = "zq7-"


def with_private(base: RuleBase, rng: Random, secret: bool = False) -> RuleBase:
    """The base with some attributes marked private; `secret`: all texts."""
    return evolve(base, facts={
        fact.name: evolve(fact, attributes={
            name: evolve(a, private=isinstance(a.type, Text) if secret else rng.random() < 0.3)
            for name, a in fact.attributes.items()
        })
        for fact in base.facts.values()
    })  # fmt: skip


def drawn_facts(base: RuleBase, rng: Random, secret: bool = False) -> dict[str, Any]:
    """Facts of a case; `secret`: each text is one that stands nowhere else."""
    facts = {
        fact.name: [
            {
                name: n if a.key else f"{SECRET}{name}"
                if secret and isinstance(a.type, Text) else value_of(rng, a.type)
                for name, a in fact.attributes.items()
                if a.required or rng.random() < (0.7 if a.optional else 0.1)
            }
            for n in range(rng.randrange(4) if fact.many else rng.random() < 0.8)
        ]
        for fact in base.facts.values()
    }  # fmt: skip
    return case_facts_plain(base, assemble(base, DAY, facts))


def decided(book: Book, facts: Any, engine: str = "compiled") -> Decision:
    """The decision on a case in which nothing is at fault."""
    try:
        return book.decide(facts, as_of=facts.get("as_of", DAY), engine=engine)  # type: ignore[arg-type]
    except CaseErrors:
        assume(False)
        raise


def is_kept(book: Book, facts: Any) -> Record:
    """What holds for the record of any decision."""
    decision = decided(book, facts)
    record = decision.record(salt="s")
    text = record.to_json()
    assert json.dumps(record.to_dict(), ensure_ascii=False, separators=(",", ":")) == text
    assert Record.read(text) == record
    assert Record.read(json.dumps(record.to_dict(), indent=1)) == record
    for engine in ("interpreter", "rete"):
        assert decided(book, facts, engine).record(salt="s") == record
    given_ = {k: v for k, v in facts.items() if k != "as_of"} if record.private else None
    assert replay(record, book, given_).same
    hidden = record.without_salt()
    assert replay(hidden, book, given_, "s" if record.private else None).same
    assert (hidden == record) is (not record.private)
    proves(record, book.base_on(decision.as_of))
    return record


def proves(record: Record, base: RuleBase) -> None:
    """The steps are all that there are to be, in an order in which each can be checked."""
    tree = record.to_dict()
    graph = dependencies(base)
    told = {f"{fact}.{name}" for fact, name in attributes_told(base)}
    seen: set[str] = set()
    rank = ("attribute", "define", "reject", "rule")
    stages = [max(rank.index(what), 1) for what, _, _, _ in tree["proof"]]
    assert stages == sorted(stages)
    for what, name, index, _ in tree["proof"]:
        if what in ("attribute", "define"):
            assert index in (None, 0) or name in seen
            missing = set(graph[name]) - seen
            assert not {n for n in missing if n in told and instances(tree, base, n)}
            seen.add(name)
    steps = [(what, name, index) for what, name, index, _ in tree["proof"]]
    assert len(steps) == len(set(steps))
    for rule in base.rules.values():
        mine = [index for what, name, index in steps if (what, name) == ("rule", rule.name)]
        count = 1 if rule.fact is None else instances(tree, base, f"{rule.fact}.")
        assert mine == ([None] if rule.fact is None else list(range(count)))


def instances(tree: dict[str, Any], base: RuleBase, name: str) -> int:
    """How many instances there are of what the name is said of."""
    define = base.defines.get(name)
    fact = define.fact if define is not None else name.partition(".")[0]
    if fact is None or (define is None and name[-1] != "." and not base.facts[fact].many):
        return 1
    given_ = tree["facts"].get(fact)
    return len(given_) if isinstance(given_, list) else int(given_ is not None)


@examples(25)
@given(SEEDS)
def test_decisions_of_random_bases_are_kept(seed: int) -> None:
    rng = Random(seed)
    base = random_base(seed)
    if rng.random() < 0.5:
        base = with_private(base, rng)
    is_kept(Book((base,), {}), drawn_facts(base, rng))


@examples(10)
@given(st.data())
def test_decisions_of_random_books_are_kept(data: st.DataObject) -> None:
    book = loaded(data.draw(books()))
    is_kept(book, data.draw(cases(book)))


@examples(3)
@given(st.data())
def test_decisions_of_the_packs_are_kept(data: st.DataObject) -> None:
    is_kept(packs(), data.draw(cases(packs())))


@examples(25)
@given(SEEDS)
def test_what_is_private_is_not_in_the_record(seed: int) -> None:
    rng = Random(seed)
    base = with_private(random_base(seed), rng, secret=True)
    facts = drawn_facts(base, rng, secret=True)
    assume(SECRET in json.dumps(facts))
    record = decided(Book((base,), {}), facts).record()
    assert SECRET not in record.to_json()
    assert len(record.private) == json.dumps(facts).count(SECRET)


@examples(25)
@given(SEEDS)
def test_a_change_of_one_rule_is_told(seed: int) -> None:
    """The rules that differ are those that were changed, and what differs rests on one of them."""
    rng, base = Random(seed), random_base(seed)
    facts = drawn_facts(base, rng)
    record = decided(Book((base,), {}), facts).record()
    name = rng.choice(sorted(base.rules))
    rule = base.rules[name]
    other = evolve(rule, when=None if rule.when is not None else ir.Not(ir.TRUE))
    changed = evolve(base, rules={**base.rules, name: other})
    found = replay(record, Book((changed,), {}))
    assert not found.same
    assert [(one.what, one.name) for one in found.statements] == [("rule", name)]
    for change in found.advice:
        assert change.because == found.statements
    assert not found.derived
    assert str(found) and json.dumps(found.to_dict())


def ways(tree: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all that is inside."""
    yield way
    if isinstance(tree, dict | list):
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield from ways(tree[key], (*way, key))


def at(tree: Any, way: tuple[Any, ...]) -> Any:
    return at(tree[way[0]], way[1:]) if way else tree


@examples(10, 2000)
@given(SEEDS)
def test_an_edited_record_is_told_or_compared(seed: int) -> None:
    """Whatever is written into a record, sealed as if it were genuine, nothing breaks."""
    rng, base = Random(seed), random_base(seed)
    book, facts = Book((base,), {}), drawn_facts(base, rng)
    record = decided(book, facts).record()
    places = [*ways(record.to_dict())][1:]
    for _ in range(6):
        tree, way = record.to_dict(), rng.choice(places)
        others = [at(tree, rng.choice(places)) for _ in range(4)]
        within = at(tree, way[:-1])
        within[way[-1]] = rng.choice([None, 0, True, "x", [], {}, {"private": "x"}, *others])
        if rng.random() < 0.2:
            del within[way[-1]]
        if way[0] == "rules" and isinstance(tree.get("rules"), dict) and rng.random() < 0.9:
            tree["rules"]["sha256"] = digest(canonical(tree["rules"].get("ir")))
        try:
            edited = Record.read(sealed(tree))
            found = replay(edited, book, rng.choice([None, facts]))
        except RecordErrors:
            continue
        assert str(found) and json.dumps(found.to_dict())
        by_us = sealed({**tree, "matchrules": record.to_dict()["matchrules"]})
        assert found.same is (by_us == record.to_json())


@examples(40)
@given(SEEDS)
def test_random_bases_come_back_from_json(seed: int) -> None:
    base = with_private(random_base(seed), Random(seed))
    tree = json.loads(json.dumps(to_json(base)))
    back = from_json(tree)
    assert back == base
    assert to_json(back) == tree
    assert list(back.defines) == list(base.defines)

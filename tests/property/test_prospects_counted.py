"""Certain, possible and worth asking, on small books: what is said is what counting all extensions
of a case gives."""

from collections import Counter
from itertools import product
from random import Random
from typing import Any

import pytest
from attrs import evolve
from small_books import SmallBook, small_book

from matchrules import ir
from matchrules.case.model import Case
from matchrules.decision import about_of
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import Interpretation, interpret
from matchrules.explain.grounds import Grounds
from matchrules.explain.prospects import Prospects, Unknown
from matchrules.ir import Attribute
from matchrules.types import Value

MOST = 400  # extensions of one case
BOOKS = 60

Given = tuple[Value | None, ...]


def unknown_of(base: ir.RuleBase, case: Case) -> list[Unknown]:
    """Every attribute that is unknown, after defaults."""
    found = []
    said = Interpretation(base, case)
    for fact in base.facts.values():
        for n in range(len(case.facts[fact.name]) if fact.many else 1):
            for name, attribute in fact.attributes.items():
                read = Attribute(fact.name, name, attribute.type)
                if not attribute.never_read and said.value(read, {fact.name: n}) is None:
                    found.append(Unknown(fact.name, name, n if fact.many else None))
    return found


def extended(base: ir.RuleBase, case: Case, unknown: list[Unknown], given: Given) -> Case | None:
    """The case with those values; None where a fact lacks what it needs."""
    facts: dict[str, list[dict[str, Any]]] = {
        name: [dict(one) for one in instances] for name, instances in case.facts.items()
    }
    for u, value in zip(unknown, given, strict=True):
        if value is None:
            continue
        if u.index is None and not facts[u.fact]:
            facts[u.fact] = [dict.fromkeys(base.facts[u.fact].attributes)]
        facts[u.fact][u.index or 0][u.name] = value
    for name, instances in facts.items():
        for one in instances:
            for attribute in base.facts[name].attributes.values():
                if attribute.required and one[attribute.name] is None:
                    return None
    return Case(case.as_of, {name: tuple(instances) for name, instances in facts.items()})


def bag(base: ir.RuleBase, case: Case) -> Counter[Any] | None:
    """The advice of a case, but for its texts; None of one that is not valid or shows a fault."""
    try:
        outcome = interpret(base, case)
    except CaseErrors:
        return None
    return Counter((f.rule, f.place, f.about, frozenset(f.fields.items())) for f in outcome.firings)


def pieces(base: ir.RuleBase, advice: Counter[Any]) -> set[Any]:
    found = set()
    for rule, place, about, _ in advice:
        then = base.rules[rule].thens[place]
        found.add((then.kind, then.subject, then.strength, about_of(about)))
    return found


class Counted:
    """What all extensions of a case say."""

    def __init__(self, book: SmallBook, case: Case, unknown: list[Unknown]) -> None:
        base = book.base
        choices = [(None, *book.values[u.fact, u.name]) for u in unknown]
        self.bags: dict[Given, Counter[Any]] = {}
        for given in product(*choices):
            made = extended(base, case, unknown, given)
            advice = None if made is None else bag(base, made)
            if advice is not None:
                self.bags[given] = advice
        said = [pieces(base, advice) for advice in self.bags.values()]
        self.certain = set.intersection(*said)
        self.possible = set.union(*said) - self.certain
        self.matters = {
            u for place, u in enumerate(unknown)
            if any(len(set(map(repr_of, group))) > 1 for group in self._groups(place))
        }  # fmt: skip

    def _groups(self, place: int) -> list[list[Counter[Any]]]:
        """The advice of extensions that differ only in one attribute."""
        found: dict[Any, list[Counter[Any]]] = {}
        for given, advice in self.bags.items():
            found.setdefault((*given[:place], *given[place + 1 :]), []).append(advice)
        return list(found.values())


def repr_of(advice: Counter[Any]) -> frozenset[Any]:
    return frozenset(advice.items())


def of_many_or_none(book: SmallBook) -> SmallBook:
    """The book without what is said for each of a single fact, which the language has not."""
    base = book.base
    single = {name for name, fact in base.facts.items() if not fact.many}
    rules = {n: r for n, r in base.rules.items() if r.fact not in single}
    rules = {
        n: evolve(r, overrides=tuple(o for o in r.overrides if o in rules))
        for n, r in rules.items()
    }
    defines = {
        n: evolve(d, fact=None) if d.fact in single else d for n, d in base.defines.items()
    }  # fmt: skip
    return evolve(book, base=evolve(base, rules=rules, defines=defines, properties={}))


def cases_of(book: SmallBook, rng: Random, most: int) -> list[Case]:
    """Some of its cases, those with much unknown among them."""
    found: list[Case] = []
    names = list(book.base.facts)
    for _ in range(60):
        facts = {n: rng.choice(book.bags(book.base.facts[n])) for n in names}
        if rng.random() < 0.4:
            facts = {n: bag_ if book.base.facts[n].many else () for n, bag_ in facts.items()}
        case = Case(rng.choice(book.days), facts)
        if bag(book.base, case) is not None:
            found.append(case)
            if len(found) == most:
                break
    return found


@pytest.mark.parametrize("seed", range(BOOKS))
def test_what_is_said_is_what_counting_gives(seed: int) -> None:
    book = of_many_or_none(small_book(seed, 300))
    for case in cases_of(book, Random(seed), 3):
        unknown = unknown_of(book.base, case)
        size = 1
        for u in unknown:
            size *= 1 + len(book.values[u.fact, u.name])
        if size > MOST:
            continue
        counted = Counted(book, case, unknown)
        prospects = Prospects(Grounds(book.base, case, {}))

        def named(found: Any) -> set[Any]:
            return {(p.kind, p.subject, p.strength, p.about) for p in found}

        assert all(p.proved for p in (*prospects.certain, *prospects.possible))
        assert named(prospects.certain) == counted.certain
        assert named(prospects.possible) == counted.possible
        assert all(q.proved for q in prospects.questions)
        found = {q.unknown for q in prospects.questions if not q.words}
        assert found == counted.matters
        for question in prospects.questions:
            assert question.witness is not None
            one, two = (bag(book.base, e.case) for e in question.witness)
            assert one is not None
            assert two is not None
            if not question.words:
                assert repr_of(one) != repr_of(two)
            paths = [set(e.values.items()) for e in question.witness]
            assert {path for path, _ in paths[0] ^ paths[1]} == {question.path}

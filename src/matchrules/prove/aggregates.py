"""Aggregates over the instances of a many-fact (5).

With up to so many instances they are worked out instance by instance. Where the number is left open
an aggregate is any value of its type, the same wherever it is written: more than there can be, so
that what holds then holds for any number of instances.
"""

from typing import TYPE_CHECKING, Any

import z3

from matchrules.dependencies import names_in
from matchrules.ir import Aggregate, Attribute, Derived, walk
from matchrules.prove.terms import (
    FALSE,
    TRUE,
    Encoded,
    Term,
    Truth,
    all_of,
    any_of,
    choose,
    common,
    less,
    neg,
    open_term,
    unknown,
)
from matchrules.types import Number, SetOf, Text, Type, YesNo

if TYPE_CHECKING:
    from matchrules.prove.encoding import Encoding


class NeedsInstances(Exception):
    """This has to be worked out instance by instance."""


def aggregate(encoding: "Encoding", node: Aggregate, bound: Any) -> Encoded:
    """The value of an aggregate."""
    if encoding.scene.open:
        return _open(encoding, node, bound)
    fact = node.fact
    each = [{**bound, fact: index} for index in encoding.scene.indices(fact)]
    there = [encoding.scene.present(fact, b[fact]) for b in each]
    if node.op in ("any", "all"):
        return _tested(encoding, node, each, there)
    tests = [_test(encoding, node, b) for b in each]
    tested = all_of([any_of([neg(p), t.known]) for p, t in zip(there, tests, strict=True)])
    chosen = [all_of([p, t.yes]) for p, t in zip(there, tests, strict=True)]
    if node.by is not None:
        count = {"last": 1, "last_but_one": 2}.get(node.op, node.take)
        later = _later(encoding, node, each)
        ranks = _ranks(chosen, later)
        if node.op == "last_but_one":
            chosen = [all_of([c, r == 1]) for c, r in zip(chosen, ranks, strict=True)]
        elif count is not None:
            chosen = [all_of([c, r < count]) for c, r in zip(chosen, ranks, strict=True)]
    if node.op == "count":
        ones = [choose(c, z3.IntVal(1), z3.IntVal(0)) for c in chosen]
        return Term(_total(ones), tested, 1, 0, len(each))
    assert node.value is not None
    values = [encoding.value(node.value, b) for b in each]
    known = all_of([
        tested, *(any_of([neg(c), v.known]) for c, v in zip(chosen, values, strict=True))
    ])  # fmt: skip
    return _worked_out(node, chosen, values, known)


def _worked_out(node: Aggregate, chosen: list[Any], values: list[Encoded], known: Any) -> Encoded:
    some = any_of(chosen)
    if isinstance(node.type, YesNo):
        truths = [(c, v) for c, v in zip(chosen, values, strict=True) if isinstance(v, Truth)]
        # a last one, or the smallest or largest: no comes before yes
        found = [known, some, any_of([all_of([c, v.yes]) for c, v in truths])]
        lost = [known, some, any_of([all_of([c, v.no]) for c, v in truths])]
        if node.op == "min":
            return Truth(all_of([*found, neg(lost[-1])]), all_of(lost))
        return Truth(all_of(found), all_of([*lost, neg(found[-1])]))
    terms = [v for v in values if isinstance(v, Term)]
    if not terms:  # none can be there
        if node.op == "sum":
            return Term(z3.IntVal(0), known, 1, 0, 0)
        if node.op == "union":
            empty = unknown(node.type)
            assert isinstance(empty, Term)
            return Term(empty.term, known)
        return unknown(node.type)
    numerators, denominator = common(terms)
    pairs = list(zip(chosen, numerators, strict=True))
    lows: list[Any] = [t.low for t in terms]
    highs: list[Any] = [t.high for t in terms]
    low, high = (None if None in ends else of(ends) for ends, of in ((lows, min), (highs, max)))
    match node.op:
        case "sum":
            total = _total([choose(c, n, z3.IntVal(0)) for c, n in pairs])
            low = None if low is None else min(0, low * len(terms))
            high = None if high is None else max(0, high * len(terms))
            return Term(total, known, denominator, low, high)
        case "union":
            whole = z3.BitVecVal(0, numerators[0].size())
            for condition, term in pairs:
                whole = whole | choose(condition, term, z3.BitVecVal(0, term.size()))
            return Term(whole, known)
        case "last" | "last_but_one":
            result = numerators[-1]
            for condition, term in reversed(pairs[:-1]):
                result = choose(condition, term, result)
            return Term(result, all_of([known, some]), denominator, low, high)
    best, have = numerators[0], chosen[0]
    for condition, term in pairs[1:]:
        here, best_so_far = Term(term, TRUE, denominator), Term(best, TRUE, denominator)
        one, two = (here, best_so_far) if node.op == "min" else (best_so_far, here)
        better = all_of([condition, any_of([neg(have), less(one, two, or_equal=False)])])
        best, have = choose(better, term, best), any_of([have, condition])
    return Term(best, all_of([known, some]), denominator, low, high)


def _tested(encoding: "Encoding", node: Aggregate, each: list[Any], there: list[Any]) -> Truth:
    """`any` and `all`: what is tested is not selected; the last N are taken first."""
    if node.take and node.by is not None:
        ranks = _ranks(there, _later(encoding, node, each))
        there = [all_of([p, r < node.take]) for p, r in zip(there, ranks, strict=True)]
    tests = list(zip(there, (_test(encoding, node, b) for b in each), strict=True))
    if node.op == "any":
        return Truth(any_of([all_of([p, t.yes]) for p, t in tests]),
                     all_of([any_of([neg(p), t.no]) for p, t in tests]))  # fmt: skip
    return Truth(all_of([any_of([neg(p), t.yes]) for p, t in tests]),
                 any_of([all_of([p, t.no]) for p, t in tests]))  # fmt: skip


def _test(encoding: "Encoding", node: Aggregate, bound: Any) -> Truth:
    return Truth(TRUE, FALSE) if node.where is None else encoding.truth(node.where, bound)


def _total(terms: list[Any]) -> Any:
    terms = [t for t in terms if not (z3.is_int_value(t) and t.as_long() == 0)]
    if not terms:
        return z3.IntVal(0)
    return terms[0] if len(terms) == 1 else z3.Sum(terms)


# Picks -----------------------------------------------------------------------------------------


def _ranks(chosen: list[Any], later: dict[tuple[int, int], Any]) -> list[Any]:
    """How many of the chosen come after each."""
    return [
        _total([
            choose(all_of([other, later[j, i]]), z3.IntVal(1), z3.IntVal(0))
            for j, other in enumerate(chosen) if i != j
        ])
        for i in range(len(chosen))
    ]  # fmt: skip


def _later(encoding: "Encoding", node: Aggregate, each: list[Any]) -> dict[tuple[int, int], Any]:
    """Where the one instance comes after the other: by the named attribute, ties by the others in
    order of declaration. What is equal in all of them is the same to every reader."""
    attributes = encoding.base.facts[node.fact].attributes
    names = sorted((n for n in attributes if not attributes[n].never_read),
                   key=lambda n: n != node.by)  # fmt: skip
    keys = [[_sort_key(encoding, node.fact, name, b) for name in names] for b in each]
    found = {}
    for i in range(len(each)):
        for j in range(i):
            after: Any = TRUE  # equal ones: the later in the case
            for one, other in reversed(list(zip(keys[i], keys[j], strict=True))):
                after = any_of([_above(one, other), all_of([_level(one, other), after])])
            found[i, j], found[j, i] = after, neg(after)
    return found


def _sort_key(encoding: "Encoding", fact: str, name: str, bound: Any) -> tuple[Any, Any]:
    """Whether the value is known, and a term that sorts it."""
    value = encoding.attribute(fact, name, bound)
    type_ = encoding.base.facts[fact].attributes[name].type
    if isinstance(value, Truth):
        return value.known, choose(value.yes, z3.IntVal(1), z3.IntVal(0))
    if isinstance(type_, Text | SetOf):
        # some order that equal values agree on: more orders than the one that is meant
        order = z3.Function(f"order of {type_!r}", value.term.sort(), z3.IntSort())
        back = z3.Function(f"of order of {type_!r}", z3.IntSort(), value.term.sort())
        encoding.scene.ground.formulas.append(back(order(value.term)) == value.term)
        return value.known, order(value.term)
    return value.known, value.term


def _above(one: tuple[Any, Any], other: tuple[Any, Any]) -> Any:
    """Known after unknown, then by value."""
    bits = z3.is_bv(one[1])
    more = z3.UGT(one[1], other[1]) if bits else one[1] > other[1]
    return any_of([all_of([one[0], neg(other[0])]), all_of([one[0], other[0], more])])


def _level(one: tuple[Any, Any], other: tuple[Any, Any]) -> Any:
    return any_of([
        all_of([neg(one[0]), neg(other[0])]), all_of([one[0], other[0], one[1] == other[1]]),
    ])  # fmt: skip


# Left open -------------------------------------------------------------------------------------


def _open(encoding: "Encoding", node: Aggregate, bound: Any) -> Encoded:
    """Any value of its type; one and the same for the same aggregate of the same instance."""
    names = names_in(encoding.base, [node])  # those that a pick orders by too
    adding = encoding.scene.difference.adding
    facts = {n.fact for n in walk(node) if isinstance(n, Aggregate)}
    if encoding.first is not None and adding not in facts and encoding.is_firsts(names):
        return _open(encoding.first, node, bound)
    outer = {n.fact for n in walk(node) if isinstance(n, Attribute | Derived) and n.fact}
    about = tuple(sorted((f, i) for f, i in bound.items() if f in outer))
    remembered = encoding.aggregates
    key = (node, about)
    if key not in remembered:
        remembered[key] = _any_value(encoding, node)
    return remembered[key]


def _any_value(encoding: "Encoding", node: Aggregate) -> Encoded:
    scene = encoding.scene
    name = f"{scene.label}aggregate {next(scene.ground.numbers)}"
    known: Any = z3.Bool(f"{name}?")
    bound = encoding.base.facts[node.fact].bound or 0
    type_: Type = node.type
    if isinstance(type_, YesNo):
        value = z3.Bool(name)
        return Truth(all_of([known, value]), all_of([known, neg(value)]))
    if node.op == "count":
        known = TRUE if node.where is None else known
        low, high = 0, bound if node.take is None else min(bound, node.take)
        term = z3.Int(name)
        scene.ground.formulas += [term >= low, term <= high]
        return Term(term, known, 1, low, high)
    if isinstance(type_, Number):
        assert node.value is not None
        inside = encoding.value(node.value, {**_symbolic(encoding), node.fact: 0})
        assert isinstance(inside, Term)
        factor = bound if node.op == "sum" else 1
        ends: list[Any] = [
            None if end is None else of(end * factor, end if node.op != "sum" else 0)
            for end, of in ((inside.low, min), (inside.high, max))
        ]
        term = z3.Int(name)
        for end, at_least in zip(ends, (True, False), strict=True):
            if end is not None:
                scaled = int(end * inside.denominator)
                scene.ground.formulas.append(term >= scaled if at_least else term <= scaled)
        return Term(term, known, inside.denominator, *ends)
    found, formula = open_term(name, type_, known)
    scene.ground.formulas.append(formula)
    return found


def _symbolic(encoding: "Encoding") -> dict[str, int]:
    return dict.fromkeys(encoding.base.facts, 0)

"""Parameters: the value in force on a day, for a key (10)."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import z3

from matchrules import ir
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
    constant,
    equal,
    neg,
    unknown,
)
from matchrules.types import Enum, Number, YesNo

if TYPE_CHECKING:
    from matchrules.prove.encoding import Encoding


def parameter(encoding: "Encoding", node: ir.ParameterValue, bound: Any) -> Encoded:
    """The value of a parameter; unknown before its first date, and for a key not listed."""
    declared = encoding.base.parameters[node.name]
    asked = [encoding.value(e, bound) for e in (node.on, node.key) if e is not None]
    known = all_of([value.known for value in asked])
    key = None if node.key is None else asked[-1]
    if node.name in encoding.whatever:
        # any value, the same on every day and for every key that there is
        found = encoding.whatever[node.name]
        return _held(found, all_of([known, _listed(encoding, declared, key)]))
    day = encoding.scene.as_of if node.on is None else asked[0]
    assert isinstance(day, Term)
    texts = encoding.scene.ground.texts
    options: list[tuple[Any, Encoded]] = []
    for each in _keys(declared):
        mine = TRUE
        if key is not None:
            assert declared.key is not None
            mine = equal(key, constant(each, declared.key, texts))
        rows = [row for row in declared.rows if row.key == each]
        for row, after in zip(rows, [*rows[1:], None], strict=True):
            start = _since(day, row.start)
            ended = FALSE if after is None else _since(day, after.start)
            value = constant(row.value, declared.type, texts)
            options.append((all_of([mine, start, neg(ended)]), value))
    return _one_of(options, declared, known)


def _since(day: Term, start: Any) -> Any:
    if start is None:
        return TRUE
    if z3.is_int_value(day.term):
        return TRUE if day.term.as_long() >= start.toordinal() else FALSE
    return day.term >= start.toordinal()


def _keys(declared: ir.ParameterDeclaration) -> list[Any]:
    return list(dict.fromkeys(row.key for row in declared.rows))


def _one_of(
    options: list[tuple[Any, Encoded]], declared: ir.ParameterDeclaration, known: Any
) -> Encoded:
    """The value whose condition holds; at most one does."""
    if isinstance(declared.type, YesNo):
        truths = [(c, v) for c, v in options if isinstance(v, Truth)]
        yes = any_of([all_of([c, v.yes]) for c, v in truths])
        no = any_of([all_of([c, v.no]) for c, v in truths])
        return Truth(all_of([known, yes]), all_of([known, no]))
    terms = [(c, v) for c, v in options if isinstance(v, Term)]
    if not terms:
        return unknown(declared.type)
    numerators, denominator = common([value for _, value in terms])
    by_value: dict[int, tuple[Any, list[Any]]] = {}
    for (condition, _), term in zip(terms, numerators, strict=True):
        by_value.setdefault(term.get_id(), (term, []))[1].append(condition)
    groups = [(any_of(conditions), term) for term, conditions in by_value.values()]
    result = groups[-1][1]
    for condition, term in reversed(groups[:-1]):
        result = choose(condition, term, result)
    found = all_of([known, any_of([condition for condition, _ in groups])])
    bounds: list[Any] = [value.low for _, value in terms]
    low, high = (None, None) if None in bounds else (min(bounds), max(bounds))
    return Term(result, found, denominator, low, high)


def _listed(encoding: "Encoding", declared: ir.ParameterDeclaration, key: Encoded | None) -> Any:
    """Whether the key is one that a parameter said `whatever` has a value for."""
    if key is None:
        return TRUE
    match declared.key:
        case Enum():
            return TRUE
        case Number(places=0, low=low, high=high) if low is not None and high is not None:
            assert isinstance(key, Term)
            return all_of([
                key.term >= int(Fraction(low) * key.denominator),
                key.term <= int(Fraction(high) * key.denominator),
            ])  # fmt: skip
    assert declared.key is not None
    texts = encoding.scene.ground.texts
    return any_of([equal(key, constant(k, declared.key, texts)) for k in _keys(declared)])


def _held(value: Encoded, known: Any) -> Encoded:
    if isinstance(value, Truth):
        return Truth(all_of([known, value.yes]), all_of([known, value.no]))
    return Term(value.term, all_of([known, value.known]), value.denominator, value.low, value.high)

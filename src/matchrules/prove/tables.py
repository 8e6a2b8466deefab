"""Tables: their hit policies (4)."""

from typing import TYPE_CHECKING, Any

import z3

from matchrules import ir
from matchrules.ir import Define, Table
from matchrules.prove.terms import (
    FALSE,
    Encoded,
    Term,
    Truth,
    all_of,
    any_of,
    choose,
    common,
    equal,
    is_value,
    neg,
    same_term,
    unknown,
)
from matchrules.types import YesNo

if TYPE_CHECKING:
    from matchrules.prove.encoding import Encoding


def hits(encoding: "Encoding", table: Table, bound: Any) -> list[Truth]:
    """Where each row is known to hit, and where it is known not to; worked out once."""
    key = ("hits", id(table), *sorted(bound.items()))
    found: list[Truth] = encoding.once(key, _hits, table, bound)
    return found


def _hits(encoding: "Encoding", table: Table, bound: Any) -> list[Truth]:
    found = []
    for row in table.rows:
        tests = [encoding.truth(test, bound) for test in row.tests]
        found.append(Truth(all_of([t.yes for t in tests]), any_of([t.no for t in tests])))
    return found


def candidates(table: Table, found: list[Truth]) -> list[Any]:
    """Where each row is a candidate."""
    undecided = [neg(any_of([hit.yes, hit.no])) for hit in found]
    if table.hit == "unique":
        none = neg(any_of([hit.yes for hit in found]))
        return [any_of([h.yes, all_of([none, u])]) for h, u in zip(found, undecided, strict=True)]
    return [
        all_of([neg(above), any_of([hit.yes, open_])])
        for hit, open_, above in zip(found, undecided, _above(found), strict=True)
    ]


def twice(found: list[Truth]) -> Any:
    """Where two rows are known to hit."""
    pairs = zip(found, _above(found), strict=True)
    return any_of([all_of([hit.yes, above]) for hit, above in pairs])


def _above(found: list[Truth]) -> list[Any]:
    """Where a row above each is known to hit; each says one more than the one before."""
    result: list[Any] = [FALSE]
    for hit in found[:-1]:
        result.append(any_of([result[-1], hit.yes]))
    return result


def table(encoding: "Encoding", define: Define, body: Table, bound: Any) -> Encoded:
    """The value of a table; unknown where it has a gap or an overlap, which are remembered."""
    found = hits(encoding, body, bound)
    outputs = [encoding.value(row.output, bound) for row in body.rows]
    if body.hit == "collect":
        return _collected(define, found, outputs)
    rows = candidates(body, found)
    covered = any_of(rows)
    encoding.fault("gap", define.name, neg(covered), bound)
    known = covered
    if body.hit == "unique":
        overlap = twice(found)
        encoding.fault("overlap", define.name, overlap, bound)
        known = all_of([known, neg(overlap)])
    if isinstance(define.type, YesNo):
        truths = [o for o in outputs if isinstance(o, Truth)]
        if len(truths) < len(outputs):  # an output that is the literal unknown
            truths = [o if isinstance(o, Truth) else Truth(FALSE, FALSE) for o in outputs]
        yes = all_of([any_of([neg(r), o.yes]) for r, o in zip(rows, truths, strict=True)])
        no = all_of([any_of([neg(r), o.no]) for r, o in zip(rows, truths, strict=True)])
        return Truth(all_of([known, yes]), all_of([known, no]))
    return _same_output(define, rows, outputs, known)


def _same_output(define: Define, rows: list[Any], outputs: list[Encoded], known: Any) -> Encoded:
    """The output of the candidates, where all are known and equal. Rows with one and the same
    output count as one."""
    terms = [o for o in outputs if isinstance(o, Term)]
    empty = unknown(define.type)
    assert isinstance(empty, Term)
    fit = [t if t.term.sort() == empty.term.sort() else empty for t in terms]
    numerators, denominator = common(fit)
    groups: dict[tuple[int, int], tuple[Any, Any, list[Any]]] = {}
    for row, output, term in zip(rows, fit, numerators, strict=True):
        key = (term.get_id(), output.known.get_id())
        groups.setdefault(key, (term, output.known, []))[2].append(row)
    options = [(any_of(held), term, there) for term, there, held in groups.values()]
    result = options[-1][1]
    for condition, term, _ in reversed(options[:-1]):
        result = choose(condition, term, result)
    if all(is_value(term) and z3.is_true(there) for _, term, there in options):
        # constants that differ: two of them are too many
        several = twice([Truth(condition, FALSE) for condition, _, _ in options])
        needed = [known, neg(several)]
    else:
        needed = [known]
        for condition, term, there in options:
            same = all_of([there, same_term(term, result)])
            needed.append(any_of([neg(condition), same]))
    lows: list[Any] = [t.low for t in fit if not t.known.eq(FALSE)]
    highs: list[Any] = [t.high for t in fit if not t.known.eq(FALSE)]
    low = None if None in lows or not lows else min(lows)
    high = None if None in highs or not highs else max(highs)
    return Term(result, all_of(needed), denominator, low, high)


def _collected(define: Define, found: list[Truth], outputs: list[Encoded]) -> Encoded:
    """The set of outputs of the rows known to hit; unknown if one of them is."""
    empty = unknown(define.type)
    assert isinstance(empty, Term)
    whole, known = z3.BitVecVal(0, empty.term.size()), []
    for hit, output in zip(found, outputs, strict=True):
        assert isinstance(output, Term)
        known.append(any_of([neg(hit.yes), output.known]))
        if output.known.eq(FALSE):
            continue
        for rank in range(empty.term.size()):
            is_it = equal(output, Term(z3.BitVecVal(rank, output.term.size()), output.known))
            member = z3.BitVecVal(1 << rank, empty.term.size())
            none = z3.BitVecVal(0, empty.term.size())
            whole = whole | choose(all_of([hit.yes, is_it]), member, none)
    return Term(z3.simplify(whole), all_of(known))


__all__ = ["candidates", "hits", "ir", "table", "twice"]

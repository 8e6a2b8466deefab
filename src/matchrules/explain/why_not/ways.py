"""The ways in which a value could be another one: branches of a conditional, rows of a table.

Of several the nearest is told: the one for which least would have to be otherwise.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

from matchrules import ir
from matchrules.engine.interpreter import Bound, kleene_and
from matchrules.explain.names import joined, spoken
from matchrules.explain.why_not.model import Lack
from matchrules.explain.why_not.needs import NO, YES, Known, Need, Truth, Truths
from matchrules.ir import Expression

if TYPE_CHECKING:
    from matchrules.explain.why_not.lacks import Descent, Parts

_MOST_BRANCHES: Final = 200
_MOST_NAMED: Final = 3
_FURTHEST: Final = 8  # definitions away, a value is taken to be possible
_NONE: "Final[Parts]" = ("all", ())


@frozen
class _Way:
    """Conditions under which a value is that of an expression."""

    conditions: tuple[tuple[Expression, Truth], ...]
    leaf: Expression


def of_define(descent: "Descent", define: ir.Define, bound: Bound, need: Need) -> "Parts":
    """What keeps the value of a define or table from being what it would have to be."""
    mine = {} if define.fact is None else {define.fact: bound[define.fact]}
    if isinstance(define.body, ir.Table):
        return _table(descent, define, define.body, mine, need)
    return inside(descent, define.body, mine, need)


def inside(descent: "Descent", e: Expression, bound: Bound, need: Need) -> "Parts":
    """What keeps the value of an expression from being that; nothing where it has no parts that
    could be said to."""
    value = descent.run.value(e, bound)
    if need.accepts(value, descent.base):
        return _NONE
    match e:
        case ir.If() | ir.IfKnown():
            return _branches(descent, e, bound, need)
        case ir.Derived() | ir.Attribute():
            return "all", (descent.about(e, bound, need),)
    if isinstance(need, Truths) and not isinstance(e, ir.Constant | ir.ParameterValue):
        return descent.parts(e, bound, need.accepted)
    return causes(descent, e, bound)


def causes(descent: "Descent", e: Expression, bound: Bound) -> "Parts":
    """What is not known, that an expression is not known for; nothing where it is known."""
    found: list[Lack] = []
    seen: set[Expression] = set()
    stack = [e]
    while stack:
        node = stack.pop()
        if node in seen or descent.run.value(node, bound) is not None:
            continue
        seen.add(node)
        match node:
            case ir.Derived() | ir.Attribute():
                found.append(descent.about(node, bound, Known()))
            case ir.If() | ir.IfKnown():
                found += _branches(descent, node, bound, Known())[1]
            case ir.Aggregate():
                found.append(descent.about(node, bound, Known()))
            case _:
                parts = ir.children(node)
                unknown = [p for p in parts if descent.run.value(p, bound) is None]
                if not unknown:
                    found.append(_no_value(descent, node, bound))
                stack.extend(reversed(unknown))
    return "all", _tightest(found)


def _no_value(descent: "Descent", e: Expression, bound: Bound) -> Lack:
    """Something that has no value though all that it rests on has one."""
    words = descent.wording.value(e)
    given = "; the rules give none" if isinstance(e, ir.ParameterValue) else ""
    return descent.made(e, bound, Known(), f"{words[:1].upper()}{words[1:]}: not known{given}")


def unknown_among(descent: "Descent", e: ir.Aggregate, bound: Bound) -> str:
    """Why a count or pick is not known: of what too little is."""
    asked = [part for part in (e.where, e.value) if part is not None]
    each = descent.run.each(e.fact, bound)
    some = [b for b in each if e.where is None or descent.run.value(e.where, b) is not False]
    if not some:
        return f", as there is no such {spoken(e.fact)}"
    open_ = [b for b in some if any(descent.run.value(part, b) is None for part in asked)]
    missing = dict.fromkeys(
        descent.wording.value(node)
        for b in open_ for part in asked for node in _outermost(part)
        if descent.run.value(node, b) is None
    )  # fmt: skip
    named = list(missing)[:_MOST_NAMED]
    if not named:
        return ""
    many = descent.names.many(e.fact) if len(each) > 1 else spoken(e.fact)
    of = f"{len(each)} {many}" if len(open_) == len(each) else f"{len(open_)} of {len(each)} {many}"
    return f", as this is not known of {of}: {joined(named, 'or')}"


def _outermost(e: Expression) -> Iterator[Expression]:
    """The facts, and the counts and picks, that an expression names outside of such."""
    if isinstance(e, ir.Attribute | ir.Derived | ir.Aggregate):
        yield e
        return
    for part in ir.children(e):
        yield from _outermost(part)


# Branches ----------------------------------------------------------------------------------------


def _branches(descent: "Descent", e: Expression, bound: Bound, need: Need) -> "Parts":
    ways = [
        way for way, _ in zip(_unrolled(e, ()), range(_MOST_BRANCHES), strict=False)
        if possible(descent.base, way.leaf, need)
    ]  # fmt: skip
    if not ways:
        if descent.run.value(e, bound) is not None:
            return _NONE
        known = Known()
        if need == known:  # it is never known
            return "all", (_no_value(descent, e, bound),)
        return _branches(descent, e, bound, known)
    way = min(ways, key=lambda way: _distance(descent, way, bound, need))
    found = [
        descent.lack(condition, bound, wanted) for condition, wanted in way.conditions
        if descent.run.value(condition, bound) not in wanted
    ]  # fmt: skip
    found += _leaf(descent, way.leaf, bound, need)
    return _one_of(ways), _tightest(found)


def _unrolled(e: Expression, before: tuple[tuple[Expression, Truth], ...]) -> Iterator[_Way]:
    """Every branch of a cascade, with what has to be so and not so before it is reached."""
    while True:
        match e:
            case ir.If(condition, then, otherwise):
                yield from _unrolled(then, (*before, (condition, YES)))
                before, e = (*before, (condition, NO)), otherwise
            case ir.IfKnown(value, otherwise):
                yield from _unrolled(value, before)
                before, e = (*before, (ir.IsKnown(value), NO)), otherwise
            case _:
                yield _Way(before, e)
                return


def _leaf(descent: "Descent", e: Expression, bound: Bound, need: Need) -> Iterable[Lack]:
    """What the value of a branch lacks where that is taken."""
    value = descent.run.value(e, bound)
    if need.accepts(value, descent.base):
        return ()
    if isinstance(need, Truths) and not isinstance(e, ir.Constant):
        return (descent.lack(e, bound, need.accepted),)
    if value is None and not isinstance(e, ir.Constant):
        return causes(descent, e, bound)[1]
    return (descent.about(e, bound, need),)


def _distance(descent: "Descent", way: _Way, bound: Bound, need: Need) -> tuple[int, int]:
    truths = [(descent.run.value(e, bound), wanted) for e, wanted in way.conditions]
    lacking = [value for value, wanted in truths if value not in wanted]
    value = descent.run.value(way.leaf, bound)
    lacking += [] if need.accepts(value, descent.base) else [value]
    unknown = lacking.count(None)
    return len(lacking) - unknown, unknown


# Tables ------------------------------------------------------------------------------------------


def _table(
    descent: "Descent", define: ir.Define, table: ir.Table, bound: Bound, need: Need
) -> "Parts":
    run = descent.run
    tests = [[run.value(test, bound) for test in row.tests] for row in table.rows]
    hits = [kleene_and(row) for row in tests]
    if run.derived(define, bound) is None and not isinstance(need, Truths):
        return "all", _undecided(descent, table, bound, hits)
    if table.hit == "collect":
        return _NONE
    accepted = [need.accepts(run.value(row.output, bound), descent.base) for row in table.rows]
    ways: list[tuple[tuple[int, int, int], int, list[Expression]]] = []
    for n, row in enumerate(table.rows):
        if not possible(descent.base, row.output, need):
            continue
        # rows above that may hit instead, and say something else: what of them this row does not
        # ask for itself
        above = [m for m in range(n) if hits[m] is not False and not accepted[m]]
        above = above if table.hit == "first" else []
        others = [tuple(e for e in table.rows[m].tests if e not in row.tests) for m in above]
        if not all(others):
            continue
        known = tests[n].count(False) + sum(hits[m] is True for m in above)
        unknown = tests[n].count(None) + sum(hits[m] is None for m in above)
        weight = (known + (not accepted[n]), unknown, n)
        ways.append((weight, n, [_all_of(other) for other in others]))
    if not ways:
        return _NONE
    _, nearest, against = min(ways, key=lambda way: way[0])
    row = table.rows[nearest]
    found = [
        descent.lack(test, bound, YES)
        for test, value in zip(row.tests, tests[nearest], strict=True) if value is not True
    ]  # fmt: skip
    found += [descent.lack(e, bound, NO) for e in against if run.value(e, bound) is not False]
    found += _leaf(descent, row.output, bound, need)
    return _one_of(ways), _tightest(found)


def _tightest(lacks: list[Lack]) -> tuple[Lack, ...]:
    """Those that ask for more than another one does of the same value."""

    def within(one: Lack, other: Lack) -> bool:
        """The other is so wherever the one is."""
        if one.basis is None or other.basis is None:
            return False
        same = one.basis.expression == other.basis.expression
        needs = (one.basis.need, other.basis.need)
        return same and needs[0].implies(needs[1])

    return tuple(
        lack for n, lack in enumerate(lacks)
        if not any(
            within(other, lack) and (m < n or not within(lack, other))
            for m, other in enumerate(lacks) if m != n
        )
    )  # fmt: skip


def _undecided(
    descent: "Descent", table: ir.Table, bound: Bound, hits: list[bool | None]
) -> tuple[Lack, ...]:
    """What is not known, for which more than one row may say the value, or one says none."""
    sure = [n for n, hit in enumerate(hits) if hit is True]
    rows = [n for n, hit in enumerate(hits) if hit is None and (not sure or n < sure[0])]
    rows += sure[:1] if table.hit != "collect" else sure
    parts: list[Expression] = []
    for n in rows:
        parts += [test for test in table.rows[n].tests if hits[n] is None]
        parts.append(table.rows[n].output)
    found: dict[str, Lack] = {}
    for part in dict.fromkeys(parts):
        for lack in causes(descent, part, bound)[1]:
            found.setdefault(lack.condition, lack)
    return tuple(found.values())


def _all_of(tests: tuple[Expression, ...]) -> Expression:
    said = tuple(test for test in tests if test != ir.TRUE)
    return said[0] if len(said) == 1 else ir.And(said)


# What can be -------------------------------------------------------------------------------------


def possible(base: ir.RuleBase, e: Expression, need: Need, far: int = 0) -> bool:
    """Whether a value could be that, as far as what is written out tells."""
    match e:
        case ir.Constant(value):
            return need.accepts(value, base)
        case ir.If(_, then, otherwise) | ir.IfKnown(then, otherwise):
            return possible(base, then, need, far) or possible(base, otherwise, need, far)
        case ir.Derived(name) if far < _FURTHEST:
            body = base.defines[name].body
            if not isinstance(body, ir.Table):
                return possible(base, body, need, far + 1)
            if body.hit != "collect":
                return any(possible(base, row.output, need, far + 1) for row in body.rows)
    return True


def _one_of(ways: Sequence[object]) -> Literal["all", "nearest"]:
    return "nearest" if len(ways) > 1 else "all"

"""Aggregates over many cases at once: the instances are those of the case, their values are not
all known."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from matchrules.explain.prospects.values import (
    BOTH,
    EITHER,
    NO,
    OPEN,
    YES,
    Bits,
    Many,
    Members,
    anything,
    ends,
    exact,
    join,
    one_value,
    spread,
)
from matchrules.ir import Aggregate
from matchrules.regions import possible
from matchrules.regions.possible import Possible
from matchrules.types import exact as whole
from matchrules.types import order_key, sort_key

if TYPE_CHECKING:
    from matchrules.explain.prospects.outlook import Outlook

Bound = Mapping[str, int]
PAIRS: Final = 64


def aggregate(look: "Outlook", e: Aggregate, bound: Bound) -> Many:
    """What an aggregate can be."""
    each = [{**bound, e.fact: n} for n in range(len(look.case.facts[e.fact]))]
    if e.by is not None:
        order = ordered(look, e, each)
        if order is None:
            return anything(e.type)
        each = order
    if e.op in ("any", "all"):
        each = each[-e.take :] if e.take else each
        found = NO if e.op == "any" else YES
        for b in each:
            test = YES if e.where is None else look.bits(e.where, b)
            found = (EITHER if e.op == "any" else BOTH)[found][test]
        return found
    tests = [YES if e.where is None else look.bits(e.where, b) for b in each]
    if OPEN in tests:
        return one_value(None, e.type)
    unknown = any(test & OPEN for test in tests)
    chosen = [(b, test) for b, test in zip(each, tests, strict=True) if test & YES]
    if e.take:
        if any(test != YES for _, test in chosen):
            return _count_of(chosen, unknown, e.take) if e.op == "count" else anything(e.type)
        chosen = chosen[-e.take :]
    if e.op == "count":
        return _count_of(chosen, unknown, None)
    if e.op in ("last", "last_but_one"):
        return _picked(look, e, chosen, unknown)
    values = [(look.value(e.value, b), test) for b, test in chosen] if e.value else []
    if any(test == YES and _never(value) for value, test in values):
        return one_value(None, e.type)
    unknown = unknown or any(_may_be_unknown(value) for value, _ in values)
    if e.op == "sum":
        return _sum(values, unknown)
    if e.op == "union":
        return _union(values, unknown)
    return _extreme(e, values, unknown)


def ordered(
    look: "Outlook", e: Aggregate, each: Sequence[dict[str, int]]
) -> list[dict[str, int]] | None:
    """The instances in the order of picks; None where that is not decided."""
    attributes = look.base.facts[e.fact].attributes
    names = sorted((n for n in attributes if not attributes[n].never_read), key=lambda n: n != e.by)
    keyed: list[tuple[list[Any], dict[str, int]]] = [([], b) for b in each]
    for name in names:
        values = [exact(look.attribute(e.fact, name, b)) for _, b in keyed]
        if None in values:
            return None
        for (key, _), value in zip(keyed, values, strict=True):
            assert value is not None
            key.append(sort_key(value[0], attributes[name].type))
        if len({repr(key) for key, _ in keyed}) == len(keyed):
            break
    return [b for _, b in sorted(keyed, key=lambda one: one[0])]


def tied(look: "Outlook", e: Aggregate) -> list[tuple[str, int]]:
    """The attributes of instances that the order of picks could hang on."""
    attributes = look.base.facts[e.fact].attributes
    count = len(look.case.facts[e.fact])
    if e.by is None or count < 2:
        return []
    first = [exact(look.attribute(e.fact, e.by, {e.fact: n})) for n in range(count)]
    return [
        (name, n)
        for n in range(count)
        if first.count(first[n]) > 1 or None in first
        for name, a in attributes.items()
        if not a.never_read
    ]


def _count_of(chosen: Sequence[tuple[Any, Bits]], unknown: bool, take: int | None) -> Possible:
    least, most = sum(test == YES for _, test in chosen), len(chosen)
    if take is not None:
        least, most = min(least, take), min(most, take)
    return spread(least, most, unknown)


def _picked(
    look: "Outlook", e: Aggregate, chosen: Sequence[tuple[Any, Bits]], unknown: bool
) -> Many:
    assert e.value is not None
    wanted = 1 if e.op == "last" else 2
    found: list[Many] = []
    sure = 0
    for b, test in reversed(chosen):
        if wanted == 1 or sure or len(chosen) > 1:
            found.append(look.value(e.value, b))
        sure += test == YES
        if sure == wanted:
            break
    if wanted == 2 and all(test == YES for _, test in chosen):
        found = found[1:2]
    if unknown or sure < wanted or not found:
        found.append(one_value(None, e.type))
    return join(found, e.type)


def _sum(values: Sequence[tuple[Any, Bits]], unknown: bool) -> Possible:
    low: Any = 0
    high: Any = 0
    for value, test in values:
        if _never(value):
            continue
        least, most = ends(value)
        if test != YES:
            least = None if least is None else min(least, 0)
            most = None if most is None else max(most, 0)
        low = None if low is None or least is None else low + least
        high = None if high is None or most is None else high + most
    low, high = (end if end is None else whole(end) for end in (low, high))
    return spread(low, high, unknown)


def _union(values: Sequence[tuple[Any, Bits]], unknown: bool) -> Possible:
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    for value, test in values:
        known = value.known
        if isinstance(known, Members):
            may |= known.may
            if test == YES:
                must |= known.must
    return Possible(Members(must, may), unknown)  # type: ignore[arg-type]  # the kind of sets


def _extreme(e: Aggregate, values: Sequence[tuple[Any, Bits]], unknown: bool) -> Many:
    if not any(test == YES for _, test in values):
        unknown = True
    known = [value for value, _ in values if isinstance(value, int) or not _never(value)]
    if not known:
        return one_value(None, e.type)
    if all(test == YES for _, test in values) and not isinstance(known[0], int):
        found = known[0].but(False)
        for value in known[1:]:
            found = _more_extreme(e, found, value.but(False))
    else:
        found = join(known, e.type)
    if isinstance(found, int):
        return found | (OPEN if unknown else 0)
    return found.but(unknown)  # type: ignore[no-any-return]  # bounds of some type


def _more_extreme(e: Aggregate, one: Possible, two: Possible) -> Possible:
    """The smaller or larger of two known values."""
    if one.singles is None or two.singles is None or len(one.singles) * len(two.singles) > PAIRS:
        return possible.extreme(e.op, one, two)
    pick = min if e.op == "min" else max
    pairs = product(one.singles, two.singles)
    return Possible(frozenset(pick(pair, key=lambda v: order_key(v, e.type)) for pair in pairs))


def _never(value: Many) -> bool:
    return value == OPEN if isinstance(value, int) else value.known == frozenset()


def _may_be_unknown(value: Many) -> bool:
    return bool(value & OPEN) if isinstance(value, int) else value.unknown

"""Single steps of an outlook: operators, conditionals and tables on what their parts can be."""

from datetime import date
from typing import Any

from matchrules import ir
from matchrules.engine.operators import operate
from matchrules.explain.prospects.values import (
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
    same,
    spread,
)
from matchrules.ir import RuleBase
from matchrules.regions import possible
from matchrules.regions.possible import UNKNOWN, Possible
from matchrules.types import Type, add_time, days_between, on_day, round_to


def bounded(base: RuleBase, e: Any, operands: list[Any]) -> Many:
    """An operator on operands that can be several values each."""
    if not any(isinstance(v, int) or isinstance(v.known, Members) for v in operands):
        size = 1
        for v in operands:
            size *= len(v.singles) if v.singles is not None else 1000
        if size <= 32:
            found = possible.lift(lambda *vs: operate(e, list(vs), base), *operands)
            if found is not None:
                return found
    match e:
        case ir.Arithmetic(op):
            return possible.arithmetic(op, *operands)
        case ir.Round(_, mode, places):
            return possible.monotone(lambda v: round_to(v, places, mode), operands[0])
        case ir.Extreme(op):
            return possible.extreme(op, *operands)
        case ir.AddTime(_, _, unit, sign):
            return moved(operands[0], operands[1], unit, sign)
        case ir.DaysBetween():
            return between(*operands)
        case ir.DayOf() if operands[0].singles is not None:
            low, high = ends(operands[1])
            days = operands[0].singles
            on: list[Any] = [
                on_day(y, d.month, d.day) for y in (low, high) if y is not None for d in days
            ]
            if len(on) == 2 * len(days) and None not in on:
                return spread(min(on), max(on), any(v.unknown for v in operands))
    return anything(e.type)


def moved(day: Possible, amount: Possible, unit: str, sign: int) -> Possible:
    unknown = day.unknown or amount.unknown
    (first, last), (least, most) = ends(day), ends(amount)
    if None in (first, last, least, most):
        return Possible(None, True)
    if sign < 0:
        least, most = -most, -least
    low, high = add_time(first, least, unit), add_time(last, most, unit)
    return spread(low or date.min, high or date.max, unknown or low is None or high is None)


def between(start: Possible, end: Possible) -> Possible:
    unknown = start.unknown or end.unknown
    (first, last), (early, late) = ends(start), ends(end)
    if None in (first, last, early, late):
        return Possible(None, unknown)
    return spread(days_between(last, early), days_between(first, late), unknown)


def may_be_unknown(many: Many) -> bool:
    return bool(many & OPEN) if isinstance(many, int) else many.unknown


def with_unknown(many: Many) -> Many:
    return many | OPEN if isinstance(many, int) else many.but(True)


def agreed(one: Many, two: Many, type_: Type) -> Many:
    """What both are where they are equal, else unknown (3)."""
    if isinstance(one, int):
        assert isinstance(two, int)
        both = one & two & (YES | NO)
        return both if both and one == two == both and both in (YES, NO) else both | OPEN
    assert isinstance(two, Possible)
    if exact(one) is not None and exact(one) == exact(two):
        return one
    if one.singles is not None and two.singles is not None:
        return Possible(one.singles & two.singles, True)
    if one.known == frozenset() or two.known == frozenset():
        return UNKNOWN
    return with_unknown(join([one, two], type_))


def disagree(outputs: list[tuple[Many, Bits]], first: bool) -> bool:
    """Whether two rows are candidates in every case, whose outputs are never equal, or one of
    which is never known."""
    early = outputs[:-1] if first else outputs
    if any(hit & YES for _, hit in early):
        return False
    sure = [value for value, hit in outputs if not hit & NO]
    for value in sure:
        if isinstance(value, int):
            if value == OPEN or not value & (sure[0] if isinstance(sure[0], int) else 0) & 3:
                return True
        elif value.known == frozenset() or apart(sure[0], value):
            return True
    return False


def apart(one: Many, two: Possible) -> bool:
    return isinstance(one, Possible) and same(one, two) == NO


def collected(outputs: list[tuple[Many, Bits]]) -> Many:
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    unknown = False
    for value, hit in outputs:
        if hit & YES:
            assert isinstance(value, Possible)
            singles: Any = value.singles or frozenset()
            may |= singles
            unknown = unknown or value.unknown
            if hit == YES and len(singles) == 1 and not value.unknown:
                must |= singles
    return Possible(Members(must, may), unknown)  # type: ignore[arg-type]  # the kind of sets


def keys(base: RuleBase, name: str, key: Many | None) -> list[Any]:
    """The keys that can be meant; one that is not listed stands for all such."""
    if key is None:
        return [None]
    listed = dict.fromkeys(row.key for row in base.parameters[name].rows)
    if isinstance(key, int):
        can: list[Any] = [value for value, bit in ((True, YES), (False, NO)) if key & bit]
    elif key.singles is not None:
        can = list(key.singles)
    else:
        return [*(k for k in listed if k is not None and key.may(k)), ()]
    missing = [()] if any(k not in listed for k in can) else []
    return [*(k for k in listed if k in can), *missing]

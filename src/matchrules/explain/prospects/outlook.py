"""What the rules can say over many cases at once, told from above: every extension of a case that
lies in a box of values.

Each expression gets the values that it can have; what is left out no case in the box gives. Rejects
and conflicts are not looked at, but values that only a faulty case has are left out.
"""

from collections.abc import Callable, Mapping
from typing import Any

from matchrules import ir
from matchrules.case.model import Case
from matchrules.engine.operators import operate
from matchrules.explain.prospects import picks
from matchrules.explain.prospects.frame import Frame
from matchrules.explain.prospects.model import Unknown
from matchrules.explain.prospects.steps import (
    agreed,
    bounded,
    collected,
    disagree,
    keys,
    may_be_unknown,
    with_unknown,
)
from matchrules.explain.prospects.values import (
    BOTH,
    EITHER,
    NO,
    OPEN,
    OPPOSITE,
    YES,
    Bits,
    Many,
    Members,
    clip,
    compare,
    decided,
    ends,
    exact,
    join,
    one_value,
    same,
)
from matchrules.ir import Define, Expression, Rule
from matchrules.regions.possible import Possible
from matchrules.types import Type, YesNo

Bound = Mapping[str, int]
NOTHING: Bound = {}
Domains = Mapping[Unknown, Many]


class Outlook:
    """The extensions of a case in which each unknown attribute has a value of its domain. A `child`
    narrows some domains, and shares with its parent all that does not rest on them."""

    def __init__(
        self, frame: Frame, case: Case, domains: Domains, parent: "Outlook | None" = None
    ) -> None:
        self.frame = frame
        self.base = frame.base
        self.case = case
        self.domains = domains
        self.parent = parent
        users = frame.users
        self.touched: frozenset[str] = (
            frozenset() if parent is None
            else frozenset().union(*(users[u.attribute] for u in domains))
        )  # fmt: skip
        self._kept: dict[tuple[str, int], Many] = {}
        self._worked_out: dict[Any, Many] = {}

    def child(self, domains: Domains) -> "Outlook":
        return Outlook(self.frame, self.case, domains, self)

    def domain(self, unknown: Unknown) -> Many | None:
        """What is left for an attribute; None where it is none of the unknown ones."""
        look: Outlook | None = self
        while look is not None:
            found = look.domains.get(unknown)
            if found is not None:
                return found
            look = look.parent
        return None

    # Names ----------------------------------------------------------------------------------------

    def attribute(self, fact: str, name: str, bound: Bound) -> Many:
        """The value after the default."""
        index = bound[fact] if self.base.facts[fact].many else 0
        dotted = f"{fact}.{name}"
        look = self._home(dotted)
        found = look._kept.get((dotted, index))
        if found is None:
            found = look._kept[dotted, index] = look._attribute(fact, name, index)
        return found

    def _home(self, dotted: str) -> "Outlook":
        look = self
        while look.parent is not None and dotted not in look.touched:
            look = look.parent
        return look

    def _attribute(self, fact: str, name: str, index: int) -> Many:
        declared = self.base.facts[fact]
        attribute, instances = declared.attributes[name], self.case.facts[fact]
        if index < len(instances) and instances[index][name] is not None:
            return one_value(instances[index][name], attribute.type)
        domain = self.domain(Unknown(fact, name, index if declared.many else None))
        if domain is not None and not may_be_unknown(domain):
            return domain
        otherwise = one_value(None, attribute.type)
        if attribute.default is not None:
            here = {fact: index} if index < len(instances) else NOTHING
            otherwise = clip(self.value(attribute.default, here), attribute.type)
        if domain is None:
            return otherwise
        if isinstance(domain, int):
            assert isinstance(otherwise, int)
            return domain & (YES | NO) | otherwise
        return join([domain.but(False), otherwise], attribute.type)

    def derived(self, name: str, bound: Bound) -> Many:
        define = self.base.defines[name]
        index = 0 if define.fact is None else bound[define.fact]
        look = self._home(name)
        found = look._kept.get((name, index))
        if found is None:
            mine = NOTHING if define.fact is None else {define.fact: index}
            found = look._kept[name, index] = look._derived(define, mine)
        return found

    def _derived(self, define: Define, bound: Bound) -> Many:
        if isinstance(define.body, ir.Table):
            found = self._table(define.body, define.type, bound)
        else:
            found = self.value(define.body, bound)
        return clip(found, define.type)

    def hits(self, table: ir.Table, bound: Bound) -> list[tuple[ir.Row, Bits]]:
        """The rows that can be candidates, and whether each can hit."""
        found = []
        for row in table.rows:
            hit = YES
            for test in row.tests:
                hit = BOTH[hit][self.bits(test, bound)]
                if hit == NO:
                    break
            if hit & YES or (hit & OPEN and table.hit != "collect"):
                found.append((row, hit))
                if hit == YES and table.hit != "collect":
                    # The known one decides; with `unique` a second one would be a fault.
                    return found if table.hit == "first" else found[-1:]
        return found

    def _table(self, table: ir.Table, type_: Type, bound: Bound) -> Many:
        hits = self.hits(table, bound)
        outputs = [(self.value(row.output, bound), hit) for row, hit in hits]
        if table.hit == "collect":
            return collected(outputs)
        values = [value for value, _ in outputs]
        if not values or disagree(outputs, table.hit == "first"):
            return one_value(None, type_)
        found = join(values, type_)
        several = len(values) > 1 and any(hit & OPEN for _, hit in hits)
        if several and not (decided(found) and not may_be_unknown(found)):
            return with_unknown(found)
        return found

    # Rules ----------------------------------------------------------------------------------------

    def holds(self, rule: Rule, bound: Bound) -> Bits:
        """Whether the conditions of the rule can hold, and can fail to."""
        can_fail = False
        for e in (*rule.guards, *(() if rule.when is None else (rule.when,))):
            bits = self.bits(e, bound)
            if not bits & YES:
                return NO
            can_fail = can_fail or bits != YES
        for e in rule.unless:
            bits = self.bits(e, bound)
            if bits == YES:
                return NO
            can_fail = can_fail or bool(bits & YES)
        return YES | NO if can_fail else YES

    def stands(self, rule: Rule, bound: Bound) -> Bits:
        """Whether its advice can stand, and can fail to."""
        found = self.holds(rule, bound)
        for other in self.base.overriders.get(rule.name, ()):
            if found == NO:
                break
            found = BOTH[found][OPPOSITE[self.holds(other, bound if other.fact else NOTHING)]]
        return found

    # Expressions ----------------------------------------------------------------------------------

    def bits(self, expression: Expression, bound: Bound = NOTHING) -> Bits:
        """What a condition can be."""
        found = self.value(expression, bound)
        assert isinstance(found, int)
        return found

    def value(self, expression: Expression, bound: Bound = NOTHING) -> Many:
        """What an expression can be."""
        kind = type(expression)
        if kind in _SHORT:
            return _WAYS[kind](self, expression, bound)
        key = (id(expression), *bound.values()) if bound else id(expression)
        found = self._worked_out.get(key)
        if found is None:
            found = self._worked_out[key] = _WAYS[kind](self, expression, bound)
        return found

    def _constant(self, e: ir.Constant, bound: Bound) -> Many:
        found = self.frame.constants.get(id(e))
        if found is None:
            found = self.frame.constants[id(e)] = one_value(e.value, e.type)
        return found

    def _and(self, e: ir.And, bound: Bound) -> Many:
        found = YES
        for operand in e.operands:
            found = BOTH[found][self.bits(operand, bound)]
            if found == NO:
                break
        return found

    def _or(self, e: ir.Or, bound: Bound) -> Many:
        found = NO
        for operand in e.operands:
            found = EITHER[found][self.bits(operand, bound)]
            if found == YES:
                break
        return found

    def _shown(self, e: ir.Shown, bound: Bound) -> Many:
        found = self.bits(e.operand, bound)
        return found & YES | (NO if found & (NO | OPEN) else 0)

    def _is_known(self, e: ir.IsKnown, bound: Bound) -> Many:
        found = self.value(e.operand, bound)
        if isinstance(found, int):
            return (YES if found & (YES | NO) else 0) | (NO if found & OPEN else 0)
        return (0 if found.known == frozenset() else YES) | (NO if found.unknown else 0)

    def _if(self, e: ir.If, bound: Bound) -> Many:
        test = self.bits(e.condition, bound)
        parts = []
        if test & YES:
            parts.append(self.value(e.then, bound))
        if test & NO:
            parts.append(self.value(e.otherwise, bound))
        if test & OPEN:
            parts.append(agreed(self.value(e.then, bound), self.value(e.otherwise, bound), e.type))
        return join(parts, e.type)

    def _if_known(self, e: ir.IfKnown, bound: Bound) -> Many:
        found = self.value(e.value, bound)
        if not may_be_unknown(found):
            return found
        otherwise = self.value(e.otherwise, bound)
        if isinstance(found, int):
            assert isinstance(otherwise, int)
            return found & (YES | NO) | otherwise
        return join([found.but(False), otherwise], e.type)

    def _parameter(self, e: ir.ParameterValue, bound: Bound) -> Many:
        on = None if e.on is None else self.value(e.on, bound)
        key = None if e.key is None else self.value(e.key, bound)
        unknown = any(v is not None and may_be_unknown(v) for v in (on, key))
        first, last = self.case.as_of, self.case.as_of
        if isinstance(on, Possible):
            if on.known == frozenset():
                return one_value(None, e.type)
            first, last = ends(on)
        values = []
        for chosen in keys(self.base, e.name, key):
            rows = [row for row in self.base.parameters[e.name].rows if row.key == chosen]
            early = [r.start is None or (first is not None and r.start <= first) for r in rows]
            started = [r for r, is_early in zip(rows, early, strict=True) if is_early]
            later = [
                r for r in rows[len(started) :]
                if last is None or r.start is None or r.start <= last
            ]  # fmt: skip
            unknown = unknown or not started
            values += [row.value for row in (*started[-1:], *later)]
        found = [one_value(value, e.type) for value in values]
        if unknown or not found:
            found.append(one_value(None, e.type))
        return join(found, e.type)

    def _compare(self, e: ir.Compare, bound: Bound) -> Many:
        left, right = self.value(e.left, bound), self.value(e.right, bound)
        return compare(e.op, left, right, e.left.type)

    def _in(self, e: ir.In, bound: Bound) -> Many:
        value = self.value(e.value, bound)
        items = [self.value(item, bound) for item in e.items]
        if isinstance(value, int):
            found = NO
            for item in items:
                found = EITHER[found][compare("==", value, item, YesNo())]
            unknown = any(may_be_unknown(v) for v in (value, *items))
            return found & (YES | NO) | (OPEN if unknown else 0)
        rest: list[Any] = items
        if value.known == frozenset() or any(item.known == frozenset() for item in rest):
            return OPEN
        unknown = value.unknown or any(item.unknown for item in rest)
        equal = [same(value, item) for item in rest]
        yes = any(bits & YES for bits in equal)
        surely = any(bits == YES for bits in equal)
        if value.singles is not None and not surely:
            fixed = [item.singles for item in rest if item.singles and len(item.singles) == 1]
            surely = value.singles <= frozenset().union(*fixed)
        return (YES if yes else 0) | (0 if surely else NO) | (OPEN if unknown else 0)

    def _in_range(self, e: ir.InRange, bound: Bound) -> Many:
        value, low, high = (self.value(part, bound) for part in (e.value, e.low, e.high))
        parts = [
            compare("<=", low, value, e.low.type), compare("<=", value, high, e.value.type)
        ]  # fmt: skip
        if OPEN in parts:
            return OPEN
        bits = BOTH[parts[0] & 3][parts[1] & 3]
        return bits | ((parts[0] | parts[1]) & OPEN)

    def _has(self, e: ir.Has, bound: Bound) -> Many:
        members, member = self.value(e.set, bound), self.value(e.member, bound)
        assert isinstance(members, Possible)
        assert isinstance(member, Possible)
        sets: Any = members.known
        if not isinstance(sets, Members) or member.known == frozenset():
            return OPEN
        unknown = OPEN if members.unknown or member.unknown else 0
        can: Any = member.singles if member.singles is not None else sets.may
        return (
            unknown
            | (YES if can & sets.may else 0)
            | (0 if member.singles is not None and can <= sets.must else NO)
        )

    def _is_empty(self, e: ir.IsEmpty, bound: Bound) -> Many:
        members = self.value(e.set, bound)
        assert isinstance(members, Possible)
        sets: Any = members.known
        if not isinstance(sets, Members):
            return OPEN
        unknown = OPEN if members.unknown else 0
        return unknown | (0 if sets.must else YES) | (NO if sets.may else 0)

    def _aggregate(self, e: ir.Aggregate, bound: Bound) -> Many:
        return picks.aggregate(self, e, bound)

    def _operation(self, e: Any, bound: Bound) -> Many:
        """An operator on numbers, days and texts."""
        operands: list[Any] = [self.value(part, bound) for part in ir.children(e)]
        if any(v == OPEN if isinstance(v, int) else v.known == frozenset() for v in operands):
            return one_value(None, e.type)
        values = [exact(v) for v in operands]
        if None not in values:
            return one_value(operate(e, [v[0] for v in values if v], self.base), e.type)
        return bounded(self.base, e, operands)


# Kept under their names, or found as quickly as a value that is kept.
_SHORT = frozenset({ir.Constant, ir.AsOf, ir.Attribute, ir.Derived, ir.Not})
_WAYS: dict[type, Callable[[Outlook, Any, Bound], Many]] = {
    ir.Constant: Outlook._constant,
    ir.AsOf: lambda look, e, bound: one_value(look.case.as_of, e.type),
    ir.Attribute: lambda look, e, bound: look.attribute(e.fact, e.name, bound),
    ir.Derived: lambda look, e, bound: look.derived(e.name, bound),
    ir.ParameterValue: Outlook._parameter,
    ir.Not: lambda look, e, bound: OPPOSITE[look.bits(e.operand, bound)],
    ir.And: Outlook._and,
    ir.Or: Outlook._or,
    ir.Shown: Outlook._shown,
    ir.IsKnown: Outlook._is_known,
    ir.If: Outlook._if,
    ir.IfKnown: Outlook._if_known,
    ir.Compare: Outlook._compare,
    ir.In: Outlook._in,
    ir.InRange: Outlook._in_range,
    ir.Has: Outlook._has,
    ir.IsEmpty: Outlook._is_empty,
    ir.Aggregate: Outlook._aggregate,
    **dict.fromkeys(
        (
            ir.Arithmetic,
            ir.Round,
            ir.AddTime,
            ir.DaysBetween,
            ir.DayOf,
            ir.Extreme,
            ir.Format,
        ),
        Outlook._operation,
    ),
}

"""Cases in which a premise is true: found by climbing.

A premise such as "in scope, passed, and the score is at the mark" is true of few random cases. How
near a case comes is scored, through defines and tables too; changes that bring it nearer are kept.
"""

from datetime import date
from fractions import Fraction
from random import Random

from attrs import frozen

from matchrules import ir
from matchrules.engine.interpreter import NOTHING, Bound
from matchrules.ir import Expression
from matchrules.testing.ground import Ground, Slot, Start
from matchrules.testing.mending import mended, reads, rules_behind
from matchrules.testing.runs import Run, runs_of
from matchrules.testing.sketch import Sketch, change, complete, facts_of
from matchrules.testing.twins import Difference, make_room, second_case
from matchrules.types import Value, order_key

DEPTH = 12  # of defines that are looked through
UNKNOWN = 0.3  # how near an unknown is to being true

ANYTHING = Difference()
CLIMBS, STEPS, WANTED = 10, 90, 4


@frozen
class Aim:
    """A premise to be made true, of one case or of two that differ as said; `fact` is that of its
    `for each`."""

    ground: Ground
    premise: Expression
    fact: str | None = None
    cases: tuple[str, ...] = ()
    difference: Difference = ANYTHING

    def starts(self) -> tuple[Start, ...]:
        """Valid cases in which the premise is true."""
        random = Random(0)  # the same book gives the same cases
        places = reads(self.ground.base, self.premise)
        if self.fact is not None:
            places |= {(self.fact, name) for name in self.ground.base.facts[self.fact].attributes}
        named = {(e.fact, e.name) for e in ir.walk(self.premise) if isinstance(e, ir.Attribute)}
        behind = [slot for slot in self.ground.slots if slot.place in places]
        direct = [slot for slot in behind if slot.place in named]
        # What the premise names itself is changed as often as all that stands behind it.
        slots = behind + direct * (len(behind) // len(direct) if direct else 0)
        found: list[Start] = []
        for number in range(CLIMBS):
            start = self._climb(slots, random, number)
            if start is not None:
                found.append(start)
            if len(found) == WANTED or (found and number >= CLIMBS // 2):
                break
        return tuple(found)

    def _climb(self, slots: list[Slot], random: Random, number: int) -> Start | None:
        """One way up from an example, or from nothing."""
        ground = self.ground
        counts = tuple(1 if f.name == self.fact else random.randint(0, 1) for f in ground.many)
        sketch = Sketch(0, random.randint(0, len(ground.starts)), 0, number, counts, ())
        day, facts = facts_of(ground, sketch)
        make_room(ground.base, facts, self.difference)
        best, kept = -1.0, Start(day, facts)
        for step in range(STEPS):
            tried = kept.copy()
            if step:
                tried = self._changed(tried, slots, random, number)
            score, tried = self._score(tried, random)
            if score >= best:
                best, kept = score, tried
            if score == 1.0:
                return kept
        return None

    def _changed(self, start: Start, slots: list[Slot], random: Random, number: int) -> Start:
        ground, day = self.ground, start.day or self.ground.days[0]
        if self.cases and not self.difference.free and random.random() < 0.4:
            return start  # only the second case changes
        if not slots or random.random() < 0.1:
            day = random.choice(ground.days)
        for _ in range(random.choice((1, 1, 2, 3)) if slots else 0):
            change(ground, day, start.facts, random.choice(slots), random.randrange(256))
        complete(ground, day, start.facts, number)
        return Start(day, start.facts, start.twin)

    def _score(self, start: Start, random: Random) -> tuple[float, Start]:
        """How near the premise is to being true; the start with what the second case asserts."""
        base, day = self.ground.base, start.day or self.ground.days[0]
        case = mended(base, day, start.facts)
        if case is None:
            return -1.0, start
        both = (case, case)
        if self.cases and not self.difference.free:
            changes = [(random.randrange(256), random.randrange(256)) for _ in range(2)]
            second = second_case(
                self.ground, base, day, start.facts, self.difference, start.twin,
                changes[random.randint(0, 1):], random.randrange(256),
            )  # fmt: skip
            if second is None:
                return -1.0, start
            both = (case, second[0])
            start = Start(start.day, start.facts, second[1])
        runs = runs_of(base, *(both if self.cases else both[:1]))
        run = runs[0]
        run.cases = dict(zip(self.cases, runs, strict=False))
        each = run.each(self.fact)
        return max((near(run, self.premise, b) for b in each), default=0.0), start


def near(run: Run, e: Expression, bound: Bound = NOTHING, depth: int = DEPTH) -> float:
    """How near a condition is to being true: 1 where it is."""
    value = run.value(e, bound)
    if value is True:
        return 1.0
    return min(0.99, _near(run, e, bound, depth, UNKNOWN if value is None else 0.0))


def _near(run: Run, e: Expression, bound: Bound, depth: int, plain: float) -> float:
    if depth <= 0:
        return plain
    match e:
        case ir.And(operands):
            return sum(near(run, o, bound, depth) for o in operands) / len(operands)
        case ir.Or(operands):
            return max(near(run, o, bound, depth) for o in operands)
        case ir.Shown(operand):
            return near(run, operand, bound, depth)
        case ir.InCase(case, operand):
            return near(run.cases[case], operand, bound, depth)
        case ir.Not(operand):
            return far(run, operand, bound, depth)
        case ir.If(condition, then, otherwise):
            held = near(run, condition, bound, depth) + near(run, then, bound, depth)
            not_held = far(run, condition, bound, depth) + near(run, otherwise, bound, depth)
            return max(held, not_held) / 2
        case ir.Derived(name):
            body = run.base.defines[name].body
            if isinstance(body, ir.Table):
                return _near_value(run, e, True, bound, depth)
            return near(run, body, bound, depth - 1)
        case ir.Compare(op, left, right):
            return _compared(run, op, left, right, bound, depth, plain)
        case ir.InRange(tested, low, high):
            return min(_compared(run, "<=", a, b, bound, depth, plain)
                       for a, b in ((low, tested), (tested, high)))  # fmt: skip
        case ir.In(tested, items):
            known = [run.value(item, bound) for item in items]
            return max(_near_value(run, tested, v, bound, depth) for v in known if v is not None)
        case ir.Fires() | ir.Advised():
            return max((_fires(run, rule, b, depth) for rule in rules_behind(run.base, e)
                        for b in run.each(rule.fact)), default=0.0)  # fmt: skip
        case ir.Aggregate(op="any", fact=fact, where=where) if where is not None:
            each = run.each(fact, bound)
            return max((near(run, where, b, depth - 1) for b in each), default=0.0) * 0.9
    return plain


def far(run: Run, e: Expression, bound: Bound, depth: int) -> float:
    """How near a condition is to being false."""
    value = run.value(e, bound)
    if value is False:
        return 1.0
    match e:
        case ir.And(operands):
            return max(far(run, o, bound, depth) for o in operands)
        case ir.Or(operands):
            return sum(far(run, o, bound, depth) for o in operands) / len(operands)
        case ir.Not(operand):
            return near(run, operand, bound, depth)
        case ir.Derived(name) if depth > 0:
            body = run.base.defines[name].body
            if not isinstance(body, ir.Table):
                return far(run, body, bound, depth - 1)
    return UNKNOWN if value is None else 0.0


def _fires(run: Run, rule: ir.Rule, bound: Bound, depth: int) -> float:
    needed = [*rule.guards, *(() if rule.when is None else (rule.when,))]
    scores = [near(run, e, bound, depth - 1) for e in needed]
    scores += [far(run, e, bound, depth - 1) for e in rule.unless]
    return sum(scores) / len(scores) if scores else 0.0


def _compared(
    run: Run, op: str, left: Expression, right: Expression, bound: Bound, depth: int,
    plain: float,
) -> float:  # fmt: skip
    one, two = run.value(left, bound), run.value(right, bound)
    if op == "==" and isinstance(two, str | bool):
        return _near_value(run, left, two, bound, depth)
    if one is None or two is None:
        return plain / 2 + (plain / 2) * ((one is not None) or (two is not None))
    if isinstance(one, frozenset) or op == "!=":
        return plain
    a, b = order_key(one, left.type), order_key(two, right.type)
    if (op in ("<", "<=") and a < b) or (op in (">", ">=") and a > b):
        return 1.0
    if isinstance(a, date) and isinstance(b, date):
        return 0.4 + 0.5 / (1.0 + abs((a - b).days) / 30)
    if isinstance(a, int | Fraction) and isinstance(b, int | Fraction):
        return 0.4 + 0.5 / (1.0 + abs(float(a) - float(b)))
    return plain


def _near_value(
    run: Run, e: Expression, wanted: Value, bound: Bound, depth: int
) -> float:
    """How near an expression is to having that value: of a define, by the branches and rows that
    give it."""
    value = run.value(e, bound)
    if value == wanted:
        return 1.0
    plain = UNKNOWN if value is None else 0.1
    if depth <= 0:
        return plain
    match e:
        case ir.Constant():
            return 0.0
        case ir.InCase(case, operand):
            return _near_value(run.cases[case], operand, wanted, bound, depth)
        case ir.If(condition, then, otherwise):
            held = near(run, condition, bound, depth - 1)
            one = _both(held, _near_value(run, then, wanted, bound, depth))
            not_held = far(run, condition, bound, depth - 1)
            return max(one, _both(not_held, _near_value(run, otherwise, wanted, bound, depth)))
        case ir.IfKnown(first, otherwise):
            return max(_near_value(run, branch, wanted, bound, depth - 1)
                       for branch in (first, otherwise))  # fmt: skip
        case ir.Derived(name):
            body = run.base.defines[name].body
            if not isinstance(body, ir.Table):
                return _near_value(run, body, wanted, bound, depth - 1)
            rows = [row for row in body.rows if run.value(row.output, bound) == wanted]
            return max((sum(near(run, t, bound, depth - 1) for t in row.tests) / len(row.tests)
                        for row in rows), default=0.0) * 0.95  # fmt: skip
    return plain


def _both(one: float, other: float) -> float:
    return (one + other) / 2 if other > 0 else 0.0

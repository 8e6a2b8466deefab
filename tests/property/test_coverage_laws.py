"""Coverage equals its definition, worked out the long way: the interpreter is asked what a decision
comes to with one condition replaced."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from attrs import evolve, frozen
from books_and_cases import examples, loaded
from hypothesis import given
from hypothesis import strategies as st

from matchrules import ir
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation
from matchrules.testing import books
from matchrules.testing.coverage.places import Texts
from matchrules.testing.coverage.plan import Decision, Plan, plan
from matchrules.testing.coverage.trees import (
    MOST_CHANGES,
    MOST_LOOKED_AT,
    Fixed,
    Node,
    Tree,
    Values,
    changed,
    nearest,
    shown,
    targets,
    wanted,
    worth,
)
from matchrules.testing.coverage.watch import Seen, key, watch
from matchrules.testing.strategies import drawn_in
from matchrules.types import YesNo

TRUTHS = (True, False, None)
COUNT = 4


def nodes(below: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    def of(op: Any, least: int, most: int) -> st.SearchStrategy[Tree]:
        operands = st.lists(below, min_size=least, max_size=most)
        return operands.map(lambda found: Node(op, tuple(found)))

    return st.one_of(
        of("and", 2, 3), of("or", 2, 3), of("not", 1, 1), of("shown", 1, 1), of("known", 1, 1),
        of("if", 3, 3), of("if_known", 2, 2),
    )  # fmt: skip


TREES = st.recursive(
    st.one_of(st.integers(0, COUNT - 1), st.sampled_from(TRUTHS).map(Fixed)), nodes, max_leaves=8
)
SEEN = st.lists(st.tuples(*[st.sampled_from(TRUTHS)] * COUNT), max_size=6)


def covered(tree: Tree, place: int, seen: list[Values]) -> bool:
    """The definition, pair by pair."""

    def comes_out(values: Values) -> bool:
        return worth(tree, values) is True

    return any(
        a[place] is True
        and b[place] is not True
        and comes_out(a) is not comes_out(changed(a, place, b[place]))
        and comes_out(b) is not comes_out(changed(b, place, a[place]))
        for a, b in product(seen, seen)
    )


@given(TREES, SEEN, st.integers(0, COUNT - 1))
@examples(150)
def test_a_condition_is_covered_by_a_pair(tree: Tree, seen: list[Values], place: int) -> None:
    found = shown(tree, place, seen)
    assert found.covered is covered(tree, place, seen)
    assert bool(found.missing) is not found.covered


@given(TREES, SEEN, st.integers(0, COUNT - 1))
@examples(100)
def test_what_is_wanted_shows_it(tree: Tree, seen: list[Values], place: int) -> None:
    whole = Node("or", (tree, Node("and", tuple(range(COUNT)))))  # so that it has them all
    found = shown(whole, place, seen)
    for side in found.missing:
        one = wanted(whole, place, side, seen, found)
        for values in (*targets(whole, place, side, seen, found), *([one[0]] if one else [])):
            assert side not in shown(whole, place, [*seen, values]).missing


@given(SEEN)
@examples(50)
def test_what_is_nearest_comes_first(seen: list[Values]) -> None:
    found = [*nearest(seen)]
    apart = [sum(a is not b for a, b in zip(*pair, strict=True)) for pair in found]
    assert apart == sorted(apart)
    assert set(found) == {
        (values, start) for start in seen for values in product(TRUTHS, repeat=COUNT)
        if sum(a is not b for a, b in zip(values, start, strict=True)) <= MOST_CHANGES
    }  # fmt: skip


def test_of_many_conditions_not_all_is_gone_through() -> None:
    unknown: Values = (None,) * 300
    found = [values for values, _ in nearest([unknown])]
    assert 1 < len(found) == MOST_LOOKED_AT // 300
    whole = Node("and", tuple(range(300)))
    assert wanted(whole, 0, "true", [unknown], shown(whole, 0, [unknown])) is None


def replaced(e: ir.Expression, leaf: ir.Expression, value: bool | None) -> ir.Expression:
    """A condition with one part of it, by identity, at another value."""
    if e is leaf:
        return ir.Constant(value, YesNo())
    match e:
        case ir.And(operands) | ir.Or(operands):
            return evolve(e, operands=tuple(replaced(o, leaf, value) for o in operands))
        case ir.Not(operand) | ir.Shown(operand) | ir.IsKnown(operand):
            return evolve(e, operand=replaced(operand, leaf, value))
        case ir.If(condition, then, otherwise):
            parts = (replaced(part, leaf, value) for part in (condition, then, otherwise))
            return ir.If(*parts, e.type)
        case ir.IfKnown(first, otherwise):
            return evolve(
                e, value=replaced(first, leaf, value), otherwise=replaced(otherwise, leaf, value)
            )
    return e


Reached = tuple[Callable[[Interpretation, Bound], bool], int]  # asked of how many of the instances


@frozen
class Asked:
    """A decision as the interpreter is asked for it: what has to be true, what may not be, and what
    leads there, of the instances that it is asked of. `always`: in a case that is refused too."""

    decision: Decision
    needed: tuple[ir.Expression, ...]
    reach: tuple[Reached, ...] = ()
    blocking: tuple[ir.Expression, ...] = ()
    always: bool = False

    def bounds(self, run: Interpretation) -> list[tuple[Bound, ...]]:
        """Of none of the facts, of the outermost, and so on to all."""
        chains: list[tuple[Bound, ...]] = [(NOTHING,)]
        for fact in self.decision.facts:
            chains = [(*chain, one) for chain in chains for one in run.each(fact, chain[-1])]
        return chains

    def reached(self, run: Interpretation, bounds: tuple[Bound, ...]) -> bool:
        return all(leads(run, bounds[depth]) for leads, depth in self.reach)

    def said_to_be_reached(self, run: Interpretation, bounds: tuple[Bound, ...]) -> bool:
        """What a proposed case is sought by; it may ask for more than is needed."""
        return all(run.value(e, bounds[depth]) is True for e, depth in self.decision.reach)

    def comes_out(
        self, run: Interpretation, bound: Bound, leaf: ir.Expression, value: bool | None
    ) -> bool:
        def true(e: ir.Expression) -> bool:
            return run.value(replaced(e, leaf, value), bound) is True

        return all(map(true, self.needed)) and not any(map(true, self.blocking))

    def covered(self, place: int, runs: list[Interpretation]) -> bool:
        leaf = self.decision.conditions[place].expression
        each = []
        for run in runs:
            for bound in [b[-1] for b in self.bounds(run) if self.reached(run, b)]:
                value = run.value(leaf, bound)
                each.append((run, bound, value, self.comes_out(run, bound, leaf, value)))
        return any(
            a is True
            and b is not True
            and self.comes_out(one, at, leaf, b) is not out
            and self.comes_out(two, there, leaf, a) is not came
            for (one, at, a, out), (two, there, b, came) in product(each, each)
        )


def comes_to(e: ir.Expression, *values: object) -> Callable[[Interpretation, Bound], bool]:
    return lambda run, bound: any(run.value(e, bound) is value for value in values)


def differs(fact: str, attribute: ir.AttributeDeclaration) -> Callable[..., bool]:
    """What is asserted from the default, both known."""

    def look(run: Interpretation, bound: Bound) -> bool:
        assert attribute.default is not None
        instances, index = run.case.facts[fact], bound.get(fact, 0)
        asserted = instances[index][attribute.name] if index < len(instances) else None
        default = run.value(attribute.default, bound)
        return None not in (asserted, default) and asserted != default

    return look


def behind(base: ir.RuleBase, expressions: list[ir.Expression]) -> set[str]:
    """The defines that these rest on."""
    found = {n.name for e in expressions for n in ir.walk(e) if isinstance(n, ir.Derived)}
    while True:
        more = [e for name in found for e in base.defines[name].expressions()]
        wider = found | {n.name for e in more for n in ir.walk(e) if isinstance(n, ir.Derived)}
        if wider == found:
            return found
        found = wider


class Asking:
    """The decisions of a rule base, found by what the manual says of where each is evaluated."""

    def __init__(self, mine: Plan) -> None:
        self.mine = mine

    def __iter__(self) -> Iterator[Asked]:
        base = self.mine.base
        for rule in base.rules.values():
            yield from self.rule(rule)
        early = behind(base, [e for first, _ in self.first() for e in first])
        for one in base.defines.values():
            for found in self.define(one):
                yield evolve(found, always=one.name in early)
        for _, found in self.first():
            yield from (evolve(one, always=True) for one in found)

    def first(self) -> Iterator[tuple[list[ir.Expression], Iterator[Asked]]]:
        """What may refuse a case: rejects and defaults."""
        for reject in self.mine.base.rejects:
            yield [reject.when], self.whole(reject.when, 0 if reject.fact is None else 1)
        for fact in self.mine.base.facts.values():
            depth = 1 if fact.many else 0
            for attribute in fact.attributes.values():
                if attribute.default is not None:
                    yield [attribute.default], self.inside(attribute.default, depth)
                if attribute.unless is not None:
                    found = (differs(fact.name, attribute), depth)
                    yield [attribute.unless], self.whole(attribute.unless, depth, (found,))

    def define(self, one: ir.Define) -> Iterator[Asked]:
        depth = 0 if one.fact is None else 1
        if isinstance(one.body, ir.Table):
            return self.table(one.body, depth)
        look = self.whole if isinstance(one.type, YesNo) else self.inside
        return look(one.body, depth)

    def rule(self, rule: ir.Rule) -> Iterator[Asked]:
        above: tuple[Reached, ...] = ()
        for guard in rule.guards:
            yield from self.decided(self.mine.guards[id(guard)], (guard,), 0, above)
            above = (*above, (comes_to(guard, True), 0))
        depth = 0 if rule.fact is None else 1
        needed = () if rule.when is None else (rule.when,)
        if rule.name in self.mine.rules:
            decision = self.mine.rules[rule.name]
            yield from self.decided(decision, needed, depth, above, rule.unless)
        stands = ((lambda run, bound: run.stands(rule, bound)), depth)
        for then in rule.thens:
            for value in then.fields.values():
                yield from self.inside(value, depth, (stands,))

    def table(self, table: ir.Table, depth: int) -> Iterator[Asked]:
        """What stands in outputs is looked at where the row is a candidate: left out here."""
        for head in table.heads:
            yield from self.inside(head, depth)
        for row in table.rows:
            for head, test in zip(table.heads, row.tests, strict=True):
                for operand in ir.children(test):
                    if operand is not head:
                        yield from self.inside(operand, depth)

    def whole(
        self, e: ir.Expression, depth: int, reach: tuple[Reached, ...] = ()
    ) -> Iterator[Asked]:
        yield from self.decided(self.mine.at[id(e)], (e,), depth, reach)

    def decided(
        self, decision: Decision, needed: tuple[ir.Expression, ...], depth: int,
        reach: tuple[Reached, ...], blocking: tuple[ir.Expression, ...] = (),
    ) -> Iterator[Asked]:  # fmt: skip
        assert len(decision.facts) == depth
        yield Asked(decision, needed, reach, blocking)
        for condition in decision.conditions:
            yield from self.inside(condition.expression, depth, reach)

    def inside(
        self, e: ir.Expression, depth: int, reach: tuple[Reached, ...] = ()
    ) -> Iterator[Asked]:
        match e:
            case ir.If(condition, then, otherwise):
                yield from self.whole(condition, depth, reach)
                taken, other = comes_to(condition, True, None), comes_to(condition, False, None)
                yield from self.inside(then, depth, (*reach, (taken, depth)))
                yield from self.inside(otherwise, depth, (*reach, (other, depth)))
            case ir.IfKnown(value, otherwise):
                yield from self.inside(value, depth, reach)
                unknown = comes_to(value, None)
                yield from self.inside(otherwise, depth, (*reach, (unknown, depth)))
            case ir.Aggregate(where=where):
                if where is not None and not e.take:
                    yield from self.whole(where, depth + 1, reach)
            case _:
                for child in ir.children(e):
                    yield from self.inside(child, depth, reach)


@given(books(), st.data())
@examples(25)
def test_coverage_of_random_books(files: dict[str, str], data: st.DataObject) -> None:
    book = loaded(files)
    base, first = data.draw(drawn_in(book))
    cases = [first, *(data.draw(drawn_in(book, first.as_of))[1] for _ in range(3))]
    mine: Plan = plan(base, Texts(book.sources))
    seen = Seen()
    every, runs = [], []
    for case in cases:
        run = Interpretation(base, case)
        every.append(run)
        if watch(mine, case, seen):
            runs.append(run)
        else:  # what was drawn breaks no reject, but a define may leave its range
            with pytest.raises(CaseErrors):
                run.outcome()
    for one in Asking(mine):
        for run in runs:
            for bounds in one.bounds(run):
                if one.said_to_be_reached(run, bounds):
                    assert one.reached(run, bounds), one.decision
        for place in range(len(one.decision.conditions)):
            found = shown(one.decision.tree, place, seen.decided.get(key(one.decision), {}))
            assert found.covered is one.covered(place, every if one.always else runs), one.decision
    fired = {
        rule.name
        for run in runs for rule in base.rules.values()
        if any(run.stands(rule, bound) for bound in run.each(rule.fact))
    }  # fmt: skip
    assert {rule.name for rule in base.rules.values() if rule.span in seen.fired} == fired


@given(books())
@examples(25)
def test_every_condition_has_its_place(files: dict[str, str]) -> None:
    """The text at the place of a condition is written like one: it holds what the condition
    names."""
    book = loaded(files)
    texts = Texts(book.sources)
    for base in book.bases:
        for decision in plan(base, texts).decisions():
            for condition in decision.conditions:
                if decision.kind in ("rule", "define", "reject"):  # the place of their name
                    assert condition.span != decision.span
                for node in ir.walk(condition.expression):
                    if isinstance(node, ir.Attribute | ir.Derived):
                        assert node.name.rpartition(".")[2] in condition.text
                        break

"""Coverage equals its definition, worked out the long way: the interpreter is asked what a decision
comes to with one condition replaced."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from attrs import evolve, frozen
from books_and_cases import examples, loaded
from hypothesis import given
from hypothesis import strategies as st

from matchrules import ir
from matchrules.engine.interpreter import Bound, Interpretation
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


@frozen
class Asked:
    """A decision as the interpreter is asked for it: what has to be true, what may not be, and the
    instances that it is asked of."""

    decision: Decision
    needed: tuple[ir.Expression, ...]
    blocking: tuple[ir.Expression, ...] = ()
    guards: tuple[ir.Expression, ...] = ()

    def evaluations(self, runs: list[Interpretation]) -> Iterator[tuple[Interpretation, Bound]]:
        for run in runs:
            bounds: list[Bound] = [{}]
            for fact in self.decision.facts:
                bounds = [inner for bound in bounds for inner in run.each(fact, bound)]
            for bound in bounds:
                if all(run.value(guard, bound) is True for guard in self.guards):
                    yield run, bound

    def comes_out(
        self, run: Interpretation, bound: Bound, leaf: ir.Expression, value: bool | None
    ) -> bool:
        def true(e: ir.Expression) -> bool:
            return run.value(replaced(e, leaf, value), bound) is True

        return all(map(true, self.needed)) and not any(map(true, self.blocking))

    def covered(self, place: int, runs: list[Interpretation]) -> bool:
        leaf = self.decision.conditions[place].expression
        each = []
        for run, bound in self.evaluations(runs):
            value = run.value(leaf, bound)
            each.append((run, bound, value, self.comes_out(run, bound, leaf, value)))
        return any(
            a is True
            and b is not True
            and self.comes_out(one, at, leaf, b) is not out
            and self.comes_out(two, there, leaf, a) is not came
            for (one, at, a, out), (two, there, b, came) in product(each, each)
        )


def asked(mine: Plan) -> Iterator[Asked]:
    """The decisions of rules, defines, rejects, and of the `where` of what is always asked."""
    for name, decision in mine.rules.items():
        rule = mine.base.rules[name]
        needed = () if rule.when is None else (rule.when,)
        yield Asked(decision, needed, rule.unless, rule.guards)
    nodes = [node for top in mine.base.expressions() for node in ir.walk(top)]
    nodes += [one.body for one in mine.base.defines.values() if not isinstance(one.body, ir.Table)]
    nodes += [node.where for node in nodes if isinstance(node, ir.Aggregate) and node.where]
    some = {id(n.where) for n in nodes if isinstance(n, ir.Aggregate) and n.take}
    for expression in {id(node): node for node in nodes}.values():
        decision = mine.at.get(id(expression))
        if decision is None or decision.reach or id(expression) in some:
            continue
        if decision.kind in ("define", "reject", "selection"):
            yield Asked(decision, (expression,))


@given(books(), st.data())
@examples(25)
def test_coverage_of_random_books(files: dict[str, str], data: st.DataObject) -> None:
    book = loaded(files)
    base, first = data.draw(drawn_in(book))
    cases = [first, *(data.draw(drawn_in(book, first.as_of))[1] for _ in range(3))]
    mine: Plan = plan(base, Texts(book.sources))
    seen = Seen()
    for case in cases:
        assert watch(mine, case, seen)
    runs = [Interpretation(base, case) for case in cases]
    for one in asked(mine):
        for place in range(len(one.decision.conditions)):
            found = shown(one.decision.tree, place, seen.decided.get(key(one.decision), {}))
            assert found.covered is one.covered(place, runs), one.decision
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

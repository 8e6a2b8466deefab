"""Cases that would show what is missing, each near an example that there is, or near nothing told.

A goal is climbed to from the examples that come nearest: one attribute is changed at a time, to a
value around which answers change; what brings the goal nearer is kept, for a few steps.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Final

from attrs import define, frozen

from matchrules import ir
from matchrules.case.model import Case
from matchrules.case.validation import assemble
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.interpreter import NOTHING, Bound, Interpretation
from matchrules.ir import Example, RuleBase
from matchrules.syntax import ast
from matchrules.testing.aiming import near
from matchrules.testing.coverage.blocks import block
from matchrules.testing.coverage.expecting import expectations
from matchrules.testing.coverage.measure import (
    ConditionItem,
    Coverage,
    Item,
    RowItem,
    RuleItem,
)
from matchrules.testing.coverage.places import Texts
from matchrules.testing.coverage.plan import Asked, Decision, Home, Plan, standing
from matchrules.testing.coverage.trees import Side, Values, shown, shows, targets
from matchrules.testing.coverage.watch import Seen, key, watch
from matchrules.testing.ground import Facts, Ground, ground_of
from matchrules.testing.mending import reads
from matchrules.types import Value

if TYPE_CHECKING:
    from matchrules.rulebook import Book

STEPS: Final = 3  # attributes changed at once
KEPT: Final = 3  # cases gone on from at each step
STARTS: Final = 4  # examples started from
MOST_VALUES: Final = 24  # tried of each attribute
MOST_INSTANCES: Final = 8  # tried of each fact, to be added
MOST_TRIED: Final = 3000  # cases, for each goal


@frozen
class Suggestion:
    """A case that shows what is missing: as an example to be pasted into that file, and what it
    shows; a condition once for each of its values."""

    text: str
    file: str
    shows: tuple[Item, ...]


Target = tuple[Asked, ...]  # what is to be true, each of how many of the instances


@frozen
class Goal:
    """Something to be shown. `met` says whether a case shows it, on the face of it; `seen` whether
    everything that was seen does. Both `met` and `targets` are asked of an instance of each of the
    `facts`: bound are none of them, the outermost, and so on to all. Finding the targets is work,
    and of most goals nobody asks for them."""

    item: Item
    said: str
    home: Home
    facts: tuple[str, ...]
    targets: Callable[[], tuple[Target, ...]]
    met: Callable[[Interpretation, Sequence[Bound]], bool]
    seen: Callable[[Seen], bool]


@define
class _State:
    day: date
    facts: Facts
    score: float = 0.0


def suggest(book: "Book", coverage: Coverage) -> Iterator[Suggestion]:
    """A case for each thing that is missing, as far as one is found; one case may show several."""
    seeker = _Seeker(book, coverage)
    for goal in seeker.goals():
        if not goal.seen(seeker.seen):
            found = seeker.seek(goal)
            if found is not None:
                yield found


class _Seeker:
    def __init__(self, book: "Book", coverage: Coverage) -> None:
        self.book = book
        self.coverage = coverage
        self.seen = coverage.seen
        self.starts = _starts(coverage)
        self.found: list[tuple[RuleBase, _State]] = []
        self.plans = {id(one.base): one for one in coverage.plans}
        self.examples = [
            (example, book.base_on(example.as_of))
            for example in book.examples
            if example.as_of is not None and example.expects
        ]

    # What is missing ----------------------------------------------------------------------------

    def goals(self) -> Iterator[Goal]:
        for item in self.coverage.items:
            if not item.missing:
                continue
            match item:
                case RuleItem():
                    yield self._rule(item)
                case RowItem():
                    yield self._row(item)
                case ConditionItem():
                    for side in item.lacks:
                        yield self._condition(item, side)

    def _rule(self, item: RuleItem) -> Goal:
        rule = item.rule
        bases = (one.base for one in self.coverage.plans)
        base = next(base for base in bases if base.rules.get(rule.name) is rule)
        needed = standing(base, rule)
        facts = () if rule.fact is None else (rule.fact,)
        return Goal(
            item, f"{item.name} fires", Home(f"rule {item.name}", rule, rule.fact),
            facts, lambda: (tuple((one, len(facts)) for one in needed),),
            lambda run, bounds: run.stands(rule, bounds[-1]),
            lambda seen: item.span in seen.fired,
        )  # fmt: skip

    def _row(self, item: RowItem) -> Goal:
        defined = item.defined
        assert isinstance(defined.body, ir.Table)
        row = defined.body.rows[item.number - 1]
        needed = list(row.tests)
        if defined.body.hit == "first":
            above = defined.body.rows[: item.number - 1]
            needed += [ir.Not(ir.And(one.tests)) for one in above]
        whole = ir.And(tuple(needed))
        facts = () if defined.fact is None else (defined.fact,)
        return Goal(
            item, f"{item.table}, row {item.number}",
            Home(f"table {item.table}", defined, defined.fact),
            facts, lambda: (tuple((one, len(facts)) for one in needed),),
            lambda run, bounds: run.value(whole, bounds[-1]) is True,
            lambda seen: item.span in seen.hit,
        )  # fmt: skip

    def _condition(self, item: ConditionItem, side: Side) -> Goal:
        decision, place = item.decision, item.place

        def known(seen: Seen) -> Mapping[Values, Example | None]:
            return seen.decided.get(key(decision), {})

        def met(run: Interpretation, bounds: Sequence[Bound]) -> bool:
            if any(run.value(e, bounds[depth]) is not True for e, depth in decision.reach):
                return False
            values = tuple(run.value(c.expression, bounds[-1]) for c in decision.conditions)
            so_far = shown(decision.tree, place, known(self.seen))
            return shows(decision.tree, values, place, side, so_far)

        def aims() -> tuple[Target, ...]:
            seen = known(self.seen)
            so_far = shown(decision.tree, place, seen)
            found = targets(decision.tree, place, side, list(seen), so_far)
            return tuple(_target(decision, values) for values in found)

        words = item.words if side == "true" else item.opposite
        return Goal(
            item, f"{_called(decision.home.name)}: {words}", decision.home,
            decision.facts, aims, met,
            lambda seen: side not in shown(decision.tree, place, known(seen)).missing,
        )  # fmt: skip

    # A case for it ------------------------------------------------------------------------------

    def seek(self, goal: Goal) -> Suggestion | None:
        """A case near an example, if one is found."""
        aims = goal.targets()
        for one in self.coverage.plans:
            base = one.base
            climb = _Climb(base, goal, aims, ground_of(base))
            states = [
                _State(e.as_of, {n: [dict(i) for i in each] for n, each in e.facts.items()})
                for e, b in self.examples if b is base and e.as_of is not None
            ]  # fmt: skip
            states += [_copied(state) for b, state in self.found if b is base]
            if not states:
                states = [_State(climb.ground.days[0], {})]
            for state in climb.found(states):
                suggestion = self._confirmed(goal, base, state)
                if suggestion is not None:
                    return suggestion
        return None

    def _confirmed(self, goal: Goal, base: RuleBase, state: _State) -> Suggestion | None:
        """The case as a suggestion, if it shows the goal when everything is evaluated."""
        case = assemble(base, state.day, state.facts)
        plan: Plan = self.plans[id(base)]
        seen = self.seen.copy()
        watch(plan, case, seen)
        if not goal.seen(seen):
            return None
        before = [other for other in self.goals() if not other.seen(self.seen)]
        now = [other for other in before if other.seen(seen)]
        source = self.coverage.sources[goal.item.span.source]
        ruleset = next(r.name for r in base.rulesets.values() if r.source == source.name)
        homes = {other.home.name: other.home for other in (goal, *now)}
        expects = dict.fromkeys(
            said for home in homes.values() for said in expectations(base, case, home, ruleset)
        )
        if not expects:
            return None
        self.seen = seen
        self.found.append((base, state))
        text = block(base, ruleset, goal.said, state.day, state.facts, expects, self.starts)
        return Suggestion(text, source.name, tuple(other.item for other in now))


def _starts(coverage: Coverage) -> frozenset[str]:
    """The names of the examples that others build on, and of those that expect nothing."""
    found = set()
    for file in Texts(coverage.sources).files:
        for statement in file.statements:
            if isinstance(statement, ast.ExampleStatement):
                base = statement.base or (None if statement.expects else statement.name)
                found |= {base.text.rpartition(".")[2]} if base is not None else set()
    return frozenset(found)


def _called(statement: str) -> str:
    """The name of a rule, define or table alone; what else a statement is called as a whole."""
    kind, _, name = statement.partition(" ")
    return name if kind in ("rule", "define", "table") else statement


def _target(decision: Decision, values: Values) -> Target:
    """What is to be true for a decision to be decided on these values."""
    needed = [*decision.reach]
    for condition, value in zip(decision.conditions, values, strict=True):
        e = condition.expression
        wanted = e if value else ir.Not(e) if value is False else ir.Not(ir.IsKnown(e))
        needed.append((wanted, len(decision.facts)))
    return tuple(needed)


@define
class _Climb:
    base: RuleBase
    goal: Goal
    targets: tuple[Target, ...]
    ground: Ground
    tried: int = 0

    def found(self, states: list[_State]) -> Iterator[_State]:
        """The cases that meet the goal, those nearest to these first."""
        for state in states:
            self._score(state)
        states.sort(key=lambda state: -state.score)
        states = states[:STARTS]
        for _ in range(STEPS):
            next_: list[_State] = []
            for state in states:
                for changed in self._changes(state):
                    self.tried += 1
                    if self.tried > MOST_TRIED:
                        return
                    if self._score(changed):
                        yield changed
                    next_.append(changed)
            next_.sort(key=lambda state: -state.score)
            states = next_[:KEPT]

    def _score(self, state: _State) -> bool:
        """How near a case comes, from 0; whether it meets the goal."""
        try:
            case = assemble(self.base, state.day, state.facts)
        except CaseErrors:
            state.score = -1.0
            return False
        run = Interpretation(self.base, case)
        for bounds in _bounds(case, self.goal.facts):
            if self.goal.met(run, bounds):
                state.score = 1.0
                return True
            for target in self.targets:
                each = [near(run, e, bounds[depth]) for e, depth in target]
                state.score = max(state.score, sum(each) / (len(each) or 1))
        return False

    def _changes(self, state: _State) -> Iterator[_State]:
        """Everything that differs in one attribute, or in one instance."""
        places = sorted(
            {p for target in self.targets for e, _ in target for p in reads(self.base, e)}
        )
        for fact, name in places:
            declaration = self.base.facts[fact]
            attribute = declaration.attributes[name]
            values = list(self.ground.values((fact, name), state.day))
            step = -(-len(values) // MOST_VALUES) or 1
            others = [*values[::step], *([] if attribute.required else [None])]
            there = len(state.facts.get(fact, ())) or (0 if declaration.many else 1)
            for index, value in product(range(there), others):
                changed = _copied(state)
                instances = changed.facts.setdefault(fact, [])
                if not instances:
                    instances.append({})
                if instances[index].get(name) == value:
                    continue
                instances[index][name] = value
                yield changed
        for fact in sorted({*(fact for fact, _ in places), *self.goal.facts}):
            if self.base.facts[fact].many:
                yield from self._instances(state, fact)

    def _instances(self, state: _State, fact: str) -> Iterator[_State]:
        """One instance less, and one more as others have it."""
        there = state.facts.get(fact, [])
        for index in range(len(there)):
            changed = _copied(state)
            del changed.facts[fact][index]
            yield changed
        if len(there) < (self.base.facts[fact].bound or 0):
            for instance in self._others(state, fact):
                changed = _copied(state)
                added = {**instance, **self._new_key(state, fact, instance)}
                changed.facts.setdefault(fact, []).append(added)
                yield changed

    def _new_key(
        self, state: _State, fact: str, instance: Mapping[str, Value | None]
    ) -> dict[str, Value | None]:
        """A key that no instance has yet, as far as there is one."""
        keys = self.base.facts[fact].keys
        there = [[one.get(key) for key in keys] for one in state.facts.get(fact, [])]
        if not keys or [instance.get(key) for key in keys] not in there:
            return {}
        each = (self.ground.values((fact, key), state.day) for key in keys)
        free = (list(key) for key in product(*each) if list(key) not in there)
        return dict(zip(keys, next(free, []), strict=False))

    def _others(self, state: _State, fact: str) -> Iterator[Mapping[str, Value | None]]:
        """Instances to add: such as other examples have, and plain ones."""
        declared = self.base.facts[fact].attributes.values()
        found = [one for example in self.base.examples for one in example.facts.get(fact, ())]
        plain = {a.name: self.ground.values((fact, a.name), state.day)[0] for a in declared}
        required = {a.name: plain[a.name] for a in declared if a.required}
        known: list[Mapping[str, Value | None]] = []
        for one in (required, plain, *found):
            if one not in known and len(known) < MOST_INSTANCES:
                known.append(one)
                yield one


def _copied(state: _State) -> _State:
    return _State(state.day, {n: [dict(i) for i in each] for n, each in state.facts.items()})


def _bounds(case: Case, facts: Sequence[str]) -> Iterator[Sequence[Bound]]:
    for chosen in product(*(range(len(case.facts[fact])) for fact in facts)):
        bounds: list[Bound] = [NOTHING]
        for fact, index in zip(facts, chosen, strict=True):
            bounds.append({**bounds[-1], fact: index})
        yield bounds

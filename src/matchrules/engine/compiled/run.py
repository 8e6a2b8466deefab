"""One case under compiled rules. What is not asked for is not worked out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matchrules.case.model import Case
from matchrules.decision import Firing, Key, Outcome, render_text
from matchrules.diagnostics.model import CaseErrors, Diagnostic
from matchrules.engine import faults
from matchrules.ir import Expression, Rule, RuleBase, Template
from matchrules.lazy import cached_property

from . import found
from .layout import AS_OF, MISSING, RUN

if TYPE_CHECKING:
    from .program import Compiled

Bound = Mapping[str, int]
NOTHING: Bound = {}


class Run:
    """A case, to be asked about. `cases` names the cases of a `compare`."""

    def __init__(self, compiled: "Compiled", case: Case) -> None:
        self.compiled = compiled
        self.base: RuleBase = compiled.base
        self.case = case
        self.cases: Mapping[str, Run] = {}
        self.faults: list[Diagnostic] = []
        self._standing: dict[str, Sequence[int]] = {}
        self._keys_of: dict[str, Sequence[Key]] = {}
        cells = self.cells = compiled.blank(case.as_of).copy()
        cells[RUN] = self
        cells[AS_OF] = case.as_of
        for loaded in compiled.loading:
            instances = case.facts[loaded.fact]
            if not instances:
                continue
            cells[loaded.count] = len(instances)
            if loaded.many:
                for name, cell in loaded.cells:
                    cells[cell] = [instance[name] for instance in instances]
            else:
                only = instances[0]
                for name, cell in loaded.cells:
                    cells[cell] = only[name]

    # Values ---------------------------------------------------------------------------------------

    def fill(self, needed: Iterable[int]) -> None:
        """Work out those cells, each after what it needs."""
        cells, units = self.cells, self.compiled.units
        for cell in needed:
            if cells[cell] is MISSING:
                (units[cell] or self.compiled.unit(cell))(cells)

    def value(self, expression: Expression, bound: Bound = NOTHING) -> Any:
        """The value of an expression, where each fact in `bound` stands for that instance."""
        asked = self.compiled.question(expression, bound)
        self.fill(asked.needs)
        return asked.answer(self.cells, *bound.values())

    def each(self, fact: str | None, bound: Bound = NOTHING) -> list[Bound]:
        """`bound` once for each instance of the fact; once as it is where there is no fact."""
        if fact is None:
            return [bound]
        return [{**bound, fact: index} for index in range(len(self.case.facts[fact]))]

    def text(self, template: Template, bound: Bound = NOTHING) -> str:
        """The text with its holes filled."""
        return render_text(template, [self.value(hole, bound) for hole in template.holes])

    # Rules ----------------------------------------------------------------------------------------

    def holds(self, rule: Rule, bound: Bound = NOTHING) -> bool:
        """Guards and `when` are true, and no `unless` is."""
        held = self._held(rule)
        return bool(held if rule.fact is None else held[bound[rule.fact]])

    def _held(self, rule: Rule) -> Any:
        cell = self.compiled.layout.rules[rule.name]
        if self.cells[cell] is MISSING:
            self.fill(self.compiled.needs_of_rule(rule))
            self.compiled.unit_of_rule(rule)(self.cells)
        return self.cells[cell]

    def stands(self, rule: Rule, bound: Bound = NOTHING) -> bool:
        """The rule's conditions hold and no overrider's do."""
        return (0 if rule.fact is None else bound[rule.fact]) in self.standing_of(rule.name)

    def standing_of(self, name: str) -> Sequence[int]:
        """The places of the instances for which the rule's advice stands: 0 for the whole case."""
        standing = self._standing.get(name)
        if standing is None:
            standing = self._standing[name] = self._instances(self.base.rules[name])
        return standing

    def _instances(self, rule: Rule) -> Sequence[int]:
        held = self._held(rule)
        if not held:
            return ()
        holding = [0] if rule.fact is None else [n for n, one in enumerate(held) if one]
        for other in self.base.overriders.get(rule.name, ()):
            over = self._held(other)
            if other.fact is None:
                holding = [] if over else holding
            else:
                holding = [n for n in holding if not over[n]]
        return holding

    @cached_property
    def standing(self) -> tuple[tuple[str, int], ...]:
        """Every rule whose advice stands, with the place of the instance, in order."""
        self.fill(self.compiled.everything)
        cells, found = self.cells, list[tuple[str, int]]()
        for name, cell, unit, simple in self.compiled.rules:
            if cells[cell] is MISSING:
                unit(cells)
            held = cells[cell]
            if held is True and simple:
                found.append((name, 0))
            elif held:
                found += [(name, index) for index in self.standing_of(name)]
        return tuple(found)

    @cached_property
    def firings(self) -> tuple[Firing, ...]:
        """One for each `then` of each rule that fires, for each instance."""
        made: list[Firing] = []
        for name, index in self.standing:
            made += self.firing(name, index)
        return tuple(made)

    def firing(self, name: str, index: int) -> list[Firing]:
        """The firings of a rule for one instance. What it says rests on cells that are filled."""
        make, fact, can_be_marked = self.compiled.firing_of(name)
        marked = can_be_marked and self.compiled.marks.of_rule(self, name, index)
        about = None if fact is None else self._keys(fact)[index]
        return make(self.cells, index, about, marked)  # type: ignore[no-any-return]  # see there

    def keys(self, fact: str | None) -> Sequence[Key | None]:
        """The key of each instance of a fact; of no fact the whole case, which has none."""
        return [None] if fact is None else self._keys(fact)

    def advice_bag(self, besides: Sequence[str] = ()) -> Counter[Any]:
        """How often each advice is given, but for its text."""
        bag: Counter[Any] = Counter()
        for name, index in self.standing:
            if name in besides:
                continue
            rule = self.base.rules[name]
            bound = {} if rule.fact is None else {rule.fact: index}
            about = None if rule.fact is None else self._keys(rule.fact)[index]
            for place, then in enumerate(rule.thens):
                fields = frozenset((n, self.value(e, bound)) for n, e in then.fields.items())
                bag[name, place, fields, about] += 1
        return bag

    # What comes of it -----------------------------------------------------------------------------

    @cached_property
    def valid(self) -> bool:
        """Nothing rejects the case, and no asserted value is in conflict with its default. Nothing
        else is worked out for this."""
        self.fill(self.compiled.validity)
        return not any(reject(self.cells) for reject in self.compiled.rejecting) and not any(
            fault.code == "MR601" for fault in self.faults
        )

    def rejections(self) -> list[Diagnostic]:
        """What rejects the case."""
        self.fill(self.compiled.everything)
        return [
            found.rejected(self, reject, index)
            for reject, rejecting in zip(self.base.rejects, self.compiled.rejecting, strict=True)
            for index in rejecting(self.cells)
        ]

    def outcome(self) -> Outcome:
        """What the rules say of the case; raises `CaseErrors` with every fault that it shows."""
        self.fill(self.compiled.everything)
        firings = self.firings
        wrong = [*self.faults, *self.rejections()]
        wrong = wrong or found.contradictions(self, firings)
        if wrong:
            raise CaseErrors(faults.in_order(wrong))
        return Outcome(self.derived(), firings, self.unknown())

    def derived(self) -> dict[str, Any]:
        """The derived facts by name."""
        self.fill(self.compiled.everything)
        cells, (names, numbers, each) = self.cells, self.compiled.shown
        derived = dict(zip(names, map(cells.__getitem__, numbers), strict=True))
        for name, fact, keyed in each:
            values = derived[name]
            derived[name] = (
                dict(zip(self._keys(fact), values, strict=True)) if keyed else tuple(values)
            )
        return derived

    def unknown(self) -> frozenset[str]:
        """The attributes that are not known, and that something in force reads."""
        self.fill(self.compiled.everything)
        cells = self.cells
        return frozenset(
            name for name, cell, many in self.compiled.read_cells
            if (None in cells[cell] if many else cells[cell] is None)
        )  # fmt: skip

    def _keys(self, fact: str) -> Sequence[Key]:
        """The key of each instance."""
        found = self._keys_of.get(fact)
        if found is None:
            names = self.base.facts[fact].keys
            found = self._keys_of[fact] = [
                tuple([instance[name] for name in names])  # type: ignore[misc]  # keys are known
                for instance in self.case.facts[fact]
            ]
        return found

"""Extensions of a case under the compiled rules: of each only what its values have a part in is
worked out, everything else is taken over from the case as it is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from matchrules.case.model import Case, Instance
from matchrules.decision import Firing
from matchrules.engine.compiled import Compiled, Run
from matchrules.engine.compiled import found as faults_found
from matchrules.engine.compiled.layout import MISSING, RUN
from matchrules.explain.prospects.frame import Frame
from matchrules.explain.prospects.model import Unknown
from matchrules.ir import RuleBase
from matchrules.lazy import cached_property
from matchrules.types import Number, Value

Values = Mapping[Unknown, Value]
Standing = tuple[tuple[str, int], ...]


@frozen(slots=False, eq=False)
class Touched:
    """What values of some attributes have a part in; all else is as it is in the case."""

    trials: "Trials" = field(repr=False)
    attributes: tuple[str, ...]

    @cached_property
    def cells(self) -> list[Any]:
        """The cells of the case, those marked that are to be worked out anew. Not to be changed."""
        if not self.attributes:
            return self.trials.now.cells
        cells = self.trials.touched(self.attributes[:-1]).cells.copy()
        for cell in self.trials.cells_of(self.attributes[-1]):
            cells[cell] = MISSING
        return cells

    @cached_property
    def rules(self) -> frozenset[str]:
        return frozenset().union(*(self.trials.rules_of(name) for name in self.attributes))

    @cached_property
    def standing(self) -> frozenset[tuple[str, int]]:
        """What stands in the case, of the other rules."""
        return frozenset(one for one in self.trials.now.standing if one[0] not in self.rules)

    @cached_property
    def everything(self) -> tuple[int, ...]:
        cells = self.cells
        return tuple(c for c in self.trials.compiled.everything if cells[c] is MISSING)

    @cached_property
    def rejecting(self) -> tuple[Any, ...]:
        """What could reject."""
        users = frozenset().union(*(self.trials.frame.users[name] for name in self.attributes))
        rejecting = zip(self.trials.frame.rejects_read, self.trials.compiled.rejecting, strict=True)
        return tuple(rejects for reads, rejects in rejecting if reads & users)

    @cached_property
    def risky(self) -> tuple[str, ...]:
        return tuple(sorted(self.trials.risky & self.rules))


class Trials:
    """The extensions of one valid case."""

    def __init__(self, frame: Frame, compiled: Compiled, case: Case) -> None:
        self.frame = frame
        self.base: RuleBase = compiled.base
        self.compiled = compiled
        self.case = case
        self.now = Run(compiled, case)
        _ = self.now.standing  # marks as provisional are left to each trial
        self._cells = frame.affected
        self._rules: dict[str, frozenset[str]] = {}
        self._touched: dict[tuple[str, ...], Touched] = {}
        self._known: dict[frozenset[tuple[Unknown, Value]], Trial] = {}

    def trial(self, values: Values) -> "Trial":
        """The extension with those values."""
        key = frozenset(values.items())
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Trial(self, dict(values))
        return found

    def touched(self, attributes: tuple[str, ...]) -> Touched:
        found = self._touched.get(attributes)
        if found is None:
            found = self._touched[attributes] = Touched(self, attributes)
        return found

    def rules_of(self, attribute: str) -> frozenset[str]:
        """The rules that a value of the attribute has a part in."""
        found = self._rules.get(attribute)
        if found is None:
            found = frozenset(rule.name for rule in self.frame.readers([attribute]))
            self._rules[attribute] = found
        return found

    def beside(self, name: str) -> frozenset[str]:
        """The rules that speak of the same as a rule."""
        thens = self.base.rules[name].thens
        return frozenset(
            other for then in thens for other, _ in self.compiled.advising(then.kind, then.subject)
        )

    def cells_of(self, attribute: str) -> tuple[int, ...]:
        """The cells that a value of the attribute has a part in, its own left out."""
        found = self._cells.get(attribute)
        if found is None:
            found = self._cells[attribute] = tuple(self._affected(attribute))
        return found

    def _affected(self, attribute: str) -> Iterable[int]:
        layout = self.compiled.layout
        users = self.frame.users[attribute]
        for (fact, name), cell in layout.attributes.items():
            mine = f"{fact}.{name}"
            if mine in users and (mine != attribute or (fact, name) in layout.asserted):
                yield cell
        for name, cell in layout.defines.items():
            if name in users:
                yield cell
        for (fact, _), cell in layout.orders.items():
            if any(f"{fact}.{name}" in users for name in self.base.facts[fact].attributes):
                yield cell
        for name in self.rules_of(attribute):
            yield layout.rules[name]

    @cached_property
    def risky(self) -> frozenset[str]:
        """The rules that a contradiction, or a field out of its range, can come of."""
        found = {name for name, _ in self.compiled.at_risk}
        for rule in self.base.rules.values():
            for then in rule.thens:
                types = self.base.advice[then.kind].subjects[then.subject].fields
                if any(isinstance(types[name], Number) for name in then.fields):
                    found.add(rule.name)
        return frozenset(found)


class Trial(Run):
    """One extension. It is a run of the rules that starts from the one of the case as it is."""

    def __init__(self, trials: Trials, values: dict[Unknown, Value]) -> None:
        # Not that of a run: cells are taken over, not loaded.
        compiled = trials.compiled
        self.trials = trials
        self.values = values
        self.compiled = compiled
        self.base = compiled.base
        self.case = trials.case
        self.cases = {}
        self.faults = []
        self._standing: dict[str, Sequence[int]] = {}
        self._keys_of = {}
        self.limits: tuple[Any, ...] | None = None  # what keeps it from being valid
        self._said: dict[str, list[Firing]] = {}
        self._fired: dict[str, list[Firing]] = {}
        self.touched = trials.touched(tuple(dict.fromkeys(u.attribute for u in values)))
        cells = self.cells = self.touched.cells.copy()
        cells[RUN] = self
        layout = compiled.layout
        for unknown, value in values.items():
            name = (unknown.fact, unknown.name)
            cell = layout.asserted.get(name, layout.attributes[name])
            if unknown.index is None:
                cells[cell] = value
                cells[layout.counts[unknown.fact]] = 1
            else:
                column = list(cells[cell])
                column[unknown.index] = value
                cells[cell] = column

    @cached_property
    def faulty(self) -> bool:
        """Whether it is no valid case, or shows a fault of the rules."""
        return self._incomplete() or self._refused() or self._at_odds()

    def _incomplete(self) -> bool:
        """Whether a single fact is there without an attribute that it needs."""
        facts = {u.fact for u in self.values if u.index is None}
        return any(
            attribute.required and Unknown(fact, name) not in self.values
            for fact in facts if not self.trials.case.facts[fact]
            for name, attribute in self.base.facts[fact].attributes.items()
        )  # fmt: skip

    def _refused(self) -> bool:
        self.fill(self.touched.everything)
        return bool(self.faults) or any(reject(self.cells) for reject in self.touched.rejecting)

    def _at_odds(self) -> bool:
        """Whether a field is out of its range, or advice contradicts other advice."""
        names: set[str] = set()
        for name in self.touched.risky:
            if self.standing_of(name):
                names |= self.trials.beside(name)
        if not names:
            return False
        said = [f for name in sorted(names & self.trials.risky) for f in self.fired(name)]
        return bool(self.faults) or bool(faults_found.contradictions(self, said))

    def said(self, name: str) -> list[Firing]:
        """What a rule says, for each instance for which it stands."""
        made = self._said.get(name)
        if made is None:
            can_be_marked = self.compiled.firing_of(name)[2]
            made = self._said[name] = self._made(name) if can_be_marked else self.fired(name)
        return made

    def fired(self, name: str) -> list[Firing]:
        """The same, but never marked as provisional."""
        made = self._fired.get(name)
        if made is None:
            made = self._fired[name] = self._made(name, marking=False)
        return made

    def _made(self, name: str, marking: bool = True) -> list[Firing]:
        make, fact, _ = self.compiled.firing_of(name)
        standing = self.standing_of(name)
        if standing:
            self.fill(self.trials.frame.needed(self.compiled, name))
        made: list[Firing] = []
        for index in standing:
            marked = marking and self.compiled.marks.of_rule(self, name, index)
            key = None if fact is None else self._keys(fact)[index]
            made += make(self.cells, index, key, marked)
        return made

    @cached_property
    def stand(self) -> frozenset[tuple[str, int]]:
        """The rules whose advice stands, with the place of the instance."""
        return self.touched.standing.union(
            (name, index) for name in self.touched.rules for index in self.standing_of(name)
        )

    @cached_property
    def extended(self) -> Case:
        """The whole case, its instances in the places that they have now."""
        facts = dict(self.trials.case.facts)
        for fact in {unknown.fact for unknown in self.values}:
            declared = self.base.facts[fact]
            blank: Instance = dict.fromkeys(declared.attributes)
            instances = [dict(one) for one in facts[fact] or (() if declared.many else (blank,))]
            for unknown, value in self.values.items():
                if unknown.fact == fact:
                    instances[unknown.index or 0][unknown.name] = value
            facts[fact] = tuple(instances)
        return Case(self.trials.case.as_of, facts)

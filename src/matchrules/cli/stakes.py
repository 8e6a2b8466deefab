"""What in the advice hangs on one thing that is not known: each is tried with values on both sides
of where answers change, everything else as it is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from attrs import define, field, frozen

from matchrules.case.codec import read_case
from matchrules.case.model import Case, Instance
from matchrules.decision import Decision
from matchrules.dependencies import Graph, dependencies, names_in, reachable
from matchrules.engine.faults import checked_range
from matchrules.engine.interpreter import Interpretation
from matchrules.ir import Reject, Rule, RuleBase
from matchrules.regions.cutpoints import Cuts, cut_points
from matchrules.types import Date, Enum, Number, SetOf, Type, Value, YesNo

MOST_TRIED: Final = 12  # values of one attribute
MOST_INSTANCES: Final = 5  # of one rule said for each
_AROUND: Final = (-400, -30, 0, 30, 120, 400)  # days

Said = list[list[str] | None]  # the texts of a rule for each instance, None where it does not speak


@frozen
class Stake:
    """The rules that read an unknown attribute, directly or through what is derived; those of them
    that its value decides on, as they speak for one and not for another; and those that speak now,
    and would for all values, but not in the same words.

    Rules that the guards of their rulesets and sections keep silent do not count.
    """

    readers: tuple[Rule, ...]
    decided: tuple[Rule, ...]
    worded: tuple[Rule, ...]


def stakes(decision: Decision, base: RuleBase) -> dict[str, Stake]:
    """The stake of each unknown attribute that some rule reads."""
    graph = dependencies(base)
    _, case = read_case((base,), decision.facts, decision.as_of)
    now = Interpretation(base, case)
    reads: dict[str, list[Rule]] = {}
    for rule in base.rules.values():
        if all(now.value(guard) is not False for guard in rule.guards):
            for name in reachable(graph, names_in(base, rule.own_expressions())):
                reads.setdefault(name, []).append(rule)
    rejects = [(reject, reachable(graph, names_in(base, [reject.when]))) for reject in base.rejects]
    readers: dict[str, list[str]] = {name: [] for name in graph}
    for name, needs in graph.items():
        for need in needs:
            readers[need].append(name)
    affects = {name: tuple(found) for name, found in readers.items()}
    trials = _Trials(base, case, now, rejects, affects)
    return {name: trials.stake(name, reads[name]) for name in decision.unknown if name in reads}


class _Trial(Interpretation):
    """The case with another value of one attribute. What does not depend on it is as it was."""

    def __init__(self, base: RuleBase, case: Case, unchanged: Mapping[tuple[object, ...], Any]):
        super().__init__(base, case)
        self._known.update(unchanged)

    @staticmethod
    def unchanged(now: Interpretation, changed: frozenset[str]) -> dict[tuple[object, ...], Any]:
        """What is known of the case as it is, but of the attributes and defines `changed`."""
        return {
            key: value for key, value in now._known.items()
            if (f"{key[1]}.{key[2]}" if key[0] == "attribute" else key[1]) not in changed
        }  # fmt: skip


@define
class _Trials:
    """Tries values of one attribute at a time."""

    base: RuleBase
    case: Case
    now: Interpretation
    rejects: Sequence[tuple[Reject, frozenset[str]]]
    affects: Graph
    cuts: Mapping[tuple[str, str], Cuts] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.cuts = cut_points(self.base).attributes

    def stake(self, name: str, rules: Sequence[Rule]) -> Stake:
        """What hangs on an attribute, over all values that the case could have."""
        fact, _, attribute = name.partition(".")
        said: dict[str, list[Said]] = {rule.name: [] for rule in rules}
        said_now = {rule.name: _said(self.now, rule) for rule in rules}
        unchanged = _Trial.unchanged(self.now, reachable(self.affects, [name]))
        for value in self._tried(fact, attribute):
            case = _with(self.base, self.case, fact, attribute, value)
            then = _Trial(self.base, case, unchanged)
            if self._refused(then, name):
                continue
            found = {rule.name: _said(then, rule) for rule in rules}
            if not then.faults:
                for rule in rules:
                    said[rule.name].append(found[rule.name])
        decided, worded = [], []
        for rule in rules:
            all_ = said[rule.name]
            if any(_speaks(one) != _speaks(all_[0]) for one in all_):
                decided.append(rule)
            elif any(one != all_[0] for one in all_) and any(_speaks(said_now[rule.name])):
                worded.append(rule)
        return Stake(tuple(rules), tuple(decided), tuple(worded))

    def _refused(self, then: Interpretation, name: str) -> bool:
        return any(
            then.value(reject.when, bound) is True
            for reject, reads in self.rejects
            if name in reads
            for bound in then.each(reject.fact)
        )

    def _tried(self, fact: str, attribute: str) -> Sequence[Value]:
        type_ = self.base.facts[fact].attributes[attribute].type
        cut = self.cuts.get((fact, attribute))
        return _thinned(_values(type_, self.case, cut.values if cut else ()))


def _speaks(said: Said) -> list[bool]:
    return [one is not None for one in said]


def _said(case: Interpretation, rule: Rule) -> Said:
    """The texts of a rule for its first instances, None where its conditions do not hold."""
    found: Said = []
    for bound in case.each(rule.fact)[:MOST_INSTANCES]:
        holds = case.holds(rule, bound)
        found.append([case.text(then.text, bound) for then in rule.thens] if holds else None)
    return found


def _with(base: RuleBase, case: Case, fact: str, attribute: str, value: Value) -> Case:
    """The case with that value wherever the attribute is not asserted."""
    blank: Instance = dict.fromkeys(base.facts[fact].attributes)
    instances = case.facts[fact] or (() if base.facts[fact].many else (blank,))
    known = tuple(
        {**one, attribute: value if one[attribute] is None else one[attribute]} for one in instances
    )
    return Case(case.as_of, {**case.facts, fact: known})


def _values(type_: Type, case: Case, cuts: Iterable[Any]) -> list[Value]:
    match type_:
        case YesNo():
            return [False, True]
        case Enum():
            return list(type_.members)
        case SetOf():
            members = type_.of.members
            return [frozenset(), *(frozenset({one}) for one in members), frozenset(members)]
        case Number():
            step = Fraction(1, 10 ** (type_.places or 0))
            numbers = [n for n in cuts if isinstance(n, int | Fraction) and not isinstance(n, bool)]
            around = {n // step * step + by for n in numbers for by in (-step, Fraction(0), step)}
            around |= {Fraction(end) for end in (type_.low, type_.high) if end is not None}
            fitting = sorted(n for n in around if checked_range(n, type_))
            return [int(n) if n.denominator == 1 and not type_.places else n for n in fitting]
        case Date():
            days = {case.as_of + timedelta(days) for days in _AROUND}
            return sorted(days | {day for day in cuts if isinstance(day, date)})
    return []


def _thinned(values: list[Value]) -> Sequence[Value]:
    """At most so many of them, the first and the last too."""
    if len(values) <= MOST_TRIED:
        return values
    step = (len(values) - 1) / (MOST_TRIED - 1)
    return [values[round(n * step)] for n in range(MOST_TRIED)]

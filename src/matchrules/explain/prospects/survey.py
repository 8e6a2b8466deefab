"""All that is asked about the extensions of one case, from the cheapest to the dearest: what is
decided from above, each unknown attribute by itself, the rules that were not seen to fire, and what
matters only together with others."""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import define, field, frozen

from matchrules.case.model import Case
from matchrules.case.validation import canonical
from matchrules.decision import about_of
from matchrules.engine.faults import place
from matchrules.explain.grounds import Grounds
from matchrules.explain.prospects.domains import Domains
from matchrules.explain.prospects.frame import frame_of
from matchrules.explain.prospects.limits import Conflict, Lack, Limit, Refusal
from matchrules.explain.prospects.model import Extension, Prospect, Unknown
from matchrules.explain.prospects.outlook import Outlook
from matchrules.explain.prospects.search import BOXES, FIRST, Found, Search, Unit
from matchrules.explain.prospects.support import Support
from matchrules.explain.prospects.trials import Trial, Trials
from matchrules.explain.prospects.values import NO, YES, Many, one_value
from matchrules.ir import STRENGTHS, Attribute
from matchrules.lazy import cached_property

Key = tuple[str, str, str, Any]  # kind, subject, strength, about


@frozen
class Piece:
    """Values of an attribute for which the same units stand, everything else as it is now."""

    values: Many
    trials: tuple[Trial, ...]  # of one value, or of both ends


@define
class Finding:
    """What is known of one unknown attribute."""

    unknown: Unknown
    units: tuple[Unit, ...]  # whose conditions or fields may hang on it
    worded: tuple[Unit, ...]  # whose texts may
    pieces: tuple[Piece, ...] = ()
    alone: bool = False
    witness: tuple[Trial, ...] = ()
    words: bool = False
    open: list[tuple[Unit, bool]] = field(factory=list)  # searches that came to no end


class Survey:
    """One case."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds = grounds
        self.base = grounds.base
        self.frame = frame_of(grounds.base)
        case = grounds.case
        self.domains = Domains(self.frame, case, tuple(self._unknown()))
        self.trials = Trials(self.frame, grounds.compiled, case)
        self.search = Search(
            self.domains, self.trials, Outlook(self.frame, case, self.domains.whole)
        )
        self.root = self._without_refused()
        self.now = self.trials.trial({})
        self.seen: dict[Unit, Trial] = {}  # a valid extension in which it stands
        self.unseen: dict[Unit, Trial] = {}  # and one in which it does not
        self.valid: list[Trial] = []
        self._told: set[int] = set()

    def _unknown(self) -> Iterable[Unknown]:
        """The unknown attributes that something reads, and those without which a fact cannot be
        there, in the order of the vocabulary."""
        run = self.grounds.compiled.run(self.grounds.case)
        for fact in self.base.facts.values():
            count = len(self.grounds.case.facts[fact.name]) if fact.many else 1
            for name, attribute in fact.attributes.items():
                missed = attribute.required and not self.grounds.case.facts[fact.name]
                reads = not attribute.never_read and (fact.name, name) in self.frame.read
                if not reads and not missed:
                    continue
                read = Attribute(fact.name, name, attribute.type)
                for n in range(count):
                    instances = self.grounds.case.facts[fact.name]
                    if n < len(instances) and instances[n][name] is not None:
                        continue
                    if attribute.default is None or run.value(read, {fact.name: n}) is None:
                        yield Unknown(fact.name, name, n if fact.many else None)

    def _without_refused(self) -> Outlook:
        """Every extension, as far as it is not refused from above."""
        whole = Outlook(self.frame, self.grounds.case, dict(self.domains.whole))
        for unknown in self.domains.unknown:
            limits = self._limits_on(unknown)

            def refused(part: Many, unknown: Unknown = unknown, limits: Any = limits) -> bool:
                child = whole.child({unknown: part})
                return any(limit.broken(child) == YES for limit in limits)

            if limits:
                self.domains.trim(unknown, refused)
        found = Outlook(self.frame, self.grounds.case, self.domains.whole)
        self.search.root = found
        return found

    # From above -----------------------------------------------------------------------------------

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The rules, for each instance, whose advice can stand."""
        facts = self.grounds.case.facts
        each = (
            Unit(rule.name, n, rule)
            for rule in self.base.rules.values()
            for n in range(1 if rule.fact is None else len(facts[rule.fact]))
        )
        return tuple(unit for unit in each if self.root.stands(unit.rule, unit.bound) != NO)

    @cached_property
    def _units(self) -> dict[tuple[str, int], Unit]:
        return {(u.name, u.index): u for u in self.units}

    @cached_property
    def _unseen_yet(self) -> set[tuple[str, int]]:
        return set(self._units)

    @cached_property
    def _always_yet(self) -> set[tuple[str, int]]:
        return set(self._units)

    @cached_property
    def always(self) -> frozenset[Unit]:
        """Those that stand in every extension, as far as can be told from above."""
        return frozenset(u for u in self.units if self.root.stands(u.rule, u.bound) == YES)

    @cached_property
    def findings(self) -> dict[Unknown, Finding]:
        """What may matter, with the units that may hang on it."""
        main: dict[Unknown, list[Unit]] = {}
        worded: dict[Unknown, list[Unit]] = {}
        for unit in self.units:
            support = self.search.hangs_on(self.root, unit, words=False)
            for unknown in support:
                main.setdefault(unknown, []).append(unit)
            for unknown in Support(self.root).words(unit.rule, unit.bound).found:
                if unknown not in support:
                    worded.setdefault(unknown, []).append(unit)
        return {
            u: Finding(u, tuple(main.get(u, ())), tuple(worded.get(u, ())))
            for u in self.domains.unknown if u in main or u in worded
        }  # fmt: skip

    # Each by itself -------------------------------------------------------------------------------

    @cached_property
    def _as_it_is(self) -> Outlook:
        """Every other attribute unknown."""
        return self.root.child(
            {u: one_value(None, self.domains.type_of(u)) for u in self.domains.unknown}
        )

    def try_alone(self, finding: Finding) -> None:
        """All values of the attribute, everything else as it is now."""
        unknown, units = finding.unknown, (*finding.units, *finding.worded)
        look = self._as_it_is.child({unknown: self.domains.whole[unknown]})
        parts, _ = self.search.pieces(look, unknown, units, self._limits_on(unknown))
        pieces = []
        for part in parts:
            trials = [
                self.trials.trial({unknown: value}) for value in self.search.ends(unknown, part)
            ]
            fine = tuple(t for t in trials if not self.search.faulty(t))
            if fine:
                pieces.append(Piece(part, fine))
                self.learn(fine)
        finding.pieces = tuple(pieces)
        trials = [self.now, *(t for piece in pieces for t in piece.trials)]
        for words, of in ((False, finding.units), (True, units)):
            pair = self._differing(trials, of, words)
            if pair:
                finding.alone, finding.witness, finding.words = True, pair, words
                return

    def _differing(
        self, trials: Sequence[Trial], units: Sequence[Unit], words: bool
    ) -> tuple[Trial, ...]:
        for unit in units:
            first = self.search.said(trials[0], unit, words)
            for trial in trials[1:]:
                if self.search.said(trial, unit, words) != first:
                    return trials[0], trial
        return ()

    def _limits_on(self, unknown: Unknown) -> list[Limit]:
        """What could refuse a value of the attribute."""
        users = self.frame.users[unknown.attribute]
        found: list[Limit] = []
        for place_, reads in enumerate(self.frame.rejects_read):
            if reads & users:
                reject = self.base.rejects[place_]
                count = 1 if reject.fact is None else len(self.grounds.case.facts[reject.fact])
                found += [Refusal(place_, n, reject) for n in range(count)]
        fact = self.base.facts[unknown.fact]
        if unknown.index is None and not self.grounds.case.facts[fact.name]:
            found.append(Lack(fact.name))
        if fact.attributes[unknown.name].default is not None:
            found.append(Conflict(fact.name, unknown.name, unknown.index or 0))
        return found

    def learn(self, trials: Iterable[Trial]) -> None:
        """Which units stand in valid extensions, and which do not."""
        for trial in trials:
            if id(trial) in self._told:
                continue
            self._told.add(id(trial))
            self.valid.append(trial)
            open_ = self._unseen_yet | self._always_yet
            if trial.values:
                open_ = {key for key in open_ if key[0] in trial.touched.rules}
            for key in open_:
                if key[1] in trial.standing_of(key[0]):
                    if key in self._unseen_yet:
                        self.seen[self._units[key]] = trial
                        self._unseen_yet.remove(key)
                elif key in self._always_yet:
                    self.unseen[self._units[key]] = trial
                    self._always_yet.remove(key)

    # Together -------------------------------------------------------------------------------------

    @cached_property
    def questions(self) -> tuple[Finding, ...]:
        """What matters, or was not settled."""
        findings = self.findings
        self.learn([self.now])
        for finding in findings.values():
            self.try_alone(finding)
        self._stand_once()
        for finding in findings.values():
            if not finding.witness or finding.words:
                self._together(finding)
        return tuple(f for f in findings.values() if f.witness or f.open)

    def _stand_once(self) -> None:
        """For each unit an extension in which it stands; and what flips it there."""
        self.unsettled: list[Unit] = []
        for unit in self.units:
            if unit in self.seen:
                continue
            found = self.search.standing(unit)
            if found.trials:
                self.learn(found.trials)
                self._flip(unit, found.trials[0])
            elif not found.complete:
                self.unsettled.append(unit)

    def _flip(self, unit: Unit, trial: Trial) -> None:
        """Attributes that were not seen to matter yet, tried where the unit stands."""
        for unknown in self.search.hangs_on(self.root, unit, words=False):
            finding = self.findings[unknown]
            if not finding.witness or finding.words:
                pair = self.search.probed(unknown, unit, trial.values)
                if pair:
                    self._witnessed(finding, pair, [unit], words=False)

    def _together(self, finding: Finding) -> None:
        """Two extensions that differ only in it, for one unit after the other."""
        for unit in finding.units:
            if unit in self.seen:
                where = self.seen[unit].values
                pair = self.search.probed(finding.unknown, unit, where)
                if pair:
                    self._witnessed(finding, pair, [unit], words=False)
                    return
        main = [(unit, False) for unit in finding.units]
        worded = [(unit, True) for unit in (*finding.worded, *finding.units)]
        if self._tried(finding, main, FIRST) or finding.witness:
            return
        left = list(finding.open)
        if self._tried(finding, worded, FIRST):
            finding.open = left  # advice may hang on it as well
        elif left or finding.open:
            self._tried(finding, [*left, *finding.open], BOXES)

    def _tried(self, finding: Finding, tries: Sequence[tuple[Unit, bool]], most: int) -> bool:
        """Whether one of the searches finds something; those that came to no end are kept."""
        finding.open = []
        for unit, words in tries:
            found = self.search.splitting(finding.unknown, unit, words, most)
            if found.trials:
                self._witnessed(finding, found.trials, [unit], words)
                finding.open = []
                return True
            if not found.complete:
                finding.open.append((unit, words))
        return False

    def _witnessed(
        self, finding: Finding, pair: tuple[Trial, ...], units: Sequence[Unit], words: bool
    ) -> None:
        """Keep the pair, without values that it does not need."""
        others = [u for u in pair[0].values if u != finding.unknown]
        for unknown in others:
            less = [
                self.trials.trial({u: v for u, v in t.values.items() if u != unknown})
                for t in pair
            ]  # fmt: skip
            if not any(self.search.faulty(t) for t in less) and self._differing(less, units, words):
                pair = tuple(less)
        finding.witness, finding.words = pair, words
        self.learn(pair)

    # Advice ---------------------------------------------------------------------------------------

    @cached_property
    def advice(self) -> dict[Key, list[Unit]]:
        """The units that could give each piece of advice."""
        found: dict[Key, list[Unit]] = {}
        for unit in self.units:
            about = self.about(unit)
            for then in unit.rule.thens:
                units = found.setdefault((then.kind, then.subject, then.strength, about), [])
                if unit not in units:
                    units.append(unit)
        return found

    def order(self, one: Prospect) -> tuple[object, ...]:
        """Sorts advice as decisions do, as far as it goes."""
        return (
            -self.base.advice[one.kind].salience, STRENGTHS.index(one.strength), one.kind,
            one.subject, one.rules, repr(one.about),
        )  # fmt: skip

    def about(self, unit: Unit) -> Any:
        if unit.rule.fact is None:
            return None
        instance = self.grounds.case.facts[unit.rule.fact][unit.index]
        return about_of(tuple(instance[k] for k in self.base.facts[unit.rule.fact].keys))  # type: ignore[misc]  # keys are known

    def lost(self, units: Sequence[Unit]) -> Found:
        """An extension in which none of them stands."""
        if any(unit in self.always for unit in units):
            return Found()
        if len(units) == 1 and units[0] in self.unseen:
            return Found((self.unseen[units[0]],))
        for trial in self.valid if len(units) > 1 else ():
            if not any(unit.stands(trial) for unit in units):
                return Found((trial,))
        found = self.search.silent(units)
        self.learn(found.trials)
        return found

    # What is told ---------------------------------------------------------------------------------

    def path(self, unknown: Unknown) -> str:
        fact = self.base.facts[unknown.fact]
        if unknown.index is None:
            return unknown.attribute
        instance = self.grounds.case.facts[unknown.fact][unknown.index]
        return f"{place(fact, instance, unknown.index)}.{unknown.name}"

    def extension(self, trial: Trial) -> Extension:
        """A trial as a case."""
        facts = {
            name: tuple(canonical(self.base.facts[name], instances))
            if self.base.facts[name].many else instances
            for name, instances in trial.extended.facts.items()
        }  # fmt: skip
        values = {self.path(u): v for u, v in sorted(trial.values.items(), key=_by_name)}
        return Extension(values, Case(self.grounds.case.as_of, facts))


def _by_name(item: tuple[Unknown, Any]) -> tuple[str, str, int]:
    unknown = item[0]
    return unknown.fact, unknown.name, -1 if unknown.index is None else unknown.index

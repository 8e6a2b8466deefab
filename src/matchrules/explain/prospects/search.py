"""The search for extensions: boxes of values are taken apart where it hangs, from above what cannot
be is left out, and what is found is shown to the compiled rules before it is believed.

A search that comes to its end without finding anything has shown that there is nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Final

from attrs import field, frozen

from matchrules.explain.prospects.domains import Domains
from matchrules.explain.prospects.limits import Limit, limits_of
from matchrules.explain.prospects.model import Unknown
from matchrules.explain.prospects.outlook import NOTHING, Bound, Outlook
from matchrules.explain.prospects.support import Support
from matchrules.explain.prospects.trials import Trial, Trials
from matchrules.explain.prospects.values import NO, YES, Many, decided
from matchrules.ir import Rule
from matchrules.types import Value

BOXES: Final = 1000  # of one search
FIRST: Final = 40  # of a first look
PROBED: Final = 5  # values, where others are not decided yet
PIECES: Final = 300

Given = dict[Unknown, Value]


@frozen
class Unit:
    """A rule, for one instance of its `for each` (0 where it has none)."""

    name: str
    index: int
    rule: Rule = field(eq=False, repr=False)

    @property
    def bound(self) -> Bound:
        return NOTHING if self.rule.fact is None else {self.rule.fact: self.index}

    def stands(self, trial: Trial) -> bool:
        return self.index in trial.standing_of(self.rule.name)


@frozen
class Found:
    """What a search found; None and `complete` where there is nothing."""

    trials: tuple[Trial, ...] = ()
    complete: bool = True


Pair = tuple[Trial, Trial]


class Search:
    """Searches among the extensions of one case."""

    def __init__(self, domains: Domains, trials: Trials, root: Outlook) -> None:
        self.domains = domains
        self.trials = trials
        self.root = root
        self.limits: dict[Limit, None] = {}
        self._broken: dict[Limit, None] = {}  # by what was tried last
        self._cut = False  # values of an attribute were left out
        self.boxes = 0  # looked at so far
        self.liked: Counter[tuple[Unknown, str]] = Counter()  # how often a part led to something

    # What can be asked ----------------------------------------------------------------------------

    def standing(self, unit: Unit) -> Found:
        """An extension in which the advice of the unit stands."""

        def hangs(look: Outlook) -> Iterable[Unknown] | None:
            if look.stands(unit.rule, unit.bound) == NO:
                return None
            return Support(look, bool).rule(unit.rule, unit.bound).found

        return self._search(
            hangs, lambda look, given, last: None if last else self._one(given, unit.stands)
        )

    def silent(self, units: Sequence[Unit]) -> Found:
        """An extension in which none of them stands."""

        def hangs(look: Outlook) -> Iterable[Unknown] | None:
            if any(look.stands(unit.rule, unit.bound) == YES for unit in units):
                return None
            support = Support(look, bool)
            for unit in units:
                support.rule(unit.rule, unit.bound)
            return support.found

        def none_stands(trial: Trial) -> bool:
            return not any(unit.stands(trial) for unit in units)

        return self._search(
            hangs, lambda look, given, last: None if last else self._one(given, none_stands)
        )

    def splitting(
        self, unknown: Unknown, unit: Unit, words: bool, most: int = BOXES
    ) -> Found:  # fmt: skip
        """Two extensions that differ only in the attribute, and in what the unit says."""

        def hangs(look: Outlook) -> Iterable[Unknown] | None:
            found = self.hangs_on(look, unit, words, lambda f: unknown in f and len(f) > 1)
            return [u for u in found if u != unknown] if unknown in found else None

        def differ(look: Outlook, given: Given, last: bool) -> tuple[Trial, ...] | None:
            if last:
                return self._any_differing(unknown, unit, given, look, words)
            return self.differing(unknown, [unit], given, self._few(unknown), words)

        return self._search(hangs, differ, unknown, most)

    def hangs_on(
        self, look: Outlook, unit: Unit, words: bool,
        until: Callable[[dict[Unknown, None]], bool] | None = None,
    ) -> dict[Unknown, None]:  # fmt: skip
        """The unknown attributes that what the unit says can hang on."""
        support = Support(look, until).rule(unit.rule, unit.bound)
        if look.stands(unit.rule, unit.bound) & YES:
            support.fields(unit.rule, unit.bound)
            if words:
                support.words(unit.rule, unit.bound)
        return support.found

    # Boxes ----------------------------------------------------------------------------------------

    def _search(
        self,
        hangs: Callable[[Outlook], Iterable[Unknown] | None],
        met: Callable[[Outlook, Given, bool], tuple[Trial, ...] | None],
        whole: Unknown | None = None,
        most: int = BOXES,
    ) -> Found:
        """Take boxes apart. `met` gives what was sought, or nothing; an empty tuple where only what
        is no valid case would do. `whole` is not taken apart."""
        stack: list[tuple[Outlook, dict[Unknown, Many]]] = [(self.root, {})]
        self._cut = False
        boxes = 0
        while stack:
            look, narrowed = stack.pop()
            boxes += 1
            self.boxes += 1
            if boxes > most:
                return Found(complete=False)
            if any(limit.broken(look) == YES for limit in self.limits):
                continue
            support = hangs(look)
            if support is None:
                continue
            order = list(support)
            given = self.given(narrowed)
            self._broken = {}
            found = met(look, given, False)
            unknown, parts = None, list[Many]()
            if not found:
                each = order if found is None else chain(self._to_keep(look), order)
                unknown, parts = self._next(each, narrowed, whole)
            if not found and unknown is None:
                self._broken = {}
                found = met(look, given, True)
                if found == ():
                    unknown, parts = self._next(self._to_keep(look), narrowed, whole)
            if found:
                self.liked.update((u, repr(part)) for u, part in narrowed.items())
                return Found(found)
            for part in reversed(parts):
                assert unknown is not None
                stack.append((look.child({unknown: part}), {**narrowed, unknown: part}))
        return Found(complete=not self._cut)

    def _to_keep(self, look: Outlook) -> Iterable[Unknown]:
        """What it hangs on whether what was tried last could be valid."""
        return (u for limit in self._broken for u in limit.hangs_on(look))

    def _next(
        self, each: Iterable[Unknown], narrowed: dict[Unknown, Many], whole: Unknown | None
    ) -> tuple[Unknown | None, list[Many]]:
        """The first of them that can be taken apart, and its parts, the likeliest first."""
        for unknown in each:
            domain = narrowed.get(unknown) or self.domains.whole.get(unknown)
            parts = [] if domain is None else self.domains.split(unknown, domain)
            if parts and unknown != whole:
                parts.sort(key=lambda part: -self.liked[unknown, repr(part)])
                return unknown, parts
        return None, []

    def given(self, narrowed: dict[Unknown, Many]) -> Given:
        """Values from a box: only of what is narrowed to known ones."""
        found: Given = {}
        for unknown, many in narrowed.items():
            value = self.domains.some(unknown, many)
            if value is not None:
                found[unknown] = value
        return found

    def _one(self, given: Given, fits: Callable[[Trial], bool]) -> tuple[Trial, ...] | None:
        trial = self.trials.trial(given)
        if not fits(trial):
            return None
        return () if self.faulty(trial) else (trial,)

    def faulty(self, trial: Trial) -> bool:
        """Whether it is not valid; what keeps it from being so is learnt."""
        if trial.faulty:
            if trial.limits is None:
                trial.limits = tuple(limits_of(trial))
            found = dict.fromkeys(trial.limits)
            self.limits.update(found)
            self._broken.update(found)
        return trial.faulty

    # Pairs ----------------------------------------------------------------------------------------

    def _few(self, unknown: Unknown) -> list[Value | None]:
        values: list[Any] = [None, *self.domains.points(unknown)]
        if len(values) > PROBED:
            step = (len(values) - 1) / (PROBED - 1)
            values = [values[round(n * step)] for n in range(PROBED)]
        return values

    def probed(
        self, unknown: Unknown, unit: Unit, given: Given
    ) -> tuple[Trial, ...] | None:  # fmt: skip
        """The same for a few values of the attribute, and what the unit advises."""
        return self.differing(unknown, [unit], given, self._few(unknown), words=False)

    def _any_differing(
        self, unknown: Unknown, unit: Unit, given: Given, look: Outlook, words: bool
    ) -> tuple[Trial, ...] | None:
        """The same for all values of the attribute. The others are decided, as far as what the unit
        says hangs on them."""
        values: list[Any] = [None, *self.domains.points(unknown)]
        told = words or any(then.fields for then in unit.rule.thens)
        found: tuple[Trial, ...] | None = None
        for fine in (False, True) if told else (False,):
            known, complete = -1, True
            while known < len(self._broken):
                known = len(self._broken)
                parts, complete = self.pieces(
                    look, unknown, [unit], tuple(self._broken), fine=fine, words=words
                )
                values += [v for part in parts for v in self.ends(unknown, part)]
                found = self.differing(unknown, [unit], given, values, words)
                if found:
                    return found
            if fine or not told:
                self._cut = self._cut or not complete
        return found

    def ends(self, unknown: Unknown, part: Many) -> list[Any]:
        """Known values of an attribute: both ends."""
        known: Any = None if isinstance(part, int) else part.known
        if hasattr(known, "low"):
            return [known.low, known.high]
        if hasattr(known, "must"):
            return list(dict.fromkeys([known.must, known.may]))
        if isinstance(known, frozenset) and len(known) > 1:
            every = self.domains.ordered(unknown, known)
            return [every[0], every[-1]]
        value = self.domains.some(unknown, part)
        return [] if value is None else [value]

    def differing(
        self, unknown: Unknown, units: Sequence[Unit], given: Given, values: Iterable[Any],
        words: bool,
    ) -> tuple[Trial, ...] | None:  # fmt: skip
        """Two valid extensions that differ only in the attribute, which has two of those values,
        and in what the units say; nothing where all are valid or not and none differ, an empty
        tuple where two differ of which one is not valid."""
        others = {u: v for u, v in given.items() if u != unknown}
        said: dict[Any, list[Trial]] = {}
        for value in dict.fromkeys(values):
            trial = self.trials.trial(others if value is None else {**others, unknown: value})
            said.setdefault(tuple(self.said(trial, u, words) for u in units), []).append(trial)
        if len(said) < 2:
            return None
        valid: list[Trial] = []
        for trials in said.values():
            fine = next((t for t in trials if not self.faulty(t)), None)
            if fine is not None:
                valid.append(fine)
                if len(valid) == 2:
                    return tuple(valid)
        return ()

    def said(self, trial: Trial, unit: Unit, words: bool) -> Any:
        """What a unit says, as one value; `words`: its text too."""
        standing = trial.standing_of(unit.rule.name)
        if unit.index not in standing:
            return None
        if not words and not any(then.fields for then in unit.rule.thens):
            return True
        size = len(unit.rule.thens)
        start = list(standing).index(unit.index) * size
        every = trial.said(unit.rule.name) if words else trial.fired(unit.rule.name)
        firings = every[start : start + size]
        if words:
            return tuple(
                (frozenset(f.fields.items()), f.text, f.provisional) for f in firings
            )  # fmt: skip
        return tuple(frozenset(f.fields.items()) for f in firings)

    def pieces(
        self, look: Outlook, unknown: Unknown, units: Sequence[Unit],
        limits: Iterable[Limit] = (), fine: bool = False, words: bool = False,
    ) -> tuple[list[Many], bool]:  # fmt: skip
        """The known values of an attribute in parts such that in each it is decided which of the
        units stand, and which limits are kept; with `fine` also what they say. And whether that
        came to its end."""
        domain = look.domain(unknown)
        assert domain is not None
        todo = [domain]
        found: list[Many] = []
        while todo:
            part = todo.pop()
            parts = self.domains.split(unknown, part)
            if not parts or (
                not _may_be_unknown(part)
                and self._settled(look, unknown, part, units, limits)
                and not (fine and self._says_several(look, unknown, part, units, words))
            ):
                if not _is_unknown(part):
                    found.append(part)
            elif len(found) + len(todo) > PIECES:
                return [*found, *(p for p in (part, *todo) if not _is_unknown(p))], False
            else:
                todo.extend(reversed(parts))
        return found, True

    def _settled(
        self, look: Outlook, unknown: Unknown, part: Many, units: Sequence[Unit],
        limits: Iterable[Limit],
    ) -> bool:  # fmt: skip
        child = look.child({unknown: part})
        return all(limit.broken(child) in (YES, NO) for limit in limits) and all(
            child.stands(unit.rule, unit.bound) in (YES, NO) for unit in units
        )

    def _says_several(
        self, look: Outlook, unknown: Unknown, part: Many, units: Sequence[Unit], words: bool
    ) -> bool:
        child = look.child({unknown: part})
        return any(unknown in self.hangs_on(child, unit, words) for unit in units)


def _is_unknown(part: Many) -> bool:
    return decided(part) and _may_be_unknown(part)


def _may_be_unknown(part: Many) -> bool:
    return bool(part & 4) if isinstance(part, int) else part.unknown

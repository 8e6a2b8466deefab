"""What the index found on a case, told when it is asked for."""

import os
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from threading import RLock
from typing import TYPE_CHECKING, Any

from matchrules.case.model import Case
from matchrules.decision import Advice, Firing, about_of, advice_told_later, key_order, said
from matchrules.lazy import cached_property

if TYPE_CHECKING:
    from datetime import date

    from matchrules.engine.compiled.run import Run

    from .plan import Plan


class Found(tuple["Plan", "date", int, Sequence[Any], Sequence[Sequence[int]]]):
    """An outcome: which advice stands is known, all else is worked out when it is read.

    A tuple, which costs least: the plan, the day, the mask of the rules that stand, the facts as
    they were read, and, for each rule said for each instance, the places of those that it is for.
    """

    @property
    def plan(self) -> "Plan":
        """What found it."""
        return self[0]

    def fields(self) -> Mapping[str, Any]:
        """The fields of a decision, but for what answers questions about it."""
        return {
            "as_of": self[1], "_base": self.plan.base, "_outcome": self, "_case": self.case,
        }  # fmt: skip

    def case(self) -> Case:
        """The case that was decided on."""
        return self._case

    # One decision may be read by several threads, and its run must not be filled by two at once.

    @cached_property
    def _case(self) -> Case:
        return self.plan.case(self[1], self[3])

    @cached_property
    def _run(self) -> "Run":
        run = self.plan.compiled.run(self._case)
        run.__dict__["standing"] = tuple(self.standing)  # nobody need look for it again
        return run

    @property
    def standing(self) -> list[tuple[str, int]]:
        """The rules whose advice stands, each with the place of the instance."""
        plan = self.plan
        found = [(rule.name, 0) for rule in plan.index.standing(self[2])]
        for name, places in zip(plan.each, self[4], strict=True):
            found += [(name, place) for place in places]
        return found

    def advice(self) -> list[Advice]:
        """The advice in order, but for what is worked out when it is read."""
        plan = self.plan
        if not any(self[4]):
            found = advice_told_later(self._of_the_case(), self)
            if not plan.index.in_order:
                found.sort(key=_by_place)
            return found
        rows = [(always["_rank"], 0, 0, 0, always) for always in self._of_the_case()]
        for name, places in zip(plan.each, self[4], strict=True):
            for then, always in enumerate(plan.index.sayings_of[name] if places else ()):
                abouts, order = self._instances(plan.base.rules[name].fact)
                rank = always["_rank"]
                rows += [(rank, order[n], then, n, {**always, "about": abouts[n]}) for n in places]
        rows.sort(key=itemgetter(0, 1, 2))
        return advice_told_later([row[4] for row in rows], self, [row[3] for row in rows])

    def _of_the_case(self) -> Iterable[dict[str, Any]]:
        """What is always so of the advice on the whole case."""
        return self.plan.index.sayings(self[2])

    def _instances(self, fact: str | None) -> tuple[Sequence[Any], Sequence[int]]:
        """How the instances of a fact are named, and which place each has among them by its key."""
        found = self._named.get(fact)
        if found is None:
            keys = self._run.keys(fact)
            ordered = sorted(
                range(len(keys)), key=lambda n: key_order(self.plan.base, fact, keys[n])
            )
            order = [0] * len(keys)
            for place, n in enumerate(ordered):
                order[n] = place
            found = self._named[fact] = [about_of(key) for key in keys], order
        return found

    @cached_property
    def _named(self) -> dict[str | None, tuple[Sequence[Any], Sequence[int]]]:
        return {}

    def said(self, advice: Advice) -> Mapping[str, Any]:
        """What was left to be worked out."""
        name, place = advice.__dict__["_said"]
        with _Working.lock:  # one decision may be read by several threads
            run = self._run
            run.fill(self.plan.said_by([name]))
            firing = run.firing(name, getattr(advice, "_index", 0))[place]
        return said(self.plan.base, firing)

    @cached_property
    def firings(self) -> tuple[Firing, ...]:
        """One for each `then` of each rule that fires, for each instance."""
        with _Working.lock:
            run = self._run
            run.fill(self.plan.said_by(name for name, _ in run.standing))
            return run.firings

    @cached_property
    def derived(self) -> Mapping[str, Any]:
        """The derived facts."""
        with _Working.lock:
            return self._run.derived()

    @cached_property
    def unknown(self) -> frozenset[str]:
        """What is not known and read."""
        with _Working.lock:
            return self._run.unknown()


def _by_place(advice: Advice) -> int:
    rank: int = advice.__dict__["_rank"]
    return rank


class _Working:
    """Held while something is worked out; new after a fork, whoever held it before."""

    lock = RLock()

    @classmethod
    def renew(cls) -> None:
        cls.lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_Working.renew)


__all__ = ["Found"]

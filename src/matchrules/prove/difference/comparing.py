"""Two versions of rules, era by era; and whether two rule bases say the same."""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, timedelta
from time import monotonic
from typing import Final

from attrs import evolve

from matchrules.ir import STRENGTHS, RuleBase
from matchrules.prove.difference.changes import changes
from matchrules.prove.difference.cones import Cones, Register
from matchrules.prove.difference.model import (
    BookDifference,
    Change,
    EraDifference,
    Said,
    SubjectDifference,
)
from matchrules.prove.difference.reach import VALIDITY, Subject, reached, spoken_of
from matchrules.prove.difference.vocabulary import Shared, shared
from matchrules.prove.running import has_solver

SECONDS: Final = 10.0
INSTANCES: Final = 2
WORTH_PROCESSES: Final = 12  # subjects: below that, processes take longer to start than they save
NEEDS: Final = 'it takes z3; install it with: pip install "matchrules[prove]"'
Told = Callable[[str], None]


def compare(
    old: Sequence[RuleBase],
    new: Sequence[RuleBase],
    *,
    seconds: float = SECONDS,
    instances: int = INSTANCES,
    subjects: Collection[str] = (),
    told: Told | None = None,
    processes: int = 1,
) -> BookDifference:
    """Whom the change from the eras `old` to the eras `new` affects.

    The solver gets `seconds` for each subject that the changes can reach; cases have up to
    `instances` of each many-fact where their number matters. With `subjects` (`kind.subject`, or a
    kind) only those are looked at. `told` is called with each name when its turn comes (with
    several `processes`, when its answer comes). An interrupt ends the search: what was not reached
    by then is undecided.
    """
    started = monotonic()
    eras = [Era(one, two, subjects) for one, two in _overlapping(old, new)]
    found: list[dict[Subject, SubjectDifference]] = [{} for _ in eras]
    interrupted = False
    try:
        with closing(_answers(eras, seconds, instances, told, processes)) as came:
            for number, answer in came:
                found[number][answer.kind, answer.subject] = answer
    except KeyboardInterrupt:
        interrupted = True
    compared = tuple(era.difference(mine) for era, mine in zip(eras, found, strict=True))
    return BookDifference(compared, tuple(_lone(old, new)), monotonic() - started, interrupted)


def _answers(
    eras: "Sequence[Era]", seconds: float, instances: int, told: Told | None, processes: int
) -> Generator[tuple[int, SubjectDifference], None, None]:
    """What comes of each subject, with the number of its era."""
    waiting = []
    for number, era in enumerate(eras):
        reason = era.both.blocked or ("" if has_solver() else NEEDS)
        if reason:
            yield from ((number, undecided(subject, reason)) for subject in era.reached)
        elif era.reached:
            waiting.append(number)
    if processes > 1 and sum(len(eras[number].reached) for number in waiting) >= WORTH_PROCESSES:
        from matchrules.prove.difference.apart import answers

        yield from answers(eras, waiting, seconds, instances, told, processes)
        return
    for number in waiting:
        search = eras[number].search(seconds, instances)
        for subject in eras[number].reached:
            if told is not None:
                told(name_of(subject))
            yield number, search(subject)


def equivalent(
    old: RuleBase, new: RuleBase, seconds: float = SECONDS, instances: int = INSTANCES
) -> bool | None:
    """Whether two rule bases in force on the same days decide every case alike.

    True: proved, for any number of instances of every many-fact, that they take the same cases as
    valid, work out the same value of every define, find fault with the same ones, and give the
    same advice (rule, kind, subject, strength, fields, about). False: some case shows otherwise, or
    the vocabulary is another. None: undecided within `seconds`, or no difference was found with up
    to `instances` of each many-fact. Left out of it: texts, titles, cites, reasons, the order of
    advice, what is marked provisional, and which of several faults a case is told first.
    """
    both = shared(old, new)
    if both.blocked:
        return None
    if both.notes:
        return False
    one, two = _cones(both)
    same_rejects = [_rejects(base, cones) for base, cones in ((old, one), (new, two))]
    if (
        old.rules.keys() == new.rules.keys()
        and all(one.stands(r) == two.stands(new.rules[n]) and one.says(r) == two.says(new.rules[n])
                for n, r in old.rules.items())
        and all(d in new.defines and one.name(d) == two.name(d) for d in old.defines)
        and new.defines.keys() == old.defines.keys()
        and all(one.name(f"{f.name}.{a}") == two.name(f"{f.name}.{a}")
                for f in old.facts.values() for a in f.attributes)
        and same_rejects[0] == same_rejects[1]
    ):  # fmt: skip
        return True
    if old.defines.keys() != new.defines.keys():
        return False
    if not has_solver():
        return None
    from matchrules.prove.difference.sameness import decided_alike

    return decided_alike(both, (one, two), seconds, instances)


def _rejects(base: RuleBase, cones: Cones) -> list[tuple[str, int]]:
    return sorted((r.fact or "", cones.expression(r.when)) for r in base.rejects)


def _cones(both: Shared) -> tuple[Cones, Cones]:
    register: Register = {}
    return Cones(both.old, register), Cones(both.new, register)


class Era:
    """Two rule bases on the days on which both are in force."""

    def __init__(self, old: RuleBase, new: RuleBase, subjects: Collection[str]) -> None:
        self.old, self.new = old, new
        self.changes: tuple[Change, ...] = changes(old, new)
        self.both = shared(old, new)
        self._wanted = subjects
        self.cones = _cones(self.both)
        self.reached: tuple[Subject, ...] = tuple(self._reach())

    def _reach(self) -> Iterator[Subject]:
        """The subjects that the changes can reach; whether cases are valid as ("", "")."""
        for subject in reached((self.both.old, self.both.new), self.cones):
            name = ".".join(subject)
            if subject == VALIDITY or not self._wanted or (
                name in self._wanted or subject[0] in self._wanted
            ):  # fmt: skip
                yield subject

    def search(self, seconds: float, instances: int) -> Callable[[Subject], SubjectDifference]:
        """What looks for those affected in a subject."""
        from matchrules.prove.difference.search import Search
        from matchrules.prove.difference.tasks import Tasks

        tasks = Tasks((self.both.old, self.both.new), self.cones, self.changes).all()
        search = Search(self.both, (self.old, self.new), self.cones, seconds, instances)
        return lambda subject: search.subject(subject, tasks.get(subject, ()))

    def difference(self, found: Mapping[Subject, SubjectDifference]) -> EraDifference:
        """All that was found; what was not looked at is undecided."""
        every = spoken_of(self.old) | spoken_of(self.new)
        untouched = len(every) - len([s for s in self.reached if s != VALIDITY])
        subjects = [found.get(s) or undecided(s, "interrupted") for s in self.reached]
        return EraDifference(
            self.new.start, self.new.end, self.changes, tuple(sorted(subjects, key=_weight)),
            0 if self._wanted else untouched, self.both.notes,
        )  # fmt: skip


def name_of(subject: Subject) -> str:
    """A subject as it is told."""
    return ".".join(subject) if subject[0] else "whether cases are valid"


def undecided(subject: Subject, reason: str) -> SubjectDifference:
    """No answer, and why."""
    return SubjectDifference(*subject, "undecided", reason=reason)


def _weight(subject: SubjectDifference) -> int:
    """What weighs most comes first: whether cases are valid, then the strongest advice."""
    if not subject.kind:
        return -1
    strengths = [
        STRENGTHS.index(said.strength)
        for shift in subject.shifts for region in shift.regions
        for said in (*region.before, *region.after) if isinstance(said, Said)
    ]  # fmt: skip
    return min(strengths, default=len(STRENGTHS))


def _overlapping(
    old: Sequence[RuleBase], new: Sequence[RuleBase]
) -> Iterator[tuple[RuleBase, RuleBase]]:
    """Both sides on each stretch of days on which each has one era."""
    for one in old:
        for two in new:
            start = max(one.start, two.start)
            ends = [end for end in (one.end, two.end) if end is not None]
            end = min(ends, default=None)
            if end is None or start < end:
                yield evolve(one, start=start, end=end), evolve(two, start=start, end=end)


def _lone(old: Sequence[RuleBase], new: Sequence[RuleBase]) -> Iterator[str]:
    """Days on which one side alone is in force. The eras of a book follow on one another."""
    for mine, others, word in ((old, new, "old"), (new, old, "new")):
        if not mine:
            continue
        first = mine[0].start
        until = others[0].start if others else None
        if until is None or first < until:
            days = f"from {first} on" if until is None else f"from {first} to {_before(until)}"
            yield f"{days} the {word} rules alone are in force"


def _before(day: date) -> date:
    return day - timedelta(days=1)


__all__ = ["Era", "compare", "equivalent", "name_of", "undecided"]

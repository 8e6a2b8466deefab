"""How many cases of a cohort a change affects: each is decided on both sides."""

from collections.abc import Callable, Collection, Iterable, Sequence

from attrs import frozen

from matchrules.case.codec import read_case
from matchrules.case.cohort import Member
from matchrules.decision import Decision
from matchrules.diagnostics.model import CaseErrors
from matchrules.ir import RuleBase
from matchrules.prove.difference.cases import Result, advice_of, decided


@frozen
class Counted:
    """What came of a cohort of `total` cases. `affected` have other advice on some subject, or are
    decided by one side only; `subjects` are the names of those affected by subject. `unread` are
    no cases of either side, with the faults of the new one."""

    total: int
    affected: tuple[str, ...]
    subjects: tuple[tuple[str, tuple[str, ...]], ...]
    refused: tuple[str, ...]
    unread: tuple[tuple[str, CaseErrors], ...]
    complete: bool = True


def count(
    old: Sequence[RuleBase], new: Sequence[RuleBase], members: Iterable[Member],
    subjects: Collection[str] = (), told: Callable[[str], None] | None = None,
) -> Counted:  # fmt: skip
    """Decide each case on both sides, and compare what is said on `subjects` (none: on
    all). An interrupt ends the counting: `complete` is then false."""
    total = 0
    affected: list[str] = []
    refused: list[str] = []
    unread: list[tuple[str, CaseErrors]] = []
    found: dict[str, list[str]] = {}
    complete = True
    try:
        for member in members:
            total += 1
            if told is not None:
                told(member.name)
            sides = [_decided(bases, member) for bases in (old, new)]
            if all(isinstance(side, CaseErrors) for side in sides):
                assert isinstance(sides[1], CaseErrors)
                unread.append((member.name, sides[1]))
                continue
            results = [None if isinstance(side, CaseErrors) else side for side in sides]
            decisions = [r if isinstance(r, Decision) else None for r in results]
            if None in decisions:
                if decisions != [None, None]:
                    refused.append(member.name)
                    affected.append(member.name)
                continue
            differing = [
                name for name in _differing(*(d for d in decisions if d is not None))
                if not subjects or name in subjects or name.partition(".")[0] in subjects
            ]  # fmt: skip
            for name in differing:
                found.setdefault(name, []).append(member.name)
            if differing:
                affected.append(member.name)
    except KeyboardInterrupt:
        complete = False
        total = max(0, total - 1)
    return Counted(
        total, tuple(affected), tuple((n, tuple(c)) for n, c in sorted(found.items())),
        tuple(refused), tuple(unread), complete,
    )  # fmt: skip


def _decided(bases: Sequence[RuleBase], member: Member) -> Result | CaseErrors:
    if member.document is None:
        assert member.faults is not None
        return member.faults
    try:
        base, case = read_case(bases, member.document)
    except CaseErrors as faults:
        return faults
    return decided(base, case)[0]


def _differing(one: Decision, two: Decision) -> list[str]:
    """The subjects on which two decisions differ."""
    spoken = sorted({(a.kind, a.subject) for result in (one, two) for a in result.advice})
    return [f"{k}.{s}" for k, s in spoken if advice_of(one, k, s) != advice_of(two, k, s)]


__all__ = ["Counted", "count"]

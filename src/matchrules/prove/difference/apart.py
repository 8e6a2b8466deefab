"""A comparison in processes of their own: each looks at its share of the subjects."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from matchrules.ir import RuleBase
from matchrules.prove.difference.changes import paired
from matchrules.prove.difference.comparing import Era, name_of, undecided
from matchrules.prove.difference.model import SubjectDifference
from matchrules.prove.difference.reach import Subject, same_rule, subjects_of
from matchrules.prove.running import Asked
from matchrules.prove.running import answers as answers_of
from matchrules.prove.verdicts import Question, Verdict

if TYPE_CHECKING:
    from datetime import date

COMPARER: Final = f"{__name__}:Comparer"


@frozen
class Sides:
    """Both sides in one era, as they are sent to a process."""

    old: RuleBase
    new: RuleBase

    @property
    def start(self) -> "date":
        return self.new.start


@frozen
class Compared(Verdict):
    """What came of one subject."""

    difference: SubjectDifference | None = field(default=None)


class Comparer:
    """Compares two sides in a process."""

    def __init__(self, sides: Sides, seconds: float, instances: int) -> None:
        self._era = Era(sides.old, sides.new, ())
        self._search = self._era.search(seconds, instances)

    def answer(self, question: Question) -> Compared:
        """What comes of the subject that a question names."""
        found = self._search((question.name, question.part))
        return Compared(
            question, "undecided" if found.answer == "undecided" else "proved",
            self._era.new.start, difference=found,
        )  # fmt: skip


def answers(
    eras: Sequence[Era], waiting: Sequence[int], seconds: float, instances: int,
    told: Callable[[str], None] | None, processes: int,
) -> Generator[tuple[int, SubjectDifference], None, None]:  # fmt: skip
    """What comes of each subject of the eras in `waiting`, with the number of its era."""
    asked = []
    for number in waiting:
        lanes = _lanes(eras[number], processes)
        asked += [
            Asked(number, Question("subject", *subject), lanes.get(subject, 0))
            for subject in eras[number].reached
        ]
    sides: Any = tuple(Sides(era.old, era.new) for era in eras)  # instead of one rule base each
    came = answers_of(
        sides, asked, seconds=seconds, instances=instances, processes=processes, prover=COMPARER
    )
    with closing(came):
        for one, verdict in came:
            subject = (one.question.name, one.question.part)
            if told is not None:
                told(name_of(subject))
            found = verdict.difference if isinstance(verdict, Compared) else None
            yield one.era, found or undecided(subject, verdict.reason)


def _lanes(era: Era, processes: int) -> dict[Subject, int]:
    """Which process looks at a subject: one at all those that a rule speaks of, as what is found
    for one of them often holds for the others. It is settled before, so that the cases which are
    shown are the same each time."""
    found: dict[Subject, int] = {}
    rules = 0
    for old, new in paired(era.both.old, era.both.new):
        if old is None or new is None or not same_rule(era.cones, old, new):
            spoken = [s for rule in (old, new) if rule is not None for s in subjects_of(rule)]
            lane = next((found[s] for s in spoken if s in found), None)
            if lane is None:
                rules += 1
                lane = rules % processes
            for subject in spoken:
                found.setdefault(subject, lane)
    return found


__all__ = ["Compared", "Comparer", "Sides", "answers"]

"""What came of comparing two versions of rules."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from attrs import field, frozen

from matchrules.case.model import Case
from matchrules.text import Span

How = Literal["added", "removed", "changed", "renamed", "words"]
Effect = Literal["gained", "lost", "changed", "valid", "invalid"]
Answer = Literal["affected", "unaffected", "undecided"]


@frozen
class Change:
    """A statement that is not what it was. `words`: only what it says changed (texts, titles,
    cites, what is marked provisional), not whom it speaks to. `parts` are those that differ."""

    kind: str
    name: str
    how: How
    parts: tuple[str, ...] = ()
    old: Span | None = field(default=None, eq=False)
    new: Span | None = field(default=None, eq=False)

    def __str__(self) -> str:
        parts = f" ({', '.join(self.parts)})" if self.parts else ""
        return f"{self.kind} `{self.name}`{parts}"


@frozen
class Said:
    """A piece of advice as one side gives it; `fields` and `about` are plain values."""

    strength: str
    rule: str
    id: str | None
    fields: Mapping[str, Any]
    about: Any
    text: str


@frozen
class Region:
    """Cases that a change affects alike: every valid case that meets the `conditions` is affected.

    `case` is one of them, `document` the same as a case file. `before` and `after` are the advice
    on the subject in that case, or the faults of the case.
    """

    conditions: tuple[str, ...]
    case: Case
    document: str
    before: tuple[Said | str, ...]
    after: tuple[Said | str, ...]
    literals: tuple[Any, ...] = field(default=(), eq=False, repr=False)


@frozen
class Shift:
    """What a rule does to a subject otherwise than before. `causes` are the changes that it may
    come from. `more`: there are further regions, or there may be."""

    effect: Effect
    rule: str
    causes: tuple[Change, ...]
    regions: tuple[Region, ...]
    more: bool = False


@frozen
class SubjectDifference:
    """Whether, and whom, the changes affect in one subject (`kind` empty: in whether a case is
    valid at all). Where a `bound` is given, what is said to affect nobody holds for cases with up
    to so many instances of each many-fact."""

    kind: str
    subject: str
    answer: Answer
    shifts: tuple[Shift, ...] = ()
    bound: int | None = None
    reason: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.subject}" if self.kind else "whether a case is valid"


@frozen
class EraDifference:
    """Both sides on the days from `start` to the day before `end` (None: without end).

    `subjects` are those whose advice the changes could reach, what weighs most first; all the
    others are proved to be as they were without asking a solver. `notes` tell what is not compared.
    """

    start: date
    end: date | None
    changes: tuple[Change, ...]
    subjects: tuple[SubjectDifference, ...]
    untouched: int
    notes: tuple[str, ...] = ()

    @property
    def affected(self) -> bool:
        return any(subject.answer == "affected" for subject in self.subjects)

    @property
    def undecided(self) -> bool:
        return any(subject.answer == "undecided" for subject in self.subjects)


@frozen
class BookDifference:
    """Two versions of rules compared. `lone` are the days on which only one side is in force."""

    eras: tuple[EraDifference, ...]
    lone: tuple[str, ...] = ()
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def affected(self) -> bool:
        return bool(self.lone) or any(era.affected for era in self.eras)

    @property
    def undecided(self) -> bool:
        return self.interrupted or any(era.undecided for era in self.eras)


__all__ = [
    "Answer",
    "BookDifference",
    "Change",
    "Effect",
    "EraDifference",
    "How",
    "Region",
    "Said",
    "Shift",
    "SubjectDifference",
]

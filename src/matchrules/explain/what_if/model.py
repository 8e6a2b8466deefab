"""What is said of a case in which some facts are other ones."""

from typing import Any, Literal

from attrs import field, frozen

from matchrules.decision import Advice, Decision
from matchrules.explain.what_if.reasons import Reason
from matchrules.explain.what_if.shifts import Shift

What = Literal["added", "withdrawn", "changed"]


@frozen
class Turn:
    """One piece of advice that is added, withdrawn or changed, and why.

    `advice` is as it is after the change; what is withdrawn, as it was before. `before` is what a
    changed one was. `title` names its subject in the vocabulary's words.
    """

    what: What
    advice: Advice
    before: Advice | None
    title: str
    reasons: tuple[Reason, ...]

    @property
    def name(self) -> str:
        """`must: Letters by US pediatricians (LR-01)`."""
        strength = self.advice.strength.replace("_", " ")
        return f"{strength}: {self.title} ({self.advice.id or self.advice.rule})"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "advice": self.advice.to_dict(),
            **({} if self.before is None else {"before": self.before.to_dict()}),
            "reasons": [reason.to_dict() for reason in self.reasons],
        }


@frozen
class Difference:
    """How the advice on one case differs from that on another: `same` is how many pieces are as
    they were, `derived` what follows otherwise from the facts."""

    added: tuple[Turn, ...]
    withdrawn: tuple[Turn, ...]
    changed: tuple[Turn, ...]
    same: int
    derived: tuple[Shift, ...]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All that is added, withdrawn and changed."""
        return (*self.added, *self.withdrawn, *self.changed)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "added": [turn.to_dict() for turn in self.added],
            "withdrawn": [turn.to_dict() for turn in self.withdrawn],
            "changed": [turn.to_dict() for turn in self.changed],
            "same": self.same,
            "derived": [shift.to_dict() for shift in self.derived],
        }


@frozen
class WhatIf:
    """What changed facts would change.

    `changes` are the facts that are other ones; `decision` is the decision on the changed case,
    which can be asked in turn. `str()` gives it as a text for a terminal.
    """

    changes: tuple[Shift, ...]
    difference: Difference
    decision: Decision = field(repr=False)

    @property
    def added(self) -> tuple[Turn, ...]:
        """Advice that is given only after the change."""
        return self.difference.added

    @property
    def withdrawn(self) -> tuple[Turn, ...]:
        """Advice that is given only before the change."""
        return self.difference.withdrawn

    @property
    def changed(self) -> tuple[Turn, ...]:
        """Advice that a rule gives both times, but with other fields or another text, or that has
        become provisional or is so no longer."""
        return self.difference.changed

    @property
    def derived(self) -> tuple[Shift, ...]:
        """What follows otherwise from the facts."""
        return self.difference.derived

    @property
    def same(self) -> int:
        """How many pieces of advice stay as they are."""
        return self.difference.same

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int = 80) -> str:
        """The answer as a text of lines at most so wide."""
        from matchrules.explain.what_if.text import text

        return text(self, width)

    def to_markdown(self) -> str:
        """The answer in Markdown."""
        from matchrules.explain.what_if.markdown import markdown

        return markdown(self)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values; `decision` is what `Decision.to_dict` gives of the changed case."""
        return {
            "format": 1,
            "changes": [shift.to_dict() for shift in self.changes],
            **self.difference.to_dict(),
            "decision": self.decision.to_dict(),
        }


__all__ = ["Difference", "Turn", "What", "WhatIf"]

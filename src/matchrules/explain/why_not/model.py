"""What an answer to "why not?" is made of."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal

from attrs import field, frozen

from matchrules.decision import plain_value
from matchrules.explain.why_not.needs import Need
from matchrules.ir import Expression, Strength


@frozen
class Basis:
    """What a lack was read from: an expression, for which instances, and what it needs."""

    expression: Expression
    bound: Mapping[str, int]
    need: Need


@frozen
class Lack:
    """A condition, or a value in one, that is not as it would have to be.

    `text` is a sentence without its full stop. `condition` says what would have to be so. `known`
    is False where it is missing only because something is not known. `values` are the facts that
    it names, by name. `parts` are what it lacks in turn: of `needs`, all of them, any one, or all
    on the `nearest` of several ways; `more` counts those that are left out.
    """

    text: str
    condition: str
    known: bool
    values: Mapping[str, Any] = field(factory=dict)
    needs: Literal["all", "any", "nearest"] = "all"
    parts: "tuple[Lack, ...]" = ()
    more: int = 0
    basis: Basis | None = field(default=None, eq=False, repr=False)

    @property
    def weight(self) -> tuple[int, int]:
        """How much is missing: what is known to be otherwise, and what is not known."""
        if not self.parts:
            return (1, 0) if self.known else (0, 1)
        each = [part.weight for part in self.parts]
        return min(each) if self.needs == "any" else added(each)

    def walk(self) -> "Iterator[Lack]":
        """This one and all below it, from the top."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values; without parts, nothing is said of parts."""
        found: dict[str, Any] = {
            "text": self.text, "condition": self.condition, "known": self.known,
            "values": dict(self.values),
        }  # fmt: skip
        if self.parts:
            found |= {"needs": self.needs, "parts": [part.to_dict() for part in self.parts]}
        if self.more:
            found["more"] = self.more
        return found


@frozen
class Guard:
    """What all rules of a ruleset, or of a section in it, need, and what it lacks.

    `scope` names them in words, `name` in short; `rules` are the full names of those that it keeps
    back here.
    """

    scope: str
    name: str
    lack: Lack
    rules: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"scope": self.scope, "rules": list(self.rules), **self.lack.to_dict()}


@frozen
class Withdrawal:
    """A rule whose conditions hold, and that stands in for another one."""

    rule: str
    id: str | None
    title: str
    name: str

    def to_dict(self) -> dict[str, Any]:
        return {"rule": self.rule, "id": self.id, "title": self.title}


@frozen
class Withheld:
    """A rule that could have said it, and does not: for one instance, where it speaks of each.

    `of` names the instance in words. `strengths` are those with which it would have said what was
    asked for, `says` all that it would have said. `guards` are the places of what it lacks in
    `WhyNot.guards`, `lacks` what it lacks itself; `exceptions` are those of its `unless` that are
    so, each with what would have to be otherwise; `withdrawn` the rules that stand in for it.
    `missing` counts what is known to be otherwise, and what is not known.
    """

    rule: str
    id: str | None
    title: str
    name: str
    of: str
    strengths: tuple[Strength, ...]
    says: tuple[str, ...]
    about: Any
    guards: tuple[int, ...]
    lacks: tuple[Lack, ...]
    exceptions: tuple[Lack, ...]
    withdrawn: tuple[Withdrawal, ...]
    cites: tuple[str, ...]
    place: str
    version: str
    missing: tuple[int, int] = (0, 0)

    def to_dict(self) -> dict[str, Any]:
        return {
            "rule": self.rule, "id": self.id, "title": self.title,
            "strengths": list(self.strengths), "about": plain_value(self.about, None),
            "guards": list(self.guards),
            "lacks": [lack.to_dict() for lack in self.lacks],
            "exceptions": [lack.to_dict() for lack in self.exceptions],
            "withdrawn": [withdrawal.to_dict() for withdrawal in self.withdrawn],
            "missing": {"known": self.missing[0], "not_known": self.missing[1]},
            "cites": list(self.cites), "place": self.place, "version": self.version,
        }  # fmt: skip


@frozen
class WhyNot:
    """The answer to `decision.why_not(subject)`.

    `rules` are those that could have said it, the one that lacks least first; `left_out` counts
    further instances by the full name of their rule. `instead` is advice against the subject that
    stands. Where the subject is a fact, `value` says what it lacks, instance by instance.

    `str()` of it is the text that a terminal shows.
    """

    subject: str
    what: Literal["advice", "rule", "value"]
    title: str
    as_of: date
    about: Any
    rules: tuple[Withheld, ...]
    guards: tuple[Guard, ...] = ()
    left_out: Mapping[str, int] = field(factory=dict)
    instead: tuple[str, ...] = ()
    value: tuple[Lack, ...] = ()

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int = 80) -> str:
        """Sentences for a terminal that is `width` columns wide."""
        from matchrules.explain.why_not.text import text

        return text(self, width)

    def to_markdown(self) -> str:
        """The same sentences as Markdown."""
        from matchrules.explain.why_not.text import markdown

        return markdown(self)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values: dates ISO, decimals as strings, sets sorted."""
        return {
            "subject": self.subject, "what": self.what, "title": self.title,
            "as_of": self.as_of.isoformat(), "about": plain_value(self.about, None),
            "guards": [guard.to_dict() for guard in self.guards],
            "rules": [rule.to_dict() for rule in self.rules],
            "left_out": dict(self.left_out),
            "instead": list(self.instead),
            "value": [lack.to_dict() for lack in self.value],
        }  # fmt: skip


def added(weights: list[tuple[int, int]]) -> tuple[int, int]:
    """What is missing altogether."""
    return sum(known for known, _ in weights), sum(unknown for _, unknown in weights)

"""What an answer to "why?" is made of."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from matchrules.decision import Advice, plain_value

if TYPE_CHECKING:
    from matchrules.pictures import Diagram

What = Literal[
    "rule", "guard", "when", "unless", "overrider", "field", "text",
    "condition", "derived", "row", "default", "fact", "unknown", "count", "instance",
    "parameter", "day",
]  # fmt: skip


@frozen
class Step:
    """One step of a proof, and the steps that it rests on.

    `sentence` says what is so, in words; `value` is its value (None: not known). `name` is what
    programs know it by: the full name of a rule, the dotted name of a fact, the name of a
    parameter; empty of a condition. `text` are the lines of the rules as they are written, `place`
    is their `file:line`, `version` the ruleset and its version, `cites` its sources: empty of what
    no rule says. `path` is the place of a fact in the case. What a step rests on is told once: of
    one that comes `again`, where it comes first. A step that is not `needed` names facts without
    which the same would follow.
    """

    what: What
    sentence: str
    value: Any = None
    name: str = ""
    path: str = ""
    text: str = ""
    place: str = ""
    version: str = ""
    cites: tuple[str, ...] = ()
    steps: "tuple[Step, ...]" = ()
    again: bool = False
    needed: bool = True

    def walk(self) -> "Iterator[Step]":
        """This step and all below it, from the top."""
        stack = [self]
        while stack:
            step = stack.pop()
            yield step
            stack.extend(reversed(step.steps))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values; what is empty is left out."""
        top: dict[str, Any] = {}
        stack = [(self, top)]
        while stack:  # a proof may be deeper than Python recurses
            step, found = stack.pop()
            found |= {
                "what": step.what, "sentence": step.sentence,
                "value": plain_value(step.value, None),
            }  # fmt: skip
            for name in ("name", "path", "text", "place", "version", "again"):
                if getattr(step, name):
                    found[name] = getattr(step, name)
            if not step.needed:
                found["needed"] = False
            if step.cites:
                found["cites"] = list(step.cites)
            if step.steps:
                below: list[dict[str, Any]] = [{} for _ in step.steps]
                found["steps"] = below
                stack.extend(zip(step.steps, below, strict=True))
        return top


@frozen
class Proof:
    """Why one piece of advice stands, or why one fact has its value.

    `title` names what is proved: the advice as a sentence, or the fact with its value. `root` is
    the last step of the proof, that of the rule or of the value. `facts` are the asserted facts
    that it rests on, in the shape of a case file: with these alone, on the same day, it still
    follows; `advice` is None for a value.
    """

    title: str
    root: Step
    facts: Mapping[str, Any]
    advice: Advice | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "advice": None if self.advice is None else self.advice.to_dict(),
            "facts": dict(self.facts),
            "proof": self.root.to_dict(),
        }


@frozen
class Why:
    """The answer to `decision.why(subject)`: a proof of each piece of advice that stands.

    `str()` of it is the text that a terminal shows.
    """

    subject: str
    as_of: date
    whole: bool
    proofs: tuple[Proof, ...]

    def facts(self) -> dict[str, Any]:
        """The asserted facts that are listed in any of the proofs, in the shape of a case file."""
        from matchrules.explain.why.facts import together

        return together([proof.facts for proof in self.proofs])

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int = 80) -> str:
        """The proofs as lines for a terminal of that width."""
        from matchrules.explain.why.text import text

        return text(self, width)

    def to_markdown(self) -> str:
        """The proofs as nested lists."""
        from matchrules.explain.why.text import markdown

        return markdown(self)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, in a fixed order."""
        return {
            "subject": self.subject, "as_of": self.as_of.isoformat(), "whole": self.whole,
            "proofs": [proof.to_dict() for proof in self.proofs],
        }  # fmt: skip

    def diagram(self) -> "Diagram":
        """The proofs as a picture: from facts over what is derived of them to the advice."""
        from matchrules.explain.why.picture import picture

        return picture(self)


__all__ = ["Proof", "Step", "What", "Why"]

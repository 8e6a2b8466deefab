"""What the answers to "what could still be advised, and what is worth asking?" are made of."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from matchrules.case.model import Case
from matchrules.decision import plain_value
from matchrules.types import Value


@frozen(order=True)
class Unknown:
    """An attribute that is not known: of a single fact (`index` None), or of the instance at that
    place of a many-fact, counted from 0 in the order of `Case.facts`."""

    fact: str
    name: str
    index: int | None = None

    @property
    def attribute(self) -> str:
        return f"{self.fact}.{self.name}"


@frozen
class Extension:
    """The case with some of its unknown attributes given values. `values` are by path, as messages
    write it (`step2ck.score`, `letter[2].quality`), `case` is the whole case. It is valid."""

    values: Mapping[str, Value]
    case: Case = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        return {path: plain_value(value, None) for path, value in self.values.items()}


@frozen
class Prospect:
    """A piece of advice that is, or could be, given: on a subject, with a strength, `about` an
    instance or the whole case (None).

    `rules` are the full names of the rules that give it in some extension, `given` says whether it
    is given now. `extension` is one in which it is given where it is not given now, and one in
    which it is not where it is; None of what is certain. `proved` is False where neither a proof
    nor an extension was found, so that it is only not ruled out. `title` is what the vocabulary
    calls the subject.
    """

    kind: str
    subject: str
    strength: str
    about: Any
    rules: tuple[str, ...]
    given: bool
    certain: bool
    title: str = ""
    extension: Extension | None = None
    proved: bool = True

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.subject}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "subject": self.subject, "strength": self.strength,
            "about": plain_value(self.about, None), "title": self.title,
            "rules": list(self.rules), "given": self.given, "certain": self.certain,
            "extension": None if self.extension is None else self.extension.to_dict(),
            "proved": self.proved,
        }  # fmt: skip

    def __str__(self) -> str:
        about = "" if self.about is None else f" for {plain_value(self.about, None)}"
        state = "" if self.proved else " (not settled)"
        return f"{self.strength.replace('_', ' ')} {self.title or self.name}{about}{state}"


@frozen
class Said:
    """One `then` of one rule in one outcome. `text` is the one of an example value where a text
    shows the value itself; `varies` says that its fields or its text do so."""

    kind: str
    subject: str
    strength: str
    about: Any
    rule: str
    id: str | None
    fields: Mapping[str, Any]
    text: str
    varies: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "subject": self.subject, "strength": self.strength,
            "about": plain_value(self.about, None), "rule": self.rule, "id": self.id,
            "fields": {n: plain_value(v, None) for n, v in self.fields.items()},
            "text": self.text, "varies": self.varies,
        }  # fmt: skip


@frozen
class Span:
    """Values next to one another, both ends in: one value where they are equal."""

    low: Value
    high: Value

    @property
    def single(self) -> bool:
        return self.low == self.high


@frozen
class Answer:
    """Answers that have the same outcome, everything else staying as it is now.

    `spans` are the values: single ones, or from-to of numbers and days; `values` the same in words.
    `adds` is advice that is not given now, `withdraws` advice that is given now and would not be,
    `changes` advice that would have other fields (as it would then be), `words` advice that would
    only be put in other words. Where all are empty the answer leaves everything as it is.
    """

    spans: tuple[Span, ...]
    values: str
    adds: tuple[Said, ...] = ()
    withdraws: tuple[Said, ...] = ()
    changes: tuple[Said, ...] = ()
    words: tuple[Said, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether nothing that is advised would change."""
        return not (self.adds or self.withdraws or self.changes or self.words)

    def to_dict(self) -> dict[str, Any]:
        return {
            "spans": [[plain_value(s.low, None), plain_value(s.high, None)] for s in self.spans],
            "values": self.values,
            **{
                name: [said.to_dict() for said in getattr(self, name)]
                for name in ("adds", "withdraws", "changes", "words")
            },
        }


@frozen
class Question:
    """An unknown attribute that matters: two extensions that differ only in it have different
    advice.

    `name` is `fact.attribute`, `index` the place of the instance of a many-fact in the order of
    `Case.facts`, counted from 0, and `key` its key, if it has one; `path` is what messages call it;
    `title` what the vocabulary calls it and `description` all that it says. `answers` are its
    values in classes of the same outcome, everything else as it is now; there is one class where it
    matters only together with others, which are in `together_with` (paths). `witness` is a pair of
    extensions that differ only in it and in what is advised; `decides` the advice that differs
    between its answers, `touches` how many pieces of advice its value could have a part in.
    `words`: only texts, or marks as provisional, were seen to change. `proved` is False of one that
    a search within its limits did not settle: it has no witness, or, with `words`, none that shows
    a change of advice, though there may be one.
    """

    name: str
    index: int | None
    key: Any
    path: str
    title: str
    description: str
    answers: tuple[Answer, ...]
    together_with: tuple[str, ...]
    decides: tuple[str, ...]
    touches: int
    witness: tuple[Extension, Extension] | None
    words: bool = False
    proved: bool = True
    unknown: Unknown = field(repr=False, kw_only=True)

    @property
    def alone(self) -> bool:
        """Whether its answer alone decides something now."""
        return not self.together_with and len(self.answers) > 0 and self.proved

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name, "index": self.index, "key": plain_value(self.key, None),
            "path": self.path, "title": self.title, "description": self.description,
            "answers": [answer.to_dict() for answer in self.answers],
            "together_with": list(self.together_with), "decides": list(self.decides),
            "touches": self.touches, "words": self.words, "proved": self.proved,
            "witness": None if self.witness is None else [e.to_dict() for e in self.witness],
        }  # fmt: skip


__all__ = ["Answer", "Extension", "Prospect", "Question", "Said", "Span", "Unknown"]

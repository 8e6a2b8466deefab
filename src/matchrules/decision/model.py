"""What an evaluator records, and the advice that is read from it."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, Protocol

from attrs import fields, frozen

from matchrules.types import Value

from .values import Key, as_plain


@frozen
class Firing:
    """One `then` of a rule whose advice stands, for one instance of its `for each` (`about`, the
    key) or for the whole case (None).

    `place` is the index of the `then` in its rule; `fields` and `reasons` hold values, None where
    unknown; `text` is the rendered text.
    """

    rule: str
    place: int
    about: Key | None
    fields: Mapping[str, Value | None]
    reasons: Mapping[str, Value | None]
    text: str
    provisional: bool


LATER = frozenset({"text", "fields", "reasons", "provisional"})  # may be worked out when read


class Saying(Protocol):
    """Tells later what advice lacks: what is `LATER`."""

    def said(self, advice: "Advice") -> Mapping[str, Any]: ...


class Telling(Saying, Protocol):
    """An outcome that is told when it is read. `fields` are those of the decision; `advice` is in
    order, and may lack what `said` tells then."""

    @property
    def derived(self) -> Mapping[str, Any]: ...
    @property
    def firings(self) -> Sequence[Firing]: ...
    @property
    def unknown(self) -> frozenset[str]: ...
    def fields(self) -> Mapping[str, Any]: ...
    def advice(self) -> "Sequence[Advice]": ...


@frozen
class Outcome:
    """What an evaluator found.

    `derived` maps each define's name to its value; one said `for each` of a keyed fact to a mapping
    from key to value, of a fact without a key to a tuple in the order of language.md 2.5.
    `unknown` holds the attributes (`step1.status`) that are unknown, after defaults, in the single
    fact or in an asserted instance, and that something in force reads.
    """

    derived: Mapping[str, Any]
    firings: Sequence[Firing]
    unknown: frozenset[str]


class _Told:
    """What advice has besides its fields, where an evaluator tells it later."""

    __slots__ = ("_index", "_later", "_own")
    _index: int  # the place of the instance that it speaks of
    _later: "Saying"
    _own: Mapping[str, Any]  # what was worked out, once it was


@frozen(slots=False)
class Advice(_Told):
    """One piece of advice.

    `strength` is one of must, must_not, should, should_not, may, need_not. `fields` and `reasons`
    hold Python values (`Decimal` for decimals, `date`, `frozenset` for sets, None for unknown).
    `about` is the key of the instance that it speaks of (one value, or a tuple of several), else
    None. `rule` is the full name, `id` the public one, `cites` the sources as written.
    """

    kind: str
    subject: str
    strength: str
    text: str
    fields: Mapping[str, Any]
    about: Any
    id: str | None
    rule: str
    cites: tuple[str, ...]
    reasons: Mapping[str, Any]
    provisional: bool
    salience: int

    def __getattr__(self, name: str) -> Any:
        # Called for what is not there: a text, say, that nobody has read yet.
        if name not in LATER:
            raise AttributeError(f"'Advice' object has no attribute '{name}'")
        try:
            own = _own_of(self)
        except AttributeError:
            own = self._later.said(self)
            _set_own(self, own)
        return own[name]

    def __reduce__(self) -> tuple[Any, ...]:
        # What works things out later stays in its process.
        return Advice, tuple(getattr(self, one.name) for one in fields(Advice))

    def to_dict(self) -> dict[str, Any]:
        """The advice as JSON-ready values, in the shape documented for `Decision.to_dict`."""
        return {
            "kind": self.kind, "subject": self.subject, "strength": self.strength,
            "text": self.text,
            "fields": as_plain(self.fields), "about": as_plain(self.about), "id": self.id,
            "rule": self.rule, "cites": list(self.cites), "reasons": as_plain(self.reasons),
            "provisional": self.provisional, "salience": self.salience,
        }  # fmt: skip


def advice_told_later(
    each: Iterable[dict[str, Any]], later: "Saying", indexes: Iterable[int] = ()
) -> list[Advice]:
    """Advice with each of these fields, the others to be told later. Nothing is copied, since a
    decision that nobody reads in full is to cost little: fields may be shared, and stay as they
    are."""
    known = [*each]
    made = [*map(_new, repeat(Advice, len(known)))]
    _all(map(_set_fields, made, known))
    _all(map(_set_later, made, repeat(later)))
    _all(map(_set_index, made, indexes))
    return made


def _all(done: Iterable[None]) -> None:
    """Without a turn of the interpreter for each."""
    deque(done, 0)


_new: Any = object.__new__
_own_of: Any = _Told.__dict__["_own"].__get__
_set_fields: Any = Advice.__dict__["__dict__"].__set__
_set_index: Any = _Told.__dict__["_index"].__set__
_set_later: Any = _Told.__dict__["_later"].__set__
_set_own: Any = _Told.__dict__["_own"].__set__


@frozen
class RulesetVersion:
    """Which text of a ruleset a decision was made with."""

    name: str
    version: str
    sha256: str

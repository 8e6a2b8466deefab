"""Decisions: what an evaluator records, and the advice that is read from it.

Every evaluator ends in an `Outcome`; `Decision` is made of it here, once, so that order and text
are the same whichever evaluator ran.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from matchrules.diagnostics.model import UsageError
from matchrules.ir import STRENGTHS, Rule, RuleBase, Segment, Template
from matchrules.types import (
    DayOfYear,
    SetOf,
    Type,
    Value,
    decimal_of,
    python_value,
    sort_key,
)

if TYPE_CHECKING:
    from matchrules.explain.prospects import Prospect, Question
    from matchrules.explain.sweep import Sweep
    from matchrules.explain.what_if import WhatIf
    from matchrules.explain.why import Why
    from matchrules.explain.why_not import WhyNot
    from matchrules.prove.recourse import Recourse
    from matchrules.reach import Reach
    from matchrules.records import Record

Key = tuple[Value, ...]  # of an instance: the values of its key attributes; () for a single fact


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


@frozen
class Advice:
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

    def to_dict(self) -> dict[str, Any]:
        """The advice as JSON-ready values, in the shape documented for `Decision.to_dict`."""
        return {
            "kind": self.kind, "subject": self.subject, "strength": self.strength,
            "text": self.text,
            "fields": _plain(self.fields), "about": _plain(self.about), "id": self.id,
            "rule": self.rule, "cites": list(self.cites), "reasons": _plain(self.reasons),
            "provisional": self.provisional, "salience": self.salience,
        }  # fmt: skip


@frozen
class RulesetVersion:
    """Which text of a ruleset a decision was made with."""

    name: str
    version: str
    sha256: str


@frozen
class Decision:
    """The advice on one case, in order, with what is needed to replay it.

    Iterating gives the advice. `derived` holds the derived facts by name; `unknown` the attributes
    that are not known and that something in force reads; `warnings` sentences; `facts` the case as
    plain values.
    """

    as_of: date
    rulesets: tuple[RulesetVersion, ...]
    advice: tuple[Advice, ...]
    derived: Mapping[str, Any]
    unknown: tuple[str, ...]
    warnings: tuple[str, ...]
    facts: Mapping[str, Any] = field(repr=False)
    reach: "Reach | None" = field(default=None, repr=False, eq=False)

    def __iter__(self) -> Iterator[Advice]:
        return iter(self.advice)

    def __len__(self) -> int:
        return len(self.advice)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values: dates ISO, decimals as strings, sets sorted."""
        return {
            "format": 1,
            "as_of": self.as_of.isoformat(),
            "rulesets": [
                {"name": r.name, "version": r.version, "sha256": r.sha256} for r in self.rulesets
            ],
            "advice": [advice.to_dict() for advice in self.advice],
            "derived": _plain(self.derived),
            "unknown": list(self.unknown),
            "warnings": list(self.warnings),
        }

    def to_json(self, indent: int | None = None) -> str:
        """`to_dict` as JSON text; the same case gives the same bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    # Questions about it. Nothing of this is worked out before it is asked for.

    def why(self, subject: str, *, about: Any = None, whole: bool = False) -> "Why":
        """Why something is advised, or why a fact has its value: the proof down to asserted facts.

        `subject` is `kind.subject`, a rule (its id, name or full name), or an attribute or derived
        fact. `about` takes the advice on one instance only, by its key. What did not matter is left
        out unless `whole`. Raises `UsageError` for a subject that the rules do not know, and where
        there is no such advice (`why_not` tells why).
        """
        return self._asked.why(self, subject, about, whole)

    def why_not(self, subject: str, *, about: Any = None) -> "WhyNot":
        """Why something is not advised: for each rule that could have said it what failed, is not
        known, blocked or withdrew it, the smallest reason first.

        `subject` and `about` are as for `why`. Raises `UsageError` where the subject is none, or
        is advised.
        """
        return self._asked.why_not(self, subject, about)

    def what_if(self, changes: Mapping[str, Any] | None = None, /, **facts: Any) -> "WhatIf":
        """What would be advised if some facts were other ones: what comes, goes and changes, and
        why.

        `what_if(step2ck={"score": 231})` changes attributes of a single fact, None making one
        unknown; `what_if(letter=[…])` puts other instances in the place of all of a many-fact.
        `changes` is the same as one mapping. Raises `CaseErrors` where the changed case is not
        valid, `UsageError` where nothing is changed.
        """
        return self._asked.what_if(self, {**(changes or {}), **facts})

    def sweep(self, attribute: str, values: Iterable[Any]) -> "Sweep":
        """What is advised for each of those values of an attribute of a single fact, everything
        else as it is: the spans over which the advice is the same, and what changes between."""
        return self._asked.sweep(self, attribute, values)

    @property
    def certain(self) -> "tuple[Prospect, ...]":
        """The advice that stays, whatever the unknown facts turn out to be."""
        return self._asked.certain(self)

    @property
    def possible(self) -> "tuple[Prospect, ...]":
        """The advice given for some values of the unknown facts only; what is certain left out."""
        return self._asked.possible(self)

    @property
    def questions(self) -> "tuple[Question, ...]":
        """The unknown facts that could change anything, the most worth asking first."""
        return self._asked.questions(self)

    def recourse(
        self, *, to_have: str | None = None, to_lose: str | None = None, seconds: float = 30
    ) -> "Recourse":
        """The smallest change of facts that gives a piece of advice, or takes one away: what to
        have or lose is a subject as for `why`.

        Needs the extra `prove`. Raises `UsageError` for no such subject, and unless one is given.
        """
        return self._asked.recourse(self, to_have, to_lose, seconds)

    def record(self, *, salt: str | None = None) -> "Record":
        """All that is needed to check this decision later, as one JSON document.

        Facts marked `private` are left out, hashes with a salt in their place: `salt`, or a random
        one.
        """
        return self._asked.record(self, salt)

    @property
    def _asked(self) -> "Reach":
        if self.reach is None:
            raise UsageError(
                "this decision was made without what explains it: make it with `book.decide` or "
                "`book.session`"
            )
        return self.reach


def decide(
    base: RuleBase,
    outcome: Outcome,
    as_of: date,
    facts: Mapping[str, Any],
    reach: "Reach | None" = None,
) -> Decision:
    """Order and render what an evaluator found. `facts` are the case's plain values; `reach` is
    what answers questions about the decision."""
    firings = sorted(outcome.firings, key=lambda firing: _order(base, firing))
    return Decision(
        as_of=as_of,
        rulesets=tuple(
            RulesetVersion(r.name, r.version, r.sha256) for r in base.rulesets.values()
        ),
        advice=tuple(_advice(base, firing) for firing in firings),
        derived={
            name: python_value(outcome.derived[name], define.type) if define.fact is None
            else _shown_derived(outcome.derived[name], define.type)
            for name, define in base.defines.items()
        },
        unknown=tuple(sorted(outcome.unknown)),
        warnings=stale_parameters(base, as_of),
        facts=facts,
        reach=reach,
    )


def stale_parameters(base: RuleBase, as_of: date) -> tuple[str, ...]:
    """Sentences on the parameter values in force on `as_of` that were checked longer ago than
    their ruleset's `stale after`, one for all that were checked on one day."""
    found: dict[tuple[date, int], list[str]] = {}
    for name, parameter in base.parameters.items():
        limit = base.rulesets[parameter.ruleset].stale_after
        in_force = {r.key: r for r in parameter.rows if r.start is None or r.start <= as_of}
        for row in in_force.values():
            if limit is None or row.checked is None or (as_of - row.checked).days <= limit:
                continue
            which = name if row.key is None else f"{name} for {plain_value(row.key, None)}"
            found.setdefault((row.checked, limit), []).append(f"`{which}`")
    return tuple(
        f"these values were last checked on {checked}, {(as_of - checked).days} days before "
        f"{as_of}, and are to be checked again after {limit} days: {', '.join(names)}"
        for (checked, limit), names in sorted(found.items())
    )


def render_value(value: Value | None, type_: Type, base: RuleBase) -> str | None:
    """A value as texts print it (language.md 2.13); None stays None."""
    if value is None:
        return None
    if isinstance(value, frozenset):
        assert isinstance(type_, SetOf)
        labels = base.enums[type_.of.name].labels
        names = [labels[m] for m in type_.of.members if m in value]
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        enum = base.enums.get(getattr(type_, "name", ""))
        return enum.labels[value] if enum is not None else value
    if isinstance(value, date):
        return value.isoformat()
    return str(python_value(value, type_))


def render_text(template: Template, values: Sequence[str | None]) -> str:
    """The text with its holes filled: `values` of `template.holes`, in their order. An unknown
    prints as not known, or leaves out the segment that it is in (13)."""
    rest = iter(values)
    said: list[str] = []
    for part in template.parts:
        if isinstance(part, Segment):
            inside = [p if isinstance(p, str) else next(rest) for p in part.parts]
            if None not in inside:
                said += filter(None, inside)
        elif isinstance(part, str):
            said.append(part)
        else:
            value = next(rest)
            said.append("not known" if value is None else value)
    return "".join(said)


def plain_value(value: Value | None, type_: Type | None) -> Any:
    """A value as JSON has it."""
    return _plain(value if type_ is None else python_value(value, type_))


def about_of(key: Key | None) -> Any:
    """A key as users see it: the value itself where it is one, else the tuple."""
    return key[0] if key is not None and len(key) == 1 else key


def _order(base: RuleBase, firing: Firing) -> tuple[object, ...]:
    rule = base.rules[firing.rule]
    then = rule.thens[firing.place]
    return (
        -base.advice[then.kind].salience, STRENGTHS.index(then.strength), then.kind, then.subject,
        rule.full_name, key_order(base, rule.fact, firing.about), firing.place,
    )  # fmt: skip


def key_order(base: RuleBase, fact: str | None, key: Key | None) -> tuple[object, ...]:
    """A sort key for the keys of instances of one fact."""
    if fact is None or key is None:
        return ()
    declaration = base.facts[fact]
    return tuple(
        sort_key(value, declaration.attributes[name].type)
        for name, value in zip(declaration.keys, key, strict=True)
    )


def _advice(base: RuleBase, firing: Firing) -> Advice:
    rule: Rule = base.rules[firing.rule]
    then = rule.thens[firing.place]
    declared = base.advice[then.kind].subjects[then.subject].fields
    return Advice(
        kind=then.kind, subject=then.subject, strength=then.strength, text=firing.text,
        fields={n: python_value(v, declared[n]) for n, v in sorted(firing.fields.items())},
        about=about_of(firing.about), id=rule.id, rule=rule.full_name,
        cites=tuple(map(str, rule.cites)),
        reasons={
            n: python_value(v, rule.reasons[n].type) for n, v in sorted(firing.reasons.items())
        },
        provisional=firing.provisional, salience=base.advice[then.kind].salience,
    )  # fmt: skip


def _shown_derived(value: Any, type_: Type) -> Any:
    if isinstance(value, Mapping):
        return {about_of(key): python_value(item, type_) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(python_value(item, type_) for item in value)
    return python_value(value, type_)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {
            key if isinstance(key, str) else json.dumps(_plain(key), ensure_ascii=False)
            : _plain(item)
            for key, item in value.items()
        }
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, Decimal | Fraction | DayOfYear)
    return str(value)


__all__ = [
    "Advice", "Decision", "Firing", "Key",
    "Outcome", "RulesetVersion", "about_of", "decide", "decimal_of", "key_order", "plain_value",
    "python_value", "render_text", "render_value", "stale_parameters",
]

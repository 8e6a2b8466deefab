"""A decision: what an evaluator found on one case, as users read it."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from matchrules.case.model import Case
from matchrules.case.writing import case_facts_plain
from matchrules.diagnostics.model import UsageError
from matchrules.ir import RuleBase
from matchrules.lazy import cached_property
from matchrules.types import python_value

from .advising import advised, shown_derived, stale_parameters
from .model import Advice, Outcome, RulesetVersion, Telling
from .values import as_plain

if TYPE_CHECKING:
    from matchrules.explain.prospects import Prospect, Question
    from matchrules.explain.sweep import Sweep
    from matchrules.explain.what_if import WhatIf
    from matchrules.explain.why import Why
    from matchrules.explain.why_not import WhyNot
    from matchrules.prove.recourse import Recourse
    from matchrules.reach import Reach
    from matchrules.records import Record

_FIELDS = frozenset({"as_of", "_base", "_outcome", "_case"})

Reaching = Callable[[RuleBase, Case], "Reach"]  # makes what answers questions about a case


@frozen(slots=False, eq=False, repr=False)
class Decision:
    """The advice on one case, in order, with what is needed to replay it.

    Iterating gives the advice. What is shown here is put together when it is first read; that the
    case is valid and the advice without contradiction was seen before there was a decision.
    """

    as_of: date
    _base: RuleBase
    _outcome: Outcome | Telling
    _case: Callable[[], Case]
    reaching: Reaching | None = field(default=None)

    @cached_property
    def rulesets(self) -> tuple[RulesetVersion, ...]:
        """The version of each ruleset that it was made with."""
        return tuple(
            RulesetVersion(r.name, r.version, r.sha256) for r in self._base.rulesets.values()
        )

    @cached_property
    def advice(self) -> tuple[Advice, ...]:
        """The advice, in order."""
        told: Telling | None = self.__dict__.get("_told")
        if told is not None:
            return tuple(told.advice())
        return tuple(advised(self._base, self._outcome.firings))

    @cached_property
    def derived(self) -> Mapping[str, Any]:
        """The derived facts by name; of one said for each instance a mapping by key, or a tuple."""
        found = self._outcome.derived
        return {
            name: python_value(found[name], define.type) if define.fact is None
            else shown_derived(found[name], define.type)
            for name, define in self._base.defines.items()
        }  # fmt: skip

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The attributes that are not known, and that something in force reads."""
        return tuple(sorted(self._outcome.unknown))

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on values of the rules that are to be checked again."""
        return stale_parameters(self._base, self.as_of)

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """The case as plain values."""
        return case_facts_plain(self._base, self._case())

    @cached_property
    def reach(self) -> "Reach | None":
        """What answers questions about it."""
        return None if self.reaching is None else self.reaching(self._base, self._case())

    def __getattr__(self, name: str) -> Any:
        # Called for what is not there: a field that nobody has read yet.
        told = self.__dict__.get("_told")
        if told is None or name not in _FIELDS:
            raise AttributeError(f"'Decision' object has no attribute '{name}'")
        self.__dict__.update(told.fields())
        return self.__dict__[name]

    def __iter__(self) -> Iterator[Advice]:
        return iter(self.advice)

    def __len__(self) -> int:
        return len(self.advice)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return self is other or self._shown == other._shown

    __hash__ = None  # type: ignore[assignment]  # it holds mappings, as before

    def __repr__(self) -> str:
        return (
            f"Decision(as_of={self.as_of!r}, rulesets={self.rulesets!r}, advice={self.advice!r}, "
            f"derived={self.derived!r}, unknown={self.unknown!r}, warnings={self.warnings!r})"
        )

    @property
    def _shown(self) -> tuple[Any, ...]:
        return (
            self.as_of, self.rulesets, self.advice, self.derived, self.unknown, self.warnings,
            self.facts,
        )  # fmt: skip

    def __reduce__(self) -> tuple[Any, ...]:
        # What an evaluator keeps to work things out later stays in its process.
        found = self._outcome
        whole = Outcome(found.derived, tuple(found.firings), found.unknown)
        return _restored, (self._base, whole, self._case(), self.reach)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values: dates ISO, decimals as strings, sets sorted."""
        return {
            "format": 1,
            "as_of": self.as_of.isoformat(),
            "rulesets": [
                {"name": r.name, "version": r.version, "sha256": r.sha256} for r in self.rulesets
            ],
            "advice": [advice.to_dict() for advice in self.advice],
            "derived": as_plain(self.derived),
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
    base: RuleBase, outcome: Outcome, case: Case, reaching: Reaching | None = None
) -> Decision:
    """The decision that is read from what an evaluator found; `reaching` makes what answers
    questions about it."""
    return Decision(case.as_of, base, outcome, lambda: case, reaching)


def told_later(outcome: Telling, reaching: Reaching | None) -> Decision:
    """A decision whose fields are filled when one is first read: what an evaluator does in
    microseconds is not to wait for how it is written down."""
    made = _new(Decision)
    fields = made.__dict__
    fields["_told"] = outcome
    fields["reaching"] = reaching
    return made


_new = object.__new__


def _restored(base: RuleBase, outcome: Outcome, case: Case, reach: "Reach | None") -> Decision:
    return decide(base, outcome, case, None if reach is None else lambda *_: reach)

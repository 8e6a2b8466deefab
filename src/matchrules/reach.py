"""What puts explanation, proof and records within a decision's reach.

A decision stands below all that can be asked about it; it is given one of these, which knows where
the answers are worked out. Nothing is imported or worked out before it is asked for.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from matchrules.case.model import Case
from matchrules.decision import Decision
from matchrules.ir import RuleBase
from matchrules.lazy import cached_property
from matchrules.text import Source

if TYPE_CHECKING:
    from matchrules.explain.grounds import Grounds
    from matchrules.explain.prospects import Prospect, Prospects, Question
    from matchrules.explain.sweep import Sweep
    from matchrules.explain.what_if import WhatIf
    from matchrules.explain.why import Why
    from matchrules.explain.why_not import WhyNot
    from matchrules.prove.recourse import Recourse
    from matchrules.records import Record


@frozen(slots=False, eq=False)
class Reach:
    """The rules in force, the case, and the texts of the rules: what every answer rests on."""

    base: RuleBase
    case: Case
    sources: Mapping[str, Source] = field(repr=False)

    def __getstate__(self) -> dict[str, Any]:
        # What is worked out from these is worked out again.
        return {name: self.__dict__[name] for name in ("base", "case", "sources")}

    @cached_property
    def grounds(self) -> "Grounds":
        from matchrules.explain.grounds import Grounds

        return Grounds(self.base, self.case, self.sources)

    def why(self, decision: Decision, subject: str, about: Any, whole: bool) -> "Why":
        from matchrules.explain.why import why

        return why(self.grounds, decision, subject, about, whole)

    def why_not(self, decision: Decision, subject: str, about: Any) -> "WhyNot":
        from matchrules.explain.why_not import why_not

        return why_not(self.grounds, decision, subject, about)

    def what_if(self, decision: Decision, changes: Mapping[str, Any]) -> "WhatIf":
        from matchrules.explain.what_if import what_if

        return what_if(self.grounds, decision, changes)

    def sweep(self, decision: Decision, attribute: str, values: Iterable[Any]) -> "Sweep":
        from matchrules.explain.sweep import sweep

        return sweep(self.grounds, decision, attribute, values)

    @cached_property
    def _prospects(self) -> "Prospects":
        from matchrules.explain.prospects import Prospects

        return Prospects(self.grounds)

    def certain(self, decision: Decision) -> "tuple[Prospect, ...]":
        return self._prospects.certain

    def possible(self, decision: Decision) -> "tuple[Prospect, ...]":
        return self._prospects.possible

    def questions(self, decision: Decision) -> "tuple[Question, ...]":
        return self._prospects.questions

    def recourse(
        self, decision: Decision, to_have: str | None, to_lose: str | None, seconds: float
    ) -> "Recourse":
        from matchrules.prove.recourse import recourse

        return recourse(self.grounds, decision, to_have, to_lose, seconds)

    def record(self, decision: Decision, salt: str | None) -> "Record":
        from matchrules.records import record

        return record(self.grounds, decision, salt)

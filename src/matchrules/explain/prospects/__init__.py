"""What could still be advised, and which unknown facts are worth asking for.

An extension of a case is the same case with any of its unknown attributes given values, such that
it is valid; the case itself is one. Advice is certain where it is given in every extension. A
question is an unknown attribute for which two extensions that differ only in it have different
advice.
"""

from attrs import field, frozen

from matchrules.explain.grounds import Grounds
from matchrules.explain.prospects.model import (
    Answer,
    Extension,
    Prospect,
    Question,
    Said,
    Span,
    Unknown,
)
from matchrules.explain.prospects.survey import Survey
from matchrules.explain.prospects.telling import prospect, question, weight
from matchrules.lazy import cached_property


@frozen(slots=False, eq=False)
class Prospects:
    """What is certain and possible for a case, and what is worth asking.

    What a search leaves open within its limits is listed, as not proved.
    """

    grounds: Grounds = field(repr=False)

    @cached_property
    def _survey(self) -> Survey:
        found = Survey(self.grounds)
        _ = found.questions
        return found

    @cached_property
    def _all(self) -> tuple[Prospect, ...]:
        survey = self._survey
        found = (prospect(survey, key, units) for key, units in survey.advice.items())
        return tuple(sorted(filter(None, found), key=survey.order))

    @cached_property
    def certain(self) -> tuple[Prospect, ...]:
        """The advice that is given in every extension, in the order of a decision."""
        return tuple(one for one in self._all if one.certain)

    @cached_property
    def possible(self) -> tuple[Prospect, ...]:
        """The advice that is given in some extension and not in every one, in the order of a
        decision."""
        return tuple(one for one in self._all if not one.certain)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The unknown attributes that matter, the most worth asking first."""
        survey = self._survey
        found = [question(survey, finding) for finding in survey.questions]
        return tuple(sorted(found, key=weight))


__all__ = ["Answer", "Extension", "Prospect", "Prospects", "Question", "Said", "Span", "Unknown"]

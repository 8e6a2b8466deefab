"""What could still be advised, and which unknown facts are worth asking for."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

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


class Prospects:
    """What is certain and possible for a case, and what is worth asking.

    `settles` settles what a search leaves open, with a solver; without it that is listed as not
    proved.
    """

    def __init__(self, grounds: Grounds, settles: Callable[..., Any] | None = None) -> None:
        self.grounds = grounds
        self.settles = settles

    @cached_property
    def certain(self) -> tuple[Prospect, ...]:
        """The advice that is given in every extension of the case."""
        return ()

    @cached_property
    def possible(self) -> tuple[Prospect, ...]:
        """The advice that is given in some extension and not in every one."""
        return ()

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The unknown attributes that matter, the most worth asking first."""
        return ()


__all__ = ["Answer", "Extension", "Prospect", "Prospects", "Question", "Said", "Span", "Unknown"]

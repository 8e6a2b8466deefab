"""What to change: the smallest change of facts that gives a piece of advice, or takes it away.

A case is a point among others. Here the solver looks at those around it that can be reached by what
the vocabulary lets change, for the one with the advice (or without it) that is the cheapest to get
to; that there is none for less is its proof. The answer is shown to the interpreter.
"""

from matchrules.decision import Decision
from matchrules.diagnostics.model import UsageError
from matchrules.explain.grounds import Grounds
from matchrules.prove.recourse.model import Added, Changed, Instance, Obstacle, Recourse
from matchrules.prove.running import need_solver


def recourse(
    grounds: Grounds, decision: Decision, to_have: str | None, to_lose: str | None, seconds: float
) -> Recourse:
    """The smallest change of facts that gives the advice on a subject (or of a rule), or takes it
    away, looked for no longer than so many seconds.

    Raises `UsageError` where the subject is none, where not exactly one of both is given, and where
    z3 is not installed.
    """
    if (to_have is None) == (to_lose is None):
        raise UsageError("say what is wanted: either `to_have` or `to_lose`, with a subject")
    if not seconds > 0:
        raise UsageError("looking for a change takes more than no seconds")
    subject = to_have if to_lose is None else to_lose
    assert subject is not None
    asked = grounds.asked(subject)
    if asked.what == "value":
        raise UsageError(
            f"`{subject}` is no advice: name advice as `kind.subject`, or a rule by its id"
        )
    need_solver()
    from matchrules.prove.recourse.answering import answer

    return answer(grounds, decision, asked, "have" if to_lose is None else "lose", seconds)


__all__ = ["Added", "Changed", "Instance", "Obstacle", "Recourse", "recourse"]

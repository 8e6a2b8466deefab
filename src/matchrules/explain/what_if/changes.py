"""A case with some facts made other ones, read like any case."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve

from matchrules.case.codec import read_case
from matchrules.case.model import Case
from matchrules.case.writing import case_facts_plain
from matchrules.decision import Outcome
from matchrules.diagnostics.model import CaseErrors, Diagnostic, UsageError
from matchrules.engine.interpreter import Interpretation
from matchrules.explain.grounds import Grounds

_AS_OF: Final = "as_of"


def changed_case(grounds: Grounds, changes: Mapping[str, Any]) -> Case:
    """The case with those changes: attributes of single facts, all instances of many-facts.

    Raises `CaseErrors` where it cannot be read, `UsageError` where nothing is changed.
    """
    if not changes:
        raise UsageError(
            "nothing is changed: name a fact and the attributes that are to be other ones, such as "
            f"`what_if({_example(grounds)})`"
        )
    if _AS_OF in changes:
        raise UsageError(
            "the day of a case is no fact of it: decide the case for the other day, and ask that "
            "decision"
        )
    facts = case_facts_plain(grounds.base, grounds.case)
    for name, given in changes.items():
        declaration = grounds.base.facts.get(name)
        single = declaration is not None and not declaration.many
        if single and isinstance(given, Mapping):
            facts[name] = {**facts.get(name, {}), **given}
        else:
            facts[name] = given
    return read_case([grounds.base], facts, grounds.case.as_of)[1]


def outcome_of(grounds: Grounds, interpretation: Interpretation) -> Outcome:
    """What the rules say of a changed case. Of a summary that the change has left behind the fault
    says how to take it along."""
    try:
        return interpretation.outcome()
    except CaseErrors as error:
        found = [_with_a_way_out(fault) for fault in error.diagnostics]
        raise CaseErrors(found, grounds.sources) from None


def _with_a_way_out(fault: Diagnostic) -> Diagnostic:
    if fault.code != "MR601" or fault.path is None:
        return fault
    return evolve(
        fault,
        help=f"change `{fault.path}` as well, or leave it to follow from the rest: None in Python, "
        f"`--unset {fault.path}` in the terminal",
    )


def _example(grounds: Grounds) -> str:
    for fact in grounds.base.facts.values():
        if not fact.many and fact.attributes:
            return f"{fact.name}={{{next(iter(fact.attributes))!r}: …}}"
    return "fact=[…]"


__all__ = ["changed_case", "outcome_of"]

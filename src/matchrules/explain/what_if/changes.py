"""A case with some facts made other ones, read like any case."""

import re
from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve

from matchrules.case.codec import read_case
from matchrules.case.model import Case
from matchrules.case.writing import case_facts_plain
from matchrules.decision import Outcome
from matchrules.dependencies import reachable
from matchrules.diagnostics.model import CaseErrors, Diagnostic, UsageError
from matchrules.engine.interpreter import Interpretation
from matchrules.explain.grounds import Grounds
from matchrules.ir import Aggregate, walk

_AS_OF: Final = "as_of"
_MOST_NAMED: Final = 6


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


def outcome_of(
    grounds: Grounds, interpretation: Interpretation, changes: Mapping[str, Any]
) -> Outcome:
    """What the rules say of a changed case. Of a summary that is at odds with the rest the fault
    says how to bring them together."""
    try:
        return interpretation.outcome()
    except CaseErrors as error:
        found = [_with_a_way_out(grounds, fault, changes) for fault in error.diagnostics]
        raise CaseErrors(found, grounds.sources) from None


def _with_a_way_out(grounds: Grounds, fault: Diagnostic, changes: Mapping[str, Any]) -> Diagnostic:
    path = fault.path or ""
    name = re.sub(r"\[.*\]", "", path)
    if fault.code != "MR601" or name not in grounds.graph:
        return fault
    fact, _, attribute = name.partition(".")
    given = changes.get(fact)
    if isinstance(given, Mapping) and given.get(attribute) is not None:
        ends = _ends(grounds, name)
        which = ", ".join(ends[:_MOST_NAMED])
        more = " and others" if len(ends) > _MOST_NAMED else ""
        help = f"change what it follows from instead: {which}{more}"
    else:
        help = (
            f"change `{path}` as well, or leave it to follow from the rest: None in Python, "
            f"`--unset {path}` in the terminal"
        )
    return evolve(fault, help=help)


def _ends(grounds: Grounds, name: str) -> list[str]:
    """What is asserted that an attribute follows from; a fact that is only counted as a whole."""
    base = grounds.base
    found = reachable(grounds.graph, [name])
    ends = sorted(one for one in found - {name} if one not in base.defines)
    counted: set[str] = set()
    for one in found:
        fact, _, attribute = one.partition(".")
        define = base.defines.get(one)
        declared = None if define is not None else base.facts[fact].attributes[attribute]
        parts = (
            [*define.expressions()] if define is not None
            else [declared.default] if declared is not None and declared.default is not None else []
        )  # fmt: skip
        counted |= {n.fact for e in parts for n in walk(e) if isinstance(n, Aggregate)}
    owners = {end.partition(".")[0] for end in ends}
    return [
        *(f"`{end}`" for end in ends if not grounds.graph[end]),
        *(f"the `{fact}` facts" for fact in sorted(counted - owners)),
    ]


def _example(grounds: Grounds) -> str:
    for fact in grounds.base.facts.values():
        if not fact.many and fact.attributes:
            return f"{fact.name}={{{next(iter(fact.attributes))!r}: …}}"
    return "fact=[…]"


__all__ = ["changed_case", "outcome_of"]

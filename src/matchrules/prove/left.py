"""What the check of tables left to the prover, asked of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import evolve

from matchrules.diagnostics.model import Diagnostic
from matchrules.ir import RuleBase
from matchrules.prove.findings import finding, weighed
from matchrules.prove.running import Asked, answers, asked_of, has_solver
from matchrules.prove.verdicts import Verdict
from matchrules.text import Source

LEFT: Final = "MR206"
SECONDS: Final = 5.0  # for all of it: a check is to be quick
KINDS: Final = ("gap", "overlap", "row")


def settled(
    bases: Sequence[RuleBase],
    found: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    seconds: float = SECONDS,
) -> tuple[Diagnostic, ...]:
    """The diagnostics of a check without errors, with the notes on tables that are left to the
    prover answered by it, as far as it gets within `seconds`; a note that stays says why."""
    found = tuple(found)
    tables = {one.path for one in found if one.code == LEFT}
    if not tables:
        return found
    if not has_solver():
        help_ = 'to have it proved: pip install "matchrules[prove]"'
        return tuple(evolve(one, help=help_) if one.code == LEFT else one for one in found)
    asked = [
        one for one in asked_of(bases) if one.question.kind in KINDS and one.question.name in tables
    ]
    came = {
        one: weighed(verdict)
        for one, verdict in answers(bases, asked, seconds=seconds, within=seconds)
    }
    told = {(one.code, one.path, _start(one)) for one in found}
    more = []
    for one, verdict in came.items():
        fault = None if verdict.answer == "undecided" else finding(bases[one.era], verdict, sources)
        if fault is not None and (fault.code, fault.path, _start(fault)) not in told:
            told.add((fault.code, fault.path, _start(fault)))
            more.append(fault)
    kept = [_kept(one, asked, came, seconds) if one.code == LEFT else one for one in found]
    return tuple(one for one in (*kept, *more) if one is not None)


def _kept(
    note: Diagnostic, asked: Sequence[Asked], came: Mapping[Asked, Verdict], seconds: float
) -> Diagnostic | None:
    """The note on a table of which something is still open."""
    mine = [one for one in asked if one.question.name == note.path]
    open_ = [one for one in mine if one not in came or came[one].answer == "undecided"]
    if not open_:
        return None
    done = len(mine) - len(open_)
    said = (
        f"the prover answered {done} of {len(mine)} questions about it within {seconds:g} seconds"
    )
    return evolve(
        note, notes=(*note.notes, said), help="`matchrules prove` takes the time that it needs"
    )


def _start(one: Diagnostic) -> int:
    return one.labels[0].span.start if one.labels else -1


__all__ = ["SECONDS", "settled"]

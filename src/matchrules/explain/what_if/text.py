"""What changed facts would change, as a text for a terminal."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from matchrules.explain.names import joined, spoken
from matchrules.explain.what_if.model import Difference, Turn, WhatIf
from matchrules.explain.what_if.reasons import Reason
from matchrules.explain.what_if.shifts import Shift
from matchrules.explain.writing import NARROWEST, filled, hung

MOST_SHIFTS: Final = 6  # said of one reason
MOST_DERIVED: Final = 24
HEADINGS: Final = {"added": "Comes", "withdrawn": "Goes", "changed": "Changes"}


def text(answer: WhatIf, width: int) -> str:
    """The whole answer, in lines at most so wide."""
    return "\n".join(_lines(answer, max(width, NARROWEST)))


def _lines(answer: WhatIf, width: int) -> Iterator[str]:
    yield "What if"
    for shift in answer.changes:
        yield from hung(str(shift), width, 2)
    yield ""
    yield from filled(summary(answer), width)
    yield from turns_text(answer.difference, width)
    told = derived_told(answer.derived)
    if told:
        yield ""
        yield "Follows otherwise"
        for said in told:
            yield from hung(said, width, 2)


def turns_text(found: Difference, width: int, indent: int = 0, whole: bool = True) -> Iterator[str]:
    """What comes, goes and changes, what has the same reasons together; if `whole`, with what it
    says."""
    for what, heading in HEADINGS.items():
        turns = [turn for turn in found.turns if turn.what == what]
        for number, (because, together) in enumerate(grouped(turns)):
            yield ""
            if not number:
                yield " " * indent + heading
            for said in because:
                yield from hung(said, width, indent + 2)
            for turn in together:
                yield from hung(turn.name, width, indent + (4 if because else 2))
                for said in details(turn) if whole else fields_told(turn):
                    yield from hung(said, width, indent + 6)


# What is said, in whichever form it is written ----------------------------------------------------


def summary(answer: WhatIf) -> str:
    """In one sentence how much changes."""
    if not answer.changes:
        return "Nothing changes: that is what the case says already."
    same = answer.same
    all_of_them = f"all {same} pieces" if same > 1 else "the one piece" if same else None
    if not answer.difference.turns:
        if all_of_them is None:
            return "Nothing changes: there is no advice before, and none after."
        stay = "stay as they are" if same > 1 else "stays as it is"
        return f"Nothing changes: {all_of_them} of advice {stay}."
    said = counted(answer.difference)
    rest = f"; {same} {'stays' if same == 1 else 'stay'} as before" if same else ""
    return f"{said}{rest}."


def counted(found: Difference) -> str:
    """`2 pieces of advice come, 1 goes`."""
    parts: list[str] = []
    for turns, one, many in (
        (found.added, "comes", "come"),
        (found.withdrawn, "goes", "go"),
        (found.changed, "changes", "change"),
    ):
        if turns:
            of = ""
            if not parts:
                of = " piece of advice" if len(turns) == 1 else " pieces of advice"
            parts.append(f"{len(turns)}{of} {one if len(turns) == 1 else many}")
    return joined(parts, "and") if parts else ""


def grouped(turns: Iterable[Turn]) -> list[tuple[tuple[str, ...], list[Turn]]]:
    """Advice with the same reasons together, under these."""
    found: dict[tuple[str, ...], list[Turn]] = {}
    for turn in turns:
        because = tuple(dict.fromkeys(because_of(r, turn.advice.about) for r in turn.reasons))
        found.setdefault(because, []).append(turn)
    return list(found.items())


def because_of(reason: Reason, about: Any = None) -> str:
    """A reason as a sentence without its full stop, the values that it rests on in brackets. What
    is `about` the instance that the advice speaks of does not name it again."""
    for shift in reason.shifts:
        title = _title(shift, about)
        if reason.how == "now so" and reason.said == f"{title}: {shift.now}":
            return f"because {title}: {shift.step}"
    ends = [_in_brackets(shift, reason.said, about) for shift in reason.shifts[:MOST_SHIFTS]]
    if len(reason.shifts) > MOST_SHIFTS:
        ends.append(f"and {len(reason.shifts) - MOST_SHIFTS} more")
    match reason.how:
        case "other values":
            return f"because {'; '.join(ends)}"
        case "new":
            said = f"there is {reason.said} now"
        case "gone":
            said = f"{reason.said} is there no longer"
        case "now given instead":
            said = f"{reason.said} now stands in its place"
        case "no longer given instead":
            said = f"{reason.said} no longer stands in its place"
        case _:
            said = f"{reason.how}: {reason.said}"
    return f"because {said}" + (f" ({'; '.join(ends)})" if ends else "")


def _in_brackets(shift: Shift, said: str, about: Any) -> str:
    title = _title(shift, about)
    if not shift.step:
        return title
    named = said == title or said.startswith(f"{title}: ")
    return shift.step if named else f"{title}: {shift.step}"


def _title(shift: Shift, about: Any) -> str:
    own = about is not None and shift.about == about
    return shift.title.removesuffix(shift.instance) if own else shift.title


def details(turn: Turn) -> Iterator[str]:
    """What the advice says; of one that changes, the sentences that are other ones."""
    was, now = turn.before, turn.advice
    if turn.what == "added":
        yield from filter(None, [now.text])
    if turn.what != "changed" or was is None:
        return
    if was.text != now.text:
        gone, come = _only(was.text, now.text), _only(now.text, was.text)
        yield f"was: {gone}" if gone else "said less before"
        yield f"now: {come}" if come else "says less now"
    else:
        yield from fields_told(turn)
    if was.provisional != now.provisional:
        yield "provisional now" if now.provisional else "no longer provisional"


def fields_told(turn: Turn) -> Iterator[str]:
    """The fields that are other ones."""
    was, now = turn.before, turn.advice
    for name in now.fields if was is not None else ():
        if was is not None and was.fields[name] != now.fields[name]:
            yield f"{spoken(name)}: {_plain(was.fields[name])} → {_plain(now.fields[name])}"


def _only(text: str, other: str) -> str:
    """The sentences of a text that the other one does not have."""
    there = set(_sentences(other))
    return " ".join(sentence for sentence in _sentences(text) if sentence not in there)


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", text)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else str(value)


def derived_told(derived: Sequence[Shift]) -> list[str]:
    """What follows otherwise; of very much, the first."""
    said = [str(shift) for shift in derived[:MOST_DERIVED]]
    if len(derived) > MOST_DERIVED:
        said.append(f"and {len(derived) - MOST_DERIVED} more")
    return said


__all__ = [
    "because_of",
    "counted",
    "derived_told",
    "details",
    "grouped",
    "summary",
    "text",
    "turns_text",
]

"""What became of a replayed record, told for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from matchrules.explain.names import joined
from matchrules.explain.writing import filled
from matchrules.records.private import is_hidden
from matchrules.records.replaying import AdviceChange, Replay, RulesetChange, ValueChange
from matchrules.records.statements import StatementChange

_Change = TypeVar("_Change", AdviceChange, ValueChange)
_WIDTH: Final = 88
_MOST: Final = 12  # of a list in which nothing is as urgent as in the advice
_MOST_CAUSES: Final = 6  # of one change
_CHANGES: Final = {
    "comes": "Advice that comes:",
    "goes": "Advice that goes:",
    "changes": "Advice that is another one now:",
}
_PARTS: Final = {
    "strength": "its strength", "text": "its text", "fields": "its values",
    "reasons": "the facts that it rests on", "cites": "its sources", "id": "its id",
    "provisional": "whether it is provisional", "salience": "its place in the order",
}  # fmt: skip


def text(replay: Replay) -> str:
    """The whole, as plain text."""
    day = replay.record.as_of
    then, now = replay.software
    aside = f" The record was made by matchrules {then}, this is {now}." if then != now else ""
    if replay.same:
        count = len(replay.record.to_dict()["advice"])
        pieces = "1 piece of advice" if count == 1 else f"{count} pieces of advice"
        same = "byte for byte" if then == now else "byte for byte but for the version"
        return _filled(f"The same, {same}: {pieces} for {day}.{aside}")
    lines = [_filled(_verdict(replay) + aside)]
    for part in (_refused(replay), _advice(replay), _derived(replay), _rules(replay)):
        lines += part
    return "\n".join(lines)


def _verdict(replay: Replay) -> str:
    day = replay.record.as_of
    if replay.private:
        facts = ", ".join(f"`{path}`" for path in replay.private)
        return (
            f"The record of {day} cannot be decided anew: it holds private facts as hashes only "
            f"({facts}). Give the case that it was made of by `--facts`. What can be compared "
            "without it are the rules."
        )
    if replay.refused:
        return f"The rules at hand refuse the facts of the record of {day}."
    if replay.advice:
        return f"Not the same as in the record of {day}: the advice differs."
    if replay.derived:
        return f"The same advice as in the record of {day}, but not every derived fact."
    others = [part for part in replay.other if part not in ("proof", "salt")]
    if others:
        named = joined(others, "and")
        return f"The same advice as in the record of {day}, but not the same {named}."
    return f"The same advice as in the record of {day}, but not byte for byte."


def _refused(replay: Replay) -> Iterator[str]:
    for fault in replay.refused:
        yield _filled(f"{fault.code}: {fault.message}", "  ")


def _advice(replay: Replay) -> Iterator[str]:
    for change, title in _CHANGES.items():
        found = [one for one in replay.advice if one.change == change]
        if found:
            yield ""
            yield title
        for because, ones in _by_cause(found):
            if len(ones) == 1:
                yield from _one(ones[0])
                yield from _because(because, replay)
                continue
            yield from _because(because, replay, "  ", f"{len(ones)} pieces ")
            for one in ones:
                yield from _one(one, "    ")


def _by_cause(found: Sequence[_Change]) -> list[tuple[tuple[StatementChange, ...], list[_Change]]]:
    """Changes with the same cause together: a cause is told once."""
    groups: dict[tuple[StatementChange, ...], list[_Change]] = {}
    for one in found:
        groups.setdefault(one.because, []).append(one)
    return list(groups.items())


def _one(change: AdviceChange, indent: str = "  ") -> Iterator[str]:
    then, now = change.then, change.now
    told = now if now is not None else then
    assert told is not None
    yield _filled(f"{_said(told)} ({told['id'] or told['rule']})", indent)
    if then is not None and now is not None:
        if {"text", "strength"} & set(change.parts):
            yield _filled(f"before: {_said(then)}", indent + "  ")
        else:
            differs = joined([_PARTS[part] for part in change.parts], "and")
            yield _filled(f"what differs: {differs}", indent + "  ")


def _said(advice: Mapping[str, Any]) -> str:
    words = "(its text is private)" if is_hidden(advice["text"]) else advice["text"]
    return f"{advice['strength'].replace('_', ' ')}: {words}"


def _because(
    because: tuple[StatementChange, ...], replay: Replay, indent: str = "    ", lead: str = ""
) -> Iterator[str]:
    if because:
        for one in because[:_MOST_CAUSES]:
            yield _filled(f"{lead}because {one}", indent)
            lead = "and " if lead else ""
        if len(because) > _MOST_CAUSES:
            yield f"{indent}and {len(because) - _MOST_CAUSES} more differences on the way"
        return
    lead = f"{lead.strip()}, " if lead else ""
    if replay.statements:
        yield _filled(f"{lead}and none of the rules that differ is on its way", indent)
    else:
        yield _filled(f"{lead}though the rules are the same: `matchrules verify` tells whether the "
                      "record is at fault", indent)  # fmt: skip


def _derived(replay: Replay) -> Iterator[str]:
    if not replay.derived:
        return
    yield ""
    yield "Derived facts with another value now:"
    for because, ones in _by_cause(replay.derived[:_MOST]):
        for one in ones:
            then, now = (_value(value) for value in (one.then, one.now))
            yield _filled(f"`{one.name}`: {then} then, {now} now", "  ")
        yield from _because(because, replay, "    ", f"{len(ones)} facts " * (len(ones) > 1))
    yield from _more(len(replay.derived))


def _rules(replay: Replay) -> Iterator[str]:
    if replay.rulesets:
        yield ""
        yield "Rulesets:"
        for ruleset in replay.rulesets:
            yield _filled(_ruleset(ruleset), "  ")
    told = [one for change in replay.advice for one in change.because]
    told += [one for value in replay.derived[:_MOST] for one in value.because]
    rest = [one for one in replay.statements if one not in told]
    if rest:
        yield ""
        decided = "Other rules that differ, without an effect on this case:"
        yield decided if replay.decided else "Rules that differ:"
        for one in rest[:_MOST]:
            yield _filled(str(one), "  ")
        yield from _more(len(rest))
    if replay.statements:
        return
    yield ""
    if replay.rulesets:
        yield _filled(
            "No rule differs: only comments, layout, versions, examples or properties were changed."
        )
    else:
        yield "The rules are the same."


def _ruleset(change: RulesetChange) -> str:
    if change.then is None or change.now is None:
        return f"{change.name}: {'not there then' if change.then is None else 'not at hand'}"
    then, now = change.then[0], change.now[0]
    if then != now:
        return f"{change.name}: version {then} then, {now} now"
    return f"{change.name}: version {then}, but another text of it"


def _value(value: Any) -> str:
    if value is None:
        return "not known"
    if is_hidden(value):
        return "private"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_value(item)}" for key, item in value.items()) or "none"
    return str(value)


def _more(count: int) -> Iterator[str]:
    if count > _MOST:
        yield f"  and {count - _MOST} more"


def _filled(words: str, indent: str = "") -> str:
    return "\n".join(filled(words, _WIDTH, indent, indent + "  " * bool(indent)))

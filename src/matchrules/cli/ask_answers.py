"""What can be said to a question: how it is shown, and what a typed line means."""

from collections.abc import Iterator, Mapping

from matchrules.case.values import Misread, Written, read_value, singular
from matchrules.decision import render_value
from matchrules.ir import RuleBase
from matchrules.types import (
    AnyDayOfYear,
    Date,
    Enum,
    Number,
    SetOf,
    Type,
    Value,
    YesNo,
    decimal_of,
)

NONE = "none"  # the empty set


def choices(base: RuleBase, type_: Type) -> Iterator[str]:
    """The lines that tell what can be answered."""
    match type_:
        case YesNo():
            yield "yes or no"
        case Enum():
            yield from _numbered(base, type_)
        case SetOf():
            yield from _numbered(base, type_.of)
            yield f"several numbers, such as 1, 2, or {_empty(base, type_.of)}"
        case Number():
            yield _range(type_)
        case Date():
            yield "a day, as YYYY-MM-DD"
        case AnyDayOfYear():
            yield "a day of the year, such as 1 September"
        case _:
            yield "a text"


def read(base: RuleBase, type_: Type, line: str) -> Value | None:
    """The value that a line means. Raises `Misread` where it means none."""
    match type_:
        case YesNo() if line.lower() in ("y", "n"):
            return line.lower() == "y"
        case Enum():
            return _member(base, type_, line)
        case SetOf():
            if line.lower() in ("0", _empty(base, type_.of)):
                return frozenset()
            parts = [part for part in line.replace(",", " ").split() if part.lower() != "and"]
            labels = _by_words(base, type_.of)
            if line.strip().lower() in labels:  # one label of several words
                return frozenset({labels[line.strip().lower()]})
            members = [_member(base, type_.of, part) for part in parts]
            return read_value(members, type_)
        case Number() if type_.places == 0 and line.endswith(".0"):
            line = line.removesuffix(".0")
    if len(line) > 1 and line[0] == line[-1] == '"':
        line = line[1:-1]  # so that a text can be a word that is a command
    return read_value(Written(line, False), type_)


def said(base: RuleBase, type_: Type, value: Value | None) -> str:
    """A value as an answer that was taken, with its unit."""
    words = render_value(value, type_, base) or "not known"
    if isinstance(type_, Number) and type_.unit:
        return f"{words} {singular(type_.unit) if words == '1' else type_.unit}"
    return words


def _empty(base: RuleBase, enum: Enum) -> str:
    """How the empty set is said."""
    return "0" if NONE in _by_words(base, enum) else NONE


def _numbered(base: RuleBase, enum: Enum) -> Iterator[str]:
    labels = base.enums[enum.name].labels
    wide = len(str(len(enum.members)))
    for number, member in enumerate(enum.members, 1):
        yield f"{number:>{wide}}  {labels[member]}"


def _member(base: RuleBase, enum: Enum, line: str) -> str:
    """The member with that number, identifier or label."""
    if line.isdecimal() and line.isascii() and line not in enum.members:
        if len(line) < 6 and 1 <= int(line) <= len(enum.members):
            return enum.members[int(line) - 1]
        raise Misread(
            "MR514", f"cannot be number {line[:20]}", f"there are 1 to {len(enum.members)}"
        )
    found = _by_words(base, enum).get(line.lower())
    if found is not None:
        return found
    try:
        value = read_value(Written(line, False), enum)
    except Misread as fault:
        close = (fault.help or "").startswith("did you mean")
        raise Misread(
            fault.code, f"cannot be `{line[:100]}`: that is none of the choices",
            fault.help if close else f"answer by number, 1 to {len(enum.members)}, or in words",
        ) from None  # fmt: skip
    assert isinstance(value, str)  # no null: the line is no bare scalar
    return value


def _by_words(base: RuleBase, enum: Enum) -> Mapping[str, str]:
    """Members by their labels, where a label is that of one only, and by their names."""
    labels = base.enums[enum.name].labels
    words = [label.lower() for label in labels.values()]
    found = {labels[m].lower(): m for m in enum.members if words.count(labels[m].lower()) == 1}
    return {**found, **{member: member for member in enum.members}}


def _range(type_: Number) -> str:
    low, high = (
        "" if end is None else str(decimal_of(end, type_.places or 0))
        for end in (type_.low, type_.high)
    )
    kind = "a whole number" if type_.places == 0 else "a number"
    unit = f" {type_.unit}" if type_.unit else ""
    places = type_.places or 0
    digits = f", with {places} decimal place{'s' * (places > 1)} at most" if places else ""
    return f"{kind} from {low} to {high}{unit}{digits}"


__all__ = ["NONE", "choices", "read", "said"]

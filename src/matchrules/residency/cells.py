"""One cell of a catalogue, read by the declared type of its attribute."""

import unicodedata
from datetime import date
from typing import Any, Final

from matchrules.case.values import Misread, Written, read_value, shown
from matchrules.types import Text, Type, Value

MOST_CHARACTERS: Final = 10_000  # of a cell
_NOT_KNOWN: Final = {"unknown", "n/a", "na", "none", "null", "-", "?", "nan"}
_EMPTY: Final = "leave the cell empty where it is not known"


class Unread(Exception):
    """A cell that cannot be read: a code, what is wrong, a way out."""

    def __init__(self, code: str, message: str, help: str | None) -> None:
        super().__init__(code, message, help)
        self.code, self.message, self.help = code, message, help


def read_cell(cell: Any, type_: Type, required: bool) -> Value | None:
    """The value of a cell, None where it is empty. Raises `Unread`."""
    raw = _trimmed(cell)
    if isinstance(type_, Text) and isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)  # a number that a frame made of an id
    if raw is None or raw == "":
        if required:
            raise Unread("MR806", "is empty", "every program needs it")
        return None
    try:
        return read_value(Written(raw, bare=False) if isinstance(raw, str) else raw, type_)
    except Misread as fault:
        help = fault.help
        if isinstance(raw, str) and raw.lower() in _NOT_KNOWN and not required:
            help = _EMPTY
        elif fault.code == "MR515":
            help = "correct the number" + ("" if required else ", or " + _EMPTY)
        raise Unread("MR805", fault.message, help) from None


def read_schools(cell: Any) -> tuple[str, ...] | None:
    """Schools parted by `;`, or a list of them; None where the cell is empty."""
    if isinstance(cell, list | tuple):
        parts = [_trimmed(part) for part in cell]
    else:
        raw = _trimmed(cell)
        parts = [part.strip() for part in raw.split(";")] if isinstance(raw, str) else [raw]
    names = [part for part in parts if part not in (None, "")]
    for name in names:
        if not isinstance(name, str):
            message = f"must be names of schools, not {shown(name)}"
            raise Unread("MR805", message, "write them with a `;` between two")
    return tuple(names) or None


def _trimmed(cell: Any) -> Any:
    """A text without blanks around it; it must be short, and hold no control characters."""
    if not isinstance(cell, str):
        return None if isinstance(cell, float) and cell != cell else cell
    if len(cell) > MOST_CHARACTERS:
        message = f"has {len(cell):,} characters, at most {MOST_CHARACTERS:,} are read"
        raise Unread("MR802", message, "is a quote in this row not closed?")
    text = cell.strip()
    if not text.isprintable() and any(unicodedata.category(char) == "Cc" for char in text):
        help = "leave it out: a cell is one line of text"
        raise Unread("MR805", "holds a control character, such as a line break", help)
    return text


def school_known(name: Any, schools: tuple[str, ...] | None) -> bool | None:
    """Whether that school is among them, in whatever case it is written; None where either is not
    known. The only use of a school's name."""
    if not isinstance(name, str) or not name.strip() or schools is None:
        return None
    return name.strip().casefold() in {school.strip().casefold() for school in schools}


def written(value: Value | date | None) -> str:
    """A value as a cell has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)

"""TOML, read by the standard library; places are looked for in the text afterwards."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from matchrules.case.tree import DEEPEST, Malformed, Path, Place
from matchrules.text import Source

# Texts and comments, to be looked past; then a key of many parts, whose cost is quadratic.
_OPAQUE: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"""|"(?:[^"\\\n]|\\.)*"|'
    r"'''.*?'''|'[^'\n]*'|#[^\n]*",
    re.DOTALL,
)
_DEEP_KEY: Final = re.compile(rf"(?<![\w.-])(?:[\w-]+[ \t]*\.[ \t]*){{{DEEPEST}}}")


def read_toml(text: str) -> Any:
    """The tree of a TOML text; raises `Malformed`."""
    import tomllib

    deep = _DEEP_KEY.search(_OPAQUE.sub(lambda found: "s" * len(found[0]), text))
    if deep is not None:
        raise _too_deep(deep.start(), deep.end())
    try:
        return tomllib.loads(text, parse_float=_number)
    except RecursionError:
        raise _too_deep(0, 1) from None
    except ValueError as error:  # a TOMLDecodeError, or an integer past Python's limit of digits
        at = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
        offset = max(len(text) - 1, 0)
        if at is not None and at[1]:
            offset = Source("", text).line_starts[int(at[1]) - 1] + int(at[2]) - 1
        message = str(error)[: at.start()] if at else "a number has too many digits"
        raise Malformed(
            "MR503", f"not TOML: {message[:1].lower()}{message[1:120]}",
            "texts, dates with a time and nested tables are the usual cause", offset, offset,
        ) from None  # fmt: skip


def _too_deep(start: int, end: int) -> Malformed:
    return Malformed(
        "MR502", f"nests deeper than {DEEPEST} levels", "a case has four levels at most", start, end
    )


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("a number is too large") from None


def find_toml(text: str, path: Path) -> Place | None:
    """The line that says it, looked for by its headers and keys; good enough for a message."""
    fact = str(path[0]) if path else ""
    wanted = path[1] if len(path) > 1 and isinstance(path[1], int) else 0
    attribute = path[-1] if len(path) > 1 and isinstance(path[-1], str) else None
    table, instance, header = "", -1, None
    at = 0
    for line in text.split("\n"):
        head = re.match(r"\s*\[\[?\s*([A-Za-z0-9_-]+)\s*\]\]?", line)
        key = re.match(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=", line)
        start = at + len(line) - len(line.lstrip())
        place = (start, at + len(line.rstrip()))
        at += len(line) + 1
        if head is not None:
            table = head[1]
            instance += table == fact
            header = place if table == fact and instance == wanted else header
        elif key is not None:
            inside = table == fact and instance == wanted and key[1] == attribute
            if inside or (table == "" and key[1] == fact):
                return place
    return header

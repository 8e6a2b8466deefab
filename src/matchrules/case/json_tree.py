"""JSON (RFC 8259), read strictly and without recursion, each value with its place."""

import re
from decimal import Decimal, InvalidOperation
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Any, Final

from matchrules.case.tree import Builder, List, Malformed, Mapping
from matchrules.case.values import MOST_DIGITS

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD: Final = re.compile(r"[-+]?\w+")
_WORDS: Final = {"true": True, "false": False, "null": None}


def read_json(text: str, builder: Builder) -> None:
    """Build the tree of the one value in `text`; raises `Malformed`."""
    # What may come next: a value, a value or `]`, a name, a name or `}`, or `,` and the like.
    expected = "value"
    closers: list[str] = []
    at = _skip(text, 0)
    while at < len(text):
        char = text[at]
        if expected == "after":
            if not closers:
                raise _unexpected(text, at, "the case ends before this")
            if char == ",":
                expected = "value" if closers[-1] == "]" else "name"
            elif char == closers[-1]:
                closers.pop()
                builder.close(at + 1)
            else:
                raise _unexpected(text, at, f"expected `,` or `{closers[-1]}`")
            at = _skip(text, at + 1)
            continue
        if expected.endswith("or close") and char == closers[-1]:
            closers.pop()
            builder.close(at + 1)
            expected, at = "after", _skip(text, at + 1)
            continue
        if expected.startswith("name"):
            if char != '"':
                raise _unexpected(text, at, "expected a name in double quotes")
            at = _skip(text, _scalar(text, at, builder))
            if text[at : at + 1] != ":":
                raise _unexpected(text, at, "expected `:`")
            expected, at = "value", _skip(text, at + 1)
        elif char in "{[":
            builder.open(Mapping(at) if char == "{" else List(at))
            closers.append("}" if char == "{" else "]")
            expected = "name or close" if char == "{" else "value or close"
            at = _skip(text, at + 1)
        else:
            at = _skip(text, _scalar(text, at, builder))
            expected = "after"
    if not builder.complete:
        missing = f"`{closers[-1]}` is missing" if closers else "a value is missing"
        raise Malformed("MR503", f"not JSON: {missing}", "is the file cut off?", at - 1, at)


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    assert match is not None
    return match.end()


def _scalar(text: str, at: int, builder: Builder) -> int:
    """Hand the text, number or word at `at` to the builder; where it ends."""
    value: Any
    if text[at] == '"':
        try:
            value, end = scanstring(text, at + 1, True)
        except JSONDecodeError as error:
            raise _unexpected(text, error.pos, "the text is not closed, or holds a bad escape "
                              "or a line break") from None  # fmt: skip
        builder.scalar(value, (at, end))
        return int(end)
    match = _NUMBER.match(text, at)
    if match is not None and not text[match.end() : match.end() + 1].isalnum():
        value, end = _number(match), match.end()
    else:
        word = _WORD.match(text, at)
        if word is None or word[0] not in _WORDS:
            raise _unexpected(text, at, "expected a value")
        value, end = _WORDS[word[0]], word.end()
    builder.scalar(value, (at, end))
    return end


def _number(match: re.Match[str]) -> int | Decimal:
    if match[1] is None and match[2] is None and len(match[0]) <= MOST_DIGITS:
        return int(match[0])
    try:
        return Decimal(match[0])
    except InvalidOperation:
        raise Malformed(
            "MR513", "the number is too large to be one of a case", "correct it",
            match.start(), match.end(),
        ) from None  # fmt: skip


def _unexpected(text: str, at: int, what: str) -> Malformed:
    word = _WORD.match(text, at)
    end = word.end() if word is not None else at + 1
    found = text[at : min(end, at + 40)]
    help = "JSON has true, false, null, numbers, and texts in double quotes"
    if found.lstrip("+-").lower() in ("nan", "infinity", "inf"):
        help = "JSON has no such number: write null for what is not known"
    shown = f"not `{found}`" if found.strip() else "not the end of the file" if not found else ""
    message = f"not JSON: {what}" if not shown or not what.startswith("expected") else (
        f"not JSON: {what}, {shown}"
    )  # fmt: skip
    return Malformed("MR503", message, help, min(at, max(len(text) - 1, 0)), end)

"""JSON from a stranger: read strictly, within bounds, every fault with its place."""

import hashlib
import json
import re
from typing import Any, Final

MOST_BYTES: Final = 100 * 1024 * 1024
MOST_LEVELS: Final = 400
MOST_DIGITS: Final = 1000
# a text that is not closed ends with all; without that, each quote in it would be tried anew
_BRACKETS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)


class Unfit(Exception):
    """What was read cannot be what it claims: the path to it, what is wrong, a way out."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.path: list[str] = []
        self.message, self.help = message, help

    def within(self, *names: object) -> "Unfit":
        """The same, seen from further outside."""
        self.path[:0] = [str(name) for name in names]
        return self


def read(content: str | bytes) -> Any:
    """The one JSON value in the text; raises `Unfit`."""
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise Unfit(f"it is not UTF-8 (line {line})", "it was not written so: see "
                        "whether the file was damaged or changed") from None  # fmt: skip
    if not content.strip():
        raise Unfit("it is empty")
    _measure(content)
    try:
        tree = json.loads(
            content, object_pairs_hook=_object, parse_int=_whole, parse_float=_broken,
            parse_constant=_broken,
        )  # fmt: skip
    except json.JSONDecodeError as error:
        what = "it ends too early" if error.pos >= len(content.rstrip()) else error.msg.lower()
        raise Unfit(
            f"it is not JSON: {what} (line {error.lineno}, column {error.colno})",
            "is the file cut off, or changed by hand?",
        ) from None
    try:
        # what stands for a character by its number could be half of one
        (canonical(tree) if "\\u" in content else content).encode("utf-8")
    except UnicodeEncodeError:
        raise Unfit("it holds half of a surrogate pair, which is no character") from None
    return tree


def _measure(content: str) -> None:
    level = 0
    for match in _BRACKETS.finditer(content):
        if match[1]:
            level += 1
            if level > MOST_LEVELS:
                raise Unfit(f"it is nested deeper than {MOST_LEVELS} levels")
        elif match[2]:
            level -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unfit(f"an object has the key {quoted(twice)} twice", "only one can be meant")
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise Unfit(f"it holds a number of more than {MOST_DIGITS} digits")
    return int(digits)


def _broken(number: str) -> Any:
    raise Unfit(f"it holds the number {quoted(number)}, which records do not have",
                "whole numbers are written without a point, others as texts")  # fmt: skip


def canonical(tree: Any) -> str:
    """The one way in which a tree is written where it is hashed."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def sha256(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def quoted(found: Any) -> str:
    """What is written, short whatever it is."""
    text = found if isinstance(found, str) else canonical(found)
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:121])
    return f"`{text[:120]}…`" if len(text) > 120 else f"`{text}`" if text else "an empty text"


def same(one: Any, two: Any) -> bool:
    """Equal as JSON: `true` is not 1, and an object's keys have an order."""
    if type(one) is not type(two):
        return False
    if isinstance(one, dict):
        return list(one) == list(two) and all(same(one[name], two[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(two) and all(map(same, one, two))
    return bool(one == two)

"""JSON from a stranger: read strictly, within bounds."""

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
    """What was read cannot be what it claims: what is wrong, a way out, the path to it."""

    def __init__(self, message: str, help: str | None = None, path: str = "") -> None:
        super().__init__(message)
        self.message, self.help, self.path = message, help, path


def read(content: str | bytes) -> Any:
    """The one JSON value in the text; raises `Unfit`."""
    if len(content) > MOST_BYTES:
        raise Unfit(f"it is larger than {MOST_BYTES // 1024 // 1024} MiB")
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Unfit(f"it is not UTF-8 (line {line})", "was the file damaged?") from None
    if not text.strip():
        raise Unfit("it is empty")
    level = 0
    for match in _BRACKETS.finditer(text):
        level += bool(match[1]) - bool(match[2])
        if level > MOST_LEVELS:
            raise Unfit(f"it is nested deeper than {MOST_LEVELS} levels")
    try:
        tree = json.loads(text, object_pairs_hook=_object, parse_int=_whole, parse_float=_broken,
                          parse_constant=_broken)  # fmt: skip
        # what stands for a character by its number could be half of one
        (canonical(tree) if "\\u" in text else text).encode("utf-8")
    except json.JSONDecodeError as error:
        what = "it ends too early" if error.pos >= len(text.rstrip()) else error.msg.lower()
        raise Unfit(f"it is not JSON: {what} (line {error.lineno}, column {error.colno})",
                    "is the file cut off, or changed by hand?") from None  # fmt: skip
    except UnicodeEncodeError:
        raise Unfit("it holds half of a surrogate pair, which is no character") from None
    return tree


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, one in pairs:
        if name in found:
            raise Unfit(f"an object has the key {quoted(name)} twice", "only one can be meant")
        found[name] = one
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


def same(one: Any, two: Any) -> bool:
    """Equal as JSON: `true` is not 1, and an object's keys have an order."""
    return one is two or canonical(one) == canonical(two)


def quoted(found: Any) -> str:
    """What is written, short whatever it is."""
    text = found if isinstance(found, str) else canonical(found)
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:121])
    return f"`{text[:120]}…`" if len(text) > 120 else f"`{text}`" if text else "an empty text"

"""The one way in which records are written, so that equal ones are equal byte for byte."""

import json
from hashlib import sha256
from typing import Any


def canonical(tree: Any) -> str:
    """Plain lists and mappings as JSON, without blanks and in their own order."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def digest(text: str | bytes) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return sha256(text.encode() if isinstance(text, str) else text).hexdigest()


class Twice(ValueError):
    """A name that stands twice in one object."""


def parse(text: str | bytes) -> Any:
    """The value of a JSON text; raises `ValueError` (or `RecursionError`) where it is none, names
    something twice, or holds a number that JSON does not have."""
    return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise Twice(next(name for name in names if names.count(name) > 1))
    return found


def _refuse(number: str) -> Any:
    raise ValueError(f"{number} is no number of JSON")

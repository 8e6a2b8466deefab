"""A record that is read: whether it is one, whole, of this format, and as it was made."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from matchrules.diagnostics.model import Diagnostic, RecordErrors
from matchrules.records.canonical import Twice, canonical, digest, parse

FORMAT: Final = 1
MOST_BYTES: Final = 64 * 1024 * 1024

_LOG: Final = re.compile(r'\{"line":[0-9]+,"previous":"[0-9a-f]{64}","what":')
_AGAIN: Final = "get it anew from where it is kept, or make it anew with `matchrules advise`"
_TEXT: Final = (str,)

# What each part of a record holds, as far as what reads it relies on it: a tuple of the types that
# it may have, a list of one shape for its items, or a mapping of shapes by name.
_ADVICE: Final[dict[str, Any]] = {
    "kind": _TEXT, "subject": _TEXT, "strength": _TEXT, "text": (str, dict), "fields": (dict,),
    "about": (object,), "id": (str, type(None)), "rule": _TEXT, "cites": [_TEXT],
    "reasons": (dict,), "provisional": (bool,), "salience": (int,),
}  # fmt: skip
SHAPE: Final[dict[str, Any]] = {
    "format": (int,), "matchrules": _TEXT, "as_of": _TEXT,
    "rulesets": [{"name": _TEXT, "version": _TEXT, "sha256": _TEXT}],
    "rules": {"sha256": _TEXT, "ir": (dict,)}, "facts": (dict,), "salt": (str, type(None)),
    "advice": [_ADVICE], "derived": (dict,), "unknown": [_TEXT], "warnings": [_TEXT],
    "proof": [(list,)], "sha256": _TEXT,
}  # fmt: skip


def checked(text: str | bytes) -> dict[str, Any]:
    """The record as plain values; raises `RecordErrors`."""
    tree = parsed(text, "record")
    number = tree.get("format")
    if type(number) is int and number != FORMAT and "rules" in tree:
        age = "an older" if number < FORMAT else "a newer"
        raise refused(
            "MR902", f"the record is of format {number}, {age} one: this version of matchrules "
            f"reads format {FORMAT}",
            "read it with the version of matchrules that made it"
            + (f", `{tree['matchrules'][:20]}`" if isinstance(tree.get("matchrules"), str) else ""),
        )  # fmt: skip
    if "what" in tree and "previous" in tree:
        raise _line()
    if "advice" in tree and "rules" not in tree:
        raise refused(
            "MR901", "this is a decision, not a record: it has no rules and no proof",
            "write a record with `matchrules advise CASE --record FILE`",
        )  # fmt: skip
    if "rules" not in tree and "proof" not in tree and "format" not in tree:
        raise refused(
            "MR901", "this is no record: it says no format and holds no rules; is it a case?",
            "a record is made of a case with `matchrules advise CASE --record FILE`",
        )  # fmt: skip
    wrong = misfit(tree, SHAPE, "")
    if wrong:
        raise refused("MR901", f"this is no record: {wrong}", _AGAIN)
    rest = {name: value for name, value in tree.items() if name != "sha256"}
    if digest(canonical(rest)) != tree["sha256"]:
        raise refused(
            "MR903", "the record was changed after it was made: its content does not have the "
            "hash that it says",
            _AGAIN,
        )  # fmt: skip
    if digest(canonical(tree["rules"]["ir"])) != tree["rules"]["sha256"]:
        raise refused("MR903", "the rules in the record do not have the hash that it says", _AGAIN)
    for name, given in tree["facts"].items():
        instances = given if isinstance(given, list) else [given]
        if not all(isinstance(instance, dict) for instance in instances):
            raise refused("MR901", f"this is no record: `facts.{name[:40]}` is no fact", _AGAIN)
    try:
        date.fromisoformat(tree["as_of"])
    except ValueError:
        raise refused("MR901", "this is no record: its `as_of` is no day", _AGAIN) from None
    return tree


def parsed(text: str | bytes, what: str) -> dict[str, Any]:
    """The object of a JSON text; raises `RecordErrors`."""
    if len(text) > MOST_BYTES:
        raise refused(
            "MR901", f"this is larger than a {what} can be: {MOST_BYTES // 1024 // 1024} MiB",
            "see whether it is the right file",
        )  # fmt: skip
    try:
        text = text.decode() if isinstance(text, bytes) else text
        tree = parse(text)
        canonical(tree).encode()  # halves of surrogate pairs are no text
    except UnicodeError:
        wrong = f"this is no {what}: it is no text in UTF-8"
    except RecursionError:
        wrong = f"this is no {what}: it nests too deep"
    except Twice as name:
        wrong = f"this is no {what}: `{str(name)[:40]}` is written twice in one object"
    except ValueError as error:
        wrong = f"this is no {what}: it is not JSON"
        if _LOG.match(str(text)):
            raise _line() from None
        if not str(text).strip():
            wrong = f"this is no {what}: there is nothing in it"
        elif _ends_early(str(text), error):
            wrong = f"the {what} is cut off: it ends after {len(text):,} characters, in the middle"
    else:
        if isinstance(tree, dict):
            return tree
        wrong = f"this is no {what}: it is no JSON object"
    raise refused("MR901", wrong, _AGAIN)


def _ends_early(text: str, error: ValueError) -> bool:
    """Whether what is wrong with a JSON text is that it ends."""
    at = getattr(error, "pos", 0)
    ends = at >= len(text.rstrip()) - 1 or "Unterminated" in str(error)
    return ends and text.lstrip()[:1] == "{"


def _line() -> RecordErrors:
    return refused(
        "MR901", "this is a log of decisions, or a line of one, not a record",
        "say which line: `matchrules replay LOG --line N`",
    )  # fmt: skip


def misfit(value: Any, shape: Any, where: str) -> str | None:
    """What of a value does not have the shape, None if it has it."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"`{where}` is no list"
        found = (misfit(item, shape[0], f"{where}[{n}]") for n, item in enumerate(value))
        return next(filter(None, found), None)
    if isinstance(shape, Mapping):
        if not isinstance(value, Mapping):
            return f"`{where}` is no object" if where else "it is no object"
        lacking = next((name for name in shape if name not in value), None)
        more = next((name for name in value if name not in shape), None)
        if lacking or more is not None:
            place = f"`{where}`" if where else "it"
            return f"{place} lacks `{lacking}`" if lacking else f"{place} has `{str(more)[:40]}`"
        dot = f"{where}." if where else ""
        found = (misfit(value[name], inner, f"{dot}{name}") for name, inner in shape.items())
        return next(filter(None, found), None)
    if object in shape or type(value) in shape:
        return None
    return f"`{where}` holds {_named(value)}"


def refused(code: str, message: str, help: str) -> RecordErrors:
    """The error of one fault."""
    return RecordErrors([Diagnostic(code, message, help=help)])


def _named(value: Any) -> str:
    if value is None or isinstance(value, bool | int | float):
        return f"`{canonical(value)[:40]}`"
    return {"str": "a text", "list": "a list", "dict": "an object"}[type(value).__name__]

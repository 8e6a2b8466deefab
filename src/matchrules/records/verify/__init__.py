"""A checker of records with eyes of its own.

It shares no code with what decides: it reads the rules, the facts and the proof of a record by
itself, and works every step out again. It imports nothing of matchrules but diagnostics.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matchrules.records.verify.findings import Verification
from matchrules.records.verify.log import check_log, is_log
from matchrules.records.verify.record import Check


def verify(
    document: str | bytes | Mapping[str, Any],
    *,
    rules: Sequence[Any] | None = None,
    facts: Any = None,
    salt: str | None = None,
    head: str | None = None,
) -> Verification:
    """Check a record, or a log of records, step by step. It never raises for what they hold.

    `document` is the text, or a record as plain values. `rules` are rule bases as plain values
    (`ir.json.to_json`) that the record's rules are compared with; without them they are checked to
    be consistent only. `facts` is the case in full, as plain values, where the record hides some,
    and `salt` what it was hidden with, where the record does not have it. `head` is the hash that
    the last line of a log must have.
    """
    if not isinstance(document, Mapping) and is_log(document):
        return check_log(document, Check(rules, None, salt), head)
    return Check(rules, facts, salt).alone(document, head)


def verify_log(
    lines: Iterable[bytes],
    *,
    rules: Sequence[Any] | None = None,
    salt: str | None = None,
    head: str | None = None,
) -> Verification:
    """The same of a log that is read line by line, such as a file opened for reading bytes: however
    many lines it has, only one at a time is held."""
    return check_log(lines, Check(rules, None, salt), head)


__all__ = ["Verification", "verify", "verify_log"]

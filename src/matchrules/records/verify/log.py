"""A log of records: each line chained to the one before it by hash."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any, Final

from attrs import evolve

from matchrules.diagnostics.model import Diagnostic
from matchrules.records.verify.findings import Enough
from matchrules.records.verify.record import Check
from matchrules.records.verify.rules import Rules
from matchrules.records.verify.strict import (
    MOST_BYTES,
    Unfit,
    canonical,
    quoted,
    read,
    same,
    sha256,
)
from matchrules.records.verify.verdict import Verification

FIRST: Final = "0" * 64
_KEYS: Final = {
    "rules": ["line", "previous", "what", "sha256", "ir"],
    "decision": ["line", "previous", "what", "record"],
}


def is_log(document: str | bytes) -> bool:
    """Whether it is rather a log than a record: one of its lines begins as lines of logs do."""
    content = document.encode("utf-8", "replace") if isinstance(document, str) else document
    return content.startswith(b'{"line":') or b'\n{"line":' in content


def check_log(
    document: str | bytes | Iterable[bytes], rules: Sequence[Any] | None, salt: str | None,
    head: str | None,
) -> Verification:  # fmt: skip
    """The verdict on all of a log, given as a text or line by line: a log has no limit of size, a
    line has."""
    check = Check(rules, None, salt)
    if isinstance(document, str | bytes):
        content = document.encode("utf-8", "replace") if isinstance(document, str) else document
        document = BytesIO(content)  # whose lines end at line feeds only
    chain = _Chain(check, head.lower() if head is not None else None)
    for line in document:
        chain.add(line)
    if head is not None and chain.head != head.lower():
        check.found.faults.append(_cut(head, chain.noted))
    return check.verdict(
        what="log",
        records=check.records,
        lines=chain.lines,
        head=chain.head if chain.lines else None,
    )


def _cut(head: str, at: int | None) -> Diagnostic:
    if at is not None:
        message = f"goes on after line {at}, which has the hash {quoted(head)}"
        help = "lines were added since the hash was noted"
    else:
        message = f"ends in another line than the one with the hash {quoted(head)}"
        help = "lines are missing at its end, or it was changed"
    return Diagnostic("MR928", message, help=help, path="the log")


class _Chain:
    """Takes the lines of a log, one after the other."""

    def __init__(self, check: Check, wanted: str | None) -> None:
        self.check, self.found, self.wanted = check, check.found, wanted
        self.rules: dict[str, Rules | None] = {}
        self.lines = self.number = 0
        self.head = FIRST
        self.noted: int | None = None  # the line with the hash that was noted
        self._enough = False

    def add(self, line: bytes) -> None:
        told, trusted, place = len(self.found.faults), len(self.found.trusted), self.lines
        try:
            if not self._enough:
                self._check(line)
        except Enough:
            self._enough = True
        for at in range(told, len(self.found.faults)):
            self._name(at, place)
        for at in range(trusted, len(self.found.trusted)):
            self.found.trusted[at] = f"line {place}, {self.found.trusted[at]}"
        if line.endswith(b"\n"):
            self.lines += 1
            self.head = sha256(line[:-1])
            self.noted = place if self.head == self.wanted else self.noted

    def _check(self, line: bytes) -> None:
        if not line.endswith(b"\n") and len(line) <= MOST_BYTES:
            self.found.add(
                "MR928", "", "is not complete: it does not end in a line break",
                "was the writing of it interrupted? What is before it is checked",
            )  # fmt: skip
            return
        following = self.number + 1
        try:
            if len(line) > MOST_BYTES:
                raise Unfit(f"is larger than {MOST_BYTES // 1024 // 1024} MiB")
            following = self._line(self.number, self.head, line[:-1])
        except Unfit as fault:
            self.found.unfit("MR928", fault)
        except RecursionError:
            self.check.too_deep()
        finally:
            self.number = following

    def _name(self, at: int, place: int) -> None:
        """Puts the line before the path of a fault."""
        fault = self.found.faults[at]
        path = f"line {place}" + (f", {fault.path}" if fault.path else "")
        self.found.faults[at] = evolve(fault, path=path)

    def _line(self, number: int, previous: str, line: bytes) -> int:
        """Checks a line; the number that the next one must have."""
        tree = read(line)
        keys = _KEYS.get(str(tree.get("what"))) if isinstance(tree, dict) else None
        if keys is None or list(tree) != keys:
            raise Unfit("is no line of a log", "a log is only ever added to, by matchrules")
        if canonical(tree).encode() != line:
            self.found.add("MR928", "", "is written in another way than logs are")
        says = tree["line"]
        if not same(says, number):
            gap = type(says) is int and says > number
            self.found.add(
                "MR928", "",
                f"says that it is line {quoted(says)}, but line {number} is to stand here",
                "lines before it are missing, or were moved" if gap
                else "it was inserted, repeated or moved",
            )  # fmt: skip
        elif tree["previous"] != previous:
            self.found.add(
                "MR928", "", f"does not continue the line before it, whose hash is `{previous}`",
                "the line before it was changed, or this one was put in its place",
            )  # fmt: skip
        number = says if type(says) is int else number
        if tree["what"] == "rules":
            self._rules(tree)
        else:
            self.check.record(tree["record"], self.rules)
            rules = tree["record"]["rules"] if isinstance(tree["record"], dict) else None
            if isinstance(rules, dict) and isinstance(rules.get("sha256"), str):
                self.rules.setdefault(rules["sha256"], None)  # told once that it is not there
        return number + 1

    def _rules(self, tree: dict[str, Any]) -> None:
        if tree["sha256"] in self.rules:
            self.found.add("MR928", "sha256", "has rules that an earlier line has")
            return
        try:
            rules = Rules(tree["ir"])
        except Unfit as fault:
            self.found.unfit("MR923", fault, "ir")
            return
        if rules.sha256 != tree["sha256"]:
            self.found.add("MR922", "sha256", f"says {quoted(tree['sha256'])}, but the hash of the "
                           f"rules is `{rules.sha256}`")  # fmt: skip
        self.rules[rules.sha256] = rules
        self.check.compare_rules(rules)

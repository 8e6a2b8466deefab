"""A log of records: each line chained to the one before it by hash."""

from collections.abc import Sequence
from typing import Any, Final

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
    document: str | bytes, rules: Sequence[Any] | None, salt: str | None, head: str | None
) -> Verification:
    """The verdict on all of a log."""
    check = Check(rules, None, salt)
    content = document.encode("utf-8", "replace") if isinstance(document, str) else document
    lines = content.split(b"\n")
    last = lines.pop()
    try:
        if len(content) > MOST_BYTES:
            raise Unfit(f"it is larger than {MOST_BYTES // 1024 // 1024} MiB")
        if last:
            check.found.add(
                "MR928", f"line {len(lines)}", "is not complete: it does not end in a line break",
                "was the writing of it interrupted? What is before it is checked",
            )  # fmt: skip
        _Chain(check).check(lines)
    except Enough:
        pass
    except Unfit as fault:
        check.found.unfit("MR920", fault)
    found = sha256(lines[-1]) if lines else None
    if head is not None and found != head.lower():
        check.found.faults.append(_cut(head, lines))
    return check.verdict(what="log", records=check.records, lines=len(lines), head=found)


def _cut(head: str, lines: list[bytes]) -> Any:
    from matchrules.diagnostics.model import Diagnostic

    at = next((n for n, line in enumerate(lines) if sha256(line) == head.lower()), None)
    message = (
        f"ends in another line than the one with the hash {quoted(head)}"
        if at is None
        else f"goes on after line {at}, which has the hash {quoted(head)}"
    )
    help = ("lines are missing at its end, or it was changed" if at is None
            else "lines were added since the hash was noted")  # fmt: skip
    return Diagnostic("MR928", message, help=help, path="the log")


class _Chain:
    def __init__(self, check: Check) -> None:
        self.check_one, self.found = check, check.found
        self.rules: dict[str, Rules | None] = {}

    def check(self, lines: list[bytes]) -> None:
        previous, number = FIRST, 0
        for place, line in enumerate(lines):
            told, trusted = len(self.found.faults), len(self.found.trusted)
            try:
                number = self._line(place, number, previous, line)
            except Unfit as fault:
                self.found.unfit("MR928", fault)
                number += 1
            except RecursionError:
                self.check_one.too_deep()
                number += 1
            for at in range(told, len(self.found.faults)):
                self._name(at, place)
            for at in range(trusted, len(self.found.trusted)):
                self.found.trusted[at] = f"line {place}, {self.found.trusted[at]}"
            previous = sha256(line)

    def _name(self, at: int, place: int) -> None:
        """Puts the line before the path of a fault."""
        from attrs import evolve

        fault = self.found.faults[at]
        path = f"line {place}" + (f", {fault.path}" if fault.path else "")
        self.found.faults[at] = evolve(fault, path=path)

    def _line(self, place: int, number: int, previous: str, line: bytes) -> int:
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
            self.check_one.record(tree["record"], self.rules)
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
        self.check_one.compare_rules(rules)

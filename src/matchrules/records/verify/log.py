"""A log of records: each line chained to the one before it by hash."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any, Final

from attrs import evolve

from matchrules.diagnostics.model import Diagnostic
from matchrules.records.verify.findings import Enough, Verification
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

_KEYS: Final = {
    "rules": ["line", "previous", "what", "sha256", "ir"],
    "decision": ["line", "previous", "what", "record"],
}


def is_log(document: str | bytes) -> bool:
    """Whether it is rather a log than a record: one of its lines begins as lines of logs do."""
    content = document.encode("utf-8", "replace") if isinstance(document, str) else document
    return content.startswith(b'{"line":') or b'\n{"line":' in content


def check_log(
    document: str | bytes | Iterable[bytes], check: Check, head: str | None
) -> Verification:
    """The verdict on all of a log, given as a text or line by line: a log has no limit of size, a
    line has."""
    if isinstance(document, str):
        document = document.encode("utf-8", "replace")
    if isinstance(document, bytes):
        document = BytesIO(document)  # whose lines end at line feeds only
    chain = _Chain(check, None if head is None else head.lower())
    for line in document:
        chain.add(line)
    if chain.wanted not in (None, chain.head):
        message, help = (
            (f"ends in another line than the one with the hash {quoted(head)}",
             "lines are missing at its end, or it was changed")
            if chain.noted is None else
            (f"goes on after line {chain.noted}, which has the hash {quoted(head)}",
             "lines were added since the hash was noted")
        )  # fmt: skip
        check.found.faults.append(Diagnostic("MR928", message, help=help, path="the log"))
    last = chain.head if chain.lines else None
    return check.verdict("log", records=check.records, lines=chain.lines, head=last)


class _Chain:
    """Takes the lines of a log, one after the other."""

    def __init__(self, check: Check, wanted: str | None) -> None:
        self.check, self.found, self.wanted = check, check.found, wanted
        self.rules: dict[str, Rules | None] = {}
        self.lines = self.number = 0
        self.head = "0" * 64
        self.noted: int | None = None  # the line with the hash that was noted
        self._enough = False

    def add(self, line: bytes) -> None:
        faults, trusted = self.found.faults, self.found.trusted
        told, sure, where = len(faults), len(trusted), f"line {self.lines}"
        following = self.number + 1
        try:
            with self.found.telling("MR928"):
                if not self._enough:
                    following = self._line(line)
        except Enough:
            self._enough = True
        self.number = following
        faults[told:] = [
            evolve(fault, path=", ".join(filter(None, (where, fault.path))))
            for fault in faults[told:]
        ]
        trusted[sure:] = [f"{where}, {name}" for name in trusted[sure:]]
        if line.endswith(b"\n"):
            self.head = sha256(line[:-1])
            self.noted = self.lines if self.head == self.wanted else self.noted
            self.lines += 1

    def _line(self, raw: bytes) -> int:
        """Checks a line; the number that the next one must have."""
        line = raw.removesuffix(b"\n")
        if line == raw and len(raw) <= MOST_BYTES:
            raise Unfit("is not complete: it does not end in a line break",
                        "was its writing interrupted? What is before it is checked")  # fmt: skip
        tree = read(line)
        keys = _KEYS.get(str(tree.get("what"))) if isinstance(tree, dict) else None
        if keys is None or list(tree) != keys:
            raise Unfit("is no line of a log", "a log is only ever added to, by matchrules")
        if canonical(tree).encode() != line:
            self.found.add("MR928", "", "is written in another way than logs are")
        says = tree["line"]
        if not same(says, self.number):
            self.found.add(
                "MR928", "",
                f"says that it is line {quoted(says)}, but line {self.number} is to stand here",
                "lines before it are missing, or it was inserted, repeated or moved",
            )  # fmt: skip
        elif tree["previous"] != self.head:
            self.found.add(
                "MR928", "", f"does not continue the line before it, whose hash is `{self.head}`",
                "the line before it was changed, or this one was put in its place",
            )  # fmt: skip
        self.number = says if type(says) is int else self.number
        with self.found.telling("MR928"):
            if tree["what"] == "rules":
                self._rules(tree)
            else:
                self._decision(tree["record"])
        return self.number + 1

    def _decision(self, record: Any) -> None:
        self.check.record(record, self.rules)
        self.rules.setdefault(record["rules"]["sha256"], None)  # told once that it is not there

    def _rules(self, tree: dict[str, Any]) -> None:
        if tree["sha256"] in self.rules:
            raise Unfit("has rules that an earlier line has", None, "sha256")
        with self.found.telling("MR923", "ir"):
            rules = Rules(tree["ir"])
            if rules.sha256 != tree["sha256"]:
                self.found.add("MR922", "sha256", f"says {quoted(tree['sha256'])}, but the hash of "
                               f"the rules is `{rules.sha256}`")  # fmt: skip
            self.rules[rules.sha256] = rules
            self.check.compare_rules(rules)

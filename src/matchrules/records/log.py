"""A log of decisions: a file that only grows, each line chained to the one before by its hash."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO, Final

from attrs import field, frozen

from matchrules.diagnostics.model import RecordErrors, UsageError
from matchrules.records.canonical import canonical, digest
from matchrules.records.document import Record
from matchrules.records.reading import MOST_BYTES, parsed, refused

START: Final = "0" * 64  # what stands for the hash of the line before the first
_BLOCK: Final = 1 << 16
_HEAD: Final = b'{"line":'
_RULES: Final = re.compile(
    rb'\{"line":[0-9]+,"previous":"[0-9a-f]{64}","what":"rules","sha256":"([0-9a-f]{64})"'
)
_AGAIN: Final = "check the whole log with `matchrules verify`"


@frozen
class Log:
    """A log of decisions in a file (NDJSON).

    Rules are written once, before the first decision that needs them. Several processes may append
    to one log: they wait for each other, where the system has locks.
    """

    path: Path = field(converter=Path)

    def append(self, record: Record) -> int:
        """Add a record, on disk when this returns; the number of its line, from 0.

        Only the last line is looked at to go on from it: whether those before are as they were is
        for `matchrules verify` to say. Raises `RecordErrors` where the file does not end in a
        whole line of a log, and leaves it as it is.
        """
        tree = record.to_dict()
        rules = tree["rules"]
        new = not self.path.exists()
        with _locked(self.path) as opened:
            size = opened.seek(0, os.SEEK_END)
            first, previous, known = self._end(opened, size, rules["sha256"])
            lines = []
            if not known:
                lines.append({"what": "rules", **rules})
            tree["rules"] = {"sha256": rules["sha256"]}
            lines.append({"what": "decision", "record": tree})
            written = b""
            for number, line in enumerate(lines, first):
                text = canonical({"line": number, "previous": previous, **line}).encode()
                previous = digest(text)
                written += text + b"\n"
            try:
                _write(opened.fileno(), written)
            except BaseException:
                os.ftruncate(opened.fileno(), size)  # of what is ours, nothing or all of it
                raise
        if new:
            _sync_folder(self.path.absolute().parent)
        return first + len(lines) - 1

    def record(self, line: int) -> Record:
        """The record in that line, from 0. Raises `RecordErrors` where there is none, or where
        rules that it needs are not in the log."""
        rules: dict[str, Any] = {}
        for number, text in self._lines():
            found = _RULES.match(text)
            if found is not None:
                rules[found[1].decode()] = text
            if number == line:
                return self._record(number, text, rules)
        raise refused(
            "MR907", f"`{self.path}` has no line {line:,}",
            "lines are counted from 0; " + _AGAIN,
        )  # fmt: skip

    def __iter__(self) -> Iterator[Record]:
        """The records, in order. The chain is not checked: that is for `matchrules verify`."""
        rules: dict[str, Any] = {}
        for number, text in self._lines():
            found = _RULES.match(text)
            if found is not None:
                rules[found[1].decode()] = text
            else:
                yield self._record(number, text, rules)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        with self.path.open("rb") as opened:
            for number, line in enumerate(iter(lambda: opened.readline(MOST_BYTES + 1), b"")):
                if not line.endswith(b"\n"):
                    raise self._torn(opened.tell() - len(line))
                yield number, line[:-1]

    def _record(self, number: int, text: bytes, rules: dict[str, Any]) -> Record:
        tree = parsed(text, "line of a log")
        kept = tree.get("record")
        if tree.get("what") == "rules":
            raise refused(
                "MR907", f"line {number:,} of `{self.path}` holds rules, not a decision",
                f"the decision made with them is in line {number + 1:,}",
            )  # fmt: skip
        if not isinstance(kept, dict) or not isinstance(kept.get("rules"), dict):
            raise refused("MR907", f"line {number:,} of `{self.path}` holds no decision", _AGAIN)
        wanted = kept["rules"].get("sha256")
        if wanted not in rules:
            raise refused(
                "MR907", f"the rules of line {number:,} are in no line before it of `{self.path}`",
                _AGAIN,
            )  # fmt: skip
        if isinstance(rules[wanted], bytes):
            rules[wanted] = parsed(rules[wanted], "line of a log").get("ir")
        whole = {**kept, "rules": {"sha256": wanted, "ir": rules[wanted]}}
        return Record.read(canonical(whole))

    def _end(self, opened: BinaryIO, size: int, wanted: str) -> tuple[int, str, bool]:
        """The number of the next line, the hash of the last one, and whether those rules are in
        the log."""
        if not size:
            return 0, START, False
        last = self._last(opened, size)
        try:
            tree = parsed(last, "line of a log")
        except RecordErrors:
            tree = {}
        what, number = tree.get("what"), tree.get("line")
        if what not in ("rules", "decision") or type(number) is not int or number < 0:
            raise self._no_log()
        if canonical(tree).encode() != last:
            raise refused(
                "MR906", f"the last line of `{self.path}` is written in another way than logs are, "
                "so that the chain is broken",
                "did something change line ends or layout? name a new file, and keep this one as "
                "it is; " + _AGAIN,
            )  # fmt: skip
        record = tree.get("record")
        rules = tree if what == "rules" else record.get("rules") if record else None
        if isinstance(rules, dict) and rules.get("sha256") == wanted:
            return number + 1, digest(last), True
        opened.seek(0)
        marks = (_RULES.match(line) for line in opened)
        known = any(mark is not None and mark[1].decode() == wanted for mark in marks)
        return number + 1, digest(last), known

    def _last(self, opened: BinaryIO, size: int) -> bytes:
        """The last line, without its end, read backwards from the end of the file."""
        start, found = size, b""
        while start and b"\n" not in found[:-1] and len(found) <= MOST_BYTES:
            start = max(0, start - _BLOCK)
            opened.seek(start)
            found = opened.read(min(_BLOCK, size - start - len(found))) + found
        if not found.endswith(b"\n"):
            whole = start + found.rfind(b"\n") + 1
            opened.seek(whole)
            # what is torn is ours only if it begins as a line does: nobody is to cut another file
            head = opened.read(len(_HEAD))
            raise self._torn(whole) if head == _HEAD[: len(head)] else self._no_log()
        return found[:-1].rpartition(b"\n")[2]

    def _no_log(self) -> RecordErrors:
        return refused(
            "MR906", f"the last line of `{self.path}` is no line of a log of decisions",
            "name a file that is not there yet, or a log; " + _AGAIN,
        )  # fmt: skip

    def _torn(self, whole: int) -> RecordErrors:
        return refused(
            "MR906", f"`{self.path}` ends in the middle of a line, after {whole:,} bytes of whole "
            "lines: what wrote it was broken off",
            f"keep a copy, then cut the file to {whole} bytes (`truncate -s {whole} FILE`): the "
            "decision in the torn line was never in the log; make it again",
        )  # fmt: skip


class _locked:
    """The file, for reading and appending, while nobody else appends to it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> BinaryIO:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        self._opened = os.fdopen(descriptor, "rb", buffering=_BLOCK)
        try:
            if not S_ISREG(os.fstat(descriptor).st_mode):
                raise UsageError(f"`{self._path}` is no regular file, so it cannot be a log")
            with suppress(ImportError):  # there are systems without such locks
                import fcntl

                fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            self._opened.close()
            raise
        return self._opened

    def __exit__(self, *_: object) -> None:
        self._opened.close()  # and so gives the lock back


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """That a new file is in its folder is to be on disk too, where that can be asked for."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

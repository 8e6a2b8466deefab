"""A text file of cases, a record at a time: lines for NDJSON, and for CSV as many lines as the
quotes of a record span. Where a record begins is known in bytes, so reading goes on anywhere."""

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from attrs import define, field, frozen

from matchrules.cohort.batch.faults import damaged, unopened

MOST_BYTES: Final = 16 * 1024 * 1024  # of one record
MOST_AT_ONCE: Final = 32 * 1024 * 1024  # of the records of one piece
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@frozen
class Record:
    """One record: the number of its first line, and its text without the line end."""

    line: int
    text: str = field(repr=False)


@define
class Lines:
    """The records of a file from some place on. `byte` and `line` are where the next one begins."""

    path: Path
    opened: BinaryIO
    size: int
    quoted: bool
    byte: int = 0
    line: int = 1
    torn: bool = False  # whether the last record had no line end

    @classmethod
    def open(cls, path: Path, size: int, at: Mapping[str, int] | None, quoted: bool) -> "Lines":
        try:
            opened = path.open("rb", buffering=1 << 20)
        except OSError as error:
            raise unopened(path, error) from None
        lines = cls(path, opened, size, quoted)
        if at is not None:
            lines.byte, lines.line = at["byte"], at["line"]
            opened.seek(lines.byte)
            return lines
        start = opened.read(3)
        if start[:2] in _WIDE:
            opened.close()
            raise damaged(f"`{path}` is not UTF-8, but UTF-16", "save it as UTF-8", "MR501")
        lines.byte = 3 if start == codecs.BOM_UTF8 else 0
        opened.seek(lines.byte)
        return lines

    def take(self, most: int) -> list[Record]:
        """The next records, at most so many, fewer where they are long; none at the end of the
        file. Blank lines are none."""
        records: list[Record] = []
        end = self.byte + MOST_AT_ONCE
        for line, content in self._records():
            if content.strip():
                records.append(Record(line, self._text(line, content)))
                if len(records) == most or self.byte >= end:
                    break
        return records

    def _records(self) -> Iterator[tuple[int, bytes]]:
        read = self.opened.readline
        while True:
            first = self.line
            content = read(MOST_BYTES + 1)
            if not content:
                return
            count = 1
            if self.quoted and content.count(b'"') % 2:
                # a quote is open: the record goes on after the line end that it holds
                parts, total, open_ = [content], len(content), True
                while open_ and total <= MOST_BYTES:
                    more = read(MOST_BYTES + 1)
                    if not more:
                        raise damaged(
                            f"`{self.path}` ends inside quotes that are opened in line {first:,}",
                            "is the file cut off? close the quotes, or get the whole file",
                        )  # fmt: skip
                    open_ ^= bool(more.count(b'"') % 2)
                    parts.append(more)
                    total += len(more)
                    count += 1
                content = b"".join(parts)
            if len(content) > MOST_BYTES:
                raise damaged(
                    f"line {first:,} of `{self.path}` is longer than {MOST_BYTES // 1024 // 1024} "
                    "MiB", "a case is a line: see whether quotes are closed, and lines end",
                    "MR502",
                )  # fmt: skip
            self.byte += len(content)
            self.line += count
            self.torn = not content.endswith(b"\n")
            yield first, content.rstrip(b"\r\n") if not self.torn else content

    def _text(self, line: int, content: bytes) -> str:
        if b"\0" in content:
            raise damaged(
                f"line {line:,} of `{self.path}` holds bytes that no text has",
                "is the file damaged? get it anew",
            )  # fmt: skip
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            at = line + content.count(b"\n", 0, error.start)
            if self.torn and error.end >= len(content) and error.reason == "unexpected end of data":
                raise cut(self.path, at) from None
            raise damaged(
                f"`{self.path}` is not UTF-8: see line {at:,}", "save it as UTF-8", "MR501"
            ) from None

    @property
    def place(self) -> dict[str, int]:
        """Where the next record begins, to go on from."""
        return {"byte": self.byte, "line": self.line}


def cut(path: Path, line: int) -> Exception:
    """The file ends in the middle of a record."""
    return damaged(
        f"`{path}` ends in the middle of line {line:,}", "is the file cut off? get the whole file"
    )


__all__ = ["Lines", "Record", "cut"]

"""Whether rules and files are those with which a batch was begun."""

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from matchrules.cohort.batch.faults import unopened

if TYPE_CHECKING:
    from matchrules.rulebook import Book

_END: Final = 1 << 16  # bytes looked at, at both ends of a file


def of_rules(book: "Book") -> str:
    """The same for rule files with the same texts, whatever their names are."""
    texts = sorted(
        sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()
        for source in book.sources.values()
    )
    return sha256("".join(texts).encode()).hexdigest()


def of_file(path: Path) -> dict[str, int | str]:
    """Its size, when it was changed, and a hash of how it starts and ends."""
    try:
        with path.open("rb") as opened:
            found = os.fstat(opened.fileno())
            ends = opened.read(_END)
            opened.seek(max(0, found.st_size - _END))
            ends += opened.read(_END)
    except OSError as error:
        raise unopened(path, error) from None
    return {"size": found.st_size, "changed": found.st_mtime_ns, "ends": sha256(ends).hexdigest()}


def unchanged(path: Path, identity: dict[str, int | str]) -> bool:
    """Whether a file still has its size and time."""
    try:
        found = path.stat()
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (identity["size"], identity["changed"])


__all__ = ["of_file", "of_rules", "unchanged"]

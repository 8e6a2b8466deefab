"""Books kept on disk, so that the same files need not be checked again.

A book is kept under a hash of the names and contents of its files and of the matchrules that
checked them, and nothing else leads to it: files that changed have another one. What cannot be read
as it was written is as if it were not there, and a folder that cannot be written to keeps nothing:
a cache never changes an answer, and never is a reason to fail.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Final

from matchrules.diagnostics.model import UsageError
from matchrules.rulebook.book import Book
from matchrules.rulebook.stored import Unsealed, content_of, opened, rules_of, sealed
from matchrules.text import Source

VARIABLE: Final = "MATCHRULES_CACHE"
OFF: Final = "off"
MOST_BOOKS: Final = 64
MOST_BYTES: Final = 256 * 1024 * 1024  # of all of them
_PART: Final = ".matchrules-part-"
_BOOK: Final = re.compile(r"matchrules-[0-9a-f]{64}\.json")
_HOUR: Final = 3600
_PARTS: Final = (  # of matchrules: what a book is made by
    "text.py", "types.py", "diagnostics", "ir", "regions", "dependencies.py", "engine",
    "syntax", "analysis", "rulebook",
)  # fmt: skip


def folder(wanted: bool | str | os.PathLike[str]) -> Path | None:
    """Where books are kept: in the folder given, or for True where the environment variable
    `MATCHRULES_CACHE` says, or in the user's folder for caches. None for nowhere."""
    if wanted is False:
        return None
    if wanted is not True:
        if not isinstance(wanted, str | os.PathLike) or not os.fspath(wanted):
            raise UsageError("`cache` is True, False, or the path of a folder")
        return Path(wanted)
    said = os.environ.get(VARIABLE, "")
    if said:
        return None if said == OFF else Path(said)
    home = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(home):  # as its specification has it
        home = os.path.expanduser("~/.cache")
    return Path(home, "matchrules") if os.path.isabs(home) else None


def key_of(contents: Mapping[str, bytes]) -> str:
    """What tells the book of these files, by name, from every other."""
    found = sha256(_maker().encode())
    for name in sorted(contents):
        own = sha256(contents[name]).hexdigest()
        found.update(f"\0{name}\0{own}".encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def kept(where: Path, contents: Mapping[str, bytes]) -> Book | None:
    """The book of these files, if it is kept there."""
    try:
        key = key_of(contents)
        path = _path(where, key)
        content = opened(path.read_text("utf-8"))
        if content.get("key") != key:  # a file that was renamed
            return None
        bases, warnings = rules_of(content)
        # There was no fault in reading them when the book was kept.
        sources = {name: Source(name, contents[name].decode()) for name in sorted(contents)}
    except (OSError, Unsealed, ValueError):
        return None
    with suppress(OSError):
        if time() - path.stat().st_mtime > _HOUR:
            os.utime(path)  # it was used
    return Book(bases, sources, warnings)


def keep(where: Path, contents: Mapping[str, bytes], book: Book) -> None:
    """Keeps the book of these files there, and lets go of those that were used longest ago."""
    part = where / f"{_PART}{os.urandom(8).hex()}"
    try:
        key = key_of(contents)
        text = sealed({"key": key, **content_of(book)})
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            part.write_text(text, "utf-8")
            os.replace(part, _path(where, key))  # whole, or not at all
        finally:
            part.unlink(missing_ok=True)
        _tidy(where, _path(where, key))
    except (OSError, ValueError):  # no right to write, a full disk, too many digits
        return


def _path(where: Path, key: str) -> Path:
    return where / f"matchrules-{key}.json"


def _tidy(where: Path, newest: Path) -> None:
    found = []
    for path in where.iterdir():
        with suppress(OSError):  # another process was quicker
            written = path.stat().st_mtime
            if path.name.startswith(_PART) and time() - written > _HOUR:
                path.unlink()  # its writer was killed
            elif _BOOK.fullmatch(path.name):
                found.append((path != newest, -written, path.stat().st_size, path))
    size = 0
    for n, (older, _, bytes_, path) in enumerate(sorted(found)):
        size += bytes_
        if older and (n >= MOST_BOOKS or size > MOST_BYTES):
            with suppress(OSError):
                path.unlink()


@cache
def _maker() -> str:
    """Which matchrules this is: files, sizes and times of what a book is made by, so that a
    checkout that is being worked on is told apart as a version is."""
    here = Path(__file__).parent.parent
    return "\n".join(one for part in _PARTS for one in sorted(_stamps(os.path.join(here, part))))


def _stamps(path: str) -> Iterator[str]:
    if path.endswith(".py"):
        status = os.stat(path)
        yield f"{path} {status.st_size} {status.st_mtime_ns}"
        return
    with os.scandir(path) as inside:
        for entry in inside:
            if entry.is_dir():
                yield from _stamps(entry.path)
            elif entry.name.endswith(".py"):
                status = entry.stat()
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns}"


__all__ = ["OFF", "VARIABLE", "folder", "keep", "kept", "key_of"]

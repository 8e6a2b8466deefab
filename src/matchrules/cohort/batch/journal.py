"""What a batch has done so far, kept beside its output so that a run that was broken off goes on.

The folder holds a manifest (which rules, which files, which options), a line in the journal for
every piece that is done, and the frames of those pieces. A piece counts once its line is on disk,
and that comes last; so whenever the run is killed, what counts is whole.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict, define, field, frozen

from matchrules.cohort.batch.faults import Stopped, writing
from matchrules.diagnostics.model import UsageError

if TYPE_CHECKING:
    import polars as pl

FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_JOURNAL: Final = "journal.ndjson"
_LOCK: Final = "lock"
_PLACING: Final = "placing"
_OURS: Final = re.compile(
    r"manifest\.json(\.new)?|journal\.ndjson|lock|placing(\.new)?|[0-9]{7,}\..+\.parquet|"
    r"errors\..+\.parquet|whole\..+"
)


@frozen
class Done:
    """A piece that is done: its counts, and where in the file of cases the next one begins, which
    is `far` from the start."""

    piece: int
    cases: int
    advice: int
    errors: int
    faulty: int
    far: int
    next: Mapping[str, int]


@define
class Journal:
    """The folder of one batch, held by this process alone."""

    folder: Path
    done: list[Done] = field(factory=list)
    _lock: int = -1

    @classmethod
    def open(cls, folder: Path, manifest: Mapping[str, Any], restart: bool) -> "Journal":
        """Begin, or go on with what is there.

        Raises `UsageError` where what is there was begun with something else, or is at work.
        """
        with writing(folder, None):
            folder.mkdir(exist_ok=True)
        journal = cls(folder)
        journal._take()
        try:
            if restart:
                journal._clear()
            journal._begin(manifest)
        except BaseException:
            journal.close()
            raise
        return journal

    def path(self, piece: int, what: str) -> Path:
        """Where a frame of a piece is kept."""
        return self.folder / f"{piece:07}.{what}.parquet"

    def paths(self, what: str) -> list[Path]:
        """Where the frames of all pieces are kept, in their order."""
        return [self.path(each.piece, what) for each in self.done]

    def keep(self, done: Done, frames: "Mapping[str, pl.DataFrame]") -> None:
        """Keep a piece: its frames first, then its line in the journal."""
        for what, frame in frames.items():
            self.write(f"{done.piece:07}.{what}", frame)
        line = json.dumps(asdict(done)).encode() + b"\n"
        path = self.folder / _JOURNAL
        with writing(path, self.folder):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                size = os.fstat(descriptor).st_size
                try:
                    _all(descriptor, line)
                    os.fsync(descriptor)
                except BaseException:
                    os.ftruncate(descriptor, size)
                    raise
            finally:
                os.close(descriptor)
        self.done.append(done)

    def write(self, name: str, frame: "pl.DataFrame") -> Path:
        """Write a frame to a file of the folder, on disk when this returns."""
        path = self.folder / f"{name}.parquet"
        content = BytesIO()
        frame.write_parquet(content, compression="lz4")
        with writing(path, self.folder):
            _write(path, content.getbuffer())
        return path

    @staticmethod
    def places(folder: Path) -> bool:
        """Whether a run was killed while it put whole files in their places."""
        return (folder / _PLACING).exists()

    def place(self, counts: Mapping[str, int]) -> None:
        """All files are whole, and have so much in them: they only have to be put in their
        places."""
        path = self.folder / _PLACING
        part = self.folder / (_PLACING + ".new")
        with writing(path, self.folder):
            _write(part, json.dumps(counts).encode())
            os.replace(part, path)
        sync(self.folder)

    def placed(self) -> dict[str, int] | None:
        """What `place` was told, None where there is more to do before."""
        try:
            found = json.loads((self.folder / _PLACING).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Stopped(f"`{self.folder / _PLACING}` is damaged: say `--restart` to begin anew")
        return found

    def remove(self) -> None:
        """The folder is no longer needed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.close()

    def close(self) -> None:
        """Let go of the folder; what is in it stays."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _take(self) -> None:
        """Hold the folder, so that nobody else works in it."""
        path = self.folder / _LOCK
        with writing(path, None):
            self._lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            import fcntl
        except ImportError:  # there are systems without such locks
            return
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # who held it may have been done, and taken the folder away
            held = os.fstat(self._lock)
            there = os.stat(path)
            alive = (held.st_ino, held.st_dev) == (there.st_ino, there.st_dev)
        except BlockingIOError:
            alive = False
        except FileNotFoundError:
            alive = False
        if not alive:
            self.close()
            raise UsageError(
                f"another run is at work on this output (it holds `{self.folder}`): wait for it, "
                "or name another output"
            )

    def _clear(self) -> None:
        """Throw away what is done, in an order that may be broken off anywhere."""
        there = [each for each in self.folder.iterdir() if each.name != _LOCK]
        for each in there:
            if not _OURS.fullmatch(each.name) or each.is_dir():
                raise self._foreign(each)
        last = (_JOURNAL, _MANIFEST)
        for each in sorted(
            there, key=lambda each: last.index(each.name) if each.name in last else -1
        ):
            each.unlink()

    def _begin(self, manifest: Mapping[str, Any]) -> None:
        path = self.folder / _MANIFEST
        wanted = json.loads(json.dumps({"format": FORMAT, **manifest}))
        try:
            found = json.loads(path.read_bytes())
        except FileNotFoundError:
            for each in self.folder.iterdir():
                if not _OURS.fullmatch(each.name):
                    raise self._foreign(each) from None
            part = self.folder / (_MANIFEST + ".new")
            with writing(path, None):
                _write(part, json.dumps(wanted, indent=1).encode())
                os.replace(part, path)
            return
        except ValueError:
            found = None
        if found != wanted:
            raise UsageError(
                f"`{self.folder}` holds what was done with {_differing(found, wanted)}: run that "
                "again to go on with it, or say `--restart` to throw it away and begin anew"
            )
        self._read()

    def _foreign(self, there: Path) -> UsageError:
        return UsageError(
            f"`{self.folder}` is no folder of a batch: it holds `{there.name}`; move it away, or "
            "name another output"
        )

    def _read(self) -> None:
        """What is done, as far as it is whole: a torn last line is a piece that is not."""
        path = self.folder / _JOURNAL
        content = path.read_bytes() if path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) != len(content):
            with writing(path, self.folder):
                os.truncate(path, len(whole))
        try:
            self.done = [Done(**json.loads(line)) for line in whole.splitlines()]
        except (ValueError, TypeError):
            self.done = []
        if [each.piece for each in self.done] != list(range(len(self.done))) or (
            whole and not self.done
        ):
            raise Stopped(f"`{path}` is damaged: say `--restart` to begin anew")


def _differing(found: Any, wanted: Mapping[str, Any]) -> str:
    """What differs, in words."""
    if not isinstance(found, dict) or found.get("format") != wanted["format"]:
        return "another version of matchrules"
    said: list[str] = []
    for name, words in _WORDS.items():
        if found.get(name) != wanted.get(name):
            said.append(words)
    before, now = found.get("options"), wanted.get("options")
    if isinstance(before, dict) and isinstance(now, dict):
        said += [
            f"another `{name}`" for name in sorted({*before, *now})
            if before.get(name) != now.get(name)
        ]  # fmt: skip
    return " and ".join(said) or "other options"


_WORDS: Final = {
    "matchrules": "another version of matchrules",
    "rules": "other rules",
    "cases": "another file of cases, or another state of it",
    "facts": "other files of facts, or another state of them",
}


def _write(path: Path, content: bytes | memoryview) -> None:
    """Write a file, on disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        _all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _all(descriptor: int, content: bytes | memoryview) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync(path: Path) -> None:
    """What is in that file, or folder, is to be on disk, where that can be asked for."""
    if path.is_dir():
        with suppress(OSError):
            _sync(path)
    else:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


__all__ = ["Done", "Journal", "sync"]

"""Where the record of a decision is kept: a file of its own, a log, or both."""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from matchrules.cli.report import Refused

if TYPE_CHECKING:
    from matchrules.decision import Decision

_LOG: Final = re.compile(rb'\{"line":[0-9]+,"previous":"')


def keep(
    decision: "Decision", case: Path, record: Path | None, log: Path | None, salt_file: Path | None
) -> None:
    """Keep a decision, before anything of it is shown: the record and the line in the log, or
    neither where one of them cannot be written."""
    _distinct({"CASE": case, "--record": record, "--log": log, "--salt-file": salt_file})
    if record is not None and _is_log(record):
        raise Refused(
            f"`{record}` is a log of decisions, which `--record` would overwrite: "
            f"say `--log {record}` to add to it"
        )
    from matchrules.records import Log

    if salt_file is None:
        made = decision.record()
    else:
        from matchrules.cli.salt import read_salt

        made = decision.record(salt=read_salt(salt_file, make=True)).without_salt()
    if record is None:
        assert log is not None  # one of them is asked for
        Log(log).append(made)
        return
    with _Writing(record, made.to_json() + "\n"):
        if log is not None:
            Log(log).append(made)


class _Writing:
    """A file that has the text once the block is done, and is as it was where the block raises or
    there is no room. What is no regular file, such as /dev/stdout, is written to as it is."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._target = Path(os.path.realpath(path))  # a link stays one
        self._part: Path | None = None

    def __enter__(self) -> None:
        try:
            mode = self._target.stat().st_mode
        except FileNotFoundError:
            mode = None
        if mode is not None and not stat.S_ISREG(mode):
            return
        if mode is not None and not os.access(self._target, os.W_OK):
            raise Refused(f"cannot write `{self._path}`: permission denied")
        part = self._target.with_name(f".{self._target.name}.{os.getpid()}")
        self._part = part
        try:
            with part.open("x", encoding="utf-8") as opened:
                opened.write(self._text)
                opened.flush()
                os.fsync(opened.fileno())
            if mode is not None:
                part.chmod(stat.S_IMODE(mode))
        except BaseException as error:
            self._drop()
            if isinstance(error, OSError):
                raise self._refused(error) from None
            raise

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self._drop()
            return
        try:
            if self._part is None:
                self._path.write_text(self._text, encoding="utf-8")
            else:
                os.replace(self._part, self._target)
        except OSError as error:
            self._drop()
            raise self._refused(error) from None

    def _drop(self) -> None:
        if self._part is not None:
            with suppress(OSError):
                self._part.unlink()

    def _refused(self, error: OSError) -> Refused:
        return Refused(f"cannot write `{self._path}`: {(error.strerror or str(error)).lower()}")


def _distinct(files: dict[str, Path | None]) -> None:
    """Refuse one file for two things, of which the later one would destroy the earlier."""
    found: dict[str, str] = {}
    for what, path in files.items():
        if path is None:
            continue
        real = os.path.realpath(path)
        other = found.setdefault(real, what)
        if other != what:
            raise click.UsageError(
                f"`{path}` is given as {other} and as {what}: name a file of its own for each"
            )


def _is_log(path: Path) -> bool:
    if not path.is_file():
        return False
    with suppress(OSError), path.open("rb") as opened:
        return _LOG.match(opened.read(100)) is not None
    return False

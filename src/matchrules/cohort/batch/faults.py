"""What stops a batch, in words; and what the system says when there is no room, found again in what
Polars says of it."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from matchrules.diagnostics.model import CaseErrors, Diagnostic, MatchrulesError

_SAYS: Final = re.compile(r"\(os error ([0-9]+)\)")
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Stopped(MatchrulesError):
    """A batch could not go on. What is done is kept, and a run of the same goes on from there."""


def reason_of(error: BaseException) -> tuple[int | None, str]:
    """The number and the words of what the system refused; no number where it refused nothing."""
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        # Polars hands on what the system says as a part of a sentence
        said = _SAYS.search(str(error))
        number = int(said[1]) if said else None
    if number is None:
        return None, str(error).partition("\n")[0]
    return number, os.strerror(number).lower()


def not_written(path: Path, error: BaseException, kept: Path | None) -> Stopped:
    """What is to be said where a file cannot be written."""
    number, reason = reason_of(error)
    help_ = ""
    if number in _NO_ROOM:
        help_ = "; make room"
        help_ += f" and run the same again: what is done is kept in `{kept}`" if kept else ""
    elif kept is not None:
        help_ = f"; what is done is kept in `{kept}`: run the same again to go on"
    return Stopped(f"cannot write `{path}`: {reason}{help_}")


@contextmanager
def writing(path: Path, kept: Path | None) -> Iterator[None]:
    """Tell a failure to write there in words."""
    from polars.exceptions import PolarsError

    try:
        yield
    except (OSError, PolarsError) as error:
        if isinstance(error, PolarsError) and reason_of(error)[0] is None:
            raise
        raise not_written(path, error, kept) from None


def damaged(message: str, help_: str | None = None, code: str = "MR535") -> CaseErrors:
    """A file of cases that cannot be read on."""
    return CaseErrors([Diagnostic(code, message, help=help_)])


def unopened(path: Path, error: OSError) -> CaseErrors:
    """A file of cases that cannot be opened."""
    return damaged(
        f"cannot open `{path}`: {reason_of(error)[1]}",
        "see whether the path is right, and whether you may read it", "MR501",
    )  # fmt: skip


__all__ = ["Stopped", "damaged", "not_written", "reason_of", "unopened", "writing"]

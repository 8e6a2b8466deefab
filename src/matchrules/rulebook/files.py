"""The files that rules and cases are read from."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from matchrules.diagnostics.model import CaseErrors, Diagnostic, RuleErrors
from matchrules.text import Source

MOST_BYTES: Final = 8 * 1024 * 1024  # of a rule file


def packs() -> Path:
    """The folder of the rule packs that come with matchrules."""
    here = Path(__file__).parent.parent
    installed = here / "packs"
    # In a source checkout the packs stand beside `src`.
    return installed if installed.is_dir() else here.parent.parent / "rules"


def read(*paths: str | Path) -> dict[str, Source]:
    """The texts of rule files and folders, by path, in code point order.

    Raises `RuleErrors` where one cannot be read, or where there are none.
    """
    return decoded(*contents(*paths))


def contents(*paths: str | Path) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """The bytes of rule files and folders, by path, in code point order, and what could not be
    opened."""
    faults: list[Diagnostic] = []
    files: dict[str, str] = {}
    for path in map(Path, paths):
        for file in _files(path, faults):
            files.setdefault(_identity(file), file.as_posix())
    found: dict[str, bytes] = {}
    for name in sorted(files.values()):
        content = _content(Path(name), name, faults)
        if content is not None:
            found[name] = content
    return found, faults


def decoded(contents: Mapping[str, bytes], faults: Sequence[Diagnostic] = ()) -> dict[str, Source]:
    """The texts of rule files. Raises `RuleErrors` with those faults, and where one is no text."""
    from matchrules.syntax.decode import decode

    found = list(faults)
    sources: dict[str, Source] = {}
    for name, content in contents.items():
        sources[name], more = decode(name, content)
        found.extend(more)
    if any(fault.severity == "error" for fault in found):
        raise RuleErrors(found, sources)
    return sources


def _files(path: Path, faults: list[Diagnostic]) -> Sequence[Path]:
    if not os.path.isdir(path):
        return [path]
    found = sorted(file for file in path.glob("*.rules") if os.path.isfile(file))
    if not found:
        faults.append(
            Diagnostic(
                "MR540", f"there are no rules in `{path.as_posix()}`",
                help="name a folder that holds .rules files, or a .rules file",
                path=path.as_posix(),
            )
        )  # fmt: skip
    return found


def _identity(file: Path) -> str:
    """What two paths to one file share."""
    try:
        return os.path.realpath(file)
    except (OSError, ValueError):
        return str(file)


class _Unopened(Exception):
    """A file that cannot be opened; the reason is its text."""


def _bytes_of(path: Path, most: int) -> bytes:
    """The bytes of a file, one more than `most` of one that is too large."""
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "it is no regular file")
        with path.open("rb") as opened:
            return opened.read(most + 1)
    except (OSError, ValueError) as error:
        raise _Unopened((getattr(error, "strerror", None) or str(error)).lower()) from None


def _content(file: Path, name: str, faults: list[Diagnostic]) -> bytes | None:
    """The bytes of a rule file, or a fault."""
    try:
        return _bytes_of(file, MOST_BYTES)
    except _Unopened as reason:
        from matchrules.case.values import shown

        faults.append(
            Diagnostic(
                "MR541", f"cannot open {shown(name)}: {reason}",
                help="see whether the path is right, and whether you may read it", path=name,
            )
        )  # fmt: skip
        return None


def case_file(path: Path) -> bytes:
    """The bytes of a case file; raises `CaseErrors` where it cannot be opened."""
    from matchrules.case import tree
    from matchrules.case.values import shown

    try:
        return _bytes_of(path, tree.MOST_BYTES)
    except _Unopened as reason:
        raise CaseErrors([
            Diagnostic("MR501", f"cannot open {shown(str(path))}: {reason}",
                       help="give the path of a case file, or the facts themselves")
        ]) from None  # fmt: skip

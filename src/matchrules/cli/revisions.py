"""One side of a comparison: rule files as they stand, or as a git revision has them.

Git is asked to read, nothing else: no checkout, no fetch, no hook, no filter, no pager.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from matchrules.diagnostics.model import Diagnostic, RuleErrors, UsageError
from matchrules.text import Source

_SECONDS: Final = 30
# What a stranger's repository could set to have something run.
_SAFE: Final = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager")


@frozen
class Side:
    """The texts of one side by name. `label` is what the user called it."""

    label: str
    sources: Mapping[str, Source]


def read_sides(old: str, new: str, paths: Sequence[str] = ()) -> tuple[Side, Side]:
    """Both sides. A revision alone means the other side's path, or else `paths`, as it was then.

    Raises `UsageError` where there is no such thing, `RuleErrors` where rules cannot be read.
    """
    said = [_Said.of(side) for side in (old, new)]
    alone = [one.path for one in said if one.path is not None]
    older, newer = (one.read(alone or list(paths) or ["rules"]) for one in said)
    return older, newer


@frozen
class _Said:
    """What a side was said to be: a path, a revision, or a path in a revision."""

    label: str
    revision: str | None
    path: str | None

    @classmethod
    def of(cls, said: str) -> "_Said":
        if not said:
            raise UsageError("a side is a file, a folder or a git revision, not nothing")
        if os.path.lexists(said):
            return cls(said, None, said)
        revision, colon, path = said.partition(":")
        if colon:
            return cls(said, revision, ":/" + (path or "."))
        return cls(said, said, None)

    def read(self, paths: Sequence[str]) -> Side:
        from matchrules.rulebook import read

        if self.revision is None:
            assert self.path is not None
            return Side(self.label, read(self.path))
        wanted = paths if self.path is None else [self.path]
        sources: dict[str, Source] = {}
        for path in wanted:
            sources.update(_Revision.holding(self.label, self.revision, path).read())
        return Side(self.label, dict(sorted(sources.items())))


@frozen
class _Revision:
    """A path in a commit; `path` from the top of the repository, `folder` a place within it."""

    label: str
    revision: str
    commit: str
    folder: str
    path: str

    @classmethod
    def holding(cls, label: str, revision: str, path: str) -> "_Revision":
        """The revision of the repository that holds the path (`:/…`: counted from its top)."""
        at_top = path.startswith(":/")
        there = "." if at_top else _existing(os.path.dirname(os.path.abspath(path)))
        top = _git(there, "rev-parse", "--show-toplevel")
        if top is None:
            what = (
                f"`{label}` is neither a file nor a folder, nor can it be a git revision:"
                if not os.path.lexists(revision) else f"`{label}` cannot be read:"
            )  # fmt: skip
            raise UsageError(f"{what} {_why_no_repository(there)}")
        commit = None if revision.startswith("-") or not revision else _git(
            there, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )  # fmt: skip
        if commit is None:
            raise UsageError(
                f"`{label}` is neither a file nor a folder, and git knows no revision "
                f"`{revision}`; see `git branch --all` and `git tag`"
            )
        if at_top:
            inside = os.path.normpath(path[2:])
        else:
            folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
            whole = os.path.join(folder, os.path.basename(os.path.abspath(path)))
            inside = os.path.relpath(whole, os.path.realpath(top.decode().strip()))
        inside = "" if inside == "." else Path(inside).as_posix()
        if inside.startswith("../") or inside == ".." or inside.startswith("/"):
            raise UsageError(f"`{path}` lies outside of the git repository of `{label}`")
        return cls(label, revision, commit.decode().strip(), there, inside)

    def read(self) -> dict[str, Source]:
        from matchrules.rulebook import MOST_BYTES
        from matchrules.syntax.decode import decode

        sources: dict[str, Source] = {}
        faults: list[Diagnostic] = []
        for path, blob, size in self._files():
            name = f"{self.revision}:{path}"
            if size > MOST_BYTES:
                content: bytes | None = b" " * (MOST_BYTES + 1)  # told as too large, and not read
            else:
                content = _git(self.folder, "cat-file", "blob", blob)
            if content is None:
                raise UsageError(f"git cannot read `{name}`; is the repository complete?")
            sources[name], found = decode(name, content)
            faults.extend(found)
        if faults:
            raise RuleErrors(faults, sources)
        return sources

    def _files(self) -> list[tuple[str, str, int]]:
        """Path, blob and size of each rule file that is meant."""
        kind = _git(self.folder, "cat-file", "-t", f"{self.commit}:{self.path}")
        where = f"`{self.path or '.'}` in revision `{self.revision}`"
        if kind is None:
            raise UsageError(f"there is no {where}; see `git ls-tree -r {self.revision}`")
        is_file = kind.strip() == b"blob"
        tree, wanted = self.path, None
        if is_file:
            tree, _, wanted = self.path.rpartition("/")
        listed = _git(self.folder, "ls-tree", "-z", "-l", "--full-tree", f"{self.commit}:{tree}")
        found = []
        for line in (listed or b"").split(b"\0"):
            head, _, name_bytes = line.partition(b"\t")
            if not head:
                continue
            mode, type_, blob, size = head.decode().split()
            name = name_bytes.decode("utf-8", "surrogateescape")
            if type_ != "blob" or mode == "120000":
                continue  # a folder, a submodule, or a link that could lead anywhere
            if name == wanted or (wanted is None and name.endswith(".rules")):
                found.append((f"{tree}/{name}" if tree else name, blob, int(size)))
        if not found:
            raise UsageError(f"there are no .rules files in {where}")
        return sorted(found)


def _existing(folder: str) -> str:
    """The folder, or the nearest one above that is there."""
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder


def _git(folder: str, *words: str) -> bytes | None:
    """What git writes; None where it fails."""
    try:
        ran = _run(folder, *words)
    except FileNotFoundError:
        raise UsageError("reading a revision needs git, which is not installed") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git did not answer within {_SECONDS} seconds") from None
    return ran.stdout if ran.returncode == 0 else None


def _run(folder: str, *words: str) -> "subprocess.CompletedProcess[bytes]":
    asked = {
        "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1",
    }  # fmt: skip
    return subprocess.run(
        ["git", *_SAFE, "-C", folder, *words],
        capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS,
        env={**os.environ, **asked}, check=False,
    )  # fmt: skip


def _why_no_repository(folder: str) -> str:
    """Git's own reason, where it is more than that there is no repository."""
    reason = _run(folder, "rev-parse", "--show-toplevel").stderr.decode("utf-8", "replace").strip()
    if "dubious ownership" in reason:
        return "git does not trust this folder's owner; see `git config safe.directory`"
    return "there is no git repository here"


__all__ = ["Side", "read_sides"]

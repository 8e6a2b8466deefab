"""The case file of an interview: written anew after each answer, whole or not at all."""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from attrs import define

from matchrules.case.model import Case
from matchrules.cli.report import Refused
from matchrules.ir import RuleBase

_FORMATS = (".yaml", ".yml", ".json")


@define
class CaseFile:
    """Where answers are kept. What stood there before is kept beside it, as `backup`, once there is
    an answer to write."""

    path: Path
    backup: Path | None = None
    kept: Case | None = None  # what was written last

    @classmethod
    def at(cls, path: Path) -> "CaseFile":
        """Refuses a file that could not be written when there is something to lose."""
        if path.suffix.lower() not in _FORMATS:
            raise Refused(
                f"an interview is kept as YAML or JSON, not as `{path.name}`: "
                "say --output FILE.yaml"
            )
        # what a link points to is written
        folder = Path(os.path.realpath(path)).parent if path.is_symlink() else path.parent
        if not folder.is_dir():
            raise Refused(f"there is no folder `{folder}` to keep `{path.name}` in")
        if not os.access(folder, os.W_OK | os.X_OK) or (
            path.exists() and not os.access(path, os.W_OK)
        ):
            raise Refused(f"cannot write `{path}`: permission denied")
        return cls(path)

    def save(self, base: RuleBase, case: Case) -> None:
        """Write the case: a file beside it first, which then takes its place."""
        from matchrules.case.writing import case_facts_plain, write_case

        target = Path(os.path.realpath(self.path))  # a link stays one
        if target.exists() and self.kept is None:
            self.backup = _beside(self.path)
            shutil.copy2(target, self.backup)
        if self.path.suffix.lower() == ".json":
            tree = {"as_of": case.as_of.isoformat(), **case_facts_plain(base, case)}
            text = json.dumps(tree, ensure_ascii=False, indent=2) + "\n"
        else:
            text = write_case(base, case)
        part = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with part.open("x", encoding="utf-8") as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            if target.exists():
                shutil.copymode(target, part)
            os.replace(part, target)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        self.kept = case


def _beside(path: Path) -> Path:
    """A name for what stood there, which nothing has yet."""
    first = path.with_name(f"{path.name}.bak")
    number = 1
    found = first
    while found.exists():
        number += 1
        found = first.with_name(f"{first.name}{number}")
    return found


__all__ = ["CaseFile"]

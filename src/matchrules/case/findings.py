"""The faults of one case, collected."""

from typing import Final

from attrs import define, field

from matchrules.case.document import Document
from matchrules.case.tree import Path, show_path
from matchrules.diagnostics.model import CaseErrors, Diagnostic, Label

MOST_FAULTS: Final = 200  # are shown: who has more, mends those first


class Enough(Exception):
    """As many faults as are shown."""


@define
class Findings:
    """Gathers what is wrong with a case, each with its path and, in a file, its place."""

    document: Document | None = None
    _found: list[Diagnostic] = field(factory=list)
    _paths: set[Path] = field(factory=set)

    def add(
        self,
        code: str,
        path: Path,
        message: str,
        help: str | None = None,
        *,
        key: bool = False,
        also: tuple[Path, str] | None = None,
        label: str = "",
    ) -> None:
        """One fault; its sentence starts with the path. `key`: the name is at fault rather than
        the value. `also` is a second place, with what is to be said of it."""
        labels: list[Label] = []
        if self.document is not None:
            places = [(path, label), *([also] if also is not None else [])]
            found = (self.document.label(at, said, key) for at, said in places)
            labels = [place for place in found if place is not None]
        shown = show_path(path)
        sentence = f"`{shown}` {message}" if shown else message
        self._paths.add(path)
        self._found.append(Diagnostic(code, sentence, tuple(labels), help, shown or None))
        if len(self._found) >= MOST_FAULTS:
            raise Enough

    def excuse(self, path: Path) -> None:
        """Say nothing more of that path: what it should be in is wrong already."""
        self._paths.add(path)

    def has(self, path: Path) -> bool:
        """Whether something is wrong at exactly that path."""
        return path in self._paths

    def extend(self, faults: tuple[Diagnostic, ...]) -> None:
        self._found.extend(faults)

    def raise_if_any(self) -> None:
        """Raise `CaseErrors` with all faults in order, if there are any."""
        if not self._found:
            return
        ordered = sorted(self._found, key=lambda f: (f.path or "", f.code, f.message))
        if len(ordered) >= MOST_FAULTS:
            ordered.append(
                Diagnostic("MR502", f"the first {MOST_FAULTS} faults are shown, the rest is not",
                           help="mend these first")
            )  # fmt: skip
        sources = {} if self.document is None else {
            self.document.source.name: self.document.source
        }  # fmt: skip
        raise CaseErrors(ordered, sources)

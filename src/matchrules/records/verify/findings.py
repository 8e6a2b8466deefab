"""What is found while one record is checked."""

from collections.abc import Callable
from typing import Any, Final

from matchrules.diagnostics.model import Diagnostic
from matchrules.records.verify.strict import Unfit, quoted, same
from matchrules.records.verify.values import (
    HIDDEN,
    Node,
    mask_of,
    masked,
    told,
    understood,
    written,
)
from matchrules.records.verify.verdict import MOST_FAULTS

MISSING: Final = object()


class Enough(Exception):
    """There are so many faults that no more are looked for."""


class Free:
    """Stands where any of several things may be written: what rests on a hidden value."""

    def __init__(self, fits: Callable[[Any], bool]) -> None:
        self.fits = fits


class Findings:
    """The faults of a record, and what in it was taken on trust."""

    def __init__(self) -> None:
        self.faults: list[Diagnostic] = []
        self.trusted: list[str] = []

    def add(self, code: str, path: str, message: str, help: str | None = None) -> None:
        self.faults.append(Diagnostic(code, message, help=help, path=path or None))
        if len(self.faults) >= MOST_FAULTS:
            raise Enough

    def unfit(self, code: str, fault: Unfit, *where: str) -> None:
        self.add(code, ".".join((*where, *fault.path)), fault.message, fault.help)

    def compare(self, code: str, path: str, found: Any, must: Any) -> bool:
        """Tells where something else is written than must be, as deep inside as it can."""
        if isinstance(must, Free):
            if must.fits(found):
                self.trusted.append(path)
                return True
        elif isinstance(must, dict) and isinstance(found, dict) and list(found) == list(must):
            # of all, not to the first: a list
            right = [self.compare(code, f"{path}.{n}", found[n], one) for n, one in must.items()]
            return all(right)
        elif isinstance(must, list) and isinstance(found, list) and len(found) == len(must):
            pairs = enumerate(zip(found, must, strict=True))
            right = [self.compare(code, f"{path}[{n}]", *pair) for n, pair in pairs]
            return all(right)
        elif same(found, must):
            return True
        says = "is missing" if found is MISSING else f"says {quoted(found)}"
        self.add(code, path, f"{says}, but must say {_wanted(must)}")
        return False


def _wanted(must: Any) -> str:
    if isinstance(must, Free):
        return "what a private fact decides"
    if isinstance(must, dict | list):
        return quoted(_plain(must))
    return quoted(must)


def _plain(must: Any) -> Any:
    """What must be written, for a message."""
    if isinstance(must, dict):
        return {name: _plain(one) for name, one in must.items()}
    if isinstance(must, list):
        return [_plain(one) for one in must]
    return "…" if isinstance(must, Free) else must


class Masks:
    """How values are written where some are hidden: nothing is where there is no private fact."""

    def __init__(self, hiding: bool, salt: str | None) -> None:
        self.hiding, self.salt = hiding, salt
        self.by_name: dict[tuple[str, int | None], str] = {}  # the hashes that steps have

    def hidden(self, label: str, plain: Any) -> Any:
        """What must stand for a known value that is hidden."""
        if plain is None:
            return None
        if self.salt is None:
            return Free(lambda raw: mask_of(raw) is not None)
        return {"private": masked(self.salt, label, plain)}

    def expected(
        self, value: Any, type_: Node, label: str, shows: bool, index: int | None = None,
        *, in_step: bool = False,
    ) -> Any:  # fmt: skip
        """What must be written of a value that was worked out."""
        shows = shows and self.hiding
        if value is HIDDEN:
            known = self.by_name.get((label, index))
            if known is not None:
                return {"private": known}
            if shows:
                return Free(lambda raw: raw is None or mask_of(raw) is not None)
            return Free(lambda raw: _is_a(raw, type_))
        plain = written(value, type_) if in_step else told(value, type_)
        return self.hidden(label, plain) if shows else plain


def _is_a(raw: Any, type_: Node) -> bool:
    try:
        understood(raw, type_)
    except Unfit:
        # an unstored number is told with six places
        return isinstance(raw, str) and type_.what == "Number"
    return True

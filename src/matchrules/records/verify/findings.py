"""What is found while a record or a log is checked, and what is said of it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import field, frozen

from matchrules.diagnostics.model import Diagnostic
from matchrules.records.verify.shapes import BROKEN
from matchrules.records.verify.strict import Unfit, quoted, same
from matchrules.records.verify.values import HIDDEN, Node, mask_of, masked, understood, written

MOST_FAULTS: Final = 100
_SIX_PLACES: Final = re.compile(r"-?[0-9]{1,40}\.[0-9]{0,6}(E[+-]?[0-9]{1,4})?")


class Enough(Exception):
    """There are so many faults that no more are looked for."""


class Free:
    """Stands where any of several things may be written: what rests on a hidden value."""

    def __init__(self, fits: Callable[[Any], bool]) -> None:
        self.fits = fits


A_MASK: Final = Free(lambda raw: mask_of(raw) is not None)
A_VERDICT: Final = Free(lambda raw: isinstance(raw, bool))


class Findings:
    """The faults of a record, and what in it was taken on trust."""

    def __init__(self) -> None:
        self.faults: list[Diagnostic] = []
        self.trusted: list[str] = []

    def add(self, code: str, path: str, message: str, help: str | None = None) -> None:
        self.faults.append(Diagnostic(code, message, help=help, path=path or None))
        if len(self.faults) >= MOST_FAULTS:
            raise Enough

    @contextmanager
    def telling(self, code: str, path: str = "") -> Iterator[None]:
        """Makes faults of what is raised inside. What a forger's rules can do to the working-out
        nobody foresees: that is one, too."""
        try:
            yield
        except Unfit as fault:
            self.add(code, ".".join(filter(None, (path, fault.path))), fault.message, fault.help)
        except RecursionError:
            self.add("MR920", path, "it is nested deeper than can be checked")
        except BROKEN:
            self.add(code, path, "the rules in this record do not hold together here")

    def compare(self, code: str, path: str, found: Any, must: Any) -> None:
        """Tells where something else is written than must be, as deep inside as it can."""
        if isinstance(must, Free) and must.fits(found):
            self.trusted.append(path)
        elif isinstance(must, dict) and isinstance(found, dict) and list(found) == list(must):
            for name, one in must.items():
                self.compare(code, f"{path}.{name}", found[name], one)
        elif isinstance(must, list) and isinstance(found, list) and len(found) == len(must):
            for number, one in enumerate(must):
                self.compare(code, f"{path}[{number}]", found[number], one)
        elif isinstance(must, Free | dict | list) or not same(found, must):
            wanted = quoted(_told(must))
            self.add(code, path, f"says {quoted(found)}, but must say {wanted}")


def _told(must: Any) -> Any:
    if isinstance(must, dict):
        return {name: _told(one) for name, one in must.items()}
    if isinstance(must, list):
        return [_told(one) for one in must]
    return "what a private fact decides" if isinstance(must, Free) else must


class Masks:
    """How values are written where some are hidden: nothing is where there is no private fact."""

    def __init__(self, hiding: bool, salt: str | None) -> None:
        self.hiding, self.salt = hiding, salt
        self.by_name: dict[tuple[str, int | None], str] = {}  # the hashes that steps have

    def hidden(self, label: str, plain: Any) -> Any:
        """What must stand for a known value that is hidden."""
        if plain is None:
            return None
        return A_MASK if self.salt is None else {"private": masked(self.salt, label, plain)}

    def expected(
        self, value: Any, type_: Node, label: str, shows: bool, index: int | None = None,
        *, told: bool = True,
    ) -> Any:  # fmt: skip
        """What must be written of a value that was worked out."""
        shows = shows and self.hiding
        if value is not HIDDEN:
            plain = written(value, type_, told=told)
            return self.hidden(label, plain) if shows else plain
        if (label, index) in self.by_name:
            return {"private": self.by_name[label, index]}
        if shows:
            return Free(lambda raw: raw is None or mask_of(raw) is not None)
        return Free(lambda raw: _is_a(raw, type_))


def _is_a(raw: Any, type_: Node) -> bool:
    try:
        understood(raw, type_)
    except Unfit:  # a number that was not stored is told with six places
        unstored = type_.__dict__.get("places", 0) is None and isinstance(raw, str)
        return unstored and _SIX_PLACES.fullmatch(raw) is not None
    return True


@frozen
class Verification:
    """What came of checking a record, or a log of them.

    `ok`: no fault was found. `steps` and `advice` say how much was worked out again, `trusted` what
    was taken on trust because it rests on a value that the record keeps to itself. `compared`: the
    record's rules were compared with rules at hand. Of a log, `records` is the number of its
    decisions, `lines` that of its lines, `head` the hash of its last line.
    """

    what: str
    faults: tuple[Diagnostic, ...]
    records: int = 1
    steps: int = 0
    advice: int = 0
    trusted: tuple[str, ...] = ()
    compared: bool = False
    lines: int | None = None
    head: str | None = None
    rulesets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        found: dict[str, Any] = {
            "ok": self.ok, "what": self.what, "records": self.records, "steps": self.steps,
            "advice": self.advice, "trusted": list(self.trusted), "compared": self.compared,
            "rulesets": list(self.rulesets),
        }  # fmt: skip
        if self.what == "log":
            found |= {"lines": self.lines, "head": self.head}
        found["faults"] = [
            {"code": f.code, "path": f.path, "message": f.message, "help": f.help}
            for f in self.faults
        ]
        return found

    def __str__(self) -> str:
        told: list[str] = []
        for fault in self.faults:
            where = f"{fault.path}: " if fault.path else ""
            told.append(f"error[{fault.code}]: {where}{fault.message}")
            told += [f"  = help: {fault.help}"] if fault.help else []
        steps, advice = _many(self.steps, "step"), _many(self.advice, "piece")
        number = len(self.faults)
        if number:
            most = "at least " if number >= MOST_FAULTS else ""
            told += ["", f"This {self.what} does not hold: {most}{_many(number, 'fault')}."]
        elif self.what == "log":
            told.append(
                f"The chain of {_many(self.lines or 0, 'line')} holds, and so "
                f"{'does' if self.records == 1 else 'do'} the {_many(self.records, 'record')} in "
                f"it: {steps} worked out again, {advice} of advice."
            )
        else:
            follow = "follows" if self.advice == 1 else "follow"
            told.append(f"The record holds: {steps} worked out again, and {advice} of advice "
                        f"{follow} from them.")  # fmt: skip
        if self.head is not None:
            told.append(f"The hash of its last line is {self.head}.")
        if self.trusted:
            names = list(dict.fromkeys(name.rpartition(", ")[2] for name in self.trusted))
            names[6:] = ["…"] if len(names) > 6 else []
            count = _many(len(self.trusted), "value")
            told.append(f"Taken on trust, because of private facts: {count} ({', '.join(names)}).")
        if not number:
            told.append(
                f"Its rules are those at hand: {'; '.join(self.rulesets)}." if self.compared else
                "Its rules were not compared with any at hand: that is asked for with --rules."
            )  # fmt: skip
        return "\n".join(told)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"

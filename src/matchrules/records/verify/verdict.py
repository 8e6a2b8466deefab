"""What came of checking a record or a log."""

from typing import Any

from attrs import field, frozen

from matchrules.diagnostics.model import Diagnostic

MOST_FAULTS = 100


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
        return not any(fault.severity == "error" for fault in self.faults)

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
        return "\n".join(self._sentences())

    def _sentences(self) -> list[str]:
        told: list[str] = []
        for fault in self.faults:
            where = f"{fault.path}: " if fault.path else ""
            told.append(f"{fault.severity}[{fault.code}]: {where}{fault.message}")
            told += [f"  = help: {fault.help}"] if fault.help else []
        told += [""] if told else []
        if not self.ok:
            number = sum(fault.severity == "error" for fault in self.faults)
            most = "at least " if number >= MOST_FAULTS else ""
            told.append(f"This {self.what} does not hold: {most}{_many(number, 'fault')}.")
        elif self.what == "log":
            told.append(
                f"The chain of {_many(self.lines or 0, 'line')} holds, and so "
                f"{'does' if self.records == 1 else 'do'} the {_many(self.records, 'record')} in "
                f"it: {_many(self.steps, 'step')} worked out again, "
                f"{_many(self.advice, 'piece')} of advice."
            )
        else:
            told.append(
                f"The record holds: {_many(self.steps, 'step')} worked out again, and "
                f"{_many(self.advice, 'piece')} of advice follow"
                f"{'s' * (self.advice == 1)} from them."
            )
        if self.head is not None:
            told.append(f"The hash of its last line is {self.head}.")
        if self.trusted:
            distinct = list(dict.fromkeys(name.rpartition(", ")[2] for name in self.trusted))
            names = ", ".join((*distinct[:6], *(["…"] if len(distinct) > 6 else [])))
            count = _many(len(self.trusted), "value")
            told.append(f"Taken on trust, because of private facts: {count} ({names}).")
        if self.ok:
            told.append(
                f"Its rules are those at hand: {'; '.join(self.rulesets)}."
                if self.compared
                else "Its rules were not compared with any at hand: that is asked for with --rules."
            )
        return told


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"

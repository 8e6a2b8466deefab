"""A comparison as it is told, whatever the format: names, sentences, the lines that changed."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from matchrules.explain.names import joined
from matchrules.ir import RuleBase
from matchrules.lazy import cached_property
from matchrules.text import Source, Span

if TYPE_CHECKING:
    from matchrules.cli.revisions import Side
    from matchrules.prove.difference import BookDifference, Change, Region, Said, Shift
    from matchrules.prove.difference.counting import Counted
    from matchrules.prove.difference.model import EraDifference, SubjectDifference

EFFECTS: Final = {
    "gained": "new advice", "lost": "advice no longer given", "changed": "other advice",
    "valid": "cases are now taken", "invalid": "cases are now refused or at fault",
}  # fmt: skip
_HOW: Final = {
    "added": "is new", "removed": "is gone", "changed": "is changed",
    "renamed": "is renamed", "words": "is said in other words",
}  # fmt: skip


@frozen(slots=False)
class Story:
    """What came of comparing two sides. `bases` are the latest rules of both."""

    difference: "BookDifference" = field(repr=False)
    sides: "tuple[Side, Side]" = field(repr=False)
    bases: tuple[RuleBase, RuleBase] = field(repr=False)
    counted: "Counted | None" = None

    @property
    def title(self) -> str:
        return f"{self.sides[0].label} → {self.sides[1].label}"

    @cached_property
    def sources(self) -> tuple[Mapping[str, Source], Mapping[str, Source]]:
        return self.sides[0].sources, self.sides[1].sources

    def summary(self) -> str:
        """The answer in a sentence or two."""
        eras = self.difference.eras
        if not any(era.changes for era in eras) and not self.difference.lone:
            return "Nothing differs."
        subjects = [s for era in eras for s in era.subjects]
        affected = [s for s in subjects if s.answer == "affected"]
        undecided = [s for s in subjects if s.answer == "undecided"]
        told = []
        if affected:
            many = _count(len(affected), "subject")
            told.append(f"{many} of advice {_verb(affected, 'changes')} for some cases.")
        elif not undecided and not self.difference.lone:
            bounds = {s.bound for s in subjects if s.bound is not None}
            up_to = f", for cases with up to {max(bounds)} of each many-fact" if bounds else ""
            told.append(f"Nobody is affected: proved{up_to}.")
        if undecided:
            told.append(f"{_count(len(undecided), 'subject')} {_verb(undecided, 'is')} undecided.")
        if self.difference.lone:
            told.append(f"{joined(list(self.difference.lone), 'and')}.".capitalize())
        return " ".join(told)

    def days(self, era: "EraDifference") -> str:
        """The days of an era, where there are several."""
        until = f" until before {era.end}" if era.end else " on"
        return f"from {era.start}{until}"

    def described(self, kind: str, subject: str) -> str:
        """The words of the vocabulary for a subject."""
        for base in reversed(self.bases):
            declared = base.advice.get(kind)
            if declared is not None and subject in declared.subjects:
                return declared.subjects[subject].description
        return ""

    def change(self, change: "Change") -> str:
        """A statement that differs, in a line."""
        return f"{change} {_HOW[change.how]}"

    def place(self, change: "Change") -> str:
        """Where it is written now, or was."""
        side = 1 if change.new is not None else 0
        span = change.new or change.old
        source = None if span is None else self.sources[side].get(span.source)
        if span is None or source is None:
            return ""
        return f"{span.source}:{source.position(span.start).line}"

    def lines(self, change: "Change") -> tuple[str, ...]:
        """The lines that differ, each after `-` or `+`."""
        old = statement(self.sources[0], change.old).splitlines()
        new = statement(self.sources[1], change.new).splitlines()
        found = [
            line for line in unified_diff(old, new, n=0, lineterm="")
            if not line.startswith(("---", "+++", "@@"))
        ]  # fmt: skip
        return tuple(f"{line[0]} {line[1:].strip()}" for line in found if line[1:].strip())

    def effect(self, shift: "Shift") -> str:
        """What happens, by which rule, because of what."""
        by = f" by {self.rule(shift.rule)}" if shift.rule else ""
        causes = [str(change) for change in shift.causes]
        if len(causes) > 3:
            causes = [*causes[:3], f"{len(causes) - 3} more"]
        why = f", from {joined(causes, 'and')}" if causes else ""
        return f"{EFFECTS[shift.effect]}{by}{why}"

    def rule(self, full_name: str) -> str:
        """A rule by its id, or its name where it has none."""
        for base in reversed(self.bases):
            rule = base.rule_of(full_name)
            if rule is not None and rule.full_name == full_name:
                return rule.id or full_name
        return full_name

    def who(self, region: "Region") -> tuple[str, ...]:
        """The conditions of a region."""
        return region.conditions or ("cases such as this one",)

    def said(self, several: "Sequence[Said | str]", nothing: str = "nothing") -> tuple[str, ...]:
        """Advice, or faults, each in a line."""
        return tuple(map(self._one, several)) or (nothing,)

    def _one(self, said: "Said | str") -> str:
        if isinstance(said, str):
            return f"refused: {said}"
        fields = ", ".join(f"{name} {_value(value)}" for name, value in said.fields.items())
        about = "" if said.about is None else f" about {_value(said.about)}"
        told = f" ({fields})" if fields else ""
        return f"{said.strength}{told}{about}, by {said.id or said.rule}: {said.text}"

    def unaffected(self) -> "Iterator[SubjectDifference]":
        for era in self.difference.eras:
            yield from (s for s in era.subjects if s.answer == "unaffected")

    def undecided(self) -> "Iterator[SubjectDifference]":
        for era in self.difference.eras:
            yield from (s for s in era.subjects if s.answer == "undecided")

    def rest(self) -> tuple[str, ...]:
        """What is undecided, what is proved to be as it was, and what was not looked at."""
        told = [f"undecided: {ticked(s.name)}: {s.reason}" for s in self.undecided()]
        for bound in (None, *sorted({s.bound for s in self.unaffected() if s.bound is not None})):
            names = sorted({s.name for s in self.unaffected() if s.bound == bound})
            if names:
                many = "" if bound is None else f" for cases with up to {bound} of each many-fact"
                shown = [ticked(name) for name in names[:8]]
                if len(names) > 8:
                    shown.append(f"{len(names) - 8} more")
                told.append(f"the same for everybody, proved{many}: {joined(shown, 'and')}")
        reached = [{s.name for s in era.subjects if s.kind} for era in self.difference.eras]
        in_all = [
            era.untouched + len(names)
            for era, names in zip(self.difference.eras, reached, strict=True)
        ]
        untouched = max(in_all, default=0) - len(set().union(*reached))  # a subject counts once
        if untouched > 0:
            told.append(f"out of reach of the changes: {_count(untouched, 'subject')}")
        return tuple(told)

    def counts(self) -> tuple[str, ...]:
        """What came of the cohort."""
        counted = self.counted
        if counted is None:
            return ()
        told = [f"{len(counted.affected)} of {_count(counted.total, 'case')} "
                f"{'is' if len(counted.affected) == 1 else 'are'} affected"]  # fmt: skip
        told += [f"{ticked(name)}: {len(cases)}" for name, cases in counted.subjects]
        if counted.refused:
            told.append(f"decided by one side only: {len(counted.refused)}")
        if counted.unread:
            told.append(f"at fault on both sides, and not counted: {len(counted.unread)}")
        if not counted.complete:
            told.append("the counting was interrupted")
        return tuple(told)


def statement(sources: Mapping[str, Source], span: Span | None) -> str:
    """The text of the statement that a span stands in: its line, and those set in below it."""
    source = None if span is None else sources.get(span.source)
    if span is None or source is None:
        return ""
    lines = source.text.split("\n")
    first = source.position(span.start).line - 1
    found = [lines[first]]
    indent = _indent(lines[first])
    for line in lines[first + 1 :]:
        if line.strip() and _indent(line) <= indent:
            break
        found.append(line)
    while found and not found[-1].strip():
        found.pop()
    return "\n".join(found)


def ticked(name: str) -> str:
    """A subject in ticks; "whether a case is valid" as it is."""
    return f"`{name}`" if "." in name else name


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _value(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return joined([_value(v) for v in value], "and") if value else "none"
    return str(value)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _verb(several: Sequence[object], singular: str) -> str:
    plural = {"changes": "change", "is": "are"}[singular]
    return singular if len(several) == 1 else plural


__all__ = ["Story", "statement", "ticked"]

"""A comparison as JSON-ready values."""

from typing import TYPE_CHECKING, Any

from matchrules.case.writing import case_facts_plain

if TYPE_CHECKING:
    from matchrules.cli.diff_story import Story
    from matchrules.ir import RuleBase
    from matchrules.prove.difference import Change, Region, Said, Shift
    from matchrules.prove.difference.model import EraDifference, SubjectDifference


def plain(story: "Story") -> dict[str, Any]:
    """The whole answer."""
    difference = story.difference
    found: dict[str, Any] = {
        "format": 1,
        "old": story.sides[0].label,
        "new": story.sides[1].label,
        "affected": difference.affected,
        "undecided": difference.undecided,
        "interrupted": difference.interrupted,
        "seconds": round(difference.seconds, 3),
        "days_on_one_side": list(difference.lone),
        "eras": [_era(story, era) for era in difference.eras],
    }
    counted = story.counted
    if counted is not None:
        found["cohort"] = {
            "cases": counted.total,
            "complete": counted.complete,
            "affected": list(counted.affected),
            "subjects": {name: list(cases) for name, cases in counted.subjects},
            "decided_by_one_side": list(counted.refused),
            "at_fault": {
                name: [fault.message for fault in faults.diagnostics]
                for name, faults in counted.unread
            },
        }
    return found


def _era(story: "Story", era: "EraDifference") -> dict[str, Any]:
    return {
        "from": era.start.isoformat(),
        "until_before": None if era.end is None else era.end.isoformat(),
        "changes": [_change(story, change) for change in era.changes],
        "not_compared": list(era.notes),
        "out_of_reach": era.untouched,
        "subjects": [_subject(story, subject) for subject in era.subjects],
    }


def _change(story: "Story", change: "Change") -> dict[str, Any]:
    return {
        "kind": change.kind, "name": change.name, "how": change.how,
        "parts": list(change.parts), "place": story.place(change),
        "lines": list(story.lines(change)),
    }  # fmt: skip


def _subject(story: "Story", subject: "SubjectDifference") -> dict[str, Any]:
    return {
        "kind": subject.kind or None,
        "subject": subject.subject or None,
        "answer": subject.answer,
        "bound": subject.bound,
        "reason": subject.reason or None,
        "shifts": [_shift(story, shift) for shift in subject.shifts],
    }


def _shift(story: "Story", shift: "Shift") -> dict[str, Any]:
    return {
        "effect": shift.effect,
        "rule": shift.rule or None,
        "causes": [f"{change.kind} {change.name}" for change in shift.causes],
        "more": shift.more,
        "regions": [_region(story.bases[1 if shift.effect != "invalid" else 0], region)
                    for region in shift.regions],
    }  # fmt: skip


def _region(base: "RuleBase", region: "Region") -> dict[str, Any]:
    known = {name: region.case.facts.get(name, ()) for name in base.facts}
    case = type(region.case)(region.case.as_of, known)
    return {
        "conditions": list(region.conditions),
        "case": {"as_of": region.case.as_of.isoformat(), **case_facts_plain(base, case)},
        "before": [_said(said) for said in region.before],
        "after": [_said(said) for said in region.after],
    }


def _said(said: "Said | str") -> dict[str, Any]:
    if isinstance(said, str):
        return {"fault": said}
    return {
        "strength": said.strength, "rule": said.rule, "id": said.id,
        "fields": dict(said.fields), "about": said.about, "text": said.text,
    }  # fmt: skip

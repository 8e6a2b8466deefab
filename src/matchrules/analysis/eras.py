"""Time split by the starts of versions: in each era one version of every ruleset is in force."""

from collections.abc import Sequence
from datetime import date

from attrs import frozen

from matchrules.analysis.report import Report, did_you_mean
from matchrules.diagnostics.model import Label
from matchrules.syntax import ast


@frozen
class Era:
    """The days from `start` to the day before `end` (None: without end), and what is in force."""

    start: date
    end: date | None
    files: tuple[ast.RuleFile, ...]


def start_of(header: ast.RulesetHeader) -> date:
    """The first day of a version; one that names no day is in force from the first of all."""
    return header.start or date.min


def split(files: Sequence[ast.RuleFile], report: Report) -> tuple[Era, ...]:
    """The eras, earliest first. Files without a header take no part (their fault is syntax)."""
    versions: dict[str, dict[date, ast.RuleFile]] = {}
    for file in sorted(files, key=lambda file: file.source):
        if file.header is None:
            continue
        same_name = versions.setdefault(file.header.name.text, {})
        first = same_name.setdefault(start_of(file.header), file)
        if first is not file:
            _same_start(first, file, report)
    _check_uses(versions, report)
    starts = sorted({start for same_name in versions.values() for start in same_name})
    eras = []
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        in_force = {}
        for name, same_name in versions.items():
            begun = [day for day in same_name if day <= start]
            if begun:
                in_force[name] = same_name[max(begun)]
        _check_in_force(start, in_force, versions, report)
        eras.append(Era(start, end, tuple(in_force[name] for name in sorted(in_force))))
    return tuple(eras)


def _same_start(first: ast.RuleFile, second: ast.RuleFile, report: Report) -> None:
    assert first.header is not None and second.header is not None
    day = start_of(second.header)
    report.error(
        "MR107",
        f"two versions of ruleset `{second.header.name.text}` start on {day}"
        if second.header.start
        else f"two rulesets are named `{second.header.name.text}`",
        second.header.name.span,
        "the second one",
        help="give each version an `effective from` of its own, or rename one of the rulesets",
        also=(Label(first.header.name.span, "the first one"),),
    )


def _check_uses(versions: dict[str, dict[date, ast.RuleFile]], report: Report) -> None:
    for same_name in versions.values():
        for file in same_name.values():
            assert file.header is not None
            for used in file.header.uses:
                if used.text not in versions:
                    report.error(
                        "MR105", f"there is no ruleset `{used.text}`", used.span, "not loaded",
                        help=did_you_mean(used.text, sorted(versions))
                        or f"load the file of `{used.text}` too, or take the name out of `uses`",
                    )  # fmt: skip


def _check_in_force(
    start: date,
    in_force: dict[str, ast.RuleFile],
    versions: dict[str, dict[date, ast.RuleFile]],
    report: Report,
) -> None:
    for name, file in in_force.items():
        assert file.header is not None
        for used in file.header.uses:
            if used.text in versions and used.text not in in_force:
                first = min(versions[used.text])
                report.error(
                    "MR106",
                    f"ruleset `{name}` is in force from {start_of(file.header)}, but `{used.text}`,"
                    f" which it uses, only from {first}",
                    used.span,
                    f"no version in force on {start}",
                    help=f"let `{used.text}` start earlier, or `{name}` later",
                )


def incomplete(files: Sequence[ast.RuleFile]) -> frozenset[str]:
    """The sources of rulesets that use one which is not in force, directly or through others."""
    named = {file.header.name.text: file for file in files if file.header is not None}
    found = {
        name
        for name, file in named.items()
        if file.header is not None and any(used.text not in named for used in file.header.uses)
    }
    reach = reachable(files)
    return frozenset(file.source for name, file in named.items() if found & reach[name])


def reachable(files: Sequence[ast.RuleFile]) -> dict[str, frozenset[str]]:
    """For each ruleset, itself and those that it uses, directly or through others."""
    uses = {
        file.header.name.text: [used.text for used in file.header.uses]
        for file in files
        if file.header is not None
    }
    reach = {}
    for name in uses:
        found = {name}
        open_ = [name]
        while open_:
            for used in uses.get(open_.pop(), ()):
                if used not in found and used in uses:
                    found.add(used)
                    open_.append(used)
        reach[name] = frozenset(found)
    return reach

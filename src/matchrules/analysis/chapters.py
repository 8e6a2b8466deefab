"""Chapters: which advice stands where in a letter."""

from attrs import evolve

from matchrules import ir
from matchrules.analysis.lower import Lowering
from matchrules.analysis.written import plain
from matchrules.diagnostics.model import Label
from matchrules.syntax import ast
from matchrules.text import Span

Entry = tuple[str, str | None]


def chapters(lowering: Lowering) -> tuple[ir.Chapter, ...]:
    """The chapters of an era in their order; those of one title are one, where the first stands."""
    found: dict[str, ir.Chapter] = {}
    taken: dict[Entry, Span] = {}
    for ruleset, node in _in_order(lowering):
        entries = tuple(
            entry
            for name in node.entries
            if (entry := _entry(lowering, name, ruleset)) and _is_free(lowering, name, entry, taken)
        )
        title, opening = plain(node.title), plain(node.opening)
        first = found.get(title)
        if first is None:
            found[title] = ir.Chapter(title, entries, opening, ruleset, node.title.span)
        else:
            opening = first.opening or opening
            found[title] = evolve(first, entries=first.entries + entries, opening=opening)
    return tuple(found.values())


def _in_order(lowering: Lowering) -> list[tuple[str, ast.ChapterStatement]]:
    """The chapters of a ruleset after those of the rulesets that it uses, then by their names."""
    scope = lowering.scope
    found = [(name, node) for name, node in scope.owned() if isinstance(node, ast.ChapterStatement)]
    # what a ruleset reaches holds what those that it uses reach, so there is less of that
    return sorted(found, key=lambda pair: (len(scope.reach[pair[0]]), pair[0]))


def _entry(lowering: Lowering, name: ast.Name, ruleset: str) -> Entry | None:
    if len(name.parts) == 1:
        kind = lowering.scope.find("advice", name, ruleset)
        return None if kind is None else (kind.name, None)
    subject = lowering.scope.subject(name, name.parts, ruleset)
    return None if subject is None else (subject.kind, subject.name)


def _is_free(lowering: Lowering, name: ast.Name, entry: Entry, taken: dict[Entry, Span]) -> bool:
    first = taken.setdefault(entry, name.span)
    if first is name.span:
        return True
    lowering.report.error(
        "MR126", f"`{name.text}` stands in a chapter already", name.span, "the second time",
        help="take it out of one of them; a single subject goes elsewhere as `KIND.SUBJECT`",
        also=(Label(first, "the first time"),),
    )  # fmt: skip
    return False

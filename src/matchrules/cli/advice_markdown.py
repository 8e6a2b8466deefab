"""A decision as a letter in Markdown: chapters, what is not known, and the small print."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from matchrules.cli.items import Chapter, Group, Item, chaptered, cited, rulesets, seen
from matchrules.cli.unknowns import Wanted, wanted
from matchrules.decision import Decision
from matchrules.explain import writing
from matchrules.ir import RuleBase

# What stands before a text; a text that speaks against something says so itself.
MARKS: Final = {"must": "**Must.** ", "must_not": "**Must.** "}
REST: Final = "Further"
MOST_INSTANCES: Final = 25  # of one rule
MOST_UNKNOWN: Final = 8
MOST_ABOUT: Final = 4


def markdown(decision: Decision, base: RuleBase, what: str) -> str:
    """The advice in `decision` on the case named `what`, as a letter."""
    return "\n".join(_lines(decision, base, what))


def _lines(decision: Decision, base: RuleBase, what: str) -> Iterator[str]:
    chapters = chaptered(decision, base, REST)
    yield f"# Advice for {escaped(Path(what).stem.replace('_', ' '))}"
    yield ""
    yield f"As of {decision.as_of}. {_legend(decision)}".rstrip()
    if not decision.advice:
        yield ""
        yield "No advice: no rule applies to what is known of this case."
    own = any(chapter.title == REST for chapter in base.chapters)
    alone = len(chapters) == 1 and chapters[0].title == REST and not own
    for chapter in chapters:
        yield from _groups(chapter.groups, "##") if alone else _chapter(chapter)
    yield from _unknown(wanted(decision, base))
    if decision.warnings:
        warnings = (_warning(base, warning) for warning in decision.warnings)
        yield from _section("Figures to look at again", warnings)
    yield from _small_print(decision, base, what, chapters)


def _legend(decision: Decision) -> str:
    """What the marks mean that this letter has."""
    marks = {advice.strength for advice in decision}
    said = []
    if "must" in marks or "must_not" in marks:
        said.append("What is marked **must** comes before everything else in its part.")
    if any(advice.provisional for advice in decision):
        said.append(
            "What is *provisional* rests on an estimate, or on a result that is still to come, and"
            " may change."
        )
    return " ".join(said)


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield ""
    yield f"## {escaped(chapter.title)}"
    if chapter.opening:
        yield ""
        yield escaped(chapter.opening)
    if len(chapter.groups) > 1:
        yield from _groups(chapter.groups, "###")
        return
    yield ""
    for item in chapter.groups[0].items:
        yield from _item(item)


def _groups(groups: Sequence[Group], level: str) -> Iterator[str]:
    for group in groups:
        if group.title:
            yield ""
            yield f"{level} {escaped(group.title)}"
        yield ""
        for item in group.items:
            yield from _item(item)


def _item(item: Item) -> Iterator[str]:
    mark = MARKS.get(item.strength, "")
    provisional = " *(provisional)*" if item.provisional else ""
    if len(item.texts) == 1:
        yield f"- {mark}{escaped(item.texts[0])}{provisional}"
        return
    shared = f" {escaped(item.shared)}" if item.shared else ""
    yield f"- {mark}*{escaped(item.title)}.*{shared}{provisional}"
    for one in item.texts[:MOST_INSTANCES]:
        yield f"  - {escaped(one)}"
    if len(item.texts) > MOST_INSTANCES:
        yield f"  - and {len(item.texts) - MOST_INSTANCES} more: `--format json` lists them all"


def _unknown(found: Sequence[Wanted]) -> Iterator[str]:
    """What decides on advice, what decides on the same in one line; of the rest, how many."""
    together: dict[tuple[str, ...], list[Wanted]] = {}
    for one in found:
        if one.decides or one.words:
            together.setdefault(one.about, []).append(one)
    lines = list(together.items())
    told = sum(len(ones) for _, ones in lines[:MOST_UNKNOWN])
    deciding = sum(len(ones) for _, ones in lines)
    silent = len(found) - deciding

    def bullets() -> Iterator[str]:
        for about, ones in lines[:MOST_UNKNOWN]:
            titles = [escaped(title) for title in about]
            if len(titles) > MOST_ABOUT + 1:
                titles[MOST_ABOUT:] = [f"and {len(titles) - MOST_ABOUT} more"]
            yield f"{_named(ones)}: {'; '.join(titles)}"
        if deciding > told:
            yield f"And {deciding - told} more: `--format json` lists all that is not known."

    if lines:
        opening = "What hangs on each of these is named after it; the first decide on most."
        yield from _section("What is not known yet, and why it matters", bullets(), opening)
    if lines and silent:
        yield ""
        yield (
            f"{silent} more {'thing is' if silent == 1 else 'things are'} not known; as far as we"
            " can see, none of that would by itself change what is said here."
        )


def _named(ones: Sequence[Wanted]) -> str:
    """Their titles and notes, a note that they share said once."""
    notes = [f" ({escaped(one.note)})" if one.note else "" for one in ones]
    shared = notes[0] if len(set(notes)) == 1 else ""
    titles = (
        f"**{escaped(one.title)}**{'' if shared else note}"
        for one, note in zip(ones, notes, strict=True)
    )
    return "; ".join(titles) + shared


def _small_print(
    decision: Decision, base: RuleBase, what: str, chapters: Sequence[Chapter]
) -> Iterator[str]:
    yield ""
    yield "---"
    yield from _section("Small print", _origins(decision, base, what, chapters))


def _origins(
    decision: Decision, base: RuleBase, what: str, chapters: Sequence[Chapter]
) -> Iterator[str]:
    yield f"Case: {escaped(Path(what).name)}, on {decision.as_of}."
    yield f"Rules: {escaped(rulesets(decision))}."
    for chapter in chapters:
        rules = dict.fromkeys(
            item.id or item.rule for group in chapter.groups for item in group.items
        )
        yield f"{escaped(chapter.title)}, in its order: {escaped(', '.join(rules))}."
    for name, title in cited(decision, base):
        yield f"Source {escaped(name)}: {escaped(title)}."


def _section(title: str, bullets: Iterator[str], opening: str = "") -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    if opening:
        yield opening
        yield ""
    for one in bullets:
        yield f"- {one}"


def _warning(base: RuleBase, words: str) -> str:
    """A warning with parameters in the words of their descriptions."""
    named = [
        (parameter.description or name) + (f" ({key})" if key else "")
        for name, key in re.findall(r"`(\w+)(?: for )?([^`]*)`", words)
        if (parameter := base.parameters.get(name))
    ]
    begun = words.partition("`")[0] + "; ".join(named)
    return escaped(begun[:1].upper() + begun[1:]) + "."


def escaped(words: str) -> str:
    """The text on one line, with nothing in it that Markdown would take for markup."""
    return writing.escaped(seen(" ".join(words.split())))

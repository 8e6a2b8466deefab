"""Advice put in order for reading: by chapter and kind, instances of one rule together."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from attrs import evolve, frozen

from matchrules import ir
from matchrules.decision import Advice, Decision
from matchrules.ir import STRENGTHS as IN_ORDER
from matchrules.ir import RuleBase

STRENGTHS: Final = {
    "must": "Must",
    "must_not": "Must not",
    "should": "Should",
    "should_not": "Should not",
    "may": "May",
    "need_not": "Need not",
}
# what a terminal obeys, or what turns the order of all that follows; rule files have none of these
_UNSEEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@frozen
class Item:
    """Advice of one rule on one subject: one text, or one for each instance that it speaks of.

    Sentences that all these texts end with are in `shared` instead. `title` is that of the subject.
    """

    title: str
    strength: str
    texts: tuple[str, ...]
    shared: str
    cites: tuple[str, ...]
    id: str | None
    rule: str
    provisional: bool

    @property
    def origin(self) -> str:
        """`article D1, F4, usmle (LR-01)`, the rule's name where it has no id."""
        places: dict[str, list[str]] = {}
        for cite in self.cites:
            source, _, place = cite.partition(" ")
            places.setdefault(source, []).append(place)
        cited = ", ".join(f"{s} {', '.join(filter(None, p))}".rstrip() for s, p in places.items())
        name = self.id or self.rule
        return f"{cited} ({name})" if cited else name


@frozen
class Group:
    """The items of one kind under a heading."""

    title: str
    items: tuple[Item, ...]


@frozen
class Chapter:
    """A part of a letter: the groups of its advice, under a title and perhaps a first sentence."""

    title: str
    opening: str
    groups: tuple[Group, ...]


def grouped(decision: Decision, base: RuleBase) -> tuple[Group, ...]:
    """The advice by kind; kinds and what is in them stay in the order of the decision."""
    kinds: dict[str, list[Advice]] = {}
    for advice in decision:
        kinds.setdefault(advice.kind, []).append(advice)
    return tuple(
        Group(title_of(base, kind), tuple(_items(found, base))) for kind, found in kinds.items()
    )


def chaptered(decision: Decision, base: RuleBase, rest: str) -> tuple[Chapter, ...]:
    """The advice by chapter, kind and strength, subjects as they are declared; what no chapter
    names is in the one with the title `rest`, a last one if there is none. Chapters without advice
    are left out.

    A subject that a chapter names stands in the group of the kind that is named before it, before
    the first kind in one without a title.
    """
    named = {entry for chapter in base.chapters for entry in chapter.entries}
    kinds = dict.fromkeys((advice.kind, None) for advice in decision)
    further = tuple(entry for entry in kinds if entry not in named)
    chapters = [
        evolve(one, entries=one.entries + further) if one.title == rest else one
        for one in base.chapters
    ]
    if all(one.title != rest for one in chapters):
        chapters.append(ir.Chapter(rest, further))
    places = {
        entry: (at, position)
        for at, chapter in enumerate(chapters)
        for position, entry in enumerate(chapter.entries)
    }
    found: dict[int, list[tuple[int, Advice]]] = {}
    for advice in decision:
        place = places.get((advice.kind, advice.subject)) or places[advice.kind, None]
        found.setdefault(place[0], []).append((place[1], advice))
    return tuple(
        Chapter(
            _title(chapters[at], base), chapters[at].opening, _groups(chapters[at], inside, base)
        )
        for at, inside in sorted(found.items())
    )


def _title(chapter: ir.Chapter, base: RuleBase) -> str:
    """What a chapter is called: by its first kind where its title has nothing to read."""
    return chapter.title if chapter.title.strip() else title_of(base, chapter.entries[0][0])


def _groups(
    chapter: ir.Chapter, found: list[tuple[int, Advice]], base: RuleBase
) -> tuple[Group, ...]:
    titles: dict[int, str] = {}
    title = ""
    for position, (kind, subject) in enumerate(chapter.entries):
        title = title_of(base, kind) if subject is None else title
        titles[position] = title

    def rank(place: tuple[int, Advice]) -> tuple[int, int, int]:
        position, advice = place
        declared = list(base.advice[advice.kind].subjects)
        return IN_ORDER.index(advice.strength), position, declared.index(advice.subject)

    groups: dict[str, list[tuple[int, Advice]]] = {}
    for place in sorted(found, key=lambda place: place[0]):
        groups.setdefault(titles[place[0]], []).append(place)
    return tuple(
        Group(title, tuple(_items([advice for _, advice in sorted(group, key=rank)], base)))
        for title, group in groups.items()
    )


def title_of(base: RuleBase, kind: str) -> str:
    """What a kind of advice is called."""
    return base.advice[kind].description or in_words(kind)


def rulesets(decision: Decision) -> str:
    """The rulesets that were in force, those of one version together."""
    versions: dict[str, list[str]] = {}
    for ruleset in decision.rulesets:
        versions.setdefault(ruleset.version, []).append(ruleset.name)
    return "; ".join(
        f"{', '.join(names)} (version {version})" for version, names in versions.items()
    )


def cited(decision: Decision, base: RuleBase) -> tuple[tuple[str, str], ...]:
    """The sources that the advice cites, with their titles, in order of name."""
    names = {cite.partition(" ")[0] for advice in decision for cite in advice.cites}
    return tuple((name, base.sources[name]) for name in sorted(names) if name in base.sources)


def seen(words: str) -> str:
    """The words with a mark in place of each character that nobody can see but that acts: a text
    from a stranger's case must not write over what stands around it."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", words)


def _items(advice: Sequence[Advice], base: RuleBase) -> Iterable[Item]:
    def alike(one: Advice) -> tuple[object, ...]:
        own = None if one.about is not None else one.text
        return (one.rule, one.subject, one.strength, one.provisional, one.cites, own)

    for _, run in groupby(advice, key=alike):
        found = tuple(run)
        first = found[0]
        subject = base.advice[first.kind].subjects[first.subject]
        title = subject.description or in_words(subject.name)
        # a text may be left out as a whole, segment by segment; its subject still says something
        told = [one if one.text.strip() else evolve(one, text=title) for one in found]
        texts, shared = _parted(_texts(told))
        yield Item(
            title, first.strength, texts, shared,
            first.cites, first.id, first.rule, first.provisional,
        )  # fmt: skip


def _texts(found: Sequence[Advice]) -> tuple[str, ...]:
    """One text for each instance; one for all where it is the same; told apart by the key where
    only some are."""
    if found[0].about is None:
        return (found[0].text,)
    keys = [_key(advice.about) for advice in found]
    distinct = {advice.text for advice in found}
    if len(distinct) == len(found) > 1:
        return tuple(advice.text for advice in found)
    if len(distinct) == 1:
        text = found[0].text
        return (text if len(found) == 1 and keys[0] in text else f"{text} ({', '.join(keys)})",)
    return tuple(f"{key}: {advice.text}" for key, advice in zip(keys, found, strict=True))


def _parted(texts: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The texts without the sentences that all of them end with, and those."""
    if len(texts) < 2:
        return texts, ""
    sentences = [re.split(r"(?<=[.!?])\s+", text) for text in texts]
    same = 0
    # the first sentence stays, that each text says something
    while all(
        same + 1 < len(one) and one[-1 - same] == sentences[0][-1 - same] for one in sentences
    ):
        same += 1
    if not same:
        return texts, ""
    return tuple(" ".join(one[:-same]) for one in sentences), " ".join(sentences[0][-same:])


def _key(about: object) -> str:
    return ", ".join(map(str, about)) if isinstance(about, tuple) else str(about)


def in_words(name: str) -> str:
    """An identifier as a title."""
    return name.replace("_", " ").capitalize()

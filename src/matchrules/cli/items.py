"""Advice put in order for reading: by kind, instances of one rule together, and what would help."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from attrs import frozen

from matchrules.decision import Advice, Decision
from matchrules.dependencies import dependencies, names_in, reachable
from matchrules.ir import RuleBase

STRENGTHS: Final = {
    "must": "Must",
    "must_not": "Must not",
    "should": "Should",
    "should_not": "Should not",
    "may": "May",
    "need_not": "Need not",
}
MOST_WANTED: Final = 10


@frozen
class Item:
    """Advice of one rule on one subject: one text, or one for each instance that it speaks of.

    Sentences that all these texts end with are in `shared` instead.
    """

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
class Wanted:
    """An unknown attribute, what it means, and how many rules read it."""

    name: str
    description: str
    readers: int


def grouped(decision: Decision, base: RuleBase) -> tuple[Group, ...]:
    """The advice by kind; kinds and what is in them stay in the order of the decision."""
    kinds: dict[str, list[Advice]] = {}
    for advice in decision:
        kinds.setdefault(advice.kind, []).append(advice)
    return tuple(
        Group(base.advice[kind].description or _words(kind), tuple(_items(found)))
        for kind, found in kinds.items()
    )


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


def wanted(decision: Decision, base: RuleBase) -> tuple[Wanted, ...]:
    """What is unknown, first what most rules read, directly or through what is derived."""
    readers = _readers(base)
    found = [
        Wanted(name, _description(base, name), readers.get(name, 0)) for name in decision.unknown
    ]
    return tuple(sorted(found, key=lambda item: (-item.readers, item.name)))


def _items(advice: Sequence[Advice]) -> Iterable[Item]:
    def alike(one: Advice) -> tuple[object, ...]:
        own = None if one.about is not None else one.text
        return (one.rule, one.subject, one.strength, one.provisional, one.cites, own)

    for _, run in groupby(advice, key=alike):
        found = tuple(run)
        first = found[0]
        texts, shared = _parted(_texts(found))
        yield Item(
            first.strength, texts, shared, first.cites, first.id, first.rule, first.provisional
        )


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


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _description(base: RuleBase, name: str) -> str:
    fact, _, attribute = name.partition(".")
    return base.facts[fact].attributes[attribute].description


def _readers(base: RuleBase) -> dict[str, int]:
    """How many rules read each attribute, through defines and defaults too."""
    graph = dependencies(base)
    count: dict[str, int] = {}
    for rule in base.rules.values():
        for name in reachable(graph, names_in(base, rule.expressions())):
            count[name] = count.get(name, 0) + 1
    return count

"""What is not known of a case, and which advice hangs on it."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from matchrules.cli.items import in_words, title_of
from matchrules.cli.stakes import Stake, stakes
from matchrules.decision import Decision
from matchrules.ir import Rule, RuleBase

MOST_WANTED: Final = 10
FEW: Final = 3  # so many rules are told by their own titles, more by their kinds of advice


@frozen
class Wanted:
    """An unknown attribute: what it means, how many rules read it, directly or through what is
    derived, on how many of them its value decides or how many it gives other words, and what
    these are about.

    `title` is what the vocabulary calls it, up to a `;`, and `note` what that says further, or of
    which of many facts it is. `about` are the titles of the rules, or of their kinds of advice if
    they are more than a few, first those with most rules.
    """

    name: str
    title: str
    note: str
    description: str
    readers: int
    decides: int
    words: int
    about: tuple[str, ...]


def wanted(decision: Decision, base: RuleBase) -> tuple[Wanted, ...]:
    """What is unknown and read by a rule that may speak of this case, first what decides on most
    rules, then what changes their words, then what most rules read."""
    found = [_wanted(base, name, stake) for name, stake in stakes(decision, base).items()]
    return tuple(
        sorted(found, key=lambda item: (-item.decides, -item.words, -item.readers, item.name))
    )


def _about(base: RuleBase, rules: Sequence[Rule]) -> tuple[str, ...]:
    if len(rules) <= FEW:
        return tuple(dict.fromkeys(rule.title or in_words(rule.name) for rule in rules))
    count: dict[str, int] = {}
    for rule in rules:
        for kind in {then.kind for then in rule.thens}:
            count[kind] = count.get(kind, 0) + 1
    kinds = sorted(count, key=lambda kind: (-count[kind], kind))
    return tuple(dict.fromkeys(title_of(base, kind) for kind in kinds))


def _wanted(base: RuleBase, name: str, stake: Stake) -> Wanted:
    of, _, attribute = name.partition(".")
    fact = base.facts[of]
    description = fact.attributes[attribute].description
    title, _, note = (part.strip() for part in description.partition(";"))
    note = "" if "`" in note else note  # that is for the author of a case
    if fact.many or not title:
        called = fact.description or in_words(of)
        note = f"{called[:1].lower()}{called[1:]}; {note}".removesuffix("; ")
    title = title[:1].upper() + title[1:] or in_words(attribute)
    return Wanted(
        name, title, note, description, len(stake.readers), len(stake.decided),
        len(stake.worded), _about(base, stake.decided or stake.worded),
    )  # fmt: skip

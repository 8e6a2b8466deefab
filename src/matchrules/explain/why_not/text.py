"""An answer to "why not?" as sentences: for a terminal, and as Markdown."""

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from matchrules.explain.names import joined
from matchrules.explain.why_not.model import Lack, WhyNot, Withheld
from matchrules.explain.writing import NARROWEST, escaped, filled
from matchrules.ir import AGAINST

_LEADS: Final = {
    "all": "for that, all of these",
    "any": "for that, one of these would do",
    "nearest": "nearest to that",
}
_TAKES: Final = {
    "all": "For it to be otherwise",
    "any": "For it to be otherwise, one of these would do",
    "nearest": "What is nearest to its being otherwise",
}


@frozen
class Line:
    """A line of the answer: a paragraph where `depth` is 0, else a point that deep in a list, or
    where it is `small` a line below that. A `head` is set off from the others."""

    words: str
    depth: int = 0
    head: bool = False
    small: bool = False


def text(answer: WhyNot, width: int) -> str:
    """The answer in lines of at most `width` columns where words allow it."""
    written: list[str] = []
    for line in lines(answer):
        margin = "  " * line.depth
        if line.depth == 0 and written:
            written.append("")
        bullet = "- " if line.depth and not line.small else "  " if line.depth else ""
        rest = margin + " " * len(bullet)
        written += filled(line.words, max(width, NARROWEST), margin + bullet, rest)
    return "\n".join(written)


def markdown(answer: WhyNot) -> str:
    """The answer as Markdown."""
    written: list[str] = []
    listed = False
    for line in lines(answer):
        words = escaped(line.words)
        point = line.depth > 0 and not line.small
        if written and not (point and listed):
            written.append("")
        listed = point
        if point:
            written.append(f"{'  ' * (line.depth - 1)}- {words}")
        else:
            written.append(f"**{words}**" if line.head else words)
    return "\n".join(written)


def lines(answer: WhyNot) -> Iterator[Line]:
    """The answer, line by line."""
    if answer.value:
        yield from _value(answer)
        return
    about = f" of {answer.rules[0].of}" if answer.about not in (None, ()) else ""
    if answer.what == "rule":
        says = joined(list(answer.rules[0].says), "and")
        yield Line(f"{_begun(answer.title)} does not speak{about}, as of {answer.as_of}. It would "
                   f"advise on {says}.", head=True)  # fmt: skip
    else:
        yield Line(f"Not advised{about}: {answer.title}, as of {answer.as_of}.", head=True)
        if answer.instead:
            against = [words.replace("_", " ", 1) for words in answer.instead]
            yield Line(f"There is advice against it: {joined(against, 'and')}.")
        yield Line(_how_many(answer))
    for guard in answer.guards:
        yield Line(f"No rule of {guard.scope} speaks in this case:", head=True)
        yield from _lacks((guard.lack,), 1)
    for rule in answer.rules:
        yield from _rule(rule, answer)


def _how_many(answer: WhyNot) -> str:
    rules = {rule.rule for rule in answer.rules}
    if not rules:
        return "No other rule speaks of it." if answer.instead else "No rule speaks of it."
    count = f"{len(rules)} rules" if len(rules) > 1 else "One rule"
    order = ", the nearest first" if len(rules) > 1 else ""
    return f"{count} could have advised on it{order}."


def _value(answer: WhyNot) -> Iterator[Line]:
    name = f"{_begun(answer.title)} ({answer.subject})"
    if len(answer.value) == 1 and answer.about is None and not answer.left_out:
        only = answer.value[0]
        found = "no" if only.known else "not known"
        yield Line(f"{name}: {found}, as of {answer.as_of}.", head=True)
        if not only.parts:
            yield Line("The case does not say it." if not only.known else f"{only.text}.")
            return
        yield Line(f"{_TAKES[only.needs]}:")
        yield from _lacks(only.parts, 1)
        return
    yield Line(f"{name}, as of {answer.as_of}:", head=True)
    yield from _lacks(answer.value, 1)
    left = sum(answer.left_out.values())
    if left:
        yield Line(f"And {left} more.", 1)


def _rule(rule: Withheld, answer: WhyNot) -> Iterator[Line]:
    of = f", of {rule.of}" if rule.of and rule.about != () else ""
    if answer.what == "advice":
        yield Line(f"{rule.name} would speak {_sides(rule)}{of}.", head=True)
    elif of and answer.about is None:
        yield Line(f"{_begun(rule.of)}:", head=True)
    else:
        yield Line("What keeps it from that:")
    scopes = list(dict.fromkeys(answer.guards[n].name for n in rule.guards))
    if scopes:
        yield Line(f"Held back with all rules of {joined(scopes, 'and of')}, as said above.", 1)
    yield from _lacks(rule.lacks, 1)
    for exception in rule.exceptions:
        yield Line("Blocked by an exception, because:", 1)
        yield from _lacks((exception,), 2)
    for one in rule.withdrawn:
        yield Line(f"Withdrawn by {one.name}, whose conditions hold.", 1)
    left = answer.left_out.get(rule.rule, 0)
    if left and rule is [r for r in answer.rules if r.rule == rule.rule][-1]:
        yield Line(f"It does not speak of {left} more either.", 1)
    place = rule.place.rpartition("/")[2]
    origin = filter(None, (", ".join(rule.cites), place, rule.version))
    yield Line(f"({'; '.join(origin)})", 1, small=True)


def _sides(rule: Withheld) -> str:
    """`for it (should)`"""
    sides = dict.fromkeys("against" if s in AGAINST else "for" for s in rule.strengths)
    return f"{' and '.join(sides)} it ({_strengths(rule)})"


def _strengths(rule: Withheld) -> str:
    return ", ".join(dict.fromkeys(s.replace("_", " ") for s in rule.strengths))


def _lacks(lacks: tuple[Lack, ...], depth: int) -> Iterator[Line]:
    for lack in lacks:
        yield Line(lack.text + _lead(lack), depth)
        yield from _lacks(lack.parts, depth + 1)
        if lack.more:
            yield Line(f"And {lack.more} more.", depth + 1)


def _lead(lack: Lack) -> str:
    if not lack.parts:
        return "."
    if len(lack.parts) == 1 and lack.needs != "nearest":
        return ":"
    if "these would have to" in lack.text:  # it has said what is needed
        return ":"
    return f"; {_LEADS[lack.needs]}:"


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]

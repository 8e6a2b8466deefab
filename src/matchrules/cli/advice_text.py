"""A decision as text for a person."""

from collections.abc import Callable, Iterator
from typing import Final

import click

from matchrules.cli.items import (
    STRENGTHS,
    Group,
    Item,
    cited,
    grouped,
    rulesets,
    seen,
)
from matchrules.cli.unknowns import MOST_WANTED, wanted
from matchrules.decision import Decision
from matchrules.explain.writing import filled
from matchrules.ir import RuleBase

_INDENT: Final = "  "
_MARGIN: Final = len("Should not") + 2
_COLOURS: Final = {"must": "red", "must_not": "red", "should": "yellow", "should_not": "yellow"}


def text(decision: Decision, base: RuleBase, what: str, *, width: int, colour: bool) -> str:
    """The advice in `decision` on the case named `what`, `width` columns wide."""

    def style(words: str, fg: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
        return click.style(words, fg=fg, bold=bold or None, dim=dim or None) if colour else words

    return "\n".join(_lines(decision, base, what, max(width, 40), style))


def _lines(
    decision: Decision, base: RuleBase, what: str, width: int, style: Callable[..., str]
) -> Iterator[str]:
    yield style(f"Advice for {seen(what)}, as of {decision.as_of}", bold=True)
    for line in _wrapped(f"by the rules {rulesets(decision)}", width, ""):
        yield style(line, dim=True)
    if not decision.advice:
        yield ""
        yield "No advice: no rule applies to what is known of this case."
    for group in grouped(decision, base):
        yield ""
        yield from _group(group, width, style)
    if any(advice.provisional for advice in decision):
        yield ""
        yield from _wrapped(
            "provisional: rests on a value or a decision that is still to be confirmed", width, ""
        )
    yield from _ending(decision, base, width, style)


def _group(group: Group, width: int, style: Callable[..., str]) -> Iterator[str]:
    for line in _wrapped(group.title, width, ""):
        yield style(line, bold=True)
    for item in group.items:
        yield from _item(item, width, style)


def _item(item: Item, width: int, style: Callable[..., str]) -> Iterator[str]:
    word = STRENGTHS[item.strength]
    lead = _INDENT + style(word, _COLOURS.get(item.strength)) + " " * (_MARGIN - len(word))
    margin = " " * (len(_INDENT) + _MARGIN)
    for one in item.texts:
        bullet = "• " if len(item.texts) > 1 else ""
        for line in _wrapped(one, width, margin + " " * len(bullet), bullet):
            yield lead + line[len(margin) :]
            lead = margin
    if item.shared:
        yield from _wrapped(f"For all: {item.shared}", width, margin)
    origin = item.origin + (", provisional" if item.provisional else "")
    for line in _wrapped(origin, width, margin):
        yield style(line, dim=True)


def _ending(
    decision: Decision, base: RuleBase, width: int, style: Callable[..., str]
) -> Iterator[str]:
    unknown = wanted(decision, base)
    if unknown:
        yield ""
        yield style("Not known, and would help", bold=True)
        first = unknown[:MOST_WANTED]
        column = min(max(len(item.name) for item in first), width // 2)
        for item in first:
            margin = " " * (len(_INDENT) + column + 2)
            lead = f"{_INDENT}{item.name:<{column}}  "
            yield from _wrapped(item.description, width, margin, lead=lead)
        if len(unknown) > MOST_WANTED:
            yield f"{_INDENT}and {len(unknown) - MOST_WANTED} more (--format json lists them all)"
    sources = cited(decision, base)
    if sources:
        yield ""
        yield style("Sources", bold=True)
        column = max(len(name) for name, _ in sources)
        for name, title in sources:
            margin = " " * (len(_INDENT) + column + 2)
            yield from _wrapped(title, width, margin, lead=f"{_INDENT}{name:<{column}}  ")
    if decision.warnings:
        yield ""
        yield style("Warnings", "yellow", bold=True)
        for warning in decision.warnings:
            yield from _wrapped(warning, width, _INDENT)


def _wrapped(
    words: str, width: int, margin: str, bullet: str = "", lead: str | None = None
) -> Iterator[str]:
    """The text in lines of `width`, each behind `margin`, the first behind `lead` where given;
    line breaks of the text are kept."""
    first = margin[: len(margin) - len(bullet)] + bullet if lead is None else lead
    for paragraph in seen(words).split("\n"):
        yield from filled(paragraph, width, first, margin) or [first.rstrip()]
        first = margin

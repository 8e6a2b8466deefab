"""A decision as Markdown."""

import re
from collections.abc import Iterator

from matchrules.cli.items import MOST_WANTED, STRENGTHS, Item, cited, grouped, rulesets, wanted
from matchrules.decision import Decision
from matchrules.ir import RuleBase


def markdown(decision: Decision, base: RuleBase, what: str) -> str:
    """The advice in `decision` on the case named `what`."""
    return "\n".join(_lines(decision, base, what))


def _lines(decision: Decision, base: RuleBase, what: str) -> Iterator[str]:
    yield f"# Advice for {_escaped(what)}, as of {decision.as_of}"
    yield ""
    yield f"By the rules {rulesets(decision)}."
    if not decision.advice:
        yield ""
        yield "No advice: no rule applies to what is known of this case."
    for group in grouped(decision, base):
        yield ""
        yield f"## {_escaped(group.title)}"
        yield ""
        for item in group.items:
            yield from _item(item)
    if any(advice.provisional for advice in decision):
        yield ""
        yield "Provisional: rests on a value or a decision that is still to be confirmed."
    unknown = wanted(decision, base)
    if unknown:
        yield ""
        yield "## Not known, and would help"
        yield ""
        for one in unknown[:MOST_WANTED]:
            description = f": {_escaped(one.description)}" if one.description else ""
            yield f"- `{one.name}`{description}"
        if len(unknown) > MOST_WANTED:
            yield f"- and {len(unknown) - MOST_WANTED} more"
    sources = cited(decision, base)
    if sources:
        yield ""
        yield "## Sources"
        yield ""
        for name, title in sources:
            yield f"- {_escaped(name)}: {_escaped(title)}"
    if decision.warnings:
        yield ""
        yield "## Warnings"
        yield ""
        for warning in decision.warnings:
            yield f"- {warning}"


def _item(item: Item) -> Iterator[str]:
    word = STRENGTHS[item.strength]
    origin = _escaped(item.origin + (", provisional" if item.provisional else ""))
    if len(item.texts) == 1:
        yield f"- **{word}** {_escaped(item.texts[0])} *{origin}*"
        return
    shared = f" For all: {_escaped(item.shared)}" if item.shared else ""
    yield f"- **{word}**{shared} *{origin}*"
    for one in item.texts:
        yield f"  - {_escaped(one)}"


def _escaped(words: str) -> str:
    """The text with nothing in it that Markdown would take for markup."""
    joined = " ".join(words.split())
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", joined)

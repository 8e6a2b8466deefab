"""How facts, defines, rules and advice hang together: one neighbourhood, or all rulesets."""

from collections.abc import Iterator
from typing import Final

from matchrules.diagnostics.model import UsageError
from matchrules.diagnostics.suggest import did_you_mean
from matchrules.explain import overview
from matchrules.explain.neighbourhood import neighbourhood
from matchrules.explain.web import Thing, Web, What
from matchrules.ir import RuleBase
from matchrules.pictures import Diagram

DEPTH: Final = 2

# Words by which a subject can say what it is, where one name is that of several things.
WORDS: Final[dict[str, What]] = {
    "advice": "advice", "rule": "rule", "define": "value", "table": "value", "attribute": "value",
    "fact": "fact", "parameter": "parameter", "ruleset": "ruleset", "kind": "kind",
}  # fmt: skip


def graph(base: RuleBase, subject: str | None = None, depth: int = DEPTH) -> Diagram:
    """The picture of what is around one thing, `depth` steps back and on; without a `subject`, of
    how the rulesets use one another.

    `subject` is advice (`kind.subject`), a rule (its id or name), an attribute or derived fact
    (`fact.name`), a fact, a parameter, a ruleset or a kind of advice; a word in front
    (`ruleset step1`) tells which, where several have the name. Raises `UsageError` where nothing
    has it.
    """
    if depth < 0:
        raise UsageError(f"there is no depth of {depth}: give 0 or more")
    web = Web(base)
    if subject is None:
        return overview.overview(web)
    thing = named(base, subject)[0]
    if thing.what == "ruleset":
        return overview.ruleset(web, thing.name)
    if thing.what == "kind":
        return overview.kind(web, thing.name)
    return neighbourhood(web, thing, depth)


def named(base: RuleBase, subject: str) -> tuple[Thing, ...]:
    """What has that name, what is meant first. Raises `UsageError` where nothing has it."""
    words = subject.split()
    wanted = WORDS.get(words[0]) if len(words) == 2 else None
    name = words[1] if wanted else " ".join(words)
    found = tuple(
        thing for thing in _called(base, name)
        if wanted in (None, thing.what) and _declared(base, words[0], thing, wanted)
    )  # fmt: skip
    if found:
        return found
    what = words[0] if wanted else "advice, rule, fact, parameter or ruleset"
    other = next(_called(base, name), None)
    hint = did_you_mean(name, _names(base)) if other is None else f"ask for `{other.said}`"
    raise UsageError(
        f"there is no {what} `{name}`: "
        + (hint or "name one as `kind.subject`, by its id, or as `fact.name`")
    )


def _declared(base: RuleBase, word: str, thing: Thing, wanted: What | None) -> bool:
    """Whether a value is of the sort that the word in front of it says."""
    if wanted != "value":
        return True
    return (word == "attribute") is (thing.name not in base.defines)


def _called(base: RuleBase, name: str) -> Iterator[Thing]:
    first, _, rest = name.partition(".")
    if first in base.advice and rest in base.advice[first].subjects:
        yield Thing("advice", name)
    rule = base.rule_of(name)
    if rule is not None:
        yield Thing("rule", rule.name)
    if name in base.defines or (first in base.facts and rest in base.facts[first].attributes):
        yield Thing("value", name)
    if name in base.facts:
        yield Thing("fact", name)
    if name in base.parameters:
        yield Thing("parameter", name)
    if name in base.rulesets:
        yield Thing("ruleset", name)
    if name in base.advice:
        yield Thing("kind", name)


def _names(base: RuleBase) -> list[str]:
    return [
        *(f"{kind.name}.{subject}" for kind in base.advice.values() for subject in kind.subjects),
        *(rule.id for rule in base.rules.values() if rule.id),
        *base.rules,
        *base.defines,
        *(f"{fact.name}.{name}" for fact in base.facts.values() for name in fact.attributes),
        *base.facts, *base.parameters, *base.rulesets, *base.advice,
    ]  # fmt: skip


__all__ = ["DEPTH", "WORDS", "graph", "named"]

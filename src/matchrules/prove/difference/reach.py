"""Which subjects a change can reach at all: seen from what statements rest on, without a solver."""

from collections.abc import Iterator

from matchrules.ir import Rule, RuleBase
from matchrules.prove.difference.changes import paired
from matchrules.prove.difference.cones import Cones

Subject = tuple[str, str]
VALIDITY: Subject = ("", "")


def reached(bases: tuple[RuleBase, RuleBase], cones: tuple[Cones, Cones]) -> tuple[Subject, ...]:
    """The subjects of rules that are not what they were, in code point order; before them whether
    cases are valid, where something that can find fault is not what it was."""
    found: set[Subject] = set()
    for old, new in paired(*bases):
        if old is None or new is None or not same_rule(cones, old, new):
            found.update(s for rule in (old, new) if rule is not None for s in subjects_of(rule))
    validity = [VALIDITY] if found or any(_values(bases, cones)) else []
    return (*validity, *sorted(found))


def same_rule(cones: tuple[Cones, Cones], old: Rule, new: Rule) -> bool:
    """Whether a rule stands and says what it did, as far as can be seen without a solver."""
    one, two = cones
    return one.stands(old) == two.stands(new) and one.says(old) == two.says(new)


def subjects_of(rule: Rule) -> Iterator[Subject]:
    """What a rule speaks of."""
    for then in rule.thens:
        yield then.kind, then.subject


def spoken_of(base: RuleBase) -> set[Subject]:
    """Every subject that some rule speaks of."""
    return {subject for rule in base.rules.values() for subject in subjects_of(rule)}


def _values(bases: tuple[RuleBase, RuleBase], cones: tuple[Cones, Cones]) -> Iterator[bool]:
    """Whether each define, default and reject is other than it was."""
    for side, base in enumerate(bases):
        mine, others = cones[side], cones[1 - side]
        yield from (mine.name(name) not in others.seen for name in base.defines)
        for fact in base.facts.values():
            for name in fact.attributes:
                yield mine.name(f"{fact.name}.{name}") not in others.seen
    rejects = [{(r.fact, c.expression(r.when)) for r in b.rejects}
               for b, c in zip(bases, cones, strict=True)]  # fmt: skip
    yield rejects[0] != rejects[1]


__all__ = ["VALIDITY", "Subject", "reached", "same_rule", "spoken_of", "subjects_of"]

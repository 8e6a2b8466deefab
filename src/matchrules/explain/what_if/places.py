"""Which attribute of a case is meant: `step2ck.score`, of the second letter `letter[2].state`, of
the program with that key `program[P1].region`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from matchrules.case.values import plain, shown
from matchrules.diagnostics.model import UsageError
from matchrules.diagnostics.suggest import closest, did_you_mean
from matchrules.ir import AttributeDeclaration, FactDeclaration, RuleBase

_PLACE: Final = re.compile(r"(\w+)(?:\[(.*)\])?(?:\.(\w+))?", re.DOTALL)
_MOST_NAMED: Final = 6
MORE: Final = "+"  # stands for one instance more


@frozen
class Place:
    """A fact, which instance of it (as written, None where there is one at most), and an
    attribute, None for the fact as a whole."""

    fact: FactDeclaration
    which: str | None
    attribute: AttributeDeclaration | None

    @property
    def path(self) -> str:
        """The place as it is written."""
        which = "" if self.which is None else f"[{self.which}]"
        name = "" if self.attribute is None else f".{self.attribute.name}"
        return f"{self.fact.name}{which}{name}"

    def index(self, instances: Sequence[Mapping[str, Any]]) -> int:
        """Which of the instances is meant; raises `UsageError` where none is."""
        if self.which is None:
            return 0
        if self.fact.keys:
            return self._by_key(instances)
        count = len(instances)
        number = int(self.which) if re.fullmatch("[0-9]{1,9}", self.which) else 0
        if not 1 <= number <= count:
            name = self.fact.name
            there = (
                f"there is no `{name}` in this case" if not count else f"there is one `{name}`: "
                f"`{name}[1]`" if count == 1
                else f"the {count} of `{name}` are counted from `{name}[1]` to `{name}[{count}]`"
            )  # fmt: skip
            raise UsageError(f"there is no {shown(f'{name}[{self.which}]')}: {there}")
        return number - 1

    def _by_key(self, instances: Sequence[Mapping[str, Any]]) -> int:
        assert self.which is not None
        types = self.fact.attributes
        keys = [
            [str(plain(i[name], types[name].type)) for name in self.fact.keys] for i in instances
        ]
        asked = self.which
        for n, key in enumerate(keys):
            if asked in (", ".join(key), ",".join(key)):
                return n
        known = [", ".join(key) for key in keys]
        hint = did_you_mean(asked, known) or (
            f"there is {', '.join(map(shown, known[:_MOST_NAMED]))}"
            + (" and others" if len(known) > _MOST_NAMED else "") if known
            else f"there is no `{self.fact.name}` at all"
        )  # fmt: skip
        raise UsageError(f"there is no {shown(f'{self.fact.name}[{asked}]')} in this case: {hint}")


def place_of(base: RuleBase, written: str, whole: bool = False) -> Place:
    """The place that is meant; with `whole` a fact without an attribute is one too.

    Raises `UsageError` where the rules know none of that name, or where it does not tell which
    instance.
    """
    match = _PLACE.fullmatch(written)
    if match is None or (match[3] is None and not (whole or match[1] in base.facts)):
        near = did_you_mean(written, _names(base)) if match is not None else None
        raise UsageError(
            f"{shown(written)} is no place in a case: {near or 'name it as `fact.attribute`'}"
        )
    name, which, attribute = match[1], match[2], match[3]
    fact = base.facts.get(name)
    if f"{name}.{attribute}" in base.defines:
        raise UsageError(
            f"`{name}.{attribute}` is worked out by the rules: change the facts that it follows "
            "from"
        )
    if fact is None:
        near = did_you_mean(f"{name}.{attribute}" if attribute else name,
                            _names(base) if attribute else base.facts)  # fmt: skip
        raise UsageError(f"there is no fact {shown(name)}" + (f": {near}" if near else ""))
    if attribute is None and not whole:
        some = next(iter(fact.attributes), "attribute")
        raise UsageError(f"`{written}` is a fact: name an attribute, such as `{written}.{some}`")
    declared = None if attribute is None else fact.attributes.get(attribute)
    if attribute is not None and declared is None:
        close = closest(attribute, fact.attributes)
        has = ", ".join(f"`{known}`" for known in list(fact.attributes)[:12])
        hint = f"did you mean `{name}.{close}`?" if close else f"it has {has}"
        raise UsageError(f"`{name}` has no attribute {shown(attribute)}: {hint}")
    if which is not None and not fact.many:
        raise UsageError(f"`{name}` is there at most once: leave out `[{which}]`")
    if which is None and fact.many and not (whole and attribute is None):
        some = f"{name}[{'KEY' if fact.keys else '1'}].{attribute}"
        raise UsageError(f"`{name}` may be there many times: say which is meant, as in `{some}`")
    return Place(fact, which, declared)


def _names(base: RuleBase) -> list[str]:
    return [f"{f.name}.{name}" for f in base.facts.values() for name in f.attributes]


__all__ = ["MORE", "Place", "place_of"]

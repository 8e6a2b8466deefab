"""How a book is decided on again and again: its index, and one function for a whole decision."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from matchrules.case.model import Case
from matchrules.case.values import Misread
from matchrules.ir import RuleBase
from matchrules.lazy import cached_property
from matchrules.types import Type

from .bits import Index
from .columns import Column
from .found import Found
from .fused import Fused, Opening
from .reading import Many, Masks, Single, Unusual
from .ruling import Ruling

if TYPE_CHECKING:
    from matchrules.engine.compiled.program import Compiled


# A key or a value that cannot be looked up is told of by the general way.
UNUSUAL: Final = (Unusual, Misread, KeyError, TypeError)


class Plan:
    """For a span of days in which no value of a parameter changes."""

    ruling: type[Ruling] = Ruling

    def __init__(self, compiled: "Compiled", day: date) -> None:
        self.compiled = compiled
        self.base: RuleBase = compiled.base
        self.blank = compiled.blank(day)
        self.index = Index(compiled, self.blank, compiled.parameters.on(day))
        self.readers: Mapping[str, Single | Many] = {
            fact.name: Many(fact) if fact.many else Single(fact)
            for fact in self.base.facts.values()
        }
        self.each: tuple[str, ...] = ()  # the rules said for each instance
        self._masks: dict[int, Masks] = {}
        self._said: dict[str, tuple[int, ...]] = {}

    @cached_property
    def function(self) -> Callable[..., Any]:
        """Of a mapping and a day: what was found; None where the general way has to be taken."""
        function = Fused(self)
        ruling = self.ruling(function)
        ruling.write()
        self.each = ruling.each
        rows = "".join([f"r{place}, " for place in range(len(self.readers))])
        each = "".join([f"{places}, " for places in ruling.found])
        plan, found = function.known_as(self), function.known_as(Found)
        function.say(f"return {found}(({plan}, day, left, ({rows}), ({each})))")
        Opening(function).write()
        return function.made()  # type: ignore[no-any-return]  # it is what was compiled

    def decide(self, facts: dict[str, Any], day: date) -> Found | None:
        """The outcome; None where the general way has to be taken."""
        try:
            return self.function(facts, day)  # type: ignore[no-any-return]  # see there
        except UNUSUAL:
            return None

    def case(self, day: date, given: Sequence[Any]) -> Case:
        """The case of facts as they were read."""
        facts: dict[str, tuple[Any, ...]] = {}
        for (name, reader), row in zip(self.readers.items(), given, strict=True):
            facts[name] = (
                reader.instances(row) if isinstance(reader, Many) else reader.instance(row)
            )
        return Case(day, facts)

    def masks(self, cell: int, type_: Type, column: Column) -> Masks:
        """The masks for values of a cell as they are given."""
        return self._masks.setdefault(cell, Masks(type_, column))

    def said_by(self, names: Iterable[str]) -> Iterable[int]:
        """The cells that what those rules say rests on, in order."""
        found: dict[int, None] = {}
        for name in names:
            cells = self._said.get(name)
            if cells is None:
                rule = self.base.rules[name]
                cells = self._said[name] = self.compiled.needs(
                    [*rule.own_expressions(), *rule.reasons.values()]
                )
            found.update(dict.fromkeys(cells))
        return self.compiled.in_turn(found)


__all__ = ["Plan"]

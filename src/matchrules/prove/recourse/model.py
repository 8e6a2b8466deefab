"""The smallest change of facts that gives a piece of advice, or takes it away."""

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

from matchrules.decision import Decision
from matchrules.explain.what_if.model import Difference
from matchrules.ir import RuleBase
from matchrules.types import Type, Value

Answer = Literal["already", "found", "nothing", "no_case", "undecided"]
Stands = Literal[
    "fixed", "past", "up", "down", "ahead", "known", "unknown", "given", "absent", "no_more",
    "new", "no_fewer", "summed_up",
]  # fmt: skip


@frozen
class Instance:
    """Which instance of a many-fact is meant: its key, or where there is none its place in the
    `facts` of the decision, counted from 1; `values` is all that is known of it."""

    fact: str
    key: Mapping[str, Value]
    number: int
    values: Mapping[str, Value]


@frozen
class Changed:
    """An attribute with another value. `instance` is None for a single fact."""

    fact: str
    attribute: str
    instance: Instance | None
    before: Value
    after: Value

    @property
    def name(self) -> str:
        """The dotted name."""
        return f"{self.fact}.{self.attribute}"


@frozen
class Added:
    """An instance that is new, with what is asserted of it: what it takes, and what is required
    of every one."""

    fact: str
    values: Mapping[str, Value]


@frozen
class Obstacle:
    """What stands in the way: a value that may not change or only one way, a day that is past, or
    one to come, which cannot be before that of the case (`ahead`; of what would be added: `new`),
    one that is known or is not (which is no change of facts), a fact that is given or is not, a
    many-fact of which there can be no more or no fewer (`number`), or that is not listed but
    `summed_up`."""

    why: Stands
    fact: str
    attribute: str | None = None
    instance: Instance | None = None
    value: Value | None = None
    number: int = 0

    @property
    def name(self) -> str:
        return self.fact if self.attribute is None else f"{self.fact}.{self.attribute}"


@frozen
class Recourse:
    """What to change, to have a piece of advice or to lose it.

    `answer` is `already` where nothing has to be changed, `found` with what to change, `nothing`
    where nothing that may be changed does it (then `obstacles` says why), `no_case` where there is
    no such case at all on that day, `undecided` where the time was up or the solver gave up
    (`reason` tells). `cost` is the sum over `changed`, `added` and `removed`. `proved`: what was
    found is the smallest, or that there is none holds for every case around this one; `within` is
    up to how many more of each fact was looked, where that matters. `after` is the decision on the
    changed case, and `difference` what else changes with it; None where nothing was found. `str`
    tells all of this as text.
    """

    subject: str
    aim: Literal["have", "lose"]
    answer: Answer
    base: RuleBase = field(repr=False, eq=False)
    before: Decision = field(repr=False)
    after: Decision | None = field(default=None, repr=False)
    difference: Difference | None = field(default=None, repr=False)
    changed: tuple[Changed, ...] = ()
    added: tuple[Added, ...] = ()
    removed: tuple[Instance, ...] = ()
    cost: int | None = None
    proved: bool = False
    within: int | None = None
    obstacles: tuple[Obstacle, ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int = 80) -> str:
        """The answer in sentences, for a terminal of so many columns."""
        from matchrules.prove.recourse.telling import text

        return text(self, width)

    def to_markdown(self) -> str:
        """The answer as Markdown."""
        from matchrules.prove.recourse.telling import markdown

        return markdown(self)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        from matchrules.prove.recourse.plain import plain

        return plain(self)

    def type_of(self, fact: str, attribute: str) -> Type:
        return self.base.facts[fact].attributes[attribute].type


__all__ = ["Added", "Answer", "Changed", "Instance", "Obstacle", "Recourse", "Stands"]

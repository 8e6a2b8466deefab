"""The bit index of a rule base: which rules the values of single cells leave open.

An *item* is a rule that is said of the whole case, or a derived fact that is a conjunction of tests
on asserted values; each has a bit. `columns[cell][value]` is the mask of the items that a value of
that cell leaves open; all masks together, one for each cell that has a column, are and-ed. After
the columns of asserted values `close` takes away the items that a derived fact leaves out, stratum
by stratum. What is left of the rules holds, but for the conditions in `rest`, which read several
cells, or many instances: those are for code.

A session decides by the same masks: see `joins`.
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from matchrules.decision import always, rank
from matchrules.engine.compiled.layout import AS_OF
from matchrules.ir import Derived, Not, Rule, Shown, Table
from matchrules.lazy import cached_property
from matchrules.types import YesNo

from .columns import BYTE, Column, Opened, Part, bits, named_by, parts_of
from .demands import Condition, Demands, demanded

if TYPE_CHECKING:
    from matchrules.engine.compiled.program import Compiled
    from matchrules.ir import Define


class Index:
    """The index for a span of days in which no value of a parameter changes.

    `first_rule` is the bit of the first of `rules`, which are in the order of their advice;
    `derived` holds the bits of derived facts. `coded` are cells with a column whose value code has
    to work out: the others are asserted.
    """

    def __init__(self, compiled: "Compiled", blank: list[Any], now: Mapping[str, Any]) -> None:
        self.compiled = compiled
        base, layout = compiled.base, compiled.layout
        self._demands = Demands(compiled, blank, now)
        # What can be looked up before anything is worked out.
        self._given = {cell for name, cell in layout.attributes.items()
                       if name not in layout.asserted} | {AS_OF}  # fmt: skip
        self._names = {cell: name for name, cell in layout.defines.items()}
        self._conditions = self._of_defines(base.defines)
        levels = self._levels()
        self.strata: list[range] = []
        self.derived: dict[str, int] = {}
        start = 0
        for level in range(max(levels.values(), default=-1) + 1):
            names = [name for name, at in levels.items() if at == level]
            self.derived.update({name: start + place for place, name in enumerate(names)})
            end = start + -(-len(names) // BYTE) * BYTE
            self.strata.append(range(start // BYTE, end // BYTE))
            start = end
        self.first_rule = start
        self.rules: tuple[Rule, ...] = tuple(
            sorted(
                (r for r in base.rules.values() if r.fact is None), key=lambda r: rank(base, r, 0)
            )
        )
        self.bit = {rule.name: start + place for place, rule in enumerate(self.rules)}
        self.width = start + len(self.rules)
        self.columns: dict[int, Column] = {}
        self.rest: dict[str, list[Condition]] = {}
        self._needed: dict[str, list[int]] = {}
        self._barred: dict[str, list[int]] = {}
        never = self._place_all()
        self.full = bits(
            n for n in (*self.derived.values(), *self.bit.values()) if n not in never
        )  # fmt: skip
        for column in self.columns.values():
            column.ready(self.full)
        self.opened = self._opened()

    def close(self, mask: int) -> int:
        """The items left open once the derived facts among them are settled."""
        start = 0
        for stratum, tables in zip(self.strata, self.opened, strict=True):
            settled = (mask >> start & (1 << len(stratum) * BYTE) - 1).to_bytes(
                len(stratum), "little"
            )  # fmt: skip
            start += len(stratum) * BYTE
            for table, byte in zip(tables, settled, strict=True):
                mask &= table[byte]
        return mask

    def standing(self, mask: int) -> list[Rule]:
        """The rules of a mask, in the order of their first advice."""
        return named_by(mask >> self.first_rule, self._standing)

    def sayings(self, mask: int) -> list[dict[str, Any]]:
        """What the advice of those rules is whatever the case: shared, and not to be changed."""
        found = named_by(mask >> self.first_rule, self._sayings)
        return found if self.in_order else list(chain.from_iterable(found))

    @cached_property
    def sayings_of(self) -> Mapping[str, tuple[dict[str, Any], ...]]:
        """What each rule says whatever the case. `_rank` orders it all."""
        base = self.compiled.base
        found = {
            (rule.name, place): rank(base, rule, place)
            for rule in base.rules.values() for place in range(len(rule.thens))
        }  # fmt: skip
        # One rule may say the same of a subject twice: of each instance both, one after the other.
        order = {one: n for n, one in enumerate(sorted(set(found.values())))}
        ranks = {then: order[one] for then, one in found.items()}
        return {
            rule.name: tuple(
                {
                    **always(base, rule, place), "about": None, "_said": (rule.name, place),
                    "_rank": ranks[rule.name, place],
                }
                for place in range(len(rule.thens))
            )
            for rule in base.rules.values()
        }  # fmt: skip

    @cached_property
    def _sayings(self) -> list[Part]:
        sayings = [self.sayings_of[rule.name] for rule in self.rules]
        return parts_of([said for (said,) in sayings] if self.in_order else sayings)

    @cached_property
    def _standing(self) -> list[Part]:
        return parts_of(self.rules)

    @cached_property
    def in_order(self) -> bool:
        """Whether advice in the order of the rules is in order."""
        return all(len(rule.thens) == 1 for rule in self.rules)

    # Derived facts that are conjunctions ----------------------------------------------------------

    def _of_defines(self, defines: "Mapping[str, Define]") -> dict[str, list[Condition]]:
        """The conditions of each derived fact that could have a bit."""
        found = {}
        for define in defines.values():
            if (
                define.fact is not None or not isinstance(define.type, YesNo)
                or isinstance(define.body, Table)
            ):  # fmt: skip
                continue
            conditions = list(demanded([define.body]))
            if all(self._is_simple(condition) for condition in conditions):
                found[define.name] = conditions
        return found

    def _is_simple(self, condition: Condition) -> bool:
        if self._reference(condition) is not None:
            return True
        cells = self._demands.cells(condition.expression)
        return cells is not None and len(cells) <= 1 and cells <= self._given

    def _reference(self, condition: Condition) -> tuple[str, bool] | None:
        """The derived fact that the condition asks for, and whether it has to be true."""
        inside, wanted = condition.expression, not condition.barring
        if wanted and isinstance(inside, Not) and isinstance(inside.operand, Derived):
            inside, wanted = inside.operand, False
            if not self.is_two_valued(inside.name):
                return None
        if not isinstance(inside, Derived) or not isinstance(inside.type, YesNo):
            return None
        return inside.name, wanted

    def is_two_valued(self, name: str) -> bool:
        """Whether the derived fact is never unknown, so that its bit says all of it."""
        return isinstance(self.compiled.base.defines[name].body, Shown)

    def _levels(self) -> dict[str, int]:
        """Those that rest on asserted values and on one another only, with their stratum."""
        found: dict[str, int] = {}
        for cell in self.compiled.plan:  # what one rests on comes first
            name = self._names.get(cell)
            conditions = None if name is None else self._conditions.get(name)
            if name is None or conditions is None:
                continue
            asked = [self._reference(condition) for condition in conditions]
            names = [reference[0] for reference in asked if reference is not None]
            if all(other in found for other in names):
                found[name] = 1 + max((found[other] for other in names), default=-1)
        return found

    # Items ----------------------------------------------------------------------------------------

    def _place_all(self) -> set[int]:
        """Put every condition where it belongs; gives the items that never hold."""
        never: set[int] = set()
        for name, item in self.derived.items():
            for condition in self._conditions[name]:
                if not self._place(item, condition):
                    never.add(item)
        for rule in self.rules:
            item = self.bit[rule.name]
            when = () if rule.when is None else (rule.when,)
            for condition in (
                *demanded([*rule.guards, *when]), *demanded(rule.unless, barring=True)
            ):  # fmt: skip
                placed = self._place(item, condition)
                if placed is None:
                    self.rest.setdefault(rule.name, []).append(condition)
                elif not placed:
                    never.add(item)
        return never

    def _place(self, item: int, condition: Condition) -> bool | None:
        """Whether the item can hold; None where the condition is for code."""
        reference = self._reference(condition)
        if reference is not None and reference[0] in self.derived:
            name, wanted = reference
            (self._needed if wanted else self._barred).setdefault(name, []).append(item)
            return True
        cells = self._demands.cells(condition.expression)
        if cells is None or len(cells) > 1:
            return None
        if not cells:
            return self._demands.constant(condition)
        (cell,) = cells
        column = self.columns.get(cell)
        if column is None:
            column = self.columns[cell] = Column()
        self._demands.put(column, item, cell, condition)
        return True

    @property
    def coded(self) -> Iterable[int]:
        return [cell for cell in self.columns if cell not in self._given]

    def _opened(self) -> list[list[Opened]]:
        names = {item: name for name, item in self.derived.items()}
        found = []
        for stratum in self.strata:
            tables = []
            for byte in stratum:
                items = [names.get(byte * BYTE + place, "") for place in range(BYTE)]
                needed, barred = (
                    [bits(asked.get(name, ())) for name in items]
                    for asked in (self._needed, self._barred)
                )
                tables.append(Opened(self.full, needed, barred))
            found.append(tables)
        return found


__all__ = ["Index"]

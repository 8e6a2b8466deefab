"""Whether a box of a table holds a valid case: shown by one, excluded, or undecided.

A case is thought of that asserts the heads and else as little as it may, or one or two attributes
more. If no reject can be true in it and no default can disagree, the box is real. A head that is
worked out is taken to have every value that its branches can give, but two heads that read the same
fact are left undecided.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, islice, product
from typing import Final, Literal

from attrs import frozen

from matchrules import ir
from matchrules.analysis.checks.columns import Columns, choices, fixed
from matchrules.analysis.checks.rejects import DAY, leaves
from matchrules.analysis.checks.scene import Days, Scene, World
from matchrules.ir import Attribute, Expression
from matchrules.regions import Box
from matchrules.regions.possible import Possible

Verdict = Literal["valid", "invalid", "undecided"]
Claims = Sequence[tuple[Expression, bool]]  # conditions and what they are to be
CHOICES: Final = 100  # ways to assert one attribute more, and two, that are tried


@frozen
class _Link:
    """A reject that reads what a head reads; `couples` if it reads more heads than one."""

    when: Expression
    couples: bool


class Validity:
    """The valid cases of one table on some days."""

    def __init__(self, world: World, columns: Columns, days: Days) -> None:
        self.world = world
        self.columns = columns
        self.days = days
        self.direct = [self._is_direct(head) for head in columns.heads]
        reads = [
            frozenset({f"{head.fact}.{head.name}"}) if direct and isinstance(head, Attribute)
            else leaves(world.base, world.graph, head)
            for head, direct in zip(columns.heads, self.direct, strict=True)
        ]  # fmt: skip
        self.linked = any(one & other for n, one in enumerate(reads) for other in reads[n + 1 :])
        worked_out = [r for r, direct in zip(reads, self.direct, strict=True) if not direct]
        self.free = frozenset().union(*worked_out)
        self.rejects: list[_Link] = []
        near: frozenset[str] = frozenset()  # what rejects that couple heads read beside them
        rest = [*world.rejects.reads]
        grown = True
        while grown:
            grown = False
            for when, its in [*rest]:
                touched = [bool(its & read) for read in reads]
                if not (any(touched) or its & near or its <= {DAY}):
                    continue
                alone = sum(touched) == 1 and not self.direct[touched.index(True)]
                couples = not alone or bool(its & near)
                self.rejects.append(_Link(when, couples))
                rest.remove((when, its))
                grown = True
                if couples:
                    near |= its - {DAY}

    def judge(self, box: Box, claims: Claims = ()) -> Verdict:
        """Whether every point of the box is in a valid case where the claims hold, none is in a
        valid case, or there is no telling."""
        structure = self._structure(box)
        if structure == "invalid":
            return "invalid"
        held = fixed(self.columns, box)
        present = self._present(box)
        if self.rejects:
            every = Scene(self.world, self.days, held, present)
            if any(every.of(link.when).exact == (True,) for link in self.rejects):
                return "invalid"
        if structure == "undecided" or self.linked:
            return "undecided"
        absent = self._absent(box)
        for others in self._others(claims):
            there = present | {one.fact for one in others if isinstance(one, Attribute)}
            if there & absent:
                continue
            least = Scene(
                self.world, self.days, {**held, **others}, there, sparse=True, free=self.free
            )
            if (
                not any(link.couples and least.of(link.when).may(True) for link in self.rejects)
                and all(least.of(claim).exact == (wanted,) for claim, wanted in claims)
                and self._defaults_agree(box, least)
            ):
                return "valid"
        return "undecided"

    def _others(self, claims: Claims) -> Iterator[dict[Expression, Possible]]:
        """What else to assert so that no reject is true and the claims hold: nothing, one attribute
        that they read, then two."""
        yield {}
        texts = [r.when for r in self.rejects if r.couples] + [claim for claim, _ in claims]
        if not texts:
            return
        base, graph, scene = self.world.base, self.world.graph, self.world.scene(self.days)
        read = frozenset().union(*(leaves(base, graph, text) for text in texts))
        options = []
        for name in sorted(read - self.free):
            fact, _, attribute = name.partition(".")
            declared = base.facts.get(fact)
            if declared is None or not attribute or attribute not in declared.attributes:
                continue
            node = Attribute(fact, attribute, declared.attributes[attribute].type)
            default = declared.attributes[attribute].default
            bound = not declared.many or fact == self.columns.define.fact
            if default is None and bound and node not in self.columns.heads:
                options.append([(node, value) for value in choices(self.world, node, scene)])
        singles: list[dict[Expression, Possible]] = [
            {node: value} for each in options for node, value in each
        ]
        yield from singles[:CHOICES]
        for one, two in islice(combinations(options, 2), CHOICES):
            pairs = ({a: v, b: w} for (a, v), (b, w) in product(one, two))
            yield from islice(pairs, CHOICES)

    def _is_direct(self, head: Expression) -> bool:
        if not isinstance(head, Attribute):
            return isinstance(head, ir.AsOf)
        return True

    def _attribute(self, number: int) -> tuple[str, ir.AttributeDeclaration] | None:
        head = self.columns.heads[number]
        if not isinstance(head, Attribute):
            return None
        return head.fact, self.world.base.facts[head.fact].attributes[head.name]

    def _present(self, box: Box) -> frozenset[str]:
        """The facts that are there: that of a `for each`, and those with a known head."""
        found = set() if self.columns.define.fact is None else {self.columns.define.fact}
        for number, (axis, mask) in enumerate(zip(self.columns.axes, box, strict=True)):
            attribute = self._attribute(number)
            if attribute is not None and mask & axis.known and attribute[1].default is None:
                found.add(attribute[0])
        return frozenset(found)

    def _absent(self, box: Box) -> frozenset[str]:
        """The facts that are not there, as a required attribute of theirs is unknown."""
        found = set()
        for number, (axis, mask) in enumerate(zip(self.columns.axes, box, strict=True)):
            attribute = self._attribute(number)
            if attribute is not None and attribute[1].required and mask & axis.unknown:
                found.add(attribute[0])
        return frozenset(found)

    def _structure(self, box: Box) -> Verdict:
        """A required attribute is unknown only with the whole of its fact."""
        masks = list(zip(self.columns.axes, box, strict=True))
        verdict: Verdict = "valid"
        for number, (axis, mask) in enumerate(masks):
            mine = self._attribute(number)
            if mine is None or not mine[1].required or not mask & axis.unknown:
                continue
            for other, (other_axis, other_mask) in enumerate(masks):
                theirs = self._attribute(other)
                if (
                    other == number or theirs is None or theirs[0] != mine[0]
                    or theirs[1].default is not None or not other_mask & other_axis.known
                ):  # fmt: skip
                    continue
                if mask & axis.known or other_mask & other_axis.unknown:
                    verdict = "undecided"
                else:
                    return "invalid"
        return verdict

    def _defaults_agree(self, box: Box, least: Scene) -> bool:
        for number, (axis, mask) in enumerate(zip(self.columns.axes, box, strict=True)):
            attribute = self._attribute(number)
            if attribute is None or attribute[1].default is None:
                continue
            default = least.of(attribute[1].default)
            if default.never_known:
                continue
            value = least.of(self.columns.heads[number])
            if not mask & axis.unknown:
                if value.exact is not None and default.but(False).exact == value.exact:
                    continue
                unless = attribute[1].unless
                if unless is not None and least.of(unless).exact == (True,):
                    continue
            return False
        return True

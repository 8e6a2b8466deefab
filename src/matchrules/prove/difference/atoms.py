"""What a change rests on: the values that are the same on both sides, just above where they part.

Whatever a rule does otherwise than before is decided by these. They are what its author named
(attributes, defines, simple conditions), so that a region is told in the words of the rules.
"""

from collections.abc import Iterable, Iterator

from attrs import field, frozen

from matchrules import ir
from matchrules.ir import Expression, RuleBase, children
from matchrules.prove.difference.cones import Cones
from matchrules.types import SetOf, YesNo

Bound = tuple[tuple[str, int], ...]


@frozen
class Atom:
    """A value on one side (`side` 0 the old, 1 the new; None where it is the same on both)."""

    expression: Expression = field(eq=False)
    number: int
    bound: Bound = ()
    side: int | None = None

    @property
    def where(self) -> int:
        """The side to ask for the value."""
        return 0 if self.side == 0 else 1


class Descent:
    """Walks down from what two sides say to the atoms."""

    def __init__(self, bases: tuple[RuleBase, RuleBase], cones: tuple[Cones, Cones]) -> None:
        self._bases, self._cones = bases, cones

    def atoms(self, roots: Iterable[tuple[int, Expression, Bound]]) -> tuple[Atom, ...]:
        """The atoms under expressions, each given with its side, in the order in which they come;
        what is on both sides first."""
        found: dict[Atom, None] = {}
        seen: set[tuple[int, int, Bound]] = set()
        stack = list(reversed(list(roots)))
        while stack:
            side, e, bound = stack.pop()
            key = (side, self._cones[side].expression(e), bound)
            if key in seen:
                continue
            seen.add(key)
            inside = self._inside(side, e, bound)
            if inside is None:
                found.setdefault(self._atom(side, e, bound))
            else:
                stack.extend(reversed(list(inside)))
        return tuple(sorted(found, key=lambda atom: atom.side is not None))

    def _atom(self, side: int, e: Expression, bound: Bound) -> Atom:
        number = self._cones[side].expression(e)
        outer = {n.fact for n in ir.walk(e) if isinstance(n, ir.Attribute | ir.Derived)}
        mine = tuple(pair for pair in bound if pair[0] in outer)
        return Atom(e, number, mine, None if self._common(number) else side)

    def _common(self, number: int) -> bool:
        return all(number in cones.seen for cones in self._cones)

    def _inside(
        self, side: int, e: Expression, bound: Bound
    ) -> Iterable[tuple[int, Expression, Bound]] | None:
        """The expressions that the value follows from; None where it is to be an atom."""
        common = self._common(self._cones[side].expression(e))
        base = self._bases[side]
        match e:
            case ir.Constant():
                return ()
            case ir.Derived(name) if not common:
                define = base.defines[name]
                mine = tuple(pair for pair in bound if pair[0] == define.fact)
                return [(side, inner, mine) for inner in _parts(define)]
            case ir.ParameterValue(name, _, on, key):
                if common and on is None and key is None and not _dated(base, name):
                    return ()
                if common:
                    return None
                day = [ir.AsOf()] if on is None and _dated(base, name) else []
                inner = [x for x in (on, key) if x is not None]
                return [(side, x, bound) for x in (*day, *inner)]
            case ir.And(operands) | ir.Or(operands):
                return [(side, x, bound) for x in operands]
            case ir.Not(operand) | ir.Shown(operand) | ir.IsKnown(operand):
                return [(side, operand, bound)]
            case ir.Derived() | ir.Attribute() | ir.AsOf() | ir.Aggregate():
                return None
        if common and not self._simple(base, e):
            return None
        return [(side, x, bound) for x in children(e)]

    def _simple(self, base: RuleBase, e: Expression) -> bool:
        """A condition on one value alone: the value says more than whether it holds."""
        if not isinstance(e.type, YesNo):
            return False
        subjects = [
            child for child in children(e)
            if not isinstance(child, ir.Constant)
            and not (isinstance(child, ir.ParameterValue) and child.on is None
                     and child.key is None and not _dated(base, child.name))
        ]  # fmt: skip
        return len(subjects) <= 1 and not any(isinstance(s.type, SetOf) for s in subjects)


def _parts(define: ir.Define) -> Iterator[Expression]:
    yield from define.expressions()


def _dated(base: RuleBase, name: str) -> bool:
    """Whether the value of a parameter depends on the day."""
    rows = base.parameters[name].rows
    return any(row.start is not None for row in rows)


__all__ = ["Atom", "Bound", "Descent"]

"""Decisions as trees over their conditions, and which conditions have been shown to matter.

The measure is masking MC/DC, for a logic of three values. An evaluation of a decision gives each of
its conditions true, false or unknown; its outcome is whether the whole is true. A condition is
covered when there are two evaluations, one in which it is true and one in which it is w, false or
unknown, and in each of them giving that condition alone the value that it has in the other changes
the outcome. (With no unknowns about this is masking MC/DC as it is known from programs.)
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice, product
from typing import Final, Literal

from attrs import frozen

from matchrules.engine.interpreter import kleene_and, kleene_or

Truth = bool | None
Values = tuple[Truth, ...]  # of the conditions of a decision, in the order of the text
Side = Literal["true", "not true"]

NOT_TRUE: Final = (False, None)
MOST_CHANGES: Final = 3  # conditions that may have to change at once for a wanted evaluation
MOST_TARGETS: Final = 6
MOST_LOOKED_AT: Final = 100_000  # values of conditions, of all the evaluations near to those seen
MOST_CONDITIONS: Final = 9  # of a decision never reached, all of whose evaluations are gone through


@frozen
class Fixed:
    """A literal among conditions."""

    value: Truth


@frozen
class Node:
    """What joins conditions. The operands of `if` are condition, then and otherwise, those of
    `if_known` the value and what stands in for it."""

    op: Literal["and", "or", "not", "shown", "known", "if", "if_known"]
    operands: tuple["Tree", ...]


Tree = int | Fixed | Node  # a number is the place of a condition


def worth(tree: Tree, values: Sequence[Truth]) -> Truth:
    """What a decision comes to with these values of its conditions."""
    if isinstance(tree, int):
        return values[tree]
    if isinstance(tree, Fixed):
        return tree.value
    found = [worth(operand, values) for operand in tree.operands]
    match tree.op:
        case "and":
            return kleene_and(found)
        case "or":
            return kleene_or(found)
        case "not":
            return None if found[0] is None else not found[0]
        case "shown":
            return found[0] is True
        case "known":
            return found[0] is not None
        case "if_known":
            return found[1] if found[0] is None else found[0]
    test, one, two = found
    if test is None:
        return one if one == two else None
    return one if test else two


def changed(values: Values, place: int, value: Truth) -> Values:
    """The same, with another value for one condition."""
    return (*values[:place], value, *values[place + 1 :])


def decides(tree: Tree, values: Values, place: int, other: Truth) -> bool:
    """Whether the outcome is another one if that condition alone has the `other` value."""
    mine = worth(tree, values) is True
    return (worth(tree, changed(values, place, other)) is True) is not mine


@frozen
class Shown:
    """What has been shown of one condition: the values that are not true, w, for which an
    evaluation with it true decides against w, and those for which one with w decides against
    true."""

    true: frozenset[Truth]
    not_true: frozenset[Truth]

    @property
    def covered(self) -> bool:
        return bool(self.true & self.not_true)

    @property
    def missing(self) -> tuple[Side, ...]:
        """The values that it has still to have where it decides."""
        if self.covered:
            return ()
        sides: list[Side] = [] if self.true else ["true"]
        if not self.not_true or self.true:
            sides.append("not true")
        return tuple(sides)


def shown(tree: Tree, place: int, seen: Iterable[Values]) -> Shown:
    """What the evaluations seen show of the condition at that place."""
    true: set[Truth] = set()
    not_true: set[Truth] = set()
    for values in seen:
        mine = values[place]
        if mine is True:
            true.update(w for w in NOT_TRUE if decides(tree, values, place, w))
        elif decides(tree, values, place, True):
            not_true.add(mine)
    return Shown(frozenset(true), frozenset(not_true))


def wanted(
    tree: Tree, place: int, side: Side, seen: Sequence[Values], known: Shown
) -> tuple[Values, Values | None] | None:
    """An evaluation that would show the condition on that side, and the one seen that is nearest
    to it (None where there is none); None where none within reach would."""
    for values, start in nearest(seen):
        if shows(tree, values, place, side, known):
            return values, start
    if not seen:
        for values in _from_nothing(tree):
            if shows(tree, values, place, side, known):
                return values, None
    return None


def targets(
    tree: Tree, place: int, side: Side, seen: Sequence[Values], known: Shown
) -> tuple[Values, ...]:
    """Several evaluations that would, those nearest to one seen first."""
    found: dict[Values, None] = {}
    for values, _ in nearest(seen):
        if shows(tree, values, place, side, known):
            found[values] = None
            if len(found) >= MOST_TARGETS:
                return tuple(found)
    for values in _from_nothing(tree) if not found else ():
        if shows(tree, values, place, side, known):
            found[values] = None
            if len(found) >= MOST_TARGETS:
                break
    return tuple(found)


def _from_nothing(tree: Tree) -> Iterator[Values]:
    count = _conditions(tree)
    return product((True, False, None), repeat=count) if count <= MOST_CONDITIONS else iter(())


def shows(tree: Tree, values: Values, place: int, side: Side, known: Shown) -> bool:
    """Whether an evaluation shows the condition on that side, beside what is known."""
    mine = values[place]
    if side == "true":
        against = [w for w in NOT_TRUE if w in known.not_true] or NOT_TRUE
        return mine is True and any(decides(tree, values, place, w) for w in against)
    fits = mine in known.true if known.true else mine is not True
    return fits and decides(tree, values, place, True)


def nearest(seen: Sequence[Values]) -> Iterator[tuple[Values, Values]]:
    """Evaluations near to those seen, each with the one that it is near to, the nearest first. Of
    many conditions there are more than can be gone through."""
    near = (
        (values, start)
        for changes in range(MOST_CHANGES + 1) for start in seen
        for values in _near(start, changes)
    )  # fmt: skip
    return islice(near, MOST_LOOKED_AT // max(1, len(seen[0]) if seen else 1))


def _near(start: Values, changes: int) -> Iterator[Values]:
    """What differs from an evaluation in so many conditions: to true or false before unknown."""
    others = [[truth for truth in (True, False, None) if truth is not mine] for mine in start]
    for places in combinations(range(len(start)), changes):
        for truths in product(*(others[place] for place in places)):
            values = list(start)
            for place, truth in zip(places, truths, strict=True):
                values[place] = truth
            yield tuple(values)


def _conditions(tree: Tree) -> int:
    if isinstance(tree, Node):
        return max((_conditions(operand) for operand in tree.operands), default=0)
    return tree + 1 if isinstance(tree, int) else 0

"""What a proof is made of while it is looked for."""

from collections.abc import Callable, Generator, Iterable, Sequence
from itertools import count
from types import GeneratorType
from typing import Any, Final

from matchrules.engine.interpreter import Bound

# A fact that can be listed: the fact, which instance, and the attribute; None as the attribute
# stands for the instance itself, with its key and what is required of it.
Unit = tuple[str, int, str | None]
Goal = str | tuple[str, Any]

IS: Final = "is"  # the value is what it is
UNTRUE: Final = "untrue"  # a condition is false or unknown
UNFALSE: Final = "unfalse"  # a condition is true or unknown
# ("ge", n), ("le", n): a number is at least, at most that

NONE: Final[frozenset[Any]] = frozenset()


class Node:
    """Something proved, out of `parts`. `units` are the facts that it rests on. `pending` are what
    has to be shown of an instance only where that is listed for another reason. One that is
    `fixed` was no choice: whatever facts are listed besides, the proof is this."""

    __slots__ = ("bound", "e", "fixed", "goal", "kind", "parts", "pending", "units", "value")

    def __init__(
        self, kind: str, e: Any, bound: Bound, value: Any, goal: Goal,
        parts: Sequence["Node"] = (), units: frozenset[Unit] = NONE,
        pending: "frozenset[Pending]" = NONE, fixed: bool = True,
    ) -> None:  # fmt: skip
        self.kind = kind
        self.e = e
        self.bound = bound
        self.value = value
        self.goal = goal
        self.parts = parts
        self.units = units
        self.pending = pending
        self.fixed = fixed

    def chosen(self) -> "Node":
        """The same, as one among others: with other facts listed, it may be another."""
        return Node(
            self.kind, self.e, self.bound, self.value, self.goal, self.parts, self.units,
            self.pending, fixed=False,
        )  # fmt: skip


_met = count()


class Pending:
    """What has to be so of an instance, where the case has it at all. `order` says which was met
    first."""

    __slots__ = ("aims", "bound", "order", "unit")

    def __init__(self, unit: Unit, bound: Bound, aims: Sequence[tuple[Any, Goal]]) -> None:
        self.unit = unit
        self.bound = bound
        self.aims = aims
        self.order = next(_met)


Work = Generator[Any, Any, Any]  # returns a node


def join(
    kind: str, e: Any, bound: Bound, value: Any, goal: Goal, parts: Iterable[Node],
    units: frozenset[Unit] = NONE, pending: frozenset[Pending] = NONE, fixed: bool = True,
) -> Node:  # fmt: skip
    """A node that rests on all parts."""
    parts = tuple(parts)
    for part in parts:
        fixed = fixed and part.fixed
        if part.units:
            units = units | part.units if units else part.units
        if part.pending:
            pending = pending | part.pending if pending else part.pending
    return Node(kind, e, bound, value, goal, parts, units, pending, fixed)


def gathered(parts: Iterable[Any], finish: Callable[[list[Any]], Any]) -> Any:
    """What is made of all parts, where they are there at once; else the work that waits for
    them."""
    found: list[Any] = []
    left = iter(parts)
    for part in left:
        if type(part) is GeneratorType:
            return _gathering(found, part, left, finish)
        found.append(part)
    return finish(found)


def _gathering(
    found: list[Any], part: Any, left: Iterable[Any], finish: Callable[[list[Any]], Any]
) -> Work:
    found.append((yield part))
    for more in left:
        found.append((yield more) if type(more) is GeneratorType else more)
    return finish(found)


def worked(work: Any) -> Any:
    """What a generator returns that asks for others on its way: it is given what they return, and
    what is no generator as it is. Nothing recurses, however deep they ask."""
    if type(work) is not GeneratorType:
        return work
    stack = [work]
    answer: Any = None
    while stack:
        try:
            asked = stack[-1].send(answer)
        except StopIteration as done:
            stack.pop()
            answer = done.value
            continue
        if type(asked) is GeneratorType:  # to ask the abstract class takes long
            stack.append(asked)
            answer = None
        else:
            answer = asked
    return answer

"""What a proof is made of while it is looked for."""

from collections.abc import Generator, Iterable, Sequence
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
    has to be shown of an instance only where that is listed for another reason."""

    __slots__ = ("bound", "e", "goal", "kind", "parts", "pending", "units", "value")

    def __init__(
        self, kind: str, e: Any, bound: Bound, value: Any, goal: Goal,
        parts: Sequence["Node"] = (), units: frozenset[Unit] = NONE,
        pending: "frozenset[Pending]" = NONE,
    ) -> None:  # fmt: skip
        self.kind = kind
        self.e = e
        self.bound = bound
        self.value = value
        self.goal = goal
        self.parts = parts
        self.units = units
        self.pending = pending


class Pending:
    """What has to be so of an instance, where the case has it at all."""

    __slots__ = ("aims", "bound", "unit")

    def __init__(self, unit: Unit, bound: Bound, aims: Sequence[tuple[Any, Goal]]) -> None:
        self.unit = unit
        self.bound = bound
        self.aims = aims


Work = Generator[Any, Any, Any]  # returns a node


def join(
    kind: str, e: Any, bound: Bound, value: Any, goal: Goal, parts: Iterable[Node],
    units: frozenset[Unit] = NONE, pending: frozenset[Pending] = NONE,
) -> Node:  # fmt: skip
    """A node that rests on all parts."""
    parts = tuple(parts)
    for part in parts:
        if part.units:
            units = units | part.units if units else part.units
        if part.pending:
            pending = pending | part.pending if pending else part.pending
    return Node(kind, e, bound, value, goal, parts, units, pending)


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

"""How a case is drawn: a few strings of bytes, read as a sketch.

One draw of many bytes costs Hypothesis little more than one of a single number, and it makes each
byte smaller by itself: bytes that are 0 assert nothing, so that a found case keeps what it needs.
"""

from collections.abc import Callable
from typing import Any, Final

from attrs import frozen
from hypothesis import strategies as st

from matchrules.lazy import cached_property
from matchrules.testing.ground import INSTANCES, Ground
from matchrules.testing.sketch import Sketch

Draw = Callable[[st.SearchStrategy[Any]], Any]

MOST_CHANGES: Final = 8
HALF, THREE_QUARTERS, MOST = 1, 2, 4  # how many random bits are joined to say whether it is known
HEAD: Final = 9  # bytes: option, day (3), start (2), seed (2), number of changes
CHANGE: Final = 3  # bytes: which move (2), which value


@frozen
class Option:
    """A way to draw: from the `least`-th start on, or from nothing (0); with so many changes at
    most; `known` says how much is known besides; on any day, or mostly that of the start."""

    least: int = 0
    changes: int = MOST_CHANGES
    known: int = 0
    any_day: bool = True


@frozen(slots=False)
class Drawing:
    """What is drawn for a ground."""

    ground: Ground

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Each as likely as the others; the plainest first, which a found case shrinks to."""
        ground, count = self.ground, len(self.ground.starts)
        more = (Option(known=HALF), Option(known=THREE_QUARTERS), Option(known=MOST))
        if not count:
            return (Option(), Option(), Option(), *more)
        if ground.aimed:
            aimed = count - ground.aimed + 1
            return (
                Option(aimed, 1, any_day=False), Option(aimed, 2, any_day=False), Option(aimed, 3),
                Option(aimed, 0, HALF, any_day=False), Option(aimed, 1), Option(1),
            )  # fmt: skip
        return (Option(), Option(1, 2), Option(1, 3), Option(1), Option(1, known=HALF), *more)

    @cached_property
    def limits(self) -> tuple[int, ...]:
        """How many instances of each many-fact are drawn, at most."""
        return tuple(min(INSTANCES, fact.bound or 0) for fact in self.ground.many)

    @cached_property
    def plan(self) -> st.SearchStrategy[bytes]:
        """The head, the numbers of instances, the changes, and what is kept of the start."""
        longest = max((start.size for start in self.ground.starts), default=0)
        size = HEAD + len(self.limits) + CHANGE * MOST_CHANGES + longest
        return st.binary(min_size=size, max_size=size)

    @cached_property
    def masks(self) -> dict[int, st.SearchStrategy[bytes]]:
        """Bits, so many for each slot."""
        size = -(-len(self.ground.slots) // 8)
        return {
            n: st.binary(min_size=n * size, max_size=n * size) for n in (HALF, THREE_QUARTERS, MOST)
        }

    def sketch(self, draw: Draw) -> Sketch:
        """One sketch."""
        plan: bytes = draw(self.plan)
        option = self.options[plan[0] % len(self.options)]
        known = 0
        if option.known:
            mask: bytes = draw(self.masks[option.known])
            size = len(mask) // option.known
            for at in range(0, len(mask), size or 1):
                known |= int.from_bytes(mask[at : at + size], "big")
        return self.read(plan, option, known)

    def read(self, plan: bytes, option: Option, known: int) -> Sketch:
        """The sketch that the bytes stand for."""
        ground, many = self.ground, HEAD + len(self.limits)
        day = start = seed = 0
        if option.any_day and plan[1] % 2:
            day = int.from_bytes(plan[2:4], "big") % (len(ground.days) + 1)
        if option.least:
            span = len(ground.starts) - option.least + 1
            start = option.least + int.from_bytes(plan[4:6], "big") % span
        counts = (0,) * len(self.limits)
        if option.known:
            seed = int.from_bytes(plan[6:8], "big")
            given = zip(plan[HEAD:many], self.limits, strict=True)
            counts = tuple(byte % (limit + 1) for byte, limit in given)
        changes = []
        for n in range(plan[8] % (option.changes + 1) if ground.moves else 0):
            high, low, value = plan[many + CHANGE * n : many + CHANGE * (n + 1)]
            if high or low:  # 0 changes nothing
                changes.append((high * 256 + low - 1, value))
        kept = plan[many + CHANGE * MOST_CHANGES :] if option.least else b""
        return Sketch(day, start, known, seed, counts, changes, kept)


def drawing_of(ground: Ground) -> Drawing:
    """The drawing of a ground, prepared once."""
    known: Drawing | None = ground.__dict__.get("drawing")
    if known is None:
        known = ground.__dict__["drawing"] = Drawing(ground)
    return known

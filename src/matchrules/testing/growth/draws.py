"""Small choices; the first option is the simplest, so that a found fault shrinks towards it."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


@cache
def _below(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


class Draws:
    """Choices out of Hypothesis' `draw`."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def below(self, count: int) -> int:
        """0..count-1."""
        return 0 if count <= 1 else int(self._draw(_below(count)))

    def between(self, low: int, high: int) -> int:
        """low..high, both ends in."""
        return low + self.below(high - low + 1)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.below(len(options))]

    def chance(self, out_of: int) -> bool:
        """True once in so many."""
        return self.below(out_of) == out_of - 1

    def some(self, options: Sequence[T], least: int = 0) -> list[T]:
        """A part of the options, in their order."""
        chosen = [option for option in options if self.chance(2)]
        return chosen if len(chosen) >= least else list(options[:least])

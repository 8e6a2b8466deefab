"""What is worked out from rules alone, kept for those that were used last."""

import os
from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Kept(Generic[Given, Made]):
    """A function of a rule base, or of more, that are told apart by identity. Each result is made
    once, and kept until `most` others have been asked for since. Threads may share it, and either
    side of a fork go on."""

    def __init__(self, make: Callable[Given, Made], most: int = 16) -> None:
        self.most = most
        self._make = make
        # Least recently used first. What it was made of stays with it, so that nothing else can
        # come to have the same identity.
        self._made: dict[tuple[int, ...], tuple[Any, Made]] = {}
        self._new_lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._new_lock)

    def _new_lock(self) -> None:
        """One that no thread holds: the one who did may not be there any more."""
        self._lock = RLock()

    def __call__(self, *args: Given.args, **named: Given.kwargs) -> Made:
        given = (*args, *named.values())
        key = tuple(map(id, given))
        with self._lock:
            found = self._made.pop(key, None) or (given, self._make(*args, **named))
            self._made[key] = found
            if len(self._made) > self.most:
                del self._made[next(iter(self._made))]
        return found[1]


__all__ = ["Kept"]

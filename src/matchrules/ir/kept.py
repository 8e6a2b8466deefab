"""What is worked out from a rule base alone, kept for those that were used last."""

import os
from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar

from matchrules.ir.base import RuleBase

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """A function of a rule base, each result of which is made once, and kept until `most` other
    bases have been asked for since. Threads may share it, and either side of a fork go on."""

    def __init__(self, make: Callable[[RuleBase], Made], most: int = 16) -> None:
        self.most = most
        self._make = make
        # By identity, least recently used first. The base stays with it, so that no other one can
        # come to have its identity.
        self._made: dict[int, tuple[RuleBase, Made]] = {}
        self._new_lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._new_lock)

    def _new_lock(self) -> None:
        """One that no thread holds: the one who did may not be there any more."""
        self._lock = RLock()

    def __call__(self, base: RuleBase) -> Made:
        with self._lock:
            found = self._made.pop(id(base), None) or (base, self._make(base))
            self._made[id(base)] = found
            if len(self._made) > self.most:
                del self._made[next(iter(self._made))]
        return found[1]


__all__ = ["Kept"]

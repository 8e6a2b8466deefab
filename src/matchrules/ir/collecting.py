"""The garbage collector, put off while a book is made."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Makers:
    """How many threads are making something, and whether there is collecting to go back to."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.count = 0
        self.was_on = False

    def enter(self) -> None:
        with self.lock:
            if self.count == 0:
                self.was_on = gc.isenabled()
                gc.disable()
            self.count += 1

    def leave(self) -> None:
        with self.lock:
            self.count -= 1
            if self.count == 0 and self.was_on:
                gc.enable()


_makers = _Makers()


def _forked() -> None:
    """The child has the thread that forked alone: what others were making ends nowhere."""
    global _makers
    if _makers.count and _makers.was_on:
        gc.enable()
    _makers = _Makers()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


@contextmanager
def collecting_later() -> Iterator[None]:
    """No garbage is looked for while this lasts.

    Reading rules makes hundreds of thousands of objects that stay, and next to no cycles; looking
    through all of them again and again is a fifth of the time. Collecting is switched for the whole
    process, so threads are counted: it goes on when the last of them is done, and only if it was on
    before the first. It lasts for one book, never for a call that a user passes in.
    """
    makers = _makers
    makers.enter()
    try:
        yield
    finally:
        makers.leave()

"""What is worked out when it is first read."""

import functools
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from functools import cached_property
else:

    class cached_property(functools.cached_property):  # it is called as that one is
        """The same without its lock. Python before 3.12 holds one while it works something out,
        for all instances at once: whoever forks meanwhile leaves it locked in the child for ever.
        Where two threads read at once, both may work it out, and both get the first answer."""

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            found = instance.__dict__.get(self.attrname, _MISSING)
            if found is _MISSING:
                found = instance.__dict__.setdefault(self.attrname, self.func(instance))
            return found

    _MISSING: Final = object()


__all__ = ["cached_property"]

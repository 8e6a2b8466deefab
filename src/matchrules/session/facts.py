"""The facts that a session holds, and the case that they make."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from attrs import frozen

from matchrules.case.model import Case, Instance
from matchrules.case.validation import assemble, order_of
from matchrules.case.values import plain
from matchrules.ir import FactDeclaration, RuleBase
from matchrules.types import Value

Key = tuple[Value | None, ...]
# classes of values that nobody can change
_OWN: Final = frozenset({int, str, bool, float, date, type(None)})


@frozen(eq=False)
class Handle:
    """Stands for one asserted fact, to update or retract it."""

    fact: str
    number: int


class Held:
    """The instances of one fact type, in the order in which they were asserted.

    `by_handle` says which they are, and is changed in one step. All else is worked out from it, and
    anew where a change was broken off, by an interrupt perhaps.
    """

    def __init__(self, declaration: FactDeclaration) -> None:
        self.declaration = declaration
        # Of a single or keyed fact an equal one is not there twice. A single one has one key.
        self.once = bool(declaration.keys) or not declaration.many
        self.keys = declaration.keys if declaration.many else ()
        self.by_handle: dict[Handle, Instance] = {}
        self._given: dict[Handle, dict[str, Any]] = {}
        self._by_key: dict[Key, list[Handle]] = {}
        self._shared = 0  # how many keys are there more than once
        self._nothing: dict[str, Any] = dict.fromkeys(declaration.attributes)
        self._required = [n for n, a in declaration.attributes.items() if a.required]
        self._order = order_of(declaration)
        self._places: dict[Handle, Any] = {}  # of the instances of a many-fact, in canonical order
        self._sound: tuple[Instance, ...] | None = ()
        self._is_broken = False  # a change was begun, and did not come to its end

    @property
    def given(self) -> Mapping[Handle, dict[str, Any]]:
        """Of a single fact the values as they were given, as far as they can be looked up so."""
        self._mend()
        return self._given

    def equal(self, instance: Instance) -> Handle | None:
        """The handle of an equal instance that may not be there twice."""
        if not self.once:
            return None
        self._mend()
        same = self._by_key.get(self._key(instance), ())
        found = [handle for handle in same if self.by_handle[handle] == instance]
        return min(found, key=lambda handle: handle.number) if found else None

    def put(self, handle: Handle, instance: Instance, given: Mapping[str, Any]) -> None:
        """One more, or other values of one; `given` is what was said of it just now."""
        self._begin()
        before = self.by_handle.get(handle)
        if not self.declaration.many:
            self._given[handle] = self._as_given(handle, instance, given)
        if self.once and (before is None or self.keys):
            key = self._key(instance)
            if before is None or self._key(before) != key:
                if before is not None:
                    self._forget(handle, before)
                same = self._by_key.setdefault(key, [])
                same.append(handle)
                self._shared += len(same) == 2
        self.by_handle[handle] = instance
        self._places.pop(handle, None)
        self._is_broken = False

    def take(self, handle: Handle) -> None:
        """One less."""
        self._begin()
        gone = self.by_handle.pop(handle)
        self._given.pop(handle, None)
        if self.once:
            self._forget(handle, gone)
        self._places.pop(handle, None)
        self._is_broken = False

    def _begin(self) -> None:
        """A change: what it touches is to be worked out again, whether it comes to its end or
        not."""
        self._mend()
        self._is_broken = True
        self._sound = None

    def _mend(self) -> None:
        """Where a change was broken off, all that follows from `by_handle`, anew."""
        if not self._is_broken:
            return
        self._sound = None
        self._places.clear()
        self._by_key.clear()
        self._given.clear()
        types = {name: a.type for name, a in self.declaration.attributes.items()}
        for handle, instance in self.by_handle.items():
            if self.once:
                self._by_key.setdefault(self._key(instance), []).append(handle)
            if not self.declaration.many:
                self._given[handle] = {n: plain(v, types[n]) for n, v in instance.items()}
        self._shared = sum(len(same) > 1 for same in self._by_key.values())
        self._is_broken = False

    def _as_given(
        self, handle: Handle, instance: Instance, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        before = self._given.get(handle)
        found = {**(self._nothing if before is None else before), **given}
        for name, raw in given.items():
            if raw.__class__ not in _OWN:
                found[name] = plain(instance[name], self.declaration.attributes[name].type)
        return found

    def _key(self, instance: Instance) -> Key:
        return tuple([instance[name] for name in self.keys])

    def _forget(self, handle: Handle, instance: Instance) -> None:
        key = self._key(instance)
        same = self._by_key[key]
        same.remove(handle)
        self._shared -= len(same) == 1
        if not same:
            del self._by_key[key]

    def sound(self) -> tuple[Instance, ...] | None:
        """The instances in canonical order; None where they may be at fault: whoever wants to know
        assembles the case."""
        self._mend()
        if self._sound is None:
            self._sound = self._assembled()
        return self._sound

    def _assembled(self) -> tuple[Instance, ...] | None:
        bound = self.declaration.bound
        if self._shared or (bound is not None and len(self.by_handle) > bound):
            return None
        for instance in self.by_handle.values():
            for name in self._required:
                if instance[name] is None:
                    return None
        if len(self.by_handle) < 2:
            return tuple(self.by_handle.values())
        places = self._places
        for handle, instance in self.by_handle.items():
            if handle not in places:
                places[handle] = self._order(instance)
        ordered = sorted([(places[h], n) for n, h in enumerate(self.by_handle)])
        instances = list(self.by_handle.values())
        return tuple([instances[n] for _, n in ordered])


class Facts:
    """All of them, by fact type."""

    def __init__(self, base: RuleBase, as_of: date) -> None:
        self.base = base
        self.as_of = as_of
        self.held = {name: Held(declaration) for name, declaration in base.facts.items()}

    def get(self, handle: object) -> Instance | None:
        """The values of an asserted fact."""
        if not isinstance(handle, Handle) or handle.fact not in self.held:
            return None
        return self.held[handle.fact].by_handle.get(handle)

    def place(self, handle: Handle) -> int:
        """How many of its kind were asserted before it."""
        return next(n for n, h in enumerate(self.held[handle.fact].by_handle) if h is handle)

    def case(self) -> Case:
        """The case of the facts as they are; raises `CaseErrors` with every fault where they make
        no valid one."""
        made: dict[str, tuple[Instance, ...]] = {}
        for name, held in self.held.items():
            sound = held.sound()
            if sound is None:
                return assemble(self.base, self.as_of, self._asserted())
            made[name] = sound
        return Case(self.as_of, made)

    def _asserted(self) -> Mapping[str, list[Instance]]:
        return {name: [*held.by_handle.values()] for name, held in self.held.items()}


__all__ = ["Facts", "Handle", "Held"]

"""What works out the decision of a session: the facts as they are, in a working memory or from
scratch."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Protocol

from attrs import define, field

from matchrules.case.model import Case, Instance
from matchrules.decision import Outcome
from matchrules.diagnostics.model import CaseErrors
from matchrules.engine.compiled import Compiled, compiled
from matchrules.engine.compiled.index import Found
from matchrules.engine.compiled.joins import Lasting, lasting
from matchrules.engine.rete import WorkingMemory
from matchrules.ir import RuleBase
from matchrules.types import Value

from .facts import Facts

PATIENCE: Final = 2  # decisions before what stays of a case is made ready to be looked up

Content = tuple[Value | None, ...]  # the values of an instance, in order of declaration


def content(instance: Instance) -> Content:
    """What two equal facts share."""
    return tuple(instance.values())


class Memory(Protocol):
    """One engine, on the facts of a session."""

    def touch(self, fact: str) -> None:
        """Instances of that fact have come, gone or changed."""

    def quickly(self, facts: Facts) -> Found | None:
        """What the rules say of the facts now; None where `outcome` has to be asked."""

    def outcome(self, case: Case) -> Outcome:
        """What the rules say of the facts now; raises `CaseErrors`."""

    def close(self) -> None:
        """Nothing more will be asked."""


@define(eq=False)
class _Held:
    """What the working memory holds of one fact type: the numbers of its rows, by content."""

    rows: dict[Content, list[int]] = field(factory=dict)
    stale: bool = False


class ReteMemory:
    """The working memory on durable-rules: only what a change touches is worked out again."""

    def __init__(self, base: RuleBase, as_of: date) -> None:
        self._base = base
        self._as_of = as_of
        self._memory: WorkingMemory | None = None
        self._held = {name: _Held() for name in base.facts}

    def touch(self, fact: str) -> None:
        self._held[fact].stale = True

    def quickly(self, facts: Facts) -> None:
        return None

    def outcome(self, case: Case) -> Outcome:
        try:
            return self._settled(case).outcome()
        except CaseErrors:
            raise
        except BaseException:
            # Broken off, by an interrupt perhaps: the next time starts from the facts.
            self._memory = None
            self._held = {name: _Held(stale=True) for name in self._base.facts}
            raise

    def _settled(self, case: Case) -> WorkingMemory:
        """The working memory with exactly the facts of the case."""
        if self._memory is None:
            self._memory = WorkingMemory(self._base, self._as_of)
        for name, held in self._held.items():
            if not held.stale:
                continue
            if self._updated(self._memory, name, case.facts[name]):
                held.stale = False
                continue
            wanted = Counter(map(content, case.facts[name]))
            for one in [*held.rows]:
                rows = held.rows[one]
                while len(rows) > wanted[one]:
                    self._memory.remove(name, rows.pop())
                if not rows:
                    del held.rows[one]
            for instance in case.facts[name]:
                rows = held.rows.setdefault(content(instance), [])
                if len(rows) < wanted[content(instance)]:
                    rows.append(self._memory.insert(name, instance))
            held.stale = False
        return self._memory

    def _updated(self, memory: WorkingMemory, name: str, instances: Sequence[Instance]) -> bool:
        """Whether it was enough to change the values of the one instance of a single fact."""
        rows = self._held[name].rows
        if self._base.facts[name].many or len(instances) != 1 or len(rows) != 1:
            return False
        ((known, numbers),) = rows.items()
        memory.update(name, numbers[0], instances[0])
        del rows[known]
        rows[content(instances[0])] = numbers
        return True

    def close(self) -> None:
        if self._memory is not None:
            self._memory.close()


class CompiledMemory:
    """The compiled rules: what stays of the case is looked up. Where the facts are at fault, or
    unusual, the general way is taken."""

    def __init__(self, base: RuleBase, as_of: date) -> None:
        self._compiled: Compiled = compiled(base)
        self._as_of = as_of
        self._given: dict[str, Any] = {}
        self._stale: set[str] = set()
        self._patience = PATIENCE
        self._plan: Lasting | None = None

    def touch(self, fact: str) -> None:
        self._stale.add(fact)

    def quickly(self, facts: Facts) -> Found | None:
        plan = self._plan
        if plan is None:
            if self._patience:
                self._patience -= 1
                return None
            plan = self._plan = lasting(self._compiled.repeated(self._as_of))
        for name in self._stale:
            held = facts.held[name]
            if held.declaration.many:
                sound = held.sound()
                if sound is None:
                    return None
                before = self._given.get(name)
                self._given[name] = plan.standing[name].columns(sound, before)
            elif len(held.given) > 1:
                return None
            else:
                self._given[name] = next(iter(held.given.values()), None)
        self._stale.clear()
        return plan.decide(self._given, self._as_of)

    def outcome(self, case: Case) -> Outcome:
        return self._compiled.run(case).outcome()

    def close(self) -> None:
        self._given.clear()

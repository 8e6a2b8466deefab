"""The forward-chaining working memory, on durable-rules."""

from matchrules.case.model import Case
from matchrules.decision import Outcome
from matchrules.ir import RuleBase

from .memory import WorkingMemory


def decide_rete(base: RuleBase, case: Case) -> Outcome:
    """What the rules say of one case; raises `CaseErrors` with every fault that the case shows."""
    memory = WorkingMemory(base, case.as_of)
    try:
        for fact, instances in case.facts.items():
            for instance in instances:
                memory.insert(fact, instance)
        return memory.outcome()
    finally:
        memory.close()


__all__ = ["WorkingMemory", "decide_rete"]

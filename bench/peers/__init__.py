"""Other ways to decide the neutral workload, each written as its users would, or faster.

`peer(name)` is a class: made from rules it is ready to decide, `decide(applicant)` gives the names
of the rules that fire. What stands behind a name is imported only when it is asked for, so that a
process holds one engine alone.
"""

from importlib import import_module
from typing import Any, Final

# name -> where it is, and the label under which it is told
DECIDING: Final = {
    "by_hand": ("plain", "HandWritten", "hand-written `if` in Python (generated)"),
    "bit_index": ("plain", "BitIndex", "bit index in Python, a prototype"),
    "zen_expression": ("expressions", "ZenExpressions", "zen-engine, compiled expressions"),
    "cel": ("expressions", "Cel", "CEL in Rust (common-expression-language)"),
    "clips": ("networks", "Clips", "CLIPS (clipspy), each rule calls back"),
    "clips_modify": ("networks", "ClipsModify", "CLIPS (clipspy), fired facts read"),
    "durable": ("networks", "Durable", "durable-rules, its C module, shards of 60 rules"),
    "zen_table": ("expressions", "ZenTable", "zen-engine, decision table"),
    "business_rules": ("lists", "BusinessRules", "business-rules"),
    "json_logic": ("lists", "JsonLogic", "JsonLogic (panzi-json-logic)"),
    "rule_engine": ("lists", "RuleEngine", "rule-engine"),
    "experta": ("networks", "Experta", "experta"),
}
# which of them are no rules engine that one can install, but what one could write oneself
BOUNDS: Final = ("by_hand", "bit_index")


def peer(name: str) -> Any:
    """The class behind a name."""
    module, attribute, _ = DECIDING[name]
    return getattr(import_module(f"peers.{module}"), attribute)


def label(name: str) -> str:
    """What a peer is called in tables."""
    return DECIDING[name][2]

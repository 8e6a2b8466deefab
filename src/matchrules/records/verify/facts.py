"""The facts in a record: a valid case of its rules, written in the one way."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from matchrules.records.verify.findings import Findings
from matchrules.records.verify.rules import Rules
from matchrules.records.verify.strict import Unfit, quoted, same
from matchrules.records.verify.values import (
    HIDDEN,
    Node,
    in_range,
    mask_of,
    masked,
    sorting,
    understood,
)

Instance = dict[str, Any]  # every attribute: its value, None or HIDDEN


def hides(rules: Rules, facts: Any) -> bool:
    """Whether a private fact is there: only then is anything hidden."""
    for name, given in facts.items() if isinstance(facts, dict) else ():
        declared = rules.base.facts.get(name)
        for one in given if isinstance(given, list) else [given]:
            attributes = () if declared is None else declared.attributes.values()
            if isinstance(one, dict) and any(a.private and a.name in one for a in attributes):
                return True
    return False


def revealed(facts: Any, given: Any, salt: str | None, found: Findings, path: str) -> Any:
    """The facts with those given in the place of hidden ones, each checked to be the one."""
    if isinstance(facts, dict) and mask_of(facts) is None and isinstance(given, Mapping):
        if list(facts) == list(given):
            return {
                name: revealed(facts[name], given[name], salt, found, f"{path}.{name}")
                for name in facts
            }
    elif isinstance(facts, list) and isinstance(given, list) and len(facts) == len(given):
        return [
            revealed(*pair, salt, found, f"{path}[{number}]")
            for number, pair in enumerate(zip(facts, given, strict=True))
        ]
    elif (mask := mask_of(facts)) is not None and salt is not None:
        label = ".".join(part.partition("[")[0] for part in path.split(".")[1:])
        if masked(salt, label, given) == mask:
            return given
        found.add("MR924", path, f"is another value than {quoted(given)}, which was given for it",
                  "is it the right case, and the right salt?")  # fmt: skip
        return facts
    elif same(facts, given):
        return facts
    found.add("MR924", path, f"says {quoted(facts)}, but the case given says {quoted(given)}")
    return facts


def read_facts(rules: Rules, raw: Any, hiding: bool, found: Findings) -> dict[str, list[Instance]]:
    """The instances of each fact; what is wrong goes to `found`."""
    instances: dict[str, list[Instance]] = {name: [] for name in rules.base.facts}
    if not isinstance(raw, dict):
        found.add("MR924", "facts", f"must be an object, not {quoted(raw)}")
        return instances
    if not _in_order(list(raw), list(rules.base.facts)):
        found.add("MR924", "facts", "must be facts that the rules declare, in their order")
    for name, given in raw.items():
        fact = rules.base.facts.get(name)
        if fact is None:
            continue
        path, many = f"facts.{name}", fact.bound is not None
        if not isinstance(given, list if many else dict) or given == []:
            found.add("MR924", path, f"must be {'a list' if many else 'an object'}, and not empty")
            continue
        for number, one in enumerate(given if many else [given]):
            where = f"{path}[{number}]" if many else path
            instances[name].append(_instance(rules, fact, one, hiding, found, where))
        if isinstance(given, list):
            _many(rules, fact, instances[name], given, found)
    return instances


def _instance(
    rules: Rules, fact: Node, raw: Any, hiding: bool, found: Findings, path: str
) -> Instance:
    instance: Instance = dict.fromkeys(fact.attributes)
    if not isinstance(raw, dict) or not _in_order(list(raw), list(fact.attributes)):
        found.add("MR924", path, f"must be attributes of `{fact.name}`, in their order")
        return instance
    for name, attribute in fact.attributes.items():
        required = not attribute.optional and attribute.default is None
        if name not in raw:
            if required:
                found.add("MR924", path, f"lacks `{name}`, which every `{fact.name}` needs")
            continue
        hidden = hiding and rules.shows_name(f"{fact.name}.{name}")
        if hidden and mask_of(raw[name]) is not None:
            instance[name] = HIDDEN
            found.trusted.append(f"{path}.{name}")
            continue
        try:
            value = understood(raw[name], attribute.type)
            if value is None:
                raise Unfit("is null: what is not known is left out")
            if not in_range(value, attribute.type):
                raise Unfit(f"is {quoted(raw[name])}, out of its range")
            instance[name] = value
        except Unfit as fault:
            found.unfit("MR924", fault, path, name)
    return instance


def _many(
    rules: Rules, fact: Node, instances: list[Instance], raw: list[Any], found: Findings
) -> None:
    """No more than there may be, each key once, in the one order."""
    path = f"facts.{fact.name}"
    if len(instances) > fact.bound:
        found.add("MR924", path, f"is there {len(instances)} times, but {fact.bound} are allowed")
    keys = rules.keys(fact.name)
    if keys:
        seen: set[Any] = set()
        for number, (instance, one) in enumerate(zip(instances, raw, strict=True)):
            key = tuple(
                str(one.get(name)) if instance[name] is HIDDEN else instance[name] for name in keys
            )
            if None in key or key in seen:
                found.add("MR924", f"{path}[{number}]", "has no key, or that of an earlier one")
            seen.add(key)
    attributes = sorted(fact.attributes.values(), key=lambda attribute: attribute.never_read)
    for number, (one, two) in enumerate(pairwise(instances)):
        for attribute in attributes:
            first, second = one[attribute.name], two[attribute.name]
            if first is HIDDEN or second is HIDDEN:
                break  # nobody can tell
            ranks = sorting(first, attribute.type), sorting(second, attribute.type)
            if ranks[0] > ranks[1]:
                found.add("MR924", f"{path}[{number + 1}]", "stands after one that it comes before")
            if ranks[0] != ranks[1]:
                break


def _in_order(names: list[str], declared: list[str]) -> bool:
    left = iter(declared)
    return all(name in left for name in names)

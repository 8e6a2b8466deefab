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
    mask_of,
    masked,
    promised,
    sorting,
    understood,
)

Instance = dict[str, Any]  # every attribute: its value, None or HIDDEN


def hides(rules: Rules, facts: Any) -> bool:
    """Whether a private fact is there: only then is anything hidden."""
    return isinstance(facts, dict) and any(
        isinstance(one, dict) and name in one
        for full, attribute in rules.attributes.items() if attribute.private
        for fact, _, name in [full.partition(".")]
        for given in [facts.get(fact)]
        for one in (given if isinstance(given, list) else [given])
    )  # fmt: skip


def revealed(facts: Any, given: Any, salt: str | None, found: Findings, path: str) -> Any:
    """The facts with those given in the place of hidden ones, each checked to be the one."""
    mask = mask_of(facts)
    if mask is not None and salt is not None:
        label = ".".join(part.partition("[")[0] for part in path.split(".")[1:])
        if masked(salt, label, given) == mask:
            return given
        found.add("MR924", path, f"is another value than {quoted(given)}, which was given for it",
                  "is it the right case, and the right salt?")  # fmt: skip
    elif isinstance(facts, dict) and isinstance(given, Mapping) and list(facts) == list(given):
        return {
            n: revealed(one, given[n], salt, found, f"{path}.{n}") for n, one in facts.items()
        }  # fmt: skip
    elif isinstance(facts, list) and isinstance(given, list) and len(facts) == len(given):
        return [
            revealed(one, two, salt, found, f"{path}[{number}]")
            for number, (one, two) in enumerate(zip(facts, given, strict=True))
        ]
    elif not same(facts, given):
        found.add("MR924", path, f"says {quoted(facts)}, but the case given says {quoted(given)}")
    return facts


def read_facts(rules: Rules, raw: Any, hiding: bool, found: Findings) -> dict[str, list[Instance]]:
    """The instances of each fact; what is wrong goes to `found`."""
    declared = rules.base.facts
    instances: dict[str, list[Instance]] = {name: [] for name in declared}
    if not isinstance(raw, dict) or [name for name in declared if name in raw] != list(raw):
        found.add("MR924", "facts", "must be facts that the rules declare, in their order")
        return instances
    for name, given in raw.items():
        many = declared[name].bound is not None
        if not isinstance(given, list if many else dict) or given == []:
            message = f"must be a{' list' if many else 'n object'}, and not empty"
            found.add("MR924", f"facts.{name}", message)
            continue
        for number, one in enumerate(given if many else [given]):
            where = f"facts.{name}[{number}]" if many else f"facts.{name}"
            instances[name].append(_instance(rules, declared[name], one, hiding, found, where))
        if isinstance(given, list):
            _many(declared[name], instances[name], given, found)
    return instances


def _instance(
    rules: Rules, fact: Node, raw: Any, hiding: bool, found: Findings, path: str
) -> Instance:
    instance: Instance = dict.fromkeys(fact.attributes)
    if not isinstance(raw, dict) or [name for name in instance if name in raw] != list(raw):
        found.add("MR924", path, f"must be attributes of `{fact.name}`, in their order")
        return instance
    for name, attribute in fact.attributes.items():
        if name not in raw:
            if not attribute.optional and attribute.default is None:
                found.add("MR924", path, f"lacks `{name}`, which every `{fact.name}` needs")
        elif hiding and mask_of(raw[name]) and rules.shows_name(f"{fact.name}.{name}"):
            instance[name] = HIDDEN
            found.trusted.append(f"{path}.{name}")
        else:
            with found.telling("MR924", f"{path}.{name}"):
                value = understood(raw[name], attribute.type)
                if value is None or not promised(value, attribute.type):
                    raise Unfit(f"is {quoted(raw[name])}, which no case can say of it")
                instance[name] = value
    return instance


def _many(fact: Node, instances: list[Instance], raw: list[Any], found: Findings) -> None:
    """No more than there may be, each key once, in the one order."""
    path, seen = f"facts.{fact.name}", set[Any]()
    if len(instances) > fact.bound:
        found.add("MR924", path, f"is there {len(instances)} times, but {fact.bound} are allowed")
    names = [attribute.name for attribute in fact.attributes.values() if attribute.key]
    for number, (instance, one) in enumerate(zip(instances, raw, strict=True)):
        key = tuple(str(one[n]) if instance[n] is HIDDEN else instance[n] for n in names)
        if None in key or (key and key in seen):
            found.add("MR924", f"{path}[{number}]", "has no key, or that of an earlier one")
        seen.add(key)
    attributes = sorted(fact.attributes.values(), key=lambda attribute: attribute.never_read)
    for number, pair in enumerate(pairwise(instances)):
        for attribute in attributes:
            values = [one[attribute.name] for one in pair]
            if HIDDEN in values:
                break  # nobody can tell
            first, second = (sorting(value, attribute.type) for value in values)
            if first > second:
                found.add("MR924", f"{path}[{number + 1}]", "stands after one that it comes before")
            if first != second:
                break

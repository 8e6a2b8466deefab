"""One instance of a many-fact, by its key."""

from typing import Any

from matchrules.case.values import Misread, Written, read_value, shown
from matchrules.decision import about_of
from matchrules.diagnostics.model import UsageError
from matchrules.diagnostics.suggest import did_you_mean
from matchrules.explain.grounds import Asked, Grounds
from matchrules.explain.names import spoken

Key = tuple[Any, ...]


def index_of_key(grounds: Grounds, fact: str) -> dict[Key, int]:
    """The place of each instance of a fact by its key."""
    keys = grounds.base.facts[fact].keys
    return {
        tuple(instance[name] for name in keys): n
        for n, instance in enumerate(grounds.case.facts[fact])
    }


def key_of(grounds: Grounds, facts: set[str | None], about: Any) -> Key:
    """`about` as a key of one of the facts; raises `UsageError` where it cannot be one."""
    keyed = sorted(f for f in facts if f is not None and grounds.base.facts[f].keys)
    if not keyed:
        raise UsageError("this is said of the whole case, not of one instance: leave `about` out")
    given = tuple(about) if isinstance(about, tuple | list) else (about,)
    wrong, names = "", grounds.wording.names
    for fact in keyed:
        declared = grounds.base.facts[fact]
        types = [declared.attributes[name].type for name in declared.keys]
        if len(types) != len(given):
            wrong = f"{names.one(fact)} is told by {', '.join(f'`{n}`' for n in declared.keys)}"
            continue
        try:
            return tuple(read_value(raw, t) for raw, t in zip(given, types, strict=True))
        except Misread as error:
            wrong = f"the key of {names.one(fact)} {error.message}"
    raise UsageError(f"`about` names no instance: {wrong}")


def no_such(grounds: Grounds, facts: set[str | None], key: Key) -> UsageError:
    """There is no instance with that key."""
    fact = sorted(filter(None, facts))[0]
    keys = [", ".join(map(str, known)) for known in index_of_key(grounds, fact)]
    asked = ", ".join(map(str, key))
    hint = did_you_mean(asked, keys[:1000])
    return UsageError(
        f"there is no {spoken(fact)} {shown(asked)} in the case" + (f": {hint}" if hint else "")
    )


def key_of_words(grounds: Grounds, asked: Asked, words: str) -> Any:
    """What somebody typed as the key of an instance, as `about` has it: several values are joined
    by commas."""
    facts = _facts(grounds, asked)
    counts = {len(grounds.base.facts[f].keys) for f in facts if f is not None}
    parts = [words] if 1 in counts else [part.strip() for part in words.split(",")]
    return about_of(key_of(grounds, facts, tuple(Written(part, bare=False) for part in parts)))


def _facts(grounds: Grounds, asked: Asked) -> set[str | None]:
    """The many-facts of whose instances something is said."""
    if asked.what != "value":
        return {rule.fact for rule in grounds.rules_for(asked)}
    define = grounds.base.defines.get(asked.name)
    if define is not None:
        return {define.fact}
    fact = grounds.base.facts[asked.name.partition(".")[0]]
    return {fact.name if fact.many else None}

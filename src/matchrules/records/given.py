"""The facts that a record is decided anew with: given ones, or its own where that will do."""

from collections.abc import Iterable, Mapping
from typing import Any

from matchrules.case.model import Case
from matchrules.case.writing import case_facts_plain
from matchrules.ir import RuleBase
from matchrules.records.document import Record
from matchrules.records.private import hashed, is_hidden
from matchrules.records.reading import refused


def check_given(
    record: Record, then: Mapping[str, Any], now: tuple[RuleBase, Case], salt: str | None
) -> None:
    """That facts which are given are those of the record, private ones by their hashes."""
    if record.private and salt is None:
        raise refused(
            "MR909", "private facts can only be compared with the salt that they are hashed with, "
            "and it is not in the record", "give it by `--salt-file`",
        )  # fmt: skip
    wrong = [
        path
        for path, before, after in _paired(then, case_facts_plain(*now))
        if (hashed(salt, _label(path), after) if is_hidden(before) else after) != before
    ]
    if not wrong:
        return
    private = record.salt is None and set(wrong) <= set(record.private)
    raise refused(
        "MR908",
        f"the facts given are not those of the record: {_listed(wrong)}"
        + (" has another value" if len(wrong) == 1 else " have other values"),
        "give the case that the record was made of"
        + (", and the salt that it was made with" if private else ""),
    )  # fmt: skip


def _paired(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    one, other = dict(_flat(then)), dict(_flat(now))
    return [(path, one.get(path), other.get(path)) for path in {**one, **other}]


def _flat(facts: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, given in facts.items():
        several = isinstance(given, list)
        for number, instance in enumerate(given if several else [given], 1):
            where = f"{name}[{number}]" if several else name
            yield where, {}  # that it is there, though nothing of it is known
            for attribute, value in instance.items():
                yield f"{where}.{attribute}", value


def _label(path: str) -> str:
    fact, _, attribute = path.partition(".")
    return f"{fact.partition('[')[0]}.{attribute}"


def is_unread(base: RuleBase, path: str) -> bool:
    """Whether what is in force can do without the private fact, and shows nothing of it."""
    fact, _, name = path.partition(".")
    declared = base.facts[fact].attributes.get(name) if fact in base.facts else None
    return (
        declared is not None
        and declared.private
        and declared.optional
        and declared.default is None
        and (fact, name) not in base.attributes_read
    )


def without_private(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a record without those that are hashes; none is of a many-fact."""
    return {
        name: given if isinstance(given, list) else
        {n: value for n, value in given.items() if not is_hidden(value)}
        for name, given in facts.items()
    }  # fmt: skip


def take_over(
    base: RuleBase, then: Mapping[str, Any], anew: dict[str, Any], paths: tuple[str, ...]
) -> None:
    """Put the hashes of private facts that nothing reads where they were."""
    for path in paths:
        fact, _, name = path.partition(".")
        value = then["facts"][fact][name]
        given = {**anew["facts"].get(fact, {}), name: value}
        anew["facts"][fact] = {n: given[n] for n in base.facts[fact].attributes if n in given}
        for step in anew["proof"]:
            if step[:2] == ["attribute", path]:
                step[3] = value
    anew["facts"] = {name: anew["facts"][name] for name in base.facts if name in anew["facts"]}
    anew["salt"] = then["salt"]


def _listed(paths: list[str]) -> str:
    shown = ", ".join(f"`{path}`" for path in paths[:5])
    return shown + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")

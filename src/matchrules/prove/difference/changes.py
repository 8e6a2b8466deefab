"""Which statements differ between two rule bases, without asking what that does."""

from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from attrs import evolve

from matchrules.decision import plain_value
from matchrules.ir import (
    AttributeDeclaration,
    Define,
    ParameterDeclaration,
    ParameterRow,
    Rule,
    RuleBase,
    Table,
)
from matchrules.prove.difference.model import Change, How

Parts = list[str]


def changes(old: RuleBase, new: RuleBase) -> tuple[Change, ...]:
    """Every statement that differs, in the order of their kinds and names."""
    return (
        *_of_facts(old, new),
        *_named("enum", old.enums, new.enums, _enum),
        *_named("parameter", old.parameters, new.parameters, _parameter),
        *_of_advice(old, new),
        *_named("define", old.defines, new.defines, _define),
        *_of_rules(old, new),
        *_of_rejects(old, new),
    )


def paired(old: RuleBase, new: RuleBase) -> tuple[tuple[Rule | None, Rule | None], ...]:
    """Each rule with what it has become: of the same name, else of the same id."""
    pairs: list[tuple[Rule | None, Rule | None]] = []
    taken = {name for name in old.rules if name in new.rules}
    by_id = {r.id: r for r in new.rules.values() if r.id is not None and r.name not in taken}
    moved = set()
    for name, rule in old.rules.items():
        now = new.rules[name] if name in taken else by_id.get(rule.id) if rule.id else None
        if now is not None:
            moved.add(now.name)
        pairs.append((rule, now))
    return (*pairs, *((None, r) for name, r in new.rules.items() if name not in moved))


def _named(
    kind: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    compare: Callable[[Any, Any], tuple[How, Parts] | None],
) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        one, two = old.get(name), new.get(name)
        word = "table" if isinstance(getattr(two or one, "body", None), Table) else kind
        if one is None or two is None:
            yield _alone(word, name, one, two)
            continue
        found = compare(one, two)
        if found is not None:
            yield Change(word, name, found[0], tuple(found[1]), one.span, two.span)


def _alone(kind: str, name: str, one: Any, two: Any) -> Change:
    if one is None:
        return Change(kind, name, "added", (), None, two.span)
    return Change(kind, name, "removed", (), one.span, None)


def _told(meaning: Parts, words: Parts) -> tuple[How, Parts] | None:
    if meaning:
        return "changed", meaning
    return ("words", words) if words else None


def _differing(one: Any, two: Any, names: tuple[str, ...], told: str = "") -> Parts:
    return [
        told or name.replace("_", " ") for name in names if getattr(one, name) != getattr(two, name)
    ]


# Each kind ------------------------------------------------------------------------------------


def _enum(one: Any, two: Any) -> tuple[How, Parts] | None:
    members = ["members"] if one.type != two.type else []
    return _told(members, _differing(one, two, ("labels", "description")))


def _parameter(one: ParameterDeclaration, two: ParameterDeclaration) -> tuple[How, Parts] | None:
    meaning = _differing(one, two, ("type", "key"))
    before, after = ({(r.key, r.start): r for r in p.rows} for p in (one, two))
    for key in [*before, *(key for key in after if key not in before)]:
        values = [_row_value(rows.get(key), two) for rows in (before, after)]
        if values[0] != values[1]:
            meaning.append(f"{_row_name(key)}{values[0]} → {values[1]}")
    words = _differing(one, two, ("description",))
    same = [key for key in before if key in after]
    if any((before[k].cites, before[k].checked, before[k].grade)
           != (after[k].cites, after[k].checked, after[k].grade) for k in same):  # fmt: skip
        words.append("where it comes from")
    return _told(meaning, words)


def _row_name(key: tuple[Any, Any]) -> str:
    member, start = key
    told = [] if member is None else [f"for {plain_value(member, None)}"]
    return " ".join([*told, *([] if start is None else [f"from {start}"]), ""]).lstrip()


def _row_value(row: ParameterRow | None, declared: ParameterDeclaration) -> str:
    if row is None:
        return "none"
    value = plain_value(row.value, declared.type)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _define(one: Define, two: Define) -> tuple[How, Parts] | None:
    meaning = _differing(one, two, ("type",)) + _differing(one, two, ("fact",), "for each")
    if isinstance(one.body, Table) and isinstance(two.body, Table):
        meaning += _differing(one.body, two.body, ("hit",))
        meaning += _rows(one.body, two.body)
    elif one.body != two.body:
        meaning.append("is")
    return _told(meaning, _differing(one, two, ("description", "cites", "provisional")))


def _rows(one: Table, two: Table) -> Parts:
    """Rows that differ, by number."""
    told = []
    for word, i, j, k, m in SequenceMatcher(None, one.rows, two.rows, False).get_opcodes():
        if word == "replace" and j - i == m - k:
            told += [f"row {n + 1}" for n in range(k, m)]
        elif word != "equal":
            told += [f"row {n + 1} removed" for n in range(i, j)]
            told += [f"row {n + 1} added" for n in range(k, m)]
    if not told and one.heads != two.heads:
        told.append("columns")
    return told


def _of_rules(old: RuleBase, new: RuleBase) -> Iterator[Change]:
    for one, two in paired(old, new):
        if one is None or two is None:
            found = one or two
            assert found is not None
            yield _alone("rule", found.id or found.full_name, one, two)
            continue
        told = _rule(one, two)
        if told is not None:
            how, parts = told
            name = two.id or two.full_name
            yield Change("rule", name, how, tuple(parts), one.span, two.span)


def _rule(one: Rule, two: Rule) -> tuple[How, Parts] | None:
    meaning = _differing(one, two, ("fact",), "for each")
    meaning += _differing(one, two, ("guards", "when", "unless", "overrides"))
    said = [[(t.strength, t.kind, t.subject, t.fields) for t in r.thens] for r in (one, two)]
    if said[0] != said[1]:
        meaning.append("then")
    words = _differing(one, two, ("name", "ruleset", "id", "title", "section", "cites"))
    words += _differing(one, two, ("provisional",))
    if said[0] == said[1] and [t.text for t in one.thens] != [t.text for t in two.thens]:
        words.append("text")
    return _told(meaning, words)


def _of_facts(old: RuleBase, new: RuleBase) -> Iterator[Change]:
    for name in sorted(old.facts.keys() | new.facts.keys()):
        one, two = old.facts.get(name), new.facts.get(name)
        if one is None or two is None:
            yield _alone("fact", name, one, two)
            continue
        meaning = _differing(one, two, ("bound",), "up to")
        told = _told(meaning, _differing(one, two, ("description", "change", "cost")))
        if told is not None:
            yield Change("fact", name, told[0], tuple(told[1]), one.span, two.span)
        for change in _named("attribute", one.attributes, two.attributes, _attribute):
            yield evolve(change, name=f"{name}.{change.name}")


def _attribute(one: AttributeDeclaration, two: AttributeDeclaration) -> tuple[How, Parts] | None:
    names = ("type", "optional", "key", "never_read", "default", "unless")
    marks = ("description", "change", "cost", "private")
    return _told(_differing(one, two, names), _differing(one, two, marks))


def _of_advice(old: RuleBase, new: RuleBase) -> Iterator[Change]:
    for name in sorted(old.advice.keys() | new.advice.keys()):
        one, two = old.advice.get(name), new.advice.get(name)
        if one is None or two is None:
            yield _alone("advice", name, one, two)
            continue
        words = _differing(one, two, ("salience", "description"))
        if words:
            yield Change("advice", name, "words", tuple(words), one.span, two.span)
        for change in _named("subject", one.subjects, two.subjects, _subject):
            yield evolve(change, name=f"{name}.{change.name}")


def _subject(one: Any, two: Any) -> tuple[How, Parts] | None:
    meaning = _differing(one, two, ("fields", "unique"))
    return _told(meaning, _differing(one, two, ("description",)))


def _of_rejects(old: RuleBase, new: RuleBase) -> Iterator[Change]:
    sides = [{(r.name, r.fact): r for r in base.rejects} for base in (old, new)]
    for key in [*sides[0], *(key for key in sides[1] if key not in sides[0])]:
        one, two = (side.get(key) for side in sides)
        if one is None or two is None:
            yield _alone("reject", key[0], one, two)
        elif one.when != two.when:
            yield Change("reject", key[0], "changed", ("when",), one.span, two.span)


__all__ = ["changes", "paired"]

"""What exactly differs between two versions of a statement, in a few words."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from matchrules import ir
from matchrules.case.values import plain
from matchrules.ir import RuleBase

_MOST: Final = 3  # rows told one by one
_RULE: Final = {
    "guards": "where it applies", "fact": "what it is for each of", "when": "its `when`",
    "unless": "its `unless`", "provisional": "when it is provisional",
    "overrides": "what it overrides", "thens": "what it says", "cites": "its sources",
    "id": "its id", "title": "its title", "section": "its section", "ruleset": "its ruleset",
}  # fmt: skip
_DEFINE: Final = {
    "type": "its type", "body": "how it is worked out", "fact": "what it is for each of",
    "provisional": "when it is provisional", "cites": "its sources",
    "description": "its description", "ruleset": "its ruleset",
}  # fmt: skip


def detail(then: Any, now: Any) -> str:
    """What differs: rows of a parameter or table, or parts of a rule or define; empty where that is
    not told."""
    if isinstance(then, ir.Rule) and isinstance(now, ir.Rule):
        return ", ".join(_parts(_RULE, then, now))
    if isinstance(then, ir.Define) and isinstance(now, ir.Define):
        return ", ".join(_of_define(then, now))
    both = isinstance(then, ir.ParameterDeclaration) and isinstance(now, ir.ParameterDeclaration)
    if both and (then.type, then.key) == (now.type, now.key):
        return _listed(list(_values(then, now)))
    return ""


def renamed(then: RuleBase, now: RuleBase) -> Mapping[str, str]:
    """Rulesets that have another name now, by the one they had: those that are gone, most of whose
    statements are in one that is new."""
    after = {key: said.ruleset for key, said in _owned(now)}
    moved: dict[str, Counter[str]] = {}
    size: Counter[str] = Counter()
    for key, said in _owned(then):
        if said.ruleset not in now.rulesets:
            size[said.ruleset] += 1
            new = after.get(key, "")
            if new in now.rulesets and new not in then.rulesets:
                moved.setdefault(said.ruleset, Counter())[new] += 1
    found = {
        old: name
        for old, names in sorted(moved.items())
        for name, many in names.most_common(1)
        if many * 2 > size[old]
    }
    once = Counter(found.values())
    return {old: name for old, name in found.items() if once[name] == 1}


def _owned(base: RuleBase) -> Iterator[tuple[tuple[str, str], Any]]:
    for what, declared in (
        ("rule", base.rules), ("define", base.defines), ("parameter", base.parameters),
        ("enum", base.enums), ("fact", base.facts), ("advice", base.advice),
    ):  # fmt: skip
        assert isinstance(declared, Mapping)
        for name, said in declared.items():
            yield (what, name), said


def _parts(words: Mapping[str, str], then: Any, now: Any) -> list[str]:
    return [said for name, said in words.items() if getattr(then, name) != getattr(now, name)]


def _of_define(then: ir.Define, now: ir.Define) -> Iterator[str]:
    one, other = then.body, now.body
    rows = ""
    if isinstance(one, ir.Table) and isinstance(other, ir.Table) and one.heads == other.heads:
        rows = _rows(one.rows, other.rows) if one.hit == other.hit else ""
    for part in _parts(_DEFINE, then, now):
        yield rows if rows and part == _DEFINE["body"] else part


def _rows(then: tuple[ir.Row, ...], now: tuple[ir.Row, ...]) -> str:
    """Rows by their numbers, from 1: those that differ, come or go, equal ones around them left
    out."""
    first = 0
    while first < min(len(then), len(now)) and then[first] == now[first]:
        first += 1
    last = 0
    while last < min(len(then), len(now)) - first and then[-1 - last] == now[-1 - last]:
        last += 1
    gone, come = len(then) - first - last, len(now) - first - last
    if gone == come:
        return _numbered([n + 1 for n in range(first, first + gone) if then[n] != now[n]])
    if not gone:
        return f"{_numbered(list(range(first + 1, first + come + 1)))} came in"
    if not come:
        return f"{_numbered(list(range(first + 1, first + gone + 1)))} went"
    return f"its rows from row {first + 1} on"


def _numbered(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    shown = ", ".join(map(str, numbers[:_MOST]))
    more = len(numbers) - _MOST
    return f"rows {shown}" + (f" and {more} more" if more > 0 else "")


def _values(then: ir.ParameterDeclaration, now: ir.ParameterDeclaration) -> Iterator[str]:
    """The values of a parameter that differ, by what they are for."""
    before, after = ({(row.key, row.start): row for row in p.rows} for p in (then, now))
    for key, start in {**before, **after}:
        one, other = before.get((key, start)), after.get((key, start))
        if one == other:
            continue
        place = "" if key is None or then.key is None else f"for {plain(key, then.key)} "
        place += "" if start is None else f"from {start} on "
        was, is_ = (None if row is None else plain(row.value, then.type) for row in (one, other))
        lead = f"{place.strip()}: " if place else ""
        if one is None:
            yield f"{lead}{is_} is new"
        elif other is None:
            yield f"{lead}{was} is gone"
        elif was != is_:
            yield f"{lead}{was} then, {is_} now"
        else:
            yield f"{lead}{is_} as before, with another source or grade"


def _listed(said: list[str]) -> str:
    more = len(said) - _MOST
    return "; ".join(said[:_MOST]) + (f"; and {more} more" if more > 0 else "")


__all__ = ["detail", "renamed"]

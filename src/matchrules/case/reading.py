"""Facts as users give them - mappings, lists, fact objects, the tree of a file - as values of the
language, every fault found on the way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from matchrules.case.classes import asserted, fingerprint, mark_of
from matchrules.case.findings import Findings
from matchrules.case.tree import Path
from matchrules.case.validation import Placed
from matchrules.case.values import Misread, Written, is_null, read_value, shown
from matchrules.diagnostics.suggest import closest, did_you_mean
from matchrules.ir import FactDeclaration, RuleBase
from matchrules.types import Date, Value

AS_OF = "as_of"


def read_day(raw: Any, given: object, findings: Findings) -> date | None:
    """The day of a case: in the case, in the call, or alike in both."""
    written = raw.get(AS_OF) if isinstance(raw, Mapping) else None
    days: list[date] = []
    for value in (written, given):
        try:
            day = read_value(value, Date())
        except Misread as fault:
            findings.add(fault.code, (AS_OF,), fault.message, fault.help)
            return None
        if isinstance(day, date):
            days.append(day)
    if not days:
        findings.add(
            "MR506", (AS_OF,), "is missing: the day for which the case is to be decided",
            "write `as_of: 2026-11-01` in the case, or give it in the call",
        )  # fmt: skip
        return None
    if days[0] != days[-1]:
        findings.add(
            "MR506", (AS_OF,), f"is {days[0]} in the case, but {days[-1]} in the call",
            "give it in one place, or alike in both",
        )  # fmt: skip
        return None
    return days[0]


def read_facts(
    base: RuleBase, raw: Any, findings: Findings, kin: Sequence[RuleBase] = ()
) -> dict[str, list[Placed]]:
    """The facts of a case, as asserted. `kin` are further rule bases whose fact classes may be
    used: other eras of the same book."""
    placed: dict[str, list[Placed]] = {}
    owners: dict[str, dict[str, FactDeclaration]] = {}  # by fact and fingerprint, as needed
    for name, path, given in _entries(base, raw, findings):
        declaration = base.facts[name]
        if mark_of(given) is not None and name not in owners:
            alike = [b.facts[name] for b in (*kin, base) if name in b.facts]
            owners[name] = {fingerprint(owner): owner for owner in alike}
        instance = _instance(base, declaration, path, given, findings, owners.get(name, {}))
        placed.setdefault(name, []).append((path, instance))
    return placed


def _entries(base: RuleBase, raw: Any, findings: Findings) -> Iterable[tuple[str, Path, Any]]:
    """Each fact with its name and path."""
    if mark_of(raw) is not None:
        raw = [raw]
    if isinstance(raw, Mapping):
        yield from _named(base, raw, findings)
    elif _is_list(raw) and findings.document is None:
        for index, fact in enumerate(raw):
            mark = mark_of(fact)
            if mark is None:
                findings.add(
                    "MR512", (index,), f"is {shown(fact)}, not a fact object",
                    "give fact objects, or a mapping from each fact to its attributes",
                )  # fmt: skip
            elif mark[0] not in base.facts:
                _foreign(mark[0], (index,), findings)
            else:
                yield mark[0], (index,), fact
    elif raw is None and findings.document is not None:
        name = findings.document.source.name
        findings.add("MR512", (), f"`{name}` holds no case", _EXAMPLE)
    else:
        findings.add("MR512", (), f"a case is a mapping, not {shown(raw)}", _EXAMPLE)


_EXAMPLE = "write one key for each fact, and `as_of` beside them"


def _named(
    base: RuleBase, raw: Mapping[Any, Any], findings: Findings
) -> Iterable[tuple[str, Path, Any]]:
    for name, given in raw.items():
        if name == AS_OF:
            continue
        declaration = base.facts.get(name) if isinstance(name, str) else None
        if declaration is None:
            _unknown_fact(base, name, findings)
        elif given is None or (isinstance(given, Written) and is_null(given)):
            continue
        elif not declaration.many:
            if _is_list(given):
                findings.add(
                    "MR512", (name,), "is there at most once, so it is no list",
                    "write its attributes straight under its name",
                )  # fmt: skip
            else:
                yield name, (name,), given
        elif not _is_list(given):
            what = "one" if mark_of(given) is not None else shown(given)
            findings.add(
                "MR512", (name,), f"may be there many times, so it is a list, not {what}",
                "write a list: put `-` before each one" if findings.document is not None
                and findings.document.format == "yaml" else "write a list, also of one",
            )  # fmt: skip
        else:
            yield from ((name, (name, index), item) for index, item in enumerate(given))


def _is_list(given: Any) -> bool:
    return (
        isinstance(given, Iterable)
        and not isinstance(given, str | bytes | Mapping | set | frozenset)
        and mark_of(given) is None
    )


def _instance(
    base: RuleBase,
    declaration: FactDeclaration,
    path: Path,
    given: Any,
    findings: Findings,
    owners: Mapping[str, FactDeclaration],
) -> dict[str, Value | None]:
    """One instance, an attribute that cannot be read as unknown."""
    mark = mark_of(given)
    if mark is not None:
        owner = owners.get(mark[1])
        if owner is None or mark[0] != declaration.name:
            _foreign(mark[0], path, findings, wanted=declaration.name)
            return _nothing(declaration, path, findings)
        given = asserted(owner, given)
    if not isinstance(given, Mapping):
        findings.add(
            "MR512", path, f"must be a mapping from its attributes, not {shown(given)}",
            f"write `{next(iter(declaration.attributes), 'attribute')}: …` under it",
        )  # fmt: skip
        return _nothing(declaration, path, findings)
    return read_instance(base, declaration, given, path, findings)


def _nothing(
    declaration: FactDeclaration, path: Path, findings: Findings
) -> dict[str, Value | None]:
    """An instance of which no more is to be said."""
    for name in declaration.attributes:
        findings.excuse((*path, name))
    return {}


def read_instance(
    base: RuleBase,
    declaration: FactDeclaration,
    given: Mapping[Any, Any],
    path: Path,
    findings: Findings,
) -> dict[str, Value | None]:
    """The attributes of one fact as values of the language."""
    values: dict[str, Value | None] = {}
    for name, raw in given.items():
        attribute = declaration.attributes.get(name) if isinstance(name, str) else None
        if attribute is None:
            _unknown_attribute(base, declaration, path, name, findings)
            continue
        try:
            values[name] = read_value(raw, attribute.type)
        except Misread as fault:
            findings.add(fault.code, (*path, name), fault.message, fault.help)
    return values


def _foreign(name: str, path: Path, findings: Findings, wanted: str | None = None) -> None:
    if wanted is not None and name != wanted:
        said = f"is made as `{name}`, not as `{wanted}`"
    else:
        said = f"is a `{name}` of other rules, which declare it otherwise"
    findings.add("MR523", path, said, "make it with the fact classes of this book: `book.facts`")


def _unknown_fact(base: RuleBase, name: Any, findings: Findings) -> None:
    if not isinstance(name, str):
        findings.add("MR510", (), f"the name of a fact is a text, not {shown(name)}")
        return
    fact, _, attribute = name.partition(".")
    derived = [define for define in base.defines if define.partition(".")[0] == fact]
    help = did_you_mean(name, base.facts)
    if name in base.defines or (derived and fact not in base.facts):
        findings.add(
            "MR511", (name,), "is worked out by the rules: it cannot be asserted",
            "leave it out, and give the facts that it follows from", key=True,
        )  # fmt: skip
        return
    if attribute and fact in base.facts:
        help = f"write `{attribute}` under `{fact}`"
    elif help is None:
        owners = [f.name for f in base.facts.values() if name in f.attributes]
        help = f"write it under `{owners[0]}`" if len(owners) == 1 else (
            "these are the facts: " + ", ".join(f"`{fact}`" for fact in list(base.facts)[:12])
        )  # fmt: skip
    findings.add("MR510", (name,), "is no fact that the rules know", help, key=True)


def _unknown_attribute(
    base: RuleBase, declaration: FactDeclaration, path: Path, name: Any, findings: Findings
) -> None:
    if not isinstance(name, str):
        findings.add("MR510", path, f"has a name that is no text: {shown(name)}")
        return
    full = f"{declaration.name}.{name}"
    if full in base.defines:
        findings.add(
            "MR511", (*path, name), "is worked out by the rules: it cannot be asserted",
            "leave it out, and give the facts that it follows from", key=True,
        )  # fmt: skip
        return
    near = closest(name, declaration.attributes)
    if near is not None:
        findings.excuse((*path, near))  # it is there, under a wrong name
        help = f"did you mean `{near}`?"
    else:
        known = ", ".join(f"`{known}`" for known in list(declaration.attributes)[:12])
        help = f"`{declaration.name}` has {known}"
    findings.add("MR510", (*path, name), f"is no attribute of `{declaration.name}`", help, key=True)

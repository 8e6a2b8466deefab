"""A record decided anew with the rules at hand: the same bytes, or what differs and why."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Protocol

from attrs import frozen

from matchrules.case.model import Case
from matchrules.decision import Decision
from matchrules.diagnostics.model import CaseErrors, Diagnostic
from matchrules.ir import RuleBase
from matchrules.records.canonical import canonical
from matchrules.records.differences import renamed
from matchrules.records.document import Record, sealed, software
from matchrules.records.given import check_given, is_unread, take_over, without_private
from matchrules.records.reading import refused
from matchrules.records.statements import Cones, StatementChange, changes

PARTS: Final = (
    "strength", "text", "fields", "reasons", "cites", "id", "provisional", "salience",
)  # fmt: skip


@frozen
class RulesetChange:
    """A ruleset of which another version, or another text of the version, is at hand: (version,
    sha256) then and now, None where there was or is none."""

    name: str
    then: tuple[str, str] | None
    now: tuple[str, str] | None

    def to_dict(self) -> dict[str, Any]:
        def plain(one: tuple[str, str] | None) -> dict[str, str] | None:
            return None if one is None else {"version": one[0], "sha256": one[1]}

        return {"name": self.name, "then": plain(self.then), "now": plain(self.now)}


@frozen
class AdviceChange:
    """Advice that comes, goes or is another one now. `then` and `now` are it, as a record has it;
    `parts` names what differs; `because` are the statements that it rests on and that differ."""

    change: str
    then: Mapping[str, Any] | None
    now: Mapping[str, Any] | None
    parts: tuple[str, ...]
    because: tuple[StatementChange, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "change": self.change, "then": self.then, "now": self.now, "parts": list(self.parts),
            "because": [one.to_dict() for one in self.because],
        }  # fmt: skip


@frozen
class ValueChange:
    """A derived fact that has another value now."""

    name: str
    then: Any
    now: Any
    because: tuple[StatementChange, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name, "then": self.then, "now": self.now,
            "because": [one.to_dict() for one in self.because],
        }  # fmt: skip


@frozen
class Replay:
    """What became of a record that was decided anew.

    `same`: byte for byte, the version of matchrules aside; `software` are the versions then and
    now. `private` names facts that have to be given to decide it; `refused` is what the rules at
    hand have against the facts: with either nothing was decided, and only the rules are compared.
    `other` names parts of the record that differ beside advice and derived facts.
    """

    record: Record
    same: bool
    software: tuple[str, str]
    rulesets: tuple[RulesetChange, ...] = ()
    statements: tuple[StatementChange, ...] = ()
    advice: tuple[AdviceChange, ...] = ()
    derived: tuple[ValueChange, ...] = ()
    other: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    refused: tuple[Diagnostic, ...] = ()

    @property
    def decided(self) -> bool:
        """Whether the facts could be decided with the rules at hand."""
        return not self.private and not self.refused

    def __str__(self) -> str:
        from matchrules.records.replay_text import text

        return text(self)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "format": 1,
            "as_of": self.record.as_of.isoformat(),
            "record": self.record.sha256,
            "same": self.same,
            "decided": self.decided,
            "matchrules": {"then": self.software[0], "now": self.software[1]},
            "rulesets": [one.to_dict() for one in self.rulesets],
            "statements": [one.to_dict() for one in self.statements],
            "advice": [one.to_dict() for one in self.advice],
            "derived": [one.to_dict() for one in self.derived],
            "other": list(self.other),
            "private": list(self.private),
            "refused": [{"code": d.code, "message": d.message} for d in self.refused],
        }


class Rules(Protocol):
    """What a book is asked for here."""

    def base_on(self, as_of: date) -> RuleBase: ...
    def case(self, facts: Any, as_of: date | None = None) -> tuple[RuleBase, Case]: ...
    def decide(self, facts: Any, as_of: date | None = None) -> Decision: ...


def replay(record: Record, book: Rules, facts: Any = None, salt: str | None = None) -> Replay:
    """Decide the facts of a record anew, with the rules of `book` that are in force on its day.

    `facts` is the case that the record was made of, as for `Book.decide`: needed where private
    facts were read, of which a record holds hashes only. `salt` is the one that they were hashed
    with, where the record does not hold it. Raises `RecordErrors` where no rules are in force on
    that day, the facts given are not those of the record, or the salt is not at hand.
    """
    tree = record.to_dict()
    base = _base(record, book, tree)
    versions = (tree["matchrules"], software())
    salt = _salt(record, salt)
    kept: tuple[str, ...] = ()  # private facts that nothing reads: their hashes are taken over
    if facts is not None:
        check_given(record, tree["facts"], _given(record, book, facts), salt)
    elif record.private:
        kept = tuple(path for path in record.private if is_unread(base, path))
        if len(kept) < len(record.private):
            needed = tuple(path for path in record.private if path not in kept)
            return _differing(record, base, versions, private=needed)
        facts = without_private(tree["facts"])
    else:
        facts = tree["facts"]
    try:
        decision = book.decide(facts, as_of=record.as_of)
    except CaseErrors as error:
        return _differing(record, base, versions, refused=error.diagnostics)
    anew = decision.record(salt=salt or record.salt or "none").to_dict()
    if kept:
        take_over(base, tree, anew, kept)
    if record.salt is None:
        anew["salt"] = None
    anew["matchrules"] = tree["matchrules"]
    if sealed(anew) == record.to_json():
        return Replay(record, True, versions)
    return _differing(record, base, versions, anew)


def _base(record: Record, book: Rules, tree: Mapping[str, Any]) -> RuleBase:
    try:
        return book.base_on(record.as_of)
    except CaseErrors as error:
        made = ", ".join(f"{r['name']} (version {r['version']})" for r in tree["rulesets"])
        (fault,) = error.diagnostics
        raise refused(
            "MR905",
            f"no rules at hand are in force on {record.as_of}, the day of the record",
            f"give those that it was made with, by `--rules`: {made}; those at hand: "
            f"{(fault.help or '').removeprefix('the rules are ')}",
        ) from None


def _given(record: Record, book: Rules, facts: Any) -> tuple[RuleBase, Case]:
    try:
        return book.case(facts, record.as_of)
    except CaseErrors as error:
        if [fault.code for fault in error.diagnostics] != ["MR506"]:
            raise
        raise refused(
            "MR908", "the case given is for another day than the record, which is for "
            f"{record.as_of}",
            "give the case that the record was made of, as it was then",
        ) from None  # fmt: skip


def _salt(record: Record, salt: str | None) -> str | None:
    if salt is not None and record.salt is not None and salt != record.salt:
        raise refused(
            "MR909", "the salt that is given is not the one of the record",
            "leave it out: the record holds its salt",
        )  # fmt: skip
    return record.salt if salt is None else salt


# What differs -------------------------------------------------------------------------------------


def _differing(
    record: Record,
    base: RuleBase,
    versions: tuple[str, str],
    anew: Mapping[str, Any] | None = None,
    private: tuple[str, ...] = (),
    refused: tuple[Diagnostic, ...] = (),
) -> Replay:
    tree = record.to_dict()
    then = record.rules
    changed = changes(then, base)
    # that a ruleset has another name decides nothing
    why = _Because(
        tuple(one for one in changed if one.change != "renamed"), (Cones(then), Cones(base))
    )
    now = [(r.name, (r.version, r.sha256)) for r in base.rulesets.values()]
    return Replay(
        record, False, versions,
        _rulesets({r["name"]: (r["version"], r["sha256"]) for r in tree["rulesets"]}, dict(now)),
        changed,
        () if anew is None else _advice(tree["advice"], anew["advice"], why, renamed(then, base)),
        () if anew is None else _derived(tree["derived"], anew["derived"], why),
        () if anew is None else tuple(
            part for part in ("facts", "salt", "unknown", "warnings", "proof")
            if canonical(tree[part]) != canonical(anew[part])
        ),
        private, refused,
    )  # fmt: skip


@frozen
class _Because:
    """Which of the statements that differ a rule or a derived fact rests on, then or now."""

    changed: tuple[StatementChange, ...]
    cones: tuple[Cones, Cones]

    def of_rule(self, name: str) -> tuple[StatementChange, ...]:
        found = frozenset().union(*(cone.of_rule(name.rpartition(".")[2]) for cone in self.cones))
        return tuple(one for one in self.changed if (one.what, one.name) in found)

    def of_name(self, name: str) -> tuple[StatementChange, ...]:
        found = frozenset().union(*(cone.of_name(name) for cone in self.cones))
        return tuple(one for one in self.changed if (one.what, one.name) in found)


def _rulesets(
    then: Mapping[str, tuple[str, str]], now: Mapping[str, tuple[str, str]]
) -> tuple[RulesetChange, ...]:
    return tuple(
        RulesetChange(name, then.get(name), now.get(name))
        for name in sorted({**then, **now})
        if then.get(name) != now.get(name)
    )


def _advice(
    then: list[dict[str, Any]],
    now: list[dict[str, Any]],
    why: _Because,
    names: Mapping[str, str],
) -> tuple[AdviceChange, ...]:
    before, after = _by_origin([_named_now(names, one) for one in then]), _by_origin(now)
    found = []
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key), after.get(key)
        if one == other:
            continue
        parts = () if one is None or other is None else tuple(
            part for part in PARTS if one[part] != other[part]
        )  # fmt: skip
        change = "comes" if one is None else "goes" if other is None else "changes"
        found.append(AdviceChange(change, one, other, parts, why.of_rule(key[0])))
    return tuple(found)


def _named_now(names: Mapping[str, str], advice: dict[str, Any]) -> dict[str, Any]:
    """Advice with the name that the ruleset of its rule has now."""
    ruleset, _, rule = advice["rule"].rpartition(".")
    return {**advice, "rule": f"{names[ruleset]}.{rule}"} if ruleset in names else advice


def _by_origin(advice: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Advice by what it is the same piece with: rule, subject, instance, and place among those."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    seen: Counter[tuple[str, ...]] = Counter()
    for one in advice:
        key = (one["rule"], one["kind"], one["subject"], canonical(one["about"]))
        found[(*key, seen[key])] = one
        seen[key] += 1
    return found


def _derived(
    then: Mapping[str, Any], now: Mapping[str, Any], why: _Because
) -> tuple[ValueChange, ...]:
    return tuple(
        ValueChange(name, then.get(name), now.get(name), why.of_name(name))
        for name in {**then, **now}
        if name not in then or name not in now or then[name] != now[name]
    )


__all__ = [
    "AdviceChange",
    "Replay",
    "RulesetChange",
    "ValueChange",
    "replay",
]

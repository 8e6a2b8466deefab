"""What a record concludes - advice, derived facts, what is unknown, warnings - built again from the
values of its steps."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import combinations, groupby
from typing import Any, Final

from attrs import frozen

from matchrules.records.verify.facts import Instance
from matchrules.records.verify.findings import A_MASK, A_VERDICT, Enough, Findings, Free, Masks
from matchrules.records.verify.rules import Rules
from matchrules.records.verify.strict import Unfit, canonical, quoted
from matchrules.records.verify.values import HIDDEN, Node, bare, mask_of, promised, sorting
from matchrules.records.verify.working import Scope, Working

STRENGTHS: Final = ("must", "must_not", "should", "should_not", "may", "need_not")
_AGAINST: Final = ("must_not", "should_not", "need_not")


@frozen(eq=False)
class Fired:
    """One `then` of a rule that stands, for one instance: the piece of advice, and its place."""

    rule: Node
    then: Node
    index: int | None
    fields: dict[str, Any]
    piece: dict[str, Any]
    order: tuple[Any, ...]


class Conclusions:
    """What must be concluded, by the steps."""

    def __init__(
        self, rules: Rules, working: Working, holds: dict[tuple[str, int | None], bool],
        instances: dict[str, list[Instance]], masks: Masks, found: Findings,
    ) -> None:  # fmt: skip
        self.rules, self.working, self.holds = rules, working, holds
        self.instances, self.masks, self.found = instances, masks, found
        self._abouts: dict[tuple[str, int], str] = {}  # the hashes of hidden keys

    def check(self, record: dict[str, Any]) -> int:
        """Compares all of them; how many pieces of advice there must be."""
        found = self.found
        found.compare("MR927", "derived", record["derived"], self._derived(record["derived"]))
        known = self.working.known
        unknown = {name for (name, _), value in known.items() if value is None} & self.rules.read
        found.compare("MR927", "unknown", record["unknown"], sorted(unknown))
        found.compare("MR927", "warnings", record["warnings"], self._warnings())
        fired = sorted(self._fired(), key=lambda one: one.order)
        self._contradictions(fired)
        self._advice(record["advice"], fired)
        return len(fired)

    # Rules that stand ----------------------------------------------------------------------------

    def _fired(self) -> Iterator[Fired]:
        overriders: dict[str, list[Node]] = {}
        for rule in self.rules.base.rules.values():
            for name in rule.overrides:
                overriders.setdefault(name, []).append(rule)
        for rule in self.rules.base.rules.values():
            for scope in self.working.scopes(rule.fact, {}):
                index = scope.get(rule.fact)
                if not self.holds[rule.name, index] or any(
                    self.holds[other.name, None if other.fact is None else index]
                    for other in overriders.get(rule.name, ())
                ):
                    continue
                for place, then in enumerate(rule.thens):
                    with self.found.telling("MR927", f"rule {rule.ruleset}.{rule.name}"):
                        yield self._one(rule, place, then, index, scope)

    def _one(self, rule: Node, place: int, then: Node, index: int | None, scope: Scope) -> Fired:
        working, shows, expected = self.working, self.rules.shows, self.masks.expected
        kind = self.rules.base.advice[then.kind]
        types = kind.subjects[then.subject].fields
        fields = {name: working.value(node, scope) for name, node in then.fields.items()}
        for name, value in fields.items():
            if value not in (None, HIDDEN) and not promised(value, types[name]):
                raise Unfit(f"the field {name} comes out as {value}, out of its range")
        text: Any = working.text(then.text, scope)
        if self.masks.hiding and any(map(shows, then.text.inside)):
            text = self.masks.hidden("text", text) if text is not HIDDEN else A_MASK
        elif text is HIDDEN:
            text = Free(lambda raw: isinstance(raw, str))
        marked = working.marked(rule, f"rule {rule.name}", scope)
        piece = {
            "kind": then.kind, "subject": then.subject, "strength": then.strength, "text": text,
            "fields": {
                name: expected(value, types[name], name, shows(then.fields[name]))
                for name, value in sorted(fields.items())
            },
            "about": self._about(rule.fact, index), "id": rule.id,
            "rule": f"{rule.ruleset}.{rule.name}",
            "cites": [" ".join(filter(None, (cite.source, cite.place))) for cite in rule.cites],
            "reasons": {
                name: expected(working.value(node, scope), node.type, name, shows(node),
                               self._index(node, scope))
                for name, node in sorted(rule.reasons.items())
            },
            "provisional": A_VERDICT if marked is HIDDEN else marked, "salience": kind.salience,
        }  # fmt: skip
        order = (
            -kind.salience, STRENGTHS.index(then.strength), then.kind, then.subject,
            piece["rule"], self._key_order(rule.fact, index), place,
        )  # fmt: skip
        return Fired(rule, then, index, fields, piece, order)

    def _index(self, node: Node, scope: Scope) -> int | None:
        """Under which index a step may have the value of a reason."""
        return self.working.place(node, scope)[1] if node.what in ("Attribute", "Derived") else None

    def _key(self, fact: str, index: int) -> list[Any]:
        return [self.instances[fact][index][name] for name in self.rules.keys(fact)]

    def _about(self, fact: str | None, index: int | None) -> Any:
        if fact is None or index is None:
            return None
        key = self._key(fact, index)
        if HIDDEN in key:
            known = self._abouts.get((fact, index))
            return A_MASK if known is None else {"private": known}
        plain = bare(key[0]) if len(key) == 1 else [bare(value) for value in key]
        shown = any(self.rules.shows_name(f"{fact}.{name}") for name in self.rules.keys(fact))
        return self.masks.hidden("about", plain) if self.masks.hiding and shown else plain

    def _key_order(self, fact: str | None, index: int | None) -> tuple[Any, ...]:
        if fact is None or index is None or HIDDEN in self._key(fact, index):
            return ()  # in the last case nobody can tell
        attributes = self.rules.base.facts[fact].attributes
        pairs = zip(self._key(fact, index), self.rules.keys(fact), strict=True)
        return tuple(sorting(value, attributes[name].type) for value, name in pairs)

    def _contradictions(self, fired: list[Fired]) -> None:
        """A subject both for and against, or two values of a unique one."""
        said: dict[tuple[Any, ...], list[Fired]] = {}
        for one in fired:
            about = (one.then.kind, one.then.subject, one.rule.fact, one.index)
            said.setdefault(about, []).append(one)
        for (kind, subject, *_), pieces in said.items():
            unique = self.rules.base.advice[kind].subjects[subject].unique
            for one, two in combinations(pieces, 2):
                differ = (one.then.strength in _AGAINST) is not (two.then.strength in _AGAINST)
                for name in one.fields if unique else ():
                    values = (one.fields[name], two.fields[name])
                    if HIDDEN not in values and None not in values:
                        differ = differ or values[0] != values[1]
                if differ:
                    rules = f"{one.piece['rule']} and {two.piece['rule']}"
                    self.found.add("MR927", f"{kind}.{subject}", f"{rules} contradict each other: "
                                   "there is no decision on such a case")  # fmt: skip

    # Compared with what is written ---------------------------------------------------------------

    def _advice(self, raw: Any, fired: list[Fired]) -> None:
        if not isinstance(raw, list):
            self.found.add("MR927", "advice", f"must be a list, not {quoted(raw)}")
            return
        pieces: list[dict[str, Any]] = []
        for _, group in groupby(fired, key=lambda one: one.order[:5]):
            run = list(group)
            hidden = any(one.index is not None and not one.order[5] for one in run)
            written, must = raw[len(pieces) : len(pieces) + len(run)], [one.piece for one in run]
            pieces += self._paired(written, must) if hidden and len(written) == len(run) else must
        there, wanted = list(map(_identity, raw)), list(map(_identity, pieces))
        left = Counter(wanted)
        lacking = left - Counter(there)
        for identity in lacking:
            self.found.add("MR927", "advice", f"lacks what follows from the steps: {identity}")
        for number, identity in enumerate(there):
            left[identity] -= 1
            if left[identity] < 0:
                message = f"is advice that does not follow from the steps: {identity}"
                self.found.add("MR927", f"advice[{number}]", message)
        if lacking or len(there) != len(wanted):
            return
        for number, (one, piece) in enumerate(zip(raw, pieces, strict=True)):
            if there[number] != wanted[number]:
                self.found.add("MR927", f"advice[{number}]", f"stands out of order: "
                               f"{wanted[number]} is to stand here")  # fmt: skip
                return
            self.found.compare("MR927", f"advice[{number}]", one, piece)

    def _paired(self, raw: list[Any], pieces: list[Any]) -> list[Any]:
        """The pieces in the order of the record, where that of their instances is hidden with their
        keys: each for one that can be it, the others changing places where one is left without."""
        taken: dict[int, int] = {}  # by which of the record each piece is

        def place(number: int, tried: set[int]) -> bool:
            for n, piece in enumerate(pieces):
                self.working.spend(100)
                if n not in tried and _could_be(raw[number], piece):
                    tried.add(n)
                    if n not in taken or place(taken[n], tried):
                        taken[n] = number
                        return True
            return False

        if not all(place(number, set()) for number in range(len(raw))):
            return pieces
        return [pieces[n] for n in sorted(taken, key=lambda n: taken[n])]

    def _derived(self, raw: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, define in self.rules.base.defines.items():
            shows = self.rules.shows_name(name)
            of = range(len(self.instances[define.fact])) if define.fact is not None else (None,)
            values = [
                self.masks.expected(self.working.known[name, n], define.type, name, shows, n)
                for n in of
            ]
            if define.fact is None:
                found[name] = values[0]
            elif self.rules.keys(define.fact):
                there = raw.get(name) if isinstance(raw, dict) else None
                keys = self._key_names(define.fact, list(there) if isinstance(there, dict) else [])
                found[name] = dict(zip(keys, values, strict=True))
            else:
                found[name] = values
        return found

    def _key_names(self, fact: str, there: list[str]) -> list[str]:
        """What stands for each instance as the name of its value; `there` are those written, of
        which a hidden one is taken as it is."""
        names: list[str] = []
        seen: set[str] = set()
        for index in range(len(self.instances[fact])):
            about = self._about(fact, index)
            if isinstance(about, Free):
                about = there[index] if index < len(there) else "…"
                if mask_of({"private": about}) and about not in seen:
                    self._abouts[fact, index] = about
                    seen.add(about)
                else:
                    about = "…"
            elif isinstance(about, dict):
                about = about["private"]
            names.append(
                about if isinstance(about, str) else json.dumps(about, ensure_ascii=False)
            )  # fmt: skip
        return names

    def _warnings(self) -> list[str]:
        """On parameter values in force that were checked too long ago."""
        base, today = self.rules.base, self.working.day
        stale: dict[tuple[date, int], list[str]] = {}
        for name, parameter in base.parameters.items():
            limit = base.rulesets[parameter.ruleset].stale_after
            in_force = {
                row.key: row for row in parameter.rows if row.start is None or row.start <= today
            }
            for row in in_force.values() if limit is not None else ():
                if row.checked is not None and (today - row.checked).days > limit:
                    of = "" if row.key is None else f" for {bare(row.key)}"
                    stale.setdefault((row.checked, limit), []).append(f"`{name}{of}`")
        return [
            f"these values were last checked on {checked}, {(today - checked).days} days before "
            f"{today}, and are to be checked again after {limit} days: {', '.join(names)}"
            for (checked, limit), names in sorted(stale.items())
        ]


def _identity(piece: Any) -> str:
    """Which advice it is, for comparing and for a message."""
    if not isinstance(piece, dict):
        return quoted(piece)
    about = piece.get("about")
    hidden = isinstance(about, Free) or mask_of(about) is not None
    of = " for a private key" if hidden else "" if about is None else f" for {canonical(about)}"
    words = f"{piece.get('strength')} {piece.get('kind')}.{piece.get('subject')}"
    return f"{quoted(words)}{of} of {piece.get('rule')}"


def _could_be(raw: Any, piece: dict[str, Any]) -> bool:
    trial = Findings()
    with suppress(Enough):
        trial.compare("MR927", "", raw, piece)
    return not trial.faults

"""What a record concludes - advice, derived facts, what is unknown, warnings - built again from the
values of its steps."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import combinations, groupby
from typing import Any, Final

from attrs import frozen

from matchrules.records.verify.facts import Instance
from matchrules.records.verify.findings import Findings, Free, Masks
from matchrules.records.verify.rules import Rules
from matchrules.records.verify.shapes import holes
from matchrules.records.verify.strict import Unfit, canonical, quoted
from matchrules.records.verify.values import (
    HIDDEN,
    Node,
    bare,
    mask_of,
    promised,
    sorting,
)
from matchrules.records.verify.working import Scope, Working

STRENGTHS: Final = ("must", "must_not", "should", "should_not", "may", "need_not")
_AGAINST: Final = ("must_not", "should_not", "need_not")


@frozen(eq=False)
class Fired:
    """One `then` of a rule that stands, for one instance."""

    rule: Node
    place: int
    index: int | None
    fields: dict[str, Any]
    piece: dict[str, Any]
    order: tuple[Any, ...]

    @property
    def then(self) -> Node:
        then: Node = self.rule.thens[self.place]
        return then

    @property
    def name(self) -> str:
        return f"rule {self.rule.ruleset}.{self.rule.name}"


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
        self.found.compare("MR927", "derived", record["derived"], self._derived(record["derived"]))
        self.found.compare("MR927", "unknown", record["unknown"], self._unknown())
        self.found.compare("MR927", "warnings", record["warnings"], self._warnings())
        fired = list(self._fired())
        self._contradictions(fired)
        self._advice(record["advice"], fired)
        return len(fired)

    # Rules that stand ----------------------------------------------------------------------------

    def _fired(self) -> Iterator[Fired]:
        for rule in self.rules.base.rules.values():
            for scope in self.working.scopes(rule.fact):
                index = None if rule.fact is None else scope[rule.fact]
                if not self.holds[rule.name, index] or any(
                    self.holds[other.name, None if other.fact is None else index]
                    for other in self.rules.overriders.get(rule.name, ())
                ):
                    continue
                for place in range(len(rule.thens)):
                    try:
                        yield self._one(rule, place, index, scope)
                    except Unfit as fault:
                        self.found.unfit("MR927", fault, f"rule {rule.ruleset}.{rule.name}")

    def _one(self, rule: Node, place: int, index: int | None, scope: Scope) -> Fired:
        then, base, working = rule.thens[place], self.rules.base, self.working
        kind = base.advice[then.kind]
        declared = kind.subjects[then.subject].fields
        fields = {name: working.value(node, scope) for name, node in then.fields.items()}
        for name, value in fields.items():
            if value not in (None, HIDDEN) and not promised(value, declared[name]):
                raise Unfit(f"the field {name} comes out as {value}, out of its range")
        shows = self.rules.shows
        text: Any = working.text(then.text, scope)
        if self.masks.hiding and any(map(shows, holes(then.text))):
            text = self.masks.hidden("text", text) if text is not HIDDEN else _A_MASK
        elif text is HIDDEN:
            text = Free(lambda raw: isinstance(raw, str))
        marked = working.marked(rule, scope)
        reasons = {
            name: self.masks.expected(
                working.value(node, scope), node.type, name, shows(node), self._index(node, scope)
            )
            for name, node in sorted(rule.reasons.items())
        }
        piece = {
            "kind": then.kind, "subject": then.subject, "strength": then.strength, "text": text,
            "fields": {
                name: self.masks.expected(value, declared[name], name, shows(then.fields[name]))
                for name, value in sorted(fields.items())
            },
            "about": self._about(rule.fact, index), "id": rule.id,
            "rule": f"{rule.ruleset}.{rule.name}", "cites": list(map(_cited, rule.cites)),
            "reasons": reasons,
            "provisional": Free(lambda raw: isinstance(raw, bool)) if marked is HIDDEN else marked,
            "salience": kind.salience,
        }  # fmt: skip
        order = (
            -kind.salience, STRENGTHS.index(then.strength), then.kind, then.subject,
            piece["rule"], self._key_order(rule.fact, index), place,
        )  # fmt: skip
        return Fired(rule, place, index, fields, piece, order)

    def _index(self, node: Node, scope: Scope) -> int | None:
        """Under which index a step may have the value of a reason."""
        if node.what == "Attribute" and self.rules.base.facts[node.fact].bound is None:
            return None
        return scope.get(node.__dict__.get("fact") or "")

    def _key(self, fact: str, index: int) -> list[Any]:
        return [self.instances[fact][index][name] for name in self.rules.keys(fact)]

    def _about(self, fact: str | None, index: int | None) -> Any:
        if fact is None or index is None:
            return None
        key = self._key(fact, index)
        hidden = self.masks.hiding and self.rules.shows_key(fact)
        if HIDDEN in key:
            known = self._abouts.get((fact, index))
            return _A_MASK if known is None else {"private": known}
        plain = bare(key[0]) if len(key) == 1 else [bare(value) for value in key]
        return self.masks.hidden("about", plain) if hidden else plain

    def _key_order(self, fact: str | None, index: int | None) -> tuple[Any, ...]:
        if fact is None or index is None:
            return ()
        key = self._key(fact, index)
        if HIDDEN in key:
            return ()  # nobody can tell
        attributes = self.rules.base.facts[fact].attributes
        pairs = zip(key, self.rules.keys(fact), strict=True)
        return tuple(sorting(value, attributes[name].type) for value, name in pairs)

    def _contradictions(self, fired: list[Fired]) -> None:
        """A subject both for and against, or two values of a unique one."""
        said: dict[tuple[Any, ...], list[Fired]] = {}
        for one in fired:
            about = (one.rule.fact, one.index)
            said.setdefault((one.then.kind, one.then.subject, *about), []).append(one)
        for (kind, subject, *_), pieces in said.items():
            unique = self.rules.base.advice[kind].subjects[subject].unique
            for one, two in combinations(pieces, 2):
                differ = (one.then.strength in _AGAINST) is not (two.then.strength in _AGAINST)
                for name in one.fields if unique else ():
                    values = (one.fields[name], two.fields[name])
                    if HIDDEN not in values and None not in values:
                        differ = differ or values[0] != values[1]
                if differ:
                    self.found.add(
                        "MR927", f"{kind}.{subject}",
                        f"{one.name} and {two.name} contradict each other: there is no decision on "
                        "such a case",
                    )  # fmt: skip

    # Compared with what is written ---------------------------------------------------------------

    def _advice(self, raw: Any, fired: list[Fired]) -> None:
        if not isinstance(raw, list):
            self.found.add("MR927", "advice", f"must be a list, not {quoted(raw)}")
            return
        fired.sort(key=lambda one: one.order)
        fired = self._matched(raw, fired)
        there, must = [_identity(one) for one in raw], [_identity(one.piece) for one in fired]
        if there == must:
            for number, one in enumerate(fired):
                self.found.compare("MR927", f"advice[{number}]", raw[number], one.piece)
            return
        left, extra = Counter(must), False
        for number, identity in enumerate(there):
            left[identity] -= 1
            if left[identity] < 0:
                extra = True
                message = "is advice that does not follow from the steps"
                self.found.add("MR927", f"advice[{number}]", f"{message}: {identity}")
        missing = [identity for identity, count in left.items() if count > 0]
        for identity in missing:
            self.found.add("MR927", "advice", f"lacks what follows from the steps: {identity}")
        if not missing and not extra:
            number = next(n for n, pair in enumerate(zip(there, must, strict=True))
                          if pair[0] != pair[1])  # fmt: skip
            self.found.add("MR927", f"advice[{number}]", f"stands out of order: {must[number]} is "
                           f"to stand here, not {there[number]}")  # fmt: skip

    def _matched(self, raw: list[Any], fired: list[Fired]) -> list[Fired]:
        """Where the order of instances is hidden with their keys, the order in the record."""
        done: list[Fired] = []
        for _, group in groupby(fired, key=lambda one: one.order[:5]):
            run = list(group)
            fact = run[0].rule.fact
            if fact is not None and any(HIDDEN in self._key(fact, i.index or 0) for i in run):
                for written in raw[len(done) : len(done) + len(run)]:
                    trial = (one for one in run if _could_be(written, one.piece))
                    one = next(trial, run[0])
                    run.remove(one)
                    done.append(one)
            done += run
        return done

    def _derived(self, raw: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        known = self.working.known
        for name, define in self.rules.base.defines.items():
            shows = self.rules.shows_name(name)
            values = [
                self.masks.expected(known[name, index], define.type, name, shows, index)
                for index in ([None] if define.fact is None
                              else range(len(self.instances[define.fact])))
            ]  # fmt: skip
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
        for index in range(len(self.instances[fact])):
            about = self._about(fact, index)
            written = there[index] if isinstance(about, Free) and index < len(there) else None
            if written is not None and mask_of({"private": written}) and written not in names:
                self._abouts[fact, index] = about = written
            if isinstance(about, dict):
                about = about["private"]
            names.append(
                about if isinstance(about, str)
                else "…" if isinstance(about, Free) else json.dumps(about, ensure_ascii=False)
            )  # fmt: skip
        return names

    def _unknown(self) -> list[str]:
        known, base = self.working.known, self.rules.base
        found = set()
        for name in self.rules.read:
            fact = name.partition(".")[0]
            each = [None] if base.facts[fact].bound is None else range(len(self.instances[fact]))
            if any(known[name, index] is None for index in each):
                found.add(name)
        return sorted(found)

    def _warnings(self) -> list[str]:
        """On parameter values in force that were checked too long ago."""
        base, today = self.rules.base, self.working.day
        stale: dict[tuple[date, int], list[str]] = {}
        for name, parameter in base.parameters.items():
            limit = base.rulesets[parameter.ruleset].stale_after
            in_force: dict[Any, Node] = {}
            for row in parameter.rows:
                if row.start is None or row.start <= today:
                    in_force[row.key] = row
            for row in in_force.values():
                if limit is None or row.checked is None:
                    continue
                if today.toordinal() - row.checked.toordinal() > limit:
                    of = "" if row.key is None else f" for {bare(row.key)}"
                    stale.setdefault((row.checked, limit), []).append(f"`{name}{of}`")
        return [
            f"these values were last checked on {checked}, "
            f"{today.toordinal() - checked.toordinal()} days before {today}, and are to be checked "
            f"again after {limit} days: {', '.join(stale[checked, limit])}"
            for checked, limit in sorted(stale)
        ]


_A_MASK: Final = Free(lambda raw: mask_of(raw) is not None)


def _cited(cite: Node) -> str:
    return str(cite.source) if cite.place is None else f"{cite.source} {cite.place}"


def _identity(piece: Any) -> str:
    """Which advice it is, for comparing and for a message."""
    if not isinstance(piece, dict):
        return quoted(piece)
    words = [str(piece.get(name)) for name in ("strength", "kind", "subject")]
    about = piece.get("about")
    hidden = isinstance(about, Free) or mask_of(about) is not None
    of = " for a private key" if hidden else "" if about is None else f" for {canonical(about)}"
    return f"{quoted(f'{words[0]} {words[1]}.{words[2]}')}{of} of {piece.get('rule')}"


def _could_be(raw: Any, piece: dict[str, Any]) -> bool:
    trial = Findings()
    trial.compare("MR927", "", raw, piece)
    return not trial.faults

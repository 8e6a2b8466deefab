"""Records as a forger leaves them: any part of the JSON changed, left out, put in, swapped or
doubled, as it is or with every hash worked out anew."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from attrs import evolve
from random_bases import random_base
from test_compiled_rules import drawn_case

from matchrules.case.codec import read_case
from matchrules.case.writing import case_facts_plain
from matchrules.decision import decide
from matchrules.dependencies import cycles, dependencies
from matchrules.diagnostics.model import CaseErrors, MatchrulesError
from matchrules.explain.grounds import Grounds
from matchrules.ir import RuleBase
from matchrules.ir.json import from_json
from matchrules.records import record
from matchrules.records.verify.strict import canonical, sha256

Place = tuple[Any, ...]


def copied(tree: Any) -> Any:
    return json.loads(json.dumps(tree))


def places(tree: Any, at: Place = ()) -> Iterator[Place]:
    """Every part of the tree by its path, itself first."""
    yield at
    parts: Any = tree.items() if isinstance(tree, dict) else ()
    for name, one in enumerate(tree) if isinstance(tree, list) else parts:
        yield from places(one, (*at, name))


def part(tree: Any, place: Place) -> Any:
    for name in place:
        tree = tree[name]
    return tree


class Forger:
    """Edits copies of one record."""

    def __init__(self, record: dict[str, Any], rng: Random) -> None:
        self.record, self.rng = record, rng
        self.places = {
            name: [place for place in places(one, (name,)) if place != ("rules",)]
            for name, one in record.items()
        }

    def edited(self) -> tuple[str, dict[str, Any]]:
        """What was done, and the record that came of it; it is another one than before."""
        before = canonical(self.record)
        while True:
            record = copied(self.record)
            place = self._place()
            kind = self.rng.choice(("change", "change", "change", "delete", "insert", "swap",
                                    "duplicate"))  # fmt: skip
            getattr(self, f"_{kind}")(record, place)
            if canonical(record) != before:
                return f"{kind} at {'/'.join(map(str, place))}", record

    def _place(self) -> Place:
        """Any part; of the rules, which are most of a record, not most of the time."""
        return self.rng.choice(self.places[self.rng.choice(list(self.places))])

    def _change(self, record: Any, place: Place) -> None:
        part(record, place[:-1])[place[-1]] = self._other(part(record, place))

    def _other(self, value: Any) -> Any:
        rng = self.rng
        if rng.random() < 0.4:  # something that stands elsewhere, if it can be of the same kind
            found = [part(self.record, self._place()) for _ in range(12)]
            return copied(next((one for one in found if type(one) is type(value)), found[0]))
        match value:
            case bool():
                return rng.choice((not value, None))
            case int():
                return rng.choice((value + 1, value - 1, -value, str(value), 0, 10**30))
            case str():
                others = [value + "x", value[:-1], value.upper(), "", None]
                if value.isdigit():
                    others.append(str(int(value) + 1))
                return rng.choice(others)
            case None:
                return rng.choice((0, False, True, "", []))
            case list():
                return rng.choice((list(reversed(value)), value[:-1], [], [value], None))
        return rng.choice(({}, None, [value], dict(reversed(list(value.items())))))

    def _delete(self, record: Any, place: Place) -> None:
        del part(record, place[:-1])[place[-1]]

    def _insert(self, record: Any, place: Place) -> None:
        self._put(record, place, copied(part(self.record, self._place())))

    def _duplicate(self, record: Any, place: Place) -> None:
        self._put(record, place, copied(part(record, place)))

    def _put(self, record: Any, place: Place, value: Any) -> None:
        owner = part(record, place[:-1])
        if isinstance(owner, list):
            owner.insert(place[-1], value)
            return
        items = list(owner.items())
        number = next(n for n, item in enumerate(items) if item[0] == place[-1])
        name = f"{place[-1]}x"
        if self.rng.random() < 0.5 and len(items) > 1:
            name = self.rng.choice(list(owner))  # in the place of another
            items = [item for item in items if item[0] != name]
        items.insert(number, (name, value))
        owner.clear()
        owner.update(items)

    def _swap(self, record: Any, place: Place) -> None:
        owner = part(record, place[:-1])
        if isinstance(owner, list):
            other = self.rng.randrange(len(owner))
            owner[other], owner[place[-1]] = owner[place[-1]], owner[other]
            return
        names = list(owner)
        other = self.rng.choice(names)
        if self.rng.random() < 0.5:
            owner[other], owner[place[-1]] = owner[place[-1]], owner[other]
            return
        items = dict(owner)
        one, two = names.index(place[-1]), names.index(other)
        names[one], names[two] = names[two], names[one]
        owner.clear()
        owner.update((name, items[name]) for name in names)


def resealed(record: Any) -> Any:
    """With every hash worked out anew."""
    record = copied(record)
    rules = record.get("rules")
    if isinstance(rules, dict) and {"ir", "sha256"} <= set(rules):
        rules["sha256"] = sha256(canonical(rules["ir"]))
    if "sha256" in record:
        body = {name: one for name, one in record.items() if name != "sha256"}
        record["sha256"] = sha256(canonical(body))
    return record


def truthful(record: Any, facts: Any = None) -> bool:
    """Whether the record is just what its own rules and facts give, worked out by the interpreter:
    then it is no forgery, but the record of another decision. `facts` is the case in full."""
    try:
        return canonical(_anew(record, facts)) == canonical(record)
    except (MatchrulesError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError,
            AssertionError, RecursionError):  # fmt: skip
        return False  # rules that cannot be decided by have no decision


def _anew(record: Any, facts: Any) -> Any:
    base = from_json(record["rules"]["ir"])
    given = record["facts"] if facts is None else facts
    base, case = read_case([base], {**given, "as_of": record["as_of"]}, None)
    found = made(Grounds(base, case, {}), record["salt"] or "pepper")
    found["matchrules"] = record["matchrules"]  # any version could have made it
    return resealed(found)


# Records to edit ----------------------------------------------------------------------------------


def random_record(seed: int, private: bool = False) -> tuple[dict[str, Any], Any] | None:
    """A record of a random rule base and case, with the case in full; None where there is no
    decision, or where the base is one that no rule file can make."""
    rng = Random(seed)
    base = random_base(seed)
    if cycles(dependencies(base)):
        return None
    if private:
        base = with_private(base, rng)
    grounds = Grounds(base, drawn_case(base, rng), {})
    try:
        return made(grounds), case_facts_plain(base, grounds.case)
    except CaseErrors:
        return None


def with_private(base: RuleBase, rng: Random) -> RuleBase:
    """The base with every third attribute private."""
    facts = {
        name: evolve(fact, attributes={
            n: evolve(a, private=rng.random() < 0.35) for n, a in fact.attributes.items()
        })
        for name, fact in base.facts.items()
    }  # fmt: skip
    return evolve(base, facts=facts)


def made(grounds: Grounds, salt: str = "pepper") -> dict[str, Any]:
    """The record of what the interpretation of these grounds says."""
    base, case = grounds.base, grounds.case
    outcome = grounds.interpretation.outcome()
    decision = decide(base, outcome, case)
    found: dict[str, Any] = json.loads(record(grounds, decision, salt).to_json())
    return found

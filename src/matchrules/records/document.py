"""A record: one decision with all that is needed to check it later, as one JSON document."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from matchrules.decision import Decision
from matchrules.diagnostics.model import UsageError
from matchrules.ir import RuleBase, Then
from matchrules.ir.json import from_json, to_json
from matchrules.ir.kept import Kept
from matchrules.lazy import cached_property
from matchrules.records.canonical import canonical, digest, parse
from matchrules.records.private import Hiding, is_hidden
from matchrules.records.proof import proof
from matchrules.records.reading import FORMAT, checked

if TYPE_CHECKING:
    from matchrules.explain.grounds import Grounds


@frozen(slots=False)
class Record:
    """A decision that can be kept: facts, day, versions and hashes of the rules, the rules
    themselves, the advice, and a proof of it.

    Two are equal if they are the same byte for byte. `Record.read(text)` reads one.
    """

    _text: str = field(repr=False)

    @classmethod
    def read(cls, text: str | bytes) -> "Record":
        """The record of that JSON text. Raises `RecordErrors` where it is none, is cut off, of
        another format, or was changed after it was made."""
        return cls(canonical(checked(text)))

    def to_json(self) -> str:
        """The canonical text: the same decision with the same salt gives the same bytes."""
        return self._text

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values, in the documented shape."""
        found: dict[str, Any] = parse(self._text)
        return found

    @cached_property
    def _tree(self) -> dict[str, Any]:
        return self.to_dict()

    @property
    def as_of(self) -> date:
        """The day that the decision is for."""
        return date.fromisoformat(self._tree["as_of"])

    @property
    def sha256(self) -> str:
        """The hash of everything else in it."""
        return str(self._tree["sha256"])

    @property
    def salt(self) -> str | None:
        """With what private facts are hashed; None where there are none, or it is kept
        elsewhere."""
        salt: str | None = self._tree["salt"]
        return salt

    @property
    def private(self) -> tuple[str, ...]:
        """The facts that are hashes only, as paths (`letter[2].author`)."""
        return tuple(
            f"{where}.{attribute}"
            for name, given in self._tree["facts"].items()
            for where, instance in _instances(name, given)
            for attribute, value in instance.items()
            if is_hidden(value)
        )

    @cached_property
    def rules(self) -> RuleBase:
        """The rules that the decision was made with. Raises `RecordErrors` where they cannot be
        read."""
        return from_json(self._tree["rules"]["ir"])

    def without_salt(self) -> "Record":
        """The record without its salt, which is then to be kept elsewhere: without it nobody can
        find out by trying what a private fact is."""
        return Record(sealed({**self._tree, "salt": None}))

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Record of {self.as_of}, sha256 {self.sha256[:12]}…>"

    def __getstate__(self) -> dict[str, Any]:
        return {"_text": self._text}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def record(grounds: "Grounds", decision: Decision, salt: str | None = None) -> Record:
    """All that is needed to check the decision later. What is `private` is hashed with `salt`, or
    with a random one; the record has the salt, if anything is private."""
    if salt is not None and (not isinstance(salt, str) or not salt.strip()):
        raise UsageError("a salt is a text that is not empty; leave it out for a random one")
    base = grounds.base
    if not _private(base, decision.facts):
        salt = None
    elif salt is None:
        import secrets

        salt = secrets.token_hex(16)
    hiding = Hiding(base, salt)
    rules, rules_hash = _rules(base)
    made = decision.to_dict()
    head = {
        "format": FORMAT,
        "matchrules": software(),
        "as_of": made["as_of"],
        "rulesets": made["rulesets"],
    }
    tail = {
        "facts": hiding.facts(decision.facts),
        "salt": salt,
        "advice": _advice(base, made["advice"], hiding),
        "derived": hiding.derived(made["derived"]),
        "unknown": made["unknown"],
        "warnings": made["warnings"],
        "proof": proof(grounds, hiding),
    }
    between = f',"rules":{{"sha256":"{rules_hash}","ir":{rules}}},'
    return Record(_sealed(canonical(head)[:-1] + between + canonical(tail)[1:]))


@cache
def software() -> str:
    """The version of matchrules."""
    from importlib.metadata import version

    return version("matchrules")


def sealed(tree: Mapping[str, Any]) -> str:
    """The canonical text of a record, its own hash made anew."""
    rest = {name: value for name, value in tree.items() if name != "sha256"}
    return _sealed(canonical(rest))


def _sealed(text: str) -> str:
    return f'{text[:-1]},"sha256":"{digest(text)}"}}'


def _private(base: RuleBase, facts: Mapping[str, Any]) -> bool:
    """Whether the case asserts something that is marked private."""
    return any(
        base.facts[name].attributes[attribute].private
        for name, given in facts.items()
        for _, instance in _instances(name, given)
        for attribute, value in instance.items()
        if value is not None
    )


def _instances(name: str, given: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """The instances of a fact, each with how a path names it."""
    if not isinstance(given, list):
        return [(name, given)]
    return [(f"{name}[{number}]", instance) for number, instance in enumerate(given, 1)]


def _advice(base: RuleBase, advice: list[dict[str, Any]], hiding: Hiding) -> list[dict[str, Any]]:
    if hiding.salt is None:
        return advice
    told: list[dict[str, Any]] = []
    before: Counter[tuple[str, ...]] = Counter()
    for one in advice:
        rule = base.rules[one["rule"].rpartition(".")[2]]
        said = (one["rule"], one["kind"], one["subject"], one["strength"], canonical(one["about"]))
        # of several that say the same they are in the order of the rule
        then = _thens(rule.thens, one)[before[said]]
        before[said] += 1
        told.append(hiding.advice(one, rule, then))
    return told


def _thens(thens: tuple[Then, ...], advice: Mapping[str, Any]) -> list[Then]:
    wanted = (advice["kind"], advice["subject"], advice["strength"])
    return [then for then in thens if (then.kind, then.subject, then.strength) == wanted]


def _rules_of(base: RuleBase) -> tuple[str, str]:
    """The rules as JSON text, and its hash."""
    text = canonical(to_json(base))
    return text, digest(text)


_rules: Final = Kept(_rules_of, most=4)
